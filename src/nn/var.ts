/**
 * Next-scale prediction (Tian et al. 2024, arXiv:2404.02905) with captions: a transformer that writes all tokens of one scale at once,
 * given those of the scales before,  p(r_1 .. r_K | c) = prod_k p(r_k | r_<k, c).  Input of scale k > 1: the accumulated map fhat_{k-1},
 * shrunk to that scale; of the first: a learned start; to all of them what the caption says as a whole is added. Blocks are self-attention (a token sees its own and earlier scales),
 * cross-attention to the caption, and an MLP, each after a layer norm (`block0.self.q.weight`, `block0.cross...`, `block0.ffn...`).
 */
import type { Random } from '../base/random';
import { floats, int32, tensor, type Params, type Tensor } from '../base/tensor';
import { add, concat, expand, gelu, mean, mul, reshape, sliceAxis, sub, transpose } from '../engine/ops';
import { constant, type Value } from '../engine/value';
import { captionOf, captionViews, initCaptions, joinCaptions, pooledCaption, type Caption, type CaptionConfig } from './captions';
import { dense, initDense, initNorm, layerNorm, normalTensor, prefixed, scope, type Views } from './layers';
import { tokenKl } from './lm';
import { initMultiHead, multiHead } from './multi-head';
import { mapsOfCodes, quantise, scaleStarts, shrunk, tokenCount, type TokenizerConfig } from './residual-vq';
import { drawToken, type Sampling } from './sample';

export interface VarConfig {
  readonly tokenizer: TokenizerConfig;
  readonly width: number;
  readonly blocks: number;
  readonly heads: number;
  /** Hidden size of the MLP over the width. */
  readonly mlpRatio: number;
  readonly caption: CaptionConfig;
}
/** 4 blocks, d = 128: 0.82 million params. */
export const varConfig = (tokenizer: TokenizerConfig, caption: CaptionConfig): VarConfig => ({ tokenizer, width: 128, blocks: 4, heads: 4, mlpRatio: 2, caption });

const initBlock = (rng: Random, { width, mlpRatio, caption }: VarConfig): Params => ({
  ...prefixed('norm1', initNorm(width)),
  ...prefixed('self', initMultiHead(rng.fork('self'), width)),
  ...prefixed('norm2', initNorm(width)),
  ...prefixed('cross', initMultiHead(rng.fork('cross'), width, caption.width)),
  ...prefixed('norm3', initNorm(width)),
  ...prefixed('ffn.up', initDense(rng.fork('ffn up'), width, mlpRatio * width)),
  ...prefixed('ffn.down', initDense(rng.fork('ffn down'), mlpRatio * width, width)),
});
export function initVar(rng: Random, config: VarConfig): Params {
  const { tokenizer, width, blocks, caption } = config;
  return Object.assign(
    {},
    prefixed('caption', initCaptions(rng.fork('caption'), caption)),
    prefixed('start', { weight: normalTensor(rng.fork('start'), [width], 0.02) }),
    prefixed('told', initDense(rng.fork('told'), caption.width, width)),
    prefixed('in', initDense(rng.fork('in'), tokenizer.codeWidth, width)),
    prefixed('scale', { weight: normalTensor(rng.fork('scale'), [tokenizer.scales.length, width], 0.02) }),
    prefixed('position', { weight: normalTensor(rng.fork('position'), [tokenCount(tokenizer.scales), width], 0.02) }),
    ...Array.from({ length: blocks }, (_, i) => prefixed(`block${i}`, initBlock(rng.fork('block', i), config))),
    prefixed('norm', initNorm(width)),
    prefixed('head', initDense(rng.fork('head'), width, tokenizer.codes)),
  ) as Params; // parts are Params, all names different
}

/** What the model reads of int32 caption tokens [n, tokens]. */
export const varCaption = (p: Views, tokens: Value, { caption }: VarConfig): Caption => captionOf(captionViews(p), tokens, caption);

