/** Element-wise arithmetic, comparisons, logic and casts. Opsets 7 to 21. */
import { dtypeHere } from '../border';
import { fail, type NodeReader } from '../node-reader';
import { BFLOAT16, dtypeOf, type OnnxDType } from '../tensor-proto';
import * as ops from '../../ops';
import type { Value } from '../../value';
import { and, not, asFloat, like, fold, unary, binary, type Builder, type Builders } from './builder';
import { bitShift, mod, signOf, wrapped, wrapping } from './integers';

const pow: Builder = (node) => {
  const [x, exponent] = [node.input(0), node.input(1)];
  const known = node.constant(exponent); // an exponent may be a param (generalised-mean pooling)
  const e = known?.[0];
  const fixed = e !== undefined && known!.every((other) => other === e) && exponent.shape.length <= x.shape.length; // one exponent for all
  if (fixed && Number.isInteger(e) && e >= 1 && e <= 8) return wrapped(Array.from({ length: e - 1 }).reduce<Value>((y) => ops.mul(y, x), x), node.type(0));
  if (x.dtype === 'float32' && fixed && e === 0.5) return ops.sqrt(x);
  if (x.dtype === 'float32' && fixed && e === -0.5) return ops.reciprocal(ops.sqrt(x));
  if (x.dtype === 'float32' && fixed && e === -1) return ops.reciprocal(x);
  if (x.dtype === exponent.dtype) return wrapped(ops.pow(x, exponent), node.type(0));
  return wrapped(ops.cast(ops.pow(asFloat(x), asFloat(exponent)), x.dtype), node.type(0)); // the result has the type of the base
};
/** Bounds are attributes before opset 11, then inputs: of rank 0, or one number in a list. */
const clip: Builder = (node) => {
  const x = node.input(0);
  const bound = (i: number, attribute: string): Value | undefined => {
    const given = node.maybe(i);
    const number = given ? node.constant(given)?.[0] : node.float(attribute);
    return number !== undefined && Number.isFinite(number) ? like(x, number) : number === undefined && given ? ops.reshape(given, []) : undefined;
  };
  const [low, high] = [bound(1, 'min'), bound(2, 'max')];
  const raised = low ? ops.maximum(x, low) : x;
  return high ? ops.minimum(raised, high) : raised;
};
/** Halves are computed as float32; of bfloat16 that can be told, so the user is. */
const cast: Builder = (node) => {
  const code = node.int('to', 0);
  if (code === BFLOAT16) node.note('bfloat16 is computed as float32, without its rounding.');
  return castTo(node.input(0), dtypeOf(code, 'Its target'));
};
const castTo = (x: Value, to: OnnxDType): Value => wrapped(ops.cast(x, dtypeHere(to)), to);
/** Rounded half to even: floor, and one more if the rest is above a half, or is a half and the floor is odd. */
function round(x: Value): Value {
  const low = ops.floor(x);
  const rest = ops.sub(x, low);
  const half = ops.mul(low, 0.5);
  const odd = ops.greater(half, ops.floor(half));
  const up = or(ops.greater(rest, 0.5), and(ops.equal(rest, 0.5), odd));
  return ops.add(low, asFloat(up));
}
/** Infinities of either sign, or of one. */
const isInf: Builder = (node) => {
  const x = node.input(0);
  const [negative, positive] = [node.int('detect_negative', 1) === 1, node.int('detect_positive', 1) === 1];
  if (negative && positive) return ops.equal(ops.abs(x), Infinity);
  if (!negative && !positive) return ops.equal(ops.abs(x), -Infinity); // never
  return ops.equal(x, positive ? Infinity : -Infinity);
};
const or = (a: Value, b: Value): Value => ops.cast(ops.add(asFloat(a), asFloat(b)), 'bool');
/** Comparisons of bools other than for equality are of 0 and 1. */
const numeric = (x: Value): Value => (x.dtype === 'bool' ? ops.cast(x, 'int32') : x);
const compared = (apply: (a: Value, b: Value) => Value): Builder => binary((a, b) => apply(numeric(a), numeric(b)));
const divided = (a: Value, b: Value): Value => (a.dtype === 'int32' ? ops.quotient : ops.div)(a, b);
const mean = (node: NodeReader): Value => ops.mul(node.all.reduce((a, b) => ops.add(a, b)), 1 / node.all.length);

/** Of booleans as floats: no GPU kernel compares booleans. */
const equal = (a: Value, b: Value): Value => (a.dtype === 'bool' && b.dtype === 'bool' ? ops.equal(asFloat(a), asFloat(b)) : ops.equal(a, b));

export const arithmetic: Builders = {
  Abs: unary(ops.abs),
  Acos: unary(ops.acos),
  Acosh: unary(ops.acosh),
  Add: wrapping(ops.add),
  And: fold(and),
  Asin: unary(ops.asin),
  Asinh: unary(ops.asinh),
  Atan: unary(ops.atan),
  Atanh: unary(ops.atanh),
  BitShift: bitShift,
  Cast: cast,
  CastLike: (node) => castTo(node.input(0), node.type(1) ?? fail('input 1 is missing.')),
  Ceil: unary((x) => ops.neg(ops.floor(ops.neg(x)))),
  Clip: clip,
  Cos: unary(ops.cos),
  Cosh: unary(ops.cosh),
  Div: wrapping(divided),
  Equal: binary(equal),
  Erf: unary(ops.erf),
  Exp: unary(ops.exp),
  Floor: unary(ops.floor),
  Greater: compared(ops.greater),
  GreaterOrEqual: compared(ops.greaterOrEqual),
  Identity: unary((x) => x),
  IsInf: isInf,
  IsNaN: unary((x) => not(ops.equal(x, x))),
  Less: compared(ops.less),
  LessOrEqual: compared((a, b) => ops.greaterOrEqual(b, a)),
  Log: unary(ops.log),
  Max: fold(ops.maximum),
  Mean: mean,
  Min: fold(ops.minimum),
  Mod: mod,
  Mul: wrapping(ops.mul),
  Neg: (node) => wrapped(ops.neg(node.input(0)), node.type(0)),
  Not: unary(not),
  Or: fold(or),
  Pow: pow,
  Reciprocal: unary(ops.reciprocal),
  Round: unary(round),
  Sign: unary((x) => (x.dtype === 'int32' ? signOf(x) : ops.sign(x))),
  Sin: unary(ops.sin),
  Sinh: unary(ops.sinh),
  Sqrt: unary(ops.sqrt),
  Sub: wrapping(ops.sub),
  Sum: fold(ops.add),
  Tan: unary(ops.tan),
  Where: (node) => ops.where(node.input(0), node.input(1), node.input(2)),
  Xor: fold((a, b) => not(equal(a, b))),
};
