/** Reductions, and the softmax family. Opsets 13 to 21; older forms where they cost a line. */
import { sizeOf } from '../../../base/tensor';
import * as ops from '../../ops';
import { type Value } from '../../value';
import { axesOf, all, type Builder, type Builders } from './builder';

const reduction = (apply: (x: Value, over: { axes: readonly number[]; keepDims: boolean }) => Value): Builder => (node) => {
  const x = node.input(0);
  const given = node.intsOf(1, 'axes') ?? [];
  if (given.length === 0 && node.int('noop_with_empty_axes', 0) === 1) return x;
  return apply(x, { axes: given.length === 0 ? all(x.shape) : axesOf(given, x.shape.length), keepDims: node.int('keepdims', 1) === 1 });
};
/** Before opset 13 the softmax family flattened its input to a matrix at `axis`; the same where that is the last axis. */
const softmaxLike = (apply: (x: Value, axis: number) => Value): Builder => (node) => {
  const x = node.input(0);
  const axis = ops.normalAxis('axis', node.int('axis', node.opset < 13 ? 1 : -1), x.shape.length);
  if (node.opset >= 13 || axis === x.shape.length - 1) return apply(x, axis);
  return ops.reshape(apply(ops.reshape(x, [sizeOf(x.shape.slice(0, axis)), sizeOf(x.shape.slice(axis))]), 1), x.shape);
};

export const reductions: Builders = {
  LogSoftmax: softmaxLike(ops.logSoftmax),
  ReduceL1: reduction((x, over) => ops.sum(ops.abs(x), over)),
  ReduceL2: reduction((x, over) => ops.sqrt(ops.sum(ops.mul(x, x), over))),
  ReduceMax: reduction(ops.max),
  ReduceMean: reduction(ops.mean),
  ReduceMin: reduction((x, over) => ops.neg(ops.max(ops.neg(x), over))),
  ReduceSum: reduction(ops.sum),
  ReduceSumSquare: reduction((x, over) => ops.sum(ops.mul(x, x), over)),
  Softmax: softmaxLike(ops.softmax),
};
