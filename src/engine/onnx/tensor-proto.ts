/**
 * Tensors of ONNX files (TensorProto, SparseTensorProto): the element types kept apart here, and their bytes, inside the file or in a
 * file beside it. Field numbers: onnx.proto3 of ONNX 1.16.
 */
import { InputError } from '../../base/errors';
import { RANK_LIMIT, shownName, shownReason } from './bounds';
import { fromBfloat, fromHalf, toBfloat, toHalf } from '../../base/half';
import { checkLocation, readEntry, type ExternalFiles } from './external';
import { ProtoReader, ProtoWriter } from './protobuf';

/** Element types kept apart here. On reading, float16 and bfloat16 are widened to float32. */
export type OnnxDType = 'float32' | 'float64' | 'int32' | 'int64' | 'uint8' | 'int8' | 'uint16' | 'int16' | 'uint32' | 'uint64' | 'bool';
export type OnnxData = Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array | Int8Array | Uint16Array | Int16Array | Uint32Array | BigUint64Array;
export type Half = 'float16' | 'bfloat16';
export interface OnnxTensor {
  readonly dtype: OnnxDType;
  readonly dims: readonly number[];
  /** Row-major; booleans are bytes 0 and 1. */
  readonly data: OnnxData;
  /** What the file stores, where that is half precision: it reads as float32. */
  readonly half?: Half;
}

/** TensorProto.DataType. */
export const ONNX_TYPES: Readonly<Record<OnnxDType, number>> = { float32: 1, uint8: 2, int8: 3, uint16: 4, int16: 5, int32: 6, int64: 7, bool: 9, float64: 11, uint32: 12, uint64: 13 };
export const FLOAT16 = 10;
export const BFLOAT16 = 16;
const DTYPES: ReadonlyMap<number, OnnxDType> = new Map([
  ...Object.entries(ONNX_TYPES).map(([dtype, code]): [number, OnnxDType] => [code, dtype as OnnxDType]), // keys of a Record<OnnxDType, ...>
  [FLOAT16, 'float32'],
  [BFLOAT16, 'float32'],
]);
/** Said beside a dtype, where the file has half precision. */
export const halfOf = (code: number): { half?: Half } => (code === FLOAT16 ? { half: 'float16' } : code === BFLOAT16 ? { half: 'bfloat16' } : {});
const UNREADABLE: ReadonlyMap<number, string> = new Map([[0, 'none'], [8, 'string'], [14, 'complex64'], [15, 'complex128'], [17, 'float8e4m3fn'], [18, 'float8e4m3fnuz'], [19, 'float8e5m2'], [20, 'float8e5m2fnuz'], [21, 'uint4'], [22, 'int4'], [23, 'float4e2m1']]);
/** The dtype of a TensorProto.DataType code (float16 reads as float32). */
export function dtypeOf(code: number, who: string): OnnxDType {
  const dtype = DTYPES.get(code);
  if (dtype) return dtype;
  throw new InputError(`${who} has element type ${UNREADABLE.get(code) ?? code}; float, double, float16, bfloat16, bool and integers of 8 to 64 bits can be read.`);
}

const ARRAYS = {
  float32: Float32Array, float64: Float64Array, int32: Int32Array, int64: BigInt64Array, uint8: Uint8Array, int8: Int8Array,
  uint16: Uint16Array, int16: Int16Array, uint32: Uint32Array, uint64: BigUint64Array, bool: Uint8Array,
} as const; // prettier-ignore

// -- writing -----------------------------------------------------------------------------------------------------------------

