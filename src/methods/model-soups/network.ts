/** The graphs of this method: a fine-tuning step, a linear probe, a forward pass over a whole set, and the gradient at given weights. */
import { exp, log } from '../../base/math';
import type { Random } from '../../base/random';
import { floats, int32, tensor, type Params, type Tensor } from '../../base/tensor';
import type { Labelled } from '../../data/labelled';
import { flatGradient, gradients } from '../../engine/autodiff';
import { flatten, layoutOf, unflatten } from '../../engine/layout';
import { mul, reshape } from '../../engine/ops';
import { viewsOf } from '../../engine/ops/compose';
import { defineProgram } from '../../engine/program';
import type { Lab, Shapes, Trainer } from '../../lab/lab';
import { cnnFeatures, cnnLogits, featureSize, headLogits } from '../../nn/cnn';
import { crossEntropy } from '../../nn/losses';
import { zeros } from '../../nn/layers';
import { adam } from '../../nn/optimizers';
import { cosine } from '../../nn/schedules';

/** Images [n, 784] in [0, 1], one label each. */
export interface ImageSet {
  readonly images: Float32Array;
  readonly labels: Int32Array;
}
export const pixels = 28 * 28;
export const batchSize = 64;
/** Images in one forward pass; a set is cut into chunks of it. */
export const chunkSize = 256;
export const chunksOf = (count: number): number => Math.ceil(count / chunkSize);

export const shapesOf = (params: Params): Shapes => Object.fromEntries(Object.entries(params).map(([name, { shape }]) => [name, shape]));

/** AdamW, gradient clipped to norm 1, cross-entropy with soft targets. */
export const fineTuner = (lab: Lab, shapes: Shapes, classes: number): Trainer =>
  lab.trainer({
    name: 'soup-fine-tune',
    params: shapes,
    batch: { images: { shape: [batchSize, 1, 28, 28] }, targets: { shape: [batchSize, classes] } },
    loss: ({ params, batch }) => ({ loss: crossEntropy(cnnLogits(params, batch.images!), batch.targets!) }),
    optimizer: adam({ clipNorm: 1 }),
  });

/** Chunks of a set as [chunkSize, 1, 28, 28]; the last one is filled up with zeros. */
function* chunks({ images, labels }: ImageSet): Generator<{ images: Tensor; start: number; count: number }> {
  for (let start = 0; start < labels.length; start += chunkSize) {
    const count = Math.min(chunkSize, labels.length - start);
    const chunk = new Float32Array(chunkSize * pixels);
    chunk.set(images.subarray(start * pixels, (start + count) * pixels));
    yield { images: tensor(chunk, [chunkSize, 1, 28, 28]), start, count };
  }
}
/** A compiled function of whole sets: one row of `width` numbers an image. A chunk counts as one unit of work. */
function overSets(lab: Lab, name: string, shapes: Shapes, width: number, output: typeof cnnLogits, label: string) {
  const forward = lab.forward({ name, params: shapes, inputs: { images: { shape: [chunkSize, 1, 28, 28] } }, outputs: ({ params, inputs }) => ({ rows: output(params, inputs.images!) }) });
  return async (params: Params, set: ImageSet): Promise<Float32Array> => {
    const rows = new Float32Array(set.labels.length * width);
    for (const { images, start, count } of chunks(set)) {
      const out = await forward.run(params, { images });
      rows.set(floats(out.rows!).subarray(0, count * width), start * width);
      await lab.worked(1, label);
    }
    return rows;
  };
}
export type Evaluate = (params: Params, set: ImageSet) => Promise<Float32Array>;
/** Logits of every image of a set. */
export const evaluator = (lab: Lab, shapes: Shapes, classes: number): Evaluate => overSets(lab, 'soup-logits', shapes, classes, cnnLogits, 'Evaluating');

/** As labelled pictures [n, 1, 28, 28]. */
export const labelledOf = ({ images, labels }: ImageSet, classes: readonly string[]): Labelled => ({ x: tensor(images, [labels.length, 1, 28, 28]), y: int32(labels), classes });

export interface Score {
  readonly accuracy: number;
  /** Mean cross-entropy in nats. */
  readonly loss: number;
}
export const predictions = (logits: Float32Array, classes: number): Int32Array =>
  Int32Array.from({ length: logits.length / classes }, (_, n) => {
    let best = 0;
    for (let c = 1; c < classes; c++) if (logits[n * classes + c]! > logits[n * classes + best]!) best = c;
    return best;
  });
export function scoreOf(logits: Float32Array, labels: Int32Array): Score {
  const classes = logits.length / labels.length;
  const hits = predictions(logits, classes).reduce((total, p, n) => total + (p === labels[n] ? 1 : 0), 0);
  let loss = 0;
  labels.forEach((label, n) => {
    const row = logits.subarray(n * classes, (n + 1) * classes);
    const top = row.reduce((a, b) => Math.max(a, b), -Infinity);
    loss += top + log(row.reduce((total, z) => total + exp(z - top), 0)) - row[label]!;
  });
  return { accuracy: hits / labels.length, loss: loss / labels.length };
}

