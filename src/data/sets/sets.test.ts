/** What every generator promises, tried on whatever generators there are. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../base/errors';
import { Random } from '../../base/random';
import { sizeOf } from '../../base/tensor';
import { openDataset, type Dataset, type Example, type Field, type Opened } from '../../spec/dataset';
import { checkKnob, defaultsOf, type Knob, type KnobValue } from '../../spec/knobs';
import { pictureProblem, pictureSize } from '../../spec/picture-check';
import { exampleHash, hashesOf, isTensor, variationsOf } from '../example-hash';
import { datasets } from './index';

const files = Object.keys(import.meta.glob(['./*.ts', '!./*.test.ts']));
const tables = import.meta.glob<Readonly<Record<string, string>>>('./hashes/*.json', { eager: true, import: 'default' });
const shipped = new Map<string, Uint8Array>();
function assets(set: Dataset): Record<string, Uint8Array> {
  for (const path of set.assets ?? []) if (!shipped.has(path)) shipped.set(path, new Uint8Array(readFileSync(new URL(path.startsWith('models/') ? `../../../${path}` : `../../../public/${path}`, import.meta.url))));
  return Object.fromEntries((set.assets ?? []).map((path) => [path, shipped.get(path)!]));
}
const open = (set: Dataset, seed: number, knobs: Readonly<Record<string, KnobValue>> = {}): Opened => openDataset(set, { seed, knobs: { ...defaultsOf(set.knobs), ...knobs }, assets: assets(set) });
const remake = (id: string): string => `The examples of "${id}" are not those in src/data/sets/hashes/${id}.json. If they were meant to change, run "npx stipple data --hashes ${id}" and commit the file; if not, find what changed them.`;

/** What is wrong with a field, with its path; undefined if nothing is. */
function problemOf(path: string, field: Field): string | undefined {
  if (typeof field === 'number') return Number.isFinite(field) ? undefined : `${path} is ${field}`;
  if (typeof field === 'string') return /[\p{Cs}]/u.test(field) ? `${path} holds half a character` : undefined;
  if (typeof field === 'boolean') return undefined;
  if (isTensor(field)) {
    const { dtype, shape, data } = field;
    const expected = { float32: Float32Array, int32: Int32Array, bool: Uint8Array }[dtype];
    if (!(data instanceof expected)) return `${path} says ${dtype} but is not`;
    if (sizeOf(shape) !== data.length) return `${path} is [${shape.join()}] but holds ${data.length}`;
    if (dtype === 'bool' && data.some((v: number) => v > 1)) return `${path} holds a boolean that is neither 0 nor 1`;
    return data.every((v: number) => Number.isFinite(v)) ? undefined : `${path} holds a number that is not finite`;
  }
  for (const [name, value] of Object.entries(field)) {
    const problem = problemOf(`${path}.${name}`, value as Field); // entries of a Field that is no tensor are Fields
    if (problem) return problem;
  }
  return undefined;
}
function anyValue(knob: Knob, rng: Random): KnobValue {
  switch (knob.type) {
    case 'choice': return rng.pick(Object.keys(knob.options));
    case 'toggle': return rng.bernoulli(0.5);
    case 'text': return knob.default;
    case 'int': return knob.min + rng.int(knob.max - knob.min + 1);
    default: return rng.uniform(knob.min, knob.max);
  }
}
const shapeOf = (example: Example): string[] => Object.keys(example).sort();

test('every file of generators is found, and named after its set', () => {
  expect(datasets.length).toBeGreaterThan(5);
  for (const { id } of datasets) expect(files).toContain(`./${id}.ts`);
  expect(new Set(datasets.map((d) => d.id)).size).toBe(datasets.length);
});
test('every table of fingerprints belongs to a set', () => {
  expect(Object.keys(tables).map((path) => path.replace(/.*\/|\.json$/g, '')).filter((id) => !datasets.some((d) => d.id === id))).toEqual([]);
});

