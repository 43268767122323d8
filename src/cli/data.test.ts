import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readNpz } from '../data/files/npz';
import { datasetOf, datasets } from '../data/sets';
import { openDataset, type Example } from '../spec/dataset';
import { runCli } from './testing';

let folder = '';
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'stipple-data-'))));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, name);

const run = (...argv: readonly string[]) => runCli(['data', ...argv]);
const exampleOf = (index: number, knobs = {}): Example => openDataset(datasetOf('toy-2d'), { seed: 3, knobs }).example({ seed: 3, split: 'test', index });

test('lists every set, and tells the knobs and the fields of one', async () => {
  const list = await run();
  for (const { id } of datasets) expect(list.out).toContain(id);
  const one = await run('toy-2d');
  expect(one.out).toMatch(/shape +Shape: mixture \| grid .*\("mixture"\)/);
  expect(one.out).toMatch(/parts +Parts: 2 to 10 \(8\)/);
  expect(one.out).toMatch(/x +float32 \[2\]/);
});
test('writes arrays that are the examples, one after another, with the knobs that were given', async () => {
  const { status, out } = await run('toy-2d', '--knob', 'shape=moons', '--knob', 'std=0.2', '--split', 'test', '--seed', '3', '--first', '2', '--count', '5', '--output', at('moons.npz'));
  expect(status).toBe(0);
  expect(out).toMatch(/moons\.npz: 5 examples of toy-2d, test, seed 3 \(\d+ a second of processor time\)\n$/);
  const { x, y } = readNpz(new Uint8Array(readFileSync(at('moons.npz'))), 'moons.npz');
  expect([x!.shape, x!.dtype, y!.shape, y!.dtype]).toEqual([[5, 2], 'float32', [5], 'int32']);
  for (let i = 0; i < 5; i++) {
    const example = exampleOf(2 + i, { shape: 'moons', std: 0.2 });
    expect([...x!.data.subarray(2 * i, 2 * i + 2)]).toEqual([...(example.x as { data: Float32Array }).data]); // a tensor, by its set
    expect(y!.data[i]).toBe(example.y);
  }
});
test('text is left out of arrays, and said so; lines of JSON hold everything', async () => {
  const arrays = await run('glyphs', '--count', '3', '--knob', 'side=8', '--output', at('glyphs.npz'));
  expect(arrays.problem).toMatch(/Left out.*: class\. A \.jsonl file holds them/);
  expect(Object.keys(readNpz(new Uint8Array(readFileSync(at('glyphs.npz'))), 'glyphs.npz')).sort()).toEqual(['copyOf', 'modality', 'spoiled', 'trueLabel', 'x', 'y']);
  await run('glyphs', '--count', '3', '--knob', 'side=8', '--output', at('glyphs.jsonl'));
  const lines = readFileSync(at('glyphs.jsonl'), 'utf8').trim().split('\n').map((line) => JSON.parse(line) as { class: string; x: { shape: number[]; data: number[] } });
  expect(lines.map((l) => l.class)).toEqual(['A', 'B', 'C']);
  expect(lines[0]!.x.shape).toEqual([1, 8, 8]);
  expect(lines[0]!.x.data).toHaveLength(64);
});
test('what cannot be done is refused in words', async () => {
  const refused = async (...argv: string[]): Promise<string> => {
    const { status, problem } = await run(...argv);
    expect(status).toBe(1);
    return problem;
  };
  expect(await refused('no-such')).toMatch(/no data set "no-such". There are .*glyphs/);
  expect(await refused('toy-2d', '--knob', 'colour=red')).toMatch(/a knob of toy-2d: shape, std, parts; but "colour=red"/);
  expect(await refused('toy-2d', '--knob', 'std=9')).toMatch(/std must be a number from 0.01 to 0.3, but 9/);
  expect(await refused('toy-2d', '--knob', 'std=')).toMatch(/std must be a number/);
  expect(await refused('toy-2d', '--output', at('x.csv'))).toMatch(/\.npz or \.jsonl/);
  expect(await refused('toy-2d', '--output', at('none/x.npz'))).toMatch(/there is no folder/);
  expect(await refused('toy-2d', '--count', '-1', '--output', at('x.npz'))).toMatch(/--count|ambiguous/);
  expect(await refused('--output', at('x.npz'))).toMatch(/stipple data ID/);
});
