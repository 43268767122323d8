import { readFile } from 'node:fs/promises';
import { afterAll, expect, test } from 'vitest';
import { Random } from '../../base/random';
import { floats, tensor, type Params, type Tensor } from '../../base/tensor';
import { gradients } from '../../engine/autodiff';
import { defineProgram } from '../../engine/program';
import { sum } from '../../engine/ops';
import { square } from '../../engine/ops/compose';
import type { Value } from '../../engine/value';
import { testLab } from '../../lab/testing';
import { drawingUnet } from '../../lab/captioned';
import { reverseStep } from '../../nn/diffusion';
import { readCheckpoint } from '../../engine/onnx/writer';
import { createWasmExecutor } from '../../runtime/wasm';
import { readKnobs } from '../../spec/knobs';
import type { MaskableLayer } from '../../nn/unet';
import { card } from './card';
import { generatedLogits, initGenerator, noiseOf } from './masks';
import { method } from './method';
import { drawnPlainly, iterationsOf, rewardOf, rewardRun, rewardsOf } from './reward';
import { layersOf, openTask, type Knobs } from './task';

const wasm = await createWasmExecutor();
afterAll(() => wasm.close());
const asset = async (path: string): Promise<Uint8Array> => new Uint8Array(await readFile(path));
const knobs = (more: Partial<Record<keyof Knobs, unknown>> = {}): Knobs => readKnobs(card.knobs, { ...card.quick, ...more });
const base = readCheckpoint(await asset('models/unet.onnx')).params;
const { layers, total } = layersOf(base, 'all');
async function run(feeds: Record<string, Tensor>, outputs: (f: Record<string, Value>) => Record<string, Value>): Promise<Record<string, Float32Array>> {
  const program = defineProgram({ name: 'computed', feeds: Object.fromEntries(Object.entries(feeds).map(([name, { shape, dtype }]) => [name, { shape, dtype }])) }, ({ feeds: f }) => ({ outputs: outputs(f as Record<string, Value>) }));
  const session = await wasm.load(program, {});
  const out = await session.run(feeds);
  await session.release();
  return Object.fromEntries(Object.entries(out).map(([name, t]) => [name, floats(t)]));
}
const normal = (shape: readonly number[], seed: number): Tensor => tensor(Random.seed(seed).fillNormal(new Float32Array(shape.reduce((a, b) => a * b, 1))), shape);

test('masked are q, k, v and out of both attentions on the way up, and nothing else; a choice narrows them', () => {
  expect(layers.length).toBe(16);
  expect(layers.every(({ name }) => /^up[01]\.attention\.(self|cross)\.(q|k|v|out)\.weight$/.test(name))).toBe(true);
  expect(total).toBe(layers.reduce((n, { inputs, outputs }) => n + inputs * outputs, 0));
  expect(layersOf(base, 'cross').layers.every(({ name }) => name.includes('.cross.'))).toBe(true);
  expect(layersOf(base, 'self').layers.length).toBe(8);
});
test('each matrix has its own stretch of a draw', async () => {
  const draw = tensor(Float32Array.from({ length: 2 * total }, (_, i) => i), [2, total]);
  const layer = layers[5]!;
  const { out } = await run({ draw }, (f) => ({ out: noiseOf(f.draw!, layer) }));
  expect([out![0], out![layer.inputs * layer.outputs]]).toEqual([layer.offset, total + layer.offset]);
});

