/** What enemies of readers try first, one by one and through the doors that a user's files pass: whatever becomes of it, nothing leads out, nothing explodes, and no prototype is touched. */
import { gzipSync, zipSync } from 'fflate';
import { afterEach, describe, expect, test } from 'vitest';
import { InputError, StippleError } from '../base/errors';
import { pack, unpack } from '../base/pack';
import { loadFiles, loadOne, type LoadedRecords, type LoadedTensors } from '../data/files';
import { readNpz } from '../data/files/npz';
import { fixture } from '../data/files/testing/fixtures';
import { readZip, safePath } from '../data/files/zip';
import { readSafetensors } from '../engine/safetensors';
import { memoryBlobs } from '../keep/blobs';
import { exportBench, importBench, keepRun } from '../keep/kept-runs';
import { readCheckpointFile } from '../lab/checkpoint-file';
import { lessons } from '../lessons';
import { cards } from '../methods/cards';
import { readLesson } from '../spec/lesson';
import { readLink } from '../spec/link';
import { readSaved } from '../store/saved';
import { storeWithWorker } from '../store/testing/test-worker';
import { distortSealed, resealed } from './distort';
import { Random } from '../base/random';
import { pollution } from './parser';

const text = (words: string): Uint8Array => new TextEncoder().encode(words);
const zip = (files: Record<string, Uint8Array>): Uint8Array => zipSync(files, { level: 1, mtime: new Date(1980, 0, 1) });
/** The archive with one name in place of another of its length, everywhere. */
function renamed(bytes: Uint8Array, from: string, to: string): Uint8Array {
  if (text(from).length !== text(to).length) throw new Error('Names of one length are exchanged.');
  const out = bytes.slice();
  for (let i = 0; i + from.length <= out.length; i++) if (text(from).every((b, k) => out[i + k] === b)) out.set(text(to), i);
  return out;
}
afterEach(() => {
  expect(pollution()).toBeUndefined();
  const fresh: Record<string, unknown> = {};
  expect([fresh['polluted'], Object.keys(Object.prototype), 'polluted' in []]).toEqual([undefined, [], false]);
});

const leading = ['../x.png', '../../etc/x.png', '/etc/x.png', '//host/x.png', 'C:/x.png', 'c:x.png', '..\\x.png', '\\\\host\\x.png', 'a/../../x.png', 'a/..', './../x.png', 'a//x.png', 'a\0.png', '..', '', '/', '.'];
test.each(leading)('the path %j leads out of an archive, or is none', (path) => expect(() => safePath(path.replaceAll('\\', '/'), 'a.zip')).toThrow(InputError));
test.each(leading.filter((path) => path.length > 1))('in a ZIP file it is refused by every reader of archives: %j', async (path) => {
  const stand = 'q'.repeat(text(path).length);
  const bytes = renamed(zip({ [stand]: fixture('grey.png').bytes }), stand, path);
  for (const name of ['pictures.zip', 'arrays.npz']) {
    const { loaded, problems } = await loadFiles([{ name, bytes }]);
    expect([loaded, problems.length]).toEqual([[], 1]);
  }
  expect(() => readCheckpointFile({ name: 'm.npz', bytes })).toThrow(InputError);
});
test('a sound path is no traversal', () => expect(['a/b.png', './a.png', 'a..b/c..png', '...', 'x:'.slice(0, 1)].map((path) => safePath(path, 'a.zip'))).toEqual(['a/b.png', 'a.png', 'a..b/c..png', '...', 'x']));

