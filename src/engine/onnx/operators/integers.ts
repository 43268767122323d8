/** Integers as ONNX has them, out of int32 ops: remainders, shifts, and the wrap-round of those narrower than 32 bits. */
import { int32 } from '../../../base/tensor';
import { NARROW } from '../output-types';
import { fail, type NodeReader } from '../node-reader';
import type { OnnxDType } from '../tensor-proto';
import * as ops from '../../ops';
import { constant, type Value } from '../../value';
import { integer, type Builder } from './builder';

/** Remainder with the sign of the dividend (C's %). */
const remainder = (a: Value, b: Value): Value => ops.sub(a, ops.mul(ops.quotient(a, b), b));
export const signOf = (x: Value): Value => ops.sub(ops.cast(ops.greater(x, integer(0)), 'int32'), ops.cast(ops.less(x, integer(0)), 'int32'));
/** Remainder with the sign of the divisor (Python's %). */
function modulo(a: Value, b: Value): Value {
  const r = remainder(a, b);
  const apart = ops.less(ops.mul(signOf(r), signOf(b)), integer(0));
  return ops.where(apart, ops.add(r, b), r);
}
/** An int32 result as a node of this element type gives it: 8 and 16 bits wrap round. */
export function wrapped(y: Value, type: OnnxDType | undefined): Value {
  const narrow = type && y.dtype === 'int32' ? NARROW.get(type) : undefined;
  if (!narrow) return y;
  const offset = integer(narrow.signed ? 2 ** (narrow.bits - 1) : 0);
  return ops.sub(modulo(ops.add(y, offset), integer(2 ** narrow.bits)), offset);
}
/** Before opset 7 the second operand was aligned at an axis of the first, if the node names one; since then at the last. */
function operands(node: NodeReader): [Value, Value] {
  const [a, b] = [node.input(0), node.input(1)];
  const named = node.opset < 7 ? node.int('axis') : undefined;
  if (named === undefined) return [a, b];
  const behind = a.shape.length - ops.normalAxis('axis', named, a.shape.length) - b.shape.length;
  return [a, ops.reshape(b, [...b.shape, ...Array<number>(Math.max(behind, 0)).fill(1)])];
}
/** Arithmetic whose result wraps in the type of the first input. */
export const wrapping = (apply: (a: Value, b: Value) => Value): Builder => (node) => wrapped(apply(...operands(node)), node.type(0));

/** fmod = 1: C's fmod, for floats the only one. Float remainders lose digits where the quotient is large. */
export const mod: Builder = (node) => {
  const [a, b] = [node.input(0), node.input(1)];
  const asInC = node.int('fmod', 0) === 1;
  if (a.dtype === 'int32') return (asInC ? remainder : modulo)(a, b);
  if (!asInC) fail('floats need fmod = 1.');
  const q = ops.div(a, b);
  return ops.sub(a, ops.mul(b, ops.mul(ops.sign(q), ops.floor(ops.abs(q)))));
};
/** x 2^k and x / 2^k. Of 32 and 64 bits, what is shifted beyond int32 is lost. */
export const bitShift: Builder = (node) => {
  const [x, by] = [node.input(0), node.input(1)];
  const known = node.numbers(1) ?? fail('it does not say how far to shift.');
  const far = known.find((k) => k < 0 || k > 30);
  if (far !== undefined) fail(`shifts by ${far} bits are not supported, only by 0 to 30.`);
  const powers = constant(int32(known.map((k) => 2 ** k), by.shape));
  return node.text('direction', '') === 'LEFT' ? wrapped(ops.mul(x, powers), node.type(0)) : ops.quotient(x, powers);
};
