import { gzipSync, zipSync } from 'fflate';
import { spawnSync } from 'node:child_process';
import { gzipSync as nodeGzip } from 'node:zlib';
import { expect, test } from 'vitest';
import { crc32 } from '../../base/crc32';
import { InputError } from '../../base/errors';
import { gunzip, headOf } from './gzip';
import { isTar, readTar } from './tar';
import { fixture } from './testing/fixtures';
import { readZip } from './zip';
import { loadOne, type LoadedSound } from '.';

const text = (s: string): Uint8Array => new TextEncoder().encode(s);
const refused = (work: () => unknown, says: RegExp): void => {
  expect(work).toThrow(InputError);
  expect(work).toThrow(says);
};

test('the check value of CRC-32 is right', () => expect([crc32(text('123456789')), crc32(text('789'), crc32(text('123456')))]).toEqual([0xcbf43926, 0xcbf43926]));
test('gzip of other writers, of several members, and what is none', () => {
  expect(gunzip(new Uint8Array(nodeGzip('hello')), 'a', 100)).toEqual(text('hello'));
  const two = Uint8Array.of(...nodeGzip('hello '), ...nodeGzip('world'));
  expect(new TextDecoder().decode(gunzip(two, 'a', 100))).toBe('hello world');
  expect(gunzip(text('plain'), 'a', 100)).toEqual(text('plain'));
  expect(headOf(new Uint8Array(nodeGzip('hello')))).toEqual(text('hello'));
});
test('gzip that is too large, too tightly packed, damaged or cut is refused', () => {
  const packed = gzipSync(new Uint8Array(30 * 2 ** 20), { level: 9 });
  refused(() => gunzip(packed, 'a.gz', 2 ** 30), /more than 200 times/);
  refused(() => gunzip(packed, 'a.gz', 2 ** 20), /more than 1\.0 MiB/);
  const good = gzipSync(text('hello, hello, hello'));
  refused(() => gunzip(good.slice(0, -3), 'a.gz', 100), /damaged or cut short/);
  refused(() => gunzip(good.map((b, i) => (i === good.length - 6 ? b ^ 1 : b)), 'a.gz', 100), /checksum or length/);
  refused(() => gunzip(text('plain'), 'a', 3), /at most 3 bytes/);
});
const zip = (files: Record<string, Uint8Array>, level: 0 | 6 = 6): Uint8Array => zipSync(files, { level, mtime: new Date(1980, 0, 1) });
/** The archive with one text in place of another of its length, everywhere. */
const renamed = (bytes: Uint8Array, from: string, to: string): Uint8Array => {
  const out = bytes.slice();
  for (let i = 0; i + from.length <= out.length; i++) if (text(from).every((b, k) => out[i + k] === b)) out.set(text(to), i);
  return out;
};
test('ZIP files, stored and packed, in order, folders left out', () => {
  const files = { 'b/x.txt': text('one'), 'a.txt': text('two '.repeat(50)), 'empty/': new Uint8Array(0) };
  for (const level of [0, 6] as const) expect(readZip(zip(files, level), 'z').map(({ name, read }) => [name, new TextDecoder().decode(read())])).toEqual([['b/x.txt', 'one'], ['a.txt', 'two '.repeat(50)]]);
  expect(readZip(fixture('folders.zip').bytes, 'z').length).toBe(6);
});
test.each<[string, Uint8Array, RegExp]>([
  ['a path that leads out', renamed(zip({ 'aaaa': text('x') }), 'aaaa', '../b'), /"\.\.\/b", which leads out/],
  ['a path from the root', renamed(zip({ 'aaaa': text('x') }), 'aaaa', '/abc'), /leads out/],
  ['a drive', renamed(zip({ 'aaaa': text('x') }), 'aaaa', 'C:\\x'), /leads out/],
  ['two files of one name', renamed(zip({ 'aaaa': text('x'), 'bbbb': text('y') }), 'bbbb', 'aaaa'), /two files of the name "aaaa"/],
  ['no directory', zip({ a: text('x') }).slice(0, -5), /directory at its end is missing/],
  ['a size that lies', ((bytes) => (new DataView(bytes.buffer).setUint32(bytes.length - 22 - 47 + 24, 9, true), bytes))(zip({ a: text('x') })), /should unpack to 9 bytes|two sizes|cannot be unpacked/],
  ['another checksum', ((bytes) => bytes.map((b, i) => (i === bytes.length - 22 - 47 + 16 ? b ^ 1 : b)))(zip({ a: text('x') })), /checksum is wrong/],
  ['an encrypted one', ((bytes) => bytes.map((b, i) => (i === bytes.length - 22 - 47 + 8 ? b | 1 : b)))(zip({ a: text('x') })), /encrypted/],
  ['a bomb', zip({ a: new Uint8Array(30 * 2 ** 20) }), /more than 200 times/],
])('a ZIP file with %s is refused', (_, bytes, says) => refused(() => readZip(bytes, 'z.zip').map(({ read }) => read()), says));
test('more files, or more bytes, than asked for are refused before anything is unpacked', () => {
  const three = zip({ a: text('x'), b: text('y'), c: text('z') });
  refused(() => readZip(three, 'z', { entries: 2 }), /holds 3 files; at most 2/);
  refused(() => readZip(three, 'z', { unpackedBytes: 2 }), /would unpack to more/);
});
const python = spawnSync('python3', ['-c', 'print(1)']).status === 0;
test.skipIf(!python)(`Python's archives of more than 65,535 files are read${python ? '' : ' (skipped: no Python)'}`, () => {
  const made = spawnSync('python3', ['-c', `
import io, sys, zipfile
out = io.BytesIO()
with zipfile.ZipFile(out, 'w') as z:
    for i in range(65600): z.writestr('f/%d' % i, b'x')
sys.stdout.buffer.write(out.getvalue())`], { maxBuffer: 2 ** 26 });
  const entries = readZip(new Uint8Array(made.stdout), 'z');
  expect([entries.length, entries.at(-1)?.name, entries.at(-1)?.read()]).toEqual([65_600, 'f/65599', text('x')]);
});

