/** What lies in storage or in files of our own form: sealed with a kind, a version and a checksum. Distorted ones have a right checksum again. */
import { tensor } from '../../base/tensor';
import { memoryBlobs, type Blobs } from '../../keep/blobs';
import { checkpointOf, keepCheckpoint, keptCheckpoints, onnxOf, renameCheckpoint, tensorsOf } from '../../keep/checkpoints';
import { changeRun, curvesOf, exportBench, importBench, keepRun, keptRuns, type KeptRun } from '../../keep/kept-runs';
import { keepPoint, keepSweep, keptSweeps, pointsOf } from '../../keep/kept-sweeps';
import { openJournal, unfinishedRuns } from '../../keep/run-journal';
import { StippleError } from '../../base/errors';
import { cards } from '../../methods/cards';
import { storeKinds } from '../../store/stored';
import { Broken, mustBeSame, sealedParser, textParser } from '../parser';
import { storeWithWorker } from '../../store/testing/test-worker';
import { links, sweepLinks } from './words';

const run: KeptRun = { id: 'x', link: links[0]!, name: 'one', note: 'n', pinned: false, finishedAtMs: 5, elapsedMs: 9, proof: { provider: 'wasm', fingerprint: 'ab', marks: [1] }, outcomes: [{ arm: 'a', seed: 1, metric: 'm', value: 0.5 }], lights: [{ id: 'l', seed: 1, holds: true, detail: 'd' }], colours: {} };
const curve = { arm: 'a', seed: 1, metric: 'loss', steps: Float64Array.of(0, 1), values: Float64Array.of(3, 2), timesMs: Float32Array.of(0, 7), examples: Float32Array.of(0, 32) };
type Pieces = ReadonlyMap<string, Uint8Array>;

/** Pieces of a store that `fill` has filled. */
async function piecesOf(fill: (blobs: Blobs) => Promise<unknown>): Promise<Pieces> {
  const kept = new Map<string, Uint8Array>();
  await fill(memoryBlobs(kept));
  return kept;
}
/** Nothing that lies in storage may keep the page from opening, so nothing is thrown but what is said in words: what is unsound is not there. Each piece in turn is another. */
const inStorage = (pieces: Pieces, look: (blobs: Blobs) => Promise<void>) => sealedParser([...pieces.values()], async (bytes) => {
  for (const name of pieces.keys()) {
    const blobs = memoryBlobs(new Map([...pieces, [name, bytes]]));
    try {
      await look(blobs);
      for (const { items } of storeKinds) await items({ cards, blobs, busy: new Set() });
    } catch (error) {
      throw new Broken(`${name}: ${error instanceof Error ? error.stack : String(error)}`);
    }
  }
});
/** In words or not at all. */
async function said(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof StippleError)) throw error;
  }
}

export async function ofWorkbenches() {
  const blobs = memoryBlobs();
  await keepRun(blobs, run, [curve]);
  await keepRun(blobs, { ...run, id: 'y' }, [curve]);
  return sealedParser([await exportBench(blobs)], async (bytes) => {
    const [here, there] = [memoryBlobs(), memoryBlobs()];
    await importBench(here, bytes);
    await importBench(there, await exportBench(here));
    mustBeSame((await keptRuns(here)).runs, (await keptRuns(there)).runs, 'written and read again');
  });
}
export const ofKeptRuns = async () => inStorage(await piecesOf((blobs) => keepRun(blobs, run, [curve])), async (blobs) => {
  for (const { id } of (await keptRuns(blobs)).runs) await curvesOf(blobs, id);
  await changeRun(blobs, run.id, { name: 'another' });
  await exportBench(blobs);
});
export async function ofJournals() {
  const pieces = await piecesOf(async (blobs) => {
    const journal = await openJournal(blobs, 'r', '#winner?v=1', { now: 1, onProblem: () => undefined });
    const state = { dtype: 'float32' as const, shape: [2], data: Float32Array.of(1, 2) };
    (await journal.trial(0).training('k')).save({ steps: 2, metrics: [{ loss: 1 }, { loss: 2 }], looks: [{ step: 1, params: { w: state } }], state: { theta: state } });
    journal.finish(1, { outcomes: run.outcomes, lights: run.lights, marks: { a: 'b' }, series: [curve], pictures: {} });
    await journal.settled();
  });
  return inStorage(pieces, async (blobs) => {
    await unfinishedRuns(blobs);
    const journal = await openJournal(blobs, 'r', '#winner?v=1', { now: 1, onProblem: () => undefined });
    await journal.done(1);
    const { found } = await journal.trial(0).training('k');
    for (let step = 0; step < Math.min(found?.steps ?? 0, 10); step++) found!.metrics(step);
  });
}
export const ofKeptSweeps = async () => inStorage(await piecesOf(async (blobs) => {
  await keepSweep(blobs, { id: 's', link: sweepLinks[0]!, name: 'one', startedAtMs: 1, points: 2 });
  await keepPoint(blobs, 's', 0, { outcomes: run.outcomes, lightsOff: 0, fingerprint: 'ab', elapsedMs: 4 });
}), async (blobs) => {
  for (const head of (await keptSweeps(blobs)).sweeps) await pointsOf(blobs, head);
});
export const ofKeptCheckpoints = async () => inStorage(await piecesOf(async (blobs) => {
  const source = { from: 'run', link: links[0]!, title: 'Winner', arm: 'a', seed: 1 } as const;
  const { id } = await keepCheckpoint(blobs, { name: 'one', source, params: { w: tensor([1, 2, 3, 4], [2, 2]), b: tensor([NaN]) }, onnx: Uint8Array.of(8, 9) }, 1);
  await keepCheckpoint(blobs, { name: 'both', source: { from: 'merge', how: 'the mean', of: ['one', 'one'], measuredBy: { by: 'run', link: links[0]!, seed: 1, arm: 'a' } }, params: { w: tensor([1]) } }, 2);
  await keepCheckpoint(blobs, { name: id, source: { from: 'file', file: 'x.npz', form: 'npz' }, params: { w: tensor([2]) } }, 3);
}), async (blobs) => {
  for (const { id } of (await keptCheckpoints(blobs)).checkpoints) {
    await said(() => checkpointOf(blobs, id));
    await said(() => tensorsOf(blobs, id));
    await said(() => onnxOf(blobs, id));
    await said(() => renameCheckpoint(blobs, id, 'another'));
  }
});
/** Small things that the page remembers as text: how far lessons were followed. */
export const ofMemories = () => textParser(['{"soup": 2, "silent-networks": 0}', '{}', '["run/run"]'], (text) => {
  const settings = { getItem: () => text, setItem: () => undefined, removeItem: () => undefined };
  const { app } = storeWithWorker(cards, { settings });
  const { reached } = app();
  if (Object.entries(reached).some(([id, at]) => !/^[a-z0-9-]{1,64}$/.test(id) || !Number.isSafeInteger(at))) throw new Broken(`what was reached is ${JSON.stringify(reached)}`);
  if (Object.getPrototypeOf(reached) !== Object.prototype) throw new Broken('what was reached has another prototype');
  app().lessonOpened('soup', reached.soup);
});
