/** Singular values of a matrix, and how many of them count. */
import { exp, log } from '../../base/math';
import { singularValues } from '../../base/svd';
import { diffLimits, type Spectrum } from '../../spec/diff';

/** Whether its singular values are computed within a second or so. */
export const isSmall = (rows: number, columns: number): boolean => rows * columns * Math.min(rows, columns) <= diffLimits.spectrumWork;

/** Of row-major `data`. @throws InputError for numbers that are not finite */
export function spectrumOf(data: Float32Array, [rows, columns]: readonly [number, number]): Spectrum {
  const values = singularValues(data, rows, columns);
  const [sum, squares] = [values.reduce((s, v) => s + v, 0), values.reduce((s, v) => s + v * v, 0)];
  const largest = values[0] ?? 0;
  if (!(largest > 0)) return { values, stableRank: 0, effectiveRank: 0 };
  const entropy = values.reduce((s, v) => (v > 0 ? s - (v / sum) * log(v / sum) : s), 0);
  return { values, stableRank: squares / (largest * largest), effectiveRank: exp(entropy) };
}
