import { expect, test, vi } from 'vitest';
import { memoryBlobs, StorageProblem, type Blobs } from '../keep/blobs';
import { openJournal } from '../keep/run-journal';
import { defineCard } from '../spec/card';
import { defaultExperiment } from '../spec/experiment';
import { writeLink } from '../spec/link';
import type { RunEvent } from '../spec/messages';
import { storeWithWorker } from './testing/test-worker';

const card = defineCard({
  id: 'demo', title: 'Demo', family: 'noise', claim: '', knobs: {},
  arms: { one: { label: 'One', says: '', role: 'method' } }, charts: [], pictures: {}, invariants: {}, claimCheck: [], accepts: ['wav'],
});
const cards = { demo: card };
const file = { name: 'a.wav', sizeBytes: 3, sha256: 'a'.repeat(64) };
const experiment = { ...defaultExperiment(card), seed: 7, files: [file] };

async function withRun(blobs: Blobs = memoryBlobs(), runId = 'cut'): Promise<Blobs> {
  const journal = await openJournal(blobs, runId, writeLink(card, experiment), { now: 1, onProblem: () => undefined });
  journal.keepFile(file.sha256, file.name, Uint8Array.of(1, 2, 3));
  await journal.settled();
  return blobs;
}
function memory(runId?: string) {
  let held = runId;
  return { get: () => held, set: (to: string | undefined) => void (held = to) };
}
const progress = (runId: string, share: number): RunEvent => ({ type: 'progress', runId, share, label: '', elapsedMs: 1 });

