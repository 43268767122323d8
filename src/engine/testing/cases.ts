/** Random cases of every op: shapes, attributes and numbers. What the gradient, WASM and WebGPU tests run on. */
import type { Random } from '../../base/random';
import { broadcastShapes, int32, sizeOf, tensor, type Shape, type Tensor } from '../../base/tensor';
import { gradients } from '../autodiff';
import * as ops from '../ops';
import { constant, filled, type Value } from '../value';

export type Values = Readonly<Record<string, Value>>;
export interface Case {
  readonly inputs: Readonly<Record<string, Tensor>>;
  /** Draws nothing: two calls build the same graph. */
  readonly build: (values: Values) => Value;
}
export type MakeCase = (rng: Random) => Case;

/** A case whose builder receives exactly the names that its inputs have. */
function caseOf<N extends string>(inputs: Readonly<Record<N, Tensor>>, build: (values: Readonly<Record<N, Value>>) => Value): Case {
  return { inputs, build: (values) => build(values as Readonly<Record<N, Value>>) }; // callers make one value for each input
}

// -- shapes ------------------------------------------------------------------------------------------------------------------

/** Integer in [low, high]. */
const between = (rng: Random, low: number, high: number): number => low + rng.int(high - low + 1);
const sizes = (rng: Random, rank: number, low = 1, high = 4): number[] => Array.from({ length: rank }, () => between(rng, low, high));
/** Small; the last axis is often a multiple of 4, for which GPU kernels have code of their own. */
function anyShape(rng: Random, lowRank = 0, highRank = 4): number[] {
  const shape = sizes(rng, between(rng, lowRank, highRank), 1, 3);
  if (shape.length > 0 && rng.bernoulli(0.5)) shape[shape.length - 1] = rng.pick([4, 4, 8]);
  return shape;
}
/** A shape that broadcasts to `to`: some axes 1, some leading ones left out. */
function narrowed(rng: Random, to: Shape): Shape {
  const shape = to.map((d) => (rng.bernoulli(0.3) ? 1 : d));
  return rng.bernoulli(0.3) ? shape.slice(rng.int(shape.length + 1)) : shape;
}
function broadcasting(rng: Random): [Shape, Shape] {
  const whole = anyShape(rng);
  return rng.bernoulli(0.5) ? [whole, narrowed(rng, whole)] : [narrowed(rng, whole), whole];
}
/** A non-empty choice of axes, in random order, some of them counted from the end. */
function someAxes(rng: Random, rank: number): number[] {
  const axes = [...rng.permutation(rank)].slice(0, between(rng, 1, rank));
  return axes.map((a) => (rng.bernoulli(0.3) ? a - rank : a));
}
const shuffled = (rng: Random, shape: Shape): number[] => [...rng.permutation(shape.length)].map((i) => shape[i]!);

// -- numbers -----------------------------------------------------------------------------------------------------------------

