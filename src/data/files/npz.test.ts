import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { expect, test } from 'vitest';
import { readNpy, writeNpy, type NpyArray } from './npy';
import { readNpz, writeNpz } from './npz';

const python = (code: string, ...args: string[]): string | undefined => {
  const { status, stdout, stderr } = spawnSync('python3', ['-c', code, ...args], { encoding: 'utf8' });
  if (status !== 0 && /No module named|ENOENT/.test(stderr ?? 'ENOENT')) return undefined;
  if (status !== 0) throw new Error(stderr);
  return stdout;
};
const withNumpy = test.skipIf(python('import numpy') === undefined); // skips, saying so, where NumPy is absent
const inFolder = (work: (folder: string) => void): void => {
  const folder = mkdtempSync(join(tmpdir(), 'stipple-npz-'));
  try {
    work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
};
const arrays: Readonly<Record<string, NpyArray>> = {
  x: { dtype: 'float32', shape: [2, 3], data: Float32Array.of(1, -2, 0.5, 4, 5, 6) },
  y: { dtype: 'int64', shape: [2], data: BigInt64Array.of(-3n, 2n ** 40n) },
  scalar: { dtype: 'float64', shape: [], data: Float64Array.of(Math.PI) },
  mask: { dtype: 'bool', shape: [1, 2], data: Uint8Array.of(1, 0) },
  bytes: { dtype: 'uint8', shape: [3], data: Uint8Array.of(0, 128, 255) },
  empty: { dtype: 'float32', shape: [0, 4], data: new Float32Array(0) },
};

test('arrays come back from an archive as they went in, and the bytes are the same each time', () => {
  const bytes = writeNpz(arrays);
  expect(readNpz(bytes, 'a.npz')).toEqual(arrays);
  expect(writeNpz(arrays)).toEqual(bytes);
});
withNumpy('NumPy reads what is written here', () =>
  inFolder((folder) => {
    const path = join(folder, 'a.npz');
    writeFileSync(path, writeNpz(arrays));
    const said = python('import numpy, json, sys; a = numpy.load(sys.argv[1]); print(json.dumps({k: [str(a[k].dtype), list(a[k].shape), a[k].ravel().tolist()] for k in a.files}))', path);
    expect(JSON.parse(said!)).toEqual({
      x: ['float32', [2, 3], [1, -2, 0.5, 4, 5, 6]],
      y: ['int64', [2], [-3, 2 ** 40]],
      scalar: ['float64', [], [Math.PI]],
      mask: ['bool', [1, 2], [true, false]],
      bytes: ['uint8', [3], [0, 128, 255]],
      empty: ['float32', [0, 4], []],
    });
  }),
);
withNumpy('what NumPy writes is read: compressed, halves, big-endian, columns first', () =>
  inFolder((folder) => {
    const path = join(folder, 'b.npz');
    python('import numpy as n, sys; a = n.arange(6.).reshape(2, 3); n.savez_compressed(sys.argv[1], f=n.asfortranarray(a.astype("f4")), big=a.astype(">f8"), half=(a / 4 - 1).astype("f2"), u=n.arange(3, dtype="u2"))', path);
    const read = readNpz(new Uint8Array(readFileSync(path)), 'b.npz');
    expect(read).toEqual({
      f: { dtype: 'float32', shape: [2, 3], data: Float32Array.of(0, 1, 2, 3, 4, 5) },
      big: { dtype: 'float64', shape: [2, 3], data: Float64Array.of(0, 1, 2, 3, 4, 5) },
      half: { dtype: 'float32', shape: [2, 3], data: Float32Array.of(-1, -0.75, -0.5, -0.25, 0, 0.25) },
      u: { dtype: 'uint16', shape: [3], data: Uint16Array.of(0, 1, 2) },
    });
  }),
);

const text = (s: string): Uint8Array => new TextEncoder().encode(s);
const npy = (header: string, numbers = 0): Uint8Array => {
  const bytes = new Uint8Array(10 + header.length + numbers);
  bytes.set([0x93, ...text('NUMPY'), 1, 0, header.length & 255, header.length >> 8]);
  bytes.set(text(header), 10);
  return bytes;
};
const whole = writeNpy(arrays.x!);
test.each<[string, Uint8Array, RegExp]>([
  ['no magic', text('hello, world, this is not it'), /not a NumPy array file/],
  ['no bytes', new Uint8Array(0), /not a NumPy array file/],
  ['a cut header', whole.subarray(0, 40), /ends within its header/],
  ['cut numbers', whole.subarray(0, whole.length - 1), /should hold 24 bytes.*holds 23/],
  ['numbers too many', Uint8Array.of(...whole, 0), /holds 25/],
  ['version 9', Uint8Array.from(whole, (b, i) => (i === 6 ? 9 : b)), /version 9/],
  ['objects', npy("{'descr': '|O', 'fortran_order': False, 'shape': (3,), }", 24), /not an array of plain numbers/],
  ['dates', npy("{'descr': '<M8', 'fortran_order': False, 'shape': (3,), }", 24), /type "<M8"/],
  ['a structure', npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (3,), }", 12), /Structured/],
  ['code for a shape', npy("{'descr': '<f4', 'fortran_order': False, 'shape': (__import__('os'),), }", 4), /not an array of plain numbers/],
  ['sizes beyond all bounds', npy("{'descr': '<f4', 'fortran_order': False, 'shape': (999999999999, 999999999999), }", 4), /impossible sizes/],
])('%s is refused', (_, bytes, says) => expect(() => readNpy(bytes, 'x')).toThrow(says));

test.each<[string, Uint8Array, RegExp]>([
  ['text', text('not a zip file at all'), /not a NumPy archive/],
  ['a cut archive', writeNpz(arrays).subarray(0, 300), /damaged or was cut short/],
  ['a file that is no array', zipSync({ 'readme.txt': text('hi') }), /readme\.txt/],
  ['an array that is damaged', zipSync({ 'x.npy': text('hi') }), /x in a\.npz is not a NumPy array file/],
])('an archive that is %s is refused', (_, bytes, says) => expect(() => readNpz(bytes, 'a.npz')).toThrow(says));
test('an archive that claims to unpack to more than is sane is refused before it is unpacked', () => {
  const bytes = writeNpz({ x: arrays.x! });
  const central = bytes.findLastIndex((_, i) => bytes[i] === 0x50 && bytes[i + 1] === 0x4b && bytes[i + 2] === 1 && bytes[i + 3] === 2);
  new DataView(bytes.buffer).setUint32(central + 24, 0xfffffff0, true); // uncompressed size, as the directory tells it
  expect(() => readNpz(bytes, 'a.npz')).toThrow(/more than/);
});
