/** Squares of pixels as channels of one place, and back (sub-pixel convolution: Shi et al. 2016, arXiv:1609.05158). */
import { ShapeError } from '../base/errors';
import { showShape } from '../base/tensor';
import { reshape, transpose } from '../engine/ops';
import type { Value } from '../engine/value';

/** [n, c, h, w] -> [n, c size^2, h / size, w / size]; channel (c, row, column) of the square, the last fastest. */
export function pixelsToChannels(x: Value, size: number): Value {
  const [n, c, h, w] = x.shape as [number, number, number, number];
  if (h % size !== 0 || w % size !== 0) throw new ShapeError(`pixelsToChannels: ${showShape(x.shape)} does not divide into squares of ${size} pixels.`);
  return size === 1 ? x : reshape(transpose(reshape(x, [n, c, h / size, size, w / size, size]), [0, 1, 3, 5, 2, 4]), [n, c * size * size, h / size, w / size]);
}
/** The inverse: [n, c size^2, h, w] -> [n, c, h size, w size]. */
export function channelsToPixels(x: Value, size: number): Value {
  const [n, c, h, w] = x.shape as [number, number, number, number];
  if (c % (size * size) !== 0) throw new ShapeError(`channelsToPixels: the ${c} channels of ${showShape(x.shape)} are not squares of ${size} pixels.`);
  return size === 1 ? x : reshape(transpose(reshape(x, [n, c / (size * size), size, size, h, w]), [0, 1, 4, 2, 5, 3]), [n, c / (size * size), h * size, w * size]);
}
