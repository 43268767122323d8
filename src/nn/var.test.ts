import { describe, expect, test } from 'vitest';
import { Random } from '../base/random';
import { floats, int32, tensor, type Params, type Tensor } from '../base/tensor';
import { gradients } from '../engine/autodiff';
import { evaluate } from '../engine/evaluate';
import { defineProgram } from '../engine/program';
import { mean } from '../engine/ops';
import { constant, input, type Value } from '../engine/value';
import { createWasmExecutor } from '../runtime/wasm';
import { initCodebook, initTokenizer, scaleStarts, type TokenizerConfig } from './residual-vq';
import { tokenLosses } from './lm';
import { expectTrainable } from './testing';
import { initVar, lossByScale, sampleCodes, scaleCausalBias, tokenDivergence, varCaption, varConfig, varCorrection, varLogits, varLogitsOfCodes, varStage, weightedLoss, type VarConfig } from './var';

const tokenizer: TokenizerConfig = { side: 8, channels: 2, scales: [1, 2, 4], codes: 6, codeWidth: 3, width: 8 };
const config: VarConfig = { tokenizer, width: 8, blocks: 2, heads: 2, mlpRatio: 2, caption: { vocabulary: 7, context: 4, width: 4, blocks: 1, heads: 2, pad: 0 } };
const rng = Random.seed(4);
const params = initVar(rng.fork('init'), config);
const views = (p: Params): Record<string, Value> => Object.fromEntries(Object.entries(p).map(([name, value]) => [name, constant(value)]));
const tokens = int32([1, 3, 2, 0, 1, 5, 6, 2], [2, 4]);
const vq = views(initTokenizer(rng.fork('tokenizer'), tokenizer));
const entries = constant(initCodebook(rng.fork('codebook'), tokenizer)['codebook.entries']!);
const codes = int32(Int32Array.from({ length: 42 }, (_, i) => rng.fork('code', i).int(6)), [2, 21]);
const heard = varCaption(views(params), constant(tokens), config);
const run = (...values: Value[]): number[][] => evaluate(values, new Map()).map(({ data }) => [...data]);
const logitsOf = (of: Tensor, p: Params = params, words: Tensor = tokens): number[] => run(varLogitsOfCodes(views(p), vq, entries, constant(of), varCaption(views(p), constant(words), config), config))[0]!;

