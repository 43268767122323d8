/** Named tensors as a safetensors file (https://github.com/huggingface/safetensors): an 8-byte length, a JSON header, then the numbers. */
import { InputError } from '../base/errors';
import { fromBfloat, fromHalf } from '../base/half';
import { sizeOf, type DType, type Params, type Tensor } from '../base/tensor';

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
const kinds: ReadonlyMap<unknown, Kind> = new Map<string, Kind>([
  ['F64', { bytes: 8, read: (b) => float(Float32Array.from(new Float64Array(b))) }],
  ['F32', { bytes: 4, read: (b) => float(new Float32Array(b)) }],
  ['F16', { bytes: 2, read: (b) => float(Float32Array.from(new Uint16Array(b), fromHalf)) }],
  ['BF16', { bytes: 2, read: (b) => float(Float32Array.from(new Uint16Array(b), fromBfloat)) }],
  ['I64', { bytes: 8, read: (b) => ({ dtype: 'int32', data: Int32Array.from(new BigInt64Array(b), narrow) }) }],
  ['I32', { bytes: 4, read: (b) => ({ dtype: 'int32', data: new Int32Array(b) }) }],
  ['U8', { bytes: 1, read: (b) => ({ dtype: 'int32', data: Int32Array.from(new Uint8Array(b)) }) }],
  ['BOOL', { bytes: 1, read: (b) => ({ dtype: 'bool', data: new Uint8Array(b).map((v) => (v === 0 ? 0 : 1)) }) }],
]);
function narrow(value: bigint): number {
  if (value !== BigInt.asIntN(32, value)) throw new InputError(`it holds ${value}, which does not fit int32.`);
  return Number(value);
}

export interface Safetensors {
  /** In the order of their bytes. */
  readonly params: Params;
  readonly metadata: Readonly<Record<string, string>>;
}
const headerLimit = 100_000_000; // as in the format's own reader

/**
 * Reads a safetensors file, which may come from anywhere.
 * @throws InputError where the header is not what the format says, or its tensors overlap, leave gaps or reach out of the file
 */
export function readSafetensors(bytes: Uint8Array, name = 'The file'): Safetensors {
  const { header, start } = headerOf(bytes, name);
  const { __metadata__: metadata = {}, ...entries } = header;
  if (!isRecord(metadata) || Object.values(metadata).some((v) => typeof v !== 'string')) throw new InputError(`${name}: its metadata should be plain strings. The file is damaged.`);
  const places = Object.entries(entries).map(([tensor, entry]) => placeOf(entry, `${name}: tensor ${tensor}`, tensor)).sort((a, b) => a.from - b.from || a.to - b.to);
  let end = 0;
  for (const { tensor, from, to } of places) {
    if (from !== end) throw new InputError(`${name}: tensor ${tensor} begins at byte ${from}, where ${end} was expected: tensors must follow one another without overlaps or gaps. The file is damaged.`);
    end = to;
  }
  if (bytes.length - start !== end) throw new InputError(`${name}: its header tells of ${end} bytes of numbers, but ${bytes.length - start} are there. The file is damaged or was cut short.`);
  return { params: Object.fromEntries(places.map((place) => [place.tensor, tensorAt(bytes, start, place, name)])), metadata: metadata as Record<string, string> }; // checked above
}
const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

function headerOf(bytes: Uint8Array, name: string): { header: Record<string, unknown>; start: number } {
  if (bytes.length < 8) throw new InputError(`${name} is not a safetensors file: it is shorter than the length of its header.`);
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true));
  if (length > headerLimit || 8 + length > bytes.length) throw new InputError(`${name} is not a safetensors file, or was cut short: its header would be ${length} bytes long, and ${bytes.length - 8} follow.`);
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(8, 8 + length)));
  } catch {
    throw new InputError(`${name} is not a safetensors file: its header is not JSON.`);
  }
  if (!isRecord(header)) throw new InputError(`${name} is not a safetensors file: its header is not a table of tensors.`);
  return { header, start: 8 + length };
}
interface Place {
  readonly tensor: string;
  readonly kind: Kind;
  readonly shape: readonly number[];
  readonly from: number;
  readonly to: number;
}
const isCount = (n: unknown): n is number => Number.isSafeInteger(n) && (n as number) >= 0; // isSafeInteger says that it is a number
function placeOf(entry: unknown, who: string, tensor: string): Place {
  const { dtype, shape, data_offsets: offsets } = isRecord(entry) ? entry : {};
  const kind = kinds.get(dtype);
  if (!kind) throw new InputError(`${who} is of dtype ${JSON.stringify(dtype)}; ${[...kinds.keys()].join(', ')} can be read.`);
  if (!Array.isArray(shape) || !shape.every(isCount) || !Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount)) throw new InputError(`${who} has no proper shape or place in the file. The file is damaged.`);
  const [from, to] = offsets as [number, number]; // two counts, by the line above
  if (to - from !== sizeOf(shape) * kind.bytes) throw new InputError(`${who} of shape [${shape.join(',')}] should take ${sizeOf(shape) * kind.bytes} bytes, but its place is ${from} to ${to}. The file is damaged.`);
  return { tensor, kind, shape, from, to };
}
function tensorAt(bytes: Uint8Array, start: number, { tensor, kind, shape, from, to }: Place, name: string): Tensor {
  try {
    return { ...kind.read(bytes.slice(start + from, start + to).buffer), shape }; // aligned, and apart from the file
  } catch (error) {
    if (error instanceof InputError) throw new InputError(`${name}: tensor ${tensor}: ${error.message}`);
    throw error;
  }
}
