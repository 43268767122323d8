import { expect, test } from 'vitest';
import { tensor } from '../base/tensor';
import { memoryBlobs, StorageProblem } from '../keep/blobs';
import { keepCheckpoint } from '../keep/checkpoints';
import { keepRun } from '../keep/kept-runs';
import { keepPoint, keepSweep, lockOfSweep, runOfPoint } from '../keep/kept-sweeps';
import { lockOf, openJournal } from '../keep/run-journal';
import { cards } from '../methods/cards';
import { defaultExperiment } from '../spec/experiment';
import { writeLink } from '../spec/link';
import { sizeOfKind, storedIn, storeKinds, type Places } from './stored';
import { storeWithWorker } from './testing/test-worker';

const card = cards.winner!;
const sha256 = 'ab'.repeat(32);
const link = writeLink(card, { ...defaultExperiment(card), files: [{ name: 'mine.npz', sizeBytes: 3, sha256 }] });
const run = { id: 'r', link, name: 'one', note: '', pinned: false, finishedAtMs: 5, elapsedMs: 9, proof: { provider: 'wasm' as const, fingerprint: 'ab', marks: [1] }, outcomes: [], lights: [], colours: {} };
async function filled() {
  const blobs = memoryBlobs();
  const journal = await openJournal(blobs, 'j', link, { now: 1, onProblem: () => undefined });
  journal.keepFile(sha256, 'mine.npz', Uint8Array.of(1, 2, 3));
  await journal.settled();
  await keepRun(blobs, run, []);
  await keepCheckpoint(blobs, { name: 'cnn', source: { from: 'shipped', model: 'cnn' }, params: { w: tensor([1]) } }, 1);
  await blobs.put('kept/damaged/run', Uint8Array.of(1));
  await blobs.put('from the future', Uint8Array.of(1, 2));
  return blobs;
}
const places = (more: Partial<Places>): Places => ({ cards, busy: new Set(), ...more });

