/** Normalisation layers, and dropout. Opsets 7 to 21. */
import { showShape, sizeOf, type Shape } from '../../../base/tensor';
import { fail, type NodeReader } from '../node-reader';
import * as ops from '../../ops';
import { constant, type Value } from '../../value';
import { all, axesOf, bounded, first, standardized, spatial, type Builder, type Builders } from './builder';

/** 1 / sqrt(variance + epsilon). */
const inverseStd = (variance: Value, epsilon: number): Value => ops.reciprocal(ops.sqrt(ops.add(variance, epsilon)));
interface Moments {
  readonly mean: Value;
  readonly centred: Value;
  readonly variance: Value;
}
/** Mean and biased variance over axes that are kept. */
function momentsOf(x: Value, axes: readonly number[]): Moments {
  const mean = ops.mean(x, { axes, keepDims: true });
  const centred = ops.sub(x, mean);
  return { mean, centred, variance: ops.mean(ops.mul(centred, centred), { axes, keepDims: true }) };
}

/**
 * With the stored statistics or, in training, with those of the batch. Then the running ones come out as well: running * momentum +
 * batch * (1 - momentum), and in the older form of five outputs the batch's own.
 */
const batchNormalization: Builder = (node) => {
  if (node.int('spatial', 1) !== 1) fail('spatial = 0 (statistics for each pixel) is not supported.');
  const x = node.input(0);
  const channel = (i: number): Value => first(node.input(i), x.shape.length);
  const [scale, bias] = [channel(1), channel(2)];
  const epsilon = node.float('epsilon', 1e-5);
  const training = node.opset < 14 ? node.wants(1) : node.int('training_mode', 0) === 1;
  if (!training) return ops.add(ops.mul(ops.sub(x, channel(3)), ops.mul(scale, inverseStd(channel(4), epsilon))), bias);
  const { mean, centred, variance } = momentsOf(x, all(x.shape).filter((i) => i !== 1));
  const momentum = node.float('momentum', 0.9);
  const running = (i: number, batch: Value): Value => ops.add(ops.mul(node.input(i), momentum), ops.mul(batch, 1 - momentum));
  const [batchMean, batchVariance] = [mean, variance].map((v) => ops.reshape(v, node.input(3).shape)) as [Value, Value]; // two in, two out
  const y = ops.add(ops.mul(centred, ops.mul(scale, inverseStd(variance, epsilon))), bias);
  return [y, running(3, batchMean), running(4, batchVariance), batchMean, batchVariance];
};

