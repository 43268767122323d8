import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readAsset } from '../cli/files';
import type { Executor } from '../engine/executor';
import { tensor } from '../base/tensor';
import { readSafetensors, writeSafetensors } from '../engine/safetensors';
import { keptCheckpoints } from '../keep/checkpoints';
import { memoryBlobs } from '../keep/blobs';
import { createWasmExecutor } from '../runtime/wasm';
import { RunControl } from './control';
import { answers, type LibraryHost } from './library';

let executor: Executor;
beforeAll(async () => void (executor = await createWasmExecutor()));
afterAll(() => executor.close());
const host: LibraryHost = { asset: readAsset, executor: async () => executor, blobs: memoryBlobs(), control: new RunControl() };
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
test('a file and a shipped model become checkpoints, and come out again as they went in', async () => {
  const params = { w: tensor([1, 2, 3, 4], [2, 2]), b: tensor([5]) };
  const { checkpoint, notes } = await answers.keepFile({ file: { name: 'mine.safetensors', bytes: writeSafetensors(params) } }, host);
  expect([checkpoint.name, checkpoint.source, notes]).toEqual(['mine', { from: 'file', file: 'mine.safetensors', form: 'safetensors' }, []]);
  const { file } = await answers.checkpointFile({ id: checkpoint.id, form: 'safetensors' }, host);
  expect([file.name, readSafetensors(file.bytes).params]).toEqual(['mine.safetensors', params]);
  await expect(answers.checkpointFile({ id: checkpoint.id, form: 'onnx' }, host)).rejects.toThrow('not here');
  await expect(answers.keepFile({ file: { name: 'mine.pt', bytes: new Uint8Array(9) } }, host)).rejects.toThrow('looks like none of them');

  const { checkpoint: cnn } = await answers.keepShipped({ model: 'cnn' }, host);
  expect([cnn.source, cnn.inOnnx]).toEqual([{ from: 'shipped', model: 'cnn' }, true]);
  const back = await answers.checkpointFile({ id: cnn.id, form: 'onnx' }, host);
  expect((await answers.keepFile({ file: { name: 'back.onnx', bytes: back.file.bytes } }, host)).checkpoint.fingerprint).toBe(cnn.fingerprint);
  await expect(answers.keepShipped({ model: '../secret' }, host)).rejects.toThrow('no shipped model');
  expect((await keptCheckpoints(host.blobs)).checkpoints.length).toBe(3);
});
test.each(models)('%s shows what it does', async (model) => {
  const { tensors, previews } = await answers.model({ model }, host);
  expect(tensors.every(({ mean, std }) => Number.isFinite(mean) && Number.isFinite(std))).toBe(true);
  expect(previews.length, 'a recipe states `show`').toBeGreaterThan(0);
});
