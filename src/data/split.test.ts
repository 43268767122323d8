import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { InputError } from '../base/errors';
import { contentOf, duplicatesIn, type Keyed } from './content';
import type { LoadedImages, LoadedTable, LoadedText, Splits } from './files';
import { divide, divided } from './split';

const keyed = (keys: readonly string[], labels?: readonly number[]): Keyed => ({ keys, ...(labels && { labels }) });
const shares = (validation: number, test: number, seed = 1) => ({ seed, validation, test });

test('nothing is lost, nothing stands twice, and no content stands on two sides, whatever the data', () => {
  const example = fc.record({ key: fc.integer({ min: 0, max: 12 }), label: fc.integer({ min: 0, max: 3 }) });
  const part = fc.array(example, { minLength: 0, maxLength: 40 });
  const toKeyed = (examples: readonly { key: number; label: number }[]): Keyed => keyed(examples.map(({ key }) => String(key)), examples.map(({ label }) => label));
  fc.assert(fc.property(part, fc.option(part, { nil: undefined }), fc.option(part, { nil: undefined }), fc.double({ min: 0, max: 0.45, noNaN: true }), fc.double({ min: 0, max: 0.45, noNaN: true }), fc.nat(), (train, validation, held, a, b, seed) => {
    const content: Splits<Keyed> = { train: toKeyed(train), ...(validation && { validation: toKeyed(validation) }), ...(held && { test: toKeyed(held) }) };
    let division;
    try {
      division = divide(content, { seed, validation: a, test: b });
    } catch (error) {
      expect(error).toBeInstanceOf(InputError); // nothing to train on
      return;
    }
    const { splits, leftOut } = division;
    const places = [splits.train, splits.validation ?? [], splits.test ?? [], leftOut].flat().map(({ split, index }) => `${split} ${index}`);
    expect(places.length).toBe(train.length + (validation?.length ?? 0) + (held?.length ?? 0));
    expect(new Set(places).size).toBe(places.length);
    const keysOf = (some: readonly { split: string; index: number }[] | undefined): Set<string> => new Set((some ?? []).map(({ split, index }) => content[split as 'train']!.keys[index]!));
    const [t, v, h] = [keysOf(splits.train), keysOf(splits.validation), keysOf(splits.test)];
    expect([...t].filter((key) => v.has(key) || h.has(key))).toEqual([]);
    expect([...v].filter((key) => h.has(key))).toEqual([]);
  }), { seed: 5, numRuns: 300 });
});
test('shares hold class by class, the same for the same seed, and others for another', () => {
  const labels = Array.from({ length: 300 }, (_, i) => (i < 240 ? 0 : i < 290 ? 1 : 2));
  const content = { train: keyed(labels.map((_, i) => String(i)), labels) };
  const { splits } = divide(content, shares(0.1, 0.2));
  const count = (places: readonly { index: number }[] | undefined, label: number): number => (places ?? []).filter(({ index }) => labels[index] === label).length;
  expect([0, 1, 2].map((label) => [count(splits.test, label), count(splits.validation, label)])).toEqual([[48, 24], [10, 5], [2, 1]]);
  expect(divide(content, shares(0.1, 0.2)).splits).toEqual(splits);
  expect(divide(content, shares(0.1, 0.2, 2)).splits.test).not.toEqual(splits.test);
});
test('test files are respected: what of train stands in them is left out of train, and said', () => {
  const content = { train: keyed(['a', 'b', 'c', 'b', 'd']), test: keyed(['b', 'x']) };
  const { splits, leftOut, notes } = divide(content, shares(0, 0.5));
  expect(splits.test).toEqual([{ split: 'test', index: 0 }, { split: 'test', index: 1 }]);
  expect([splits.train.map(({ index }) => index), leftOut.map(({ index }) => index), notes.join()]).toEqual([[0, 2, 4], [1, 3], expect.stringMatching(/2 examples of train stand in test/)]);
});
test('shares that leave nothing are refused', () => {
  expect(() => divide({ train: keyed(['a']) }, shares(0.5, 0.5))).toThrow(InputError);
  expect(() => divide({ train: keyed(['a']) }, shares(NaN, 0))).toThrow(/Shares from 0 to 1/);
  expect(() => divide({ train: keyed(['a']), test: keyed(['a']) }, shares(0, 0))).toThrow(/Nothing is left to train on/);
});

