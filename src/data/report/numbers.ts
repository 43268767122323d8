/** Numbers summed up: range, mean, spread, and those that are none. */
export interface Summary {
  readonly count: number;
  readonly least: number;
  readonly greatest: number;
  readonly mean: number;
  readonly std: number;
  readonly zeros: number;
  readonly nan: number;
  readonly infinite: number;
}
/** Over the finite ones; NaN where there is none. Every number is looked at. */
export function summarise(values: ArrayLike<number | bigint>): Summary {
  let [n, mean, squares, least, greatest, zeros, nan, infinite] = [0, 0, 0, Infinity, -Infinity, 0, 0, 0];
  for (let i = 0; i < values.length; i++) {
    const v = Number(values[i]);
    if (Number.isNaN(v)) nan++;
    else if (!Number.isFinite(v)) infinite++;
    else {
      n++;
      const step = v - mean; // Welford's way: no large sums of squares
      mean += step / n;
      squares += step * (v - mean);
      if (v < least) least = v;
      if (v > greatest) greatest = v;
      if (v === 0) zeros++;
    }
  }
  const some = n > 0;
  return { count: values.length, least: some ? least : NaN, greatest: some ? greatest : NaN, mean: some ? mean : NaN, std: some ? Math.sqrt(squares / n) : NaN, zeros, nan, infinite };
}
/** Four digits; what is no number is said. */
export const show = (value: number): string => (Number.isFinite(value) ? String(Number(value.toPrecision(4))) : Number.isNaN(value) ? 'none' : value > 0 ? 'infinite' : '-infinite');
/** 1 example, 2 examples. */
export const many = (n: number, one: string): string => `${n} ${one}${n === 1 ? '' : 's'}`;
export const percent = (part: number, whole: number): string => `${Number(((100 * part) / Math.max(1, whole)).toFixed(1))} %`;
/** Equal steps from `least` to `greatest`. */
export function histogramOf(values: ArrayLike<number>, { least, greatest }: Pick<Summary, 'least' | 'greatest'>, xLabel: string, bins = 32): { readonly kind: 'histogram'; readonly edges: Float32Array; readonly counts: Float32Array; readonly xLabel: string } {
  const width = (greatest - least) / bins || 1;
  const counts = new Float32Array(bins);
  for (let i = 0; i < values.length; i++) {
    const v = values[i]!;
    if (Number.isFinite(v)) counts[Math.max(0, Math.min(bins - 1, Math.floor((v - least) / width)))]!++;
  }
  return { kind: 'histogram', edges: Float32Array.from({ length: bins + 1 }, (_, i) => least + i * width), counts, xLabel };
}
