/** Forward passes over whole sets, and what is counted in them. */
import { floats, type Params, type Tensor } from '../base/tensor';
import { countOf, take, type Labelled } from '../data/labelled';
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

/** Runs `outputs` over a set in chunks of one size; the last is filled up with its first example, whose further results are dropped. Rows [n, ...] joined. */
export async function overSet(lab: Lab, name: string, params: Params, x: Tensor, output: (at: { params: Views; images: Value }) => Value, chunk = 256): Promise<Float32Array> {
  const n = x.shape[0]!;
  const size = Math.min(chunk, n);
  const forward = lab.forward({ name, params: shapesOf(params), inputs: { images: { shape: [size, ...x.shape.slice(1)] } }, outputs: ({ params: p, inputs }) => ({ out: output({ params: p, images: inputs.images! }) }) });
  const set: Labelled = { x, y: { dtype: 'int32', shape: [n], data: new Int32Array(n) }, classes: [] };
  const parts: Float32Array[] = [];
  for (let first = 0; first < n; first += size) {
    const count = Math.min(size, n - first);
    const out = floats((await forward.run(params, { images: take(set, Uint32Array.from({ length: size }, (_, i) => first + (i < count ? i : 0))).x })).out!);
    parts.push(out.subarray(0, (out.length / size) * count));
  }
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  parts.reduce((at, part) => (all.set(part, at), at + part.length), 0);
  return all;
}
/** Share of a labelled set whose largest logit is its label's. */
export async function accuracyOn(lab: Lab, name: string, params: Params, set: Labelled, logits: (at: { params: Views; images: Value }) => Value): Promise<number> {
  const found = argMaxes(await overSet(lab, name, params, set.x, logits), set.classes.length);
  return found.filter((label, i) => label === set.y.data[i]).length / countOf(set);
}