describe('what unpacks to far more than it is', () => {
  const zeros = new Uint8Array(30 * 2 ** 20);
  const refused = (name: string, bytes: Uint8Array, says: RegExp): Promise<void> => expect(loadOne([{ name, bytes }])).rejects.toThrow(says);
  test('a ZIP file, as pictures and as arrays', async () => {
    await refused('x.zip', zip({ 'a/1.png': zeros }), /more than 200 times/);
    await refused('x.npz', zip({ 'x.npy': zeros }), /more than 200 times/);
  });
  test('many small ones in one archive', async () => {
    const small = zeros.subarray(0, 9 * 2 ** 20); // each below what is let pass at any ratio
    await refused('x.npz', zip(Object.fromEntries(Array.from({ length: 3 }, (_, i) => [`x${i}.npy`, small]))), /more than 200 times/);
  });
  test('entries that share their packed bytes', () => {
    const one = zip({ a: zeros.subarray(0, 2 ** 20) });
    const view = new DataView(one.buffer);
    const [start, end] = [view.getUint32(one.length - 6, true), one.length - 22];
    const entry = one.slice(start, end);
    const count = 100;
    const out = new Uint8Array(start + count * (entry.length + 3) + 22);
    out.set(one.subarray(0, start));
    for (let i = 0; i < count; i++) {
      const at = start + i * (entry.length + 3);
      out.set(entry, at);
      out.set(text(`a${String(i).padStart(3, '0')}`), at + 46);
      new DataView(out.buffer).setUint16(at + 28, 4, true);
    }
    out.set(one.subarray(end), out.length - 22);
    for (const at of [8, 10]) new DataView(out.buffer).setUint16(out.length - 22 + at, count, true);
    expect(() => readZip(out, 'x.zip')).toThrow(/more than 200 times/);
  });
  test('one that tells of less than comes', () => {
    const bytes = zip({ a: zeros });
    const start = new DataView(bytes.buffer).getUint32(bytes.length - 6, true);
    new DataView(bytes.buffer).setUint32(start + 24, 1000, true);
    expect(() => readZip(bytes, 'x.zip')[0]!.read()).toThrow(/should unpack to 1000 bytes, but more came/);
  });
  test('gzip: of a table, of text, of an IDX file, of a tar archive', async () => {
    const packed = gzipSync(zeros, { level: 9, mtime: 0 });
    for (const name of ['x.csv.gz', 'x.txt.gz', 'x.jsonl.gz', 'x.tar.gz']) await refused(name, packed, /more than 200 times|none of the kinds/);
    const idx = gzipSync(Uint8Array.of(0, 0, 8, 1, 0x7f, 0xff, 0xff, 0xff, ...new Uint8Array(100)), { mtime: 0 });
    await refused('train-images-idx1-ubyte.gz', idx, /holds|bytes/);
  });
  test('a PNG file', () => expect(loadOne([{ name: 'x.png', bytes: pngOf(60_000, 60_000) }])).rejects.toThrow(InputError));
  test('a header of safetensors, and a length of a tensor', () => {
    const huge = new Uint8Array(20);
    new DataView(huge.buffer).setBigUint64(0, 2n ** 62n, true);
    expect(() => readSafetensors(huge)).toThrow(/header would be/);
    expect(() => readSafetensors(safetensors('{"a":{"dtype":"F32","shape":[1000000,1000000,1000000],"data_offsets":[0,4]}}', 4))).toThrow(/should take/);
  });
});
function pngOf(width: number, height: number): Uint8Array {
  const bytes = fixture('grey.png').bytes.slice();
  new DataView(bytes.buffer).setUint32(16, width);
  new DataView(bytes.buffer).setUint32(20, height);
  return bytes;
}
function safetensors(header: string, bytes: number): Uint8Array {
  const out = new Uint8Array(8 + header.length + bytes);
  new DataView(out.buffer).setBigUint64(0, BigInt(header.length), true);
  out.set(text(header), 8);
  return out;
}

