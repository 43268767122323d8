/** What every table of operators is made of: the type of a row, and small helpers that rows share. */
import { int32, showShape, type Shape } from '../../../base/tensor';
import { fail, type NodeReader } from '../node-reader';
import * as ops from '../../ops';
import { constant, scalar, type Value } from '../../value';

/** One output, or a node's outputs in order; undefined: not made here. */
export type Builder = (node: NodeReader) => Value | readonly (Value | undefined)[];
/** Operator (`domain.Operator` outside ONNX's own) -> what it means in our ops: one row an operator. */
export type Builders = Readonly<Record<string, Builder>>;

/** Axes counted from the front. */
export const axesOf = (axes: readonly number[], rank: number): number[] => axes.map((axis) => ops.normalAxis('axis', axis, rank));
export const all = (shape: Shape): number[] => shape.map((_, i) => i);
/** A reshape of a reshape is one reshape. */
export function reshaped(x: Value, to: Shape): Value {
  let from = x;
  while (from.op.name === 'reshape') from = from.inputs['x']!;
  return ops.reshape(from, to);
}
/** One number a channel, [c], for a value of that rank [n, c, ...]. */
export function first(value: Value, rank: number): Value {
  if (rank < 2 || value.shape.length !== 1) fail(`one number a channel, [c], and an input [n, c, ...] were expected, but ${showShape(value.shape)} and ${rank} axes came.`);
  return reshaped(value, [1, value.shape[0]!, ...Array<number>(rank - 2).fill(1)]);
}
/** Of booleans, which no GPU kernel compares: as floats. */
export const not = (x: Value): Value => ops.less(asFloat(x), 0.5);
export const asFloat = (x: Value): Value => ops.cast(x, 'float32');
export const integer = (value: number): Value => (value >= -(2 ** 31) && value < 2 ** 31 ? constant(int32([value], [])) : fail(`the integer ${value} does not fit int32; integers are int32 here.`));
/** A number of the dtype of another value. */
export const and = (a: Value, b: Value): Value => ops.cast(ops.mul(asFloat(a), asFloat(b)), 'bool');
export const like = (x: Value, value: number): Value => (x.dtype === 'int32' ? integer(value) : scalar(value));
export const fold = (combine: (a: Value, b: Value) => Value): Builder => ({ all: [start, ...rest] }) => rest.reduce(combine, start ?? fail('it has no input.'));
export const unary = (apply: (x: Value) => Value): Builder => (node) => apply(node.input(0));
export const binary = (apply: (a: Value, b: Value) => Value): Builder => (node) => apply(node.input(0), node.input(1));
/** A list with one whole number of at least `least` for each of `count` axes; undefined if the node does not give it. */
export function perAxis(node: NodeReader, name: string, count: number, least: number): readonly number[] | undefined {
  const list = node.ints(name);
  if (list && (list.length !== count || list.some((v) => v < least))) fail(`its ${name} [${list.join(',')}] should be ${count} whole numbers of at least ${least}.`);
  return list;
}
export const floatOr = (node: NodeReader, i: number, otherwise: number): number => node.numbers(i)?.[0] ?? otherwise;
const LIMIT = 1 << 22;
export function bounded(count: number): number {
  return count >= 0 && count <= LIMIT ? count : fail(`it would make ${Number.isFinite(count) ? count : 'endlessly many'} numbers while reading; at most ${LIMIT} can be.`);
}
export function standardized(x: Value, axes: readonly number[], epsilon: number): Value {
  const centred = ops.sub(x, ops.mean(x, { axes, keepDims: true }));
  const variance = ops.mean(ops.mul(centred, centred), { axes, keepDims: true });
  return ops.mul(centred, ops.reciprocal(ops.sqrt(ops.add(variance, epsilon))));
}
export const spatial = (x: Value): { axes: number[]; keepDims: true } => ({ axes: all(x.shape).slice(2), keepDims: true });
