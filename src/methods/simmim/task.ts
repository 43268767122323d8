/** Pictures without labels, few with labels, and the views that a step sees of them; all standardised channel by channel. */
import { exp, log } from '../../base/math';
import type { Random } from '../../base/random';
import { floats, tensor, type Tensor } from '../../base/tensor';
import { bilinear } from '../../data/augment';
import type { Labelled } from '../../data/labelled';
import { makeSceneClassSet } from '../../data/scene/classes';
import { makeSceneSet } from '../../data/scene/set';
import { downstreamClasses, makeGlyphs, upstreamClasses } from '../../data/sets/glyphs';
import { readTypefaces } from '../../data/typefaces';
import type { Lab } from '../../lab/lab';
import type { SimmimShape } from '../../nn/simmim';
import type { ValuesOf } from '../../spec/knobs';
import type { card } from './card';

export type Knobs = ValuesOf<typeof card.knobs>;
export const side = 32;
export const patch = 4;
export const across = side / patch;
export const area = side * side;

export interface Task {
  readonly shape: SimmimShape;
  /** Unlabelled, [n, channels, side, side]. */
  readonly train: Tensor;
  readonly validation: Tensor;
  /** For each pixel of the validation pictures, [n * side * side]: 1 where there is an object or ink, 0 on the background. */
  readonly figure: Uint8Array;
  readonly few: Labelled;
  readonly test: Labelled;
  /** Of the unlabelled pictures, channel by channel. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
  /** Numbers of raw pictures that are black and white. */
  readonly range: readonly [number, number];
}
type Raw = Pick<Task, 'train' | 'validation' | 'figure' | 'few' | 'test' | 'range'>;
const sizes = { '32': { width: 32, blocks: 2, heads: 4, mlpRatio: 2 }, '48': { width: 48, blocks: 2, heads: 4, mlpRatio: 2 }, '64': { width: 64, blocks: 3, heads: 4, mlpRatio: 2 }, '96': { width: 96, blocks: 4, heads: 4, mlpRatio: 2 } } as const;

export async function openTask(lab: Lab, knobs: Knobs): Promise<Task> {
  const raw = knobs.data === 'scenes' ? scenes(lab.seed, knobs) : await glyphs(lab, knobs);
  const channels = raw.train.shape[1]!;
  const { mean, std } = statistics(floats(raw.train), channels);
  const standard = (x: Tensor): Tensor => tensor(floats(x).map((v, at) => (v - mean[Math.floor(at / area) % channels]!) / std[Math.floor(at / area) % channels]!), x.shape);
  return {
    ...raw, mean, std,
    shape: { side, channels, patch, classToken: true, ...sizes[knobs.width] },
    train: standard(raw.train), validation: standard(raw.validation),
    few: { ...raw.few, x: standard(raw.few.x) }, test: { ...raw.test, x: standard(raw.test.x) },
  };
}
function scenes(seed: number, { pictures, heldOut, shots, testPerClass, classes }: Knobs): Raw {
  const many = (split: string, count: number, masks: boolean) => makeSceneSet({ seed, split: `unlabelled/${split}`, count, side, objects: [1, 4], masks });
  const named = (split: string, perClass: number): Labelled => makeSceneClassSet({ task: classes, perClass, seed, split: `labelled/${split}`, side });
  const validation = many('validation', heldOut, true);
  const slots = validation.masks!.shape[1]!;
  const shown = floats(validation.masks!);
  const figure = Uint8Array.from({ length: heldOut * area }, (_, at) => {
    const [i, p] = [Math.floor(at / area), at % area];
    return Number(Array.from({ length: slots }, (_, k) => shown[(i * slots + k) * area + p]!).some((share) => share > 0.5));
  });
  return { train: many('train', pictures, false).x, validation: validation.x, figure, few: named('train', shots), test: named('test', testPerClass), range: [-1, 1] };
}
async function glyphs(lab: Lab, { pictures, heldOut, shots, testPerClass }: Knobs): Promise<Raw> {
  const typefaces = readTypefaces(await lab.asset('data/typefaces.bin'));
  const drawn = (split: string, names: readonly string[], perClass: number): Labelled => makeGlyphs(typefaces, { seed: lab.seed, split: `masked/${split}`, classes: names, perClass, side });
  const unlabelled = (split: string, count: number): Tensor => {
    const { x } = drawn(split, upstreamClasses, Math.ceil(count / upstreamClasses.length));
    return tensor(floats(x).slice(0, count * area), [count, 1, side, side]);
  };
  const validation = unlabelled('validation', heldOut);
  return { train: unlabelled('train', pictures), validation, figure: Uint8Array.from(floats(validation), (v) => Number(v > 0.5)), few: drawn('few', downstreamClasses, shots), test: drawn('test', downstreamClasses, testPerClass), range: [0, 1] };
}
function statistics(x: Float32Array, channels: number): { mean: number[]; std: number[] } {
  const count = x.length / channels;
  const [mean, square] = [new Array<number>(channels).fill(0), new Array<number>(channels).fill(0)];
  x.forEach((v, at) => (mean[Math.floor(at / area) % channels]! += v / count));
  x.forEach((v, at) => (square[Math.floor(at / area) % channels]! += (v - mean[Math.floor(at / area) % channels]!) ** 2 / count));
  return { mean, std: square.map(Math.sqrt) };
}
/** As raw numbers again, for drawing. */
export const raw = ({ mean, std }: Pick<Task, 'mean' | 'std'>, x: Tensor): Tensor =>
  tensor(floats(x).map((v, at) => v * std[Math.floor(at / area) % mean.length]! + mean[Math.floor(at / area) % mean.length]!), x.shape);

