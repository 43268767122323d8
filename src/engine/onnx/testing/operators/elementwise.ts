/** Random nodes of arithmetic, activations, comparisons and logic. Kinks and poles are kept away from: there is no gradient to compare. */
import { ONNX_TYPES } from '../../tensor-proto';
import { anyShape, awayFrom, between, bools, broadcasting, fed, float, int, int32s, int64s, narrowed, nonzero, normal, number, offHalves, positive, small, spaced, stored, text, tied, uniform, type Fill, type MakeNode } from './draw';

const unary = (fill: Fill): MakeNode => (rng) => ({ inputs: [fed(fill(rng, anyShape(rng)))] });
const binary = (a: Fill, b: Fill = a): MakeNode => (rng) => {
  const [left, right] = broadcasting(rng);
  return { inputs: [fed(a(rng, left)), fed(b(rng, right))] };
};
/** Two to four inputs whose numbers are drawn together, none near another. */
const variadic: MakeNode = (rng) => {
  const whole = anyShape(rng);
  const shapes = [whole, ...Array.from({ length: between(rng, 1, 3) }, () => narrowed(rng, whole))];
  const all = spaced(rng, [shapes.length, ...whole]).data as Float32Array; // it fills with floats
  return { inputs: shapes.map((dims, i) => fed({ dtype: 'float32', dims, data: all.filter((_, at) => at % shapes.length === i).slice(0, dims.reduce((n, d) => n * d, 1)) })) };
};
const comparison: MakeNode = (rng) => binary(rng.pick<Fill>([tied, int32s(-2, 2)]))(rng);
const withFloats = (fill: Fill, names: Readonly<Record<string, readonly [number, number]>>): MakeNode => (rng) => ({
  ...unary(fill)(rng),
  attributes: Object.fromEntries(Object.entries(names).map(([name, [low, high]]) => [name, float(rng.uniform(low, high))])),
});
/** a = q b + r with r well inside (0, b): neither side of a remainder's jump. */
const mod: MakeNode = (rng) => {
  if (rng.bernoulli(0.4)) return { ...binary(int32s(-9, 9), (r, dims) => ({ dtype: 'int32', dims, data: Int32Array.from(nonzero(r, dims).data as Float32Array, (v) => Math.ceil(Math.abs(v)) * Math.sign(v)) }))(rng), attributes: { fmod: int(rng.int(2)) } };
  const dims = anyShape(rng);
  const b = nonzero(rng, dims);
  const data = (b.data as Float32Array).map((v) => v * (between(rng, 0, 3) + rng.uniform(0.2, 0.8)));
  return { inputs: [fed({ dtype: 'float32', dims, data }), fed(b)], attributes: { fmod: int(1) } };
};
const clip: MakeNode = (rng) => {
  const [low, high] = [rng.uniform(-1, -0.2), rng.uniform(0.2, 1)];
  return { inputs: [fed(awayFrom(low, high)(rng, anyShape(rng))), rng.bernoulli(0.8) ? number(low) : undefined, ...(rng.bernoulli(0.8) ? [number(high)] : [])] };
};
const pow: MakeNode = (rng) => (rng.bernoulli(0.5) ? { inputs: [fed(positive(rng, anyShape(rng))), number(rng.pick([2, 3, -1, 0.5, -0.5, 1.5, 0]))] } : binary(positive, uniform(-2, 2))(rng));
const specials: Fill = (rng, dims) => {
  const { data } = normal(rng, dims);
  return { dtype: 'float32', dims, data: (data as Float32Array).map((v) => rng.pick([v, NaN, Infinity, -Infinity])) };
};
const where: MakeNode = (rng) => {
  const [a, b] = broadcasting(rng);
  return { inputs: [fed(bools(rng, narrowed(rng, a.length >= b.length ? a : b))), fed(normal(rng, a)), fed(normal(rng, b))] };
};
const cast: MakeNode = (rng) => {
  const to = rng.pick(['float32', 'int32', 'int64', 'bool'] as const);
  return { inputs: [fed(rng.pick<Fill>([offHalves, int32s(-9, 9), bools])(rng, anyShape(rng)))], attributes: { to: int(ONNX_TYPES[to]) }, made: to };
};
const shrink: MakeNode = (rng) => {
  const lambd = rng.uniform(0.2, 0.8);
  return { inputs: [fed(awayFrom(lambd, -lambd)(rng, anyShape(rng)))], attributes: { lambd: float(lambd), bias: float(rng.uniform(-0.5, 0.5)) } };
};
const hardSigmoid: MakeNode = (rng) => {
  const [alpha, beta] = [rng.uniform(0.1, 0.6), rng.uniform(0.3, 0.7)];
  return { inputs: [fed(awayFrom(-beta / alpha, (1 - beta) / alpha)(rng, anyShape(rng)))], attributes: { alpha: float(alpha), beta: float(beta) } };
};
const thresholdedRelu: MakeNode = (rng) => {
  const alpha = rng.uniform(0.2, 1);
  return { inputs: [fed(awayFrom(alpha)(rng, anyShape(rng)))], attributes: { alpha: float(alpha) } };
};
const bitShift: MakeNode = (rng) => {
  const dims = anyShape(rng);
  const bytes = (high: number) => ({ dtype: 'uint8' as const, dims, data: Uint8Array.from({ length: dims.reduce((n, d) => n * d, 1) }, () => rng.int(high + 1)) });
  return { inputs: [fed(bytes(255)), stored(bytes(7))], attributes: { direction: text(rng.pick(['LEFT', 'RIGHT'])) } };
};
const biased: MakeNode = (rng) => {
  const shape = anyShape(rng, 1);
  return { inputs: [fed(normal(rng, shape)), fed(normal(rng, shape.slice(-1)))] };
};
const all = (names: readonly string[], make: MakeNode): Record<string, MakeNode> => Object.fromEntries(names.map((name) => [name, make]));
const offZero = awayFrom(0);

