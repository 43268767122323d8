/**
 * Algebra: the same numbers, up to rounding, by fewer ops. Each rule looks at one value whose inputs are simple already, and says what
 * stands in its place; it changes neither shape nor dtype.
 */
import { broadcastShapes, sameShape, sizeOf, type Shape } from '../../base/tensor';
import { concat, expand, matmul, mul, pad, reshape, scatterElements, sub, sum, add, transpose } from '../ops';
import { filled, scalar, type Value } from '../value';
import { folded, uniform } from './constants';

export type Inputs = Readonly<Record<string, Value>>;
export type Rule = (value: Value, inputs: Inputs) => Value | undefined;
const is = (value: Value, op: string): boolean => value.op.name === op;

/** An operand that broadcasting would repeat anyway is not repeated first. */
const unexpanded: Rule = ({ op, shape }, { a, b }) => {
  const peel = (x: Value, other: Value): Value => {
    const number = x.shape.length > 0 ? uniform(x) : undefined;
    const inner = number !== undefined ? scalar(number) : is(x, 'expand') ? x.inputs['x']! : x;
    return inner !== x && sameShape(broadcastShapes(op.name, inner.shape, other.shape), shape) ? inner : x;
  };
  const left = peel(a!, b!);
  const right = peel(b!, left);
  return left === a && right === b ? undefined : apply[op.name]!(left, right);
};
const apply: Readonly<Record<string, (a: Value, b: Value) => Value>> = { add, sub, mul };

/** x + 0, x - 0, x 1. */
const neutral = (number: number): Rule => ({ shape }, { a, b }) => (uniform(b!) === number && sameShape(a!.shape, shape) ? a : undefined);
const neutralLeft = (number: number): Rule => (value, { a, b }) => neutral(number)(value, { a: b!, b: a! });

/** a + -b = a - b, -a + b = b - a, a - -b = a + b. */
const signs: Rule = ({ op }, { a, b }) => {
  if (is(b!, 'neg')) return op.name === 'add' ? sub(a!, b!.inputs['x']!) : add(a!, b!.inputs['x']!);
  return op.name === 'add' && is(a!, 'neg') ? sub(b!, a!.inputs['x']!) : undefined;
};
const negated: Rule = (_, { x }) => {
  if (is(x!, 'neg')) return x!.inputs['x'];
  if (is(x!, 'sub')) return sub(x!.inputs['b']!, x!.inputs['a']!);
  const factor = is(x!, 'mul') ? factorOf(x!) : undefined;
  return factor && mul(factor.rest, -factor.number);
};
/** A product with a number, as the number and the rest. */
function factorOf({ inputs: { a, b }, shape }: Value): { number: number; rest: Value } | undefined {
  for (const [number, rest] of [[uniform(a!), b!], [uniform(b!), a!]] as const) if (number !== undefined && sameShape(rest.shape, shape)) return { number, rest };
  return undefined;
}
/** (x c) d = x (c d). */
const factors: Rule = (value, { a, b }) => {
  const outer = factorOf({ ...value, inputs: { a: a!, b: b! } });
  const inner = outer && is(outer.rest, 'mul') ? factorOf(outer.rest) : undefined;
  return inner && mul(inner.rest, outer!.number * inner.number);
};

/** Neighbours along one axis that were each padded to the whole: one concat, padded once. */
const joinedPads: Rule = (_, { a, b }) => {
  if (![a!, b!].every((v) => is(v, 'pad') && v.attrs['value'] === 0)) return undefined;
  const padOf = (v: Value) => ({ part: v.inputs['x']!, before: v.attrs['before'] as Shape, after: v.attrs['after'] as Shape }); // pad's own attributes
  const [one, two] = [padOf(a!), padOf(b!)];
  const axes = one.before.flatMap((_, i) => (one.before[i] !== two.before[i] || one.after[i] !== two.after[i] ? [i] : []));
  const axis = axes[0];
  if (axes.length !== 1 || axis === undefined) return undefined;
  const [first, second] = one.before[axis]! < two.before[axis]! ? [one, two] : [two, one];
  if (first.before[axis]! + first.part.shape[axis]! !== second.before[axis]!) return undefined;
  return pad(concat([first.part, second.part], axis), first.before, second.after);
};
const flatConcat: Rule = ({ attrs }, inputs) => {
  const inside = (v: Value): readonly Value[] => (is(v, 'concat') && v.attrs['axis'] === attrs['axis'] ? Object.values(v.inputs) : [v]);
  const parts = Object.values(inputs).flatMap(inside);
  return parts.length > Object.keys(inputs).length ? concat(parts, Number(attrs['axis'])) : undefined;
};
/** What is added to a tensor of zeros but for a few numbers is added in place. */
const scattered: Rule = (_, { a, b }) => {
  const into = (v: Value, other: Value): Value | undefined =>
    is(v, 'scatterElements') && v.attrs['reduction'] === 'add' && uniform(v.inputs['x']!) === 0 && sameShape(v.shape, other.shape)
      ? scatterElements(other, v.inputs['indices']!, v.inputs['updates']!, Number(v.attrs['axis']), 'add')
      : undefined;
  return into(a!, b!) ?? into(b!, a!);
};

