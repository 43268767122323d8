import { expect, test } from 'vitest';
import { tensor, type Params } from '../base/tensor';
import { checkpointLimits, measuredBy, type CheckpointSource } from '../spec/checkpoint';
import { memoryBlobs, StorageProblem } from './blobs';
import { checkpointOf, fingerprintOf, forgetCheckpoint, keepCheckpoint, keptCheckpoints, onnxOf, renameCheckpoint, tensorsOf } from './checkpoints';

const model = (first = 1): Params => ({ 'a.weight': tensor([first, -0, NaN, 4], [2, 2]), __proto__x: tensor([5]), '$': tensor([6], []) });
const source: CheckpointSource = { from: 'run', link: '#winner?v=1', title: 'W', arm: 'siren', seed: 3 };
const run = { name: 'one', source, params: model() };

test('a checkpoint comes back bit for bit, in its order, whatever its tensors are called', async () => {
  const blobs = memoryBlobs();
  const params: Params = Object.fromEntries([['__proto__', tensor([7, 8])], ...Object.entries(model())]);
  const kept = await keepCheckpoint(blobs, { ...run, params, onnx: Uint8Array.of(1, 2) }, 5);
  expect(await tensorsOf(blobs, kept.id)).toEqual(params);
  expect(Object.keys(await tensorsOf(blobs, kept.id))).toEqual(Object.keys(params));
  expect([kept.numbers, kept.inOnnx, kept.fingerprint, [...(await onnxOf(blobs, kept.id))]]).toEqual([8, true, fingerprintOf(params), [1, 2]]);
  expect((await keptCheckpoints(blobs)).checkpoints).toEqual([kept]);
});
test('the list reads no tensor', async () => {
  const blobs = memoryBlobs();
  await keepCheckpoint(blobs, run, 5);
  const read: string[] = [];
  await keptCheckpoints({ ...blobs, get: (name) => (read.push(name), blobs.get(name)) });
  expect(read.every((name) => name.endsWith('/head'))).toBe(true);
});
test('kept twice it is one; other numbers or another source are another', async () => {
  const blobs = memoryBlobs();
  const first = await keepCheckpoint(blobs, run, 5);
  expect(await keepCheckpoint(blobs, { ...run, name: 'again' }, 6)).toEqual(first);
  await keepCheckpoint(blobs, { ...run, params: model(2) }, 7);
  await keepCheckpoint(blobs, { ...run, source: { ...source, seed: 4 } }, 8);
  const { checkpoints } = await keptCheckpoints(blobs);
  expect(checkpoints.map(({ keptAtMs }) => keptAtMs)).toEqual([5, 7, 8]);
  expect(checkpoints[2]!.fingerprint).toBe(first.fingerprint);
});
test('it can be renamed and forgotten, and one that is gone or damaged says so', async () => {
  const kept = new Map<string, Uint8Array>();
  const blobs = memoryBlobs(kept);
  const { id } = await keepCheckpoint(blobs, run, 5);
  expect((await renameCheckpoint(blobs, id, 'other')).name).toBe('other');
  expect((await checkpointOf(blobs, id)).name).toBe('other');
  const bytes = kept.get(`checkpoint/${id}/tensors`)!;
  bytes[bytes.length - 9]! ^= 1;
  await expect(tensorsOf(blobs, id)).rejects.toThrow('damaged or cut off');
  await forgetCheckpoint(blobs, id);
  await expect(tensorsOf(blobs, id)).rejects.toThrow('not here any more');
  await expect(tensorsOf(blobs, '../run')).rejects.toThrow('not here any more');
  expect(await keptCheckpoints(blobs)).toEqual({ checkpoints: [], sizeBytes: 0 });
});
test('what is no checkpoint, one too many, and a full storage are refused in words, and leave nothing behind', async () => {
  const blobs = memoryBlobs();
  await expect(keepCheckpoint(blobs, { ...run, params: {} }, 1)).rejects.toThrow('no tensor of floats');
  await expect(keepCheckpoint(blobs, { ...run, params: { n: { dtype: 'int32', shape: [1], data: Int32Array.of(1) } } }, 1)).rejects.toThrow('float32');
  for (let i = 0; i < checkpointLimits.count; i++) await keepCheckpoint(blobs, { ...run, source: { ...source, seed: i } }, i);
  await expect(keepCheckpoint(blobs, { ...run, source: { ...source, seed: 999 } }, 1)).rejects.toThrow(/At most 100 checkpoints/);
  const full = memoryBlobs();
  const refusing = { ...full, put: async (name: string, bytes: Uint8Array) => (name.endsWith('/head') ? Promise.reject(new StorageProblem('no more room')) : full.put(name, bytes)) };
  await expect(keepCheckpoint(refusing, run, 1)).rejects.toThrow('no more room');
  expect(await full.list('')).toEqual([]);
});
test('a head that is not as this version writes it is left out of the list', async () => {
  const [blobs, other] = [memoryBlobs(), memoryBlobs()];
  const { id } = await keepCheckpoint(blobs, run, 5);
  await other.put(`checkpoint/${id}/head`, (await blobs.get(`checkpoint/${id}/tensors`))!);
  expect((await keptCheckpoints(other)).checkpoints).toEqual([]);
});
test('what can measure a checkpoint follows from where it comes from', () => {
  expect(measuredBy({ source })).toEqual({ by: 'run', link: '#winner?v=1', seed: 3, arm: 'siren' });
  expect(measuredBy({ source: { from: 'shipped', model: 'cnn' } })).toEqual({ by: 'recipe', model: 'cnn' });
  expect(measuredBy({ source: { from: 'file', file: 'a', form: 'npz' } })).toBeUndefined();
  expect(measuredBy({ source: { from: 'merge', how: '', of: [], measuredBy: { by: 'recipe', model: 'cnn' } } })).toEqual({ by: 'recipe', model: 'cnn' });
});
