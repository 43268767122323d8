import { expect, test } from 'vitest';
import { Random } from '../base/random';
import { tensor, type Tensor } from '../base/tensor';
import { memoryBlobs, StorageProblem, type Blobs } from './blobs';
import { Writer, type Progress, type TrainingJournal } from './journal';
import { openJournal, sweepJournals, unfinishedRuns, type RunJournal, type TrialShown } from './run-journal';
import { seal } from './sealed';

const open = (blobs: Blobs, link = '#demo?v=1', onProblem: (why: string) => void = () => undefined, runId = 'a'): Promise<RunJournal> => openJournal(blobs, runId, link, { now: 5, onProblem, everyMs: 0 });
const state = (x: number): Record<string, Tensor> => ({ theta: tensor([x, -x, 1 / 3]) });
const progress = (from: number, to: number, looks: Progress['looks'] = []): Progress => ({ steps: to, metrics: Array.from({ length: to - from }, (_, i) => ({ loss: Math.fround(1 / (from + i + 1)), accuracy: from + i })), looks, state: state(to) });
const training = async (blobs: Blobs, key = 'k'): Promise<TrainingJournal> => (await open(blobs)).trial(0).training(key);
async function saved(blobs: Blobs): Promise<void> {
  const journal = await open(blobs);
  const first = await journal.trial(0).training('k');
  first.save(progress(0, 3, [{ step: 2, params: state(2) }]));
  first.save(progress(3, 7));
  first.save(progress(7, 12));
  await journal.settled();
}

test('a training comes back as it was last saved: steps, metrics, what was looked at, state', async () => {
  const blobs = memoryBlobs();
  await saved(blobs);
  const { found } = await training(blobs);
  expect(found?.steps).toBe(12);
  for (const step of [0, 3, 11, 6, 7]) expect(found!.metrics(step)).toEqual({ loss: Math.fround(1 / (step + 1)), accuracy: step });
  expect([...found!.looks]).toEqual([[2, state(2)]]);
  expect(found!.state).toEqual(state(12));
});
test('a training of another key, or a run of another experiment, finds nothing and leaves nothing of the old', async () => {
  const kept = new Map<string, Uint8Array>();
  await saved(memoryBlobs(kept));
  const other = await open(memoryBlobs(kept));
  expect((await other.trial(0).training('other')).found).toBeUndefined();
  await other.settled();
  expect([...kept.keys()]).toEqual(['run/a/head', 'run/a/head-copy']);
  await saved(memoryBlobs(kept));
  await open(memoryBlobs(kept), '#demo?v=1&seed=2');
  expect([...kept.keys()]).toEqual(['run/a/head', 'run/a/head-copy']);
});
test('whatever is cut off, damaged or lost, an earlier save that is whole is found, or none: never a wrong one', async () => {
  const sound = new Map<string, Uint8Array>();
  await saved(memoryBlobs(sound));
  const rng = Random.seed(1);
  const names = [...sound.keys()];
  const outcomes = new Map<number, number>();
  for (let i = 0; i < 600; i++) {
    const kept = new Map(sound);
    const name = rng.pick(names);
    const bytes = kept.get(name)!.slice();
    const kind = rng.int(3);
    if (kind === 0) kept.delete(name);
    else if (kind === 1) kept.set(name, bytes.slice(0, rng.int(bytes.length)));
    else {
      const at = rng.int(bytes.length);
      bytes[at] = bytes[at]! ^ (1 << rng.int(8));
      kept.set(name, bytes);
    }
    const { found } = await training(memoryBlobs(kept));
    const steps = found?.steps ?? 0;
    outcomes.set(steps, (outcomes.get(steps) ?? 0) + 1);
    if (found) {
      expect(found.state).toEqual(state(steps));
      for (let step = 0; step < steps; step++) expect(found.metrics(step)).toEqual({ loss: Math.fround(1 / (step + 1)), accuracy: step });
    }
  }
  // The newest save lost leaves the one before it; the first of all lost leaves none; what no newer save needs changes nothing.
  expect([...outcomes.keys()].sort((a, b) => a - b)).toEqual([0, 7, 12]);
});
test('writes that were sent and not done when a run is cut off cost the steps since, and no more', async () => {
  const kept = new Map<string, Uint8Array>();
  await saved(memoryBlobs(kept));
  kept.set('run/a/trial/0/training/0/steps/3', Uint8Array.of(1, 2, 3)); // the next chunk, half written
  const journal = await open(memoryBlobs(kept));
  const again = await journal.trial(0).training('k');
  expect(again.found?.steps).toBe(12);
  again.save(progress(12, 20));
  await journal.settled();
  expect((await training(memoryBlobs(kept))).found?.steps).toBe(20);
});
test('trainings are numbered as they begin', async () => {
  const blobs = memoryBlobs();
  const journal = await open(blobs);
  const trial = journal.trial(0);
  (await trial.training('one')).save(progress(0, 2));
  (await trial.training('two')).save(progress(0, 5));
  await journal.settled();
  const again = (await open(blobs)).trial(0);
  expect((await again.training('one')).found?.steps).toBe(2);
  expect((await again.training('two')).found?.steps).toBe(5);
  expect((await again.training('three')).found).toBeUndefined();
});

