import { expect, test } from 'vitest';
import { InputError } from '../../base/errors';
import { limits } from '../../spec/experiment';
import { cutSignal, readWav, writeWav } from './wav';

interface Parts { codec?: number; channels?: number; rate?: number; bits?: number; block?: number; data: Uint8Array; extensible?: boolean; guid?: number[]; before?: Uint8Array; fmtSize?: number }
const ascii = (text: string): number[] => [...text].map((c) => c.charCodeAt(0));
const le = (value: number, bytes: number): number[] => Array.from({ length: bytes }, (_, i) => Math.floor(value / 256 ** i) % 256);
const standardGuid = [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71];
const chunk = (id: string, body: ArrayLike<number>): number[] => [...ascii(id), ...le(body.length, 4), ...Array.from(body), ...(body.length % 2 ? [0] : [])];

/** A WAV file, byte by byte, by hand. */
function wav({ codec = 1, channels = 1, rate = 8000, bits = 16, block = (channels * bits) / 8, data, extensible, guid = standardGuid, before = new Uint8Array() }: Parts): Uint8Array {
  const head = [...le(extensible ? 0xfffe : codec, 2), ...le(channels, 2), ...le(rate, 4), ...le(rate * block, 4), ...le(block, 2), ...le(bits, 2)];
  const tail = extensible ? [...le(22, 2), ...le(bits, 2), ...le(0, 4), ...le(codec, 2), ...guid] : [];
  const body = [...ascii('WAVE'), ...before, ...chunk('fmt ', [...head, ...tail]), ...chunk('data', data)];
  return Uint8Array.from([...ascii('RIFF'), ...le(body.length, 4), ...body]);
}
const values = [0, 0.5, -0.5, -1, 0.25];
/** `values` in each storage, by Node's own writers. */
const stored: [string, number, number, Uint8Array][] = [
  ['8-bit PCM', 1, 8, Uint8Array.from(values, (v) => v * 128 + 128)],
  ['16-bit PCM', 1, 16, Buffer.concat(values.map((v) => { const b = Buffer.alloc(2); b.writeInt16LE(v * 2 ** 15); return b; }))],
  ['24-bit PCM', 1, 24, Buffer.concat(values.map((v) => { const b = Buffer.alloc(3); b.writeIntLE(v * 2 ** 23, 0, 3); return b; }))],
  ['32-bit PCM', 1, 32, Buffer.concat(values.map((v) => { const b = Buffer.alloc(4); b.writeInt32LE(v * 2 ** 31); return b; }))],
  ['32-bit float', 3, 32, Buffer.concat(values.map((v) => { const b = Buffer.alloc(4); b.writeFloatLE(v); return b; }))],
  ['64-bit float', 3, 64, Buffer.concat(values.map((v) => { const b = Buffer.alloc(8); b.writeDoubleLE(v); return b; }))],
];

test.each(stored)('%s is read exactly, plain and extensible', (_, codec, bits, data) => {
  for (const extensible of [false, true]) {
    const read = readWav(wav({ codec, bits, data, extensible, rate: 44100 }));
    expect([...read.samples]).toEqual(values);
    expect([read.sampleRateHz, read.notes]).toEqual([44100, []]);
  }
});
test('channels are mixed by their mean, with a note', () => {
  const read = readWav(wav({ channels: 3, bits: 8, data: Uint8Array.of(128 + 96, 128, 128, 128, 128 - 48, 128 - 48) }));
  expect([...read.samples]).toEqual([0.25, -0.25]);
  expect(read.notes.join()).toContain('3 channels');
});
test('other parts before the data are passed over, odd lengths included, and a view into a larger buffer is read', () => {
  const file = wav({ bits: 8, data: Uint8Array.of(192), before: Uint8Array.from(chunk('LIST', [1, 2, 3])) });
  const larger = new Uint8Array(file.length + 7);
  larger.set(file, 7);
  expect([...readWav(larger.subarray(7)).samples]).toEqual([0.5]);
});
test('half a sample at the end is left out with a note', () => {
  const read = readWav(wav({ data: Uint8Array.of(0, 0x40, 9) }));
  expect([...read.samples]).toEqual([0.5]);
  expect(read.notes.join()).toContain('1 bytes at the end');
});
test('16-bit values survive writing and reading, and louder ones are clipped', () => {
  const y = Float32Array.from({ length: 400 }, (_, i) => ((i * 977) % 65536) / 32768 - 1);
  expect([...readWav(writeWav(y, 16000)).samples]).toEqual([...y]);
  expect([...readWav(writeWav(Float32Array.of(2, -2), 8000)).samples]).toEqual([32767 / 32768, -1]);
});

