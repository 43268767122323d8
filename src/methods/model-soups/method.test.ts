import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import type { AnyMethod } from '../../lab/method';
import { testLab, type TestLab } from '../../lab/testing';
import { createWasmExecutor } from '../../runtime/wasm';
import { readKnobs, type Knobs } from '../../spec/knobs';
import type { Plane, Scatter, Table } from '../../spec/picture';
import { card } from './card';
import { method } from './method';

const root = new URL('../../../', import.meta.url);
const asset = async (path: string): Promise<Uint8Array> => new Uint8Array(await readFile(fileURLToPath(new URL(path.startsWith('models/') ? path : `public/${path}`, root))));
const knobsOf = (values: object = {}) => readKnobs<Knobs>(card.knobs, { ...card.quick, ...values });
const small = knobsOf();

async function trial(method: AnyMethod, knobs: object = {}, options: { seed?: number; arms?: readonly string[] } = {}): Promise<TestLab & { kept: unknown }> {
  const test = testLab(await createWasmExecutor(), { asset, seed: options.seed ?? 107, arms: options.arms ?? Object.keys(card.arms) });
  const kept = await method.run(test.lab, knobsOf(knobs));
  return { ...test, kept };
}

let whole: TestLab & { kept: unknown };
beforeAll(async () => {
  whole = await trial(method);
}, 120_000);

test('every invariant of the card is lit, and holds', () => {
  expect(new Set(whole.lights.map((l) => l.id))).toEqual(new Set(Object.keys(card.invariants)));
  for (const light of whole.lights) expect(light.holds, `${light.id}: ${light.detail}`).toBe(true);
});
test('every arm has its figures, all of them accuracies, and every soup is under the fingerprint', () => {
  for (const arm of Object.keys(card.arms))
    for (const metric of ['test/accuracy', 'ood/accuracy', 'validation/accuracy']) {
      const found = whole.outcomes.find((o) => o.arm === arm && o.metric === metric);
      expect(found?.value, `${arm} ${metric}`).toBeGreaterThanOrEqual(0);
      expect(found!.value).toBeLessThanOrEqual(1);
    }
  for (const arm of ['best-single', 'linear-probe', 'uniform', 'greedy', 'learned', 'different-inits']) expect(whole.marks.has(arm), arm).toBe(true);
});
test('every chart of the card gets points, all finite, and every picture is drawn', () => {
  for (const { metric } of card.charts) expect(whole.points.some((p) => p.metric === metric), metric).toBe(true);
  expect(whole.points.every((p) => Number.isFinite(p.value))).toBe(true);
  expect([...whole.pictures.keys()].sort()).toEqual(Object.keys(card.pictures).filter((id) => id !== 'mix').sort()); // that one is the question's
  expect((whole.pictures.get('scatter') as Scatter).points.filter((p) => p.shape === 'star').map((p) => p.arm)).toEqual(['uniform', 'greedy', 'learned']);
  expect((whole.pictures.get('plane') as Plane).values.every(Number.isFinite)).toBe(true);
  expect((whole.pictures.get('greedy') as Table).rows).toHaveLength(4);
});
test('greedy is at least as good on validation as the best single model, as outcomes say too', () => {
  const at = (arm: string): number => whole.outcomes.find((o) => o.arm === arm && o.metric === 'validation/accuracy')!.value;
  expect(at('greedy')).toBeGreaterThanOrEqual(at('best-single'));
});
test('mix answers with the segment, and refuses an ingredient that the run did not make', async () => {
  const { lab } = testLab(await createWasmExecutor(), { asset });
  const { pictures = {} } = await method.asks!.mix!(lab, small, { a: 0, b: 3, t: 0.5 }, whole.kept);
  expect(Object.values(pictures).map((p) => p.kind)).toEqual(['table', 'lines', 'lines']);
  for (const id of Object.keys(pictures)) expect(card.pictures).toHaveProperty([id]);
  await expect(method.asks!.mix!(lab, small, { a: 0, b: 9, t: 0.5 }, whole.kept)).rejects.toThrow(/ingredients 0 to 3/);
  await expect(method.asks!.mix!(lab, small, { a: 0, b: 1, t: 0.5 }, undefined)).rejects.toThrow(/Press Run/);
});
