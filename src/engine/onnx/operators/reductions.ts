/** Reductions, and the softmax family. Opsets 7 to 21: axes are attributes at first, then inputs. */
import { sizeOf } from '../../../base/tensor';
import * as ops from '../../ops';
import { constant, type Value } from '../../value';
import { axesOf, all, type Builder, type Builders } from './builder';

type Over = { readonly axes: readonly number[]; readonly keepDims: boolean };
const reduction = (apply: (x: Value, over: Over) => Value): Builder => (node) => {
  const x = node.input(0);
  const given = node.intsOf(1, 'axes') ?? [];
  if (given.length === 0 && node.int('noop_with_empty_axes', 0) === 1) return x;
  return apply(x, { axes: given.length === 0 ? all(x.shape) : axesOf(given, x.shape.length), keepDims: node.int('keepdims', 1) === 1 });
};
const keptShape = (x: Value, { axes, keepDims }: Over): number[] => (keepDims ? x.shape.map((d, i) => (axes.includes(i) ? 1 : d)) : x.shape.filter((_, i) => !axes.includes(i)));
/** By halves: a product of products, which zeros do not stop from being differentiated (as y / x would). */
function product(x: Value, over: Over): Value {
  const others = all(x.shape).filter((i) => !over.axes.includes(i));
  const rows = sizeOf(others.map((i) => x.shape[i]!));
  let y = ops.reshape(ops.transpose(x, [...others, ...over.axes]), [rows, sizeOf(over.axes.map((i) => x.shape[i]!))]);
  while (y.shape[1]! > 1) {
    const [count, half] = [y.shape[1]!, Math.floor(y.shape[1]! / 2)];
    const pairs = ops.mul(ops.sliceAxis(y, 1, 0, half), ops.sliceAxis(y, 1, half, half));
    y = count % 2 === 0 ? pairs : ops.concat([pairs, ops.sliceAxis(y, 1, count - 1, 1)], 1);
  }
  return ops.reshape(y, keptShape(x, over));
}
/** Shifted by the maximum, so that it does not overflow; the shift has no gradient of its own. */
function logSumExp(x: Value, over: Over): Value {
  const top = ops.stopGradient(ops.max(x, { axes: over.axes, keepDims: true }));
  const shift = ops.where(ops.equal(ops.abs(top), Infinity), 0, top); // log(0) is -Infinity, not NaN
  const total = ops.add(ops.log(ops.sum(ops.exp(ops.sub(x, shift)), { axes: over.axes, keepDims: true })), shift);
  return ops.reshape(total, keptShape(x, over));
}
/** The length, whose gradient at zero is taken as zero, as PyTorch has it: that of the root is infinite there. */
function length(x: Value, over: Over): Value {
  const square = ops.sum(ops.mul(x, x), over);
  const none = ops.equal(square, 0);
  return ops.where(none, 0, ops.sqrt(ops.where(none, 1, square)));
}
/** Bools are reduced as 0 and 1. */
const extreme = (apply: (x: Value, over: Over) => Value) => (x: Value, over: Over): Value => (x.dtype === 'bool' ? ops.cast(apply(ops.cast(x, 'float32'), over), 'bool') : apply(x, over));

/** Before opset 13 the softmax family flattened its input to a matrix at `axis`; the same where that is the last axis. */
const softmaxLike = (apply: (x: Value, axis: number) => Value): Builder => (node) => {
  const x = node.input(0);
  const axis = ops.normalAxis('axis', node.int('axis', node.opset < 13 ? 1 : -1), x.shape.length);
  if (node.opset >= 13 || axis === x.shape.length - 1) return apply(x, axis);
  return ops.reshape(apply(ops.reshape(x, [sizeOf(x.shape.slice(0, axis)), sizeOf(x.shape.slice(axis))]), 1), x.shape);
};
/** 1 at the first maximum along the axis, else 0. */
function hardmax(x: Value, axis: number): Value {
  const size = x.shape[axis]!;
  const places = constant({ dtype: 'float32', shape: x.shape.slice(axis).map((_, i) => (i === 0 ? size : 1)), data: Float32Array.from({ length: size }, (_, i) => i) });
  const tops = ops.where(ops.equal(x, ops.max(x, { axes: [axis], keepDims: true })), places, size);
  const first = ops.neg(ops.max(ops.neg(tops), { axes: [axis], keepDims: true }));
  return ops.cast(ops.equal(places, first), x.dtype);
}

export const reductions: Builders = {
  Hardmax: softmaxLike(hardmax),
  LogSoftmax: softmaxLike(ops.logSoftmax),
  ReduceL1: reduction((x, over) => ops.sum(ops.abs(x), over)),
  ReduceL2: reduction(length),
  ReduceLogSum: reduction((x, over) => ops.log(ops.sum(x, over))),
  ReduceLogSumExp: reduction(logSumExp),
  ReduceMax: reduction(extreme(ops.max)),
  ReduceMean: reduction(ops.mean),
  ReduceMin: reduction(extreme((x, over) => ops.neg(ops.max(ops.neg(x), over)))),
  ReduceProd: reduction(product),
  ReduceSum: reduction(ops.sum),
  ReduceSumSquare: reduction((x, over) => ops.sum(ops.mul(x, x), over)),
  Softmax: softmaxLike(ops.softmax),
};
