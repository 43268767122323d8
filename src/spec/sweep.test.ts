import { expect, test } from 'vitest';
import { defineCard } from './card';
import { defaultExperiment } from './experiment';
import { choice, int, logFloat, toggle } from './knobs';
import { axisText, parseAxis, planSweep, readSweep, sweepLimits, writeSweep, type Sweep } from './sweep';

const card = defineCard({
  id: 'demo', title: 'Demo', family: 'noise', claim: '',
  knobs: {
    rate: logFloat({ label: 'Rate', min: 1e-5, max: 1, default: 1e-3 }),
    width: int({ label: 'Width', min: 1, max: 64, default: 8 }),
    kind: choice({ label: 'Kind', options: { a: 'A', b: 'B' }, default: 'a' }),
    on: toggle({ label: 'On', default: false }),
  },
  arms: { one: { label: 'One', says: '', role: 'method' } }, charts: [], pictures: {}, invariants: {}, claimCheck: [],
});
const base = { ...defaultExperiment(card), seed: 101, seeds: 2 };
const plan = (axes: readonly string[], random?: Sweep['random']) => planSweep(card, { base, axes: axes.map((text) => parseAxis(card, text)), ...(random && { random }) });

test('a grid holds every combination once, the last knob turning fastest, and changes nothing else', () => {
  const points = plan(['kind=a,b', 'width=4,8', 'on=true,false']);
  expect(points.map((p) => Object.values(p.knobs).join())).toEqual(['a,4,true', 'a,4,false', 'a,8,true', 'a,8,false', 'b,4,true', 'b,4,false', 'b,8,true', 'b,8,false']);
  expect(points[3]!.experiment).toEqual({ ...base, knobs: { rate: 1e-3, width: 8, kind: 'a', on: false } });
});
test('a range is cut at equal ratios or equal distances, its ends exact, whole where the knob is', () => {
  expect(plan(['rate=log:0.0001:0.1:4']).map((p) => p.knobs.rate)).toEqual([1e-4, 1e-3, 1e-2, 0.1]);
  expect(plan(['width=lin:1:64:4']).map((p) => p.knobs.width)).toEqual([1, 22, 43, 64]);
  expect(plan(['width=lin:1:2:5']).map((p) => p.knobs.width)).toEqual([1, 2]); // rounded to the same number, it is one point
});
test('a random search draws the same points for the same seed, within the range and over all of it', () => {
  const points = plan(['rate=log:0.0001:0.1:2', 'kind=a,b'], { points: 200, seed: 7 });
  expect(plan(['rate=log:0.0001:0.1:2', 'kind=a,b'], { points: 200, seed: 7 })).toEqual(points);
  expect(plan(['rate=log:0.0001:0.1:2', 'kind=a,b'], { points: 200, seed: 8 })).not.toEqual(points);
  const rates = points.map((p) => Number(p.knobs.rate));
  expect(Math.min(...rates)).toBeGreaterThanOrEqual(1e-4);
  expect(Math.max(...rates)).toBeLessThanOrEqual(0.1);
  // Log-uniform: a third of the draws in each decade; 200 draws miss a third by more than 0.12 in fewer than one in 2,000 searches.
  for (const decade of [1e-4, 1e-3, 1e-2]) expect(Math.abs(rates.filter((r) => r >= decade && r < 10 * decade).length / 200 - 1 / 3)).toBeLessThan(0.12);
  expect(new Set(points.map((p) => p.knobs.kind))).toEqual(new Set(['a', 'b']));
});
test.each([
  [['depth=1,2'], 'names none of'],
  [['width=4,8.5'], 'width must be a whole number'],
  [['width=0,4'], 'from 1 to 64'],
  [['kind=a,c'], 'one of a, b'],
  [['kind=lin:1:2:2'], 'has no range'],
  [['rate=log:0.1:0.01:3'], 'a smaller number to a larger'],
  [['rate=log:0.1'], 'log:FROM:TO:COUNT'],
  [['width=lin:1:64:64', 'rate=log:0.001:1:20'], 'would have 1280'],
  [['width=4', 'width=8'], 'varied twice'],
  [[], '1 to 8 knobs'],
])('%j is refused', (axes, problem) => expect(() => plan(axes)).toThrow(problem));

test('a sweep survives its link: every kind of axis, at random too', () => {
  for (const axes of [['rate=log:0.0001:0.1:4', 'kind=a,b'], ['width=lin:1:64:4', 'on=true,false'], ['rate=0.001,0.01']]) {
    const sweep: Sweep = { base, axes: axes.map((text) => parseAxis(card, text)) };
    for (const one of [sweep, { ...sweep, random: { points: 7, seed: 3 } }]) expect(readSweep(writeSweep(card, one), { demo: card })).toEqual({ sweep: one, notes: [] });
    expect(sweep.axes.map(axisText)).toEqual(axes);
  }
});
test('a hostile link is refused in words, or loses what is unknown with a note', () => {
  const read = (query: string) => readSweep(`#sweep?${query}`, { demo: card });
  const of = `of=${encodeURIComponent('demo?v=1')}`;
  expect(() => read('vary=width%3D4')).toThrow('of which experiment');
  expect(() => read(`${of}&vary=width%3D400`)).toThrow('1 to 64');
  expect(() => read(`${of}&vary=__proto__%3D4`)).toThrow('names none of');
  expect(() => read(`${of}&vary=%E0%A4%A`)).toThrow('damaged');
  expect(() => read(`${of}&vary=width%3D4&random=1e3`)).toThrow('whole number');
  expect(() => read(`${of}&vary=width%3Dlin:1:64:64&vary=rate%3Dlog:0.0001:0.1:100`)).toThrow(String(sweepLimits.points));
  expect(() => read(`${of}&vary=${'x'.repeat(9000)}`)).toThrow('characters long');
  expect(read(`${of}&vary=width%3D4&evil=1`).notes).toEqual(['Unknown field "evil" was dropped.']);
});
