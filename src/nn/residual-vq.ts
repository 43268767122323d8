/**
 * A tokenizer of pictures for next-scale prediction (Tian et al. 2024, "Visual autoregressive modeling", arXiv:2404.02905, algorithms 1
 * and 2): an encoder's map f is written as a sum of token maps of growing size, each a codebook's nearest entries to what is still missing,
 *   r_k = nearest(shrink(f - fhat_{k-1}, s_k)),   fhat_k = fhat_{k-1} + phi_k(enlarge(codebook[r_k])),   phi_k(z) = (z + conv_k z) / 2
 * Shrinking is the mean over areas, enlarging bilinear; both are one matrix. The codebook is a running mean of what chose each entry (van
 * den Oord et al. 2017, arXiv:1711.00937, appendix A.1): a buffer, not a param. Entries that nothing chooses are put where residuals are.
 */
import { ShapeError } from '../base/errors';
import type { Random } from '../base/random';
import { tensor, type Params } from '../base/tensor';
import { add, argMin, cast, concat, div, gather, greater, less, linear, matmul, mean, mul, neg, relu, reshape, sliceAxis, stopGradient, sub, sum, tanh, transpose, where } from '../engine/ops';
import { oneHot, square } from '../engine/ops/compose';
import { constant, type Value } from '../engine/value';
import { channelsToPixels, pixelsToChannels } from './fold';
import { conv, groupNorm, initConv, initNorm, normalTensor, ones, prefixed, scope, zeros, type Views } from './layers';

export interface TokenizerConfig {
  readonly side: number;
  readonly channels: number;
  /** Sizes of the token maps, the last that of the encoder's map: side / 2. */
  readonly scales: readonly number[];
  /** Entries of the codebook, and their length. */
  readonly codes: number;
  readonly codeWidth: number;
  /** Channels within encoder and decoder. */
  readonly width: number;
}
/** For scenes of 16 pixels: 85 tokens of 7 bits. */
export const tokenizerConfig: TokenizerConfig = { side: 16, channels: 3, scales: [1, 2, 4, 8], codes: 128, codeWidth: 16, width: 32 };
/** Tokens of each scale, and where each scale's begin. */
export const scaleStarts = (scales: readonly number[]): number[] => scales.map((_, k) => scales.slice(0, k).reduce((total, s) => total + s * s, 0));
export const tokenCount = (scales: readonly number[]): number => scales.reduce((total, s) => total + s * s, 0);

const biased = (rng: Random, inputs: number, outputs: number, kernel: number): Params => ({ ...initConv(rng, inputs, outputs, kernel), bias: zeros([outputs]) });
const initResidual = (rng: Random, width: number): Params => ({ ...prefixed('norm', initNorm(width)), ...prefixed('conv1', biased(rng.fork('conv1'), width, width, 3)), ...prefixed('conv2', biased(rng.fork('conv2'), width, width, 3)) });
/** Params of encoder, decoder and the phi of every scale. */
export const initTokenizer = (rng: Random, { channels, scales, codeWidth, width }: TokenizerConfig): Params => ({
  ...prefixed('encoder.in', biased(rng.fork('encoder in'), 4 * channels, width, 3)),
  ...prefixed('encoder.res', initResidual(rng.fork('encoder res'), width)),
  ...prefixed('encoder.out', biased(rng.fork('encoder out'), width, codeWidth, 3)),
  ...(Object.assign({}, ...scales.map((_, k) => prefixed(`phi${k}`, biased(rng.fork('phi', k), codeWidth, codeWidth, 3)))) as Params), // parts are Params, all names different
  ...prefixed('decoder.in', biased(rng.fork('decoder in'), codeWidth, width, 3)),
  ...prefixed('decoder.res', initResidual(rng.fork('decoder res'), width)),
  ...prefixed('decoder.out', biased(rng.fork('decoder out'), width, 4 * channels, 3)),
});
/** Buffers: `codebook.entries` [codes, codeWidth], `codebook.sums` their sum of members, `codebook.counts` how many chose each (running means). */
export function initCodebook(rng: Random, { codes, codeWidth }: TokenizerConfig): Params {
  const entries = normalTensor(rng, [codes, codeWidth], 0.5);
  return { 'codebook.entries': entries, 'codebook.sums': tensor(Float32Array.from(entries.data), entries.shape), 'codebook.counts': ones([codes]) };
}

// -- Maps as rows of places: [n, c, places], so that shrinking and enlarging are one product ---------------------------------

