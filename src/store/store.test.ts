import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { defineCard } from '../spec/card';
import { defaultExperiment } from '../spec/experiment';
import { choice, float } from '../spec/knobs';
import type { RunEvent } from '../spec/messages';
import type { RunResult } from '../spec/result';
import { claimExperiments } from '../spec/claim';
import { addEvidence, claimCsv, claimRunsLeft, judgeAll } from './evidence';
import { takeFile } from './files';
import { compareProofs } from './proof';
import { applyEvent, startRun } from './run';
import { readSaved, writeSaved } from './saved';
import { shareHash } from './shell';
import { storeWithWorker } from './testing/test-worker';

const card = defineCard({
  id: 'demo', title: 'Demo', family: 'noise', source: { title: 't', authors: 'a', year: 2025 }, claim: '',
  knobs: { rate: float({ label: 'Rate', min: 0, max: 1, default: 0.5 }), signal: choice({ label: 'Signal', options: { low: 'Low', high: 'High' }, default: 'low' }) },
  arms: { one: { label: 'One', says: '', role: 'method' }, two: { label: 'Two', says: '', role: 'baseline' } },
  charts: [], pictures: { p: { title: 'P', says: '' } }, invariants: {}, accepts: ['wav'],
  asks: { preview: { title: '', says: '', needsRun: false, knobs: { s: float({ label: 'S', min: 0, max: 1, default: 0 }) } } },
  claimCheck: [
    { says: 'better', left: { arm: 'one', metric: 'm' }, right: { arm: 'two', metric: 'm' }, statistic: 'median-of-differences', comparison: '>', bound: 0 },
    { says: 'small', left: { arm: 'one', metric: 'm' }, right: 9, statistic: 'median-of-differences', comparison: '<', bound: 0, setting: { signal: 'high' } },
  ],
});
const cards = { demo: card };
const result = (marks: readonly number[] = [1]): RunResult => ({ outcomes: [1, 2, 3].flatMap((seed) => [{ arm: 'one', seed, metric: 'm', value: 2 }, { arm: 'two', seed, metric: 'm', value: 1 }]), lights: [], proof: { provider: 'wasm', fingerprint: '0123456789abcdef', marks }, elapsedMs: 5 });

