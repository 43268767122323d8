import { expect, test } from 'vitest';
import { Random } from '../base/random';
import { int32, tensor, type Params, type Tensor } from '../base/tensor';
import { gradients } from '../engine/autodiff';
import { evaluate, toReference } from '../engine/evaluate';
import { add } from '../engine/ops';
import { constant, input, type Value } from '../engine/value';
import { prefixed, scope } from './layers';
import { gradientPenalty, initJudge, initTranslator, judgement, translate, translationLosses, translatorConfig, type TranslatorConfig } from './translator';

const rng = Random.seed(6);
const tiny: TranslatorConfig = { side: 16, channels: 1, classes: 3, output: 'tanh', widths: [3, 4], blocks: 1, judge: [2, 3, 3, 4] };
const params: Params = { ...prefixed('g', initTranslator(rng.fork('g'), tiny)), ...prefixed('d', initJudge(rng.fork('d'), tiny)) };
const views = (p: Params): Record<string, Value> => Object.fromEntries(Object.entries(p).map(([name, value]) => [name, constant(value)]));
const x = tensor(rng.fork('x').fillUniform(new Float32Array(2 * 256), -1, 1), [2, 1, 16, 16]);
const labels = int32([0, 2]);
const target = int32([1, 0]);
const mix = tensor([0.3, 0.8], [2, 1, 1, 1]);
const run = (value: Value): number[] => [...evaluate([value], new Map())[0]!.data];
const losses = (p: Record<string, Value>, penalty?: number) => translationLosses({ translator: scope(p, 'g'), judge: scope(p, 'd'), x: constant(x), labels: constant(labels), target: constant(target), mix: constant(mix), config: tiny, weights: { class: 1, cycle: 10, ...(penalty !== undefined && { penalty }) } });

