/** Random cases of every op: shapes, attributes and numbers. What the gradient, WASM and WebGPU tests run on. */
import type { Random } from '../../base/random';
import { broadcastShapes, sizeOf, tensor, type Shape } from '../../base/tensor';
import { gradients } from '../autodiff';
import * as ops from '../ops';
import { constant, type Value } from '../value';
import { aboveOne, anyShape, between, bools, broadcasting, caseOf, inside, integers, narrowed, nonzero, normal, offIntegers, offZero, positive, shuffled, sizes, someAxes, spaced, tied, type Case, type Fill, type MakeCase } from './draw';
import { einsum, geluInput, normCases, wideEinsum, wideLayerNorm } from './fused-cases';
import { indexingCases, movingCases } from './moving-cases';
import { convolutionCases, poolingCases, wideConvolutionCases } from './window-cases';

export type { Case, MakeCase, Values } from './draw';

// -- families ----------------------------------------------------------------------------------------------------------------

const unary = (op: (x: Value) => Value, fill: Fill = normal): MakeCase => (rng) => caseOf({ x: fill(rng, anyShape(rng)) }, ({ x }) => op(x));
const binary = (op: (a: Value, b: Value) => Value, fillA: Fill = normal, fillB: Fill = fillA): MakeCase => (rng) => {
  const [a, b] = broadcasting(rng);
  return caseOf({ a: fillA(rng, a), b: fillB(rng, b) }, (v) => op(v.a, v.b));
};
/** Both operands' numbers drawn together, so that none of one is near one of the other. */
const extremum = (op: (a: Value, b: Value) => Value): MakeCase => (rng) => {
  const [a, b] = broadcasting(rng);
  const { data } = spaced(rng, [sizeOf(a) + sizeOf(b)]);
  return caseOf({ a: tensor([...data.subarray(0, sizeOf(a))], a), b: tensor([...data.subarray(sizeOf(a))], b) }, (v) => op(v.a, v.b));
};
const integerQuotient: MakeCase = (rng) => {
  const [a, b] = broadcasting(rng);
  return caseOf({ a: integers(rng, a, -9, 9), b: integers(rng, b, 1, 4) }, (v) => ops.quotient(v.a, v.b));
};
/** Comparisons of floats and of integers, with ties. */
const comparison = (op: (a: Value, b: Value) => Value): MakeCase => (rng) => {
  const [a, b] = broadcasting(rng);
  const fill: Fill = rng.bernoulli(0.5) ? tied : (r, shape) => integers(r, shape, -2, 2);
  return caseOf({ a: fill(rng, a), b: fill(rng, b) }, (v) => op(v.a, v.b));
};
const reduction = (op: typeof ops.sum, fill: Fill = normal): MakeCase => (rng) => {
  const shape = anyShape(rng, 1);
  const over = { axes: rng.bernoulli(0.2) ? undefined : someAxes(rng, shape.length), keepDims: rng.bernoulli(0.5) };
  return caseOf({ x: fill(rng, shape) }, ({ x }) => op(x, over));
};
const alongAxis = (op: (x: Value, axis: number) => Value): MakeCase => (rng) => {
  const shape = anyShape(rng, 1);
  const axis = between(rng, -shape.length, shape.length - 1);
  return caseOf({ x: normal(rng, shape) }, ({ x }) => op(x, axis));
};

const where: MakeCase = (rng) => {
  const [a, b] = broadcasting(rng);
  const condition = narrowed(rng, broadcastShapes('where', a, b));
  return caseOf({ condition: bools(rng, condition), a: normal(rng, a), b: normal(rng, b) }, (v) => ops.where(v.condition, v.a, v.b));
};
const cast: MakeCase = (rng) => {
  const shape = anyShape(rng);
  return rng.pick<() => Case>([
    () => caseOf({ x: tied(rng, shape) }, ({ x }) => ops.cast(x, 'bool')),
    () => caseOf({ x: offIntegers(rng, shape) }, ({ x }) => ops.cast(x, 'int32')),
    () => caseOf({ x: bools(rng, shape) }, ({ x }) => ops.cast(x, 'float32')),
    () => caseOf({ x: integers(rng, shape, -9, 9) }, ({ x }) => ops.cast(x, 'float32')),
  ])();
};

