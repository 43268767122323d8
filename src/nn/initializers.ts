/**
 * How weights begin. A dense weight is [in, out], a convolution's kernel [out, in, k, k]; its fans are the numbers that each of its outputs is
 * summed over, and that each of its inputs goes to. Every tensor is drawn from a stream of its own: `rng.fork('conv', 1)`.
 */
import { ShapeError } from '../base/errors';
import type { Random } from '../base/random';
import { showShape, sizeOf, tensor, type Shape, type Tensor } from '../base/tensor';

export const zeros = (shape: Shape): Tensor => tensor(new Float32Array(sizeOf(shape)), shape);
export const ones = (shape: Shape): Tensor => tensor(new Float32Array(sizeOf(shape)).fill(1), shape);
/** Uniform on (-bound, bound). */
export const uniformTensor = (rng: Random, shape: Shape, bound: number): Tensor => tensor(rng.fillUniform(new Float32Array(sizeOf(shape)), -bound, bound), shape);
export const normalTensor = (rng: Random, shape: Shape, std: number): Tensor => tensor(rng.fillNormal(new Float32Array(sizeOf(shape)), std), shape);
/** Normal of standard deviation `std`, what lies beyond `bound` of them drawn again: as ViT, MAE and SimMIM begin, with a std of 0.02. */
export function truncatedNormal(rng: Random, shape: Shape, std: number, bound = 2): Tensor {
  const draw = (): number => {
    for (;;) {
      const z = rng.normal();
      if (Math.abs(z) <= bound) return std * z;
    }
  };
  return tensor(Float32Array.from({ length: sizeOf(shape) }, draw), shape);
}

/** @throws ShapeError for a shape that is neither a matrix nor kernels */
export function fansOf(shape: Shape): { readonly in: number; readonly out: number } {
  const [a, b, ...window] = shape;
  if (a === undefined || b === undefined) throw new ShapeError(`Fans: expected a matrix [in, out] or kernels [out, in, k, k], but the shape ${showShape(shape)} came.`);
  return window.length === 0 ? { in: a, out: b } : { in: b * sizeOf(window), out: a * sizeOf(window) };
}
/** Std gain sqrt(2 / (in + out)) (Glorot and Bengio 2010). */
export const xavierNormal = (rng: Random, shape: Shape, gain = 1): Tensor => normalTensor(rng, shape, gain * Math.sqrt(2 / (fansOf(shape).in + fansOf(shape).out)));
/** The same std, uniform. */
export const xavierUniform = (rng: Random, shape: Shape, gain = 1): Tensor => uniformTensor(rng, shape, gain * Math.sqrt(6 / (fansOf(shape).in + fansOf(shape).out)));
/** Std sqrt(gain / fan), for layers with a ReLU after them; a gain of 1 suits layers without one (He et al. 2015, arXiv:1502.01852). `fan` 'out' keeps gradients level, 'in' activations. */
export const kaimingNormal = (rng: Random, shape: Shape, { fan = 'in', gain = 2 }: { fan?: 'in' | 'out'; gain?: number } = {}): Tensor => normalTensor(rng, shape, Math.sqrt(gain / fansOf(shape)[fan]));
/** The same std, uniform. */
export const kaimingUniform = (rng: Random, shape: Shape, { fan = 'in', gain = 2 }: { fan?: 'in' | 'out'; gain?: number } = {}): Tensor => uniformTensor(rng, shape, Math.sqrt((3 * gain) / fansOf(shape)[fan]));

/**
 * `gain` times a matrix with orthonormal rows, or columns if there are fewer of those (Saxe et al. 2014, arXiv:1312.6120); kernels count
 * as [out, in k k]. Every such matrix is as likely as any other: rows of normal numbers made orthonormal one after another, twice for the last digits.
 */
export function orthogonal(rng: Random, shape: Shape, gain = 1): Tensor {
  if (shape.length < 2) throw new ShapeError(`orthogonal: expected at least two axes, but the shape ${showShape(shape)} came.`);
  const rows = shape[0]!;
  const columns = sizeOf(shape) / rows;
  const [count, length] = [Math.min(rows, columns), Math.max(rows, columns)];
  const vectors: Float64Array[] = [];
  while (vectors.length < count) {
    const v = Float64Array.from({ length }, () => rng.normal());
    for (let pass = 0; pass < 2; pass++) {
      for (const u of vectors) {
        const along = u.reduce((sum, x, i) => sum + x * v[i]!, 0);
        v.forEach((x, i) => (v[i] = x - along * u[i]!));
      }
      const norm = Math.sqrt(v.reduce((sum, x) => sum + x * x, 0));
      v.forEach((x, i) => (v[i] = x / norm));
    }
    vectors.push(v);
  }
  const entry = (row: number, column: number): number => (rows <= columns ? vectors[row]![column]! : vectors[column]![row]!);
  return tensor(Float32Array.from({ length: rows * columns }, (_, i) => gain * entry(Math.floor(i / columns), i % columns)), shape);
}
