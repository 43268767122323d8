/** Examples of a generator as a file. */
import { InputError } from '../base/errors';
import { sameShape, sizeOf, type Tensor } from '../base/tensor';
import type { Example, Field } from '../spec/dataset';
import { isTensor } from './example-hash';
import type { NpyArray } from './files/npy';
import { writeNpz } from './files/npz';

export interface Written {
  readonly bytes: Uint8Array;
  /** What could not be written, a sentence each. */
  readonly notes: readonly string[];
}
/** npz: arrays by name; jsonl: one JSON object a line, with everything. @throws InputError where nothing can be stacked into arrays */
export const writeExamples = (examples: readonly Example[], form: 'npz' | 'jsonl'): Written => (form === 'npz' ? npz(examples) : jsonLines(examples));

/** Arrays of one shape, numbers and booleans, stacked along a first axis under their names; objects within, as 'outer.inner'. What cannot be stacked is told. */
function npz(examples: readonly Example[]): Written {
  const flat = examples.map((example) => flatten(example));
  const names = [...new Set(flat.flatMap((fields) => Object.keys(fields)))];
  const arrays: Record<string, NpyArray> = {};
  const left: string[] = [];
  for (const name of names) {
    const array = stack(flat.map((fields) => fields[name]));
    if (array) arrays[name] = array;
    else left.push(name);
  }
  if (Object.keys(arrays).length === 0) throw new InputError('Of these examples nothing can be stacked into arrays. Write them as .jsonl.');
  return { bytes: writeNpz(arrays), notes: left.length > 0 ? [`Left out, since they are text or differ in shape from example to example: ${left.join(', ')}. A .jsonl file holds them.`] : [] };
}
function flatten(field: { readonly [name: string]: Field }, before = ''): Record<string, Field> {
  return Object.fromEntries(
    Object.entries(field).flatMap(([name, value]) =>
      typeof value === 'object' && !isTensor(value) && !Array.isArray(value) ? Object.entries(flatten(value as { readonly [name: string]: Field }, `${before}${name}.`)) : [[`${before}${name}`, value]], // neither tensor nor list: an object of fields
    ),
  );
}
function stack(fields: readonly (Field | undefined)[]): NpyArray | undefined {
  if (fields.every((v) => typeof v === 'boolean')) return { dtype: 'bool', shape: [fields.length], data: Uint8Array.from(fields, Number) };
  if (fields.every((v) => typeof v === 'number')) {
    const whole = fields.every((v) => Number.isInteger(v) && Math.abs(v) < 2 ** 31);
    return { dtype: whole ? 'int32' : 'float32', shape: [fields.length], data: (whole ? Int32Array : Float32Array).from(fields) };
  }
  const [first, ...others] = fields;
  if (first === undefined || !isTensor(first)) return undefined;
  const like = (f: Field | undefined): f is Tensor => f !== undefined && isTensor(f) && f.dtype === first.dtype && sameShape(f.shape, first.shape);
  if (!others.every(like)) return undefined;
  const size = sizeOf(first.shape);
  const data = { float32: Float32Array, int32: Int32Array, bool: Uint8Array }[first.dtype];
  const all = new data(fields.length * size);
  [first, ...others].forEach((t, i) => all.set(t.data, i * size));
  return { dtype: first.dtype, shape: [fields.length, ...first.shape], data: all };
}

/** One JSON object a line; a tensor is { dtype, shape, data }. */
function jsonLines(examples: readonly Example[]): Written {
  const plain = (_name: string, value: unknown): unknown => (ArrayBuffer.isView(value) ? Array.from(value as Float32Array) : value); // tensors hold typed arrays of numbers
  return { bytes: new TextEncoder().encode(examples.map((example) => `${JSON.stringify(example, plain)}\n`).join('')), notes: [] };
}