const reshape: MakeCase = (rng) => {
  const shape = anyShape(rng, 0, 3);
  const to = shape.length > 1 && rng.bernoulli(0.5) ? [sizeOf(shape)] : [...shuffled(rng, shape), 1];
  return caseOf({ x: normal(rng, shape) }, ({ x }) => ops.reshape(x, to));
};
const transpose: MakeCase = (rng) => {
  const shape = anyShape(rng, 2);
  const perm = [...rng.permutation(shape.length)];
  return caseOf({ x: normal(rng, shape) }, ({ x }) => (perm.every((p, i) => p === i) ? ops.transpose(x) : ops.transpose(x, perm)));
};
const expand: MakeCase = (rng) => {
  const rest = anyShape(rng, 0, 3);
  const narrow = rest.map((d) => (rng.bernoulli(0.4) ? 1 : d));
  const from = rng.bernoulli(0.5) ? narrow : [1, ...narrow];
  const to = [between(rng, 2, 3), ...rest];
  return caseOf({ x: normal(rng, from) }, ({ x }) => ops.expand(x, to));
};
const matmul: MakeCase = (rng) => {
  const [m, k, n] = sizes(rng, 3) as [number, number, number];
  const [transA, transB] = [rng.bernoulli(0.5), rng.bernoulli(0.5)];
  const [batchA, batchB] = rng.pick<() => [Shape, Shape]>([
    () => [[], []],
    () => [sizes(rng, between(rng, 1, 2), 2, 3), []], // one large product
    () => [[], sizes(rng, between(rng, 1, 2), 2, 3)],
    () => {
      const [left, right] = broadcasting(rng);
      return [left.slice(-2), right.slice(-2)];
    },
  ])();
  const a = normal(rng, [...batchA, ...(transA ? [k, m] : [m, k])]);
  const b = normal(rng, [...batchB, ...(transB ? [n, k] : [k, n])]);
  const alpha = rng.pick([1, 1, -0.7]);
  return caseOf({ a, b }, (v) => ops.matmul(v.a, v.b, { transA, transB, alpha }));
};
/** Sizes beyond one tile of a GPU kernel. */
const wideMatmul: MakeCase = (rng) => {
  const [m, k, n] = sizes(rng, 3, 5, 80) as [number, number, number];
  const [transA, transB] = [rng.bernoulli(0.5), rng.bernoulli(0.5)];
  const batch = rng.pick([[], [3], [2, 2]]);
  const [a, b] = [normal(rng, [...batch, ...(transA ? [k, m] : [m, k])]), normal(rng, [...batch, ...(transB ? [n, k] : [k, n])])];
  return caseOf({ a, b }, (v) => ops.matmul(v.a, v.b, { transA, transB }));
};
const wideLinear: MakeCase = (rng) => {
  const [rows, inner, out] = sizes(rng, 3, 5, 80) as [number, number, number];
  return caseOf({ x: normal(rng, [rows, inner]), w: normal(rng, [inner, out]), b: normal(rng, [out]) }, ({ x, w, b }) => ops.linear(x, w, b));
};
const linear: MakeCase = (rng) => {
  const [inner, out] = sizes(rng, 2) as [number, number];
  const lead = anyShape(rng, 0, 3);
  return caseOf({ x: normal(rng, [...lead, inner]), w: normal(rng, [inner, out]), b: normal(rng, [out]) }, ({ x, w, b }) => ops.linear(x, w, b));
};

const wideReduction = (op: typeof ops.sum, fill: Fill = normal): MakeCase => (rng) => {
  const shape = [between(rng, 3, 9), between(rng, 40, 300)];
  const axes = rng.pick([[0], [1], [0, 1]]);
  return caseOf({ x: fill(rng, shape) }, ({ x }) => op(x, { axes }));
};
const wideAlongAxis = (op: (x: Value, axis: number) => Value): MakeCase => (rng) => {
  const [shape, axis] = [[between(rng, 3, 9), between(rng, 40, 300)], rng.int(2)];
  return caseOf({ x: normal(rng, shape) }, ({ x }) => op(x, axis));
};
const wideRows: MakeCase = (rng) => {
  const [rows, width, count] = [between(rng, 20, 60), between(rng, 8, 40), between(rng, 50, 200)];
  return caseOf({ x: normal(rng, [rows, width]), indices: integers(rng, [count], 0, rows - 1) }, ({ x, indices }) => ops.gather(x, indices));
};

