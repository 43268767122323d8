/**
 * Classification tasks for a small multi-layer perceptron: every class is a mixture of Gaussians in R^d. Task 0 is for pre-training; tasks 1,
 * 2, ... have centres of their own, a share of which lies in the same low-dimensional space as task 0's. The class probabilities given x are
 * known, so the best possible accuracy is too.
 */
import { InputError } from '../../base/errors';
import { exp } from '../../base/math';
import { Random } from '../../base/random';
import { int32, tensor, type Tensor } from '../../base/tensor';
import { defineDataset, type Preview } from '../../spec/dataset';
import { float, int } from '../../spec/knobs';

export interface GaussianTaskSpec {
  readonly seed: number;
  readonly task: number;
  readonly inputs: number;
  readonly classCount: number;
  /** Gaussians a class. */
  readonly parts: number;
  /** Standard deviation of each coordinate of the centres; that of the examples round them is 1. */
  readonly separation: number;
  /** Dimensions of the space that the tasks' centres share. */
  readonly sharedDimensions: number;
  /** Share of the centres' variance in that space, 0 to 1, for tasks from 1 on. Task 0 lies in it wholly. */
  readonly sharedShare: number;
}
export interface GaussianTask {
  readonly spec: GaussianTaskSpec;
  /** [classes * parts, inputs]; class c has rows c * parts to (c + 1) * parts - 1. */
  readonly centres: Tensor;
  /** P(class | x): [classes]. */
  readonly posterior: (x: ArrayLike<number>) => Float64Array;
  readonly example: (split: string, index: number) => { readonly x: Float32Array; readonly label: number };
}

/** @throws InputError for sizes that cannot be */
export function gaussianTask(spec: GaussianTaskSpec): GaussianTask {
  const { seed, task, inputs, classCount, parts, separation, sharedDimensions, sharedShare } = spec;
  if (!(inputs >= 1 && classCount >= 2 && parts >= 1 && sharedDimensions >= 1 && sharedDimensions <= inputs)) throw new InputError(`A task of Gaussians has inputs, 2 or more classes, and shared dimensions up to the inputs, but ${inputs}, ${classCount} and ${sharedDimensions} came.`);
  const rng = Random.seed(seed).fork('gaussian tasks', inputs);
  const basis = orthonormal(rng.fork('space').fillNormal(new Float32Array(sharedDimensions * inputs)), inputs);
  const share = task === 0 ? 1 : sharedShare;
  // Both parts have the same expected length, separation * sqrt(inputs), whatever the dimensions.
  const centres = new Float32Array(classCount * parts * inputs);
  for (let k = 0; k < classCount * parts; k++) {
    const own = rng.fork('task', task, 'centre', k);
    const [within, anywhere] = [own.fork('within'), own.fork('anywhere')];
    const along = Array.from({ length: sharedDimensions }, () => separation * Math.sqrt((share * inputs) / sharedDimensions) * within.normal());
    for (let i = 0; i < inputs; i++) {
      let value = separation * Math.sqrt(1 - share) * anywhere.normal();
      for (let j = 0; j < sharedDimensions; j++) value += along[j]! * basis[j * inputs + i]!;
      centres[k * inputs + i] = value;
    }
  }
  return {
    spec,
    centres: tensor(centres, [classCount * parts, inputs]),
    posterior: (x) => posterior(x, centres, classCount, parts),
    example: (split, index) => {
      const own = Random.seed(seed).fork('gaussian tasks', task, split, index);
      const label = index % classCount;
      const from = (label * parts + own.fork('part').int(parts)) * inputs;
      return { x: own.fork('x').fillNormal(new Float32Array(inputs)).map((v, i) => v + centres[from + i]!), label };
    },
  };
}

/** Rows made orthogonal and of length 1 (modified Gram and Schmidt), in float64. */
function orthonormal(rows: Float32Array, width: number): Float64Array {
  const out = Float64Array.from(rows);
  for (let j = 0; j < rows.length / width; j++) {
    const row = out.subarray(j * width, (j + 1) * width);
    for (let i = 0; i < j; i++) {
      const before = out.subarray(i * width, (i + 1) * width);
      const product = row.reduce((sum, v, c) => sum + v * before[c]!, 0);
      row.forEach((v, c) => (row[c] = v - product * before[c]!));
    }
    const length = Math.sqrt(row.reduce((sum, v) => sum + v * v, 0));
    row.forEach((v, c) => (row[c] = v / length));
  }
  return out;
}

