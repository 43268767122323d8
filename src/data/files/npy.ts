/**
 * NumPy's array files, in and out (format versions 1 to 3: numpy.lib.format). Files are hostile input: the header is read by a strict
 * grammar of its own, never evaluated, and its sizes are checked against the bytes that came.
 */
import { InputError } from '../../base/errors';
import { fromHalf } from '../../base/half';
import { sizeOf, stridesOf, type Shape } from '../../base/tensor';

export type NpyDType = 'float32' | 'float64' | 'int8' | 'int16' | 'int32' | 'int64' | 'uint8' | 'uint16' | 'uint32' | 'uint64' | 'bool';
export type NpyData = Float32Array | Float64Array | Int8Array | Int16Array | Int32Array | BigInt64Array | Uint8Array | Uint16Array | Uint32Array | BigUint64Array;
/** Row-major; booleans are bytes 0 and 1. Half floats are read as float32, which holds each of them exactly. */
export interface NpyArray {
  readonly dtype: NpyDType;
  readonly shape: Shape;
  readonly data: NpyData;
}

interface Kind {
  readonly code: string;
  readonly array: { new (buffer: ArrayBuffer): NpyData; readonly BYTES_PER_ELEMENT: number };
}
const kinds: Readonly<Record<NpyDType, Kind>> = {
  float32: { code: 'f4', array: Float32Array },
  float64: { code: 'f8', array: Float64Array },
  int8: { code: 'i1', array: Int8Array },
  int16: { code: 'i2', array: Int16Array },
  int32: { code: 'i4', array: Int32Array },
  int64: { code: 'i8', array: BigInt64Array },
  uint8: { code: 'u1', array: Uint8Array },
  uint16: { code: 'u2', array: Uint16Array },
  uint32: { code: 'u4', array: Uint32Array },
  uint64: { code: 'u8', array: BigUint64Array },
  bool: { code: 'b1', array: Uint8Array },
};
const dtypes: ReadonlyMap<string, NpyDType> = new Map(Object.entries(kinds).map(([dtype, { code }]) => [code, dtype as NpyDType])); // keys of a Record<NpyDType, ...>
const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]; // \x93NUMPY
const mostAxes = 32;

/** Told what was read otherwise than it stands in the file, a sentence each. */
export type Note = (says: string) => void;
/** Complex numbers get a last axis of 2 (real, imaginary part). @throws InputError saying what is wrong with the file called `name` */
export function readNpy(bytes: Uint8Array, name: string, note: Note = () => undefined): NpyArray {
  const { text, start } = headerOf(bytes, name);
  const { descr, fortran, shape: stored } = parseHeader(text, name);
  const [order, complex] = [descr[0]!, /^c(8|16)$/.test(descr.slice(1))];
  const code = complex ? (descr.endsWith('16') ? 'f8' : 'f4') : descr.slice(1);
  const half = code === 'f2';
  const shape = complex ? [...stored, 2] : stored;
  const dtype = half ? 'float32' : dtypes.get(code);
  if (!dtype) throw new InputError(`${name} holds numbers of NumPy's type "${descr}"; floats of 16 to 64 bits, integers of 8 to 64, complex numbers of two floats and booleans can be read. Convert it with .astype, and save it again.`);
  const width = half ? 2 : kinds[dtype].array.BYTES_PER_ELEMENT;
  const expected = sizeOf(shape) * width;
  if (bytes.length - start !== expected) throw new InputError(`${name} should hold ${expected} bytes of numbers ([${shape.join(',')}] of ${descr}), but holds ${bytes.length - start}. The file is damaged or was cut short.`);
  const own = new Uint8Array(bytes.subarray(start)); // aligned, and apart from the file; a slice of a Node buffer would share its memory
  if (order === '>' && width > 1) swapBytes(own, width);
  const data = half ? Float32Array.from(new Uint16Array(own.buffer), fromHalf) : new kinds[dtype].array(own.buffer);
  if (complex) note(`${name} holds complex numbers, read as [${shape.join(', ')}]: real and imaginary part.`);
  return { dtype, shape, data: fortran && stored.length > 1 ? rowMajor(data, stored, complex ? 2 : 1) : data };
}
function swapBytes(bytes: Uint8Array, width: number): void {
  for (let at = 0; at < bytes.length; at += width) bytes.subarray(at, at + width).reverse();
}
/** Columns first (Fortran's order) to rows first; each place holds `each` numbers. */
function rowMajor(data: NpyData, shape: Shape, each: number): NpyData {
  const [from, to] = [stridesOf([...shape].reverse()).reverse(), stridesOf(shape)];
  const out = data.slice();
  for (let i = 0; i < data.length / each; i++) {
    let at = 0;
    for (let axis = 0; axis < shape.length; axis++) at += from[axis]! * (Math.floor(i / to[axis]!) % shape[axis]!);
    for (let k = 0; k < each; k++) out[i * each + k] = data[at * each + k]!;
  }
  return out;
}

