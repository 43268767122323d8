import { expect, test } from 'vitest';
import type { Picture } from '../spec/picture';
import { loadOne, type Loaded, type LoadedImages } from './files';
import { fixture } from './files/testing/fixtures';
import { reportOn } from './report';
import { summarise } from './report/numbers';
import { textStatistics } from './report/text';

type TablePicture = Extract<Picture, { kind: 'table' }>;
const table = (loaded: Loaded, title: string): TablePicture => reportOn(loaded).previews.find((preview) => preview.title === title)!.picture as TablePicture; // the test names a table
const set = (train: readonly (readonly [number, number])[], held: readonly (readonly [number, number])[] = []): LoadedImages => {
  const split = (some: typeof train) => ({ count: some.length, pixels: Uint8Array.from(some.flatMap(([v]) => [v, v + 1, v, 0])), labels: Int32Array.from(some, ([, label]) => label) });
  return { kind: 'images', from: 'a', notes: ['A note.'], width: 2, height: 2, channels: 1, classes: ['cat', 'dog', 'owl'], splits: { train: split(train), ...(held.length > 0 && { test: split(held) }) } };
};

test('numbers are summed up as by hand, and those that are none are counted', () => {
  expect(summarise([1, 2, 3, 4, NaN, Infinity, 0])).toMatchObject({ count: 7, least: 0, greatest: 4, mean: 2, std: Math.sqrt(2), zeros: 1, nan: 1, infinite: 1 });
  expect(summarise(BigInt64Array.of(-5n, 5n))).toMatchObject({ mean: 0, std: 5 });
  expect(summarise([])).toMatchObject({ least: NaN, mean: NaN });
  expect(summarise(Float64Array.of(1e9, 1e9 + 1, 1e9 + 2)).std).toBeCloseTo(Math.sqrt(2 / 3), 12); // no cancellation
});
test('images: sizes, balance, doubles across splits with counts and examples, a class that is missing', () => {
  const loaded = set([[10, 0], [20, 0], [10, 0], [30, 1], ...Array.from({ length: 12 }, (_, i) => [40 + 2 * i, 0] as const)], [[20, 0], [90, 1], [30, 0]]);
  const { warnings, previews, notes } = reportOn(loaded);
  expect(notes).toEqual(['A note.']);
  expect(table(loaded, 'Images').rows).toEqual([['train', 16, 'yes', 0, 63, expect.anything(), expect.anything()], ['test', 3, 'yes', 0, 91, expect.anything(), expect.anything()]].map((row) => row.map((v) => (typeof v === 'number' && v !== 16 && v !== 3 ? String(v) : v))));
  expect(table(loaded, 'Examples of each class').rows).toEqual([['cat', 15, 2], ['dog', 1, 1], ['owl', 0, 0]]);
  const all = warnings.join('\n');
  expect(all).toMatch(/train has no example of class owl/);
  expect(all).toMatch(/uneven in train: 15 examples of cat, 1 of dog\. Always answering cat is right in 93\.8 %/);
  expect(all).toMatch(/2 examples stand in several splits \(2 of validation and test\): train 2 = test 1; train 4 = test 3/);
  expect(all).toMatch(/1 example is there several times within a split: train 1 = train 3/);
  expect(all).toMatch(/1 example has the same content under different labels: train 4 = test 3/);
  const sheet = previews.find(({ title }) => title === 'Contact sheet')!.picture as Extract<Picture, { kind: 'images' }>;
  expect(sheet.images.slice(0, 3).map(({ label, data }) => [label, data[0]])).toEqual([['cat', 10], ['dog', 30], ['cat', 20]]);
  expect(previews.some(({ title }) => /several times/.test(title))).toBe(true);
});
test('images of one colour, and of 0 and 1 alone, are told', () => {
  const flat: LoadedImages = { ...set([]), splits: { train: { count: 2, pixels: Uint8Array.of(1, 1, 1, 1, 0, 1, 0, 1) } } };
  expect(reportOn(flat).warnings.join()).toMatch(/1 of 2 images of train are of one colour.*all 0 or 1/);
});
test('a sound set has nothing to warn of', () => expect(reportOn(set([[1, 0], [3, 1], [5, 2]])).warnings).toEqual([]));
test('arrays: NaN, infinities, constants, counts that differ', async () => {
  const loaded: Loaded = { kind: 'arrays', from: 'a', notes: [], arrays: { x: { dtype: 'float32', shape: [3, 2], data: Float32Array.of(1, NaN, Infinity, 2, 1, NaN) }, y: { dtype: 'int64', shape: [2], data: BigInt64Array.of(0n, 0n) } } };
  const { warnings } = reportOn(loaded);
  expect(warnings.join('\n')).toMatch(/x holds 2 that are not a number \(NaN\) and 1 infinite of 6 numbers/);
  expect(warnings.join('\n')).toMatch(/All 2 numbers of y are 0/);
  expect(warnings.join('\n')).toMatch(/train has 3 rows of x, but 2 of y/);
  expect(table(loaded, 'Arrays').rows[0]!.slice(0, 5)).toEqual(['x', 'float32', '[3, 2]', '1', '2']);
  expect(reportOn(await loadOne([fixture('all.safetensors')])).previews.map(({ title }) => title)).toEqual(['Arrays', 'Matrices']);
});
test('tables: ranges, missing numbers, labels', async () => {
  const loaded = await loadOne([fixture('table.csv')]);
  expect(table(loaded, 'Columns').rows.map((row) => row.slice(0, 4))).toEqual([['species', 'label', 'words', '2 different'], ['size', '', 'numbers', '0.1'], ['island', '', 'words', '3 different'], ['mass, g', '', 'numbers', '-3']]);
  expect(reportOn(loaded).warnings.join()).toMatch(/"mass, g" has no number in 1 of 3 rows \(33\.3 %\)/);
});
test('texts: n-grams that a model must beat, where there is enough to tell', () => {
  const previewsOf = (train: string): string[] => reportOn({ kind: 'text', from: 't', notes: [], splits: { train } }).previews.map(({ title }) => title);
  expect(previewsOf('a short text')).not.toContain('What a model must beat');
  expect(previewsOf('the same words again and again. '.repeat(20))).toContain('What a model must beat');
  expect(previewsOf(Array.from({ length: 500 }, (_, i) => String.fromCodePoint(0x4e00 + i)).join(''))).not.toContain('What a model must beat');
});
test('texts: characters, words and lines as counted by hand; what stands in two splits', () => {
  expect(textStatistics("It's a cat.\nA CAT!\n")).toMatchObject({ characters: 19, bytes: 19, lines: 2, words: 5, differentWords: 3 });
  expect(textStatistics('é日😀').bytes).toBe(Buffer.byteLength('é日😀'));
  expect(textStatistics('aab').alphabet).toEqual([['a', 2], ['b', 1]]);
  const line = 'this is one rather long line that stands in both of them';
  const { warnings } = reportOn({ kind: 'text', from: 't', notes: [], splits: { train: `${line}\nfoo`, test: `${line}\nbär` } });
  expect(warnings.join('\n')).toMatch(/test holds 1 character that train does not \("ä"/);
  expect(warnings.join('\n')).toMatch(/1 of 1 long line of test stands in train, too/);
});
test('sounds: lengths, silence, clipping; records: fields that are missing or unlike', async () => {
  const clip = (name: string, values: readonly number[]) => ({ name, sampleRateHz: 4, samples: Float32Array.from(values) });
  const { warnings, previews } = reportOn({ kind: 'sound', from: 's', notes: [], splits: { train: [clip('a', [0, 0]), clip('b', [1, 1, 1, 0]), clip('c', [0.5, -0.5])] } });
  expect(warnings.join('\n')).toMatch(/1 of 3 sounds of train are silent\.\n1 of 3 sounds of train are clipped/);
  expect((previews[0]!.picture as TablePicture).rows).toEqual([['train', 3, '2', '0.5', '1', '4', '1']]);
  const records = reportOn({ kind: 'records', from: 'r', notes: [], splits: { train: [{ x: [1, 2], t: 'a' }, { x: [1] }] } });
  expect(records.warnings.join('\n')).toMatch(/"x" holds numbers \[2\] \(1\), numbers \[1\] \(1\).*\n.*"t" stands in 1 of 2/s);
});
