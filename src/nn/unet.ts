/**
 * A small U-Net for denoising diffusion (Ronneberger et al. 2015, arXiv:1505.04597; Ho et al. 2020, arXiv:2006.11239), told a timestep
 * and a caption: the caption as a whole beside the timestep, its words by cross-attention. Level i works at side / patch / 2^i with
 * widths[i] channels: one residual block on the way down; on the way up one over the block's input beside the skip, with, where
 * `attention` says, a transformer block: self-attention, cross-attention to the caption, MLP.
 * The names of the last are those that methods mask by: `up1.attention.self.q.weight`, `up1.attention.cross.out.weight`, `up1.attention.ff...`.
 */
import { cos, exp, log, sin } from '../base/math';
import type { Random } from '../base/random';
import { tensor, type Params } from '../base/tensor';
import { add, concat, gather, gelu, mul, reshape, sigmoid, transpose, upsample } from '../engine/ops';
import { constant, type Value } from '../engine/value';
import { captionOf, captionViews, initCaptions, pooledCaption, type Caption, type CaptionConfig } from './captions';
import { channelsToPixels, pixelsToChannels } from './fold';
import { conv, dense, groupNorm, initConv, initDense, initNorm, layerNorm, prefixed, scope, zeros, type Views } from './layers';
import { initMultiHead, multiHead, type MatrixHook } from './multi-head';

export interface UnetConfig {
  readonly side: number;
  readonly channels: number;
  /** Squares of so many pixels a side become channels of one place before the first convolution, and pixels again after the last. */
  readonly patch: 1 | 2;
  /** Channels of each level, the finest first. */
  readonly widths: readonly number[];
  /** Levels whose way up has a transformer block. */
  readonly attention: readonly boolean[];
  readonly heads: number;
  /** Of group normalisation. */
  readonly groups: number;
  readonly timesteps: number;
  /** Sines and cosines of the timestep. */
  readonly timeFeatures: number;
  readonly timeWidth: number;
  readonly caption: CaptionConfig;
}
/** For captioned scenes of 16 pixels: 0.43 million params. Wider at the finest level (64 channels) or without `patch` (a third level) a step takes two to four times as long. */
export const unetConfig = (caption: CaptionConfig): UnetConfig => ({
  side: 16, channels: 3, patch: 2, widths: [32, 64], attention: [true, true], heads: 4, groups: 8, timesteps: 200, timeFeatures: 64, timeWidth: 128, caption,
});
const mlpRatio = 2;