function headerOf(bytes: Uint8Array, name: string): { text: string; start: number } {
  if (magic.some((byte, i) => bytes[i] !== byte)) throw new InputError(`${name} is not a NumPy array file (.npy): it does not start like one. Save it with numpy.save or numpy.savez.`);
  const version = bytes[6];
  if (version !== undefined && !(version >= 1 && version <= 3)) throw new InputError(`${name} is a NumPy file of version ${version}; versions 1 to 3 can be read.`);
  const from = version === 1 ? 10 : 12;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = bytes.length < from ? Infinity : version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (from + length > bytes.length || length > 1 << 16) throw new InputError(`${name} ends within its header, or its header is longer than any NumPy writes. The file is damaged or was cut short.`);
  return { text: new TextDecoder().decode(bytes.subarray(from, from + length)), start: from + length };
}
/** {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }: three entries in any order, nothing else. */
function parseHeader(text: string, name: string): { descr: string; fortran: boolean; shape: number[] } {
  const field = (key: string, value: string): string | undefined => new RegExp(`['"]${key}['"]\\s*:\\s*${value}`).exec(text)?.[1];
  const descr = field('descr', `['"]([<>|=][a-zA-Z]\\d{1,3})['"]`);
  const fortran = field('fortran_order', '(True|False)');
  const sizes = field('shape', `\\(((?:\\s*\\d{1,12}L?\\s*,?){0,${mostAxes}})\\s*\\)`);
  if (descr === undefined || fortran === undefined || sizes === undefined) throw new InputError(`${name} has a header that is not an array of plain numbers: ${text.trim().slice(0, 120)}. Structured and object arrays cannot be read.`);
  const shape = sizes.split(',').flatMap((size) => (size.trim() === '' ? [] : [Number.parseInt(size, 10)]));
  if (!Number.isSafeInteger(sizeOf(shape) * 8)) throw new InputError(`${name} has impossible sizes [${shape.join(',')}].`);
  return { descr, fortran: fortran === 'True', shape };
}

/** Version 1.0, little-endian, row-major: what `numpy.save` writes. */
export function writeNpy({ dtype, shape, data }: NpyArray): Uint8Array {
  const { code, array } = kinds[dtype];
  const order = array.BYTES_PER_ELEMENT === 1 ? '|' : '<';
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const dictionary = `{'descr': '${order}${code}', 'fortran_order': False, 'shape': (${sizes}), }`;
  const total = Math.ceil((magic.length + 4 + dictionary.length + 1) / 64) * 64; // the numbers start at a multiple of 64
  const bytes = new Uint8Array(total + data.byteLength);
  bytes.set([...magic, 1, 0]);
  new DataView(bytes.buffer).setUint16(8, total - 10, true);
  bytes.set(new TextEncoder().encode(`${dictionary.padEnd(total - 11)}\n`), 10);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), total);
  return bytes;
}