const good = wav({ data: Uint8Array.of(0, 1, 2, 3) });
const float = (v: number): Uint8Array => { const b = Buffer.alloc(4); b.writeFloatLE(v); return b; };
test.each<[string, Uint8Array, RegExp]>([
  ['an empty file', new Uint8Array(), /starts with "RIFF....WAVE"/],
  ['another kind of file', Uint8Array.from(ascii('\x89PNG\r\n\x1a\n....')), /Export it as WAV/],
  ['a big-endian file', Uint8Array.from([...ascii('RIFX'), ...good.slice(4)]), /RIFX/],
  ['a header without data', good.slice(0, 36), /"data" part.*cut off/],
  ['twelve bytes', good.slice(0, 12), /"fmt " and "data"/],
  ['data cut off', good.slice(0, -2), /should hold 4 bytes, but only 2 are left/],
  ['a length near 2^32', good.map((b, i) => (i >= 40 && i < 44 ? 0xff : b)), /should hold 4294967295 bytes/],
  ['data before the format', Uint8Array.from([...good.slice(0, 12), ...chunk('data', [1, 2])]), /format before its data/],
  ['no samples', wav({ data: new Uint8Array() }), /At least one sample/],
  ['MP3 inside', wav({ codec: 0x55, data: Uint8Array.of(1, 2) }), /MP3.*Convert it to 16-bit PCM/],
  ['mu-law inside', wav({ codec: 7, bits: 8, data: Uint8Array.of(1, 2) }), /mu-law/],
  ['an unknown codec', wav({ codec: 0x1234, data: Uint8Array.of(1, 2) }), /codec 0x1234/],
  ["a maker's own codec", wav({ extensible: true, guid: standardGuid.map((b) => b ^ 1), data: Uint8Array.of(1, 2) }), /maker's own/],
  ['12 bits', wav({ bits: 12, block: 2, data: Uint8Array.of(1, 2) }), /PCM of 12 bits/],
  ['16-bit float', wav({ codec: 3, bits: 16, data: Uint8Array.of(1, 2) }), /float of 16 bits/],
  ['no channel', wav({ channels: 0, block: 2, data: Uint8Array.of(1, 2) }), /at least one channel/],
  ['a block that does not fit', wav({ block: 3, data: Uint8Array.of(1, 2) }), /take 2 bytes/],
  ['a rate of 0', wav({ rate: 0, data: Uint8Array.of(1, 2) }), /sample rate/],
  ['a sample that is no number', wav({ codec: 3, bits: 32, data: Buffer.concat([float(1), float(NaN)]) }), /number 1 of the WAV file is NaN/],
  ['an infinite sample', wav({ codec: 3, bits: 32, data: float(-Infinity) }), /is -Infinity/],
  ['more than files may hold', new Uint8Array(limits.fileBytes + 1), new RegExp(`at most ${limits.fileBytes / 2 ** 20} MiB`)],
])('%s is refused', (_, bytes, message) => {
  expect(() => readWav(bytes)).toThrow(InputError);
  expect(() => readWav(bytes)).toThrow(message);
});
test('a file cut at any byte is refused with an InputError, never another error', () => {
  const file = wav({ extensible: true, data: Uint8Array.of(0, 1, 2, 3) });
  for (let length = 0; length < file.length; length++) expect(() => readWav(file.slice(0, length))).toThrow(InputError);
});
test('what has no sound is not written', () => {
  expect(() => writeWav(Float32Array.of(0, NaN), 8000)).toThrow(/number 1 is NaN/);
  expect(() => writeWav(Float32Array.of(0), 0)).toThrow(/sample rate/);
});

test('the loudest window is taken, the earliest of equals, and scaled to peak 1', () => {
  const y = new Float32Array(1000);
  y[600] = -0.25;
  y[605] = 0.5;
  y[100] = 0.5;
  const cut = cutSignal(y, 10);
  expect([cut.offset, cut.peak]).toEqual([596, 0.5]); // the first window that holds both
  expect([...cut.samples]).toEqual([0, 0, 0, 0, -0.5, 0, 0, 0, 0, 1]);
  expect(cutSignal(new Float32Array(50).fill(0.1), 10).offset).toBe(0);
});
test('a window can be asked for, must lie inside and must not be silent', () => {
  const y = Float32Array.from({ length: 20 }, (_, i) => (i < 10 ? 0 : i));
  expect([...cutSignal(y, 2, 15).samples]).toEqual([15 / 16, 1].map(Math.fround));
  expect(() => cutSignal(y, 5, 3)).toThrow(/silence/);
  expect(() => cutSignal(y, 21)).toThrow(/the sound has 20/);
  expect(() => cutSignal(y, 5, 16)).toThrow(/from 16 on/);
  expect(() => cutSignal(y, 0)).toThrow(/at least 1/);
  expect(() => cutSignal(new Float32Array(30), 8)).toThrow(InputError);
});
