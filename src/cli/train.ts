/** `stipple train`: trains a user's ONNX file on arrays of a NumPy archive, and writes what comes out. */
import { writeFile } from 'node:fs/promises';
import { basename, dirname, relative, resolve } from 'node:path';
import { loadOne } from '../data/files';
import { examplesOf } from '../data/files/examples';
import { fittedImages } from '../data/fitted-images';
import type { Executor } from '../engine/executor';
import { writeSafetensors } from '../engine/safetensors';
import { createLab } from '../lab/create-lab';
import type { Lab } from '../lab/lab';
import { examplesFor, type Arrays, type Examples } from '../lab/own/examples';
import { allWeights, bakedModel, maskedModel } from '../lab/own/export/model';
import { experimentScript } from '../lab/own/export/script';
import { exportStep } from '../lab/own/export/step';
import { checkMemory, estimateMemory, showMemory } from '../lab/own/memory';
import { openModel, type OwnModel } from '../lab/own/open';
import { hyperOf, optimizerOf } from '../lab/own/optimizer';
import { prepareStep, type OwnStep } from '../lab/own/step';
import { firstGradients, trainStep, type Trained } from '../lab/own/train';
import { createReferenceExecutor } from '../runtime/reference';
import { createWasmExecutor } from '../runtime/wasm';
import type { MemoryEstimate, Task } from '../spec/own-model';
import { resolveUses } from '../spec/pattern';
import { RunControl } from '../worker/control';
import { checkFolders, readAsset } from './files';
import { loadModelFile } from './run-model';
import { filesOf } from './sources';
import type { TrainArguments } from './train-arguments';

export interface TrainReport {
  /** One a step, before that step's update. */
  readonly losses: readonly number[];
  /** Numbers that are trained, mask scores included. */
  readonly parameters: number;
  readonly trained: readonly string[];
  readonly masked: readonly string[];
  readonly frozen: readonly string[];
  /** Share of zeros in each mask. */
  readonly sparsity: Readonly<Record<string, number>>;
  readonly task: Task;
  readonly batch: number;
  readonly executor: string;
  /** Compiling and training, without reading and writing files. */
  readonly elapsedMs: number;
  readonly memory: MemoryEstimate;
  readonly notes: readonly string[];
}

export async function train(given: TrainArguments, show: (line: string) => void): Promise<TrainReport> {
  await checkFolders(Object.values(given.out));
  const { bytes, files } = await loadModelFile(given.model);
  const model = openModel({ name: basename(given.model), bytes, files }, undefined, given.output);
  const { arrays, notes: ofData } = await arraysOf(given.data, model);
  const examples = examplesFor(model.stored, arrays, basename(given.data));
  const task = given.task ?? taskFor(given.loss!, examples, model); // one of the two came: `parseTrain` sees to it
  const { uses, notes: leftOut } = resolveUses(model.description, given.choice, { regularExpressions: true });
  const notes = [...ofData, ...leftOut];
  const step = prepareStep(model, { examples, uses, task, optimizer: optimizerOf(given.optimizer), batch: given.batch });
  const memory = estimateMemory(step, 'wasm');
  if (given.executor === 'wasm') checkMemory(memory);
  if (files.size > 0 && (given.out.save ?? given.out['save-masked']) !== undefined) notes.push(`Tensors that are not trained stay in ${[...files.keys()].join(', ')}: keep that beside the saved model.`);
  const parameters = Object.values(step.spec.params).reduce((n, shape) => n + shape.reduce((m, d) => m * d, 1), 0);
  show(`${model.file.name}: ${step.trained.length} tensors trained, ${step.masked.length} masked, ${parameters} numbers; ${task}, ${examples.count} examples, batches of ${step.batch}; ${showMemory(memory)}`);
  for (const note of new Set([...model.description.notes, ...step.notes, ...notes])) show(`note: ${note}`);

  const executor = given.executor === 'reference' ? createReferenceExecutor({ float32State: true }) : await createWasmExecutor({ threads: given.threads });
  const { lab, close } = labOn(executor, given);
  try {
    if (given.out.gradients !== undefined) await writeFile(given.out.gradients, writeSafetensors((await firstGradients(lab, step)).gradients));
    const began = performance.now();
    const every = Math.max(1, Math.floor(given.steps / 10));
    const trained = await trainStep(lab, step, {
      steps: given.steps,
      hyper: () => hyperOf(given.optimizer),
      chart: (at, metrics) => {
        if (at % every === 0 || at === given.steps - 1) show(`step ${at}  loss ${metrics.loss!.toPrecision(6)}`);
        return undefined;
      },
    });
    const elapsedMs = performance.now() - began;
    await writeOut(given, step, trained);
    const sparsity = Object.fromEntries(Object.entries(trained.masks).map(([name, { data }]) => [name, Array.from(data).filter((v) => v === 0).length / data.length]));
    const frozen = model.description.tensors.map((t) => t.name).filter((name) => !step.trained.includes(name) && !step.masked.includes(name));
    return { losses: trained.losses, parameters, trained: step.trained, masked: step.masked, frozen, sparsity, task, batch: step.batch, executor: given.executor, elapsedMs, memory, notes: [...model.description.notes.filter((n) => !step.notes.includes(n)), ...step.notes, ...notes] };
  } finally {
    await close();
    await executor.close();
  }
}
/** Cross-entropy of three axes of logits without targets is language modelling: the tokens are their own targets. */
function taskFor(loss: 'cross-entropy' | 'mse', { target, inputs }: Examples, { read, output: name }: OwnModel): Task {
  if (loss === 'mse') return 'regression';
  const output = read.program.outputs[name]!; // checked by `openModel`
  return !target && output.shape.length === 3 && Object.values(inputs)[0]?.dtype === 'int32' ? 'language-modelling' : 'classification';
}
/** NumPy's arrays and tensors as they are; other data as x and y of their train split, images in the size and channels that the input fixes. */
async function arraysOf(source: string, model: OwnModel): Promise<{ arrays: Arrays; notes: readonly string[] }> {
  const loaded = await loadOne(await filesOf(source, { pack: false }));
  if (loaded.kind === 'arrays') return { arrays: loaded.arrays, notes: loaded.notes };
  if (loaded.kind === 'tensors') return { arrays: loaded.tensors, notes: loaded.notes };
  const fixed = (axis: number): number | undefined => {
    const size = model.description.inputs[0]?.dims[axis];
    return typeof size === 'number' && size > 0 ? size : undefined;
  };
  const [channels, height, width] = [fixed(1), fixed(2), fixed(3)];
  const fitted = loaded.kind === 'images' ? fittedImages(loaded, { ...((channels === 1 || channels === 3) && { channels }), ...(height !== undefined && height === width && { side: height }) }) : loaded;
  const { splits, notes } = examplesOf(fitted);
  const others = Object.keys(splits).filter((name) => name !== 'train');
  return { arrays: splits.train, notes: [...notes, ...(others.length > 0 ? [`Of ${loaded.from} the train split is read; ${others.join(' and ')} is left aside.`] : [])] };
}

