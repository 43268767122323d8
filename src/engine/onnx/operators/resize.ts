/**
 * What changes the size of an image. Resizing is linear along each axis: nearest neighbours are picked, linear and cubic ones are a
 * product with a fixed matrix [out, in], which every provider runs and whose gradient is its transpose.
 */
import { int32, showShape, sizeOf } from '../../../base/tensor';
import { fail, type NodeReader } from '../node-reader';
import * as ops from '../../ops';
import { constant, type Value } from '../../value';
import { all, axesOf, bounded, type Builder, type Builders } from './builder';

/** One axis that changes: sizes, how many outputs an input is worth, and the part that is looked at (crop_and_resize). */
interface Axis {
  readonly from: number;
  readonly to: number;
  readonly scale: number;
  readonly crop: readonly [number, number];
}
/** Where output `i` lies among the inputs. */
const PLACES: Readonly<Record<string, (i: number, axis: Axis) => number>> = {
  half_pixel: (i, { scale }) => (i + 0.5) / scale - 0.5,
  half_pixel_symmetric: (i, { from, to, scale }) => (from / 2) * (1 - to / (scale * from)) + (i + 0.5) / scale - 0.5,
  pytorch_half_pixel: (i, { to, scale }) => (to > 1 ? (i + 0.5) / scale - 0.5 : 0),
  align_corners: (i, { from, to, scale }) => (to > 1 ? (i * (from - 1)) / (scale * from - 1) : 0), // a scale may ask for 2.4 outputs: ONNX's own tests keep the fraction
  asymmetric: (i, { scale }) => i / scale,
  tf_half_pixel_for_nn: (i, { scale }) => (i + 0.5) / scale,
  tf_crop_and_resize: (i, { from, to, crop: [start, end] }) => (to > 1 ? start * (from - 1) + (i * (end - start) * (from - 1)) / (to - 1) : 0.5 * (start + end) * (from - 1)),
};
const ROUNDINGS: Readonly<Record<string, (x: number) => number>> = { round_prefer_floor: (x) => Math.ceil(x - 0.5), round_prefer_ceil: (x) => Math.floor(x + 0.5), floor: Math.floor, ceil: Math.ceil };
/** Weight of an input at distance t: linear, or cubic convolution with parameter a (Keys 1981). */
const linear = (t: number): number => Math.max(0, 1 - Math.abs(t));
const cubic = (a: number) => (t: number): number => {
  const d = Math.abs(t);
  if (d < 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
  return d < 2 ? ((a * d - 5 * a) * d + 8 * a) * d - 4 * a : 0;
};

type Place = (i: number, axis: Axis) => number;
/** [to, from]; a weight beyond the edge goes to the edge, or with `exclude` to the weights inside. */
function matrixOf(axis: Axis, place: Place, weight: (t: number) => number, reach: number, exclude: boolean): Value {
  const data = new Float32Array(bounded(axis.to * axis.from));
  for (let i = 0; i < axis.to; i++) {
    const at = place(i, axis);
    const low = Math.floor(at) - reach + 1;
    const taps = Array.from({ length: 2 * reach }, (_, k) => ({ j: low + k, w: weight(low + k - at) })).filter(({ j }) => !exclude || (j >= 0 && j < axis.from));
    const total = exclude ? taps.reduce((sum, { w }) => sum + w, 0) : 1;
    for (const { j, w } of taps) data[i * axis.from + Math.min(Math.max(j, 0), axis.from - 1)]! += w / total;
  }
  return constant({ dtype: 'float32', shape: [axis.to, axis.from], data });
}
/** A matrix [to, from] applied along one axis of x. */
function along(x: Value, axis: number, matrix: Value): Value {
  const [to, from] = matrix.shape as [number, number];
  const shape = x.shape.map((d, i) => (i === axis ? to : d));
  const inner = sizeOf(x.shape.slice(axis + 1));
  if (inner === 1) return ops.reshape(ops.matmul(ops.reshape(x, [sizeOf(x.shape) / from, from]), matrix, { transB: true }), shape);
  return ops.reshape(ops.matmul(matrix, ops.reshape(x, [sizeOf(x.shape.slice(0, axis)), from, inner])), shape);
}
/** Entries of one axis by place: repeated by a whole number, taken at even steps, or picked. */
function picked(x: Value, axis: number, places: readonly number[]): Value {
  const size = x.shape[axis]!;
  const times = places.length / size;
  if (Number.isInteger(times) && places.every((at, i) => at === Math.floor(i / times))) {
    const [lead, rest] = [x.shape.slice(0, axis + 1), x.shape.slice(axis + 1)];
    return ops.reshape(ops.expand(ops.reshape(x, [...lead, 1, ...rest]), [...lead, times, ...rest]), x.shape.map((d, i) => (i === axis ? places.length : d)));
  }
  // A few runs of even steps are cut out; more would be as many nodes.
  const runs = places.filter((at, i) => i < 2 || at - places[i - 1]! !== places[i - 1]! - places[i - 2]!).length;
  return runs <= 8 ? ops.takeEntries(x, axis, places) : ops.gather(x, constant(int32(places)), axis);
}

/** Images whose rows and columns are repeated by whole numbers: one op. */
function enlarged(x: Value, places: readonly (readonly [number, readonly number[]])[]): Value | undefined {
  if (x.shape.length !== 4 || places.some(([axis]) => axis < 2)) return undefined;
  const factors: [number, number] = [1, 1];
  for (const [axis, at] of places) {
    const times = at.length / x.shape[axis]!;
    if (!Number.isInteger(times) || at.some((from, i) => from !== Math.floor(i / times))) return undefined;
    factors[axis - 2] = times;
  }
  return ops.upsample(x, factors);
}

/** Sizes of the axes that change, by axis. */
function axesThatChange(node: NodeReader, x: Value): ReadonlyMap<number, Axis> {
  const old = node.opset < 11; // Resize of opset 10, Upsample: x and scales
  const rank = x.shape.length;
  const axes = node.ints('axes') ? axesOf(node.ints('axes')!, rank) : all(x.shape);
  const scales = old ? (node.numbers(1) ?? node.floats('scales')) : node.numbers(2);
  const sizes = old ? undefined : node.numbers(3);
  const given = sizes && sizes.length > 0 ? sizes : scales;
  if (!given || given.length !== axes.length) return fail(`it should give a scale or a size for each of ${axes.length} axes, but gives ${given?.length ?? 'none'}.`);
  if (given.some((v) => !(v > 0 && v < 2 ** 31))) fail(`its scales or sizes should be positive numbers, but ${given.filter((v) => !(v > 0 && v < 2 ** 31)).length} of them are not.`);
  const fits = given === sizes ? proportional(node, axes.map((a) => x.shape[a]!), given) : given.map((scale, i) => ({ to: Math.floor(x.shape[axes[i]!]! * scale), scale }));
  const roi = node.text('coordinate_transformation_mode', '') === 'tf_crop_and_resize' ? (node.numbers(1) ?? []) : [];
  const entries = axes.map((axis, i): [number, Axis] => {
    const { to, scale } = fits[i]!;
    if (!(scale > 0) || to < 1) fail(`axis ${axis} of ${showShape(x.shape)} would have the size ${to}.`);
    bounded(to);
    return [axis, { from: x.shape[axis]!, to, scale, crop: [roi[i] ?? 0, roi[i + axes.length] ?? 1] }];
  });
  return new Map(entries.filter(([, { from, to, scale, crop }]) => from !== to || scale !== 1 || crop[0] !== 0 || crop[1] !== 1));
}
/** Sizes as they stand, or one scale for all of them. */
function proportional(node: NodeReader, from: readonly number[], to: readonly number[]): { to: number; scale: number }[] {
  const scales = to.map((size, i) => size / from[i]!);
  const policy = node.text('keep_aspect_ratio_policy', 'stretch');
  if (policy === 'stretch') return to.map((size, i) => ({ to: size, scale: scales[i]! }));
  const scale = policy === 'not_larger' ? Math.min(...scales) : policy === 'not_smaller' ? Math.max(...scales) : fail(`keep_aspect_ratio_policy "${policy}" is not supported.`);
  return from.map((size) => ({ to: Math.round(size * scale), scale }));
}

/** A fixed number wherever a place lies beyond the image. */
function extrapolated(y: Value, at: number, axis: Axis, place: Place, value: number): Value {
  const within = Uint8Array.from({ length: axis.to }, (_, i) => (place(i, axis) >= 0 && place(i, axis) <= axis.from - 1 ? 1 : 0));
  if (within.every((v) => v === 1)) return y;
  return ops.where(constant({ dtype: 'bool', shape: y.shape.flatMap((_, i) => (i < at ? [] : [i === at ? axis.to : 1])), data: within }), y, value);
}

const resize: Builder = (node) => {
  const x = node.input(0);
  const mode = node.text('mode', 'nearest').replace(/^bi|^tri/, '');
  const old = node.opset < 11;
  const named = old ? 'asymmetric' : node.text('coordinate_transformation_mode', 'half_pixel');
  const place = PLACES[named] ?? fail(`coordinate_transformation_mode "${named}" is not supported.`);
  if (node.int('antialias', 0) !== 0) fail('antialias is not supported.');
  const changing = [...axesThatChange(node, x)];
  const cropped = (y: Value): Value => (named === 'tf_crop_and_resize' ? changing.reduce((z, [i, axis]) => extrapolated(z, i, axis, place, node.float('extrapolation_value', 0)), y) : y);
  if (mode === 'nearest') {
    const round = ROUNDINGS[node.text('nearest_mode', 'round_prefer_floor')] ?? fail('its nearest_mode is not supported.');
    const nearest = (at: number, { scale }: Axis): number => (old ? (scale < 1 ? Math.ceil(at) : Math.floor(at)) : round(at));
    const places = changing.map(([i, axis]) => [i, Array.from({ length: axis.to }, (_, at) => Math.min(Math.max(nearest(place(at, axis), axis), 0), axis.from - 1))] as const);
    return cropped(enlarged(x, places) ?? places.reduce((y, [i, at]) => picked(y, i, at), x));
  }
  const exclude = node.int('exclude_outside', 0) === 1;
  const [weight, reach] = mode === 'linear' ? [linear, 1] : mode === 'cubic' ? [cubic(node.float('cubic_coeff_a', -0.75)), 2] : fail(`mode "${mode}" is not supported; nearest, linear and cubic are.`);
  // A place beyond the edge is the edge itself, for linear weights; cubic ones reach over it.
  const inside: Place = mode === 'linear' ? (i, axis) => Math.min(Math.max(place(i, axis), 0), axis.from - 1) : place;
  return cropped(changing.reduce((y, [i, axis]) => along(y, i, matrixOf(axis, inside, weight, reach, exclude)), x));
};

/** Channels to pixels: [n, c b b, h, w] -> [n, c, h b, w b]. */
const depthToSpace: Builder = (node) => {
  const x = node.input(0);
  const b = node.int('blocksize', 0);
  const [n, channels, h, w] = imageShape(x);
  if (b < 1 || channels % (b * b) !== 0) fail(`${channels} channels are not made of blocks of ${b} x ${b}.`);
  const c = channels / (b * b);
  const crd = node.text('mode', 'DCR') === 'CRD';
  const split = ops.reshape(x, crd ? [n, c, b, b, h, w] : [n, b, b, c, h, w]);
  return ops.reshape(ops.transpose(split, crd ? [0, 1, 4, 2, 5, 3] : [0, 3, 4, 1, 5, 2]), [n, c, h * b, w * b]);
};
/** Pixels to channels: the inverse, in the order of DCR. */
const spaceToDepth: Builder = (node) => {
  const x = node.input(0);
  const b = node.int('blocksize', 0);
  const [n, c, h, w] = imageShape(x);
  if (b < 1 || h % b !== 0 || w % b !== 0) fail(`an image ${h} x ${w} is not made of blocks of ${b} x ${b}.`);
  return ops.reshape(ops.transpose(ops.reshape(x, [n, c, h / b, b, w / b, b]), [0, 3, 5, 1, 2, 4]), [n, c * b * b, h / b, w / b]);
};
function imageShape(x: Value): readonly [number, number, number, number] {
  if (x.shape.length !== 4) fail(`images [n, c, h, w] were expected, but ${showShape(x.shape)} came.`);
  return x.shape as readonly [number, number, number, number];
}

export const resizing: Builders = { DepthToSpace: depthToSpace, Resize: resize, SpaceToDepth: spaceToDepth, Upsample: resize };