/** Axes from `axis` on. Outputs beside y: the mean, and 1 / standard deviation. */
const layerNormalization: Builder = (node) => {
  const x = node.input(0);
  const { y, mean, invStd } = layerNormalized(x, node.int('axis', -1), node.float('epsilon', 1e-5), node.input(1), node.maybe(2));
  return [y, mean, invStd];
};
export function layerNormalized(x: Value, axis: number, epsilon: number, scale: Value, bias: Value | undefined): { y: Value; mean: Value; invStd: Value } {
  const { mean, centred, variance } = momentsOf(x, all(x.shape).slice(ops.normalAxis('axis', axis, x.shape.length)));
  const invStd = inverseStd(variance, epsilon);
  const scaled = ops.mul(ops.mul(centred, invStd), scale);
  return { y: bias ? ops.add(scaled, bias) : scaled, mean, invStd };
}
/** x / sqrt(mean(x^2) + epsilon), times the scale. */
export function rmsNormalized(x: Value, axis: number, epsilon: number, scale: Value): { y: Value; invStd: Value } {
  const axes = all(x.shape).slice(ops.normalAxis('axis', axis, x.shape.length));
  const invStd = inverseStd(ops.mean(ops.mul(x, x), { axes, keepDims: true }), epsilon);
  return { y: ops.mul(ops.mul(x, invStd), scale), invStd };
}
export const rmsNormalization: Builder = (node) => {
  const { y, invStd } = rmsNormalized(node.input(0), node.int('axis', -1), node.float('epsilon', 1e-5), node.input(1));
  return [y, invStd];
};
const instanceNormalization: Builder = (node) => {
  const x = node.input(0);
  const y = standardized(x, spatial(x).axes, node.float('epsilon', 1e-5));
  return ops.add(ops.mul(y, first(node.input(1), x.shape.length)), first(node.input(2), x.shape.length));
};
/** Scale and bias are one a group in opset 18, one a channel from 21 on. */
const groupNormalization: Builder = (node) => {
  const x = node.input(0);
  const [n, channels, ...image] = x.shape as [number, number, ...number[]];
  const groups = node.int('num_groups') ?? fail('it does not say num_groups.');
  if (x.shape.length < 2) fail(`an input [n, channels, ...] was expected, but ${showShape(x.shape)} came.`);
  if (channels % groups !== 0) fail(`${channels} channels do not make ${groups} equal groups.`);
  const y = standardized(ops.reshape(x, [n, groups, sizeOf([channels / groups, ...image])]), [2], node.float('epsilon', 1e-5));
  if (node.opset < 21) return ops.reshape(ops.add(ops.mul(y, first(node.input(1), 3)), first(node.input(2), 3)), x.shape);
  return ops.add(ops.mul(ops.reshape(y, x.shape), first(node.input(1), x.shape.length)), first(node.input(2), x.shape.length));
};
/** (x - mean) / (standard deviation + 1e-9), the epsilon of ONNX's own definition. */
const meanVarianceNormalization: Builder = (node) => {
  const x = node.input(0);
  const { centred, variance } = momentsOf(x, axesOf(node.ints('axes') ?? [0, 2, 3], x.shape.length));
  return ops.div(centred, ops.add(ops.sqrt(variance), 1e-9));
};
/** x / (bias + alpha / size * sum of squares over `size` neighbouring channels)^beta. */
const localResponse: Builder = (node) => {
  const x = node.input(0);
  const size = node.int('size') ?? fail('it does not say its size.');
  if (size < 1 || size > 1024) fail(`size ${size} is not supported, only 1 to 1024.`);
  const before = Math.floor((size - 1) / 2);
  const along = (count: number): number[] => x.shape.map((_, i) => (i === 1 ? count : 0));
  const padded = ops.pad(ops.mul(x, x), along(before), along(size - 1 - before));
  const total = Array.from({ length: size }, (_, i) => ops.sliceAxis(padded, 1, i, x.shape[1]!)).reduce((a, b) => ops.add(a, b));
  const base = ops.add(ops.mul(total, node.float('alpha', 1e-4) / size), node.float('bias', 1));
  return ops.div(x, ops.pow(base, node.float('beta', 0.75)));
};
const lpNormalization: Builder = (node) => {
  const x = node.input(0);
  const over = { axes: axesOf([node.int('axis', -1)], x.shape.length), keepDims: true };
  const p = node.int('p', 2);
  if (p !== 1 && p !== 2) fail(`p = ${p} is not supported, only 1 and 2.`);
  return ops.div(x, p === 1 ? ops.sum(ops.abs(x), over) : ops.sqrt(ops.sum(ops.mul(x, x), over)));
};

/** As in inference: the identity, and a mask of ones. No op here draws random numbers, so a dropout that is to drop drops nothing. */
const dropout: Builder = (node) => {
  const x = node.input(0);
  const training = node.opset >= 12 && (node.numbers(2)?.[0] ?? 0) !== 0;
  if (training && dropRatio(node) !== 0) node.note('dropout in training mode is read as the identity: nothing is dropped.');
  return [x, ...(node.wants(1) ? [allTrue(x.shape)] : [])];
};
const dropRatio = (node: NodeReader): number => node.numbers(1)?.[0] ?? node.float('ratio', 0.5);
const allTrue = (shape: Shape): Value => constant({ dtype: 'bool', shape, data: new Uint8Array(bounded(sizeOf(shape))).fill(1) });

export const normalization: Builders = {
  BatchNormalization: batchNormalization,
  Dropout: dropout,
  GroupNormalization: groupNormalization,
  InstanceNormalization: instanceNormalization,
  LayerNormalization: layerNormalization,
  LpNormalization: lpNormalization,
  LRN: localResponse,
  MeanVarianceNormalization: meanVarianceNormalization,
  RMSNormalization: rmsNormalization,
  SimplifiedLayerNormalization: rmsNormalization,
};