/** A lab that shows nothing by itself: the report does. */
function labOn(executor: Executor, { seed }: TrainArguments): { lab: Lab; close: () => Promise<void> } {
  const nothing = (): void => undefined;
  return createLab(
    {
      backends: { choose: async () => executor, current: async () => executor },
      sink: { point: nothing, picture: nothing, light: nothing, outcome: nothing, mark: nothing, keep: nothing, progress: nothing },
      control: new RunControl(),
      asset: readAsset,
      files: [],
      now: () => performance.now(),
    },
    seed,
    [],
  );
}

async function writeOut({ out, data, optimizer }: TrainArguments, step: OwnStep, trained: Trained): Promise<void> {
  const { model } = step;
  if (out.save !== undefined) await writeFile(out.save, bakedModel(model, trained));
  if (out['save-masked'] !== undefined) await writeFile(out['save-masked'], maskedModel(model, trained));
  if (out.weights !== undefined) await writeFile(out.weights, writeSafetensors(allWeights(model, trained)));
  if (out.mask !== undefined) await writeFile(out.mask, writeSafetensors(trained.masks));
  const graph = out['step-graph'] ?? (out.script === undefined ? undefined : `${withoutEnding(out.script)}.step.onnx`);
  if (graph === undefined) return;
  const state = `${withoutEnding(graph)}.safetensors`;
  const files = exportStep(step);
  await writeFile(graph, files.onnx);
  await writeFile(state, files.state);
  if (out.script === undefined) return;
  const from = (path: string): string => relative(dirname(resolve(out.script!)), resolve(path)).replaceAll('\\', '/');
  await writeFile(out.script, experimentScript(step, { stepGraph: from(graph), state: from(state), data: from(data), optimizer, losses: trained.losses }));
}
const withoutEnding = (path: string): string => path.replace(/\.[^./\\]+$/, '');

/** The report as lines for a terminal. */
export function showTrained({ losses, elapsedMs, sparsity, executor }: TrainReport): string {
  const first = losses[0]!;
  const last = losses.at(-1)!;
  const masks = Object.entries(sparsity).map(([name, share]) => `mask of ${name}: ${(100 * share).toFixed(1)} % removed`);
  return [`${losses.length} steps on ${executor} in ${(elapsedMs / 1000).toFixed(2)} s: loss ${first.toPrecision(6)} to ${last.toPrecision(6)}`, ...masks].join('\n');
}