describe.each(datasets.map((set) => [set.id, set] as const))('%s', (id, set) => {
  test('gives the examples of its table', () => {
    const table = tables[`./hashes/${id}.json`];
    expect(table, `"${id}" has no table of fingerprints yet. Run "npx stipple data --hashes ${id}" and commit src/data/sets/hashes/${id}.json.`).toBeDefined();
    expect(hashesOf(set, assets(set)), remake(id)).toEqual(table);
  });
  test('tells what it is, and has defaults that its own knobs allow', () => {
    expect(set.title.length).toBeGreaterThan(2);
    expect(set.says.split('. ').length).toBeGreaterThan(1);
    for (const [name, knob] of Object.entries(set.knobs)) {
      expect(knob.label.length, `${id}.${name} has no label`).toBeGreaterThan(0);
      expect(checkKnob(name, knob, knob.default)).toEqual({ value: knob.default });
    }
  });
  test('an example is its own, whichever is asked for first', () => {
    const [forward, backward] = [open(set, 3), open(set, 3)];
    const hashes = [0, 1, 2, 3, 40].map((index) => exampleHash(forward.example({ seed: 3, split: 'train', index })));
    backward.preview({ seed: 3 });
    backward.example({ seed: 3, split: 'test', index: 2 });
    expect([40, 3, 2, 1, 0].map((index) => exampleHash(backward.example({ seed: 3, split: 'train', index }))).reverse()).toEqual(hashes);
    expect(exampleHash(forward.example({ seed: 3, split: 'train', index: 0 }))).toBe(hashes[0]);
  });
  test('splits share no example, unless the set says why they may; another seed draws others', () => {
    const drawn = (seed: number): string[][] => {
      const opened = open(set, seed);
      return ['train', 'validation', 'test'].map((split) => Array.from({ length: 30 }, (_, index) => exampleHash(opened.example({ seed, split, index }))));
    };
    const [here, there] = [drawn(3), drawn(4)];
    expect(here).not.toEqual(there);
    const different = new Set(here.flat()).size;
    const shared = here.reduce((sum, split) => sum + new Set(split).size, 0) - different; // counted once for each split beyond the first
    if (set.repeats === undefined) expect(shared, `"${id}" has examples that lie in two splits. Draw until an example belongs to its split (src/data/splits.ts), or say in \`repeats\` why some must be the same.`).toBe(0);
    expect(different, 'hardly any two examples differ').toBeGreaterThan(45);
  });
  test('gives finite, well-formed examples of one kind with every knob at its ends', () => {
    const table = tables[`./hashes/${id}.json`] ?? {};
    expect(table.defaults, 'the defaults are refused').not.toBe('refused');
    expect(Object.values(table).filter((hash) => hash === 'refused').length, 'most ends are refused: narrow the ranges').toBeLessThanOrEqual(Object.keys(table).length / 4);
    for (const { name, knobs } of variationsOf(set)) {
      if (table[name] === 'refused') continue;
      const opened = open(set, 5, knobs);
      const made = [0, 1, 17].map((index) => opened.example({ seed: 5, split: 'train', index }));
      for (const example of made) {
        expect(problemOf('example', example), `with ${name}`).toBeUndefined();
        expect(shapeOf(example), `with ${name}`).toEqual(shapeOf(made[0]!));
      }
    }
  });
  test('gives examples, or says why not, with all knobs anywhere in their ranges', () => {
    for (let turn = 0; turn < 12; turn++) {
      const rng = Random.seed(turn).fork('knobs');
      const knobs = Object.fromEntries(Object.entries(set.knobs).map(([name, knob]) => [name, anyValue(knob, rng.fork(name))]));
      try {
        expect(problemOf('example', open(set, 5, knobs).example({ seed: 5, split: 'train', index: turn })), JSON.stringify(knobs)).toBeUndefined();
      } catch (error) {
        expect(error, JSON.stringify(knobs)).toBeInstanceOf(InputError); // knobs that do not go together are refused in words
      }
    }
  });
  test('refuses knobs that cannot be, by name', () => {
    for (const [name, knob] of Object.entries(set.knobs)) expect(() => openDataset(set, { seed: 1, knobs: { [name]: knob.type === 'text' ? 7 : 'no such value' }, assets: assets(set) })).toThrow(name);
    if (set.assets) expect(() => openDataset(set, { seed: 1 })).toThrow(InputError);
  });
  test('draws pictures that the page can show, the same ones twice, of a size that can be sent', () => {
    const draw = () => open(set, 2).preview({ seed: 2 });
    const previews = draw();
    expect(previews.length).toBeGreaterThan(0);
    for (const { title, picture } of previews) expect(pictureProblem(picture), title).toBeUndefined();
    expect(previews.reduce((sum, { picture }) => sum + pictureSize(picture), 0)).toBeLessThan(4e6);
    expect(draw()).toEqual(previews);
  });
  test('draws pictures, or says why not, with all knobs at their ends', () => {
    const rng = Random.seed(1).fork('ends');
    const knobs = Object.fromEntries(Object.entries(set.knobs).map(([name, knob]) => [name, knob.type === 'text' ? knob.default : 'min' in knob ? rng.fork(name).pick([knob.min, knob.max]) : anyValue(knob, rng.fork(name))]));
    try {
      for (const { title, picture } of open(set, 2, knobs).preview({ seed: 2 })) expect(pictureProblem(picture), `${title}, with ${JSON.stringify(knobs)}`).toBeUndefined();
    } catch (error) {
      expect(error, JSON.stringify(knobs)).toBeInstanceOf(InputError);
    }
  });
});