const shown: TrialShown = { outcomes: [{ arm: 'a', seed: 1, metric: 'm', value: NaN }], lights: [{ id: 'l', seed: 1, holds: true, detail: '' }], marks: { theta: '00' }, series: [{ arm: 'a', metric: 'm', steps: Float64Array.of(0, 1), values: Float64Array.of(0.1, -0), timesMs: Float32Array.of(0, 5), examples: Float32Array.of(0, 32) }], pictures: { p: { kind: 'table', columns: ['c'], rows: [[1]] } } };
test('a finished trial stands for its trainings, which go', async () => {
  const kept = new Map<string, Uint8Array>();
  await saved(memoryBlobs(kept));
  const journal = await open(memoryBlobs(kept));
  journal.finish(0, shown);
  await journal.settled();
  expect([...kept.keys()].sort()).toEqual(['run/a/head', 'run/a/head-copy', 'run/a/trial/0/done']);
  expect(await (await open(memoryBlobs(kept))).done(0)).toStrictEqual(shown);
  expect(await (await open(memoryBlobs(kept))).done(1)).toBeUndefined();
});
test('a trial that version 1 finished is shown again, its times and examples unknown', async () => {
  const blobs = memoryBlobs();
  const journal = await open(blobs);
  const series = shown.series.map(({ arm, metric, steps, values }) => ({ arm, metric, steps, values }));
  await blobs.put('run/a/trial/0/done', seal({ kind: 'finished trial', version: 1, readers: {} }, { ...shown, series }));
  expect((await journal.done(0))?.series).toEqual([{ ...shown.series[0], timesMs: Float32Array.of(NaN, NaN), examples: Float32Array.of(NaN, NaN) }]);
});
test('runs that were not dropped are listed, with what they are of and how much room they take', async () => {
  const blobs = memoryBlobs();
  await saved(blobs);
  const other = await open(blobs, '#demo?v=1&seed=9', undefined, 'b');
  other.provided('wasm');
  await other.settled();
  const list = await unfinishedRuns(blobs);
  expect(list).toMatchObject([{ runId: 'a', link: '#demo?v=1' }, { runId: 'b', link: '#demo?v=1&seed=9', provider: 'wasm' }]);
  expect(list[0]!.sizeBytes).toBeGreaterThan(list[1]!.sizeBytes);
  await other.drop();
  expect((await unfinishedRuns(blobs)).map((r) => r.runId)).toEqual(['a']);
});
test('a full storage is said once, writes stop, and the run goes on', async () => {
  const inner = memoryBlobs();
  let room = 2;
  const full: Blobs = { ...inner, put: async (name, bytes) => (room-- > 0 ? inner.put(name, bytes) : Promise.reject(new StorageProblem('No more room.'))) };
  const problems: string[] = [];
  const journal = await open(full, undefined, (why) => problems.push(why));
  const first = await journal.trial(0).training('k');
  for (let i = 0; i < 5; i++) first.save(progress(i, i + 1));
  await journal.settled();
  expect(problems).toEqual(['No more room.']);
});
test('a writer keeps the order in which writes were sent', async () => {
  const order: string[] = [];
  const slow: Blobs = { ...memoryBlobs(), put: async (name) => new Promise((resolve) => setTimeout(() => resolve(void order.push(name)), name === 'one' ? 20 : 1)) };
  const writer = new Writer(slow, () => undefined);
  writer.put('one', () => new Uint8Array());
  writer.put('two', () => new Uint8Array());
  await writer.settled();
  expect(order).toEqual(['one', 'two']);
});
test('a journal whose head is damaged is known by the copy', async () => {
  for (const name of ['run/a/head', 'run/a/head-copy']) {
    const kept = new Map<string, Uint8Array>();
    await saved(memoryBlobs(kept));
    kept.set(name, kept.get(name)!.slice(0, 20));
    expect((await unfinishedRuns(memoryBlobs(kept))).map((r) => r.runId)).toEqual(['a']);
    expect((await training(memoryBlobs(kept))).found?.steps).toBe(12);
  }
});
test('where storage is cleared while a run goes on, it is written down anew, and can be taken up', async () => {
  const kept = new Map<string, Uint8Array>();
  const journal = await open(memoryBlobs(kept));
  const first = await journal.trial(0).training('k');
  first.save(progress(0, 3));
  await journal.settled();
  kept.clear();
  first.save(progress(3, 7));
  await journal.settled();
  expect((await unfinishedRuns(memoryBlobs(kept))).map((r) => r.runId)).toEqual(['a']);
  expect((await training(memoryBlobs(kept))).found).toBeUndefined(); // its beginning is gone: it is trained again
});
test('what no head speaks of is swept, but not that of a run which somebody is at, nor what another version wrote', async () => {
  const kept = new Map([['run/lost/trial/0/training/0/state-0', Uint8Array.of(1)], ['run/busy/trial/0/done', Uint8Array.of(1)], ['run/newer/head', Uint8Array.of(9)], ['run/newer/trial/0/done', Uint8Array.of(1)], ['kept/x/run', Uint8Array.of(1)]]);
  await saved(memoryBlobs(kept));
  const before = [...kept.keys()];
  await sweepJournals(memoryBlobs(kept), (runId) => runId === 'busy');
  expect([...kept.keys()]).toEqual(before.filter((name) => !name.startsWith('run/lost/')));
});
