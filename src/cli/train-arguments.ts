/** What `stipple train` is asked for on the command line. */
import { parseArgs } from 'node:util';
import { InputError } from '../base/errors';
import { limits } from '../spec/experiment';
import { optimizerNames, taskCards, taskNames, type OptimizerChoice, type Task, type TensorChoice } from '../spec/own-model';
import { executorNamed, type ExecutorName } from './run-model';

export const trainHelp = `  stipple train MODEL.onnx              train an ONNX file
      --data DATA                       x and y, or arrays under the names of the model's inputs, and y: .npz, .npy, safetensors,
                                        a folder or ZIP file of pictures, IDX, CIFAR, a table, JSON lines; an address, set:NAME
      --loss cross-entropy|mse          or --task classification|regression|language-modelling|embedding
      --output NAME                     the output that the loss is taken of (the first)
      --optimizer sgd|adam|adamw (adam) --learning-rate R (0.001) --momentum M --weight-decay D
      --steps N (100) --batch N         all examples at once, unless the model's batch is fixed
      --trainable P --masked P --frozen P  patterns over names of tensors, comma-separated: * and ?, or regular expressions
      --save OUT.onnx                   the same graph with the trained numbers, masks multiplied in
      --save-masked OUT.onnx            masks as initializers of their own, <name>.mask
      --weights W.safetensors --mask M.safetensors --gradients G.safetensors
      --step-graph STEP.onnx --script RUN.py   the training step as ONNX; a Python script that runs it again
      --executor wasm|reference (wasm) --threads N (1) --seed S (1) --json
`;

export interface TrainArguments {
  readonly model: string;
  readonly data: string;
  readonly task?: Task;
  readonly loss?: 'cross-entropy' | 'mse';
  /** Name of the output that the loss is taken of. */
  readonly output?: string;
  readonly optimizer: OptimizerChoice;
  readonly steps: number;
  readonly batch?: number;
  readonly choice: TensorChoice;
  readonly executor: ExecutorName;
  readonly threads: number;
  readonly seed: number;
  readonly json: boolean;
  /** Files to write. */
  readonly out: Partial<Record<'save' | 'save-masked' | 'weights' | 'mask' | 'gradients' | 'step-graph' | 'script', string>>;
}

const text = { type: 'string' } as const;
const options = {
  data: text, loss: text, task: text, output: text, optimizer: text, 'learning-rate': text, momentum: text, 'weight-decay': text, steps: text, batch: text, trainable: text, masked: text, frozen: text,
  save: text, 'save-masked': text, weights: text, mask: text, gradients: text, 'step-graph': text, script: text, executor: text, threads: text, seed: text, json: { type: 'boolean' },
} as const; // prettier-ignore

/** @throws InputError for what is missing, unknown or out of range */
export function parseTrain(argv: readonly string[]): TrainArguments {
  const { values, positionals } = parse(argv);
  const [model, ...more] = positionals;
  if (model === undefined || more.length > 0) throw new InputError(`stipple train takes one model, but ${positionals.length} came. "stipple help" tells all options.`);
  if (values.data === undefined) throw new InputError(`stipple train needs --data, with x and y. "stipple help" tells all options.`);
  const momentum = values.momentum === undefined ? undefined : number('momentum', values.momentum, 0, 1);
  const name = oneOf('optimizer', values.optimizer, optimizerNames) ?? 'adam';
  if (momentum !== undefined && name !== 'sgd') throw new InputError(`--momentum belongs to sgd; ${name} has its own two. Leave it out, or use --optimizer sgd.`);
  const task = oneOf('task', values.task, taskNames);
  const loss = oneOf('loss', values.loss, ['cross-entropy', 'mse'] as const);
  if (task !== undefined && loss !== undefined && taskCards[task].lossName !== loss) throw new InputError(`--task ${task} has the loss ${taskCards[task].lossName}, but --loss ${loss} came. Leave one of them out.`);
  if (task === undefined && loss === undefined) throw new InputError(`stipple train needs --loss cross-entropy or mse, or --task ${taskNames.join(', ')}.`);
  return {
    model,
    data: values.data,
    ...(task && { task }),
    ...(loss && { loss }),
    ...(values.output !== undefined && { output: values.output }),
    optimizer: {
      name,
      learningRate: number('learning-rate', values['learning-rate'] ?? '0.001', 0, Infinity),
      ...(momentum !== undefined && { momentum }),
      ...(values['weight-decay'] !== undefined && { weightDecay: number('weight-decay', values['weight-decay'], 0, Infinity) }),
    },
    steps: whole('steps', values.steps ?? '100', 1, 1e7),
    ...(values.batch !== undefined && { batch: whole('batch', values.batch, 1, 2 ** 31 - 1) }),
    choice: { ...(values.trainable !== undefined && { trained: values.trainable }), ...(values.masked !== undefined && { masked: values.masked }), ...(values.frozen !== undefined && { frozen: values.frozen }) },
    executor: executorNamed(values.executor),
    threads: whole('threads', values.threads ?? '1', 1, limits.threads),
    seed: whole('seed', values.seed ?? '1', 0, limits.seed),
    json: values.json ?? false,
    out: Object.fromEntries((['save', 'save-masked', 'weights', 'mask', 'gradients', 'step-graph', 'script'] as const).flatMap((key) => (values[key] === undefined ? [] : [[key, values[key]]]))),
  };
}
function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], allowPositionals: true, options });
  } catch (error) {
    throw new InputError(`${error instanceof Error ? error.message : String(error)} "stipple help" tells all options.`);
  }
}
function number(name: string, given: string, above: number, below: number): number {
  const value = Number(given);
  const fits = given.trim() !== '' && Number.isFinite(value) && value >= above && value < below;
  if (!fits) throw new InputError(`--${name} must be a number from ${above} up${below === Infinity ? '' : `, below ${below}`}, but "${given}" came.`);
  return value;
}
function whole(name: string, given: string, least: number, most: number): number {
  if (!/^\d+$/.test(given) || Number(given) < least || Number(given) > most) throw new InputError(`--${name} must be a whole number from ${least} to ${most}, but "${given}" came.`);
  return Number(given);
}
function oneOf<T extends string>(name: string, given: string | undefined, known: readonly T[]): T | undefined {
  if (given === undefined) return undefined;
  const found = known.find((k) => k === given);
  if (found === undefined) throw new InputError(`--${name} must be ${known.join(' or ')}, but "${given}" came.`);
  return found;
}