/** A factor of the whole comes out of a scattering of one number: then it may go into a matrix product. */
const factorOut: Rule = ({ attrs }, { x, indices, updates }) => {
  const number = uniform(updates!);
  const factor = attrs['reduction'] === 'add' && number !== undefined && is(x!, 'mul') ? factorOf(x!) : undefined;
  if (!factor || factor.number === 0) return undefined;
  return mul(scatterElements(factor.rest, indices!, filled(updates!.shape, number! / factor.number), Number(attrs['axis']), 'add'), factor.number);
};

/** A factor of an operand is the matrix product's own, which costs nothing. */
const factorWithin: Rule = ({ shape, attrs }, { a, b }) => {
  const [left, right] = [a!, b!].map((v) => (is(v, 'mul') ? factorOf(v) : undefined));
  if (shape.length !== 2 || a!.shape.length !== 2 || b!.shape.length !== 2 || (!left && !right)) return undefined;
  const { transA, transB, alpha } = attrs as { transA: boolean; transB: boolean; alpha: number }; // matmul's own attributes
  return matmul(left?.rest ?? a!, right?.rest ?? b!, { transA, transB, alpha: alpha * (left?.number ?? 1) * (right?.number ?? 1) });
};

const reshaped: Rule = ({ shape }, { x }) => {
  if (is(x!, 'reshape')) return reshape(x!.inputs['x']!, shape);
  const number = uniform(x!);
  if (number !== undefined) return filled(shape, number);
  if (!is(x!, 'sum')) return undefined;
  // A sum that keeps its axes, or not, comes in the wanted shape at once.
  const other = sum(x!.inputs['x']!, { axes: x!.attrs['axes'] as readonly number[], keepDims: !x!.attrs['keepDims'] }); // sum's own attributes
  return sameShape(other.shape, shape) ? other : undefined;
};
const transposed: Rule = ({ attrs }, { x }) => {
  if (!is(x!, 'transpose')) return undefined;
  const [inner, outer] = [x!.attrs['perm'] as readonly number[], attrs['perm'] as readonly number[]]; // transpose's own attribute
  return transpose(x!.inputs['x']!, outer.map((axis) => inner[axis]!));
};
const expanded: Rule = ({ shape }, { x }) => {
  if (is(x!, 'expand')) return expand(x!.inputs['x']!, shape);
  const number = uniform(x!);
  return number === undefined || sizeOf(shape) > 1 << 20 ? undefined : filled(shape, number);
};

/** Rules by the op that they look at, tried in order. */
export const simplifications: Readonly<Record<string, readonly Rule[]>> = {
  add: [neutral(0), neutralLeft(0), signs, joinedPads, scattered, unexpanded],
  sub: [neutral(0), signs, unexpanded],
  mul: [neutral(1), neutralLeft(1), factors, unexpanded],
  neg: [negated],
  reshape: [reshaped],
  transpose: [transposed],
  expand: [expanded],
  concat: [flatConcat],
  scatterElements: [factorOut],
  matmul: [factorWithin],
};
/** The first rule that applies, or the constant that the value is. */
export const ruleOf = (rules: Readonly<Record<string, readonly Rule[]>>): Rule => (value, inputs) => {
  const constant = folded(value, inputs);
  if (constant) return constant;
  for (const rule of rules[value.op.name] ?? []) {
    const made = rule(value, inputs);
    if (made) return made;
  }
  return undefined;
};
