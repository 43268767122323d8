/**
 * Every shipped checkpoint: the file is the one that its card describes, and does again, measured from its own bytes, what the card says. The first
 * measure of a card beats what would be had for nothing by a tenth of it at least; the others may tell of what a model cannot do.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { sha256 } from '../base/hash';
import { readCheckpoint } from '../engine/onnx/writer';
import type { Recipe } from '../lab/recipe';
import { testLab } from '../lab/testing';
import { createWasmExecutor } from '../runtime/wasm';
import type { ModelCard } from '../spec/model-card';

const folder = new URL('../../models/', import.meta.url);
const cards = readdirSync(folder).filter((file) => file.endsWith('.json')).map((file) => JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as ModelCard); // written by `npm run models`; the tests below check what they rest on
const fileOf = (id: string): Uint8Array => new Uint8Array(readFileSync(new URL(`${id}.onnx`, folder)));
const recipes = Object.values(import.meta.glob<{ recipe?: Recipe }>(['./*.ts', '!./*.test.ts'], { eager: true })).flatMap(({ recipe }) => (recipe ? [recipe] : []));
const asset = async (path: string): Promise<Uint8Array> => new Uint8Array(readFileSync(new URL(path.startsWith('models/') ? `../../${path}` : `../../public/${path}`, import.meta.url)));
const wasm = await createWasmExecutor();
afterAll(() => wasm.close());

test('every file has a card and every card a file and a recipe, under one name', () => {
  const files = readdirSync(folder).filter((file) => file.endsWith('.onnx')).map((file) => file.slice(0, -5));
  expect(cards.length).toBeGreaterThan(0);
  expect(cards.map(({ id }) => id).sort()).toEqual(files.sort());
  for (const { id } of cards) expect(recipes.filter((recipe) => recipe.id === id), `a recipe for ${id}`).toHaveLength(1);
});
test('all checkpoints together hold at most 25 MB', () => {
  const sizes = cards.map(({ id }) => `${id} ${(fileOf(id).length / 1e6).toFixed(2)} MB`);
  expect(cards.reduce((sum, { id }) => sum + fileOf(id).length, 0), sizes.join(', ')).toBeLessThanOrEqual(25e6);
});
describe.each(cards.map((card) => [card.id, card] as const))('%s', (id, card) => {
  const recipe = recipes.find((r) => r.id === id)!; // the test above says where one is missing
  const { params } = readCheckpoint(fileOf(id));

  test('its card tells its bytes, its params and how it was made', async () => {
    expect([fileOf(id).length, await sha256(fileOf(id))]).toEqual([card.sizeBytes, card.sha256]);
    expect(Object.values(params).reduce((sum, { data }) => sum + data.length, 0)).toBe(card.params);
    const { title, base, says, seed, spec } = recipe;
    expect({ title: card.title, base: card.base, says: card.says, seed: card.seed, spec: card.spec }).toEqual({ title, base, says, seed, spec });
  });
  test('measured again, it is as good as its card says, and better than nothing', async () => {
    const kit = testLab(wasm, { asset, seed: recipe.seed });
    const measures = await recipe.measure(kit.lab, params);
    await kit.close();
    expect(measures.map(({ name, better, baseline }) => ({ name, better, baseline: baseline.name }))).toEqual(card.measures.map(({ name, better, baseline }) => ({ name, better, baseline: baseline.name })));
    measures.forEach(({ name, value, baseline }, i) => {
      const said = card.measures[i]!;
      for (const [found, told] of [[value, said.value], [baseline.value, said.baseline.value]] as const) expect(Math.abs(found - told), `${name}: ${found}, and ${told} on the card`).toBeLessThanOrEqual(1e-6 * Math.max(1, Math.abs(told)));
    });
    const { name, value, better, baseline } = measures[0]!;
    const gain = better === 'higher' ? value - baseline.value : baseline.value - value;
    expect(gain, `${name}: ${value} beside ${baseline.value} (${baseline.name})`).toBeGreaterThanOrEqual(0.1 * Math.abs(baseline.value));
  });
});
