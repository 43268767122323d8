/** What a set of weights is worth on the validation examples: loss and score. */
import { floats, sizeOf, type Params, type Shape, type Tensor } from '../../base/tensor';
import { flatGradient } from '../../engine/autodiff';
import { layoutOf, unflatten } from '../../engine/layout';
import { readOnnx } from '../../engine/onnx/reader';
import { rewrite } from '../../engine/rewrite';
import { inputOp, type Value } from '../../engine/value';
import type { Lab } from '../../lab/lab';
import { batchAt, feedName, shapesAt, targetName, type Examples } from '../../lab/own/examples';
import type { OwnModel } from '../../lab/own/open';
import { prepareStep, type OwnStep } from '../../lab/own/step';
import { sgd } from '../../nn/optimizers';
import { isFixed } from '../../spec/own-screen';
import type { Task } from '../../spec/own-model';
import type { Prepared } from './prepare';

export interface Verdict {
  readonly loss: number;
  /** Accuracy; R² for regression. */
  readonly score: number;
}
export interface Judge {
  /** Every tensor that may change, as the file has it. */
  readonly start: Params;
  /** `weights`: some of those, changed. */
  verdict(weights: Params): Promise<Verdict>;
  /** The first validation batch, as the forward pass is fed with it, and the first output for it. */
  readonly first: Readonly<Record<string, Tensor>>;
  answers(weights: Params): Promise<Tensor>;
  /** Batches of one verdict. */
  readonly batches: number;
  /** Loss of a batch, and its gradient with respect to every tensor of `start` (0 for running statistics, which take none). */
  slope(weights: Params, batch: number): Promise<{ readonly loss: number; readonly gradient: Params }>;
}

/** One compiled forward pass for all arms. */
export function makeJudge(lab: Lab, { model, validation, task, batch }: Pick<Prepared, 'model' | 'validation' | 'task' | 'batch'>): Judge {
  const step = prepareStep(model, { examples: validation, task, batch, optimizer: sgd(), uses: Object.fromEntries(model.description.tensors.map((t) => [t.name, isFixed(t) ? 'frozen' : 'trained'])) });
  const forward = lab.forward({
    name: 'own-validation',
    params: { ...step.spec.params, ...step.spec.buffers },
    inputs: step.spec.batch,
    outputs: ({ params, inputs }) => ({ loss: step.spec.loss({ params, frozen: {}, average: {}, buffers: params, batch: inputs }).loss as Value, output: outputOf(model, step, { ...params, ...inputs }) }), // one loss: a step of an own model has no more
  });
  const layout = layoutOf({ ...step.spec.params, ...step.spec.buffers });
  const slope = lab.forward({
    name: 'own-slope', params: { ...step.spec.params, ...step.spec.buffers }, inputs: step.spec.batch,
    outputs: ({ params, inputs }) => {
      const loss = step.spec.loss({ params, frozen: {}, average: {}, buffers: params, batch: inputs }).loss as Value; // one loss, as above
      return { loss, dTheta: flatGradient(loss, params, layout) };
    },
  });
  const batches = Math.floor(validation.count / batch);
  const at = (weights: Params): Params => ({ ...step.from, ...Object.fromEntries(Object.entries(weights).filter(([name]) => Object.hasOwn(step.from, name))) });
  return {
    start: step.from,
    first: step.next(0),
    batches,
    slope: async (weights, i) => {
      const out = await slope.run(at(weights), step.next(i % batches));
      return { loss: floats(out.loss!)[0]!, gradient: unflatten(out.dTheta!, layout) };
    },
    answers: async (weights) => (await forward.run(at(weights), step.next(0))).output!,
    verdict: async (weights) => {
      const params = at(weights);
      const tally = newTally(task);
      let loss = 0;
      for (let i = 0; i < batches; i++) {
        const fed = step.next(i);
        const out = await forward.run(params, fed);
        loss += floats(out.loss!)[0]! / batches;
        tally.add(out.output!, fed[targetName] ?? nextTokens(validation, batch, i));
      }
      return { loss, score: tally.score() };
    },
  };
}
/** Of token ids [n, t], what each position is to predict: the next one; nothing, -1, at the end of a row. */
function nextTokens(examples: Examples, batch: number, i: number): Tensor {
  const tokens = Object.values(batchAt(examples, undefined, batch, i))[0]!;
  const t = tokens.shape[1]!;
  return { ...tokens, dtype: 'int32', data: Int32Array.from(tokens.data, (_, place) => (place % t === t - 1 ? -1 : tokens.data[place + 1]!)) };
}

