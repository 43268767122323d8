import { readFile } from 'node:fs/promises';
import { afterAll, expect, test } from 'vitest';
import { Random } from '../../base/random';
import { floats, tensor, type Params, type Tensor } from '../../base/tensor';
import { makePreferences } from '../../data/sets/preferences';
import { defineProgram } from '../../engine/program';
import type { Value } from '../../engine/value';
import type { TrainingRun } from '../../lab/lab';
import { testLab } from '../../lab/testing';
import { createWasmExecutor } from '../../runtime/wasm';
import { initLm, lmLogits, lmStates } from '../../nn/lm';
import { readKnobs } from '../../spec/knobs';
import { card } from './card';
import { bothSides, cells, scoreOf } from './judge';
import { activationMask, arms, initMask, learnedMask, type Arm } from './masks';
import { method } from './method';
import { logistic, lossOf, tokensOf } from './step';
import { length, places, reviews, rowsAt, shape, type Knobs } from './task';

const wasm = await createWasmExecutor();
afterAll(() => wasm.close());
const asset = async (path: string): Promise<Uint8Array> => new Uint8Array(await readFile(path));
const knobs = (more: Partial<Record<keyof Knobs, unknown>> = {}): Knobs => readKnobs(card.knobs, { ...card.quick, ...more });
const small = knobs();
const pairs = makePreferences(reviews, { seed: 3, split: 'train', count: 3, length });
const rows = rowsAt(pairs, [0, 1, 2]);
const n = 6;
const [policy, reference] = [initLm(Random.seed(1), shape), initLm(Random.seed(2), shape)];
const masks: Params = { ...initMask(Random.seed(3), 'mask', small), ...initMask(Random.seed(4), 'maskReward', small), ...initMask(Random.seed(5), 'maskDivergence', small) };
const drawn = tensor(Random.seed(6).fillUniform(new Float32Array(n * places)), [n, places]);
/** Another network for every row of weights, so that masks are not all alike and some are zero. */
const uneven: Params = Object.fromEntries(Object.entries(masks).map(([name, t]) => [name, name.endsWith('.w') ? tensor(floats(t).map((v) => 40 * v), t.shape) : t]));

/** Runs a function of the batch, the policy and the frozen copy. */
async function computed(of: (at: { params: Record<string, Value>; reference: Record<string, Value>; batch: Record<string, Value> }) => Record<string, Value>, params: Params = { ...policy, ...uneven }): Promise<Record<string, Float32Array>> {
  const constants = { ...Object.fromEntries(Object.entries(params).map(([name, t]) => [`p.${name}`, t])), ...Object.fromEntries(Object.entries({ ...reference, ...uneven }).map(([name, t]) => [`r.${name}`, t])) };
  const batch: Record<string, Tensor> = { ...rows, drawn };
  const program = defineProgram({ name: 'computed', constants: Object.fromEntries(Object.entries(constants).map(([name, { shape: s }]) => [name, { shape: s }])), feeds: Object.fromEntries(Object.entries(batch).map(([name, { shape: s, dtype }]) => [name, { shape: s, dtype }])) }, ({ constants: c, feeds }) => {
    const named = (prefix: string): Record<string, Value> => Object.fromEntries(Object.entries(c).flatMap(([name, v]) => (name.startsWith(prefix) ? [[name.slice(2), v as Value]] : [])));
    return { outputs: of({ params: named('p.'), reference: named('r.'), batch: feeds as Record<string, Value> }) };
  });
  const session = await wasm.load(program, constants);
  const out = await session.run(batch);
  await session.release();
  return Object.fromEntries(Object.entries(out).map(([name, t]) => [name, floats(t)]));
}
const logits = await computed(({ params, reference: r, batch }) => ({ policy: lmLogits(params, batch.tokens!, shape), reference: lmLogits(r, batch.tokens!, shape) }));
const V = shape.vocabulary;
/** log p of a row of logits, in float64. */
function logProbs(z: Float32Array, at: number): number[] {
  const row = Array.from(z.subarray(at * V, (at + 1) * V));
  const top = Math.max(...row);
  const total = Math.log(row.reduce((sum, v) => sum + Math.exp(v - top), 0)) + top;
  return row.map((v) => v - total);
}
const byHand = Array.from({ length: n * places }, (_, at) => {
  const [p, r] = [logProbs(logits.policy!, at), logProbs(logits.reference!, at)];
  const y = rows.targets.data[at]!;
  return { reward: p[y]! - r[y]!, divergence: r.reduce((sum, lr, v) => sum + Math.exp(lr) * (lr - p[v]!), 0) };
});
/** The loss of three pairs by its formula. */
function lossByHand(mu: (at: number) => number, md: (at: number) => number, beta: number): number {
  const total = (row: number, of: (at: number) => number): number => Array.from({ length: places }, (_, p) => row * places + p).reduce((sum, at) => sum + floats(rows.weights)[at]! * of(at), 0);
  return [0, 1, 2].reduce((sum, i) => {
    const u = total(i, (at) => mu(at) * byHand[at]!.reward) - total(i + 3, (at) => mu(at) * byHand[at]!.reward);
    const delta = total(i + 3, (at) => md(at) * byHand[at]!.divergence) - total(i, (at) => md(at) * byHand[at]!.divergence);
    return sum + Math.log(1 + Math.exp(-beta * (u - delta))) / 3;
  }, 0);
}
const lossAs = async (arm: Arm, more: Partial<Knobs> = {}): Promise<Record<string, Float32Array>> =>
  computed(({ params, reference: r, batch }) => {
    const k = { ...small, ...more };
    const found = tokensOf(arm, params, r, batch, k);
    const { loss, penalty } = lossOf(found, batch.weights!, k, arm !== 'independent');
    return { loss, penalty, mu: found.mu, md: found.md, reward: found.reward, divergence: found.divergence };
  });

