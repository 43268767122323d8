import { expect, test } from 'vitest';
import { tensor } from '../base/tensor';
import { memoryBlobs } from '../keep/blobs';
import { keepCheckpoint } from '../keep/checkpoints';
import { defineCard } from '../spec/card';
import { InputError } from '../base/errors';
import type { LibraryClient } from './library-client';
import { storeWithWorker } from './testing/test-worker';

const card = defineCard({
  id: 'demo', title: 'Demo', family: 'noise', claim: '', knobs: {},
  arms: { one: { label: 'One', says: '', role: 'method' } }, charts: [], pictures: {}, invariants: {}, claimCheck: [],
});
const cards = { demo: card };
const result = { outcomes: [], lights: [], proof: { provider: 'wasm' as const, fingerprint: '0'.repeat(16), marks: [] }, elapsedMs: 1 };
const source = { from: 'run', link: '#demo?v=1', title: 'Demo', arm: 'one', seed: 1 } as const;
const params = { w: tensor([1, 2]) };
const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

test('the models of a finished run are kept when asked for, once, and are then listed', async () => {
  const blobs = memoryBlobs();
  const { app, worker } = storeWithWorker(cards, { blobs });
  app().runPressed();
  const runId = app().run!.id;
  app().keepModelsPressed();
  expect(worker().heard.some(({ type }) => type === 'keepModels'), 'nothing to keep before the end').toBe(false);
  worker().say({ type: 'finished', runId, result, models: [{ arm: 'one', seed: 1, sizeBytes: 8 }] });
  app().keepModelsPressed();
  expect([worker().heard.at(-1), app().modelsOf]).toEqual([{ type: 'keepModels', runId }, { runId }]);
  const kept = await keepCheckpoint(blobs, { name: 'one', source, params }, 1); // as the worker does
  worker().say({ type: 'modelsKept', runId, checkpoints: [kept] });
  await settled();
  expect([app().modelsOf, app().checkpoints, app().notices.at(-1)?.text]).toEqual([{ runId, count: 1 }, [kept], '1 checkpoint is kept in this browser.']);
  expect(await app().checkpointTensors(kept.id)).toEqual(params);
  await app().checkpointRenamed(kept.id, '  other ');
  expect(app().checkpoints[0]?.name).toBe('other');
  await app().checkpointForgotten(kept.id);
  expect([app().checkpoints, app().checkpointBytes]).toEqual([[], 0]);
});
test('where the worker has died since, there is nothing to keep, and it says so', () => {
  const { app, worker } = storeWithWorker(cards, { blobs: memoryBlobs() });
  app().runPressed();
  worker().say({ type: 'finished', runId: app().run!.id, result, models: [{ arm: 'one', seed: 1, sizeBytes: 8 }] });
  app().keepModelsPressed();
  worker().onerror?.({ message: 'out of memory' } as ErrorEvent);
  expect([app().run?.models, app().modelsOf, app().notices.at(-1)?.text]).toEqual([[], undefined, 'The params of this run are not in memory any more. Run it again to keep its checkpoints.']);
});
test('a file that is refused, and storage that is full, are said in words', async () => {
  const library = { ask: () => Promise.reject(new InputError('it looks like none of them')) } as unknown as LibraryClient;
  const { app, worker } = storeWithWorker(cards, { blobs: memoryBlobs(), library });
  expect(await app().checkpointFileAdded({ name: 'a.pt', size: 3, arrayBuffer: async () => new ArrayBuffer(3) })).toBeUndefined();
  expect(app().notices.at(-1)).toMatchObject({ tone: 'problem', text: expect.stringContaining('looks like none of them') });
  expect(await app().checkpointFileAdded({ name: 'a.onnx', size: 2 ** 40, arrayBuffer: async () => new ArrayBuffer(3) })).toBeUndefined();
  expect(app().notices.at(-1)?.text).toContain('at most 256 MiB');
  app().runPressed();
  worker().say({ type: 'modelsKept', runId: app().run!.id, checkpoints: [], problem: { kind: 'runtime', message: 'no more room' } });
  expect(app().notices.at(-1)?.text).toContain('no more room');
});