test('everything that is kept is listed once, by its name and with its size', async () => {
  const blobs = await filled();
  const stored = await storedIn(places({ blobs }));
  const named = Object.fromEntries(stored.map(({ id, items }) => [id, items.map(({ name }) => name)]));
  expect(named).toEqual({ runs: [card.title], files: ['mine.npz'], kept: ['one', 'damaged'], checkpoints: ['cnn'], downloads: [], page: [], settings: [], sweeps: [], other: ['from the future'] });
  const all = (await blobs.list('')).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  expect(stored.reduce((sum, kind) => sum + sizeOfKind(kind), 0)).toBe(all);
});
test('a sweep that runs is held; removed, it takes the journals of its points along, and a point that is kept takes its own', async () => {
  const blobs = memoryBlobs();
  await keepSweep(blobs, { id: 's', link, name: 'sweep', startedAtMs: 1, points: 2 });
  for (const point of [0, 1]) await blobs.put(`run/${runOfPoint('s', point)}/head`, Uint8Array.of(1));
  await keepPoint(blobs, 's', 0, { outcomes: [], lightsOff: 0, fingerprint: 'ab', elapsedMs: 1 });
  expect((await blobs.list('run/')).map(({ name }) => name)).toEqual([`run/${runOfPoint('s', 1)}/head`]);
  const held = async (busy: ReadonlySet<string>) => (await storedIn(places({ blobs, busy }))).find(({ id }) => id === 'sweeps')!.items.map((item) => item.held);
  expect([await held(new Set([lockOfSweep('s')])), await held(new Set())]).toEqual([[true], [false]]);
  await storeKinds.find(({ id }) => id === 'sweeps')!.remove(places({ blobs }), 's');
  expect(await blobs.list('')).toEqual([]);
});
test('each is removed alone, and nothing else with it', async () => {
  const blobs = await filled();
  const left = (await storedIn(places({ blobs }))).flatMap(({ id, items }) => items.map((item) => [id, item.id] as const));
  while (left.length > 0) {
    const [kind, id] = left.pop()!;
    await storeKinds.find((one) => one.id === kind)!.remove(places({ blobs }), id);
    expect((await storedIn(places({ blobs }))).flatMap((one) => one.items.map((item) => [one.id, item.id]))).toEqual(left);
  }
  expect(await blobs.list('')).toEqual([]);
});
test('a run that goes on holds what is its own; settings and downloads are listed too', async () => {
  const blobs = await filled();
  const settings = new Map([['stipple.theme', 'dark'], ['of another page', 'x']]);
  const removed: string[] = [];
  const at = places({
    blobs, busy: new Set([lockOf('j')]),
    settings: { length: settings.size, key: (i) => [...settings.keys()][i] ?? null, getItem: (key) => settings.get(key) ?? null, removeItem: (key) => void settings.delete(key) },
    page: { keptBytes: 99, forget: async () => void removed.push('the page') },
    downloads: { get: async () => undefined, put: async () => true, list: async () => [{ address: 'https://a.example/x', name: 'x', sha256: '', at: '2026-01-01', sizeBytes: 7 }], remove: async (address) => void removed.push(address) },
  });
  const stored = await storedIn(at);
  expect(stored.flatMap(({ items }) => items).filter(({ held }) => held).map(({ name }) => name)).toEqual([card.title, 'mine.npz']);
  expect(stored.find(({ id }) => id === 'settings')!.items).toMatchObject([{ name: 'theme', sizeBytes: 2 * ('stipple.theme'.length + 4) }]);
  await storeKinds.find(({ id }) => id === 'downloads')!.remove(at, stored.find(({ id }) => id === 'downloads')!.items[0]!.id);
  await storeKinds.find(({ id }) => id === 'page')!.remove(at, 'page');
  expect([removed, stored.find(({ id }) => id === 'page')!.items]).toMatchObject([['https://a.example/x', 'the page'], [{ sizeBytes: 99 }]]);
});
test('the page says how much room there is, asks for persistence, and shows what was removed nowhere any more', async () => {
  const blobs = await filled();
  let granted = false;
  const storage = { estimate: async () => ({ usage: 10, quota: 100 }), persist: async () => (granted = true), persisted: async () => granted };
  const { app } = storeWithWorker(cards, { blobs, storage });
  await Promise.all([app().benchLooked(), app().checkpointsLooked(), app().unfinishedLooked()]);
  await app().storageLooked();
  expect([app().quota, app().unfinished.length, app().kept.length, app().checkpoints.length]).toEqual([{ usedBytes: 10, quotaBytes: 100, persisted: false }, 1, 1, 1]);
  await app().persistencePressed();
  expect([app().quota?.persisted, app().notices.at(-1)?.text]).toEqual([true, 'The browser will not clear what is kept here by itself.']);
  await app().allStoredRemoved();
  expect([app().unfinished, app().kept, app().checkpoints, await blobs.list('')]).toEqual([[], [], [], []]);
  expect(app().stored?.every(({ items }) => items.length === 0)).toBe(true);
});
test('a full storage is said in words, and nothing that is shown is lost', async () => {
  const blobs = { ...memoryBlobs(), put: async () => Promise.reject(new StorageProblem('This browser gives the page no more room.')) };
  const { app, worker } = storeWithWorker(cards, { blobs });
  app().runPressed();
  const runId = app().run!.id;
  worker().say({ type: 'metrics', runId, batch: [{ arm: 'siren', seed: 1, metric: 'loss', steps: Float64Array.of(0), values: Float64Array.of(3), timesMs: Float32Array.of(0), examples: Float32Array.of(0) }] });
  worker().say({ type: 'finished', runId, result: { outcomes: [{ arm: 'siren', seed: 1, metric: 'psnr', value: 9 }], lights: [], proof: { provider: 'wasm', fingerprint: '0', marks: [] }, elapsedMs: 1 } });
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(app().notices.at(-1)?.text).toContain('no more room');
  expect([app().run?.status, app().run?.result?.outcomes.length, app().run?.book.byKey.size]).toEqual(['finished', 1, 1]);
});
