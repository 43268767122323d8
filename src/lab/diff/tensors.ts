/** How two equally shaped tensors differ. Pure; sums in float64. */
import type { Figures } from '../../spec/diff';

/** What figures are made of; sums of tensors are those of the tensors joined. */
export interface Sums {
  numbers: number;
  changed: number;
  aa: number;
  bb: number;
  ab: number;
  dd: number;
  maxChange: number;
  zerosA: number;
  zerosB: number;
  signFlips: number;
  notFinite: number;
}
export const noSums = (): Sums => ({ numbers: 0, changed: 0, aa: 0, bb: 0, ab: 0, dd: 0, maxChange: 0, zerosA: 0, zerosB: 0, signFlips: 0, notFinite: 0 });
const bitsOf = ({ buffer, byteOffset, length }: Float32Array): Uint32Array => new Uint32Array(buffer, byteOffset, length);

/** @param a and @param b equally long */
export function sumsOf(a: Float32Array, b: Float32Array): Sums {
  const sums = noSums();
  const [bitsA, bitsB] = [bitsOf(a), bitsOf(b)];
  sums.numbers = a.length;
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i]!, b[i]!];
    if (bitsA[i] !== bitsB[i]) sums.changed++;
    if (!Number.isFinite(x) || !Number.isFinite(y)) {
      sums.notFinite++;
      continue;
    }
    const d = y - x;
    sums.aa += x * x;
    sums.bb += y * y;
    sums.ab += x * y;
    sums.dd += d * d;
    if (Math.abs(d) > sums.maxChange) sums.maxChange = Math.abs(d);
    if (x === 0) sums.zerosA++;
    if (y === 0) sums.zerosB++;
    if ((x < 0 && y > 0) || (x > 0 && y < 0)) sums.signFlips++;
  }
  return sums;
}
export function joined(all: readonly Sums[]): Sums {
  const total = noSums();
  for (const sums of all) {
    for (const name of Object.keys(total) as (keyof Sums)[]) if (name !== 'maxChange') total[name] += sums[name]; // its own names
    total.maxChange = Math.max(total.maxChange, sums.maxChange);
  }
  return total;
}
export function figuresOf({ numbers, changed, aa, bb, ab, dd, maxChange, zerosA, zerosB, signFlips, notFinite }: Sums): Figures {
  const share = (count: number): number => (numbers > 0 ? count / numbers : 0);
  const identical = changed === 0;
  const cosine = aa === 0 || bb === 0 ? NaN : identical ? 1 : Math.max(-1, Math.min(1, ab / (Math.sqrt(aa) * Math.sqrt(bb))));
  return { numbers, identical, changed, relativeL2: dd === 0 ? 0 : Math.sqrt(dd) / Math.sqrt(aa), maxChange, cosine, sparsity: [share(zerosA), share(zerosB)], signFlips, notFinite };
}

/** The view of any tensor as a matrix: the first axis by all others; a vector is one row, a scalar one entry. */
export function matrixView(shape: readonly number[]): readonly [rows: number, columns: number] {
  const size = shape.reduce((n, d) => n * d, 1);
  const rows = shape.length < 2 ? 1 : shape[0]!;
  return [rows, rows > 0 ? size / rows : 0];
}
/** b - a, in float32. */
export const changeOf = (a: Float32Array, b: Float32Array): Float32Array => b.map((y, i) => y - a[i]!);

export interface Blocks {
  readonly rows: number;
  readonly columns: number;
  readonly block: readonly [rows: number, columns: number];
  /** Of each block the entry that is largest in size, with its sign; NaN where one is not a number. */
  readonly values: Float32Array;
}
/** A matrix in at most `most` cells, so that no single large entry is lost. Blocks at the right and at the bottom may be smaller. */
export function inBlocks(values: Float32Array, [rows, columns]: readonly [number, number], [mostRows, mostColumns]: readonly [number, number]): Blocks {
  const block = [Math.max(1, Math.ceil(rows / mostRows)), Math.max(1, Math.ceil(columns / mostColumns))] as const;
  const [cellRows, cellColumns] = [Math.ceil(rows / block[0]), Math.ceil(columns / block[1])];
  const cells = new Float32Array(cellRows * cellColumns);
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++) {
      const at = Math.floor(r / block[0]) * cellColumns + Math.floor(c / block[1]);
      const value = values[r * columns + c]!;
      if (Number.isNaN(value) || Math.abs(value) > Math.abs(cells[at]!)) cells[at] = value;
    }
  return { rows: cellRows, columns: cellColumns, block, values: cells };
}

/** Edges of equal bins from the least to the greatest finite value of all; one bin round a single value. */
export function edgesOver(all: readonly Float32Array[], bins: number): Float32Array {
  let [least, greatest] = [Infinity, -Infinity];
  for (const values of all) for (const v of values) {
    if (!Number.isFinite(v)) continue;
    if (v < least) least = v;
    if (v > greatest) greatest = v;
  }
  if (least > greatest) return Float32Array.of(0, 1);
  if (least === greatest) return Float32Array.of(least - (Math.abs(least) || 1) / 2, least + (Math.abs(least) || 1) / 2);
  return Float32Array.from({ length: bins + 1 }, (_, i) => (i === bins ? greatest : least + ((greatest - least) * i) / bins));
}
/** How many finite values lie in each bin; the last holds its upper edge. */
export function countsIn(values: Float32Array, edges: Float32Array): Float32Array {
  const bins = edges.length - 1;
  const counts = new Float64Array(bins);
  const [least, greatest] = [edges[0]!, edges[bins]!];
  for (const v of values) if (v >= least && v <= greatest) counts[Math.min(bins - 1, Math.floor(((v - least) / (greatest - least)) * bins))]!++;
  return Float32Array.from(counts);
}
