/** Sound sets of files for each reader, to be damaged: those of the fixtures, and a few that are made here. */
import { gzipSync, zipSync } from 'fflate';
import type { NamedBytes, ReaderId } from '../loaded';
import { writeNpz } from '../npz';
import { writeWav } from '../wav';
import { fixture, fixtureNames } from './fixtures';

export type Sample = readonly NamedBytes[];
const text = (content: string): Uint8Array => new TextEncoder().encode(content);
const named = (name: string, content: string): NamedBytes => ({ name, bytes: text(content) });
const one = (name: string): Sample => [fixture(name)];
const all = (ending: RegExp): Sample[] => fixtureNames.filter((name) => ending.test(name)).map(one);
const idx = (rank: number, sizes: readonly number[], data: readonly number[]): Uint8Array => {
  const out = new Uint8Array(4 + 4 * rank + data.length);
  out.set([0, 0, 8, rank]);
  sizes.forEach((size, i) => new DataView(out.buffer).setUint32(4 + 4 * i, size));
  out.set(data, 4 + 4 * rank);
  return out;
};
const idxPair = (name: string): Sample => [{ name: `${name}-images-idx3-ubyte`, bytes: idx(3, [2, 3, 3], Array.from({ length: 18 }, (_, i) => i)) }, { name: `${name}-labels-idx1-ubyte`, bytes: idx(1, [2], [1, 0]) }];
const cifarRecord = (labels: readonly number[]): Uint8Array => Uint8Array.from({ length: labels.length + 3072 }, (_, i) => labels[i] ?? i % 251);
const tone = writeWav(Float32Array.from({ length: 200 }, (_, i) => ((i * 37) % 100) / 100 - 0.5), 8000);