const initResidual = (rng: Random, inputs: number, outputs: number, time: number): Params => ({
  ...prefixed('norm1', initNorm(inputs)),
  ...prefixed('conv1', initConv(rng.fork('conv1'), inputs, outputs, 3)),
  ...prefixed('time', initDense(rng.fork('time'), time, outputs)),
  ...prefixed('norm2', initNorm(outputs)),
  ...prefixed('conv2', { ...initConv(rng.fork('conv2'), outputs, outputs, 3), bias: zeros([outputs]) }),
  ...(inputs !== outputs && prefixed('skip', initConv(rng.fork('skip'), inputs, outputs, 1))),
});
const initTransformerBlock = (rng: Random, width: number, memory: number): Params => ({
  ...prefixed('norm1', initNorm(width)),
  ...prefixed('self', initMultiHead(rng.fork('self'), width)),
  ...prefixed('norm2', initNorm(width)),
  ...prefixed('cross', initMultiHead(rng.fork('cross'), width, memory)),
  ...prefixed('norm3', initNorm(width)),
  ...prefixed('ff.up', initDense(rng.fork('ff up'), width, mlpRatio * width)),
  ...prefixed('ff.down', initDense(rng.fork('ff down'), mlpRatio * width, width)),
});
/** The last convolution starts at zero, so that the first prediction is zero. */
export function initUnet(rng: Random, { channels, patch, widths, attention, timeFeatures, timeWidth, caption }: UnetConfig): Params {
  const pixels = channels * patch * patch;
  const at = (name: string, level: number): Random => rng.fork(name, level);
  const down = widths.map((width, i) =>
    prefixed(`down${i}`, {
      ...prefixed('res', initResidual(at('down', i), widths[Math.max(0, i - 1)]!, width, timeWidth)),
      ...(i < widths.length - 1 && prefixed('shrink', { ...initConv(at('shrink', i), width, width, 3), bias: zeros([width]) })),
    }),
  );
  const up = widths.map((width, i) =>
    prefixed(`up${i}`, {
      ...prefixed('res', initResidual(at('up', i), widths[Math.min(widths.length - 1, i + 1)]! + width, width, timeWidth)),
      ...(attention[i] && prefixed('attention', initTransformerBlock(at('attention', i), width, caption.width))),
    }),
  );
  return Object.assign(
    {},
    prefixed('caption', initCaptions(rng.fork('caption'), caption)),
    prefixed('time1', initDense(rng.fork('time1'), timeFeatures, timeWidth)),
    prefixed('time2', initDense(rng.fork('time2'), timeWidth, timeWidth)),
    prefixed('told', initDense(rng.fork('told'), caption.width, timeWidth)),
    prefixed('in', { ...initConv(rng.fork('in'), pixels, widths[0]!, 3), bias: zeros([widths[0]!]) }),
    ...down,
    ...up,
    prefixed('out', { ...prefixed('norm', initNorm(widths[0]!)), weight: zeros([pixels, widths[0]!, 3, 3]), bias: zeros([pixels]) }),
  ) as Params; // parts are Params, all names different
}
/** The same network with its last convolution at zero: it predicts nothing until it has learned (InvDiff's second predictor). */
export const withZeroOutput = (params: Params): Params => ({ ...params, 'out.weight': zeros(params['out.weight']!.shape), 'out.bias': zeros(params['out.bias']!.shape) });

/** Rows t of [timesteps, features]: cos and sin of 1000 t / timesteps times frequencies falling from 1 to 1e-4, as in Ho et al. 2020. */
export function timeTable(timesteps: number, features: number): Float32Array {
  const half = features / 2;
  return Float32Array.from({ length: timesteps * features }, (_, i) => {
    const [t, j] = [Math.floor(i / features), i % features];
    const angle = ((1000 * t) / timesteps) * exp((-log(10_000) * (j % half)) / half);
    return j < half ? cos(angle) : sin(angle);
  });
}

/** One linear layer of a transformer block, and what a mask for it may depend on. */
export interface MaskableLayer {
  /** The param's full name. */
  readonly name: string;
  /** [in, out]. */
  readonly weight: Value;
  readonly block: Omit<UnetBlock, 'output'>;
}
export interface UnetBlock {
  /** 'down0', ..., 'up0'. */
  readonly name: string;
  /** What went in, [n, c, h, w]; on the way up, the block's input beside its skip. */
  readonly input: Value;
  readonly output: Value;
  /** The embedded timestep, with what the caption says as a whole, [n, timeWidth]. */
  readonly time: Value;
}
export interface UnetHooks {
  /** Gives the matrix used in a layer's place, [in, out] or one for each sample [n, in, out]. Asked for each q, k, v and out of every transformer block. */
  readonly matrix?: (layer: MaskableLayer) => Value;
}
const silu = (x: Value): Value => mul(x, sigmoid(x));
const same = { pads: [1, 1, 1, 1] } as const;

