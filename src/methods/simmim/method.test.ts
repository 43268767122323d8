import { afterAll, expect, test } from 'vitest';
import { Random } from '../../base/random';
import { floats, tensor, type Params, type Tensor } from '../../base/tensor';
import { batchOfHidden } from '../../data/masks';
import { shapesOf } from '../../lab/evaluate';
import { testLab } from '../../lab/testing';
import { createWasmExecutor } from '../../runtime/wasm';
import { readKnobs } from '../../spec/knobs';
import { simmimBackbone } from './backbones';
import { card } from './card';
import { audit, errorsOf } from './judge';
import { arms, countHidden, hiddenOf, inSquares, masksOf, meanDistance, type Arm } from './masks';
import { method } from './method';
import { area, cropBox, openTask, patch, raw, side, viewed, type Knobs } from './task';

const wasm = await createWasmExecutor();
afterAll(() => wasm.close());
const knobs = (more: Partial<Record<keyof Knobs, unknown>> = {}): Knobs => readKnobs(card.knobs, { ...card.quick, ...more });
const kit = testLab(wasm, { seed: 7 });
afterAll(() => kit.close());
const task = await openTask(kit.lab, knobs());

test('every mask hides ceil(n n ratio) squares, whole, and each picture has a mask of its own', () => {
  for (const square of ['4', '8', '16'] as const)
    for (const ratio of [0.1, 0.5, 0.6, 0.75, 0.9]) {
      const n = side / Number(square);
      const cells = Math.ceil(n * n * ratio);
      const masks = masksOf('simmim', Random.seed(3).fork(square, ratio), 20, { square, ratio });
      for (const mask of masks) {
        expect(mask.reduce((a, b) => a + b, 0)).toBe(cells * (Number(square) / patch) ** 2);
        expect(inSquares(mask, Number(square))).toBe(true);
      }
      if (cells < n * n) expect(new Set(masks.map(String)).size).toBeGreaterThan(1);
    }
  const ragged = new Uint8Array(64);
  ragged[1] = 1;
  expect([inSquares(ragged, 4), inSquares(ragged, 8)]).toEqual([true, false]);
});
test('the other ways of hiding hide as many as they say', () => {
  for (const arm of arms.filter((a) => a !== 'scratch')) expect(hiddenOf(arm, Random.seed(5), knobs()).reduce((a, b) => a + b, 0)).toBe(countHidden(arm, knobs()));
  expect(countHidden('mae', knobs())).toBe(48);
  expect(countHidden('blocks', knobs({ ratio: 0.6 }))).toBe(39);
});
test('AvgDist is what the definition gives, pixel by pixel', () => {
  const mask = hiddenOf('simmim', Random.seed(9), knobs());
  const at = (x: number, y: number): boolean => mask[Math.floor(y / patch) * 8 + Math.floor(x / patch)] === 1;
  let [sum, count] = [0, 0];
  for (let p = 0; p < area; p++) {
    if (!at(p % side, Math.floor(p / side))) continue;
    let nearest = Infinity;
    for (let v = 0; v < area; v++) if (!at(v % side, Math.floor(v / side))) nearest = Math.min(nearest, Math.hypot((v % side) - (p % side), Math.floor(v / side) - Math.floor(p / side)));
    [sum, count] = [sum + nearest, count + 1];
  }
  expect(meanDistance([mask])).toBeCloseTo(sum / count, 10);
  expect(meanDistance([new Uint8Array(64)])).toBeUndefined();
});
test('unlabelled pictures have mean 0 and standard deviation 1 in every channel, and come back as they were', () => {
  const x = floats(task.train);
  for (const c of [0, 1, 2]) {
    const own = Array.from(x).filter((_, at) => Math.floor(at / area) % 3 === c);
    const mean = own.reduce((a, b) => a + b, 0) / own.length;
    expect(mean).toBeCloseTo(0, 5);
    expect(own.reduce((a, b) => a + (b - mean) ** 2, 0) / own.length).toBeCloseTo(1, 4);
  }
  expect(floats(raw(task, task.train)).every((v) => v >= -1.00001 && v <= 1.00001)).toBe(true);
});
test('a crop lies in the picture, has the asked area, and shows a ramp as a ramp', () => {
  const ramp = tensor(Float32Array.from({ length: area }, (_, p) => p % side), [1, 1, side, side]);
  for (let i = 0; i < 50; i++) {
    const rng = Random.seed(2).fork(i);
    const { left, top, width, height } = cropBox(rng.fork(0).fork('crop'));
    expect(Math.min(left, top, side - left - width, side - top - height)).toBeGreaterThanOrEqual(-1e-9);
    expect((width * height) / area).toBeLessThanOrEqual(1 + 1e-9);
    expect((width * height) / area).toBeGreaterThan(0.6);
    const seen = floats(viewed(ramp, [0], rng, { crop: true, mirror: false }));
    const flipped = floats(viewed(ramp, [0], rng, { crop: true, mirror: true }));
    expect(seen[20]! - seen[10]!).toBeCloseTo((10 * width) / side, 3);
    expect([...flipped.subarray(0, side)]).toEqual(rng.fork(0).fork('mirror').bernoulli(0.5) ? [...seen.subarray(0, side)].reverse() : [...seen.subarray(0, side)]);
  }
  expect([...floats(viewed(ramp, [0], Random.seed(1), { crop: false, mirror: false }))]).toEqual([...floats(ramp)]);
});
test('errors are those of hidden and of visible pixels, by hand', () => {
  const own = { validation: tensor(new Float32Array(area), [1, 1, side, side]), figure: Uint8Array.from({ length: area }, (_, p) => Number(p < side)), shape: { ...task.shape, channels: 1 } };
  const mask = new Uint8Array(64).fill(0, 0).map((_, i) => Number(i < 8)); // the top four rows
  const told = Float32Array.from({ length: area }, (_, p) => (p < side ? -3 : p < 4 * side ? 1 : 0.5));
  expect(errorsOf(own, told, [mask])).toEqual({ masked: (3 + 3 * 1) / 4, visible: 0.5, figure: 3, meanColour: 0 });
  expect(errorsOf(own, told, [new Uint8Array(64)]).masked).toBeUndefined();
});
test('the audit sees what it should: a loss over all pixels looks at visible targets, and pixels painted over are looked at', async () => {
  const masks = masksOf('simmim', Random.seed(4), 3, knobs());
  const start = simmimBackbone(task, knobs(), 'masked').start(Random.seed(1));
  const found = await audit(kit.lab, task, start, masks, 'l1');
  expect(found.loss).toBeGreaterThan(0);
  expect(Object.is(found.otherVisible, found.loss)).toBe(true);
  expect([found.nothingHidden, found.unseen]).toEqual([0, true]);
  const lossAt = async (region: Knobs['region'], target: Tensor): Promise<number> => {
    const backbone = simmimBackbone(task, knobs(), region);
    const forward = kit.lab.forward({ name: `loss-${region}`, params: shapesOf(start), inputs: { images: { shape: [3, 3, side, side] }, hidden: { shape: [3, 64] } }, outputs: ({ params, inputs }) => ({ loss: backbone.loss(params, inputs) }) });
    return floats((await forward.run(start, { images: target, ...backbone.feeds(masks) })).loss!)[0]!;
  };
  const images = tensor(floats(task.validation).slice(0, 3 * 3 * area), [3, 3, side, side]);
  expect(await lossAt('masked', images)).toBeCloseTo(found.loss, 5);
  expect(Math.abs((await lossAt('all', images)) - (await lossAt('masked', images)))).toBeGreaterThan(1e-4);
  expect(floats(batchOfHidden(masks).hidden).reduce((a, b) => a + b, 0)).toBe(3 * countHidden('simmim', knobs()));
});
test('fine-tuning takes over the encoder bit for bit, and neither mask token nor pixel head', () => {
  const backbone = simmimBackbone(task, knobs({ head: 'mlp' }), 'masked');
  const start: Params = backbone.start(Random.seed(6));
  const encoder = backbone.encoder(start);
  expect(Object.keys(start).filter((name) => !(name in encoder)).sort()).toEqual(['mask.weight', 'pixels.out.bias', 'pixels.out.weight', 'pixels.up.bias', 'pixels.up.weight']);
  for (const [name, value] of Object.entries(encoder)) expect(value).toBe(start[name]);
});
test.each<[Arm, Partial<Record<keyof Knobs, unknown>>]>([['simmim', { head: 'mlp', distance: 'smoothL1', region: 'all', crop: false }], ['large', { ratio: 0.9, distance: 'l2' }]])('a whole run with other switches: %s', async (arm, more) => {
  const own = testLab(wasm, { arms: [arm] });
  await method.run(own.lab, knobs(more));
  await own.close();
  expect(own.outcomes.every(({ value }) => Number.isFinite(value))).toBe(true);
  expect(own.lights.every(({ holds }) => holds)).toBe(true);
});
