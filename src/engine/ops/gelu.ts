/** Gaussian error linear unit x Phi(x), exact form (Hendrycks and Gimpel 2016, arXiv:1606.08415), and its gradient, each few nodes. */
import { erf as erfOf } from '../../base/math';
import { defineOp, type Apply, type Emit, type Value } from '../value';
import { floatsOnly } from './dtypes';
import { add, erf, exp, mul } from './elementwise';
import { gradientOf } from './gradient-of';
import { spread } from './lifting';

const densityFactor = 1 / Math.sqrt(2 * Math.PI);
const cdfOf = (x: number): number => 0.5 * (1 + erfOf(x * Math.SQRT1_2));

/** Phi(x) = erf(x / sqrt 2) / 2 + 1/2; a hard sigmoid is what halves and adds in one node. */
const cdf = (x: string, emit: Emit): string => emit('HardSigmoid', [emit('Erf', [emit('Mul', [x, emit.float(Math.SQRT1_2)])])], { alpha: 0.5, beta: 0.5 });

const geluOp: Apply<'x', Record<never, never>> = defineOp<'x'>({
  name: 'gelu',
  shape: ({ x }) => x,
  dtype: floatsOnly('gelu'),
  gradient: ({ dy, x }) => ({ x: geluInput({ g: dy, x }, {}) }),
  // On the CPU erf is nearly all of the cost: written out, Phi(x) serves the gradient too.
  onnx: ({ x }, _, emit) => (emit.target === 'webgpu' ? emit('Gelu', [x]) : emit('Mul', [x, cdf(x, emit)])),
  reference: ({ x }) => x.data.map((v) => v * cdfOf(v)),
  lift: 'elementwise',
});
export const gelu = (x: Value): Value => geluOp({ x }, {});

/** g (Phi(x) + x phi(x)), phi(x) = exp(-x^2 / 2) / sqrt(2 pi). */
function inputGradient({ g, x }: Readonly<Record<'g' | 'x', Value>>): Value {
  const phi = mul(exp(mul(mul(x, x), -0.5)), densityFactor);
  const Phi = mul(add(erf(mul(x, Math.SQRT1_2)), 1), 0.5);
  return mul(g, add(Phi, mul(x, phi)));
}
/** Gelu's gradient at x, given that at its result: an op of its own for the sake of its ONNX forms. */
const geluInput: Apply<'g' | 'x', Record<never, never>> = defineOp<'g' | 'x'>({
  name: 'geluInput',
  shape: ({ g }) => g,
  gradient: ({ dy, g, x }) => gradientOf(inputGradient, { g, x }, dy),
  onnx: ({ g, x }, _, emit, values) => {
    if (emit.target === 'webgpu') {
      // A product of three is one dispatch as an Einsum.
      const flat = (name: string): string => emit('Reshape', [name, emit.int64s([-1])]);
      const product = (a: string, b: string, factor: number): string =>
        emit('Einsum', [flat(a), flat(b), emit.constant({ dtype: 'float32', shape: [1], data: Float32Array.of(factor) })], { equation: 'i,i,s->i' });
      const density = emit('Exp', [product(x, x, -0.5)]);
      const slope = emit('Add', [flat(cdf(x, emit)), product(x, density, densityFactor)]);
      return emit('Reshape', [emit('Mul', [flat(g), slope]), emit.int64s(values.x.shape)]);
    }
    const density = emit('Exp', [emit('Mul', [x, emit('Mul', [x, emit.float(-0.5)])])]);
    const slope = emit('Add', [cdf(x, emit), emit('Mul', [emit('Mul', [x, emit.float(densityFactor)]), density])]);
    return emit('Mul', [g, slope]);
  },
  reference: ({ g, x }) => g.data.map((v, i) => v * (cdfOf(x.data[i]!) + x.data[i]! * Math.exp(-0.5 * x.data[i]! ** 2) * densityFactor)),
  lift: ({ g, x }, _, k) => geluInput({ g: spread(g, k), x: spread(x, k) }, {}),
});
