/** What previews of generators are made of: tables, bars and histograms from plain numbers. */
import type { Histogram, Lines, Table } from '../spec/picture';

export const tableOf = (columns: readonly string[], rows: readonly (readonly (string | number)[])[]): Table => ({ kind: 'table', columns, rows });
/** One bar a whole number, from the least value to the largest. */
export function countsOf(values: readonly number[], xLabel: string, markers?: Histogram['markers']): Histogram {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const counts = new Float32Array(most - least + 1);
  for (const value of values) counts[value - least]!++;
  return { kind: 'histogram', edges: Float32Array.from({ length: counts.length + 1 }, (_, k) => least + k - 0.5), counts, xLabel, ...(markers && { markers }) };
}
/** `bins` equal bars between the least value and the largest. */
export function histogramOf(values: readonly number[], xLabel: string, bins = 24, markers?: Histogram['markers']): Histogram {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const width = (most - least) / bins || 1;
  const counts = new Float32Array(bins);
  for (const value of values) counts[Math.min(bins - 1, Math.floor((value - least) / width))]!++;
  return { kind: 'histogram', edges: Float32Array.from({ length: bins + 1 }, (_, k) => least + k * width), counts, xLabel, ...(markers && { markers }) };
}
/** Lines over 1, 2, 3, ... or over `x`. */
export const linesOf = (xLabel: string, yLabel: string, series: Readonly<Record<string, readonly number[]>>, x?: readonly number[]): Lines => ({
  kind: 'lines', xLabel, yLabel,
  series: Object.entries(series).map(([label, y]) => ({ label, x: Float32Array.from(x ?? y.map((_, k) => k + 1)), y: Float32Array.from(y) })),
});
/** Two digits behind the point. */
export const rounded = (value: number): number => Math.round(value * 100) / 100;