/** Attention bias [tokens, tokens] of the first scales: 0 where the column's scale is not after the row's, else -1e9. */
export function scaleCausalBias(scales: readonly number[]): Tensor {
  const scaleOf = scales.flatMap((s, k) => new Array<number>(s * s).fill(k));
  const n = scaleOf.length;
  return tensor(Float32Array.from({ length: n * n }, (_, i) => (scaleOf[i % n]! > scaleOf[Math.floor(i / n)]! ? -1e9 : 0)), [n, n]);
}
/** What the transformer is fed with after the start: of each map fhat_k its shrunk form for scale k + 1, [n, tokens of scales 2.., codeWidth]. */
export function inputsOfMaps(maps: readonly Value[], { scales, codeWidth }: TokenizerConfig): Value {
  const size = scales.at(-1)!;
  return concat(
    maps.map((map, k) => transpose(shrunk(reshape(map, [map.shape[0]!, codeWidth, size * size]), size, scales[k + 1]!), [0, 2, 1])),
    1,
  );
}
/**
 * Logits [n, tokens of the first `upTo` scales, codes]. `inputs`: as of `inputsOfMaps` for upTo - 1 maps; left out where upTo is 1.
 */
export function varLogits(p: Views, inputs: Value | undefined, caption: Caption, config: VarConfig, upTo = config.tokenizer.scales.length): Value {
  const { tokenizer, width, blocks, heads } = config;
  const scales = tokenizer.scales.slice(0, upTo);
  const n = caption.states.shape[0]!;
  const count = tokenCount(scales);
  const start = expand(reshape(p['start.weight']!, [1, 1, width]), [n, 1, width]);
  const fed = inputs && upTo > 1 ? concat([start, dense(scope(p, 'in'), inputs)], 1) : start;
  const ofScale = concat(scales.map((s, k) => expand(sliceAxis(p['scale.weight']!, 0, k, 1), [s * s, width])), 0);
  const places = add(sliceAxis(p['position.weight']!, 0, 0, count), ofScale);
  const bias = constant(scaleCausalBias(scales));
  const told = reshape(dense(scope(p, 'told'), pooledCaption(caption)), [n, 1, width]);
  let x = add(add(fed, reshape(places, [1, count, width])), told);
  for (let i = 0; i < blocks; i++) {
    const block = scope(p, `block${i}`);
    const own = layerNorm(scope(block, 'norm1'), x);
    x = add(x, multiHead(scope(block, 'self'), own, own, heads, { bias }));
    x = add(x, multiHead(scope(block, 'cross'), layerNorm(scope(block, 'norm2'), x), caption.states, heads, { bias: caption.bias }));
    x = add(x, dense(scope(block, 'ffn.down'), gelu(dense(scope(block, 'ffn.up'), layerNorm(scope(block, 'norm3'), x)))));
  }
  return dense(scope(p, 'head'), layerNorm(scope(p, 'norm'), x));
}
/** Logits of every scale for pictures' codes [n, tokens] (teacher forcing). `tokenizer` and `entries` stay as they are. */
export function varLogitsOfCodes(p: Views, tokenizer: Views, entries: Value, codes: Value, caption: Caption, config: VarConfig): Value {
  const maps = mapsOfCodes(tokenizer, entries, codes, config.tokenizer, config.tokenizer.scales.length - 1);
  return varLogits(p, inputsOfMaps(maps, config.tokenizer), caption, config);
}
/** Teacher forcing with mistakes in it: inputs from the exchanged tokens, targets chosen anew (see `quantise`). */
export function varCorrection(tokenizer: Views, entries: Value, f: Value, replace: { readonly codes: Value; readonly at: Value }, config: VarConfig): { inputs: Value; targets: Value } {
  const { maps, codes } = quantise(tokenizer, entries, f, config.tokenizer, replace);
  return { inputs: inputsOfMaps(maps.slice(0, -1), config.tokenizer), targets: codes };
}
/** Mean over all tokens of weight times loss, by token count, not by the weights' sum; weights [tokens]. */
export const weightedLoss = (losses: Value, weights: Value): Value => mean(mul(losses, reshape(weights, [1, losses.shape[1]!])));
/** Mean loss of each scale. */
export function lossByScale(losses: Value, scales: readonly number[]): Value[] {
  const starts = scaleStarts(scales);
  return scales.map((s, k) => mean(sliceAxis(losses, 1, starts[k]!, s * s)));
}
/** KL(softmax(teacher / heat) || softmax(student / heat)), mean over tokens; logits [n, tokens, codes] as they come out of the network. */
export const tokenDivergence = (teacher: Value, student: Value, heat = 1): Value => mean(tokenKl(mul(teacher, 1 / heat), mul(student, 1 / heat)));