const setUp = () => storeWithWorker(cards);
beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('a run goes from starting to finished, and its points, pictures and lights are kept', () => {
  let run = startRun('r', defaultExperiment(card));
  const feed = (event: RunEvent): void => void (run = applyEvent(run, event as Parameters<typeof applyEvent>[1]));
  feed({ type: 'metrics', runId: 'r', batch: [{ arm: 'one', seed: 1, metric: 'm', steps: Float64Array.of(0), values: Float64Array.of(3), timesMs: Float32Array.of(NaN), examples: Float32Array.of(NaN) }] });
  expect([run.status, run.seriesVersion]).toEqual(['running', 1]);
  feed({ type: 'picture', runId: 'r', id: 'p', seed: 1, picture: { kind: 'table', columns: [], rows: [] } });
  feed({ type: 'light', runId: 'r', light: { id: 'l', seed: 1, holds: true, detail: '' } });
  feed({ type: 'failed', runId: 'r', problem: { kind: 'numerics', message: 'The loss became NaN at step 1.' } });
  expect([run.status, run.problem?.message, run.book.byMetric.get('m')?.[0]?.length, Object.keys(run.pictures), Object.keys(run.lights).length]).toEqual(['failed', 'The loss became NaN at step 1.', 1, ['p'], 1]);
  const after = run;
  feed({ type: 'finished', runId: 'r', result: result() });
  expect(run, 'an ended run hears nothing more').toBe(after);
});
test('knobs refuse what the card refuses, arms stay in order, and the last one stays on', () => {
  const { app } = setUp();
  const before = app().experiment;
  app().knobTurned('rate', 7);
  app().knobTurned('nobody', 0.1);
  expect(app().experiment).toBe(before);
  app().knobTurned('rate', 0.25);
  app().armToggled('one', false);
  app().armToggled('two', false);
  expect([app().experiment?.knobs.rate, app().experiment?.arms]).toEqual([0.25, ['two']]);
  app().armToggled('one', true);
  expect(app().experiment?.arms).toEqual(['one', 'two']);
});
test('a bad link says why and leaves the experiment as it was; a good one replaces it', () => {
  const { app } = setUp();
  const before = app().experiment;
  for (const bad of ['#nobody', '#demo?v=9', `#demo?${'x'.repeat(5000)}`, '#demo?v=1&seed=%E0%A4%A']) expect(app().linkOpened(bad)).toBe(false);
  expect(app().experiment).toBe(before);
  expect(app().notices.length).toBe(4);
  expect(app().linkOpened('#demo?v=1&seed=4&k.rate=0.1&k.lost=3')).toBe(true);
  expect([app().experiment?.seed, app().experiment?.knobs.rate, app().notices.at(-1)?.text]).toEqual([4, 0.1, 'Unknown knob "lost" was dropped.']);
});
test('a worker that dies fails the run, keeps what was shown, and is replaced', () => {
  const { app, worker, workers } = setUp();
  app().runPressed();
  const runId = app().run!.id;
  worker().say({ type: 'metrics', runId, batch: [{ arm: 'one', seed: 1, metric: 'm', steps: Float64Array.of(0), values: Float64Array.of(3), timesMs: Float32Array.of(NaN), examples: Float32Array.of(NaN) }] });
  worker().onerror?.({ message: 'out of memory' } as ErrorEvent);
  expect([app().run?.status, app().run?.book.byMetric.get('m')?.[0]?.length, workers.length, workers[0]!.terminated]).toEqual(['failed', 1, 2, true]);
  expect(app().run?.problem?.message).toContain('out of memory');
  app().runPressed();
  expect(worker().heard.map((c) => c.type)).toEqual(['warmUp', 'run']);
});
test('a silent worker is asked for a sign of life, then given up', () => {
  const { app, worker, workers } = setUp();
  app().runPressed();
  vi.advanceTimersByTime(8_000);
  expect(worker().heard.map((c) => c.type)).toEqual(['warmUp', 'run', 'warmUp']);
  worker().say({ type: 'ready', facts: { webgpu: { available: false, adapter: '', software: false, build: 'none' }, wasm: { threads: 1, crossOriginIsolated: false } } });
  vi.advanceTimersByTime(38_000);
  expect(app().run?.status).toBe('starting');
  vi.advanceTimersByTime(10_000);
  expect([app().run?.status, workers.length]).toEqual(['failed', 2]);
});
test('a stop that is not answered within five seconds ends the worker', () => {
  const { app, workers } = setUp();
  app().runPressed();
  app().stopPressed();
  expect(app().run?.status).toBe('stopping');
  vi.advanceTimersByTime(5_100);
  expect([app().run?.status, workers.length]).toEqual(['stopped', 2]);
});
test('a stop that is answered ends the run and not the worker', () => {
  const { app, worker, workers } = setUp();
  app().runPressed();
  app().stopPressed();
  worker().say({ type: 'failed', runId: app().run!.id, problem: { kind: 'stopped', message: 'Stopped by the user.' } });
  vi.advanceTimersByTime(9_000);
  expect([app().run?.status, workers.length]).toEqual(['stopped', 1]);
});
test('previews follow the knobs, one at a time, and stale answers are not shown', () => {
  const { app, worker } = setUp();
  const asks = () => worker().heard.filter((c) => c.type === 'ask');
  app().askTurned('preview', 's', 0.1);
  app().askTurned('preview', 's', 0.2);
  vi.advanceTimersByTime(200);
  expect(asks().map((a) => a.values)).toEqual([{ s: 0.2 }]);
  app().askTurned('preview', 's', 0.3);
  vi.advanceTimersByTime(200);
  expect(asks().length).toBe(1);
  worker().say({ type: 'answer', askId: asks()[0]!.askId, ask: 'preview', answer: { pictures: { p: { kind: 'table', columns: ['old'], rows: [] } } } });
  expect(asks().map((a) => a.values)).toEqual([{ s: 0.2 }, { s: 0.3 }]);
  worker().say({ type: 'answer', askId: 'ask-0', ask: 'preview', answer: {} });
  expect(Object.keys(app().asks.preview!.pictures)).toEqual(['p']);
});
test('a claim check runs each setting once, with the arms it compares, and judges what came', () => {
  const experiments = claimExperiments(card, 5, defaultExperiment(card));
  expect(experiments.map((e) => [e.knobs.signal, e.arms, e.seeds])).toEqual([['low', ['one', 'two'], 5], ['high', ['one'], 5]]);
  const { app, worker } = setUp();
  app().claimCheckPressed(3);
  worker().say({ type: 'finished', runId: app().run!.id, result: result() });
  expect([app().run?.experiment.knobs.signal, app().run?.status]).toEqual(['high', 'starting']);
  worker().say({ type: 'finished', runId: app().run!.id, result: result() });
  expect(judgeAll(card, app().evidence).map((j) => j.finding?.verdict)).toEqual(['holds', 'holds']);
  expect(app().experiment?.knobs.signal).toBe('low');
});
test('a claim check goes on with the runs that are missing; what a run says seed by seed is at hand before it ends', () => {
  const base = defaultExperiment(card);
  const seeds = [1, 2, 3];
  const [low, high] = claimExperiments(card, 3, base);
  const book = addEvidence({}, low!, ['one', 'two'].flatMap((arm) => seeds.map((seed) => ({ arm, seed, metric: 'm', value: seed }))));
  expect(claimRunsLeft(card, 3, base, book)).toEqual({ runs: [high], of: 2 });
  expect(claimRunsLeft(card, 4, base, book).runs.length).toBe(2);
  expect(claimRunsLeft(card, 3, base, addEvidence(book, high!, seeds.map((seed) => ({ arm: 'one', seed, metric: 'm', value: 1 })))).runs.length).toBe(2);
  const { app, worker } = setUp();
  app().runPressed();
  worker().say({ type: 'outcomes', runId: app().run!.id, outcomes: result().outcomes });
  expect([app().run?.status, app().run?.outcomes]).toEqual(['starting', result().outcomes]);
  const rows = claimCsv(judgeAll(card, addEvidence({}, app().run!.experiment, app().run!.outcomes))).trim().split('\n');
  expect(rows[0]).toBe('statement,seed,left,right,difference,bound,seed says,statistic,verdict');
  expect(rows.length).toBeGreaterThan(3);
});
test('fewer seeds never replace more, arm by arm, and dropped files prove nothing', () => {
  const experiment = defaultExperiment(card);
  const full = addEvidence({}, experiment, result().outcomes);
  const again = addEvidence(full, experiment, [{ arm: 'one', seed: 1, metric: 'm', value: -5 }]);
  expect(judgeAll(card, again)[0]?.finding?.verdict).toBe('holds');
  expect(addEvidence({}, { ...experiment, files: [{ name: 'a', sizeBytes: 1, sha256: '' }] }, result().outcomes)).toEqual({});
});
test('proofs: the same bits, other bits on WASM, and a difference where bits need not agree', () => {
  const proof = result([1, 2]).proof;
  expect(compareProofs(proof, proof).kind).toBe('same bits');
  expect(compareProofs(proof, { ...proof, fingerprint: 'f'.repeat(16), marks: [1, 2.2] })).toMatchObject({ kind: 'different bits' });
  const other = compareProofs(proof, { provider: 'webgpu', fingerprint: 'f'.repeat(16), marks: [1, 2.5] });
  expect([other.kind, other.largestRelativeDifference]).toEqual(['compared', 0.2]);
  expect(compareProofs(proof, { provider: 'webgpu', fingerprint: 'f'.repeat(16), marks: [1] }).kind).toBe('incomparable');
  expect(compareProofs({ ...proof, marks: [0] }, { ...proof, provider: 'webgpu', marks: [0] }).largestRelativeDifference).toBe(0);
});
test('a shared link carries the proof of a finished run and the provider that made it; opening it compares', () => {
  const { app, worker } = setUp();
  app().runPressed();
  worker().say({ type: 'finished', runId: app().run!.id, result: result() });
  const hash = shareHash(app());
  expect(hash).toContain('backend=wasm');
  expect(hash).toContain('proof=');
  app().knobTurned('rate', 0.1);
  expect(shareHash(app())).not.toContain('proof=');
  expect(app().linkOpened(hash)).toBe(true);
  app().runPressed();
  worker().say({ type: 'finished', runId: app().run!.id, result: result() });
  expect(app().agreement?.kind).toBe('same bits');
});
test('files are refused at the door with what was expected and what came', async () => {
  const file = (name: string, bytes: readonly number[], size = bytes.length) => ({ name, size, arrayBuffer: () => Promise.resolve(Uint8Array.from(bytes).buffer) });
  const wav = [...'RIFF....WAVEfmt '].map((c) => c.charCodeAt(0));
  await expect(takeFile(file('a.wav', []), card)).rejects.toThrow(/empty/);
  await expect(takeFile(file('a.wav', [1, 2, 3, 4]), card)).rejects.toThrow(/expected WAV, but its first bytes are 01 02 03 04/);
  await expect(takeFile(file('a.wav', wav, 2 ** 30), card)).rejects.toThrow(/at most 256 MiB/);
  await expect(takeFile(file('a.wav', wav), { ...card, accepts: [] })).rejects.toThrow(/takes no files/);
  expect((await takeFile(file('a.wav', wav), card)).ref).toMatchObject({ name: 'a.wav', sizeBytes: 16 });
});
test('an experiment survives its file; other files are refused in words', () => {
  const experiment = { ...defaultExperiment(card), seed: 9, knobs: { rate: 0.125, signal: 'high' } };
  expect(readSaved('x.json', writeSaved(card, experiment), cards).experiment).toEqual(experiment);
  expect(readSaved('x.json', JSON.stringify(experiment), cards).experiment).toEqual(experiment);
  expect(() => readSaved('x.json', '{', cards)).toThrow(/not valid JSON/);
  expect(() => readSaved('x.json', '[1]', cards)).toThrow(/holds no object/);
  expect(() => readSaved('x.json', '{"a":1}', cards)).toThrow(/neither a link nor a method/);
  expect(() => readSaved('x.json', ' '.repeat(20_000), cards)).toThrow(/characters long/);
});