/**
 * The shared start's head: fitted to the features of the frozen encoder, from zero. Compiled by itself and not as a `trainer`, so that
 * where the provider is chosen by a race, it is raced on a fine-tuning step and not on this small one.
 */
export async function linearProbe(lab: Lab, { encoder, train, classes, steps, rng }: { encoder: Params; train: ImageSet; classes: number; steps: number; rng: Random }): Promise<Params> {
  const features = await overSets(lab, 'soup-features', shapesOf(encoder), featureSize, cnnFeatures, 'Features for the linear probe')(encoder, train);
  const head = { 'head.weight': zeros([featureSize, classes]), 'head.bias': zeros([classes]) };
  const layout = layoutOf(head);
  const optimizer = adam();
  const rate = cosine(0.02, steps, Math.ceil(steps / 20));
  const slots = Object.fromEntries(Object.entries(optimizer.slots(layout.size, layout)).map(([name, shape]) => [name, { shape }]));
  const scalars = Object.fromEntries(Object.keys(optimizer.scalars(0, { learningRate: 1 })).map((name) => [name, { shape: [] }]));
  const program = defineProgram(
    { name: 'soup-probe', state: { theta: { shape: [layout.size] }, ...slots }, feeds: { features: { shape: [batchSize, featureSize] }, labels: { shape: [batchSize], dtype: 'int32' }, ...scalars } },
    ({ state, feeds }) => {
      const views = viewsOf(state.theta!, layout);
      const loss = crossEntropy(headLogits(views, feeds.features!), feeds.labels!);
      const next = optimizer.update({ theta: state.theta!, gradient: flatGradient(loss, views, layout), slots: state, scalars: feeds });
      return { state: { theta: next.theta, ...next.slots }, outputs: { loss } };
    },
  );
  const session = await lab.compile(program, { theta: flatten(head), ...Object.fromEntries(Object.keys(slots).map((name) => [name, zeros([layout.size])])) });
  const pick = batches(train.labels.length, batchSize, rng);
  for (let step = 0; step < steps; step++) {
    const at = pick(step);
    const rows = new Float32Array(batchSize * featureSize);
    at.forEach((n, i) => rows.set(features.subarray(n * featureSize, (n + 1) * featureSize), i * featureSize));
    const feeds = { features: tensor(rows, [batchSize, featureSize]), labels: int32(Int32Array.from(at, (n) => train.labels[n]!)) };
    const hyper = Object.fromEntries(Object.entries(optimizer.scalars(step, { learningRate: rate(step) })).map(([name, value]) => [name, tensor([value], [])]));
    const { loss } = await session.run({ ...feeds, ...hyper });
    lab.report('linear-probe', step, { 'train/loss': floats(loss!)[0]! });
    if (step % 10 === 9) await lab.worked(1, 'Fitting the linear probe');
  }
  const theta = await session.read('theta');
  await session.release();
  return unflatten(theta, layout);
}

/** Which examples a step sees: whole passes in random order, one after another; a function of the step alone. */
export function batches(count: number, size: number, rng: Random): (step: number) => Int32Array {
  const orders = new Map<number, Uint32Array>();
  const order = (epoch: number): Uint32Array => {
    let known = orders.get(epoch);
    if (!known) orders.set(epoch, (known = rng.fork('epoch', epoch).permutation(count)));
    return known;
  };
  return (step) => Int32Array.from({ length: size }, (_, i) => order(Math.floor((step * size + i) / count))[(step * size + i) % count]!);
}

/** Loss of beta f(x; theta) and its gradients, at any weights: what the learned soup descends. */
export function gradientAt(lab: Lab, shapes: Shapes, size: number) {
  const layout = layoutOf(shapes);
  const forward = lab.forward({
    name: 'soup-gradient',
    params: shapes,
    inputs: { images: { shape: [size, 1, 28, 28] }, labels: { shape: [size], dtype: 'int32' }, beta: { shape: [1] } },
    outputs: ({ params, inputs }) => {
      const loss = crossEntropy(mul(cnnLogits(params, inputs.images!), reshape(inputs.beta!, [1, 1])), inputs.labels!);
      return { loss, dTheta: flatGradient(loss, params, layout), dBeta: gradients(loss, [inputs.beta!])[0]! };
    },
  });
  return async (params: Params, images: Float32Array, labels: Int32Array, beta: number): Promise<{ loss: number; dTheta: Params; dBeta: number }> => {
    const out = await forward.run(params, { images: tensor(images, [size, 1, 28, 28]), labels: int32(labels), beta: tensor([beta]) });
    return { loss: floats(out.loss!)[0]!, dTheta: unflatten(out.dTheta!, layout), dBeta: floats(out.dBeta!)[0]! };
  };
}