test('the number of params, counted by hand', () => {
  const big = varConfig({ ...tokenizer, scales: [1, 2, 4, 8], codes: 128, codeWidth: 16 }, { vocabulary: 100, context: 12, width: 64, blocks: 1, heads: 4, pad: 0 });
  const text = 100 * 64 + 12 * 64 + (4 * 64 + 12 * 64 * 64 + 3 * 64 + 64 + 5 * 64) + 2 * 64;
  const d = 128;
  const block = 6 * d + (4 * d * d + d) + (2 * d * d + 2 * 64 * d + d) + (2 * d * d + 2 * d + 2 * d * d + d);
  const expected = text + d + (64 * d + d) + (16 * d + d) + 4 * d + 85 * d + 4 * block + 2 * d + (128 * d + 128);
  expect(Object.values(initVar(rng, big)).reduce((n, { data }) => n + data.length, 0)).toBe(expected);
});
test('the bias shuts later scales off, and them alone', () => {
  const { data } = scaleCausalBias([1, 2]);
  expect([...data].map((v) => (v === 0 ? 1 : 0))).toEqual([1, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]);
});
test('a change at a scale changes no logits of that scale or of earlier ones, bit for bit, on WASM too; and later ones do change', async () => {
  const starts = scaleStarts(tokenizer.scales);
  const program = defineProgram({ name: 'var causal', feeds: { codes: { shape: [2, 21], dtype: 'int32' } } }, ({ feeds }) => ({ outputs: { logits: varLogitsOfCodes(views(params), vq, entries, feeds.codes, heard, config) } }));
  const executor = await createWasmExecutor();
  const session = await executor.load(program, {});
  const onWasm = async (of: Tensor): Promise<number[]> => [...floats((await session.run({ codes: of })).logits!)];
  for (const compute of [async (of: Tensor) => logitsOf(of), onWasm]) {
    const base = await compute(codes);
    for (const k of [0, 1]) {
      const changed = int32(Int32Array.from(codes.data, (c, i) => (i === starts[k]! ? (c + 1) % 6 : c)), [2, 21]);
      const found = await compute(changed);
      const upTo = starts[k + 1]! * 6;
      expect(found.slice(0, upTo)).toEqual(base.slice(0, upTo));
      expect(found.slice(upTo, 21 * 6)).not.toEqual(base.slice(upTo, 21 * 6));
      expect(found.slice(21 * 6)).toEqual(base.slice(21 * 6)); // the other picture
    }
    const last = int32(Int32Array.from(codes.data, (c, i) => (i === 20 ? (c + 1) % 6 : c)), [2, 21]);
    expect(await compute(last)).toEqual(base); // nothing is told of the last scale
  }
  await executor.close();
});
test('one stage of the sampler is the same scale of the whole', () => {
  const whole = logitsOf(codes);
  const starts = scaleStarts(tokenizer.scales);
  for (const k of [0, 1, 2]) {
    const before = k > 0 ? { codes: constant(int32([0, 1].flatMap((n) => [...codes.data.slice(21 * n, 21 * n + starts[k]!)].map(Number)), [2, starts[k]!])) } : {};
    const places = tokenizer.scales[k]! ** 2;
    const found = run(varStage({ params: views(params), tokenizer: vq, entries, caption: heard, ...before }, k, config))[0]!;
    [0, 1].forEach((n) => found.slice(n * places * 6, (n + 1) * places * 6).forEach((v, i) => expect(v).toBeCloseTo(whole[(21 * n + starts[k]!) * 6 + i]!, 10)));
    const empty = int32([1, 2, 0, 0, 1, 2, 0, 0], [2, 4]);
    const guided = (scale: number): number[] => run(varStage({ params: views(params), tokenizer: vq, entries, caption: heard, ...before, guidance: { empty: varCaption(views(params), constant(empty), config), scale: constant(tensor([scale], [])) } }, k, config))[0]!;
    guided(1).forEach((v, i) => expect(v).toBeCloseTo(found[i]!, 10));
    const without = run(varStage({ params: views(params), tokenizer: vq, entries, caption: varCaption(views(params), constant(empty), config), ...before }, k, config))[0]!;
    guided(3).forEach((v, i) => expect(v).toBeCloseTo(without[i]! + 3 * (found[i]! - without[i]!), 9));
  }
});
test('the caption is heard, by its own picture alone', () => {
  const base = logitsOf(codes);
  const found = logitsOf(codes, params, int32([1, 4, 2, 0, 1, 5, 6, 2], [2, 4]));
  expect(found.slice(0, 126)).not.toEqual(base.slice(0, 126));
  expect(found.slice(126)).toEqual(base.slice(126));
});
test('a gradient reaches every param, as central differences have it', () => {
  const coarse: VarConfig = { ...config, blocks: 1, tokenizer: { ...tokenizer, scales: [1, 2] } };
  const few = int32([1, 4, 0, 5, 2, 3, 0, 1, 5, 2], [2, 5]);
  const own = views(initTokenizer(rng.fork('coarse'), coarse.tokenizer));
  expectTrainable(initVar(rng.fork('coarse'), coarse), (p) => mean(tokenLosses(varLogitsOfCodes(p, own, entries, constant(few), varCaption(p, constant(tokens), coarse), coarse), constant(few))));
});
test('losses: weights count by tokens, scales are means of their own, no scale with weight 0 gives a gradient', () => {
  const logits = constant(tensor(rng.fork('logits').fillNormal(new Float32Array(2 * 21 * 6)), [2, 21, 6]));
  const losses = tokenLosses(logits, constant(codes));
  const weights = Float32Array.from({ length: 21 }, (_, i) => (i < 5 ? 1 : 0.5));
  const [each, weighted, ...scales] = run(losses, weightedLoss(losses, constant(tensor(weights))), ...lossByScale(losses, tokenizer.scales));
  const oracle = each!.map((_, i) => {
    const row = run(logits)[0]!.slice(6 * i, 6 * i + 6);
    return Math.log(row.reduce((a, b) => a + Math.exp(b), 0)) - row[codes.data[i] as number]!;
  });
  each!.forEach((v, i) => expect(v).toBeCloseTo(oracle[i]!, 9));
  expect(weighted![0]).toBeCloseTo(oracle.reduce((total, l, i) => total + l * weights[i % 21]!, 0) / 42, 9);
  expect(scales[1]![0]).toBeCloseTo([1, 2, 3, 4, 22, 23, 24, 25].reduce((total, i) => total + oracle[i]!, 0) / 8, 9);
  const free = input('logits', [2, 21, 6]);
  const coarseOnly = weightedLoss(tokenLosses(free, constant(codes)), constant(tensor(Float32Array.from({ length: 21 }, (_, i) => (i < 5 ? 1 : 0)))));
  const [gradient] = evaluate(gradients(coarseOnly, [free]), new Map([['logits', { shape: [2, 21, 6], data: Float64Array.from(run(logits)[0]!) }]]));
  expect([...gradient!.data].every((g, i) => Math.floor(i / 6) % 21 < 5 || g === 0)).toBe(true);
});
test('the divergence from oneself is zero; from another it is the sum of p log p / q, at any heat', () => {
  const [a, b] = ['a', 'b'].map((name) => tensor(rng.fork(name).fillNormal(new Float32Array(12)), [1, 2, 6])) as [Tensor, Tensor];
  expect(run(tokenDivergence(constant(a), constant(a)))[0]![0]).toBe(0);
  for (const heat of [1, 0.5]) {
    let oracle = 0;
    for (const row of [0, 1]) {
      const probs = (t: Tensor): number[] => {
        const e = [...t.data.slice(6 * row, 6 * row + 6)].map((v) => Math.exp(Number(v) / heat));
        return e.map((v) => v / e.reduce((x, y) => x + y));
      };
      const q = probs(b);
      oracle += probs(a).reduce((total, p, i) => total + p * Math.log(p / q[i]!), 0) / 2;
    }
    expect(run(tokenDivergence(constant(a), constant(b), heat))[0]![0]).toBeCloseTo(oracle, 6);
  }
});
test('with a mistake in them, inputs of later scales change and targets are chosen anew', () => {
  const f = constant(tensor(rng.fork('f').fillNormal(new Float32Array(2 * 48)), [2, 3, 4, 4]));
  const none = varCorrection(vq, entries, f, { codes: constant(codes), at: constant(tensor(new Float32Array(42), [2, 21])) }, config);
  const some = varCorrection(vq, entries, f, { codes: constant(codes), at: constant(tensor(Float32Array.from({ length: 42 }, (_, i) => (i === 0 ? 1 : 0)), [2, 21])) }, config);
  const [a, b, targetsA, targetsB] = run(none.inputs, some.inputs, none.targets, some.targets);
  expect(none.inputs.shape).toEqual([2, 20, 3]);
  expect(targetsA![0]).toBe(targetsB![0]);
  if (targetsA![0] !== codes.data[0]) expect(b).not.toEqual(a);
  expect(b!.slice(60)).toEqual(a!.slice(60));
  // Without a mistake it is plain teacher forcing.
  const forced = run(varLogits(views(params), none.inputs, heard, config))[0]!;
  logitsOf(int32(Int32Array.from(targetsA!), [2, 21])).forEach((v, at) => expect(v).toBeCloseTo(forced[at]!, 10));
});