const [n, width] = [2, 64];
const target = layers.find(({ name }) => name === 'up1.attention.cross.k.weight')!;
/** Logits of one matrix for a block's input and timestep, and the size of each param's gradient. */
async function logitsOf(p: Params, k: Pick<Knobs, 'factor' | 'released'>): Promise<Record<string, Float32Array>> {
  const given: Record<string, Tensor> = { input: normal([n, 2 * width, 3, 3], 1), time: normal([n, drawingUnet.config.timeWidth], 2), ...Object.fromEntries(Object.entries(p).filter(([name]) => name.startsWith('up1.generator') || name.startsWith(`${target.name}.map`)).map(([name, t]) => [`p.${name}`, t])) };
  return run(given, (f) => {
    const views = Object.fromEntries(Object.entries(f).flatMap(([name, v]) => (name.startsWith('p.') ? [[name.slice(2), v]] : [])));
    const logits = generatedLogits(views, { name: target.name, block: { name: 'up1', input: f.input!, time: f.time! } } as unknown as MaskableLayer, k); // the weight is not asked for
    const names = Object.keys(views);
    return { logits, ...Object.fromEntries(gradients(sum(square(logits)), names.map((name) => views[name]!)).map((g, i) => [`g.${names[i]!}`, sum(square(g))])), seen: f.input! };
  });
}
const generator = (more: Partial<Knobs>): Params => {
  const made = initGenerator(Random.seed(4), layers, { ...knobs(), ...more });
  // Maps begin at zero: other numbers show their formula.
  return Object.fromEntries(Object.entries(made).map(([name, t]) => [name, /\.(v1|v2)$/.test(name) ? tensor(Random.seed(5).fork(name).fillNormal(new Float32Array(t.data.length), 0.3), t.shape) : t]));
};
test('logits are (V1 S + v1) V2^T + v2, entry by entry in float64', async () => {
  const k = { factor: '4', released: false } as const;
  const p = generator({ ...k, hidden: 8, start: 2 });
  const { logits } = await logitsOf(p, k);
  const of = (name: string): Float32Array => floats(p[name]!);
  const [input, time] = [floats(normal([n, 2 * width, 3, 3], 1)), floats(normal([n, drawingUnet.config.timeWidth], 2))];
  const [cin, cout] = [2 * width / 4, width / 4];
  for (const sample of [0, 1]) {
    const seen = Array.from({ length: 2 * width }, (_, c) => Array.from(input.subarray((sample * 2 * width + c) * 9, (sample * 2 * width + c + 1) * 9)).reduce((a, b) => a + b, 0) / 9 + Array.from({ length: drawingUnet.config.timeWidth }, (_u, i) => time[sample * drawingUnet.config.timeWidth + i]! * of('up1.generator.time.weight')[i * 2 * width + c]!).reduce((a, b) => a + b, 0));
    const hidden = Array.from({ length: 8 }, (_, h) => Math.max(0, seen.reduce((a, v, i) => a + v * of('up1.generator.a1.weight')[i * 8 + h]!, of('up1.generator.a1.bias')[h]!)));
    const s = Array.from({ length: cin * cout }, (_, j) => hidden.reduce((a, v, h) => a + v * of('up1.generator.a2.weight')[h * cin * cout + j]!, of('up1.generator.a2.bias')[j]!));
    for (const [o, i] of [[0, 0], [13, 40], [63, 63]] as const) {
      const map = (part: string): Float32Array => of(`${target.name}.map.${part}`);
      const y = Array.from({ length: cin }, (_, c) => map('b1')[o]! + Array.from({ length: cout }, (_u, r) => map('v1')[o * cout + r]! * s[r * cin + c]!).reduce((a, b) => a + b, 0));
      expect(logits![(sample * target.outputs + o) * target.inputs + i]).toBeCloseTo(y.reduce((a, v, c) => a + v * map('v2')[i * cin + c]!, map('b2')[i]!), 3);
    }
  }
});
test('as released no gradient ever reaches the generator, and logits know neither picture nor timestep; by default it does', async () => {
  const dead = await logitsOf(generator({ released: true, hidden: 8 }), { factor: '4', released: true });
  const alive = await logitsOf(generator({ released: false, hidden: 8 }), { factor: '4', released: false });
  for (const name of ['a1.weight', 'a2.weight', 'time.weight']) {
    expect(dead[`g.up1.generator.${name}`]![0]).toBe(0);
    expect(alive[`g.up1.generator.${name}`]![0]).toBeGreaterThan(0);
  }
  const half = dead.logits!.length / 2;
  expect(dead.logits!.subarray(0, half)).toEqual(dead.logits!.subarray(half));
  expect(alive.logits!.subarray(0, half)).not.toEqual(alive.logits!.subarray(half));
});
test('the reward is the mean of what the border and the object show, by hand', async () => {
  const area = 256;
  const [tone, ink] = [[-0.5, 0.2, 0.7], [0.9, -0.8, -0.8]];
  const paint = (of: (at: number) => readonly number[]): Float32Array => Float32Array.from({ length: 3 * area }, (_, i) => of(i % area)[Math.floor(i / area)]!);
  const inside = (at: number): boolean => Math.abs((at % 16) - 8) < 2 && Math.abs(Math.floor(at / 16) - 8) < 2;
  const x0 = tensor(Float32Array.of(...paint((at) => (inside(at) ? ink : tone)), ...paint(() => ink)), [2, 3, 16, 16]);
  const both = (rgb: readonly number[]): Tensor => tensor([...rgb, ...rgb], [2, 3]);
  const { out } = await run({ x0, tone: both(tone), ink: both(ink) }, (f) => ({ out: rewardOf(f.x0!, f.tone!, f.ink!) }));
  const apart = Math.exp(-2 * tone.reduce((sumOf, v, c) => sumOf + (v - ink[c]!) ** 2, 0));
  const shares = Array.from({ length: area }, (_, at) => Number(inside(at))).reduce((a, b) => a + b, 0) / area;
  expect(out![0]).toBeCloseTo(0.5 * (1 + 1 - Math.exp(-(shares + (1 - shares) * apart) / 0.08)), 4);
  expect(out![1]).toBeCloseTo(0.5 * (apart + 1 - Math.exp(-1 / 0.08)), 4);
});
test('one iteration for each of six steps, then as many as asked; each step begins fresh and moves on once', () => {
  const all = iterationsOf({ samplerSteps: 15, iterations: 10 });
  expect(all.length).toBe(6 + 9 * 10);
  expect(all.filter(({ fresh }) => fresh).length).toBe(15);
  expect(all.filter(({ last }) => last).map(({ previous }) => previous).at(-1)).toBe(-1);
  expect(new Set(all.map(({ t }) => t)).size).toBe(15);
});
test('with logits at 20 the drawing by reward is the plain sampler\'s, which is DDIM', async () => {
  const kit = testLab(wasm, { asset, seed: 6 });
  const k = knobs({ rewardStart: 20, rewardRate: 1e-3, iterations: 2, samplerSteps: 8 });
  const task = await openTask(kit.lab, k);
  const plain = await drawnPlainly(kit.lab, task, k);
  const end = await kit.lab.train(rewardRun(kit.lab, task, k, () => undefined));
  floats(end.latent!).forEach((v, i) => expect(v).toBeCloseTo(floats(plain.pictures)[i]!, 3));
  (await rewardsOf(kit.lab, task, end)).forEach((r, i) => expect(r).toBeCloseTo(plain.rewards[i]!, 3));
  await kit.close();
  const [x, prediction] = [normal([1, 3, 16, 16], 8), normal([1, 3, 16, 16], 9)];
  const { schedule } = drawingUnet;
  const step = reverseStep({ schedule, target: 'v', x, prediction, t: 120, previous: 60, eta: 0, clip: 1 });
  const [from, to] = [schedule.alphaBar[120]!, schedule.alphaBar[60]!];
  const clean = Math.max(-1, Math.min(1, Math.sqrt(from) * floats(x)[7]! - Math.sqrt(1 - from) * floats(prediction)[7]!));
  expect(floats(step.x)[7]).toBeCloseTo(Math.sqrt(to) * clean + Math.sqrt(1 - to) * ((floats(x)[7]! - Math.sqrt(from) * clean) / Math.sqrt(1 - from)), 4);
});
test('logits are reset at every step though the optimiser goes on: what stays at a step\'s beginning does not drift', async () => {
  const kit = testLab(wasm, { asset, seed: 6 });
  const k = knobs({ rewardRate: 1, iterations: 4, samplerSteps: 9 });
  const task = await openTask(kit.lab, k);
  const all = iterationsOf(k);
  const kept: number[] = [];
  await kit.lab.train(rewardRun(kit.lab, task, k, (_, metrics) => {
    kept.push(metrics.kept!);
    return {};
  }));
  await kit.close();
  all.forEach(({ fresh }, i) => fresh && expect(Math.abs(kept[i]! - 0.934)).toBeLessThan(0.005));
  expect(all.some(({ fresh }, i) => !fresh && Math.abs(kept[i]! - 0.934) > 0.01)).toBe(true);
});
test.each([{ released: true, noise: 'two' }, { testNoise: false, layers: 'self', factor: '8', rewardStart: 3 }])('a whole run with %o ends with every light on', async (more) => {
  const kit = testLab(wasm, { asset, arms: ['masked', 'random', 'reward'] });
  await method.run(kit.lab, knobs(more));
  await kit.close();
  expect(kit.lights.filter((l) => !l.holds)).toEqual([]);
});
