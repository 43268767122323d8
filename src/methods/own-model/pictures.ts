import { floats, type Params, type Tensor } from '../../base/tensor';
import type { HeatMap, Images, Table } from '../../spec/picture';
import type { Task } from '../../spec/own-model';
import { targetName, type Examples } from '../../lab/own/examples';
import { decisions } from './judge';
import { imageOf } from './view';

const norm = (values: ArrayLike<number>): number => {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i]! ** 2;
  return Math.sqrt(total);
};
/** Rows of a picture: a model may have a thousand tensors. */
const mostRows = 40;

/** One number for each tensor at each look, as a picture: rows are tensors, columns looks. */
export class History {
  private readonly looks: { readonly step: number; readonly values: readonly number[] }[] = [];
  constructor(
    private readonly names: readonly string[],
    private readonly range?: readonly [number, number],
  ) {}
  add(step: number, valueOf: (name: string) => number): void {
    this.looks.push({ step, values: this.names.slice(0, mostRows).map(valueOf) });
  }
  picture(): HeatMap {
    const rows = this.names.slice(0, mostRows);
    return {
      kind: 'heatmap', rows: rows.length, columns: this.looks.length, scale: 'sequential', ...(this.range && { range: this.range }), rowLabels: rows, columnLabels: this.looks.map(({ step }) => String(step)), xLabel: 'step',
      values: Float32Array.from(rows.flatMap((_, r) => this.looks.map(({ values }) => values[r]!))),
    };
  }
}
/** ||w - w0|| / ||w0||. */
export function distance(now: Tensor, start: Tensor): number {
  const [before, after] = [floats(start), floats(now)];
  return norm(after.map((v, i) => v - before[i]!)) / Math.max(1e-12, norm(before));
}
/** The share of ones. */
export const density = ({ data }: Tensor): number => Array.from(data).reduce((n, m) => n + m, 0) / data.length;

/** Lengths of the loss's gradient by tensor; of a masked tensor, of that for its scores. */
export function gradientTable(before: Params, after: Params): Table {
  const row = (name: string): readonly string[] => [name, norm(floats(before[name]!)).toPrecision(3), norm(floats(after[name]!)).toPrecision(3)];
  return { kind: 'table', columns: ['tensor', 'before', 'after'], rows: Object.keys(before).slice(0, mostRows).map(row) };
}

/** What the model says of the first validation examples: images where they are images, else a table. */
export function answersPicture(validation: Examples, fed: Readonly<Record<string, Tensor>>, output: Tensor, task: Task, classes: readonly string[] | undefined): Images | Table | undefined {
  const target = fed[targetName];
  if (!target || (task !== 'classification' && task !== 'regression')) return undefined;
  const nameOf = (label: number): string => classes?.[label] ?? String(label);
  if (task === 'regression') {
    const each = output.data.length / output.shape[0]!;
    return { kind: 'table', columns: ['example', 'expected', 'answered'], rows: Array.from({ length: Math.min(8, output.shape[0]!) }, (_, i) => [i + 1, Number(target.data[i * each]!.toPrecision(4)), Number(output.data[i * each]!.toPrecision(4))]) };
  }
  if (output.shape.length !== 2) return undefined; // one answer a position, not one an example
  const said = [...decisions(output, target)].slice(0, 12);
  const first = Object.values(validation.inputs)[0]!;
  const images = said.map(([answer, right], i) => imageOf(first, i, answer === right ? nameOf(right) : `${nameOf(right)}, taken for ${nameOf(answer)}`));
  if (images.every((image) => image !== undefined)) return { kind: 'images', images };
  return { kind: 'table', columns: ['example', 'expected', 'answered'], rows: said.slice(0, 8).map(([answer, right], i) => [i + 1, nameOf(right), nameOf(answer)]) };
}