describe('drawing tokens', () => {
  test('two runs are equal; a picture does not depend on its batch; stopping early draws the same coarse scales', async () => {
    const stage = async (k: number, before: Tensor | undefined): Promise<Tensor> => {
      const n = before ? before.shape[0]! : batch;
      return tensor(Float32Array.from({ length: n * tokenizer.scales[k]! ** 2 * 6 }, (_, i) => ((i * 7) % 6) / 2), [n, tokenizer.scales[k]! ** 2, 6]);
    };
    let batch = 2;
    const how = { scales: tokenizer.scales, temperature: 1, topK: 4, topP: 0.95, rng: rng.fork('sampler'), stage };
    const [a, b] = [await sampleCodes({ ...how, count: 2 }), await sampleCodes({ ...how, count: 2 })];
    expect(a.codes.data).toEqual(b.codes.data);
    expect([a.codes.shape, a.logits.length]).toEqual([[2, 21], 3]);
    const early = await sampleCodes({ ...how, count: 2, upTo: 2 });
    expect([...early.codes.data]).toEqual([...a.codes.data.slice(0, 5), ...a.codes.data.slice(21, 26)]);
    batch = 1;
    expect([...(await sampleCodes({ ...how, count: 1 })).codes.data]).toEqual([...a.codes.data.slice(0, 21)]);
  });
});