/** [size * size, scale * scale]: the mean over areas; where sizes do not divide, pixels count by the share of them inside. */
export function shrinkMatrix(size: number, scale: number): Float32Array {
  const share = (pixel: number, place: number): number => Math.max(0, Math.min((pixel + 1) * scale, (place + 1) * size) - Math.max(pixel * scale, place * size)) / size;
  return separable(size, scale, (pixel, place) => share(pixel, place));
}
/** [scale * scale, size * size]: bilinear, centres of pixels aligned, edges repeated. */
export function enlargeMatrix(scale: number, size: number): Float32Array {
  return separable(scale, size, (place, pixel) => {
    const at = Math.max(0, Math.min(scale - 1, ((pixel + 0.5) * scale) / size - 0.5));
    return Math.max(0, 1 - Math.abs(at - place));
  });
}
/** The matrix [from^2, to^2] of one weight along rows times one along columns. */
function separable(from: number, to: number, weight: (from: number, to: number) => number): Float32Array {
  return Float32Array.from({ length: from * from * to * to }, (_, i) => {
    const [a, b] = [Math.floor(i / (to * to)), i % (to * to)];
    return weight(Math.floor(a / from), Math.floor(b / to)) * weight(a % from, b % to);
  });
}
const resized = (x: Value, matrix: Float32Array, from: number, to: number): Value => (from === to ? x : matmul(x, constant(tensor(matrix, [from * from, to * to]))));
/** [n, c, from^2] -> [n, c, to^2]. */
export const shrunk = (x: Value, from: number, to: number): Value => resized(x, shrinkMatrix(from, to), from, to);
export const enlarged = (x: Value, from: number, to: number): Value => resized(x, enlargeMatrix(from, to), from, to);

// -- Encoder and decoder -----------------------------------------------------------------------------------------------------

const same = { pads: [1, 1, 1, 1] } as const;
function residual(p: Views, x: Value): Value {
  const first = conv(scope(p, 'conv1'), relu(groupNorm(scope(p, 'norm'), x, 8)), same);
  return add(x, conv(scope(p, 'conv2'), relu(first), same));
}
/** Pictures [n, channels, side, side] in [-1, 1] -> the map f [n, codeWidth, side / 2, side / 2]. */
export const encode = (p: Views, images: Value): Value => conv(scope(p, 'encoder.out'), residual(scope(p, 'encoder.res'), conv(scope(p, 'encoder.in'), pixelsToChannels(images, 2), same)), same);
/** fhat -> pictures, in [-1, 1] by tanh. */
export const decode = (p: Views, map: Value): Value => tanh(channelsToPixels(conv(scope(p, 'decoder.out'), relu(residual(scope(p, 'decoder.res'), conv(scope(p, 'decoder.in'), map, same))), same), 2));

// -- Codes -------------------------------------------------------------------------------------------------------------------

/** Rows [m, width] -> int32 [m]: the entry nearest to each, by |e|^2 / 2 - x.e. */
export const nearest = (rows: Value, entries: Value): Value => argMin(linear(rows, neg(transpose(entries)), mul(sum(square(entries), { axes: [1] }), 0.5)), 1);
/** phi_k of the enlarged entries of int32 codes [n, s^2]: what scale k adds to fhat, [n, codeWidth, size, size]. */
export function contribution(p: Views, entries: Value, codes: Value, k: number, { scales, codeWidth }: TokenizerConfig): Value {
  const [n, size] = [codes.shape[0]!, scales.at(-1)!];
  const z = enlarged(transpose(gather(entries, codes), [0, 2, 1]), scales[k]!, size);
  const map = reshape(z, [n, codeWidth, size, size]);
  return mul(add(map, conv(scope(p, `phi${k}`), map, same)), 0.5);
}
export interface Quantised {
  /** int32 [n, tokens]: the nearest entries. */
  readonly codes: Value;
  /** fhat of the last scale, [n, codeWidth, size, size]. */
  readonly map: Value;
  /** fhat after each scale. */
  readonly maps: readonly Value[];
  /** What each token was chosen for: the shrunk residuals, [n * tokens of all scales, codeWidth], scale by scale. */
  readonly residuals: Value;
  /** The codes in the residuals' order, [n * tokens]. */
  readonly chosen: Value;
}
/**
 * The token maps of f. With `replace`, tokens where `at` [n, tokens] is 1 are exchanged for `codes` [n, tokens] before later scales are
 * chosen: the codes that come back are still the nearest to what was then missing, so that a model learns to mend its own mistakes
 * (Infinity's bitwise self-correction, Han et al. 2024, arXiv:2412.04431).
 */