/** `code` keeps half precision where a file has it: the data then are float32, and are rounded. */
export function writeTensor(out: ProtoWriter, { dtype, dims, data }: OnnxTensor, name: string, code: number = ONNX_TYPES[dtype]): void {
  if (dims.length > 0) out.packedInts(1, dims);
  out.int(2, code);
  if (name !== '') out.text(8, name);
  out.bytes(9, rawBytes(data, code));
}
/** Little-endian, as is every machine that runs a browser. */
function rawBytes(data: OnnxData, code: number): Uint8Array {
  if (code === FLOAT16 || code === BFLOAT16) return new Uint8Array(Uint16Array.from(data as Float32Array, code === FLOAT16 ? toHalf : toBfloat).buffer); // halves are float32 here
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
/** The bytes of a TensorProto of its own, as ONNX's test data are stored. */
export function encodeTensor(value: OnnxTensor, name: string): Uint8Array {
  const out = new ProtoWriter();
  writeTensor(out, value, name);
  return out.finish();
}

// -- reading -----------------------------------------------------------------------------------------------------------------

/** Values of the parts of a TensorProto, before the element type says which one counts. */
interface TensorParts {
  readonly dims: number[];
  name: string;
  type: number;
  raw: Uint8Array | undefined;
  readonly floats: number[];
  readonly ints: bigint[];
  readonly doubles: number[];
  /** location, offset, length */
  readonly external: Map<string, string>;
  isExternal: boolean;
}
/** The bytes of a TensorProto of its own. */
export const decodeTensor = (bytes: Uint8Array): { name: string; tensor: OnnxTensor } => readTensor(new ProtoReader(bytes), 'tensor');

export function readTensor(message: ProtoReader, kind: string, files?: ExternalFiles): { name: string; tensor: OnnxTensor } {
  const parts = partsOf(message);
  const who = `${kind} ${shownName(parts.name)}`.trimEnd();
  const dtype = dtypeOf(parts.type, `The ${who}`);
  const count = parts.dims.reduce((n, d) => n * d, 1);
  if (parts.dims.some((d) => d < 0) || count > 2 ** 31 || parts.dims.length > RANK_LIMIT) throw new InputError(`The ${who} has impossible dimensions ${shownReason(`[${parts.dims.join(',')}]`)}. The file is damaged.`);
  if (parts.isExternal) parts.raw = externalBytes(parts, who, files);
  return { name: parts.name, tensor: { dtype, dims: parts.dims, data: dataOf(parts, dtype, who, count), ...halfOf(parts.type) } };
}
function partsOf(message: ProtoReader): TensorParts {
  const parts: TensorParts = { dims: [], name: '', type: 0, raw: undefined, floats: [], ints: [], doubles: [], external: new Map(), isExternal: false };
  while (message.next())
    switch (message.field) {
      case 1: message.intsInto(parts.dims); break;
      case 2: parts.type = message.int(); break;
      case 4: message.floatsInto(parts.floats); break;
      case 5: // int32_data: also the smaller integers, bool and the bits of float16
      case 7:
      case 11: message.bigintsInto(parts.ints); break;
      case 8: parts.name = message.text(); break;
      case 9: parts.raw = message.bytes(); break;
      case 10: message.doublesInto(parts.doubles); break;
      case 13: parts.external.set(...readEntry(message.message())); break;
      case 14: parts.isExternal = message.int() === 1; break;
      default: message.skip();
    }
  return parts;
}
function externalBytes({ dims, type, external }: TensorParts, who: string, files: ExternalFiles | undefined): Uint8Array {
  const location = checkLocation(external.get('location') ?? '', who);
  const file = files?.get(location);
  if (!file) throw new InputError(`The numbers of ${who} are kept in the file "${location}" beside the model, which did not come along. Give both, or save the model with its weights inside: onnx.save_model(onnx.load(path), path).`);
  const whole = (key: string): number | undefined => {
    const text = external.get(key);
    if (text === undefined) return undefined;
    if (!/^\d{1,15}$/.test(text)) throw new InputError(`The ${who} has ${key} "${text.slice(0, 60)}" in its external file; a whole number was expected.`);
    return Number(text);
  };
  const offset = whole('offset') ?? 0;
  const size = whole('length') ?? dims.reduce((n, d) => n * d, bytesEach(type, who));
  if (offset + size > file.length) throw new InputError(`The ${who} lies at bytes ${offset} to ${offset + size} of "${location}", which has ${file.length}. The file is another one, or was cut short.`);
  return file.subarray(offset, offset + size);
}
const bytesEach = (type: number, who: string): number => (type === FLOAT16 || type === BFLOAT16 ? 2 : ARRAYS[dtypeOf(type, who)].BYTES_PER_ELEMENT);

function dataOf({ type, raw, floats, ints, doubles }: TensorParts, dtype: OnnxDType, who: string, count: number): OnnxData {
  const expectCount = (came: number) => {
    if (came !== count) throw new InputError(`The ${who} should hold ${count} numbers, but holds ${came}. The file is damaged or was cut short.`);
  };
  const half = type === FLOAT16 || type === BFLOAT16;
  if (raw) {
    expectCount(raw.length / bytesEach(type, who));
    const own = new Uint8Array(raw).buffer; // aligned, and apart from the file (a slice of a Node buffer would share its memory)
    return half ? widen(new Uint16Array(own), type) : new ARRAYS[dtype](own);
  }
  if (half) {
    expectCount(ints.length);
    return widen(Uint16Array.from(ints, Number), type);
  }
  if (dtype === 'int64' || dtype === 'uint64') {
    expectCount(ints.length);
    return dtype === 'int64' ? BigInt64Array.from(ints) : BigUint64Array.from(ints);
  }
  const values = dtype === 'float32' ? floats : dtype === 'float64' ? doubles : ints.map(Number);
  expectCount(values.length);
  return ARRAYS[dtype].from(values);
}
const widen = (bits: Uint16Array, type: number): Float32Array => Float32Array.from(bits, type === BFLOAT16 ? fromBfloat : fromHalf);

/** At most this many numbers are made of a sparse tensor, whose bytes do not bound them. */
const DENSE_LIMIT = 1 << 26;
/** A SparseTensorProto as the dense tensor that it stands for. Indices are flat, or one row of coordinates a value. */
export function readSparse(message: ProtoReader, files?: ExternalFiles): { name: string; tensor: OnnxTensor } {
  const dims: number[] = [];
  let values: { name: string; tensor: OnnxTensor } | undefined;
  let indices: OnnxTensor | undefined;
  while (message.next())
    switch (message.field) {
      case 1: values = readTensor(message.message(), 'sparse tensor', files); break;
      case 2: indices = readTensor(message.message(), 'indices of a sparse tensor', files).tensor; break;
      case 3: message.intsInto(dims); break;
      default: message.skip();
    }
  const broken = (what: string): InputError => new InputError(`The sparse tensor ${values?.name ?? ''} ${what}. The file is damaged.`);
  if (!values || !indices) throw broken('has no values or no indices');
  const count = dims.reduce((n, d) => n * d, 1);
  if (dims.some((d) => d < 0) || count > DENSE_LIMIT) throw broken(`has impossible dimensions [${dims.join(',')}]`);
  const { dtype, data } = values.tensor;
  const width = indices.dims.length === 2 ? dims.length : 1;
  if (indices.data.length !== data.length * width) throw broken(`has ${data.length} values and ${indices.data.length} indices`);
  const dense = new ARRAYS[dtype](count);
  for (let i = 0; i < data.length; i++) {
    const at = width === 1 ? Number(indices.data[i]) : dims.reduce((flat, d, axis) => flat * d + Number(indices.data[i * width + axis]), 0);
    if (!(at >= 0 && at < count)) throw broken(`has index ${at} of ${count}`);
    dense[at] = data[i]!;
  }
  return { name: values.name, tensor: { dtype, dims, data: dense } };
}
