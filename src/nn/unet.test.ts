import { expect, test } from 'vitest';
import { Random } from '../base/random';
import { floats, int32, tensor, type Params, type Tensor } from '../base/tensor';
import { evaluate } from '../engine/evaluate';
import { expand, mean, mul, reshape, sum } from '../engine/ops';
import { square } from '../engine/ops/compose';
import { constant, type Value } from '../engine/value';
import { dropCaptions, repeatCaption, type CaptionConfig } from './captions';
import { initUnet, maskableNames, timeTable, unet, unetConfig, unetPrediction, withZeroOutput, type MaskableLayer, type UnetConfig } from './unet';
import { captionOf, captionViews } from './captions';
import { expectTrainable } from './testing';

const caption: CaptionConfig = { vocabulary: 7, context: 4, width: 4, blocks: 1, heads: 2, pad: 0 };
const tiny: UnetConfig = { side: 4, channels: 2, patch: 1, widths: [4, 6], attention: [true, true], heads: 2, groups: 2, timesteps: 20, timeFeatures: 4, timeWidth: 6, caption };
const rng = Random.seed(5);
/** No param at zero: every path is open. */
const awake = (params: Params): Params => Object.fromEntries(Object.entries(params).map(([name, t]) => [name, t.data.every((v) => v === 0) ? tensor(rng.fork(name).fillNormal(new Float32Array(t.data.length), 0.3), t.shape) : t]));
const params = awake(initUnet(rng.fork('init'), tiny));
const x = tensor(rng.fork('x').fillNormal(new Float32Array(2 * 32)), [2, 2, 4, 4]);
const t = int32([3, 17]);
const tokens = int32([1, 3, 2, 0, 1, 5, 6, 2], [2, 4]);
const views = (p: Params): Record<string, Value> => Object.fromEntries(Object.entries(p).map(([name, value]) => [name, constant(value)]));
const run = (value: Value): number[] => [...evaluate([value], new Map())[0]!.data];
const predict = (p: Params = params, words: Tensor = tokens, config = tiny): number[] => run(unetPrediction(views(p), constant(x), constant(t), constant(words), config));

