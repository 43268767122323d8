/** What the baselines paint over removed pixels, before an ordinary network sees the picture. Images [n, 3, side, side] in [-1, 1]. */
import { exp } from '../../base/math';
import { tensor } from '../../base/tensor';
import { add, conv2d, div, mean, mul, reshape, sub } from '../../engine/ops';
import { constant, filled, type Value } from '../../engine/value';

export type Rgb = readonly [number, number, number];
export const paints = { blackout: [-1, -1, -1], red: [1, -1, -1], green: [-1, 1, -1], blue: [-1, -1, 1] } as const satisfies Readonly<Record<string, Rgb>>;

const mixed = (images: Value, mask: Value, below: Value): Value => add(mul(images, mask), mul(below, sub(1, mask)));
/** One colour for all. */
export const painted = (images: Value, mask: Value, colour: Rgb): Value => mixed(images, mask, constant(tensor([...colour], [1, 3, 1, 1])));
/** The mean colour of each picture, removed pixels included, as in the released code. */
export const ownMean = (images: Value, mask: Value): Value => mixed(images, mask, mean(images, { axes: [2, 3], keepDims: true }));

const [width, sigma] = [5, 1];
function gaussian(): Value {
  const tap = Array.from({ length: width }, (_, i) => exp(-((i - 2) ** 2) / (2 * sigma * sigma)));
  const total = tap.reduce((a, b) => a + b, 0);
  return constant(tensor(tap.flatMap((a) => tap.map((b) => (a * b) / total ** 2)), [1, 1, width, width]));
}
/** The colour, and inside the hole a Gaussian blur of the picture so painted (5 x 5, sigma 1): the silhouette loses its sharp edge. */
export function edgeSmoothed(images: Value, mask: Value, colour: Rgb): Value {
  const grey = painted(images, mask, colour);
  const [n, c, h, w] = images.shape as [number, number, number, number];
  const pads = { pads: [2, 2, 2, 2] } as const;
  // At the picture's border the kernel's weights are those that lie inside it.
  const blurred = div(conv2d(reshape(grey, [n * c, 1, h, w]), gaussian(), pads), conv2d(filled([1, 1, h, w], 1), gaussian(), pads));
  return mixed(grey, mask, reshape(blurred, [n, c, h, w]));
}
