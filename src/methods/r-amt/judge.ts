/** Judging on the host: features come from one compiled image tower, all else is small enough for plain loops in float64. */
import { exp, log } from '../../base/math';
import { floats, tensor, type Params, type Tensor } from '../../base/tensor';
import type { Forward, Lab } from '../../lab/lab';
import { imageFeatures, largestScale, textFeatures, type DualConfig } from '../../nn/dual';
import { scope } from '../../nn/layers';
import { shapesOf, type Prompts } from './step';

/** Images [n, channels, side, side] as one array, and a label each. */
export interface ImageSet {
  readonly images: Float32Array;
  readonly labels: Int32Array;
}
/** Rows of equal width. */
export interface Rows {
  readonly data: Float32Array;
  readonly width: number;
}
const chunk = 120;

/** One compiled image tower for any weights. */
export function imageTower(lab: Lab, params: Params, config: DualConfig): (weights: Params, images: Float32Array) => Promise<Rows> {
  const { side, channels } = config.image;
  const names = Object.keys(params).filter((name) => name.startsWith('image.'));
  const only = (weights: Params): Params => Object.fromEntries(names.map((name) => [name, weights[name]!]));
  const shape = [chunk, channels, side, side];
  const forward: Forward = lab.forward({
    name: 'image tower',
    params: shapesOf(only(params)),
    inputs: { images: { shape } },
    outputs: ({ params: p, inputs }) => ({ features: imageFeatures(scope(p, 'image'), inputs.images!, config) }),
  });
  return async (weights, images) => {
    const size = channels * side * side;
    const count = images.length / size;
    const features = new Float32Array(count * config.features);
    const given = only(weights); // one object for all chunks, so that the weights go over once
    for (let from = 0; from < count; from += chunk) {
      const some = new Float32Array(chunk * size); // the last chunk is filled up with grey
      some.set(images.subarray(from * size, Math.min(count, from + chunk) * size));
      const out = await forward.run(given, { images: tensor(some, shape) });
      features.set(floats(out.features!).subarray(0, Math.min(chunk, count - from) * config.features), from * config.features);
    }
    return { data: features, width: config.features };
  };
}

/** Text features of prompts, through the text tower. */
export async function textTower(lab: Lab, params: Params, config: DualConfig, { tokens, end }: Prompts): Promise<Tensor> {
  const text = Object.fromEntries(Object.entries(params).filter(([name]) => name.startsWith('text.')));
  const forward = lab.forward({
    name: 'text tower',
    params: shapesOf(text),
    inputs: { tokens: { shape: tokens.shape, dtype: 'int32' }, end: { shape: end.shape, dtype: 'int32' } },
    outputs: ({ params: p, inputs }) => ({ features: textFeatures(scope(p, 'text'), inputs.tokens!, inputs.end!, config) }),
  });
  return (await forward.run(text, { tokens, end })).features!;
}

/** exp(s), at most 100. */
export const scaleOf = (params: Params): number => Math.min(largestScale, exp(floats(params['scale.weight']!)[0]!));
/** z = exp(s) f T^T. */
export function logitsOf(features: Rows, texts: Tensor, scale: number): Rows {
  const classes = texts.shape[0]!;
  const { data, width } = features;
  const t = floats(texts);
  const out = new Float32Array((data.length / width) * classes);
  for (let i = 0; i < out.length; i++) {
    const [row, column] = [Math.floor(i / classes) * width, (i % classes) * width];
    let cosine = 0;
    for (let d = 0; d < width; d++) cosine += data[row + d]! * t[column + d]!;
    out[i] = scale * cosine;
  }
  return { data: out, width: classes };
}
const rowsOf = ({ data, width }: Rows): Float32Array[] => Array.from({ length: data.length / width }, (_, i) => data.subarray(i * width, (i + 1) * width));

/** Share of rows whose largest logit is the label's; a tie goes to the first. */
export const accuracyOf = (logits: Rows, labels: Int32Array): number => {
  const right = rowsOf(logits).filter((row, i) => row.indexOf(row.reduce((a, b) => (b > a ? b : a))) === labels[i]).length;
  return right / labels.length;
};
function logSoftmax(row: Float32Array): Float64Array {
  const top = row.reduce((a, b) => (b > a ? b : a));
  const total = log(row.reduce((sum, z) => sum + exp(z - top), 0));
  return Float64Array.from(row, (z) => z - top - total);
}
/** KL(p || q), mean over rows of logits. */
export function klOf(p: Rows, q: Rows): number {
  const others = rowsOf(q);
  const each = rowsOf(p).map((row, i) => {
    const [logP, logQ] = [logSoftmax(row), logSoftmax(others[i]!)];
    return logP.reduce((sum, lp, c) => sum + exp(lp) * (lp - logQ[c]!), 0);
  });
  return each.reduce((a, b) => a + b, 0) / each.length;
}

/** TIP-Adapter (Zhang et al. 2022, arXiv:2111.03930), training-free: z + a exp(-b (1 - f F^T)) Y, Y the one-hot labels of the cache F. */
export function tipLogits(logits: Rows, features: Rows, cache: Rows, labels: Int32Array, weight: number, sharpness: number): Rows {
  const keys = rowsOf(cache);
  const all = rowsOf(features);
  const data = logits.data.slice();
  all.forEach((f, i) =>
    keys.forEach((key, j) => {
      const affinity = f.reduce((sum, x, d) => sum + x * key[d]!, 0);
      data[i * logits.width + labels[j]!]! += weight * exp(-sharpness * (1 - affinity));
    }),
  );
  return { data, width: logits.width };
}