/** Pictures `rows`, each cropped at random to a share of 0.67 to 1 of its area and an aspect of 3/4 to 4/3, drawn large again, and mirrored by chance. */
export function viewed(x: Tensor, rows: ArrayLike<number>, rng: Random, { crop, mirror }: { crop: boolean; mirror: boolean }): Tensor {
  const channels = x.shape[1]!;
  const size = channels * area;
  const out = new Float32Array(rows.length * size);
  for (let k = 0; k < rows.length; k++) {
    const from = floats(x).subarray(rows[k]! * size, (rows[k]! + 1) * size);
    const own = rng.fork(k);
    const box = crop ? cropBox(own.fork('crop')) : { left: 0, top: 0, width: side, height: side };
    const flipped = mirror && own.fork('mirror').bernoulli(0.5);
    if (!crop && !flipped) out.set(from, k * size);
    else for (let c = 0; c < channels; c++) resample(from.subarray(c * area, (c + 1) * area), out.subarray(k * size + c * area, k * size + (c + 1) * area), box, flipped);
  }
  return tensor(out, [rows.length, channels, side, side]);
}
interface Box { readonly left: number; readonly top: number; readonly width: number; readonly height: number }
export function cropBox(rng: Random): Box {
  const share = rng.uniform(0.67, 1) * area;
  const aspect = exp(rng.uniform(log(3 / 4), log(4 / 3)));
  const [width, height] = [Math.min(side, Math.sqrt(share * aspect)), Math.min(side, Math.sqrt(share / aspect))];
  return { left: rng.uniform() * (side - width), top: rng.uniform() * (side - height), width, height };
}
/** Pixel centres lie at whole numbers, the picture's edge half a pixel beyond the outer ones. */
function resample(from: Float32Array, to: Float32Array, { left, top, width, height }: Box, mirrored: boolean): void {
  for (let row = 0; row < side; row++)
    for (let column = 0; column < side; column++) {
      const u = mirrored ? side - 1 - column : column;
      to[row * side + column] = bilinear(from, side, side, left + ((u + 0.5) * width) / side - 0.5, top + ((row + 0.5) * height) / side - 0.5);
    }
}