/** The model's first output over the params and inputs of a step. */
function outputOf({ file }: OwnModel, step: OwnStep, at: Readonly<Record<string, Value>>): Value {
  const read = readOnnx(file.bytes, { shapes: shapesAt(step.examples, step.batch), params: new Set(Object.keys(step.from)), files: file.files });
  const output = Object.values(read.program.outputs)[0]!; // a model without outputs is not opened
  return rewrite([output], (value) => (value.op === inputOp ? (at[value.name!] ?? at[feedName(value.name!)]) : undefined)).get(output)!;
}

interface Tally {
  add(output: Tensor, target: Tensor): void;
  score(): number;
}
function newTally(task: Task): Tally {
  if (task === 'regression') return explained();
  let [hits, all] = [0, 0];
  return {
    add: (output, target) => {
      for (const [said, right] of task === 'embedding' ? nearest(output, target) : decisions(output, target)) {
        all++;
        if (said === right) hits++;
      }
    },
    score: () => hits / Math.max(1, all),
  };
}
/** R²: 1 - the sum of squared errors over that of the distances from the mean. */
function explained(): Tally {
  let [errors, sum, squares, n] = [0, 0, 0, 0];
  return {
    add: ({ data: said }, { data: right }) => {
      for (let i = 0; i < said.length; i++) {
        const [a, b] = [said[i]!, right[i]!];
        errors += (a - b) ** 2;
        sum += b;
        squares += b * b;
        n++;
      }
    },
    score: () => 1 - errors / Math.max(1e-12, squares - (sum * sum) / Math.max(1, n)),
  };
}
/** Answer and truth of every position: the largest of the logits against the label, or against the largest probability. */
export function* decisions(output: Tensor, target: Tensor): Generator<readonly [number, number]> {
  const { axis, labelled } = classAxis(output.shape, target);
  const classes = output.shape[axis]!;
  const inner = sizeOf(output.shape.slice(axis + 1));
  const rows = output.data.length / classes;
  for (let row = 0; row < rows; row++) {
    const said = largest(output.data, row, classes, inner);
    const right = labelled ? target.data[row]! : largest(target.data, row, classes, inner);
    if (right >= 0) yield [said, right]; // a negative label does not count
  }
}
/** The axis of logits that labels lack: the second, as PyTorch has it, or else the last. Probabilities lack none. */
function classAxis(logits: Shape, { shape, dtype }: Tensor): { axis: number; labelled: boolean } {
  if (dtype === 'float32') return { axis: 1, labelled: false };
  const without = (axis: number): string => logits.filter((_, i) => i !== axis).join();
  return { axis: logits.length > 2 && without(1) !== shape.join() ? logits.length - 1 : 1, labelled: true };
}
function largest(data: Tensor['data'], row: number, classes: number, inner: number): number {
  const start = Math.floor(row / inner) * classes * inner + (row % inner);
  let best = 0;
  for (let c = 1; c < classes; c++) if (data[start + c * inner]! > data[start + best * inner]!) best = c;
  return best;
}
/** For each vector, the label of its nearest other one in the batch by angle, and its own. */
function* nearest(output: Tensor, target: Tensor): Generator<readonly [number, number]> {
  const [n, d] = output.shape as readonly [number, number];
  const vectors = Array.from({ length: n }, (_, i) => floats(output).subarray(i * d, (i + 1) * d));
  const dot = (a: Float32Array, b: Float32Array): number => a.reduce((total, v, k) => total + v * b[k]!, 0);
  const lengths = vectors.map((v) => Math.sqrt(dot(v, v)) || 1);
  for (let i = 0; i < n; i++) {
    let [best, place] = [-Infinity, -1];
    for (let j = 0; j < n; j++) {
      const likeness = j === i ? -Infinity : dot(vectors[i]!, vectors[j]!) / (lengths[i]! * lengths[j]!);
      if (likeness > best) [best, place] = [likeness, j];
    }
    if (place >= 0) yield [target.data[place]!, target.data[i]!];
  }
}
