import { expect, test, vi } from 'vitest';
import { memoryBlobs } from '../keep/blobs';
import { keptSweeps, runOfPoint } from '../keep/kept-sweeps';
import { defineCard } from '../spec/card';
import { choice, int, logFloat, toggle } from '../spec/knobs';
import type { Command } from '../spec/messages';
import { readSweep } from '../spec/sweep';
import { createAppStore } from './app';
import { axisFor, readDraft } from './sweep-draft';
import { bestSoFar, cellsOf, lessIsBetter, lookable, passes, rowsOf, sortedRows, sweepCsv } from './sweep-results';
import { TestWorker } from './testing/test-worker';
import { createWorkerClient } from './worker-client';

const card = defineCard({
  id: 'demo', title: 'Demo', family: 'noise', claim: '',
  knobs: {
    rate: logFloat({ label: 'Rate', min: 1e-5, max: 1, default: 1e-3 }), width: int({ label: 'Width', min: 1, max: 64, default: 8 }),
    kind: choice({ label: 'Kind', options: { a: 'A', b: 'B' }, default: 'a' }), on: toggle({ label: 'On', default: false }),
  },
  arms: { one: { label: 'One', says: '', role: 'method' } }, charts: [], pictures: {}, invariants: {}, claimCheck: [],
});
/** A page with workers of a test's own: the first is the experiment's. */
function page(blobs = memoryBlobs(), tab = new Map<string, string>()) {
  const workers: TestWorker[] = [];
  const client = () => createWorkerClient(() => {
    const worker = new TestWorker();
    workers.push(worker);
    return worker;
  });
  const sweepTab = { get: () => tab.get('at'), set: (id: string | undefined) => void (id === undefined ? tab.delete('at') : tab.set('at', id)) };
  const store = createAppStore({ cards: { demo: card }, worker: client(), anotherWorker: client, blobs, sweepTab });
  const app = store.getState;
  const runs = (worker: TestWorker): Extract<Command, { type: 'run' }>[] => worker.heard.filter((c) => c.type === 'run');
  const finish = (worker: TestWorker, value: number): void => {
    const { runId } = runs(worker).at(-1)!;
    worker.say({ type: 'finished', runId, result: { outcomes: [{ arm: 'one', seed: 1, metric: 'loss', value }], lights: [], proof: { provider: 'wasm', fingerprint: `f${value}`, marks: [] }, elapsedMs: 10 } });
  };
  return { store, app, workers, runs, finish, blobs, tab };
}
const begin = async (p: ReturnType<typeof page>, jobs: number): Promise<void> => {
  p.app().draftChanged({ method: 'demo', jobs, axes: [{ knob: 'width', form: 'list', list: '4, 8, 16', from: '', to: '', count: '' }] });
  p.app().sweepStarted();
  await vi.waitFor(() => expect(p.workers.length).toBe(jobs));
};

