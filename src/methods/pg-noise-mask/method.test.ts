import { readFile } from 'node:fs/promises';
import { afterAll, expect, test } from 'vitest';
import { betaDraw } from '../../base/gamma';
import { noise, made } from '../../base/noise';
import { Random } from '../../base/random';
import { floats, int32, tensor, type Params, type Tensor } from '../../base/tensor';
import { gradients } from '../../engine/autodiff';
import { defineProgram } from '../../engine/program';
import { mean, mul } from '../../engine/ops';
import type { Value } from '../../engine/value';
import { testLab } from '../../lab/testing';
import { createWasmExecutor } from '../../runtime/wasm';
import { initCnn } from '../../nn/cnn';
import { prefixed, scope } from '../../nn/layers';
import { crossEntropy } from '../../nn/losses';
import { betaFeeds, drawBeta, initPolicy, initPolicyBuffers, logBeta } from '../../nn/policy';
import { readKnobs } from '../../spec/knobs';
import { card } from './card';
import { digamma, masksFrom, momentsOf } from './judge';
import { method } from './method';
import { drawn, enlarged, kernelOf, logitsOf, scoresOf, shapeOf, trainerOf } from './step';
import { area, shown, type Knobs } from './task';

const wasm = await createWasmExecutor();
afterAll(() => wasm.close());
const asset = async (path: string): Promise<Uint8Array> => new Uint8Array(await readFile(path.startsWith('models/') ? path : `public/${path}`));
const knobs = (more: Partial<Record<keyof Knobs, unknown>> = {}): Knobs => readKnobs(card.knobs, { ...card.quick, ...more });
const run = async (feeds: Record<string, Tensor>, outputs: (f: Record<string, Value>) => Record<string, Value>): Promise<Record<string, Float32Array>> => {
  const program = defineProgram({ name: 'computed', feeds: Object.fromEntries(Object.entries(feeds).map(([name, { shape, dtype }]) => [name, { shape, dtype }])) }, ({ feeds: f }) => ({ outputs: outputs(f as Record<string, Value>) }));
  const session = await wasm.load(program, {});
  const out = await session.run(feeds);
  await session.release();
  return Object.fromEntries(Object.entries(out).map(([name, t]) => [name, floats(t)]));
};
/** Feeds for n draws of so many cells. */
function draws(n: number, cells: number, step = 0): Record<string, Tensor> {
  const shapes = betaFeeds(n, cells);
  const rng = Random.seed(9);
  return { normals: made(noise(rng.fork('n'), step, { kind: 'normal' }), shapes.normals.shape), uniforms: made(noise(rng.fork('u'), step, { kind: 'uniform' }), shapes.uniforms.shape), boosts: made(noise(rng.fork('b'), step, { kind: 'uniform' }), shapes.boosts.shape) };
}
const meanOf = (x: ArrayLike<number>): number => Array.from(x).reduce((a, b) => a + b, 0) / x.length;

test.each([[0, 0], [0.7, -0.5], [-1.5, -1], [3, 1], [4, 4]])('draws inside a graph are distributed as Beta(e^%d, e^%d)', async (a, b) => {
  const [n, cells] = [100, 100];
  const all = (v: number): Tensor => tensor(new Float32Array(n * cells).fill(v), [n, cells]);
  const { m } = await run({ ...draws(n, cells), a: all(a), b: all(b) }, (f) => ({ m: drawBeta(f.a!, f.b!, f) }));
  const { mean: expected, variance } = momentsOf(a, b);
  expect(Math.abs(meanOf(m!) - expected)).toBeLessThan(4 * Math.sqrt(variance / (n * cells)));
  expect(meanOf(m!.map((v) => (v - expected) ** 2)) / variance).toBeGreaterThan(0.94);
  expect(meanOf(m!.map((v) => (v - expected) ** 2)) / variance).toBeLessThan(1.06);
  // Against the host's own sampler, quantile by quantile.
  const rng = Random.seed(4);
  const [mine, host] = [m!.slice().sort(), Float32Array.from({ length: n * cells }, () => betaDraw(rng, Math.exp(a), Math.exp(b), 1e-5)).sort()];
  for (const q of [0.05, 0.25, 0.5, 0.75, 0.95]) expect(Math.abs(mine[Math.floor(q * mine.length)]! - host[Math.floor(q * host.length)]!)).toBeLessThan(0.02);
  expect(m!.every((v) => v >= 1e-5 - 1e-9 && v <= 1)).toBe(true);
});
test('digamma is the slope of log Gamma, and entropies are those of known distributions', () => {
  expect(digamma(1)).toBeCloseTo(-0.5772156649, 8);
  expect(digamma(0.5)).toBeCloseTo(-0.5772156649 - 2 * Math.LN2, 7);
  expect(digamma(7.3) - digamma(6.3)).toBeCloseTo(1 / 6.3, 9);
  expect(momentsOf(0, 0)).toEqual({ mean: 0.5, variance: expect.closeTo(1 / 12, 10) as number, entropy: expect.closeTo(0, 6) as number });
  // Beta(2, 2) has the density 6 x (1 - x).
  let entropy = 0;
  for (let i = 0; i < 20000; i++) {
    const x = (i + 0.5) / 20000;
    entropy -= (6 * x * (1 - x) * Math.log(6 * x * (1 - x))) / 20000;
  }
  expect(momentsOf(Math.LN2, Math.LN2).entropy).toBeCloseTo(entropy, 5);
});
test('masks are enlarged and blurred alike inside a graph and on the host, and a kernel sums to 1', async () => {
  for (const blur of ['none', 'narrow', 'wide'] as const) {
    const k = { grid: '7', blur } as const;
    // Concentrations so large that a draw is its mean.
    const means = Random.seed(2).fillUniform(new Float32Array(49), 0.2, 0.8);
    const logs = [[means.map((v) => Math.log(v * 1e9)), means.map((v) => Math.log((1 - v) * 1e9))]] as const;
    const host = masksFrom(Random.seed(1), logs, k);
    const { out } = await run({ m: tensor(means, [1, 49]) }, ({ m }) => ({ out: enlarged(m!, k) }));
    expect(out!.length).toBe(area);
    out!.forEach((v, i) => expect(v).toBeCloseTo(host[i]!, 3));
  }
  expect(kernelOf({ radius: 2, sigma: 1.5 }).reduce((a, b) => a + b, 0)).toBeCloseTo(1, 6);
});

