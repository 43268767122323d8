/** From files and knobs to what the arms share: model, examples in a random order, their division, the task. */
import { InputError, StippleError } from '../../base/errors';
import type { Random } from '../../base/random';
import { sizeOf, type Tensor } from '../../base/tensor';
import { keysOfRows } from '../../data/content';
import { withFirstOutput } from '../../engine/onnx/first-output';
import type { Lab } from '../../lab/lab';
import { examplesFor, type Examples } from '../../lab/own/examples';
import { openAxis, openModel, type ModelFile, type OwnModel } from '../../lab/own/open';
import { taskNames, type PortDescription, type Task } from '../../spec/own-model';
import type { ValuesOf } from '../../spec/knobs';
import type { card } from './card';
import { named, portOf, readData, type OwnData } from './data';
import { modelFile, sortFiles, type SortedFiles } from './files';

export type Knobs = ValuesOf<typeof card.knobs>;

export interface OpenedModel {
  readonly model: OwnModel;
  /** As it was dropped: what is given back is made from it. */
  readonly original: ModelFile;
  readonly shipped: boolean;
  readonly files: SortedFiles;
}
/** Models stay open from question to question: the worker keeps a file's bytes, so they stand for the file. */
const opened = new WeakMap<Uint8Array, Map<string, OwnModel>>();

/** @throws InputError naming what cannot be read, and why */
export async function openFiles(lab: Lab, { output }: Pick<Knobs, 'output'>): Promise<OpenedModel> {
  const files = sortFiles(lab.files);
  const { file, shipped } = await modelFile(lab, files);
  const known = opened.get(file.bytes) ?? new Map<string, OwnModel>();
  opened.set(file.bytes, known);
  const key = [output, ...(file.files?.values() ?? [])].map((part) => (typeof part === 'string' ? part : part.length)).join();
  const model = known.get(key) ?? openModel(output === '' ? file : { ...file, bytes: withFirstOutput(file.bytes, output) });
  known.set(key, model);
  return { model, original: file, shipped, files };
}

export interface Prepared extends OpenedModel {
  readonly data: OwnData;
  /** In the order in which they are trained on. */
  readonly train: Examples;
  /** Whole batches. */
  readonly validation: Examples;
  readonly batch: number;
  readonly task: Task;
  /** What the division did, a sentence each. */
  readonly notes: readonly string[];
}
/** Validation reads no more than this many examples each time. */
const mostValidation = 2048;

export async function readExamples(lab: Lab, { model, files }: OpenedModel, knobs: Knobs): Promise<{ data: OwnData; examples: Examples; task: Task }> {
  const { inputs, outputs } = model.description;
  const [input, output] = [portOf(inputs, knobs.input, 'input'), portOf(outputs, '', 'output')];
  const data = await readData(lab, files, { input, output, rowLength: () => rowLength(model, input) });
  const examples = examplesFor(model.stored, named(data.arrays, input.name), data.from);
  return { data, examples, task: knobs.task === 'auto' ? judgedTask(model, examples) : taskNames.find((name) => name === knobs.task)! }; // the knob offers these
}
const rowLengths = [64, 32, 16] as const;
/** As the file fixes it; else the longest of a few at which the model can be read, since its table of positions may be short. */
function rowLength({ file, shapes }: OwnModel, { name, dims }: PortDescription): number {
  const size = dims[1];
  if (size !== undefined && !openAxis(size)) return Number(size);
  const readable = (length: number): boolean => {
    try {
      openModel(file, { ...shapes, [name]: [1, length] });
      return true;
    } catch (error) {
      if (error instanceof StippleError) return false;
      throw error;
    }
  };
  return rowLengths.find(readable) ?? shapes[name]?.[1] ?? 1;
}
/** What y is to the first output. */
function judgedTask({ read }: OwnModel, { target, inputs }: Examples): Task {
  const output = Object.values(read.program.outputs)[0]!;
  if (!target) return output.shape.length === 3 && Object.values(inputs)[0]?.dtype === 'int32' ? 'language-modelling' : 'classification';
  if (target.dtype === 'float32') return 'regression';
  return sizeOf(output.shape.slice(1)) > 1 ? 'classification' : 'regression';
}