test('points run side by side, each once, in a worker of their own; their results are kept, and the workers end', async () => {
  const p = page();
  await begin(p, 2);
  const [a, b] = [p.workers[0]!, p.workers[1]!];
  expect([a, b].map((w) => p.runs(w)[0]!.experiment.knobs.width)).toEqual([4, 8]);
  expect(p.runs(a)[0]!.experiment.backend).toBe('wasm');
  p.finish(b, 0.8);
  expect(p.runs(b)[1]!.experiment.knobs.width).toBe(16);
  p.finish(a, 0.4);
  p.finish(b, 1.6);
  expect(p.app().shownSweep).toMatchObject({ status: 'finished' });
  expect(p.app().shownSweep!.results.map((r) => r?.outcomes[0]!.value)).toEqual([0.4, 0.8, 1.6]);
  expect([a.terminated, b.terminated]).toEqual([true, true]);
  await vi.waitFor(async () => expect((await keptSweeps(p.blobs)).sweeps).toMatchObject([{ done: 3, points: 3 }]));
});
test('pausing holds what runs and sends nothing new; going on takes up both', async () => {
  const p = page();
  await begin(p, 1);
  const w = p.workers[0]!;
  p.app().sweepPaused();
  expect(w.heard.at(-1)).toEqual({ type: 'pause', runId: p.runs(w)[0]!.runId });
  p.finish(w, 1);
  expect(p.runs(w).length).toBe(1);
  p.app().sweepResumed();
  expect(p.runs(w).length).toBe(2);
});
test('a point whose worker dies is tried again under its own name, and failed at last; one that is refused fails at once; both stay in the table', async () => {
  const p = page();
  await begin(p, 1);
  const names: string[] = [];
  for (let i = 0; i < 3; i++) {
    const w = p.workers.at(-1)!;
    names.push(p.runs(w).at(-1)!.runId);
    w.onerror?.({ message: 'boom' } as ErrorEvent);
  }
  expect(new Set(names).size).toBe(1);
  expect(p.app().shownSweep!.results[0]!.problem).toContain('boom');
  const w = p.workers.at(-1)!;
  w.say({ type: 'failed', runId: p.runs(w).at(-1)!.runId, problem: { kind: 'numerics', message: 'diverged' } });
  expect(p.app().shownSweep!.results[1]!.problem).toBe('diverged');
  expect(sweepCsv(card, p.app().shownSweep!.points, p.app().shownSweep!.results).split('\n').length).toBe(5);
});
test('after a reload the tab goes on with its sweep: what has ended is not run again, and the point that was cut off keeps its name', async () => {
  const first = page();
  await begin(first, 1);
  first.finish(first.workers[0]!, 0.5);
  await vi.waitFor(async () => expect((await keptSweeps(first.blobs)).sweeps[0]?.done).toBe(1));
  const second = page(first.blobs, first.tab);
  await second.app().sweepsLooked();
  await vi.waitFor(() => expect(second.workers.length).toBeGreaterThan(0));
  const w = second.workers[0]!;
  const { id } = second.app().shownSweep!.head;
  expect(second.runs(w)[0]).toMatchObject({ runId: runOfPoint(id, 1), experiment: { knobs: { width: 8 } } });
  expect(second.app().shownSweep!.results[0]!.outcomes[0]!.value).toBe(0.5);
});
test('stopping ends the workers and keeps what came; it can go on; a running sweep is neither closed nor replaced', async () => {
  const p = page();
  await begin(p, 1);
  p.app().sweepClosed();
  p.app().sweepStarted();
  expect(p.app().notices.at(-1)!.text).toContain('A sweep is running');
  expect([p.app().shownSweep?.status, p.workers.length]).toEqual(['running', 1]);
  p.finish(p.workers[0]!, 0.5);
  p.app().sweepStopped();
  expect(p.app().shownSweep).toMatchObject({ status: 'stopped' });
  await vi.waitFor(() => expect(p.app().keptSweeps[0]?.done).toBe(1));
  await p.app().sweepOpened(p.app().shownSweep!.head.id, true);
  expect(p.app().shownSweep).toMatchObject({ status: 'running' });
  p.app().sweepStopped();
  await p.app().sweepForgotten(p.app().shownSweep!.head.id);
  expect([p.app().keptSweeps, p.app().shownSweep]).toEqual([[], undefined]);
});
test('a point becomes the experiment on the page, and a sweep\'s link its plan', async () => {
  const p = page();
  await begin(p, 1);
  const link = p.app().sweepLink()!;
  p.app().pointOpened(2);
  expect(p.app().experiment!.knobs.width).toBe(16);
  const q = page();
  expect(q.app().sweepLinkOpened(link)).toBe(true);
  expect(readDraft(card, q.app().experiment!, q.app().draft)).toEqual(readSweep(link, { demo: card }).sweep);
  expect(q.app().sweepLinkOpened('#sweep?of=demo&vary=width%3D1000')).toBe(false);
  expect(q.app().notices.at(-1)!.text).toContain('1 to 64');
});
test('a knob begins to vary round its value, within its range; all options of one that is no number', () => {
  const at = { knobs: { rate: 1e-5, width: 1, kind: 'a', on: false } };
  expect(axisFor(card, at, 'rate')).toMatchObject({ form: 'log', from: '0.00001', to: '0.0001' });
  expect(axisFor(card, at, 'width')).toMatchObject({ form: 'lin', from: '1', to: '2' });
  expect(axisFor(card, at, 'kind').list).toBe('a,b');
  expect(axisFor(card, at, 'on').list).toBe('false,true');
});

const point = (width: number, kind: string) => ({ knobs: { width, kind }, experiment: undefined as never });
const result = (...values: number[]) => ({ outcomes: values.map((value, i) => ({ arm: 'one', seed: i + 1, metric: 'loss', value })), lightsOff: 0, fingerprint: '', elapsedMs: 1 });
const points = [point(4, 'a'), point(8, 'a'), point(4, 'b'), point(8, 'b')];
const results = [result(3, 1, 2), result(1), undefined, { ...result(), problem: 'no, "it" failed' }];
const rows = rowsOf(points, results, { arm: 'one', metric: 'loss' });
test('the views agree: medians over seeds, the best so far, cells of two knobs, sorting with the missing last, filters', () => {
  expect(lookable(results)).toEqual([{ arm: 'one', metric: 'loss' }]);
  expect(rows[0]!.figure).toEqual({ median: 2, least: 1, most: 3, count: 3 });
  expect(bestSoFar(rows, true)).toEqual([{ at: 0, value: 2, best: 2 }, { at: 1, value: 1, best: 1 }]);
  expect(bestSoFar(rows, false).map((f) => f.best)).toEqual([2, 2]);
  expect(cellsOf(rows, 'width', 'kind', true)).toEqual([[{ x: 4, y: 'a', at: [0], value: 2 }, { x: 8, y: 'a', at: [1], value: 1 }], [{ x: 4, y: 'b', at: [] }, { x: 8, y: 'b', at: [] }]]);
  expect(sortedRows(rows, 'figure', false).map((r) => r.at)).toEqual([1, 0, 2, 3]);
  expect(sortedRows(rows, { knob: 'width' }, true).map((r) => r.at)).toEqual([1, 3, 0, 2]);
  expect(rows.map((row) => passes(row, { width: { from: 5 }, kind: { only: ['a'] } }))).toEqual([false, true, false, false]);
  expect(rows.map((row) => passes(row, { figure: { to: 1.5 } }))).toEqual([false, true, false, false]);
  expect(sweepCsv(card, points, results).split('\n')[4]).toBe('4,8,b,"no, ""it"" failed",,,');
});
test('losses are better low, accuracies high', () => {
  expect(['test/loss', 'word-error', 'accuracy', 'psnr'].map(lessIsBetter)).toEqual([true, true, false, false]);
});