/** WAV in every codec that is read: PCM of 8 to 32 bits, floats of 32 and 64. */
const sounds: readonly Sample[] = ([[1, 8], [1, 16], [1, 24], [1, 32], [3, 32], [3, 64]] as const).map(([codec, bits]) => {
  const [frames, channels] = [60, 2];
  const bytes = new Uint8Array(44 + (frames * channels * bits) / 8).map((_, i) => (i * 73) % 251);
  bytes.set(text('RIFF....WAVEfmt '));
  bytes.set(text('data'), 36);
  const view = new DataView(bytes.buffer);
  view.setUint32(4, bytes.length - 8, true);
  view.setUint32(16, 16, true);
  [codec, channels].forEach((v, i) => view.setUint16(20 + 2 * i, v, true));
  view.setUint32(24, 8000, true);
  view.setUint32(28, 1000 * channels * bits, true);
  view.setUint16(32, (channels * bits) / 8, true);
  view.setUint16(34, bits, true);
  view.setUint32(40, bytes.length - 44, true);
  if (codec === 3) for (let i = 0; i < frames * channels; i++) if (bits === 32) view.setFloat32(44 + 4 * i, (i % 9) / 9 - 0.5, true); else view.setFloat64(44 + 8 * i, (i % 9) / 9 - 0.5, true);
  return [{ name: `${codec}-${bits}.wav`, bytes }];
});
/** A ZIP archive as those are written that may become large: sizes and places of 64 bits in extra fields, and a directory of 64 bits. */
function wide(zip: Uint8Array): Uint8Array {
  const view = new DataView(zip.buffer, zip.byteOffset, zip.byteLength);
  const [count, start] = [view.getUint16(zip.length - 12, true), view.getUint32(zip.length - 6, true)];
  const entries: Uint8Array[] = [];
  for (let at = start; entries.length < count; ) {
    const [name, extra] = [view.getUint16(at + 28, true), view.getUint16(at + 30, true)];
    const entry = new Uint8Array(46 + name + 28);
    entry.set(zip.subarray(at, at + 46 + name));
    const own = new DataView(entry.buffer);
    for (const field of [20, 24, 42]) own.setUint32(field, 0xffffffff, true);
    own.setUint16(30, 28, true);
    own.setUint16(32, 0, true);
    own.setUint16(46 + name, 1, true);
    own.setUint16(48 + name, 24, true);
    [24, 20, 42].forEach((field, i) => own.setBigUint64(50 + name + 8 * i, BigInt(view.getUint32(at + field, true)), true));
    entries.push(entry);
    at += 46 + name + extra + view.getUint16(at + 32, true);
  }
  const directory = entries.reduce((n, { length }) => n + length, 0);
  const out = new Uint8Array(start + directory + 56 + 20 + 22);
  out.set(zip.subarray(0, start));
  entries.reduce((at, entry) => (out.set(entry, at), at + entry.length), start);
  const [end, own] = [start + directory, new DataView(out.buffer)];
  own.setUint32(end, 0x06064b50, true);
  own.setBigUint64(end + 4, 44n, true);
  for (const field of [24, 32]) own.setBigUint64(end + field, BigInt(count), true);
  own.setBigUint64(end + 40, BigInt(directory), true);
  own.setBigUint64(end + 48, BigInt(start), true);
  own.setUint32(end + 56, 0x07064b50, true);
  own.setBigUint64(end + 64, BigInt(end), true);
  own.setUint32(end + 72, 1, true);
  own.setUint32(end + 76, 0x06054b50, true);
  out.fill(0xff, end + 84, end + 96);
  return out;
}
export const corpus: Readonly<Record<ReaderId, readonly Sample[]>> = {
  idx: [[fixture('images-idx3-ubyte.gz'), fixture('labels-idx1-ubyte.gz')], idxPair('train'), [...idxPair('train'), ...idxPair('t10k')], idxPair('train').slice(0, 1)],
  cifar: [one('cifar-10-binary.tar.gz'), one('long.tar'), [{ name: 'data_batch_1.bin', bytes: cifarRecord([3]) }, { name: 'test_batch.bin', bytes: cifarRecord([9]) }], [{ name: 'train.bin', bytes: cifarRecord([3, 44]) }]],
  images: [...all(/\.(png|jpg|webp)$/), one('folders.zip'), [{ name: 'wide.zip', bytes: wide(fixture('folders.zip').bytes) }], [{ ...fixture('grey.png'), name: 'a/1.png' }, { ...fixture('colour.jpg'), name: 'b/1.jpg' }, { ...fixture('lossy.webp'), name: 'b/2.webp' }]],
  numpy: [one('arrays.npz'), one('packed.npz'), [{ name: 'wide.npz', bytes: wide(fixture('packed.npz').bytes) }], [fixture('x.npy'), fixture('y.npy')], [{ name: 'data.npz', bytes: writeNpz({ x_train: { dtype: 'float64', shape: [4, 2], data: new Float64Array(8).fill(0.5) }, y_train: { dtype: 'int64', shape: [4], data: new BigInt64Array(4) }, x_test: { dtype: 'float64', shape: [2, 2], data: new Float64Array(4) } }) }]],
  safetensors: [one('all.safetensors')],
  table: [one('table.csv'), one('table.tsv'), [named('train.csv', 'a,b,label\n1,2,cat\n3,4,dog\n'), named('test.csv', 'a,b,label\n1,2,cat\n')], [{ name: 'packed.csv.gz', bytes: gzipSync(text('1;2;3\n4;5;6\n'.repeat(40)), { mtime: 0 }) }]],
  records: [one('records.jsonl'), one('texts.jsonl'), [named('a.jsonl', '{"x": [[1, 2], [3, 4]], "y": 0.5, "more": {"deep": [null, true]}}\n'.repeat(5))]],
  wav: [one('stereo.wav'), ...sounds, [{ name: 'yes/1.wav', bytes: tone }, { name: 'no/2.wav', bytes: tone.slice() }]],
  text: [one('mark.txt'), one('wide.txt'), one('packed.txt.gz'), [named('train.txt', 'to be\nor not to be\n'), named('test.txt', 'that is the question\n')]],
};
/** Archives that unpack to far more than they are. Made once. */
export const bombs = (): { readonly gzip: Uint8Array; readonly zip: (name: string) => Uint8Array } => {
  const zeros = new Uint8Array(24 * 2 ** 20); // more than is let pass at any ratio
  const gzip = gzipSync(zeros, { level: 9, mtime: 0 });
  const zips = new Map<string, Uint8Array>();
  return { gzip, zip: (name) => zips.get(name) ?? zips.set(name, zipSync({ [name]: zeros }, { level: 9, mtime: new Date(1980, 0, 1) })).get(name)! };
};
