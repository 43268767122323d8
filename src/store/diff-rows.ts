/** The table of two models' tensors: sorted, searched, and as a file. Pure. */
import type { TensorDiff } from '../spec/diff';
import { csvCell } from './csv';

export const diffColumns = ['name', 'numbers', 'relativeL2', 'maxChange', 'cosine', 'changed', 'sparsityA', 'sparsityB', 'signFlips'] as const;
export type DiffColumn = (typeof diffColumns)[number];
/** Shares where the table shows shares. */
export function cellOf(row: TensorDiff, column: DiffColumn): string | number {
  const share = (count: number): number => (row.numbers > 0 ? count / row.numbers : 0);
  switch (column) {
    case 'changed': return share(row.changed);
    case 'signFlips': return share(row.signFlips);
    case 'sparsityA': return row.sparsity[0];
    case 'sparsityB': return row.sparsity[1];
    default: return row[column];
  }
}
export interface DiffOrder {
  /** Absent: in the model's own order. */
  readonly by?: DiffColumn;
  readonly descending: boolean;
  /** Part of a name, in any case. */
  readonly find: string;
  readonly differing: boolean;
}
/** What is not a number comes last, whichever way. */
export function diffRows(rows: readonly TensorDiff[], { by, descending, find, differing }: DiffOrder): readonly TensorDiff[] {
  const shown = rows.filter(({ name, identical }) => name.toLowerCase().includes(find.toLowerCase()) && !(differing && identical));
  if (!by) return shown;
  const sign = descending ? -1 : 1;
  return shown.toSorted((a, b) => {
    const [x, y] = [cellOf(a, by), cellOf(b, by)];
    if (typeof x === 'string' || typeof y === 'string') return sign * (x < y ? -1 : x > y ? 1 : 0);
    if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(x)) - Number(Number.isNaN(y));
    return x === y ? 0 : sign * (x < y ? -1 : 1);
  });
}
export function diffCsv(rows: readonly TensorDiff[]): string {
  const head = 'name,shape,numbers,identical,relative_l2_change,max_abs_change,cosine,share_changed,sparsity_a,sparsity_b,share_sign_flips,not_finite';
  const line = (row: TensorDiff): string => [
    csvCell(row.name), csvCell(row.shape.join(' x ')), row.numbers, row.identical, row.relativeL2, row.maxChange, row.cosine, cellOf(row, 'changed'), ...row.sparsity, cellOf(row, 'signFlips'), row.notFinite,
  ].join(',');
  return `${[head, ...rows.map(line)].join('\n')}\n`;
}
