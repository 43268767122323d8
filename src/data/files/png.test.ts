import { deflateSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { InputError } from '../../base/errors';
import { pngLimits, readPng } from './png';

/** CRC-32 of the PNG specification's appendix, bit by bit. */
function crc(bytes: Uint8Array): number {
  let c = 0xffffffff;
  for (const byte of bytes) {
    c ^= byte;
    for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  }
  return ~c >>> 0;
}
const be = (value: number): number[] => [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
function part(name: string, content: ArrayLike<number>): number[] {
  const body = Uint8Array.from([...Buffer.from(name), ...Array.from(content)]);
  return [...be(content.length), ...body, ...be(crc(body))];
}
const start = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
interface Made { width: number; height: number; depth?: number; type: number; raw: readonly number[]; interlace?: number; extra?: number[]; idats?: number }
/** A PNG file by hand; `raw` holds each row's filter byte and bytes. */
function png({ width, height, depth = 8, type, raw, interlace = 0, extra = [], idats = 1 }: Made): Uint8Array {
  const packed = deflateSync(Uint8Array.from(raw));
  const size = Math.ceil(packed.length / idats);
  const data = Array.from({ length: idats }, (_, i) => part('IDAT', packed.subarray(i * size, (i + 1) * size))).flat();
  return Uint8Array.from([...start, ...part('IHDR', [...be(width), ...be(height), depth, type, 0, 0, interlace]), ...extra, ...data, ...part('IEND', [])]);
}
const valuesOf = (bytes: Uint8Array): number[] => [...readPng(bytes).data];
const expectValues = (bytes: Uint8Array, values: number[]): void => valuesOf(bytes).forEach((v, i) => expect(v).toBeCloseTo(values[i]!, 6));

test('grey of 8 bits is read, with its size', () => {
  const image = readPng(png({ width: 2, height: 2, type: 0, raw: [0, 0, 51, 0, 102, 255] }));
  expect([image.width, image.height, image.channels]).toEqual([2, 2, 1]);
  expectValues(png({ width: 2, height: 2, type: 0, raw: [0, 0, 51, 0, 102, 255] }), [0, 0.2, 0.4, 1]);
});
test('the filters Sub, Up, Average and Paeth are undone, over several data parts', () => {
  // Rows: 10 20 | Sub: 10 +20 -> 10 30 | Up: +1 +1 -> 11 31 | Average: 11 + floor(11/2).. by hand below | Paeth.
  const raw = [0, 10, 20, 1, 10, 20, 2, 1, 1, 3, 5, 5, 4, 1, 1];
  // Average: 5 + floor((0 + 11)/2) = 10; 5 + floor((10 + 31)/2) = 25. Paeth: 1 + 10 = 11 (up); 1 + paeth(11, 25, 10): p = 26, nearest 25 -> 26.
  expectValues(png({ width: 2, height: 5, type: 0, raw, idats: 3 }), [10, 20, 10, 30, 11, 31, 10, 25, 11, 26].map((v) => v / 255));
});
test('RGB is interleaved, and alpha is laid on white', () => {
  expectValues(png({ width: 1, height: 1, type: 2, raw: [0, 255, 0, 51] }), [1, 0, 0.2]);
  expectValues(png({ width: 2, height: 1, type: 6, raw: [0, 255, 0, 0, 51, 9, 9, 9, 0] }), [1, 0.8, 0.8, 1, 1, 1]);
  const grey = readPng(png({ width: 1, height: 1, type: 4, raw: [0, 0, 102] }));
  expect([grey.channels, grey.data[0]]).toEqual([1, Math.fround(0.6)]);
});
test('16 bits are kept', () => {
  expectValues(png({ width: 2, height: 1, depth: 16, type: 0, raw: [0, 0x12, 0x34, 0xff, 0xff] }), [0x1234 / 65535, 1]);
});
test('palettes of 1, 2, 4 and 8 bits are looked up, their alpha laid on white', () => {
  const extra = [...part('PLTE', [0, 0, 0, 255, 0, 0, 0, 51, 102]), ...part('tRNS', [255, 0])];
  const colours = [[0, 0, 0], [1, 1, 1], [0, 0.2, 0.4]];
  const indices = [1, 0, 2, 0, 1];
  for (const depth of [2, 4, 8]) {
    const bits = indices.map((i) => i.toString(2).padStart(depth, '0')).join('').padEnd(Math.ceil((5 * depth) / 8) * 8, '0');
    const row = bits.match(/.{8}/g)!.map((byte) => parseInt(byte, 2));
    expectValues(png({ width: 5, height: 2, depth, type: 3, raw: [0, ...row, 0, ...row], extra }), [...indices, ...indices].flatMap((i) => colours[i]!));
  }
  expectValues(png({ width: 3, height: 1, depth: 1, type: 3, raw: [0, 0b01000000], extra }), [0, 0, 0, 1, 1, 1, 0, 0, 0]);
});
test('grey of 1 and 4 bits is spread over [0, 1]', () => {
  expectValues(png({ width: 3, height: 1, depth: 1, type: 0, raw: [0, 0b10100000] }), [1, 0, 1]);
  expectValues(png({ width: 3, height: 1, depth: 4, type: 0, raw: [0, 0x5a, 0xf0] }), [5 / 15, 10 / 15, 1]);
});
test('a see-through colour becomes white', () => {
  expectValues(png({ width: 2, height: 1, type: 2, raw: [0, 1, 2, 3, 1, 2, 4], extra: part('tRNS', [0, 1, 0, 2, 0, 3]) }), [1, 1, 1, 1 / 255, 2 / 255, 4 / 255]);
});
test('an interlaced picture is read (Adam7)', () => {
  // 2 x 2: pass 1 holds (0,0), pass 6 (1,0), pass 7 the second row.
  expectValues(png({ width: 2, height: 2, type: 0, interlace: 1, raw: [0, 10, 0, 20, 0, 30, 40] }), [10, 20, 30, 40].map((v) => v / 255));
});
test('an interlaced picture of single bits is read', () => {
  // 3 x 2: pass 1 holds (0,0), pass 4 (2,0), pass 6 (1,0), pass 7 the second row.
  expectValues(png({ width: 3, height: 2, depth: 1, type: 0, interlace: 1, raw: [0, 0x80, 0, 0x00, 0, 0x80, 0, 0b01000000] }), [1, 1, 0, 0, 1, 0]);
});
test('parts that make no pixels never reach the decoder, and a view into a larger buffer is read', () => {
  const file = png({ width: 1, height: 1, type: 0, raw: [0, 51], extra: [...part('iCCP', [1, 2, 3]), ...part('zTXt', [])] });
  const larger = new Uint8Array(file.length + 5);
  larger.set(file, 5);
  expect(valuesOf(larger.subarray(5))[0]).toBeCloseTo(0.2, 6);
});

const good = png({ width: 2, height: 2, type: 0, raw: [0, 1, 2, 0, 3, 4] });
const at = (file: Uint8Array, place: number, value: number): Uint8Array => file.map((b, i) => (i === place ? value : b));
const reheaded = (header: number[]): Uint8Array => Uint8Array.from([...start, ...part('IHDR', header), ...good.slice(33)]);
test.each<[string, Uint8Array, RegExp]>([
  ['an empty file', new Uint8Array(), /does not start like one/],
  ['a JPEG', Uint8Array.of(0xff, 0xd8, 0xff, 0xe0), /Save it as PNG/],
  ['a signature alone', Uint8Array.from(start), /IEND/],
  ['a file without its end', good.slice(0, -12), /IEND/],
  ['a file cut in its data', good.slice(0, -20), /cut off/],
  ['a part longer than the file', at(good, 33, 0xff), /only \d+ are left/],
  ['a second header', Uint8Array.from([...good.slice(0, 33), ...good.slice(8, 33), ...good.slice(33)]), /one header/],
  ['no header', Uint8Array.from([...start, ...part('IEND', [])]), /one header/],
  ['no width', reheaded([...be(0), ...be(2), 8, 0, 0, 0, 0]), /0 x 2/],
  ['a picture beyond the limit', reheaded([...be(4097), ...be(4096), 8, 0, 0, 0, 0]), /4097 x 4096/],
  ['a picture of 2^64 pixels', reheaded([...be(0xffffffff), ...be(0xffffffff), 8, 0, 0, 0, 0]), /Make it smaller/],
  ['a depth that its colour type has not', reheaded([...be(2), ...be(2), 4, 2, 0, 0, 0]), /4 bits with colour type 2/],
  ['an unknown colour type', reheaded([...be(2), ...be(2), 8, 5, 0, 0, 0]), /colour type 5/],
  ['an unknown interlacing', reheaded([...be(2), ...be(2), 8, 0, 0, 0, 2]), /methods/],
  ['too few pixels', reheaded([...be(2), ...be(3), 8, 0, 0, 0, 0]), /9 bytes by its header, but only 6/],
  ['more pixels than the header says', reheaded([...be(2), ...be(1), 8, 0, 0, 0, 0]), /3 bytes by its header, but more/],
  ['a small file that unpacks to 4 MiB', png({ width: 2, height: 2, type: 0, raw: new Array<number>(2 ** 22).fill(0) }), /but more came/],
  ['a wrong checksum', at(good, 32, good[32]! ^ 1), /damaged.*CRC/],
  ['packed bytes that are none', at(good, 43, 0xff), /damaged|cut off/],
  ['a filter that is none', png({ width: 1, height: 1, type: 0, raw: [9, 1] }), /damaged.*filter/i],
  ['a palette type without palette', png({ width: 1, height: 1, type: 3, raw: [0, 0] }), /none came/],
  ['a palette number too high', png({ width: 1, height: 1, type: 3, raw: [0, 7], extra: part('PLTE', [1, 2, 3]) }), /number 7/],
  ['a palette of broken length', png({ width: 1, height: 1, type: 3, raw: [0, 0], extra: part('PLTE', [1, 2]) }), /damaged/],
  ['more bytes than the limit', new Uint8Array(pngLimits.fileBytes + 1), /at most 32 MiB/],
])('%s is refused', (_, bytes, message) => {
  expect(() => readPng(bytes)).toThrow(InputError);
  expect(() => readPng(bytes)).toThrow(message);
});
test('a file cut at any byte, or with any one byte changed, gives a picture or an InputError, never another error', () => {
  for (let length = 0; length < good.length; length++) expect(() => readPng(good.slice(0, length))).toThrow(InputError);
  for (let i = 0; i < good.length; i++) {
    for (const flip of [1, 0x20, 0xff]) {
      try {
        readPng(at(good, i, good[i]! ^ flip));
      } catch (error) {
        expect(error).toBeInstanceOf(InputError);
      }
    }
  }
});