test('the number of params, counted by hand', () => {
  const count = (p: Params): number => Object.values(p).reduce((n, { data }) => n + data.length, 0);
  const res = (i: number, o: number, time: number): number => 2 * i + 9 * i * o + time * o + o + 2 * o + 9 * o * o + o + (i === o ? 0 : i * o);
  const block = (c: number, m: number): number => 6 * c + 4 * c * c + c + 2 * c * c + 2 * c * m + c + (2 * c * c + 2 * c) + (2 * c * c + c);
  const text = (v: number, context: number, w: number): number => v * w + context * w + (4 * w + 3 * w * w + 3 * w + w * w + w + 8 * w * w + 5 * w) + 2 * w;
  const config = unetConfig({ vocabulary: 100, context: 12, width: 64, blocks: 1, heads: 4, pad: 0 });
  const [a, b, time] = [32, 64, 128];
  const expected =
    text(100, 12, 64) + (64 * time + time) + (time * time + time) + (64 * time + time) + (12 * a * 9 + a) + // caption; timestep and what is told of the caption; first convolution
    res(a, a, time) + (9 * a * a + a) + res(a, b, time) + // down0, shrink, down1
    res(b + b, b, time) + block(b, 64) + res(b + a, a, time) + block(a, 64) + // up1, up0
    (2 * a + 12 * a * 9 + 12);
  expect(count(initUnet(Random.seed(1), config))).toBe(expected);
});
test('the prediction has the shape of the picture, folded or not', () => {
  expect(unetPrediction(views(params), constant(x), constant(t), constant(tokens), tiny).shape).toEqual([2, 2, 4, 4]);
  const folded = { ...tiny, patch: 2, widths: [4, 4] } as const;
  const own = initUnet(rng, folded);
  expect(unetPrediction(views(own), constant(x), constant(t), constant(tokens), folded).shape).toEqual([2, 2, 4, 4]);
});
test('with its last convolution at zero the network predicts zero, exactly', () => {
  const { prediction } = unet(views(withZeroOutput(params)), constant(x), constant(t), captionOf(captionViews(views(params)), constant(tokens), caption), tiny);
  expect(run(prediction).every((v) => v === 0)).toBe(true);
});
test('a gradient reaches every param, as central differences have it', () => {
  const one: UnetConfig = { ...tiny, widths: [4, 4] };
  const first = tensor(x.data.slice(0, 32) as Float32Array, [1, 2, 4, 4]); // a slice of floats holds floats
  expectTrainable(awake(initUnet(rng.fork('one'), one)), (p) => mean(square(unetPrediction(p, constant(first), constant(int32([7])), constant(int32([1, 3, 2, 0], [1, 4])), one))));
});
test('the caption and the timestep are heard, and padding is not', () => {
  const base = predict();
  const [first, second] = [base.slice(0, 32), base.slice(32)];
  const other = predict(params, int32([1, 4, 2, 0, 1, 5, 6, 2], [2, 4]));
  expect(other.slice(0, 32)).not.toEqual(first);
  expect(other.slice(32)).toEqual(second);
  const renamed = { ...params, 'caption.token.weight': tensor(Float32Array.from(params['caption.token.weight']!.data, (v, i) => (i < 4 ? v + 1 : v)), [7, 4]) }; // the padding's own vector
  predict(renamed).slice(0, 32).forEach((v, i) => expect(v).toBeCloseTo(first[i]!, 12));
  expect(run(unetPrediction(views(params), constant(x), constant(int32([4, 17])), constant(tokens), tiny)).slice(0, 32)).not.toEqual(first);
});
test('a hook is asked for every maskable matrix, with the input and the timestep of its block; a matrix for each sample acts on its own', () => {
  const asked: MaskableLayer[] = [];
  const base = predict();
  const kept = (layer: MaskableLayer): Value => {
    asked.push(layer);
    return mul(expand(reshape(layer.weight, [1, ...layer.weight.shape]), [2, ...layer.weight.shape]), constant(tensor([1, 0], [2, 1, 1]))); // all of the first sample's, none of the second's
  };
  const found = run(unetPrediction(views(params), constant(x), constant(t), constant(tokens), tiny, { matrix: kept }));
  expect(asked.map(({ name }) => name).sort()).toEqual(maskableNames(params).sort());
  expect(asked.length).toBe(16);
  found.slice(0, 32).forEach((v, i) => expect(v).toBeCloseTo(base[i]!, 10));
  const gone = Object.fromEntries(Object.entries(params).map(([name, value]) => [name, maskableNames(params).includes(name) ? tensor(new Float32Array(value.data.length), value.shape) : value]));
  predict(gone).slice(32).forEach((v, i) => expect(found[32 + i]).toBeCloseTo(v, 10));
  const up0 = asked.find(({ name }) => name === 'up0.attention.self.q.weight')!.block;
  expect([up0.input.shape, up0.time.shape]).toEqual([[2, 10, 4, 4], [2, 6]]); // 6 from below beside a skip of 4
});
test('the time table holds cosines and sines of falling frequencies', () => {
  const table = timeTable(50, 6);
  const angle = (row: number, j: number): number => ((1000 * row) / 50) * 10_000 ** (-j / 3);
  for (const row of [0, 7, 49]) for (const j of [0, 1, 2]) {
    expect(table[row * 6 + j]).toBeCloseTo(Math.cos(angle(row, j)), 6);
    expect(table[row * 6 + 3 + j]).toBeCloseTo(Math.sin(angle(row, j)), 6);
  }
});
test('captions are dropped at the rate asked for, row by row, and repeated', () => {
  const many = repeatCaption(Int32Array.from([1, 3, 2, 0]), 4000);
  const dropped = dropCaptions(many, Int32Array.from([1, 2, 0, 0]), 0.1, rng.fork('drop'));
  const share = Array.from({ length: 4000 }, (_, i) => dropped.data[4 * i + 1] === 2).filter(Boolean).length / 4000;
  expect(Math.abs(share - 0.1)).toBeLessThan(0.02);
  expect(dropCaptions(many, Int32Array.from([1, 2, 0, 0]), 1, rng).data.every((v, i) => v === [1, 2, 0, 0][i % 4])).toBe(true);
});
test('all outputs of blocks are there for probes', () => {
  const { blocks } = unet(views(params), constant(x), constant(t), captionOf(captionViews(views(params)), constant(tokens), caption), tiny);
  expect(blocks.map(({ name, output }) => [name, output.shape])).toEqual([['down0', [2, 4, 4, 4]], ['down1', [2, 6, 2, 2]], ['up1', [2, 6, 2, 2]], ['up0', [2, 4, 4, 4]]]);
  expect(floats(tensor(run(sum(blocks[3]!.output)))).every(Number.isFinite)).toBe(true);
});