/** x + conv(silu norm(conv(silu norm x) + time)). */
function residual(p: Views, x: Value, time: Value, groups: number): Value {
  const [n, outputs] = [x.shape[0]!, p['conv1.weight']!.shape[0]!];
  const first = conv(scope(p, 'conv1'), silu(groupNorm(scope(p, 'norm1'), x, groups)), same);
  const told = add(first, reshape(dense(scope(p, 'time'), time), [n, outputs, 1, 1]));
  const second = conv(scope(p, 'conv2'), silu(groupNorm(scope(p, 'norm2'), told, groups)), same);
  return add(p['skip.weight'] ? conv(scope(p, 'skip'), x, {}) : x, second);
}
function transformerBlock(p: Views, x: Value, caption: Caption, heads: number, hook: MatrixHook): Value {
  const [n, c, h, w] = x.shape as [number, number, number, number];
  let at = transpose(reshape(x, [n, c, h * w]), [0, 2, 1]);
  const own = layerNorm(scope(p, 'norm1'), at);
  at = add(at, multiHead(scope(p, 'self'), own, own, heads, { hook: (name, weight) => hook(`self.${name}`, weight) }));
  at = add(at, multiHead(scope(p, 'cross'), layerNorm(scope(p, 'norm2'), at), caption.states, heads, { bias: caption.bias, hook: (name, weight) => hook(`cross.${name}`, weight) }));
  at = add(at, dense(scope(p, 'ff.down'), gelu(dense(scope(p, 'ff.up'), layerNorm(scope(p, 'norm3'), at)))));
  return reshape(transpose(at, [0, 2, 1]), x.shape);
}
/** The network's prediction [n, channels, side, side] for x_t, int32 timesteps [n] and a caption; and every block, for probes. */
export function unet(p: Views, x: Value, t: Value, caption: Caption, config: UnetConfig, { matrix = ({ weight }) => weight }: UnetHooks = {}): { prediction: Value; blocks: readonly UnetBlock[] } {
  const { patch, widths, attention, heads, groups, timesteps, timeFeatures } = config;
  const features = gather(constant(tensor(timeTable(timesteps, timeFeatures), [timesteps, timeFeatures])), t);
  const time = silu(add(dense(scope(p, 'time2'), silu(dense(scope(p, 'time1'), features))), dense(scope(p, 'told'), pooledCaption(caption))));
  const blocks: UnetBlock[] = [];
  const skips: Value[] = [];
  let h = conv(scope(p, 'in'), pixelsToChannels(x, patch), same);
  for (const i of widths.keys()) {
    const own = scope(p, `down${i}`);
    const output = residual(scope(own, 'res'), h, time, groups);
    blocks.push({ name: `down${i}`, input: h, output, time });
    skips.push(output);
    h = i < widths.length - 1 ? conv(scope(own, 'shrink'), output, { ...same, strides: [2, 2] }) : output;
  }
  for (const i of [...widths.keys()].reverse()) {
    const own = scope(p, `up${i}`);
    const input = concat([i < widths.length - 1 ? upsample(h, [2, 2]) : h, skips[i]!], 1);
    h = residual(scope(own, 'res'), input, time, groups);
    const block = { name: `up${i}`, input, time };
    if (attention[i]) h = transformerBlock(scope(own, 'attention'), h, caption, heads, (name, weight) => matrix({ name: `up${i}.attention.${name}`, weight, block }));
    blocks.push({ ...block, output: h });
  }
  const out = scope(p, 'out');
  return { prediction: channelsToPixels(conv(out, silu(groupNorm(scope(out, 'norm'), h, groups)), same), patch), blocks };
}
/** The prediction for int32 caption tokens [n, tokens]. */
export const unetPrediction = (p: Views, x: Value, t: Value, tokens: Value, config: UnetConfig, hooks: UnetHooks = {}): Value =>
  unet(p, x, t, captionOf(captionViews(p), tokens, config.caption), config, hooks).prediction;
/** Names of the matrices that `matrix` is asked for: q, k, v and out of the decoder's self- and cross-attention. */
export const maskableNames = (params: Readonly<Record<string, unknown>>): string[] => Object.keys(params).filter((name) => /^up\d+\.attention\.(self|cross)\.(q|k|v|out)\.weight$/.test(name));