describe('names that reach for a prototype', () => {
  const evil = '"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}';
  const inWords = (work: () => unknown): void => {
    try {
      work();
    } catch (error) {
      expect(error).toBeInstanceOf(StippleError);
    }
  };
  test('in a saved experiment, its knobs and a link', () => {
    const read = readSaved('x', `{"method":"winner",${evil},"knobs":{${evil},"__proto__":1,"toString":2}}`, cards);
    expect(Object.getPrototypeOf(read.experiment.knobs)).toBe(Object.prototype);
    expect(Object.keys(read.experiment.knobs)).toEqual(Object.keys(cards.winner!.knobs));
    for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
      inWords(() => readLink(`#${name}?v=1`, cards));
      expect(readLink(`#winner?k.${name}=1&arms=${name}&${name}=1`, cards).notes).toHaveLength(3);
    }
  });
  test('in JSON lines', async () => {
    const bytes = text(`{"x":[1],"y":0,${evil}}\n{"x":[2],"y":1,"__proto__":{"y":5}}\n`);
    const { splits } = (await loadOne([{ name: 'x.jsonl', bytes }])) as LoadedRecords;
    expect(splits.train.map((record) => [Object.getPrototypeOf(record) === Object.prototype, record.y])).toEqual([[true, 0], [true, 1]]);
  });
  test('in a header of safetensors, as a model\'s params and as data', async () => {
    const bytes = safetensors('{"__metadata__":{"__proto__":"x"},"__proto__":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"constructor":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}', 8);
    const { params } = readSafetensors(bytes);
    expect([Object.keys(params), Object.getPrototypeOf(params) === Object.prototype]).toEqual([['__proto__', 'constructor'], true]);
    const { tensors } = (await loadOne([{ name: 'm.safetensors', bytes }])) as LoadedTensors;
    expect([Object.keys(tensors), Object.getPrototypeOf(tensors) === Object.prototype]).toEqual([['__proto__', 'constructor'], true]);
    expect(Object.keys(readCheckpointFile({ name: 'm.safetensors', bytes }).params)).toEqual(['__proto__', 'constructor']);
    inWords(() => readSafetensors(safetensors(`{${evil}}`, 0)));
  });
  test('in a NumPy archive', () => {
    const npy = new Uint8Array(fixture('x.npy').bytes);
    const arrays = readNpz(renamed(zip({ 'q23456789.npy': npy, 'constructor.npy': npy }), 'q23456789.npy', '__proto__.npy'), 'x.npz');
    expect([Object.keys(arrays), Object.getPrototypeOf(arrays) === Object.prototype]).toEqual([['__proto__', 'constructor'], true]);
  });
  test('in a lesson', async () => {
    const words = JSON.stringify(lessons[0]).replace('{', `{${evil},`).replaceAll('"text":', `${evil},"text":`);
    const lesson = readLesson(JSON.parse(words), cards);
    expect(lesson).toEqual(lessons[0]);
    expect(Object.getPrototypeOf(lesson.steps[0])).toBe(Object.prototype);
    const { app } = storeWithWorker(cards, { settings: { getItem: () => `{${evil},"soup":1}`, setItem: () => undefined, removeItem: () => undefined } });
    expect(app().reached).toEqual({ soup: 1 });
    expect(await app().lessonBrought({ name: 'x', size: words.length, text: async () => words, arrayBuffer: async () => new ArrayBuffer(0) })).toBe(true);
  });
  test('in a workbench', async () => {
    const blobs = memoryBlobs();
    await keepRun(blobs, { id: 'x', link: '#winner?v=1', name: 'one', note: '', pinned: false, finishedAtMs: 5, elapsedMs: 9, proof: { provider: 'wasm', fingerprint: 'ab', marks: [] }, outcomes: [], lights: [], colours: { QQQQQQQQQ: 1 } }, []);
    const bytes = await exportBench(blobs);
    const called = (name: string): Uint8Array => resealed(bytes, (words) => text(new TextDecoder().decode(words).replace('QQQQQQQQQ', name)));
    await expect(importBench(memoryBlobs(), called('__proto__'))).rejects.toThrow(/called __proto__/);
    await importBench(memoryBlobs(), called('constructor'));
    expect(() => pack(JSON.parse('{"__proto__":1}'))).toThrow(InputError);
    expect(unpack(pack(JSON.parse('{"constructor":{"prototype":{"polluted":1}}}')))).toEqual({ constructor: { prototype: { polluted: 1 } } });
    for (let i = 0; i < 20; i++) await importBench(memoryBlobs(), distortSealed(bytes, Random.seed(5).fork(i), bytes)).catch((error: unknown) => expect(error).toBeInstanceOf(StippleError));
  });
});