test('a run that lies in storage is offered; taken up, it is sent under its own name, with its own files', async () => {
  const { app, worker } = storeWithWorker(cards, { blobs: await withRun(), tab: memory() });
  await app().unfinishedLooked();
  expect(app().unfinished).toMatchObject([{ runId: 'cut', experiment }]);
  await app().goOnPressed('cut');
  expect(worker().heard.at(-1)).toEqual({ type: 'run', runId: 'cut', experiment, files: [{ name: 'a.wav', bytes: Uint8Array.of(1, 2, 3) }], keep: 'until kept' });
  expect([app().unfinished, app().experiment, app().run?.status]).toEqual([[], experiment, 'starting']);
});
test('the run that this tab was at goes on by itself after a reload; discarded, nothing of it is left', async () => {
  const blobs = await withRun();
  const { app, worker } = storeWithWorker(cards, { blobs, tab: memory('cut') });
  await app().unfinishedLooked();
  expect(worker().heard.at(-1)).toMatchObject({ type: 'run', runId: 'cut' });
  const other = storeWithWorker(cards, { blobs, tab: memory() });
  await other.app().unfinishedLooked();
  await other.app().discardPressed('cut');
  expect([other.app().unfinished, await blobs.list('')]).toEqual([[], []]);
});
test('when the worker dies the run goes on in a fresh one, from nothing on the page', async () => {
  const { app, worker, workers } = storeWithWorker(cards, { blobs: memoryBlobs(), tab: memory() });
  app().runPressed();
  const runId = app().run!.id;
  worker().say(progress(runId, 0.4));
  worker().onerror?.({ message: 'out of memory' } as ErrorEvent);
  expect([workers.length, app().run?.id, app().run?.status, app().run?.setbacks]).toEqual([2, runId, 'starting', { count: 1, at: 0.4, inVain: 0 }]);
  expect(worker().heard.at(-1)).toMatchObject({ type: 'run', runId, keep: 'until kept' });
  expect(app().notices.at(-1)?.text).toContain('goes on from where it was last saved');
});
test('a run that dies again and again at one place is given up, with the reason', async () => {
  const { app, worker, workers } = storeWithWorker(cards, { blobs: memoryBlobs(), tab: memory() });
  app().runPressed();
  const runId = app().run!.id;
  for (let i = 0; i < 3; i++) {
    worker().say(progress(runId, 0.4));
    worker().onerror?.({ message: 'out of memory' } as ErrorEvent);
  }
  expect([workers.length, app().run?.status]).toEqual([4, 'failed']);
  expect(app().run?.problem?.message).toContain('out of memory');
});
test('a lost device ends a step, not the run; one that fails before it got anywhere is not repeated', async () => {
  const { app, worker } = storeWithWorker(cards, { blobs: memoryBlobs(), tab: memory() });
  app().runPressed();
  const runId = app().run!.id;
  worker().say(progress(runId, 0.2));
  worker().say({ type: 'failed', runId, problem: { kind: 'runtime', message: 'The GPU device was lost.' } });
  expect([app().run?.status, worker().heard.at(-1)]).toMatchObject(['starting', { type: 'run', runId }]);
  worker().say({ type: 'failed', runId, problem: { kind: 'runtime', message: 'The GPU device was lost.' } });
  expect(app().run?.status).toBe('failed');
});
test('what would fail again is not repeated: a loss that left the numbers, a stop', async () => {
  for (const event of [{ kind: 'numerics', message: 'NaN' }, { kind: 'stopped', message: '' }] as const) {
    const { app, worker } = storeWithWorker(cards, { blobs: memoryBlobs(), tab: memory() });
    app().runPressed();
    worker().say(progress(app().run!.id, 0.2));
    worker().say({ type: 'failed', runId: app().run!.id, problem: event });
    expect(app().run?.status).toMatch(/failed|stopped/);
  }
  const { app, worker } = storeWithWorker(cards, { blobs: memoryBlobs(), tab: memory() });
  app().runPressed();
  worker().say({ type: 'notKept', runId: app().run!.id, why: 'There is no room.' });
  expect(app().notices.at(-1)?.text).toContain('There is no room.');
  // It goes on all the same: from the beginning, if nothing of it was kept.
  worker().onerror?.({ message: '' } as ErrorEvent);
  expect([app().run?.status, app().run?.setbacks.count]).toEqual(['starting', 1]);
});
test('a browser that keeps nothing offers nothing, and says nothing of it', async () => {
  const broken: Blobs = { ...memoryBlobs(), list: async () => Promise.reject(new StorageProblem('No storage.')) };
  const { app } = storeWithWorker(cards, { blobs: broken, tab: memory() });
  await app().unfinishedLooked();
  expect([app().unfinished, app().notices]).toEqual([[], []]);
});
test('a journal whose link does not read is left alone and not offered', async () => {
  const blobs = memoryBlobs();
  await (await openJournal(blobs, 'old', '#gone?v=1', { now: 1, onProblem: () => undefined })).settled();
  const { app } = storeWithWorker(cards, { blobs, tab: memory() });
  await app().unfinishedLooked();
  expect([app().unfinished, (await blobs.list('')).length]).toEqual([[], 2]);
});
test('a finished run leaves the journals when it is kept, and not before; where there is no room it is kept when something is removed', async () => {
  const kept = new Map<string, Uint8Array>();
  const inner = memoryBlobs(kept);
  let room = false;
  const refuse = async (): Promise<void> => Promise.reject(new StorageProblem('There is no more room.'));
  const blobs: Blobs = { ...inner, put: (name, bytes) => (name.startsWith('kept/') && !room ? refuse() : inner.put(name, bytes)) };
  const { app, worker } = storeWithWorker(cards, { blobs, tab: memory() });
  app().runPressed();
  const runId = app().run!.id;
  await withRun(inner, runId);
  worker().say({ type: 'finished', runId, result: { outcomes: [], lights: [], proof: { provider: 'wasm', fingerprint: 'a', marks: [] }, elapsedMs: 1 } });
  await vi.waitFor(() => expect(app().notices.at(-1)?.text).toContain('There is no more room.'));
  expect([...kept.keys()].some((name) => name.startsWith(`run/${runId}/`))).toBe(true);
  room = true;
  await app().keptForgotten('another');
  expect(app().kept.map(({ id }) => id)).toEqual([runId]);
  expect([...kept.keys()].some((name) => name.startsWith('run/'))).toBe(false);
});
test('where the browser keeps nothing at all, that is said once: when the run begins, and not again when it ends', async () => {
  const tried: string[] = [];
  const denied = async (name: string): Promise<never> => {
    tried.push(name);
    throw new StorageProblem('This browser does not let the page keep things (SecurityError).', true);
  };
  const { app, worker } = storeWithWorker(cards, { blobs: { put: denied, get: denied, update: denied, list: denied, remove: denied }, tab: memory() });
  app().runPressed();
  const runId = app().run!.id;
  worker().say({ type: 'notKept', runId, why: 'The worker was refused.' });
  worker().say({ type: 'finished', runId, result: { outcomes: [], lights: [], proof: { provider: 'wasm', fingerprint: 'a', marks: [] }, elapsedMs: 1 } });
  await vi.waitFor(() => expect(tried).toContain(`kept/${runId}/curves`));
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(app().notices.map(({ text }) => text)).toEqual([expect.stringContaining('The worker was refused.')]);
});
test('runs are named without a clock: two that begin in the same millisecond, or after it was set back, are two', () => {
  const ids = Array.from({ length: 200 }, () => {
    const { app } = storeWithWorker(cards, { tab: memory() });
    app().runPressed();
    return app().run!.id;
  });
  expect(new Set(ids).size).toBe(200);
});
