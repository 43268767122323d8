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

export const corpus: Readonly<Record<ReaderId, readonly Sample[]>> = {
  idx: [[fixture('images-idx3-ubyte.gz'), fixture('labels-idx1-ubyte.gz')], idxPair('train'), [...idxPair('train'), ...idxPair('t10k')], idxPair('train').slice(0, 1)],
  cifar: [one('cifar-10-binary.tar.gz'), one('long.tar'), [{ name: 'data_batch_1.bin', bytes: cifarRecord([3]) }, { name: 'test_batch.bin', bytes: cifarRecord([9]) }], [{ name: 'train.bin', bytes: cifarRecord([3, 44]) }]],
  images: [...all(/\.(png|jpg|webp)$/), one('folders.zip'), [{ ...fixture('grey.png'), name: 'a/1.png' }, { ...fixture('colour.jpg'), name: 'b/1.jpg' }, { ...fixture('lossy.webp'), name: 'b/2.webp' }]],
  numpy: [one('arrays.npz'), one('packed.npz'), [fixture('x.npy'), fixture('y.npy')], [{ name: 'data.npz', bytes: writeNpz({ x_train: { dtype: 'float64', shape: [4, 2], data: new Float64Array(8).fill(0.5) }, y_train: { dtype: 'int64', shape: [4], data: new BigInt64Array(4) }, x_test: { dtype: 'float64', shape: [2, 2], data: new Float64Array(4) } }) }]],
  safetensors: [one('all.safetensors')],
  table: [one('table.csv'), one('table.tsv'), [named('train.csv', 'a,b,label\n1,2,cat\n3,4,dog\n'), named('test.csv', 'a,b,label\n1,2,cat\n')], [{ name: 'packed.csv.gz', bytes: gzipSync(text('1;2;3\n4;5;6\n'.repeat(40)), { mtime: 0 }) }]],
  records: [one('records.jsonl'), one('texts.jsonl'), [named('a.jsonl', '{"x": [[1, 2], [3, 4]], "y": 0.5, "more": {"deep": [null, true]}}\n'.repeat(5))]],
  wav: [one('stereo.wav'), [{ name: 'yes/1.wav', bytes: tone }, { name: 'no/2.wav', bytes: tone.slice() }]],
  text: [one('mark.txt'), one('wide.txt'), one('packed.txt.gz'), [named('train.txt', 'to be\nor not to be\n'), named('test.txt', 'that is the question\n')]],
};
/** Archives that unpack to far more than they are. Made once. */
export const bombs = (): { readonly gzip: Uint8Array; readonly zip: (name: string) => Uint8Array } => {
  const zeros = new Uint8Array(24 * 2 ** 20); // more than is let pass at any ratio
  const gzip = gzipSync(zeros, { level: 9, mtime: 0 });
  const zips = new Map<string, Uint8Array>();
  return { gzip, zip: (name) => zips.get(name) ?? zips.set(name, zipSync({ [name]: zeros }, { level: 9, mtime: new Date(1980, 0, 1) })).get(name)! };
};
