/** Forward passes over whole sets, and what is counted in them. */
import { floats, type Params, type Tensor } from '../base/tensor';
import { countOf, type Labelled } from '../data/labelled';
import type { Value } from '../engine/value';
import type { Views } from '../nn/layers';
import type { Lab, Shapes } from './lab';

export const shapesOf = (params: Params): Shapes => Object.fromEntries(Object.entries(params).map(([name, { shape }]) => [name, shape]));

/** Index of the largest of each row of `columns`. */
export const argMaxes = (values: Float32Array, columns: number): number[] =>
  Array.from({ length: values.length / columns }, (_, i) => {
    const row = values.subarray(i * columns, (i + 1) * columns);
    return row.indexOf(row.reduce((a, b) => Math.max(a, b), -Infinity));
  });

/** Runs a function over rows of named inputs [n, ...] in chunks of one size; the last is filled up with its first row, whose further results are dropped. Rows [n, ...] joined. */
export async function overRows(lab: Lab, name: string, params: Params, inputs: Readonly<Record<string, Tensor>>, output: (at: { params: Views; inputs: Views }) => Value, chunk = 256): Promise<Float32Array> {
  const n = Object.values(inputs)[0]!.shape[0]!;
  const size = Math.min(chunk, n);
  const rowsOf = ({ dtype, shape, data }: Tensor, rows: readonly number[]): Tensor => {
    const width = data.length / n;
    const out = new (data.constructor as Float32ArrayConstructor)(rows.length * width); // whichever typed array it is
    rows.forEach((row, i) => out.set(data.subarray(row * width, (row + 1) * width), i * width));
    return { dtype, shape: [rows.length, ...shape.slice(1)], data: out };
  };
  const specs = Object.fromEntries(Object.entries(inputs).map(([input, { dtype, shape }]) => [input, { dtype, shape: [size, ...shape.slice(1)] }]));
  const forward = lab.forward({ name, params: shapesOf(params), inputs: specs, outputs: (at) => ({ out: output(at) }) });
  const parts: Float32Array[] = [];
  for (let first = 0; first < n; first += size) {
    const count = Math.min(size, n - first);
    const rows = Array.from({ length: size }, (_, i) => first + (i < count ? i : 0));
    const out = floats((await forward.run(params, Object.fromEntries(Object.entries(inputs).map(([input, t]) => [input, rowsOf(t, rows)])))).out!);
    parts.push(out.subarray(0, (out.length / size) * count));
  }
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  parts.reduce((at, part) => (all.set(part, at), at + part.length), 0);
  return all;
}
/** The same over images alone. */
export const overSet = (lab: Lab, name: string, params: Params, x: Tensor, output: (at: { params: Views; images: Value }) => Value, chunk = 256): Promise<Float32Array> =>
  overRows(lab, name, params, { images: x }, ({ params: p, inputs }) => output({ params: p, images: inputs.images! }), chunk);
/** Share of a labelled set whose largest logit is its label's. */
export async function accuracyOn(lab: Lab, name: string, params: Params, set: Labelled, logits: (at: { params: Views; images: Value }) => Value): Promise<number> {
  const found = argMaxes(await overSet(lab, name, params, set.x, logits), set.classes.length);
  return found.filter((label, i) => label === set.y.data[i]).length / countOf(set);
}
