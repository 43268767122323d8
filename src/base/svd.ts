/** Singular values and vectors of small matrices, in float64. */
import { Matrix, SVD } from 'ml-matrix';
import { InputError } from './errors';

/** M [rows, columns] = sum over j of values[j] left_j right_j^T, values descending; as many as the shorter side. */
export interface Svd {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float64Array;
  /** left[j]: [rows]; right[j]: [columns]. Unit vectors; the sign of a pair is not determined. */
  readonly left: readonly Float64Array[];
  readonly right: readonly Float64Array[];
}
/** Of row-major `data`. @throws InputError for numbers that are not finite */
export function svd(data: ArrayLike<number>, rows: number, columns: number): Svd {
  const found = new SVD(finiteMatrix(data, rows, columns), { autoTranspose: true });
  const count = Math.min(rows, columns);
  const column = (of: Matrix, j: number): Float64Array => Float64Array.from({ length: of.rows }, (_, i) => of.get(i, j));
  const pick = (of: Matrix): Float64Array[] => Array.from({ length: count }, (_, j) => column(of, j));
  return { rows, columns, values: Float64Array.from(found.diagonal.slice(0, count)), left: pick(found.leftSingularVectors), right: pick(found.rightSingularVectors) };
}
/** Alone, descending. @throws InputError for numbers that are not finite */
export function singularValues(data: ArrayLike<number>, rows: number, columns: number): Float64Array {
  const found = new SVD(finiteMatrix(data, rows, columns), { autoTranspose: true, computeLeftSingularVectors: false, computeRightSingularVectors: false });
  return Float64Array.from(found.diagonal.slice(0, Math.min(rows, columns)));
}
function finiteMatrix(data: ArrayLike<number>, rows: number, columns: number): Matrix {
  const matrix = Float64Array.from(data);
  if (matrix.length !== rows * columns || !matrix.every(Number.isFinite)) throw new InputError(`svd: ${rows} x ${columns} finite numbers were expected, but ${matrix.length} came, or some that are not finite.`);
  return Matrix.from1DArray(rows, columns, matrix);
}
export const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
};