type Fill = (rng: Random, shape: Shape) => Tensor;
const fillWith = (draw: (rng: Random) => number): Fill => (rng, shape) => tensor(Float32Array.from({ length: sizeOf(shape) }, () => draw(rng)), shape);
const normal = fillWith((rng) => rng.normal());
const positive = fillWith((rng) => rng.uniform(0.4, 2.5));
/** Where asin and atanh are smooth. */
const inside = fillWith((rng) => rng.uniform(-0.8, 0.8));
const aboveOne = fillWith((rng) => rng.uniform(1.3, 3));
/** Of both signs, at least 0.4 from zero: for what divides. */
const nonzero = fillWith((rng) => (rng.bernoulli(0.5) ? 1 : -1) * rng.uniform(0.4, 2.5));
/** Of both signs, at least 0.06 from the kink at zero. */
const offZero = fillWith((rng) => (rng.bernoulli(0.5) ? 1 : -1) * rng.uniform(0.06, 2));
const offIntegers = fillWith((rng) => between(rng, -3, 2) + rng.uniform(0.1, 0.9));
/** Whole numbers from few: ties are common. */
const tied = fillWith((rng) => between(rng, -2, 2));
/** No two within 0.06 of each other. */
const spaced: Fill = (rng, shape) => {
  const order = rng.permutation(sizeOf(shape));
  return tensor(Float32Array.from(order, (place) => (place - order.length / 2) * 0.1 + rng.uniform(-0.02, 0.02)), shape);
};
const bools: Fill = (rng, shape) => ({ dtype: 'bool', shape, data: Uint8Array.from({ length: sizeOf(shape) }, () => (rng.bernoulli(0.5) ? 1 : 0)) });
/** Int32 in [low, high]: repeated ones are common. */
const integers = (rng: Random, shape: Shape, low: number, high: number): Tensor => int32(Int32Array.from({ length: sizeOf(shape) }, () => between(rng, low, high)), shape);

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
const slice: MakeCase = (rng) => {
  const shape = sizes(rng, between(rng, 1, 4), 2, 4);
  const starts = shape.map((d) => rng.int(d));
  const ends = shape.map((d, i) => between(rng, starts[i]! + 1, d));
  const cut = rng.int(shape.length); // at least this axis is not whole
  if (starts[cut] === 0 && ends[cut] === shape[cut]) ends[cut] = shape[cut]! - 1;
  return caseOf({ x: normal(rng, shape) }, ({ x }) => ops.slice(x, starts, ends));
};
const pad: MakeCase = (rng) => {
  const shape = anyShape(rng, 1);
  const before = shape.map(() => rng.int(3));
  const after = shape.map(() => rng.int(3));
  after[rng.int(shape.length)] = 1;
  return caseOf({ x: normal(rng, shape) }, ({ x }) => ops.pad(x, before, after));
};
const concat: MakeCase = (rng) => {
  const shape = anyShape(rng, 1);
  const axis = rng.int(shape.length);
  const part = () => normal(rng, shape.map((d, i) => (i === axis ? between(rng, 1, 3) : d)));
  const inputs = Object.fromEntries(Array.from({ length: between(rng, 2, 4) }, (_, i) => [`x${i}`, part()]));
  const along = rng.bernoulli(0.5) ? axis : axis - shape.length;
  return caseOf(inputs, (values) => ops.concat(Object.values(values), along));
};
const gather: MakeCase = (rng) => {
  const shape = anyShape(rng, 1, 3);
  return caseOf({ x: normal(rng, shape), indices: integers(rng, anyShape(rng, 0, 2), 0, shape[0]! - 1) }, ({ x, indices }) => ops.gather(x, indices));
};
const scatterAdd: MakeCase = (rng) => {
  const at = anyShape(rng, 0, 2);
  const rows = between(rng, 1, 4);
  return caseOf({ updates: normal(rng, [...at, ...anyShape(rng, 0, 2)]), indices: integers(rng, at, 0, rows - 1) }, ({ updates, indices }) => ops.scatterAdd(updates, indices, rows));
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
  return caseOf({ a, b }, (v) => ops.matmul(v.a, v.b, { transA, transB }));
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

interface Convolution {
  readonly x: Shape;
  readonly w: Shape;
  readonly y: Shape;
  readonly options: ops.ConvOptions;
}
type DrawConvolution = (rng: Random) => Convolution;
const withResult = (x: Shape, w: Shape, options: ops.ConvOptions): Convolution => ({ x, w, options, y: ops.conv2d(filled(x, 0), filled(w, 0), options).shape });
/** Shapes and options of a convolution: unequal strides, pads and dilations; one group, several, or as many as channels. */
const narrowConvolution: DrawConvolution = (rng) => {
  const pair = (low: number, high: number): [number, number] => [between(rng, low, high), between(rng, low, high)];
  const [strides, dilations, kernel] = [pair(1, 3), pair(1, 2), pair(1, 3)];
  const groups = rng.pick([1, 1, 2, 3]);
  const inner = groups === 3 ? 1 : between(rng, 1, 2); // 3 groups: depthwise
  const pads = rng.pick([[0, 0, 0, 0], [0, 0, ...pair(0, 2)], [...pair(0, 2), ...pair(0, 2)], [...pair(0, 2), ...pair(0, 2)]]) as [number, number, number, number];
  const image = kernel.map((size, i) => dilations[i]! * (size - 1) + between(rng, 1, 4));
  return withResult([between(rng, 1, 2), groups * inner, ...image], [groups * between(rng, 1, 2), inner, ...kernel], { strides, pads, dilations, groups });
};
/** As in image models: square kernels, equal pads, more channels. */
const wideConvolution: DrawConvolution = (rng) => {
  const kernel = rng.pick([1, 3, 3, 5]);
  const stride = rng.pick([1, 1, 2]);
  const groups = rng.pick([1, 1, 1, 4, 8]);
  const inner = groups === 8 ? 1 : rng.pick([1, 3, 4, 5, 8, 16]);
  const perGroup = groups === 1 ? rng.pick([1, 5, 8, 16, 20]) : rng.pick([1, 2, 4]);
  const side = Math.floor(kernel / 2);
  const image = [between(rng, 6, 11), between(rng, 6, 11)];
  return withResult([between(rng, 1, 3), groups * inner, ...image], [groups * perGroup, inner, kernel, kernel], { strides: [stride, stride], pads: [side, side, side, side], groups });
};
const conv2d = (draw: DrawConvolution): MakeCase => (rng) => {
  const { x, w, options } = draw(rng);
  return caseOf({ x: normal(rng, x), w: normal(rng, w) }, (v) => ops.conv2d(v.x, v.w, options));
};
/** The adjoints are reached through the gradient of a convolution, which is linear in each operand: the other may be zeros. */
const convInput = (draw: DrawConvolution): MakeCase => (rng) => {
  const { x, w, y, options } = draw(rng);
  return caseOf({ g: normal(rng, y), w: normal(rng, w) }, (v) => {
    const image = filled(x, 0);
    return gradients(ops.conv2d(image, v.w, options), [image], v.g)[0]!;
  });
};
const convWeight = (draw: DrawConvolution): MakeCase => (rng) => {
  const { x, w, y, options } = draw(rng);
  return caseOf({ x: normal(rng, x), g: normal(rng, y) }, (v) => {
    const kernel = filled(w, 0);
    return gradients(ops.conv2d(v.x, kernel, options), [kernel], v.g)[0]!;
  });
};
const convolutions = (draw: DrawConvolution): Readonly<Record<string, MakeCase>> => ({ conv2d: conv2d(draw), convInput: convInput(draw), convWeight: convWeight(draw) });

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
    sin: unary(ops.sin), cos: unary(ops.cos), tanh: unary(ops.tanh), sigmoid: unary(ops.sigmoid), erf: unary(ops.erf), gelu: unary(ops.gelu),
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
  reductions: { sum: reduction(ops.sum), mean: reduction(ops.mean), max: reduction(ops.max, spaced), softmax: alongAxis(ops.softmax), logSoftmax: alongAxis(ops.logSoftmax) },
  shapes: { reshape, transpose, expand, slice, pad, concat, gather, scatterAdd },
  products: { matmul, linear },
  convolutions: convolutions(narrowConvolution),
};
export const cases: Readonly<Record<string, MakeCase>> = Object.assign({}, ...Object.values(families));

/** Larger shapes, to reach the other code paths of a provider's kernels: compared between executors, too slow for central differences. */
export const wideFamilies: Readonly<Record<string, Readonly<Record<string, MakeCase>>>> = {
  'wide-reductions': { sum: wideReduction(ops.sum), mean: wideReduction(ops.mean), max: wideReduction(ops.max, spaced), softmax: wideAlongAxis(ops.softmax), logSoftmax: wideAlongAxis(ops.logSoftmax) },
  'wide-products': { matmul: wideMatmul, linear: wideLinear, gather: wideRows },
  'wide-convolutions': convolutions(wideConvolution),
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
