/** What every method promises, tested on each without naming any: a new folder is covered the moment it exists. */
import { readFile } from 'node:fs/promises';
import { afterAll, describe, expect, test } from 'vitest';
import { testLab, type TestLab } from '../lab/testing';
import { createWasmExecutor } from '../runtime/wasm';
import { defaultExperiment } from '../spec/experiment';
import { checkKnob, readKnobs } from '../spec/knobs';
import { readLink, writeLink } from '../spec/link';
import { loadMethod, methodIds } from '.';
import { cards } from './cards';

const wasm = await createWasmExecutor();
afterAll(() => wasm.close());
const asset = async (path: string): Promise<Uint8Array> => new Uint8Array(await readFile(path.startsWith('models/') ? path : `public/${path}`));

/** Every arm, the optional ones too, at the card's quick setting. */
async function trial(id: string, arms: readonly string[], seed = 1000): Promise<TestLab> {
  const method = await loadMethod(id);
  const kit = testLab(wasm, { asset, arms, seed });
  await method.run(kit.lab, readKnobs(method.card.knobs, { ...method.card.quick }));
  await kit.close();
  return kit;
}

/** Each series in its order. How the points of arms that train side by side interleave depends on how fast the machine is, and on nothing else. */
function bySeries(points: TestLab['points']): Readonly<Record<string, readonly (readonly [number, number])[]>> {
  const series: Record<string, (readonly [number, number])[]> = {};
  for (const { arm, metric, step, value } of points) (series[`${arm} ${metric}`] ??= []).push([step, value]);
  return series;
}

test('cards and methods are the same folders', () => {
  expect(Object.keys(cards).sort()).toEqual(methodIds().sort());
});
describe.each(Object.keys(cards))('%s', (id) => {
  const card = cards[id]!;
  const all = Object.keys(card.arms);
  let first: TestLab;

  test('its card is sound: defaults pass their own knobs, and every name that it uses exists', () => {
    expect(card.id).toBe(id);
    for (const [name, knob] of Object.entries(card.knobs)) expect(checkKnob(name, knob, knob.default)).toEqual({ value: knob.default });
    for (const setting of [card.quick ?? {}, ...card.claimCheck.map((o) => o.setting ?? {})]) expect(() => readKnobs(card.knobs, setting)).not.toThrow();
    for (const name of [card.quick ?? {}, ...card.claimCheck.map((o) => o.setting ?? {})].flatMap(Object.keys)) expect(card.knobs).toHaveProperty([name]);
    for (const { left, right } of card.claimCheck) for (const side of [left, right]) if (typeof side !== 'number') expect(all).toContain(side.arm);
    expect(Object.values(card.pictures).filter((p) => p.main)).toHaveLength(1);
    expect(Object.values(card.arms).some((arm) => arm.role === 'method')).toBe(true);
    expect(card.equations.length).toBeGreaterThan(0);
    expect(card.claimCheck.length).toBeGreaterThan(0);
  });
  test('its default experiment survives a link', () => {
    const experiment = defaultExperiment(card);
    expect(readLink(writeLink(card, experiment), cards)).toEqual({ experiment, notes: [] });
  });
  test('a quick run ends with every light on, finite numbers, and only names that the card declares', { timeout: 240_000 }, async () => {
    first = await trial(id, all);
    expect(first.lights.filter((light) => !light.holds)).toEqual([]);
    expect(new Set(first.lights.map((light) => light.id))).toEqual(new Set(Object.keys(card.invariants)));
    for (const name of first.pictures.keys()) expect(card.pictures).toHaveProperty([name]);
    for (const { value } of [...first.points, ...first.outcomes]) expect(Number.isFinite(value)).toBe(true);
    for (const { arm } of first.outcomes) expect(all).toContain(arm);
    for (const { metric } of card.charts) expect(first.points.some((p) => p.metric === metric), `no point of ${metric}`).toBe(true);
    for (const { left, right } of card.claimCheck)
      for (const side of [left, right]) if (typeof side !== 'number') expect(first.outcomes.some((o) => o.arm === side.arm && o.metric === side.metric), `no outcome ${side.arm} ${side.metric}`).toBe(true);
    expect(first.marks.size).toBeGreaterThan(0);
  });
  test('the same seed gives the same bits, and another seed gives others', { timeout: 480_000 }, async () => {
    const again = await trial(id, all);
    expect([...again.marks]).toEqual([...first.marks]);
    expect(again.outcomes).toEqual(first.outcomes);
    expect(bySeries(again.points)).toEqual(bySeries(first.points));
    const other = await trial(id, all, 1001);
    expect([...other.marks.values()]).not.toEqual([...first.marks.values()]);
  });
  test('leaving arms out, or asking for them in another order, changes no number of those that stay', { timeout: 240_000 }, async () => {
    const some = all.filter((_, i) => i % 2 === 0).reverse();
    const part = await trial(id, some);
    for (const outcome of part.outcomes.filter((o) => some.includes(o.arm))) expect(first.outcomes).toContainEqual(outcome);
    for (const [name, mark] of part.marks) expect(first.marks.get(name)).toBe(mark);
  });
});
