import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readAsset } from '../cli/files';
import type { Executor } from '../engine/executor';
import { createWasmExecutor } from '../runtime/wasm';
import { answers, type LibraryHost } from './library';

let executor: Executor;
beforeAll(async () => void (executor = await createWasmExecutor()));
afterAll(() => executor.close());
const host: LibraryHost = { asset: readAsset, executor: async () => executor };
const models = readdirSync(new URL('../../models/', import.meta.url)).filter((name) => name.endsWith('.json')).map((name) => name.slice(0, -5));

test('the catalogue names every generator once, and every file in models/', async () => {
  const { sets, models: cards } = await answers.catalogue({}, host);
  expect(new Set(sets.map(({ id }) => id)).size).toBe(sets.length);
  expect(sets.length).toBeGreaterThan(0);
  expect(cards.map(({ id }) => id).sort()).toEqual([...models].sort());
});
test('a generator answers with what an example holds and with pictures', async () => {
  const { sets } = await answers.catalogue({}, host);
  const { fields, previews } = await answers.set({ set: sets[0]!.id, seed: 3, knobs: {} }, host);
  expect(fields.length).toBeGreaterThan(0);
  expect(previews.length).toBeGreaterThan(0);
});
test('what the library does not hold is refused by name', async () => {
  await expect(answers.set({ set: 'nothing', seed: 1, knobs: {} }, host)).rejects.toThrow('no generator "nothing"');
  await expect(answers.model({ model: '../secret' }, host)).rejects.toThrow('no shipped model "../secret"');
});
test.each(models)('%s shows what it does', async (model) => {
  const { tensors, previews } = await answers.model({ model }, host);
  expect(tensors.every(({ mean, std }) => Number.isFinite(mean) && Number.isFinite(std))).toBe(true);
  expect(previews.length, 'a recipe states `show`').toBeGreaterThan(0);
});