export function quantise(p: Views, entries: Value, f: Value, config: TokenizerConfig, replace?: { readonly codes: Value; readonly at: Value }): Quantised {
  const { scales, codeWidth } = config;
  const size = scales.at(-1)!;
  const n = f.shape[0]!;
  if (f.shape[2] !== size) throw new ShapeError(`quantise: the last scale is ${size}, but the map is [${f.shape.join(',')}]. Make them equal.`);
  const starts = scaleStarts(scales);
  const codes: Value[] = [];
  const maps: Value[] = [];
  const residuals: Value[] = [];
  for (const [k, s] of scales.entries()) {
    const missing = maps.length > 0 ? sub(f, maps.at(-1)!) : f;
    const rows = reshape(transpose(shrunk(reshape(missing, [n, codeWidth, size * size]), size, s), [0, 2, 1]), [n * s * s, codeWidth]);
    const own = reshape(nearest(rows, entries), [n, s * s]);
    const part = (x: Value): Value => sliceAxis(x, 1, starts[k]!, s * s);
    const used = replace ? where(greater(part(replace.at), 0.5), part(replace.codes), own) : own;
    const added = contribution(p, entries, used, k, config);
    maps.push(maps.length > 0 ? add(maps.at(-1)!, added) : added);
    codes.push(own);
    residuals.push(rows);
  }
  return { codes: concat(codes, 1), map: maps.at(-1)!, maps, residuals: concat(residuals), chosen: concat(codes.map((c) => reshape(c, [c.shape[0]! * c.shape[1]!]))) };
}
/** fhat after each scale of given codes [n, tokens of `upTo` scales]. */
export function mapsOfCodes(p: Views, entries: Value, codes: Value, config: TokenizerConfig, upTo = config.scales.length): Value[] {
  const starts = scaleStarts(config.scales);
  const maps: Value[] = [];
  for (let k = 0; k < upTo; k++) {
    const added = contribution(p, entries, sliceAxis(codes, 1, starts[k]!, config.scales[k]! ** 2), k, config);
    maps.push(k > 0 ? add(maps[k - 1]!, added) : added);
  }
  return maps;
}

export interface TokenizerLoss {
  readonly loss: Value;
  /** Mean squared error of the pictures. */
  readonly reconstruction: Value;
  readonly commitment: Value;
  readonly buffers: Readonly<Record<string, Value>>;
  /** Share of the codebook whose running count is above `aliveAbove`. */
  readonly alive: Value;
  readonly images: Value;
}
const decay = 0.97;
/** Entries that fewer than this many rows a batch choose, on average, are put elsewhere. */
const aliveAbove = 0.5;
/**
 * Loss of a batch of pictures, and the codebook's next state. The decoder sees fhat, its gradient goes straight through to f
 * (Bengio et al. 2013, arXiv:1308.3432) and into every phi; the commitment loss 0.25 mean_k |f - fhat_k|^2 is a gradient for f and the phis.
 * @param spare int32 [codes]: places among the batch's residuals that dead entries are moved to; drawn on the host
 */
export function tokenizerLoss(p: Views, codebook: Views, images: Value, spare: Value, config: TokenizerConfig): TokenizerLoss {
  const entries = codebook['codebook.entries']!;
  const f = encode(p, images);
  const { map, maps, residuals, chosen } = quantise(p, entries, f, config);
  // Forward fhat; backward the identity in f, and through fhat into the phis.
  const through = add(map, sub(f, stopGradient(f)));
  const decoded = decode(p, through);
  const reconstruction = mean(square(sub(decoded, images)));
  const distances = maps.map((m) => mean(square(sub(f, m))));
  const commitment = mul(distances.slice(1).reduce((a, b) => add(a, b), distances[0]!), 1 / maps.length);
  const rows = stopGradient(residuals);
  const members = oneHot(chosen, config.codes); // [rows, codes]
  const counts = add(mul(codebook['codebook.counts']!, decay), mul(sum(members, { axes: [0] }), 1 - decay));
  const sums = add(mul(codebook['codebook.sums']!, decay), mul(matmul(members, rows, { transA: true }), 1 - decay));
  const dead = reshape(less(counts, aliveAbove), [config.codes, 1]);
  const elsewhere = gather(rows, spare);
  const nextEntries = where(dead, elsewhere, div(sums, reshape(add(counts, 1e-6), [config.codes, 1])));
  const buffers = {
    'codebook.entries': nextEntries,
    'codebook.sums': where(dead, elsewhere, sums),
    'codebook.counts': where(reshape(dead, [config.codes]), 1, counts),
  };
  return { loss: add(reconstruction, mul(commitment, 0.25)), reconstruction, commitment, buffers, alive: mean(cast(greater(counts, aliveAbove), 'float32')), images: decoded };
}
