/** Params of a model as a safetensors file, each in its own type; halves are widened to float32, which holds each of them exactly. Hostile input. */
import { fromBfloat, fromHalf } from '../../base/half';
import { layoutOfSafetensors, type StoredTensor } from '../../base/safetensors';
import { listOf, type LoadedTensors, type NamedBytes, type Reader } from './loaded';
import { InputError } from '../../base/errors';
import type { NpyArray, NpyData, NpyDType } from './npy';

interface Kind {
  readonly bytes: number;
  readonly dtype: NpyDType;
  /** Of a buffer of its own, and so aligned. */
  readonly read: (own: ArrayBuffer) => NpyData;
}
const kinds: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ['F64', { bytes: 8, dtype: 'float64', read: (b) => new Float64Array(b) }],
  ['F32', { bytes: 4, dtype: 'float32', read: (b) => new Float32Array(b) }],
  ['F16', { bytes: 2, dtype: 'float32', read: (b) => Float32Array.from(new Uint16Array(b), fromHalf) }],
  ['BF16', { bytes: 2, dtype: 'float32', read: (b) => Float32Array.from(new Uint16Array(b), fromBfloat) }],
  ['I64', { bytes: 8, dtype: 'int64', read: (b) => new BigInt64Array(b) }],
  ['I32', { bytes: 4, dtype: 'int32', read: (b) => new Int32Array(b) }],
  ['I16', { bytes: 2, dtype: 'int16', read: (b) => new Int16Array(b) }],
  ['I8', { bytes: 1, dtype: 'int8', read: (b) => new Int8Array(b) }],
  ['U64', { bytes: 8, dtype: 'uint64', read: (b) => new BigUint64Array(b) }],
  ['U32', { bytes: 4, dtype: 'uint32', read: (b) => new Uint32Array(b) }],
  ['U16', { bytes: 2, dtype: 'uint16', read: (b) => new Uint16Array(b) }],
  ['U8', { bytes: 1, dtype: 'uint8', read: (b) => new Uint8Array(b) }],
  ['BOOL', { bytes: 1, dtype: 'bool', read: (b) => new Uint8Array(b).map((v) => (v === 0 ? 0 : 1)) }],
]);
const widths: ReadonlyMap<string, number> = new Map([...kinds].map(([dtype, { bytes }]) => [dtype, bytes]));

export interface SafetensorsFile {
  readonly tensors: Readonly<Record<string, NpyArray>>;
  readonly metadata: Readonly<Record<string, string>>;
  readonly notes: readonly string[];
}
/** @throws InputError as `layoutOfSafetensors` */
export function readTensors(bytes: Uint8Array, name: string): SafetensorsFile {
  const { tensors, metadata } = layoutOfSafetensors(bytes, name, widths);
  const halves = tensors.filter(({ dtype }) => dtype === 'F16' || dtype === 'BF16').length;
  const arrayOf = ({ dtype, shape, from, to }: StoredTensor): NpyArray => {
    const kind = kinds.get(dtype)!; // the layout knows these alone
    return { dtype: kind.dtype, shape, data: kind.read(bytes.slice(from, to).buffer) };
  };
  return { tensors: Object.fromEntries(tensors.map((stored) => [stored.name, arrayOf(stored)])), metadata, notes: halves > 0 ? [`${halves} tensors of 16-bit floats were widened to 32 bits.`] : [] };
}
function readFiles(files: readonly NamedBytes[]): LoadedTensors {
  const read = files.map(({ name, bytes }) => ({ name, ...readTensors(bytes, name) }));
  const all: Record<string, NpyArray> = {};
  for (const { name, tensors } of read)
    for (const [tensor, array] of Object.entries(tensors)) {
      if (Object.hasOwn(all, tensor)) throw new InputError(`${name} holds a tensor "${tensor}", and so does another of ${listOf(files)}. Bring the parts of one model.`);
      Object.defineProperty(all, tensor, { value: array, enumerable: true, configurable: true, writable: true }); // "__proto__" is a name like any other
    }
  return { kind: 'tensors', from: listOf(files), notes: read.flatMap(({ notes }) => notes), tensors: all, metadata: read[0]!.metadata };
}
export const safetensorsReader: Reader = {
  id: 'safetensors', title: 'Tensors (safetensors)', extensions: ['.safetensors'],
  says: 'Named tensors as safetensors; the parts of a model that was saved in several files come together. Those called x and y are examples.',
  recognises: (name, head) => /\.safetensors$/i.test(name) || (head.length >= 10 && head[5] === 0 && head[6] === 0 && head[7] === 0 && head[8] === 0x7b && head[9] === 0x22),
  read: async (files) => readFiles(files),
};
