import { describe, expect, test } from 'vitest';
import { Fingerprint } from '../../base/hash';
import { defaultsOf } from '../../spec/knobs';
import { type Field, openDataset } from '../../spec/dataset';
import { datasets } from '.';

const sets = datasets.filter(({ family }) => family === 'scenes');
/** Every number and letter of an example, in the order of its fields. */
function hashOf(field: Field, print = new Fingerprint()): Fingerprint {
  if (typeof field === 'object' && 'dtype' in field) return print.addText(`${String(field.dtype)}${String(field.shape)}`).addFloats(Float32Array.from(field.data as ArrayLike<number>)); // a tensor's numbers
  if (typeof field === 'object') for (const [name, value] of Object.entries(field as Readonly<Record<string, Field>>)) hashOf(value, print.addText(name)); // lists and records
  else print.addText(String(field));
  return print;
}
test('the family is there, each set named as its file', () => {
  expect(sets.map(({ id }) => id).sort()).toEqual(['biased', 'degraded', 'detection', 'objects', 'questions', 'scenes', 'subjects', 'twins', 'views']);
});
describe.each(sets.map((set) => [set.id, set] as const))('%s', (_id, set) => {
  test('an example depends on seed, split and index alone, and splits share none', () => {
    const opened = openDataset(set, { seed: 3 });
    const hash = (split: string, index: number, seed = 3): string => hashOf(opened.example({ seed, split, index })).hex();
    expect(hash('train', 2)).toBe(hash('train', 2));
    expect(openDataset(set, { seed: 3, knobs: defaultsOf(set.knobs) }).example({ seed: 3, split: 'train', index: 2 })).toEqual(opened.example({ seed: 3, split: 'train', index: 2 }));
    const all = ['train', 'validation', 'test'].flatMap((split) => [0, 1, 2, 3].flatMap((index) => [3, 4].map((seed) => hash(split, index, seed))));
    expect(new Set(all).size).toBe(all.length);
  });
  test('the preview has titled pictures whose images are whole', () => {
    const previews = openDataset(set, { seed: 3 }).preview({ seed: 3 });
    expect(previews.length).toBeGreaterThan(1);
    expect(structuredClone(previews)).toHaveLength(previews.length); // they cross from the worker to the page
    for (const { title, picture } of previews) {
      expect(title.length).toBeGreaterThan(3);
      if (picture.kind === 'images') for (const { width, height, channels, data, label } of picture.images) {
        expect(data).toHaveLength(width * height * channels);
        expect(label.length).toBeGreaterThan(0);
        expect(new Set(data).size).toBeGreaterThan(1);
      }
      if (picture.kind === 'heatmap') expect(picture.values).toHaveLength(picture.rows * picture.columns);
      if (picture.kind === 'table') for (const row of picture.rows) expect(row).toHaveLength(picture.columns.length);
    }
  });
});
test('the bytes of every set are fixed', () => {
  expect(Object.fromEntries(sets.map((set) => [set.id, hashOf(openDataset(set, { seed: 1 }).example({ seed: 1, split: 'train', index: 5 })).hex()]))).toMatchInlineSnapshot(`
    {
      "biased": "327e9bd6da766f53",
      "degraded": "b8f1d801c42d7f3c",
      "detection": "fa92e9b6c1c127fc",
      "objects": "c48b20a444cd25c1",
      "questions": "7fc7170b3ee405b4",
      "scenes": "35eb668c714c35de",
      "subjects": "8b09d3a536b7907e",
      "twins": "5d06c8c9b95dd03e",
      "views": "9a94d2c03afd121c",
    }
  `);
});