test('rewards and divergences of tokens are those of the formulas in float64', async () => {
  const { reward, divergence } = await lossAs('dpo');
  byHand.forEach((h, at) => {
    expect(reward![at]).toBeCloseTo(h.reward, 4);
    expect(divergence![at]).toBeCloseTo(h.divergence, 4);
    expect(h.divergence).toBeGreaterThanOrEqual(0);
  });
});
test('without masks it is DPO; with ones, TDPO; with any mask, the masked sum', async () => {
  expect((await lossAs('dpo')).loss![0]).toBeCloseTo(lossByHand(() => 1, () => 0, small.beta), 4);
  expect((await lossAs('tdpo')).loss![0]).toBeCloseTo(lossByHand(() => 1, () => 1, small.beta), 4);
  expect((await lossAs('random')).loss![0]).toBeCloseTo(lossByHand((at) => floats(drawn)[at]!, (at) => floats(drawn)[at]!, small.beta), 4);
  for (const arm of ['common', 'independent', 'mapo', 'binary'] as const) {
    const { loss, mu, md } = await lossAs(arm);
    expect(loss![0]).toBeCloseTo(lossByHand((at) => mu![at]!, (at) => md![at]!, small.beta), 4);
    expect(mu!.every((m) => m >= 0)).toBe(true);
    if (arm !== 'independent') expect(md).toEqual(mu);
    else expect(md).not.toEqual(mu);
  }
});
test('penalties count response tokens, and are halved where one mask serves both', async () => {
  const weighted = (m: Float32Array): number => m.reduce((sum, v, at) => sum + v * floats(rows.weights)[at]!, 0) / 3;
  const shared = await lossAs('common', { l1Reward: 0.01, l1Divergence: 0.02 });
  expect(shared.penalty![0]).toBeCloseTo(0.5 * 0.03 * weighted(shared.mu!), 5);
  const two = await lossAs('independent', { l1Reward: 0.01, l1Divergence: 0.02 });
  expect(two.penalty![0]).toBeCloseTo(0.01 * weighted(two.mu!) + 0.02 * weighted(two.md!), 5);
});
test('the mask network is its formula, row by row, in float64', async () => {
  const { mu, ...states } = await computed(({ params, reference: r, batch }) => {
    const found = lmStates(r, batch.tokens!, shape);
    return { mu: learnedMask(params, 'mask', found, 'all'), ...Object.fromEntries(found.states.map((s, l) => [`s${l}`, s])) };
  });
  const d = shape.width;
  let zeros = 0;
  for (let at = 0; at < n * places; at += 7) {
    let sum = 0;
    for (let l = 0; l < shape.blocks; l++) {
      const h = Array.from(states[`s${l + 1}`]!.subarray(at * d, (at + 1) * d));
      const mean = h.reduce((a, b) => a + b, 0) / d;
      const std = Math.sqrt(h.reduce((a, b) => a + (b - mean) ** 2, 0) / d + 1e-5);
      const w = floats(uneven['mask.w']!).subarray(l * d, (l + 1) * d);
      sum += Math.max(0, h.reduce((a, v, i) => a + ((v - mean) / std) * w[i]!, 0) + floats(uneven['mask.b']!)[l]!) * floats(uneven['mask.mix']!)[l]!;
    }
    expect(mu![at]).toBeCloseTo(Math.max(0, sum), 3);
    zeros += Number(mu![at] === 0);
  }
  expect(zeros).toBeGreaterThan(0);
});
test('MaPO: each response\'s weights run from 0 to 1 in each kind, so their mean stays between; outside it they are 0', async () => {
  const { mu } = await computed(({ reference: r, batch }) => ({ mu: activationMask(lmStates(r, batch.tokens!, shape), batch.weights!) }));
  mu!.forEach((m, at) => (floats(rows.weights)[at] === 0 ? expect(m).toBe(0) : expect(m >= -1e-6 && m <= 1 + 1e-6).toBe(true)));
  expect(new Set(mu!.map((m) => Math.round(100 * m))).size).toBeGreaterThan(10);
});
test('the logistic loss is right far from zero and has a slope of one half at zero', async () => {
  const program = defineProgram({ name: 'logistic', feeds: { z: { shape: [5] } } }, ({ feeds }) => ({ outputs: { out: logistic(feeds.z!) } }));
  const session = await wasm.load(program, {});
  const { out } = await session.run({ z: tensor([-80, -1, 0, 2, 90]) });
  await session.release();
  [80, Math.log(1 + Math.E), Math.log(2), Math.log(1 + Math.exp(-2)), 0].forEach((v, i) => expect(floats(out!)[i]).toBeCloseTo(v, 4));
});
test('values at places that predict are moved to the tokens that they are about', () => {
  const moved = cells(Float32Array.from({ length: 2 * places }, (_, i) => i), 2);
  expect([moved[0], moved[1], moved[length], moved[length + 1]]).toEqual([0, 0, 0, places]);
  const { response } = bothSides(pairs);
  expect(response.shape).toEqual([n, length]);
  // The response's cells are the places whose targets count, one further on.
  expect([...cells(floats(rows.weights), n)]).toEqual([...floats(response)]);
});
test('written texts are scored by their good and bad words', () => {
  const [good, bad] = [[...reviews.positive][0]!, [...reviews.negative][0]!];
  expect(scoreOf([[good, good, bad], [bad]])).toBe(0);
});
test('policy and mask are trained at once, the mask alone decays, and a frozen mask keeps its bits', async () => {
  const ran = async (more: Partial<Knobs>): Promise<{ run: TrainingRun; end: Params }> => {
    const kit = testLab(wasm, { asset, arms: ['common'] });
    const seen: { run: TrainingRun; end: Params }[] = [];
    await method.run({ ...kit.lab, together: async (runs) => {
      const ends = await kit.lab.together(runs);
      runs.forEach((run, i) => seen.push({ run, end: ends[i]! }));
      return ends;
    } }, knobs(more));
    await kit.close();
    return seen[0]!;
  };
  const frozen = await ran({ freezeMask: true });
  for (const name of Object.keys(frozen.end)) expect(floats(frozen.end[name]!).every((v, i) => Object.is(v, floats(frozen.run.from[name]!)[i]))).toBe(name.startsWith('mask'));
});
test('pairs by the model itself, the last block alone, the released start: a whole run ends with every light on', async () => {
  const kit = testLab(wasm, { asset, arms: arms.filter((arm) => arm !== 'mapo') });
  await method.run(kit.lab, knobs({ source: 'model', layers: 'last', start: 'small', l1Reward: 0.001, trained: 12 }));
  await kit.close();
  expect(kit.lights.filter((l) => !l.holds)).toEqual([]);
});