const images = (values: readonly number[], labels: readonly number[]): LoadedImages => ({
  kind: 'images', from: 'a', notes: [], width: 2, height: 2, channels: 1, classes: ['p', 'q'],
  splits: { train: { count: values.length, pixels: Uint8Array.from(values.flatMap((v) => [v, 0, 0, 1])), labels: Int32Array.from(labels), names: values.map((v, i) => `${i}-${v}`) } },
});
test('a set of images is divided with its labels and names; the same content goes together', () => {
  const set = images([1, 2, 3, 1, 4, 5, 6, 7, 1, 8], [0, 0, 0, 0, 0, 1, 1, 1, 1, 1]);
  const { splits, notes } = divided(set, shares(0, 0.4));
  const first = (part: typeof splits.train | undefined): number[] => Array.from({ length: part?.count ?? 0 }, (_, i) => part!.pixels[4 * i]!);
  expect([...first(splits.train), ...first(splits.test)].sort()).toEqual([1, 1, 1, 2, 3, 4, 5, 6, 7, 8]);
  expect(first(splits.train).filter((v) => first(splits.test).includes(v))).toEqual([]);
  splits.test!.names!.forEach((name, i) => expect(name.split('-')[1]).toBe(String(first(splits.test)[i])));
  expect(notes.join()).toMatch(/3 examples that are there several times were kept on one side/);
});
test('duplicates are found by their content: within, across, under two labels; a table by its features', () => {
  const table: LoadedTable = {
    kind: 'table', from: 't', notes: [], label: 1, classes: ['u', 'v'],
    splits: {
      train: { rows: 4, columns: [{ name: 'x', type: 'numbers', values: Float64Array.of(1, 2, 1, NaN) }, { name: 'y', type: 'words', values: ['u', 'v', 'v', 'u'] }] },
      test: { rows: 2, columns: [{ name: 'x', type: 'numbers', values: Float64Array.of(2, 9) }, { name: 'y', type: 'words', values: ['v', 'u'] }] },
    },
  };
  const { groups, across, torn, extra } = duplicatesIn(contentOf(table)!);
  expect([groups.length, extra]).toEqual([2, 2]);
  expect(across).toEqual([[{ split: 'train', index: 1 }, { split: 'test', index: 0 }]]);
  expect(torn).toEqual([[{ split: 'train', index: 0 }, { split: 'train', index: 2 }]]);
  const rows = divided(table, shares(0, 0));
  expect([rows.splits.train.rows, rows.splits.test?.rows, rows.splits.train.columns[1]!.values]).toEqual([3, 2, ['u', 'v', 'u']]);
});
test('contents of one fingerprint but other bytes would get keys of their own: 20,000 random images, none alike', () => {
  const pixels = new Uint8Array(20_000 * 4);
  const view = new DataView(pixels.buffer);
  for (let i = 0; i < 20_000; i++) view.setUint32(4 * i, Math.imul(i, 2654435761));
  const set: LoadedImages = { ...images([], []), splits: { train: { count: 20_000, pixels } } };
  expect(new Set(contentOf(set)!.train.keys).size).toBe(20_000);
});
test('a text is cut at line ends: train, validation, test, nothing lost', () => {
  const text: LoadedText = { kind: 'text', from: 't', notes: [], splits: { train: Array.from({ length: 100 }, (_, i) => `line ${i}\n`).join('') } };
  const { splits } = divided(text, shares(0.1, 0.2));
  expect(splits.train + splits.validation! + splits.test!).toBe(text.splits.train);
  expect([splits.train.endsWith('\n'), splits.validation!.startsWith('line '), Math.round(splits.test!.split('\n').length / 10)]).toEqual([true, true, 2]);
});
