import { expect, test } from 'vitest';
import { int32, tensor, type Params } from '../base/tensor';
import { readSafetensors, writeSafetensors } from './safetensors';

test('a safetensors file holds names, shapes, offsets and the numbers, little-endian', () => {
  const bytes = writeSafetensors({ 'a.weight': tensor([1, -2, 0.5, 4, 5, 6], [2, 3]), b: tensor([7], []) }, { step: '3' });
  const view = new DataView(bytes.buffer);
  const length = Number(view.getBigUint64(0, true));
  expect(length % 8).toBe(0);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))) as Record<string, { data_offsets: [number, number] }>;
  expect(header).toEqual({ __metadata__: { step: '3' }, 'a.weight': { dtype: 'F32', shape: [2, 3], data_offsets: [0, 24] }, b: { dtype: 'F32', shape: [], data_offsets: [24, 28] } });
  const read = (name: string): number[] => Array.from({ length: (header[name]!.data_offsets[1] - header[name]!.data_offsets[0]) / 4 }, (_, i) => view.getFloat32(8 + length + header[name]!.data_offsets[0] + 4 * i, true));
  expect([read('a.weight'), read('b')]).toEqual([[1, -2, 0.5, 4, 5, 6], [7]]);
  expect(bytes.length).toBe(8 + length + 28);
});

const some: Params = { 'a.weight': tensor([1, -2, 0.5, 4, 5, 6], [2, 3]), i: int32([-7, 2 ** 31 - 1]), m: { dtype: 'bool', shape: [3], data: Uint8Array.of(1, 0, 1) }, s: tensor([7], []), none: tensor([], [0, 2]) };
test('what is written is read back, every dtype, and the metadata', () => {
  const { params, metadata } = readSafetensors(writeSafetensors(some, { step: '3' }));
  expect(params).toEqual(some);
  expect(metadata).toEqual({ step: '3' });
});

/** A file with this header, followed by so many bytes. */
function fileOf(header: unknown, numbers: Uint8Array | number = 0): Uint8Array {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const data = typeof numbers === 'number' ? new Uint8Array(numbers) : numbers;
  const bytes = new Uint8Array(8 + text.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  bytes.set(data, 8 + text.length);
  return bytes;
}
const at = (dtype: string, shape: unknown, from: number, to: number): object => ({ dtype, shape, data_offsets: [from, to] });
// By hand from IEEE 754: 1.5 and -2 as halves, as bfloats, as doubles.
test.each([
  ['F16', [0x00, 0x3e, 0x00, 0xc0]],
  ['BF16', [0xc0, 0x3f, 0x00, 0xc0]],
  ['F64', [0, 0, 0, 0, 0, 0, 0xf8, 0x3f, 0, 0, 0, 0, 0, 0, 0, 0xc0]],
])('%s becomes float32', (dtype, bytes) => expect(readSafetensors(fileOf({ x: at(dtype, [2], 0, bytes.length) }, Uint8Array.from(bytes))).params).toEqual({ x: tensor([1.5, -2]) }));
test('I64 and U8 become int32', () =>
  expect(readSafetensors(fileOf({ a: at('I64', [], 0, 8), b: at('U8', [2], 8, 10) }, Uint8Array.of(254, 255, 255, 255, 255, 255, 255, 255, 200, 3))).params).toEqual({ a: int32([-2], []), b: int32([200, 3]) }));

test.each<[string, Uint8Array, RegExp]>([
  ['no bytes', new Uint8Array(3), /shorter than/],
  ['a header longer than the file', new Uint8Array(16).fill(255), /header would be/],
  ['no JSON', fileOf('{"a":'), /not JSON/],
  ['bytes that are no text', Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0, 255, 254), /not JSON/],
  ['a list for a header', fileOf([]), /not a table/],
  ['numbers for metadata', fileOf({ __metadata__: { a: 1 } }), /plain strings/],
  ['an unknown dtype', fileOf({ x: at('F8_E4M3', [1], 0, 1) }, 1), /"F8_E4M3"/],
  ['negative sizes', fileOf({ x: at('F32', [-1], 0, 4) }, 4), /no proper shape/],
  ['an entry that is text', fileOf({ x: 'F32' }, 4), /tensor x is of dtype none/],
  ['a place too small for its shape', fileOf({ x: at('F32', [2], 0, 4) }, 4), /should take 8 bytes/],
  ['overlapping tensors', fileOf({ x: at('F32', [2], 0, 8), y: at('F32', [2], 4, 12) }, 12), /tensor y begins at byte 4/],
  ['a gap', fileOf({ x: at('F32', [1], 0, 4), y: at('F32', [1], 8, 12) }, 12), /begins at byte 8, where 4/],
  ['numbers cut short', writeSafetensors(some).subarray(0, -1), /damaged or was cut short/],
  ['numbers too many', fileOf({ x: at('F32', [1], 0, 4) }, 5), /but 5 are there/],
  ['an integer beyond int32', fileOf({ x: at('I64', [], 0, 8) }, Uint8Array.of(0, 0, 0, 0, 1, 0, 0, 0)), /tensor x: it holds 4294967296/],
])('%s: refused', (_, bytes, says) => expect(() => readSafetensors(bytes)).toThrow(says));