const k = knobs({ grid: '4' });
const n = 3;
const cells = 16;
const classifier = initCnn(Random.seed(1), 4);
const own = prefixed('policy', initPolicy(Random.seed(2), shapeOf(k)));
const state: Params = { ...initPolicyBuffers(shapeOf(k)), 'base.a': tensor(Random.seed(3).fillUniform(new Float32Array(cells)), [1, cells]), 'base.b': tensor(Random.seed(4).fillUniform(new Float32Array(cells)), [1, cells]), 'base.reward': tensor([0]) };
const batch: Record<string, Tensor> = { images: tensor(Random.seed(5).fillNormal(new Float32Array(n * area)), [n, 1, 28, 28]), labels: int32([0, 1, 3]), ...draws(n, cells) };
const given: Record<string, Tensor> = { ...batch, ...Object.fromEntries(Object.entries({ ...classifier, ...own, ...state }).map(([name, t]) => [`at.${name}`, t])) };
const under = (f: Record<string, Value>): Record<string, Value> => scope(f, 'at') as Record<string, Value>;

test('the classifier\'s gradient is the mean score times that of plain cross-entropy on the product, and the policy\'s the reward times that of the mean score', async () => {
  const kit = testLab(wasm);
  const { spec } = trainerOf(kit.lab, 'policy', classifier, own, state, { ...k, batch: n });
  await kit.close();
  const found = await run(given, (f) => {
    const at = under(f);
    const pick = (like: Params): Record<string, Value> => Object.fromEntries(Object.keys(like).map((name) => [name, at[name]!]));
    const [c, p] = [pick(classifier), pick(own)];
    const { loss } = spec.loss({ params: { ...c, ...p }, frozen: {}, buffers: pick(state), batch: f, average: {} });
    const d = drawn(scope(p, 'policy'), pick(state), f.images!, f, k, 'train');
    const plain = crossEntropy(logitsOf(c, mul(f.images!, enlarged(d.cells, k))), f.labels!);
    const score = mean(scoresOf(d));
    const grads = (of: Value, wrt: Record<string, Value>, prefix: string): Record<string, Value> => {
      const made2 = gradients(of, Object.values(wrt));
      return Object.fromEntries(Object.keys(wrt).map((name, i) => [`${prefix}${name}`, made2[i]!]));
    };
    const [one, other] = [{ 'conv1.weight': c['conv1.weight']!, 'head.bias': c['head.bias']! }, { 'policy.alpha.dense3.weight': p['policy.alpha.dense3.weight']!, 'policy.conv0.weight': p['policy.conv0.weight']! }];
    return { plain, score, ...grads(loss as Value, { ...one, ...other }, 'L '), ...grads(plain, one, 'R '), ...grads(score, other, 'S ') };
  });
  for (const name of ['conv1.weight', 'head.bias']) found[`L ${name}`]!.forEach((g, i) => expect(g).toBeCloseTo(found.score![0]! * found[`R ${name}`]![i]!, 4));
  for (const name of ['policy.alpha.dense3.weight', 'policy.conv0.weight']) {
    found[`L ${name}`]!.forEach((g, i) => expect(g).toBeCloseTo(found.plain![0]! * found[`S ${name}`]![i]!, 4));
    expect(found[`S ${name}`]!.some((g) => g !== 0)).toBe(true);
  }
});
test('scores are logarithms of sums of densities: of uniform cells, the logarithm of their number', async () => {
  const zero = tensor(new Float32Array(2 * 5), [2, 5]);
  const { s, one } = await run({ a: zero, m: tensor(Random.seed(1).fillUniform(new Float32Array(10)), [2, 5]) }, (f) => ({ s: scoresOf({ logs: [f.a!, f.a!], cells: f.m! }), one: logBeta(f.a!, f.a!, f.m!) }));
  one!.forEach((v) => expect(v).toBeCloseTo(0, 5));
  s!.forEach((v) => expect(v).toBeCloseTo(Math.log(5), 5));
});
test('kinds: inverted is one less the picture, blurred keeps its mean inside, and nothing else changes', () => {
  const image = Random.seed(6).fillUniform(new Float32Array(area));
  expect(shown(image, 0)).toBe(image);
  expect(shown(image, 1)[100]).toBeCloseTo(1 - image[100]!, 6);
  const by = Array.from({ length: 25 }, (_, i) => image[(14 + Math.floor(i / 5) - 2) * 28 + 14 + (i % 5) - 2]!).reduce((a, b) => a + b, 0) / 25;
  expect(shown(image, 2)[14 * 28 + 14]).toBeCloseTo(by, 6);
});
test.each([{ centred: true }, { averaging: true, label: 'both' }, { grid: '14', blur: 'wide' }])('a whole run with %o ends with every light on', async (more) => {
  const kit = testLab(wasm, { asset, arms: ['policy', 'random'] });
  await method.run(kit.lab, knobs({ ...more, steps: 8 }));
  await kit.close();
  expect(kit.lights.filter((l) => !l.holds)).toEqual([]);
});
