import { expect, test } from 'vitest';
import type { KeptRun } from '../keep/kept-runs';
import { cards } from '../methods/cards';
import { defaultExperiment } from '../spec/experiment';
import { curvesFor, differing, figureOf, metricsOf, sidesOf, sorted } from './compare';

const run = (id: string, outcomes: KeptRun['outcomes']): KeptRun => ({ id, link: '', name: id, note: '', pinned: false, finishedAtMs: 0, elapsedMs: 0, proof: { provider: 'wasm', fingerprint: '', marks: [] }, outcomes, lights: [] });
const runs = [run('x', [{ arm: 'a', seed: 1, metric: 'm', value: 3 }, { arm: 'a', seed: 2, metric: 'm', value: 5 }, { arm: 'b', seed: 1, metric: 'm', value: 9 }]), run('y', [{ arm: 'a', seed: 1, metric: 'm', value: 1 }, { arm: 'a', seed: 1, metric: 'n', value: 7 }])];
const sides = sidesOf(runs, () => undefined);

test('figures are medians over seeds, and sort either way with the missing last', () => {
  expect(sides.map(({ key }) => key)).toEqual(['x/a', 'x/b', 'y/a']);
  expect(sides.map((s) => figureOf(s, 'm'))).toEqual([4, 9, 1]);
  expect(metricsOf(runs)).toEqual(['m', 'n']);
  expect(sorted(sides, 'm', true).map(({ key }) => key)).toEqual(['x/b', 'x/a', 'y/a']);
  expect(sorted(sides, 'n', false).map(({ key }) => key)).toEqual(['y/a', 'x/a', 'x/b']);
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
test('curves are medians over seeds where all seeds have a point; by share they end at 100', () => {
  const curve = (seed: number, steps: readonly number[], values: readonly number[]) => ({ arm: 'a', seed, metric: 'loss', steps: Float64Array.from(steps), values: Float64Array.from(values) });
  const found = curvesFor(sides, { x: [curve(1, [0, 10, 20], [4, 2, 1]), curve(2, [0, 10], [6, 4])], y: [curve(1, [0, 40], [3, Number.NaN])] }, 'loss', 'share');
  expect(found.map(({ arm, x, y }) => [arm, [...x], [...y]])).toEqual([['x/a', [0, 100], [5, 3]], ['y/a', [0], [3]]]);
});
