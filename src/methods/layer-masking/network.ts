/** A residual network that carries a mask through every layer: x [n, c, h, w] beside m [n, 1, h, w], 1 where the cell is kept. */
import { add, conv2d, div, maxPool, mean, minimum, mul, relu, sub, windowSum } from '../../engine/ops';
import { filled, type Value } from '../../engine/value';
import { batchNorm } from '../../nn/batch-norm';
import { conv, dense, scope, type Views } from '../../nn/layers';
import { blocksOf, changes, type Block, type ResnetShape } from '../../nn/resnet';

export interface Masked {
  readonly x: Value;
  readonly m: Value;
}
const around = { kernel: [3, 3], pads: [1, 1, 1, 1] } as const;
/**
 * Neighbour padding: `passes` times, the hole's border takes the mean of its known neighbours among 3 x 3, and is known from then on.
 *   num = box(x), den = box(M);  x <- x + (1 - M) num / (den + 1e-5);  M <- min(1, M + den)
 */
export function neighbourPadded(image: Value, mask: Value, passes: number): Value {
  let [x, m] = [mul(image, mask), mask];
  for (let pass = 0; pass < passes; pass++) {
    const den = windowSum(m, around);
    x = add(x, mul(windowSum(x, around), div(sub(1, m), add(den, 1e-5))));
    m = minimum(add(m, den), 1);
  }
  return x;
}

export interface Rule {
  /** Padding passes before a convolution, by the width of its kernel. */
  readonly passes: (kernel: number) => number;
  /** How many parts pad, from the stem on: the stem is the first, then each block. */
  readonly parts: number;
  /** Partial convolution in place of padding (Liu et al. 2018, arXiv:1804.07723). */
  readonly partial?: boolean;
}
export interface MaskedOutputs {
  /** What the stem and each stage gave. */
  readonly stages: readonly Masked[];
  readonly feature: Value;
  readonly logits: Value;
}

/** The network of `resnet`, in use, on kept pixels alone. images [n, channels, side, side], already normalised. */
export function maskedResnet(p: Views, images: Value, mask: Value, shape: ResnetShape, rule: Rule): MaskedOutputs {
  /** A convolution and the normalisation behind it. Both write zeros into the hole of M'; as the latter works cell by cell, once is enough. */
  const convolved = (name: string, norm: string, { x, m }: Masked, kernel: 1 | 3, stride: number, part: number): Masked => {
    const pad = (kernel - 1) / 2;
    const window = { strides: [stride, stride], pads: [pad, pad, pad, pad] } as const;
    const padded = neighbourPadded(x, m, !rule.partial && part < rule.parts ? rule.passes(kernel) : 0);
    let y = conv(scope(p, name), padded, window);
    // y <- y / c, c the share of the window that is kept; these convolutions have no bias, which would be left out of the division.
    if (rule.partial) y = div(y, add(conv2d(m, filled([1, 1, kernel, kernel], 1 / (kernel * kernel)), window), 1e-8));
    const grown = maxPool(m, { kernel: [kernel, kernel], ...window }); // M' = maxpool(M)
    return { x: mul(batchNorm(scope(p, norm), scope(p, norm), y, 'run').y, grown), m: grown };
  };
  const block = (into: Masked, b: Block, part: number): Masked => {
    const first = convolved(`${b.name}.conv1`, `${b.name}.norm1`, into, 3, b.stride, part);
    const main = convolved(`${b.name}.conv2`, `${b.name}.norm2`, { x: relu(first.x), m: first.m }, 3, 1, part);
    const skip = changes(b) ? convolved(`${b.name}.skip`, `${b.name}.skip.norm`, into, 1, b.stride, part) : into;
    // The add keeps what both sides know: M' = Ma Mb, x' = (xa + xb) M'. The skip's mask has not grown, so the block's does not.
    const both = mul(main.m, skip.m);
    return { x: relu(mul(add(main.x, skip.x), both)), m: both };
  };
  const stem = convolved('stem', 'stem.norm', { x: mul(images, mask), m: mask }, 3, 1, 0);
  const stages: Masked[] = [{ x: relu(stem.x), m: stem.m }];
  let part = 1;
  for (const stage of blocksOf(shape)) stages.push(stage.reduce((x, b) => block(x, b, part++), stages.at(-1)!));
  const { x, m } = stages.at(-1)!;
  // The mean over kept cells: mean(x M) / (mean(M) + 1e-8); 0 where nothing is kept.
  const feature = div(mean(mul(x, m), { axes: [2, 3] }), add(mean(m, { axes: [2, 3] }), 1e-8));
  return { stages, feature, logits: dense(scope(p, 'head'), feature) };
}