/** Bayes with equal classes and parts: sum over a class's parts of e^(-|x - c|^2 / 2), normalised. */
function posterior(x: ArrayLike<number>, centres: Float32Array, classCount: number, parts: number): Float64Array {
  const width = x.length;
  const logs = Float64Array.from({ length: classCount * parts }, (_, k) => {
    let sum = 0;
    for (let i = 0; i < width; i++) sum += (x[i]! - centres[k * width + i]!) * (x[i]! - centres[k * width + i]!);
    return -sum / 2;
  });
  const most = logs.reduce((a, b) => Math.max(a, b), -Infinity);
  const out = new Float64Array(classCount);
  logs.forEach((l, k) => (out[Math.floor(k / parts)]! += exp(l - most)));
  const total = out.reduce((a, b) => a + b, 0);
  return out.map((v) => v / total);
}
const best = (probs: Float64Array): number => probs.reduce((at, p, c) => (p > probs[at]! ? c : at), 0);

/** x [n, inputs] float32, y [n] int32; classes in turn. */
export function makeGaussianTask(task: GaussianTask, split: string, count: number): { readonly x: Tensor; readonly y: Tensor } {
  const { inputs } = task.spec;
  const x = new Float32Array(count * inputs);
  const y = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const example = task.example(split, i);
    x.set(example.x, i * inputs);
    y[i] = example.label;
  }
  return { x: tensor(x, [count, inputs]), y: int32(y) };
}
/** Share of so many examples that the best possible classifier names rightly. */
export function bayesAccuracy(task: GaussianTask, count: number): number {
  let right = 0;
  for (let i = 0; i < count; i++) {
    const { x, label } = task.example('bayes', i);
    if (best(task.posterior(x)) === label) right++;
  }
  return right / count;
}

const knobs = {
  task: int({ label: 'Task', min: 0, max: 8, default: 0, help: '0 is that of pre-training.' }),
  inputs: int({ label: 'Inputs', min: 2, max: 256, default: 64 }),
  classCount: int({ label: 'Classes', min: 2, max: 20, default: 10 }),
  parts: int({ label: 'Gaussians a class', min: 1, max: 8, default: 4 }),
  separation: float({ label: 'Separation', min: 0, max: 2, default: 0.4, help: 'Standard deviation of a centre\'s coordinates; examples lie round it with 1.' }),
  sharedDimensions: int({ label: 'Shared dimensions', min: 1, max: 64, default: 16, group: 'Likeness of tasks' }),
  sharedShare: float({ label: 'Share of the variance in them', min: 0, max: 1, default: 0.5, group: 'Likeness of tasks', help: 'Of tasks from 1 on; task 0 lies in them wholly.' }),
} as const;

export const dataset = defineDataset({
  id: 'gaussian-tasks',
  title: 'Tasks of Gaussians',
  family: 'toy',
  says: 'Several classification tasks in one space: classes are mixtures of Gaussians, tasks share a subspace as far as you say. The probability of each class given an example is known, and with it the accuracy that nothing can pass.',
  knobs,
  open: ({ knobs: k }) => {
    const tasks = new Map<number, GaussianTask>();
    const taskOf = (seed: number): GaussianTask => {
      const task = tasks.get(seed) ?? gaussianTask({ ...k, sharedDimensions: Math.min(k.sharedDimensions, k.inputs), seed });
      tasks.set(seed, task);
      return task;
    };
    return {
      example: ({ seed, split, index }) => {
        const task = taskOf(seed);
        const { x, label } = task.example(split, index);
        return { x: tensor(x), y: label, posterior: tensor(Float32Array.from(task.posterior(x))) };
      },
      preview: ({ seed }) => previewOf(taskOf(seed)),
    };
  },
});

function previewOf(task: GaussianTask): Preview[] {
  const { classCount, parts, inputs } = task.spec;
  const n = classCount * parts;
  const distance = Float32Array.from({ length: n * n }, (_, at) => {
    let sum = 0;
    for (let i = 0; i < inputs; i++) {
      const d = task.centres.data[Math.floor(at / n) * inputs + i]! - task.centres.data[(at % n) * inputs + i]!;
      sum += d * d;
    }
    return Math.sqrt(sum);
  });
  const points = Array.from({ length: 400 }, (_, i) => task.example('train', i));
  return [
    { title: 'What can be known', picture: { kind: 'table', columns: ['classifier', 'accuracy of 400'], rows: [['the best possible', bayesAccuracy(task, 400).toFixed(3)], ['chance', (1 / classCount).toFixed(3)]] } },
    { title: 'Distances of the centres', says: 'Class by class; examples lie round a centre with a standard deviation of 1 each way.', picture: { kind: 'heatmap', rows: n, columns: n, values: distance, scale: 'sequential' } },
    { title: 'The first two coordinates', says: '400 examples, by class.', picture: { kind: 'scatter', xLabel: 'x0', yLabel: 'x1', points: points.map(({ x, label }) => ({ label: `class ${label}`, arm: String(label), shape: 'dot' as const, x: x[0]!, y: x[1]! })) } },
  ];
}