// -- Sampling ----------------------------------------------------------------------------------------------------------------

export interface StageInputs {
  readonly params: Views;
  readonly tokenizer: Views;
  readonly entries: Value;
  /** int32 [n, tokens of the first k scales]; left out for k = 0. */
  readonly codes?: Value;
  readonly caption: Caption;
  /** Classifier-free guidance: empty captions, as many, and a scalar; logits = without + scale (with - without). */
  readonly guidance?: { readonly empty: Caption; readonly scale: Value };
}
/** Logits of scale k alone, [n, s_k^2, codes], given the codes of all scales before: one stage of the sampler. */
export function varStage({ params, tokenizer, entries, codes, caption, guidance }: StageInputs, k: number, config: VarConfig): Value {
  const { scales } = config.tokenizer;
  const n = caption.states.shape[0]!;
  const inputs = codes && k > 0 ? inputsOfMaps(mapsOfCodes(tokenizer, entries, codes, config.tokenizer, k), config.tokenizer) : undefined;
  const read = (of: Caption, given: Value | undefined): Value => sliceAxis(varLogits(params, given, of, config, k + 1), 1, scaleStarts(scales)[k]!, scales[k]! ** 2);
  if (!guidance) return read(caption, inputs);
  const both = read(joinCaptions([caption, guidance.empty]), inputs && concat([inputs, inputs]));
  const [conditional, unconditional] = [sliceAxis(both, 0, 0, n), sliceAxis(both, 0, n, n)];
  return add(unconditional, mul(guidance.scale, sub(conditional, unconditional)));
}

export interface SampleCodes extends Sampling {
  readonly scales: readonly number[];
  /** Pictures. */
  readonly count: number;
  /** Scales to draw; default: all. */
  readonly upTo?: number;
  /** Tokens of picture i at scale k come from `rng.fork(i, k)`, in order: a picture does not depend on the batch that it is drawn in. */
  readonly rng: Random;
  /** The compiled stage k: logits [count, s_k^2, codes] for codes [count, tokens of the first k scales]. */
  readonly stage: (k: number, codes: Tensor | undefined) => Promise<Tensor>;
}
/** Draws token maps scale by scale: int32 [count, tokens of `upTo` scales]; and the logits of each scale as they came. */
export async function sampleCodes({ scales, count, upTo = scales.length, rng, stage, ...how }: SampleCodes): Promise<{ codes: Tensor; logits: Tensor[] }> {
  const rows = Array.from({ length: count }, (): number[] => []);
  const logits: Tensor[] = [];
  for (let k = 0; k < upTo; k++) {
    const made = await stage(k, k > 0 ? int32(rows.flat(), [count, rows[0]!.length]) : undefined);
    const perToken = made.shape[2]!;
    const data = floats(made);
    const places = scales[k]! ** 2;
    for (const [i, row] of rows.entries()) {
      const own = rng.fork(i, k);
      for (let at = 0; at < places; at++) row.push(drawToken(data.subarray((i * places + at) * perToken, (i * places + at + 1) * perToken), how, own));
    }
    logits.push(made);
  }
  return { codes: int32(rows.flat(), [count, rows[0]!.length]), logits };
}