/** Every op, by family and name. */
export const families: Readonly<Record<string, Readonly<Record<string, MakeCase>>>> = {
  unary: {
    neg: unary(ops.neg), exp: unary(ops.exp), log: unary(ops.log, positive), sqrt: unary(ops.sqrt, positive), reciprocal: unary(ops.reciprocal, nonzero),
    sin: unary(ops.sin), cos: unary(ops.cos), tanh: unary(ops.tanh), sigmoid: unary(ops.sigmoid), erf: unary(ops.erf), gelu: unary(ops.gelu), geluInput,
    tan: unary(ops.tan, inside), asin: unary(ops.asin, inside), acos: unary(ops.acos, inside), atan: unary(ops.atan),
    sinh: unary(ops.sinh), cosh: unary(ops.cosh), asinh: unary(ops.asinh), acosh: unary(ops.acosh, aboveOne), atanh: unary(ops.atanh, inside),
    relu: unary(ops.relu, offZero), abs: unary(ops.abs, offZero), floor: unary(ops.floor, offIntegers), sign: unary(ops.sign, offZero),
    stopGradient: unary(ops.stopGradient), cast,
  }, // prettier-ignore
  binary: {
    add: binary(ops.add), sub: binary(ops.sub), mul: binary(ops.mul), div: binary(ops.div, normal, nonzero),
    pow: binary(ops.pow, positive, normal), quotient: integerQuotient,
    maximum: extremum(ops.maximum), minimum: extremum(ops.minimum), where,
    greater: comparison(ops.greater), less: comparison(ops.less), greaterOrEqual: comparison(ops.greaterOrEqual), equal: comparison(ops.equal),
  }, // prettier-ignore
  reductions: { sum: reduction(ops.sum), mean: reduction(ops.mean), max: reduction(ops.max, spaced), softmax: alongAxis(ops.softmax), logSoftmax: alongAxis(ops.logSoftmax), logSumExp: alongAxis(ops.logSumExp) },
  shapes: { reshape, transpose, expand },
  moving: movingCases,
  indexing: indexingCases,
  norms: normCases,
  products: { matmul, linear, einsum },
  convolutions: convolutionCases,
  pooling: poolingCases,
};
export const cases: Readonly<Record<string, MakeCase>> = Object.assign({}, ...Object.values(families));

/** Larger shapes, to reach the other code paths of a provider's kernels: compared between executors, too slow for central differences. */
export const wideFamilies: Readonly<Record<string, Readonly<Record<string, MakeCase>>>> = {
  'wide-reductions': { sum: wideReduction(ops.sum), mean: wideReduction(ops.mean), max: wideReduction(ops.max, spaced), softmax: wideAlongAxis(ops.softmax), logSoftmax: wideAlongAxis(ops.logSoftmax) },
  'wide-products': { matmul: wideMatmul, linear: wideLinear, gather: wideRows, einsum: wideEinsum },
  'wide-norms': { layerNorm: wideLayerNorm },
  'wide-convolutions': wideConvolutionCases,
};

/** Ops whose gradient is zero by design although their forward function is not constant. */
export const withoutTrueGradient: ReadonlySet<string> = new Set(['stopGradient', 'cast']);

const isFloat = ([, t]: readonly [string, { readonly dtype: string }]): boolean => t.dtype === 'float32';

/**
 * The vector-Jacobian product of a case as a case of its own: the upstream gradient `dy` is one more input, the result is the sum of
 * all gradients weighted at random. Its gradient is then of second order. Undefined if there is nothing to differentiate.
 */
export function derivative(of: Case, rng: Random): Case | undefined {
  const dummies = Object.fromEntries(Object.entries(of.inputs).map(([name, t]) => [name, constant(t)]));
  const y = of.build(dummies);
  const names = Object.entries(of.inputs).filter(isFloat).map(([name]) => name);
  if (y.dtype !== 'float32' || names.length === 0) return undefined;
  const weights = names.map((name) => constant(normal(rng.fork('weights', name), of.inputs[name]!.shape)));
  return {
    inputs: { ...of.inputs, dy: normal(rng.fork('dy'), y.shape) },
    build: ({ dy, ...values }) => {
      const pieces = gradients(of.build(values), names.map((name) => values[name]!), dy!);
      return pieces.map((piece, i) => ops.sum(ops.mul(piece, weights[i]!))).reduce((a, b) => ops.add(a, b));
    },
  };
}