test('params counted by hand: the translator has 50 to 100 thousand', () => {
  const config = translatorConfig(5);
  const count = (p: Params): number => Object.values(p).reduce((n, { data }) => n + data.length, 0);
  const g = 9 * 8 * 24 + 48 + 16 * 24 * 36 + 72 + 3 * (2 * 9 * 36 * 36 + 4 * 36) + 9 * 36 * 24 + 48 + 9 * 24 * 3 + 3;
  expect(count(initTranslator(rng, config))).toBe(g);
  expect(g).toBeGreaterThan(50_000);
  expect(g).toBeLessThan(100_000);
  const d = 16 * 3 * 16 + 16 + 16 * 16 * 32 + 32 + 16 * 32 * 48 + 48 + 16 * 48 * 64 + 64 + (256 + 1) + (256 * 5 + 5);
  expect(count(initJudge(rng, config))).toBe(d);
});
test('a translator that says what to change begins as the identity', () => {
  const change: TranslatorConfig = { ...tiny, output: 'change' };
  expect(run(translate(views(initTranslator(rng, change)), constant(x), constant(target), change))).toEqual([...x.data].map(Number));
});
test('shapes, the range of pictures, and that the class is heard', () => {
  const p = views(params);
  const made = translate(scope(p, 'g'), constant(x), constant(target), tiny);
  expect(made.shape).toEqual([2, 1, 16, 16]);
  const data = run(made);
  expect(Math.max(...data.map(Math.abs))).toBeLessThanOrEqual(1);
  const other = run(translate(scope(p, 'g'), constant(x), constant(int32([2, 0])), tiny));
  expect(other.slice(0, 256)).not.toEqual(data.slice(0, 256));
  expect(other.slice(256)).toEqual(data.slice(256));
  const { source, logits } = judgement(scope(p, 'd'), constant(x));
  expect([source.shape, logits.shape]).toEqual([[2], [2, 3]]);
});
test.each([undefined, 10])('each loss reaches every param of its own network and none of the other, penalty %s', (penalty) => {
  const p = Object.fromEntries(Object.entries(params).map(([name, { shape }]) => [name, input(name, shape)]));
  const feeds = new Map(Object.entries(params).map(([name, t]) => [name, toReference(t)]));
  const { judge, translator } = losses(p, penalty);
  const names = Object.keys(params);
  for (const [loss, own] of [[judge, 'd.'], [translator, 'g.']] as const) {
    const found = evaluate(gradients(loss, names.map((name) => p[name]!)), feeds);
    const silent = names.filter((_, i) => found[i]!.data.every((v) => v === 0));
    // A Wasserstein score has no use for its own offset: it falls out of differences and slopes. A convolution before an instance norm has no bias at all.
    const expected = names.filter((name) => !name.startsWith(own) || (penalty !== undefined && name === 'd.source.bias'));
    expect(silent.filter((name) => !expected.includes(name))).toEqual([]);
    expect(names.filter((name) => !name.startsWith(own) && !silent.includes(name))).toEqual([]);
  }
});
test('the penalty is (slope - 1)^2, slopes by central differences of the judge; and its own gradient agrees with differences of it', () => {
  const p = views(params);
  const other = tensor(rng.fork('other').fillUniform(new Float32Array(512), -1, 1), x.shape);
  const between = Float64Array.from(x.data, (v, i) => mix.data[Math.floor(i / 256)]! * Number(v) + (1 - mix.data[Math.floor(i / 256)]!) * other.data[i]!);
  const place = input('x', x.shape);
  const score = judgement(scope(p, 'd'), place).source;
  const at = (data: Float64Array): number[] => [...evaluate([score], new Map([['x', { shape: x.shape, data }]]))[0]!.data];
  const step = 1e-4;
  const squares = [0, 0];
  for (let i = 0; i < 512; i += 1) {
    const [up, down] = [between.slice(), between.slice()];
    up[i]! += step;
    down[i]! -= step;
    const n = Math.floor(i / 256);
    squares[n]! += ((at(up)[n]! - at(down)[n]!) / (2 * step)) ** 2;
  }
  const oracle = squares.reduce((total, s) => total + (Math.sqrt(s) - 1) ** 2, 0) / 2;
  const penaltyOf = (q: Record<string, Value>): Value => gradientPenalty(scope(q, 'd'), constant(x), constant(other), constant(mix));
  expect(run(penaltyOf(p))[0]).toBeCloseTo(oracle, 4);
  const weight = 'd.conv2.weight';
  const free = input(weight, params[weight]!.shape);
  const penalty = penaltyOf({ ...p, [weight]: free });
  const given = toReference(params[weight]!);
  const [gradient] = evaluate(gradients(penalty, [free]), new Map([[weight, given]]));
  for (const i of [0, 17, 60]) {
    const shifted = (by: number): number => evaluate([penalty], new Map([[weight, { ...given, data: given.data.map((v, j) => (j === i ? v + by : v)) }]]))[0]!.data[0]!;
    expect(gradient!.data[i]).toBeCloseTo((shifted(1e-5) - shifted(-1e-5)) / 2e-5, 5);
  }
});
test('least squares by hand: the judge wants 1 on real and 0 on made pictures', () => {
  const p = views(params);
  const made = translate(scope(p, 'g'), constant(x), constant(target), tiny);
  const [real, fake] = [run(judgement(scope(p, 'd'), constant(x)).source), run(judgement(scope(p, 'd'), made).source)];
  const { judge, translator, metrics } = losses(p);
  const [cycle, realClass, madeClass] = [run(metrics.cycle)[0]!, run(metrics.realClass)[0]!, run(metrics.madeClass)[0]!];
  expect(run(judge)[0]).toBeCloseTo(0.25 * (real.reduce((t, v) => t + (v - 1) ** 2, 0) + fake.reduce((t, v) => t + v ** 2, 0)) + realClass, 8);
  expect(run(translator)[0]).toBeCloseTo(0.25 * fake.reduce((t, v) => t + (v - 1) ** 2, 0) + madeClass + 10 * cycle, 8);
  const back: Tensor = { dtype: 'float32', shape: x.shape, data: Float32Array.from(run(translate(scope(p, 'g'), made, constant(labels), tiny))) };
  expect(cycle).toBeCloseTo([...x.data].reduce<number>((t, v, i) => t + Math.abs(Number(v) - Number(back.data[i])), 0) / 512, 5);
  expect(run(add(judge, translator))[0]).toBeGreaterThan(0);
});
