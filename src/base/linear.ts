/** Small linear systems in float64. Sums run in a fixed order, of products, quotients and square roots alone: the same bits everywhere. */
import { CholeskyDecomposition, Matrix } from 'ml-matrix';
import { InputError, ShapeError } from './errors';

/**
 * x with A x = b, by Cholesky factors. A [n, n] row-major, symmetric and positive definite; b [n].
 * @throws ShapeError if the sizes differ, InputError if A is not symmetric or not positive definite
 */
export function solvePositive(a: ArrayLike<number>, b: ArrayLike<number>): Float64Array {
  const n = b.length;
  if (a.length !== n * n) throw new ShapeError(`solvePositive: a right side of ${n} numbers wants a matrix of ${n * n}, but ${a.length} came.`);
  const factors = new CholeskyDecomposition(Matrix.from1DArray(n, n, Array.from(a)));
  if (!factors.isPositiveDefinite()) throw new InputError('solvePositive: the matrix is not symmetric and positive definite. Add a multiple of the identity to it.');
  return Float64Array.from(factors.solve(Matrix.columnVector(Array.from(b))).to1DArray());
}

/** The inverse of A [n, n], symmetric and positive definite: for many right sides. @throws as `solvePositive` does */
export function inversePositive(a: ArrayLike<number>, n: number): Float64Array {
  if (a.length !== n * n) throw new ShapeError(`inversePositive: a matrix of ${n} rows has ${n * n} numbers, but ${a.length} came.`);
  const factors = new CholeskyDecomposition(Matrix.from1DArray(n, n, Array.from(a)));
  if (!factors.isPositiveDefinite()) throw new InputError('inversePositive: the matrix is not symmetric and positive definite. Add a multiple of the identity to it.');
  return Float64Array.from(factors.solve(Matrix.eye(n)).to1DArray());
}

export interface RidgeFit {
  readonly weights: Float64Array;
  readonly intercept: number;
}
/**
 * Ridge regression (Hoerl and Kennard 1970) with an intercept that is not penalised:
 *   min over w, b of sum_i s_i (y_i - b - w x_i)^2 + penalty |w|^2,  solved for what is centred by its weighted mean.
 * @param x [n, d] row-major @param y [n] @param share s, [n], not negative; absent: 1 each
 */
export function ridge(x: ArrayLike<number>, y: ArrayLike<number>, penalty: number, share?: ArrayLike<number>): RidgeFit {
  const n = y.length;
  const d = x.length / n;
  if (n < 1 || !Number.isInteger(d) || d < 1 || (share && share.length !== n)) throw new ShapeError(`ridge: ${n} values want n rows of equally many numbers and no or n shares, but ${x.length} numbers and ${share?.length ?? 'no'} shares came.`);
  const s = Float64Array.from({ length: n }, (_, i) => share?.[i] ?? 1);
  const total = s.reduce((sum, v) => sum + v, 0);
  const meanOf = (value: (i: number) => number): number => s.reduce((sum, v, i) => sum + v * value(i), 0) / total;
  const centre = Float64Array.from({ length: d }, (_, j) => meanOf((i) => x[i * d + j]!));
  const height = meanOf((i) => y[i]!);
  const gram = new Float64Array(d * d);
  const right = new Float64Array(d);
  for (let i = 0; i < n; i++) {
    const row = Float64Array.from(centre, (c, j) => x[i * d + j]! - c);
    for (let j = 0; j < d; j++) {
      right[j]! += s[i]! * row[j]! * (y[i]! - height);
      for (let k = j; k < d; k++) gram[j * d + k]! += s[i]! * row[j]! * row[k]!;
    }
  }
  for (let j = 0; j < d; j++) {
    gram[j * d + j]! += penalty;
    for (let k = 0; k < j; k++) gram[j * d + k] = gram[k * d + j]!;
  }
  const weights = solvePositive(gram, right);
  return { weights, intercept: height - weights.reduce((sum, w, j) => sum + w * centre[j]!, 0) };
}
