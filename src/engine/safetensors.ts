/** Named tensors as a safetensors file (https://github.com/huggingface/safetensors): an 8-byte length, a JSON header, then the numbers. */
import { InputError } from '../base/errors';
import { fromBfloat, fromHalf } from '../base/half';
import { layoutOfSafetensors, type StoredTensor } from '../base/safetensors';
import type { DType, Params, Tensor } from '../base/tensor';

const names: Readonly<Record<DType, string>> = { float32: 'F32', int32: 'I32', bool: 'BOOL' };

/** In the params' order, little-endian as every machine that runs a browser is. `metadata` are plain strings. */
export function writeSafetensors(params: Params, metadata: Readonly<Record<string, string>> = {}): Uint8Array {
  let at = 0;
  const entries = Object.entries(params).map(([name, { dtype, shape, data }]) => {
    const start = at;
    at += data.byteLength;
    return [name, { dtype: names[dtype], shape, data_offsets: [start, at] }] as const;
  });
  const json = JSON.stringify({ ...(Object.keys(metadata).length > 0 && { __metadata__: metadata }), ...Object.fromEntries(entries) });
  const text = new TextEncoder().encode(json);
  const header = new Uint8Array(Math.ceil(text.length / 8) * 8).fill(0x20); // padded with spaces, so that the numbers are aligned
  header.set(text);
  const bytes = new Uint8Array(8 + header.length + at);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true);
  bytes.set(header, 8);
  let offset = 8 + header.length;
  for (const { data } of Object.values(params)) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offset);
    offset += data.byteLength;
  }
  return bytes;
}

/** How numbers of a dtype become ours: floats float32, integers int32. */
interface Kind {
  readonly bytes: number;
  readonly read: (own: ArrayBuffer) => Pick<Tensor, 'dtype' | 'data'>;
}
const float = (data: Float32Array): Pick<Tensor, 'dtype' | 'data'> => ({ dtype: 'float32', data });
const kinds: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ['F64', { bytes: 8, read: (b) => float(Float32Array.from(new Float64Array(b))) }],
  ['F32', { bytes: 4, read: (b) => float(new Float32Array(b)) }],
  ['F16', { bytes: 2, read: (b) => float(Float32Array.from(new Uint16Array(b), fromHalf)) }],
  ['BF16', { bytes: 2, read: (b) => float(Float32Array.from(new Uint16Array(b), fromBfloat)) }],
  ['I64', { bytes: 8, read: (b) => ({ dtype: 'int32', data: Int32Array.from(new BigInt64Array(b), narrow) }) }],
  ['I32', { bytes: 4, read: (b) => ({ dtype: 'int32', data: new Int32Array(b) }) }],
  ['U8', { bytes: 1, read: (b) => ({ dtype: 'int32', data: Int32Array.from(new Uint8Array(b)) }) }],
  ['BOOL', { bytes: 1, read: (b) => ({ dtype: 'bool', data: new Uint8Array(b).map((v) => (v === 0 ? 0 : 1)) }) }],
]);
const widths: ReadonlyMap<string, number> = new Map([...kinds].map(([dtype, { bytes }]) => [dtype, bytes]));
function narrow(value: bigint): number {
  if (value !== BigInt.asIntN(32, value)) throw new InputError(`it holds ${value}, which does not fit int32.`);
  return Number(value);
}

export interface Safetensors {
  /** In the order of their bytes. */
  readonly params: Params;
  readonly metadata: Readonly<Record<string, string>>;
}
/**
 * Reads a safetensors file, which may come from anywhere.
 * @throws InputError where the header is not what the format says, or its tensors overlap, leave gaps or reach out of the file
 */
export function readSafetensors(bytes: Uint8Array, name = 'The file'): Safetensors {
  const { tensors, metadata } = layoutOfSafetensors(bytes, name, widths);
  return { params: Object.fromEntries(tensors.map((stored) => [stored.name, tensorAt(bytes, stored, name)])), metadata };
}
function tensorAt(bytes: Uint8Array, { name: tensor, dtype, shape, from, to }: StoredTensor, name: string): Tensor {
  try {
    return { ...kinds.get(dtype)!.read(bytes.slice(from, to).buffer), shape }; // aligned, and apart from the file
  } catch (error) {
    if (error instanceof InputError) throw new InputError(`${name}: tensor ${tensor}: ${error.message}`);
    throw error;
  }
}