export const elementwise: Readonly<Record<string, MakeNode>> = {
  ...all(['Asinh', 'Atan', 'Cos', 'Cosh', 'Erf', 'Exp', 'Identity', 'Mish', 'Neg', 'Sigmoid', 'Sin', 'Sinh', 'Softplus', 'Tanh', 'com.microsoft.Gelu'], unary(normal)),
  ...all(['Asin', 'Acos', 'Atanh', 'Tan'], unary(small)),
  ...all(['Abs', 'Relu', 'Sign', 'Softsign'], unary(offZero)),
  ...all(['Ceil', 'Floor', 'Round'], unary(offHalves)),
  ...all(['Log', 'Sqrt'], unary(positive)),
  ...all(['IsInf', 'IsNaN'], unary(specials)),
  ...all(['Add', 'Mul', 'Sub'], binary(normal)),
  ...all(['Max', 'Mean', 'Min', 'Sum'], variadic),
  ...all(['Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual'], comparison),
  ...all(['And', 'Or', 'Xor'], binary(bools)),
  ...all(['com.microsoft.BiasGelu', 'com.microsoft.FastGelu'], biased),
  Acosh: unary(uniform(1.2, 3)),
  BitShift: bitShift,
  Cast: cast,
  CastLike: (rng) => ({ inputs: [fed(offHalves(rng, anyShape(rng))), stored(rng.pick<Fill>([int64s(0, 1), normal])(rng, [1]))], made: 'int64' }),
  Celu: withFloats(offZero, { alpha: [0.5, 2] }),
  Clip: clip,
  Div: binary(normal, nonzero),
  Equal: (rng) => binary(rng.pick<Fill>([tied, int32s(-2, 2), bools]))(rng),
  Elu: withFloats(offZero, { alpha: [0.5, 2] }),
  Gelu: (rng) => ({ ...unary(normal)(rng), attributes: { approximate: text(rng.pick(['none', 'tanh'])) }, opset: 20 }),
  HardSigmoid: hardSigmoid,
  HardSwish: unary(awayFrom(-3, 3)),
  LeakyRelu: withFloats(offZero, { alpha: [0.01, 0.5] }),
  Mod: mod,
  Not: unary(bools),
  Pow: pow,
  PRelu: (rng) => {
    const shape = anyShape(rng, 1);
    return { inputs: [fed(offZero(rng, shape)), fed(normal(rng, narrowed(rng, shape)))] };
  },
  'com.microsoft.QuickGelu': withFloats(normal, { alpha: [0.5, 2] }),
  Reciprocal: unary(nonzero),
  Selu: withFloats(offZero, { alpha: [1, 2], gamma: [0.8, 1.3] }),
  Shrink: shrink,
  ThresholdedRelu: thresholdedRelu,
  Where: where,
};
