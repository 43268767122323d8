import { expect, test } from 'vitest';
import { Random } from '../base/random';
import { tensor, type Params } from '../base/tensor';
import { gradients } from '../engine/autodiff';
import { evaluate, toReference } from '../engine/evaluate';
import { expectGradient } from '../engine/testing/expect-gradient';
import { constant, input, type Value } from '../engine/value';
import { autoencode, autoencoderCode, autoencoderConfig, enlarge, initAutoencoder, upSamplers, type AutoencoderConfig } from './autoencoder';
import { meanSquaredError } from './losses';
import { enlargeMatrix } from './residual-vq';

const rng = Random.seed(8);
const tiny = (up: AutoencoderConfig['up']): AutoencoderConfig => ({ side: 8, channels: 1, widths: [2, 3], codeChannels: 3, up });
const views = (p: Params): Record<string, Value> => Object.fromEntries(Object.entries(p).map(([name, value]) => [name, constant(value)]));
const run = (value: Value): number[] => [...evaluate([value], new Map())[0]!.data];
const images = tensor(rng.fork('images').fillUniform(new Float32Array(128), -1, 1), [2, 1, 8, 8]);
const noZero = (params: Params): Params => Object.fromEntries(Object.entries(params).map(([name, t]) => [name, name.endsWith('bias') ? tensor(rng.fork(name).fillUniform(new Float32Array(t.data.length), 0.05, 0.3), t.shape) : t]));

test.each(upSamplers)('%s: the code is an eighth of the picture, the picture comes back in its shape, params counted by hand', (up) => {
  const config = autoencoderConfig(up);
  const params = initAutoencoder(rng.fork('init', up), config);
  const pictures = constant(tensor(new Float32Array(2 * 3 * 1024), [2, 3, 32, 32]));
  const code = autoencoderCode(views(params), pictures);
  expect(code.shape).toEqual([2, 6, 8, 8]);
  expect(code.shape.reduce((a, b) => a * b)).toBe((2 * 3 * 1024) / 8);
  expect(autoencode(views(params), pictures, config).shape).toEqual([2, 3, 32, 32]);
  const conv = (i: number, o: number, k = 9): number => k * i * o + o;
  const times = up === 'subpixel' ? 4 : 1;
  const expected = conv(3, 16) + conv(16, 24) + conv(24, 6, 1) + conv(6, 24) + conv(24, 16 * times) + conv(16, 16 * times) + conv(16, 3);
  expect(Object.values(params).reduce((n, { data }) => n + data.length, 0)).toBe(expected);
});
test.each(upSamplers)('%s: a gradient reaches every param, and agrees with central differences', (up) => {
  const config = tiny(up);
  const params = noZero(initAutoencoder(rng.fork('tiny', up), config));
  const p = Object.fromEntries(Object.entries(params).map(([name, { shape }]) => [name, input(name, shape)]));
  const names = Object.keys(params);
  const found = evaluate(gradients(meanSquaredError(autoencode(p, constant(images), config), constant(images)), names.map((name) => p[name]!)), new Map(names.map((name) => [name, toReference(params[name]!)])));
  expect(names.filter((_, i) => found[i]!.data.every((g) => g === 0))).toEqual([]);
  const some = ['down0.weight', 'up1.weight', 'up1.bias'];
  expectGradient((given: Readonly<Record<string, Value>>) => autoencode({ ...views(params), ...given }, constant(images), config), Object.fromEntries(some.map((name) => [name, params[name]!])), { rtol: 1e-4 });
});
test('on a flat map with equal weights a transposed convolution leaves a checkerboard, the others nothing but their border', () => {
  const flat = constant(tensor(new Float32Array(16).fill(1), [1, 1, 4, 4]));
  const inside = (up: AutoencoderConfig['up']): Set<number> => {
    const outputs = up === 'subpixel' ? 4 : 1;
    const p = views({ weight: tensor(new Float32Array(9 * outputs).fill(1), [outputs, 1, 3, 3]), bias: tensor(new Float32Array(outputs)) });
    const data = run(enlarge(p, flat, up));
    return new Set(data.filter((_, i) => i % 8 > 1 && i % 8 < 6 && i > 15 && i < 48).map((v) => Math.round(v * 1e6) / 1e6));
  };
  expect([...inside('transposed')].sort()).toEqual([1, 2, 4]); // one, two or four kernels meet
  for (const up of ['nearest', 'bilinear', 'subpixel'] as const) expect([...inside(up)]).toEqual([9]);
});
test('bilinear enlarging is that of the tokenizer, whose weights are tested there', () => {
  const map = tensor(rng.fork('map').fillNormal(new Float32Array(9)), [1, 1, 3, 3]);
  const identity = views({ weight: tensor([0, 0, 0, 0, 1, 0, 0, 0, 0], [1, 1, 3, 3]), bias: tensor([0]) });
  const matrix = enlargeMatrix(3, 6);
  run(enlarge(identity, constant(map), 'bilinear')).forEach((v, pixel) => expect(v).toBeCloseTo([...map.data].reduce<number>((total, m, place) => total + Number(m) * matrix[place * 36 + pixel]!, 0), 6));
});