/**
 * Validation is set aside at random; what of train has the content of something set aside is left out, where enough is left to train on.
 * @throws InputError where there are too few examples
 */
export function divide({ model }: OpenedModel, examples: Examples, knobs: Knobs, rng: Random): Pick<Prepared, 'train' | 'validation' | 'batch' | 'notes'> {
  const { count } = examples;
  const own = ownBatch(model, examples);
  const batch = own ?? knobs.batch;
  if (count < 2 * batch) throw new InputError(`There are ${count} examples: too few for a batch of ${batch} to train on and another to validate. ${own === undefined && count >= 2 ? `Lower the batch size to ${count < 4 ? '1' : `${Math.floor(count / 2)} or less`}.` : `Bring at least ${2 * batch}${own === undefined ? '' : `, since the model's own batch is fixed at ${batch}`}.`}`);
  const wanted = Math.max(1, Math.round((knobs.validation * count) / batch));
  const held = batch * Math.max(1, Math.min(wanted, Math.floor(count / batch) - 1, Math.floor(mostValidation / batch)));
  const order = rng.fork('order').permutation(count);
  const aside = order.subarray(0, held);
  const { train, notes } = apart(examples, aside, order.subarray(held), batch);
  return { batch, validation: pick(examples, aside), train: pick(examples, train), notes };
}
/** Of `rest` what is unlike everything set aside; all of it where that would leave less than half, or less than a batch: then that is said. */
function apart({ inputs, whole, count }: Examples, aside: Uint32Array, rest: Uint32Array, batch: number): { train: Uint32Array; notes: readonly string[] } {
  const keys = keysOfRows(Object.entries(inputs).flatMap(([name, { data }]) => (whole.has(name) ? [] : [data])), count);
  const held = new Set(Array.from(aside, (place) => keys[place]!));
  const train = rest.filter((place) => !held.has(keys[place]!));
  const doubles = rest.length - train.length;
  if (doubles === 0) return { train: rest, notes: [] };
  const enough = train.length >= batch && 2 * train.length >= rest.length;
  return enough ? { train, notes: [`${doubles} examples that stand among the validation examples, too, are not trained on.`] } : { train: rest, notes: [`${doubles} of ${rest.length} training examples stand among the validation examples, too: what is learned by heart counts as understood.`] };
}
/** The batch that the file fixes, if it does. */
function ownBatch({ stored }: OwnModel, { whole }: Examples): number | undefined {
  return stored.graph.inputs.flatMap(({ name, dims }) => (dims && dims.length > 0 && !whole.has(name) && !openAxis(dims[0]!) ? [Number(dims[0])] : []))[0];
}
/** The examples at these places, in this order. */
export function pick({ inputs, whole, target, notes }: Examples, places: Uint32Array): Examples {
  return {
    count: places.length, whole, notes,
    inputs: Object.fromEntries(Object.entries(inputs).map(([name, t]) => [name, whole.has(name) ? t : gathered(t, places)])),
    ...(target && { target: gathered(target, places) }),
  };
}
function gathered({ dtype, shape, data }: Tensor, places: Uint32Array): Tensor {
  const width = sizeOf(shape.slice(1));
  const out = new (data.constructor as new (n: number) => Tensor['data'])(places.length * width); // the same kind of array
  places.forEach((place, row) => out.set(data.subarray(place * width, (place + 1) * width), row * width));
  return { dtype, shape: [places.length, ...shape.slice(1)], data: out };
}

export async function prepare(lab: Lab, knobs: Knobs): Promise<Prepared> {
  const model = await openFiles(lab, knobs);
  const { data, examples, task } = await readExamples(lab, model, knobs);
  return { ...model, data, task, ...divide(model, examples, knobs, lab.rng) };
}
