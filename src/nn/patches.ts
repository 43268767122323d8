/** Images as rows of square patches, and back: the two ends of a vision transformer. */
import { cos, pow, sin } from '../base/math';
import { tensor, type Tensor } from '../base/tensor';
import { ShapeError } from '../base/errors';
import { reshape, transpose } from '../engine/ops';
import type { Value } from '../engine/value';

export interface Patching {
  /** Images are [channels, side, side], cut into squares of `patch` pixels, which divides the side. */
  readonly side: number;
  readonly channels: number;
  readonly patch: number;
}
export const tokensOf = ({ side, patch }: Patching): number => (side / patch) ** 2;

/** [n, channels, side, side] -> [n, tokens, channels * patch * patch]: tokens row by row, in each its channels, in each of those its rows. With a matrix product after it, the patch convolution. */
export function patchesOf(images: Value, { side, channels, patch }: Patching): Value {
  const n = images.shape[0]!;
  const across = side / patch;
  if (!Number.isInteger(across)) throw new ShapeError(`patches: images of ${side} px cannot be cut into squares of ${patch} px. Take a patch that divides the side.`);
  const blocks = transpose(reshape(images, [n, channels, across, patch, across, patch]), [0, 2, 4, 1, 3, 5]);
  return reshape(blocks, [n, across * across, channels * patch * patch]);
}
/** The inverse: [n, tokens, channels * patch * patch] -> [n, channels, side, side]. A 1 x 1 convolution and PixelShuffle, as a matrix and a transpose. */
export function imagesOf(patches: Value, { side, channels, patch }: Patching): Value {
  const n = patches.shape[0]!;
  const across = side / patch;
  return reshape(transpose(reshape(patches, [n, across, across, channels, patch, patch]), [0, 3, 1, 4, 2, 5]), [n, channels, side, side]);
}
/** [n, c r r, h, w] -> [n, c, h r, w r]; channel c r r + i r + j becomes row i and column j of a square: ONNX's DepthToSpace in mode CRD (Shi et al. 2016, arXiv:1609.05158). */
export function pixelShuffle(x: Value, r: number): Value {
  const [n, channels, h, w] = x.shape as [number, number, number, number];
  const c = channels / (r * r);
  if (!Number.isInteger(c)) throw new ShapeError(`pixelShuffle: ${channels} channels are no multiple of ${r} x ${r}. Give it a convolution with channels * ${r * r} outputs.`);
  return reshape(transpose(reshape(x, [n, c, r, r, h, w]), [0, 1, 4, 2, 5, 3]), [n, c, h * r, w * r]);
}

/**
 * Fixed positions [across * across, width] of a square grid: the first half of a row tells the place along x, the second that along y, each half
 * sines and then cosines of place / 10000^(2 i / half) (Vaswani et al. 2017 in two dimensions, as in MAE: He et al. 2022, arXiv:2111.06377).
 * @throws ShapeError for a width that is no multiple of 4
 */
export function sinCosPositions(across: number, width: number): Tensor {
  if (width % 4 !== 0) throw new ShapeError(`sinCosPositions: expected a width that is a multiple of 4, but ${width} came.`);
  const quarter = width / 4;
  const data = Float32Array.from({ length: across * across * width }, (_, at) => {
    const [token, i] = [Math.floor(at / width), at % width];
    const place = i < 2 * quarter ? token % across : Math.floor(token / across);
    const angle = place / pow(10000, (i % quarter) / quarter);
    return Math.floor(i / quarter) % 2 === 0 ? sin(angle) : cos(angle);
  });
  return tensor(data, [across * across, width]);
}
