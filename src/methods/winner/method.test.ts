import { deflateSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import { Random } from '../../base/random';
import { floats } from '../../base/tensor';
import { writeWav } from '../../data/files/wav';
import { testLab } from '../../lab/testing';
import { initSiren, siren, type SirenShape } from '../../nn/siren';
import { createWasmExecutor } from '../../runtime/wasm';
import { defaultsOf } from '../../spec/knobs';
import { card } from './card';
import { method } from './method';
import { perturb, scalesOf } from './noise';
import { fixture } from '../../data/files/testing/fixtures';
import { makeTarget } from './target';

const wasm = await createWasmExecutor();
afterAll(() => wasm.close());
const shape: SirenShape = { inputs: 1, outputs: 1, layers: 4, hidden: 64, omega1: 30, omega0: 30 };
const start = initSiren(Random.seed(3).fork('init'), shape);
const knobs = { ...defaultsOf(card.knobs), ...card.quick };

test('with both scales 0 the start is SIREN’s, bit for bit', () => {
  const silent = perturb(start, { s0: 0, s1: 0 }, 30, Random.seed(3));
  for (const name of Object.keys(start)) expect(floats(silent[name]!)).toEqual(floats(start[name]!));
});
test('noise changes the first two weight matrices alone, with the standard deviations S0/30 and S1/30', () => {
  const noisy = perturb(start, { s0: 45, s1: 1.5 }, 30, Random.seed(3));
  const spread = (name: string): number => {
    const [a, b] = [floats(start[name]!), floats(noisy[name]!)];
    return Math.sqrt(a.reduce((sum, v, i) => sum + (b[i]! - v) ** 2, 0) / a.length);
  };
  for (const name of Object.keys(start)) if (name !== 'layer0.weight' && name !== 'layer1.weight') expect(floats(noisy[name]!)).toEqual(floats(start[name]!));
  expect(spread('layer0.weight') / 1.5).toBeGreaterThan(0.6); // 64 draws
  expect(spread('layer0.weight') / 1.5).toBeLessThan(1.4);
  expect(spread('layer1.weight')).toBeCloseTo(0.05, 2); // 4096 draws
});
test('initialisation stays inside its bounds', () => {
  const largest = (name: string): number => floats(start[name]!).reduce((m, v) => Math.max(m, Math.abs(v)), 0);
  expect(largest('layer0.weight')).toBeLessThanOrEqual(1);
  expect(largest('layer2.weight')).toBeLessThanOrEqual(Math.sqrt(6 / 64) / 30 + 1e-9);
  expect(largest('layer4.weight')).toBeLessThanOrEqual(Math.sqrt(6 / 64) / 30 + 1e-9);
});
test('scales follow the released code: sound a = 7, b = 3, images a = 5, b = 0.4, divided by C', () => {
  expect(scalesOf({ centroid: 0.45, channels: 1 }, 3500).s0).toBeCloseTo(3500 * (1 - Math.exp(-7 * 0.45)), 6);
  expect(scalesOf({ centroid: 0.45, channels: 1 }, 3500).s1).toBeCloseTo(1.35, 9);
  expect(scalesOf({ centroid: 0.3, channels: 3, imageSide: 64 }, 50).s0).toBeCloseTo(50 * (1 - Math.exp((-5 * 0.3) / 3)), 6);
  expect(scalesOf({ centroid: 0, channels: 1 }, 3500)).toEqual({ s0: 0, s1: 0 });
});
test('the published constant is scaled by N / 150,000', async () => {
  expect((await makeTarget({ ...knobs, samples: '2048' }, 1, [])).s0Max).toBeCloseTo(47.79, 2);
});
test('wrapping the first layer’s argument leaves the output where it was', async () => {
  const kit = testLab(wasm);
  const noisy = perturb(start, { s0: 3500, s1: 1 }, 30, Random.seed(3)); // arguments of thousands of radians
  const { x } = await makeTarget(knobs, 1, []);
  const forward = kit.lab.forward({ name: 'siren', params: Object.fromEntries(Object.entries(noisy).map(([n, p]) => [n, p.shape])), inputs: { x: { shape: x.shape } }, outputs: ({ params, inputs }) => ({ y: siren(params, inputs.x!, shape).output }) });
  const y = floats((await forward.run(noisy, { x })).y!);
  // Oracle: the formula in float64, without wrapping. Rounding of a 3500-radian argument alone is about 2e-4.
  const point = (at: number): number => {
    let h = [floats(x)[at]!];
    for (let l = 0; l < 4; l++) {
      const [w, b] = [floats(noisy[`layer${l}.weight`]!), floats(noisy[`layer${l}.bias`]!)];
      h = Array.from({ length: 64 }, (_, j) => Math.sin(30 * (h.reduce((sum, v, i) => sum + v * w[i * 64 + j]!, 0) + b[j]!)));
    }
    return h.reduce((sum, v, i) => sum + v * floats(noisy['layer4.weight']!)[i]!, floats(noisy['layer4.bias']!)[0]!);
  };
  for (const at of [0, 17, 200, 511]) expect(Math.abs(y[at]! - point(at))).toBeLessThan(5e-3);
  await kit.close();
});
test('SIREN cannot hear a high band, SIREN² can: after 150 steps it is ahead by 10 dB', async () => {
  const kit = testLab(wasm, { arms: ['siren', 'siren2'] });
  await method.run(kit.lab, { ...knobs, steps: 150, hidden: 64 });
  const psnr = (arm: string): number => kit.outcomes.find((o) => o.arm === arm && o.metric === 'psnr')!.value;
  expect(psnr('siren2')).toBeGreaterThan(psnr('siren') + 10);
  expect(kit.lights.every((light) => light.holds)).toBe(true);
  await kit.close();
});
test('a WAV takes the signal’s place and can be heard; a PNG becomes 64 by 64 points with two coordinates', async () => {
  const tone = Float32Array.from({ length: 3000 }, (_, n) => 0.5 * Math.sin(n / 3));
  const kit = testLab(wasm, { arms: ['siren2'], files: [{ name: 'tone.wav', bytes: writeWav(tone, 11025) }] });
  await method.run(kit.lab, { ...knobs, steps: 20 });
  const audio = kit.pictures.get('audio');
  expect(audio?.kind === 'audio' && [audio.sampleRateHz, audio.clips.length, audio.clips[0]!.samples.length]).toEqual([11025, 2, 512]);
  const target = await makeTarget(knobs, 1, [{ name: 'grey.png', bytes: greyPng(8, 8) }]);
  expect([target.x.shape, target.y.shape, target.imageSide]).toEqual([[4096, 2], [4096, 1], 64]);
  for (const name of ['colour.jpg', 'lossless.webp']) expect((await makeTarget(knobs, 1, [fixture(name)])).y.shape).toEqual([4096, 3]);
  await kit.close();
});
test('a file that is neither, and a band that falls, are refused with a reason', async () => {
  await expect(makeTarget(knobs, 1, [{ name: 'notes.txt', bytes: new TextEncoder().encode('hello') }])).rejects.toThrow(/neither a WAV nor a picture/);
  await expect(makeTarget({ ...knobs, bandLow: 0.6, bandHigh: 0.3 }, 1, [])).rejects.toThrow(/band must rise/);
});

/** A grey gradient, one filter byte a row, as a PNG reader expects it. */
function greyPng(width: number, height: number): Uint8Array {
  const crcTable = Array.from({ length: 256 }, (_, n) => Array.from({ length: 8 }).reduce<number>((c) => (c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1), n) >>> 0);
  const chunk = (type: string, data: Uint8Array): Buffer => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const crc = [...body].reduce((c, b) => (crcTable[(c ^ b) & 255]! ^ (c >>> 8)) >>> 0, 0xffffffff);
    const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    check.writeUInt32BE((crc ^ 0xffffffff) >>> 0);
    return Buffer.concat([length, body, check]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8;
  const rows = Buffer.concat(Array.from({ length: height }, (_, r) => Buffer.from([0, ...Array.from({ length: width }, (_, c) => (r * width + c) * 3)])));
  return new Uint8Array(Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), chunk('IHDR', header), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))]));
}
