import { expect, test } from 'vitest';
import type { KeptRun } from '../keep/kept-runs';
import { cards } from '../methods/cards';
import { defaultExperiment } from '../spec/experiment';
import { chartRows } from './chart-rows';
import { chosenColours, curvesFor, differing, figureOf, metricsOf, recoloured, sidesOf, sorted, sortedRuns, withoutAxis } from './compare';

const run = (id: string, outcomes: KeptRun['outcomes']): KeptRun => ({ id, link: '', name: id, note: '', pinned: false, finishedAtMs: 0, elapsedMs: 0, proof: { provider: 'wasm', fingerprint: '', marks: [] }, outcomes, lights: [], colours: {} });
const runs = [run('x', [{ arm: 'a', seed: 1, metric: 'm', value: 3 }, { arm: 'a', seed: 2, metric: 'm', value: 5 }, { arm: 'b', seed: 1, metric: 'm', value: 9 }]), run('y', [{ arm: 'a', seed: 1, metric: 'm', value: 1 }, { arm: 'a', seed: 1, metric: 'n', value: 7 }])];
const sides = sidesOf(runs, () => undefined);

test('figures are medians over seeds, and sort either way with the missing last', () => {
  expect(sides.map(({ key }) => key)).toEqual(['x/a', 'x/b', 'y/a']);
  expect(sides.map((s) => figureOf(s, 'm'))).toEqual([4, 9, 1]);
  expect(metricsOf(runs)).toEqual(['m', 'n']);
  expect(sorted(sides, 'm', true).map(({ key }) => key)).toEqual(['x/b', 'x/a', 'y/a']);
  expect(sorted(sides, 'n', false).map(({ key }) => key)).toEqual(['y/a', 'x/a', 'x/b']);
});
test('kept runs stand in the order of a column, numbers in names as numbers, and among equals the newest first', () => {
  const light = (holds: boolean) => ({ id: 'frozen', arm: 'a', seed: 1, holds, detail: '' });
  const kept = [{ ...run('a', []), name: 'run 10', finishedAtMs: 1 }, { ...run('b', []), name: 'run 9', finishedAtMs: 2, lights: [light(false), light(true)] }, { ...run('c', []), name: 'run 9', finishedAtMs: 3, lights: [light(true)] }];
  const by = (column: Parameters<typeof sortedRuns>[1], descending = false) => sortedRuns(kept, column, descending, ({ id }) => (id === 'c' ? { ...defaultExperiment(cards.winner!), seed: 4 } : undefined)).map(({ id }) => id);
  expect(by('when', true)).toEqual(['c', 'b', 'a']);
  expect(by('name')).toEqual(['c', 'b', 'a']);
  expect(by('name', true)).toEqual(['a', 'c', 'b']);
  expect(by('lights'), 'what is off first').toEqual(['b', 'c', 'a']);
  expect(by('seeds', true), 'an experiment of another version last').toEqual(['c', 'b', 'a']);
});
test('what differs between experiments is named by the knobs\' labels, and what is alike is left out', () => {
  const card = cards.winner!;
  const base = defaultExperiment(card);
  const rows = differing([base, { ...base, knobs: { ...base.knobs, hidden: 16 }, seeds: 3 }], cards);
  expect(rows.map(({ label }) => label)).toEqual([card.knobs.hidden!.label, 'Seeds']);
  expect(rows[0]!.values).toEqual([String(base.knobs.hidden), '16']);
  expect(rows[1]!.values).toEqual(['1', '1 to 3']);
  expect(differing([base, base], cards)).toEqual([]);
});
const curve = (seed: number, steps: readonly number[], values: readonly number[]) => ({ arm: 'a', seed, metric: 'loss', steps: Float64Array.from(steps), values: Float64Array.from(values), timesMs: Float32Array.from(steps, (s) => 1000 * seed * s), examples: Float32Array.from(steps, (s) => (seed === 3 ? NaN : 32 * s)) });
const drawn = (found: ReturnType<typeof curvesFor>) => found.map(({ arm, seed, steps, values }) => [arm, seed, [...steps], [...values]]);
test('curves have the steps that all seeds have; by share they end at 100', () => {
  const found = curvesFor(sides, { x: [curve(1, [0, 10, 20], [4, 2, 1]), curve(2, [0, 5, 10], [6, 9, 4])], y: [curve(1, [0, 40], [3, Number.NaN])] }, 'loss', 'share');
  expect(drawn(found)).toEqual([['x/a', 1, [0, 100], [4, 2]], ['x/a', 2, [0, 100], [6, 4]], ['y/a', 1, [0, 100], [3, NaN]]]);
  expect(chartRows(found, ['x/a', 'y/a'], { buckets: 9, smoothing: 1 })).toEqual([{ step: 0, 'x/a': 5, 'x/a:band': [4, 6], 'y/a': 3 }, { step: 100, 'x/a': 3, 'x/a:band': [2, 4] }]);
});
test('by time and by examples, a point stands where the median over seeds of its step is', () => {
  const curves = { x: [curve(1, [0, 10, 20], [4, 2, 1]), curve(2, [0, 10, 20], [6, 4, 3])] };
  expect(drawn(curvesFor(sides, curves, 'loss', 'time'))).toEqual([['x/a', 1, [0, 15, 30], [4, 2, 1]], ['x/a', 2, [0, 15, 30], [6, 4, 3]]]);
  expect(curvesFor(sides, curves, 'loss', 'examples').map(({ steps }) => [...steps])).toEqual([[0, 320, 640], [0, 320, 640]]);
});
test('seeds that share no step, or whose steps do not ascend, make no curve and no endless loop', () => {
  expect(curvesFor(sides, { x: [curve(1, [0, 2], [1, 1]), curve(2, [1, 3], [1, 1])] }, 'loss', 'step')).toEqual([]);
  expect(curvesFor(sides, { x: [curve(1, [5, NaN, 1], [1, 1, 1]), curve(2, [1, 5, NaN], [1, 1, 1])] }, 'loss', 'step').length).toBeLessThanOrEqual(2);
});
test('a side whose examples nobody counted is named, and not drawn', () => {
  const curves = { x: [curve(1, [0, 1], [4, 2])], y: [curve(3, [0, 1], [4, 2])] };
  expect(curvesFor(sides, curves, 'loss', 'examples').map(({ arm }) => arm)).toEqual(['x/a']);
  expect(withoutAxis(sides, curves, 'loss', 'examples').map(({ key }) => key)).toEqual(['y/a']);
  expect(withoutAxis(sides, curves, 'loss', 'time')).toEqual([]);
});
test('a colour is chosen for one arm of one run, and let go again', () => {
  const red = { ...runs[0]!, colours: recoloured(runs[0]!, 'b', 3) };
  expect(chosenColours(sidesOf([red, runs[1]!], () => undefined))).toEqual({ 'x/b': 3 });
  expect(recoloured(red, 'b', undefined)).toEqual({});
});