/** A tar archive by hand. */
function tar(files: readonly { readonly name: string; readonly body?: Uint8Array; readonly type?: string; readonly size?: string }[]): Uint8Array {
  const blocks = files.flatMap(({ name, body = new Uint8Array(0), type = '0', size }) => {
    const head = new Uint8Array(512);
    head.set(text(name).subarray(0, 100));
    head.set(text(size ?? `${body.length.toString(8).padStart(11, '0')}\0`), 124);
    head.set(text(type), 156);
    head.fill(32, 148, 156);
    head.set(text(`${head.reduce((a, b) => a + b, 0).toString(8).padStart(6, '0')}\0 `), 148);
    const padded = new Uint8Array(Math.ceil(body.length / 512) * 512);
    padded.set(body);
    return [...head, ...padded];
  });
  return Uint8Array.from([...blocks, ...new Array<number>(1024).fill(0)]);
}
test('plain files of a tar archive; links, folders and devices are passed over; long names of both kinds', () => {
  const long = `${'d/'.repeat(70)}x`;
  const archive = tar([{ name: 'a', body: text('one') }, { name: 'dir/', type: '5' }, { name: 'link', type: '2' }, { name: 'dev', type: '3' }, { name: '././@LongLink', type: 'L', body: text(`${long}\0`) }, { name: 'cut', body: text('two') }, { name: 'pax', type: 'x', body: text('12 path=p/q\n') }, { name: 'r', body: text('three') }]);
  expect(readTar(archive, 't').map(({ name, bytes }) => [name, new TextDecoder().decode(bytes)])).toEqual([['a', 'one'], [long, 'two'], ['p/q', 'three']]);
  expect(isTar(archive.subarray(0, 512))).toBe(true);
  expect(isTar(new Uint8Array(512))).toBe(false);
});
test.each<[string, Uint8Array, RegExp]>([
  ['a path that leads out', tar([{ name: '../a', body: text('x') }]), /leads out/],
  ['two files of one name', tar([{ name: 'a' }, { name: 'a' }]), /two files/],
  ['a size that lies', tar([{ name: 'a', body: text('x'), size: '77777777777\0' }]), /should hold 8589934591 bytes/],
  ['a size that is none', tar([{ name: 'a', body: text('x'), size: 'zzzzzzzzzzz\0' }]), /tells no size/],
  ['a wrong checksum', tar([{ name: 'a', body: text('x') }]).map((b, i) => (i === 3 ? 65 : b)), /checksum/],
  ['nothing in it', tar([]), /without any file/],
  ['a link alone', tar([{ name: 'a', type: '2' }]), /without any file/],
])('a tar archive with %s is refused', (_, bytes, says) => refused(() => readTar(bytes, 't.tar'), says));
test('sounds out of an archive, their folders the classes', async () => {
  const { bytes } = fixture('stereo.wav');
  const archive = gzipSync(tar([{ name: './LICENSE', body: text('free') }, { name: './yes/a.wav', body: bytes }, { name: './no/b.wav', body: bytes }, { name: './no/._b.wav', body: text('shadow') }]));
  const set = (await loadOne([{ name: 'speech_commands.tar.gz', bytes: archive }])) as LoadedSound;
  expect([set.classes, set.splits.train.map(({ name, label }) => [name, label])]).toEqual([['no', 'yes'], [['no/b.wav', 0], ['yes/a.wav', 1]]]);
});
