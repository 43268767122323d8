/**
 * Small convolutional autoencoders that differ in how they enlarge: what leaves its traces in a picture that a network made (Odena et al. 2016,
 * "Deconvolution and checkerboard artifacts"). Two strides of 2 down to side / 4; 3 side^2 numbers become an eighth as many.
 */
import type { Random } from '../base/random';
import { tensor, type Params } from '../base/tensor';
import { add, conv2dTransposed, matmul, relu, reshape, tanh, transpose, upsample } from '../engine/ops';
import { constant, type Value } from '../engine/value';
import { channelsToPixels } from './fold';
import { conv, initConv, prefixed, scope, zeros, type Views } from './layers';

/** transposed: a transposed convolution, 3 x 3 at stride 2 (its squares overlap unevenly); nearest, bilinear: enlarged, then a convolution; subpixel: channels become pixels. */
export const upSamplers = ['transposed', 'nearest', 'bilinear', 'subpixel'] as const;
export type UpSampler = (typeof upSamplers)[number];
export interface AutoencoderConfig {
  readonly side: number;
  readonly channels: number;
  /** Channels of the two levels, the finer first. */
  readonly widths: readonly [number, number];
  /** Of the code, at side / 4: 6 for an eighth of 3 side^2 numbers. */
  readonly codeChannels: number;
  readonly up: UpSampler;
}
/** An eighth of the numbers: 6 channels at 8 x 8 for 3 x 32 x 32. 12 thousand params; 29 where channels become pixels. */
export const autoencoderConfig = (up: UpSampler): AutoencoderConfig => ({ side: 32, channels: 3, widths: [16, 24], codeChannels: 6, up });

const biased = (rng: Random, inputs: number, outputs: number, kernel: number): Params => ({ ...initConv(rng, inputs, outputs, kernel), bias: zeros([outputs]) });
/** One enlarging step: for `transposed` the kernel is [inputs, outputs, 3, 3], for `subpixel` it makes four times the outputs. */
function initUp(rng: Random, up: UpSampler, inputs: number, outputs: number): Params {
  if (up === 'transposed') return { ...initConv(rng, outputs, inputs, 3), bias: zeros([outputs]) };
  return biased(rng, inputs, up === 'subpixel' ? 4 * outputs : outputs, 3);
}
export function initAutoencoder(rng: Random, { channels, widths: [a, b], codeChannels, up }: AutoencoderConfig): Params {
  return {
    ...prefixed('down0', biased(rng.fork('down', 0), channels, a, 3)),
    ...prefixed('down1', biased(rng.fork('down', 1), a, b, 3)),
    ...prefixed('code', biased(rng.fork('code'), b, codeChannels, 1)),
    ...prefixed('in', biased(rng.fork('in'), codeChannels, b, 3)),
    ...prefixed('up1', initUp(rng.fork('up', 1), up, b, a)),
    ...prefixed('up0', initUp(rng.fork('up', 0), up, a, a)),
    ...prefixed('out', biased(rng.fork('out'), a, channels, 3)),
  };
}
const same = { pads: [1, 1, 1, 1] } as const;
const half = { ...same, strides: [2, 2] } as const;

/** Twice the side by bilinear interpolation, pixel centres aligned, edges repeated: along rows, then along columns. */
function bilinear(x: Value): Value {
  const [n, c, side] = x.shape as [number, number, number, number];
  const weights = Float32Array.from({ length: 2 * side * side }, (_, i) => {
    const [from, to] = [Math.floor(i / (2 * side)), i % (2 * side)];
    return Math.max(0, 1 - Math.abs(Math.max(0, Math.min(side - 1, (to + 0.5) / 2 - 0.5)) - from));
  });
  const along = constant(tensor(weights, [side, 2 * side]));
  const rows = transpose(matmul(x, along), [0, 1, 3, 2]); // [n, c, 2 side, side]
  return transpose(reshape(matmul(rows, along), [n, c, 2 * side, 2 * side]), [0, 1, 3, 2]);
}
/** One step of the way up: [n, c, side, side] -> twice the side. */
export function enlarge(p: Views, x: Value, up: UpSampler): Value {
  const side = x.shape[2]!;
  switch (up) {
    case 'transposed': return add(conv2dTransposed(x, p['weight']!, [2 * side, 2 * side], half), reshape(p['bias']!, [1, p['bias']!.shape[0]!, 1, 1]));
    case 'nearest': return conv(p, upsample(x, [2, 2]), same);
    case 'bilinear': return conv(p, bilinear(x), same);
    case 'subpixel': return channelsToPixels(conv(p, x, same), 2);
  }
}
/** Pictures [n, channels, side, side] in [-1, 1] -> codes [n, codeChannels, side / 4, side / 4]. */
export function autoencoderCode(p: Views, images: Value): Value {
  let h = images;
  for (const i of [0, 1]) h = relu(conv(scope(p, `down${i}`), h, half));
  return conv(scope(p, 'code'), h, {});
}
/** Codes -> pictures in (-1, 1). */
export function autoencoderPicture(p: Views, code: Value, { up }: AutoencoderConfig): Value {
  let h = relu(conv(scope(p, 'in'), code, same));
  for (const i of [1, 0]) h = relu(enlarge(scope(p, `up${i}`), h, up));
  return tanh(conv(scope(p, 'out'), h, same));
}
export const autoencode = (p: Views, images: Value, config: AutoencoderConfig): Value => autoencoderPicture(p, autoencoderCode(p, images), config);
