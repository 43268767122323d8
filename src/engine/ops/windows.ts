/** Convolution and pooling in one, two and three dimensions, [n, c, ...image], all of them by the two-dimensional ops. */
import { ShapeError } from '../../base/errors';
import { showShape, sizeOf } from '../../base/tensor';
import type { Value } from '../value';
import { conv2d } from './conv';
import { averagePool, maxPool, windowSum, type Window } from './pool';
import { concat, reshape, transpose } from './shape';
import { pad, sliceAxis } from './slices';

/** One number an axis of the image; pads: all at the beginnings, then all at the ends. */
export interface WindowN {
  readonly kernel: readonly number[];
  readonly strides?: readonly number[];
  readonly pads?: readonly number[];
  readonly dilations?: readonly number[];
}
export interface ConvN extends Omit<WindowN, 'kernel'> {
  readonly groups?: number;
  readonly bias?: Value;
}
const pair = ([a, b]: readonly number[]): [number, number] => [a!, b!];
const four = ([a, b, c, d]: readonly number[]): [number, number, number, number] => [a!, b!, c!, d!];
function checkRank(who: string, x: Value): void {
  if (x.shape.length < 3 || x.shape.length > 5) throw new ShapeError(`${who}: expected one, two or three dimensions behind [n, c], but ${showShape(x.shape)} came.`);
}
/** With an axis of 1 before the image's only one. */
const tall = (x: Value): Value => reshape(x, [x.shape[0]!, x.shape[1]!, 1, x.shape[2]!]);

/** Cross-correlation of x [n, c, ...image] with w [out, c/groups, ...kernel]. */
export function conv(x: Value, w: Value, { strides = x.shape.slice(2).map(() => 1), pads = x.shape.slice(2).flatMap(() => [0, 0]), dilations = x.shape.slice(2).map(() => 1), groups = 1, bias }: ConvN = {}): Value {
  checkRank('conv', x);
  if (w.shape.length !== x.shape.length) throw new ShapeError(`conv: image ${showShape(x.shape)} and kernel ${showShape(w.shape)} are of different ranks.`);
  const more = { groups, ...(bias && { bias }) };
  if (x.shape.length === 4) return conv2d(x, w, { strides: pair(strides), pads: four(pads), dilations: pair(dilations), ...more });
  if (x.shape.length === 3) {
    const y = conv2d(tall(x), tall(w), { strides: [1, strides[0]!], pads: [0, pads[0]!, 0, pads[1]!], dilations: [1, dilations[0]!], ...more });
    return reshape(y, [y.shape[0]!, y.shape[1]!, y.shape[3]!]);
  }
  // The taps along the depth become channels, the places along it images.
  const [out, inner, depth, ...kernel] = w.shape as [number, number, number, number, number];
  const front = pad(x, [0, 0, pads[0]!, 0, 0], [0, 0, pads[3]!, 0, 0]);
  const places = Math.floor((front.shape[2]! - dilations[0]! * (depth - 1) - 1) / strides[0]!) + 1;
  const [n, c, , h, width] = x.shape as [number, number, number, number, number];
  const taps = Array.from({ length: depth }, (_, tap) => reshape(sliceAxis(front, 2, tap * dilations[0]!, places, strides[0]!), [n, c, 1, places, h, width]));
  const images = reshape(transpose(concat(taps, 2), [0, 3, 1, 2, 4, 5]), [n * places, c * depth, h, width]);
  const flat = conv2d(images, reshape(w, [out, inner * depth, ...kernel]), { strides: pair(strides.slice(1)), pads: four([pads[1]!, pads[2]!, pads[4]!, pads[5]!]), dilations: pair(dilations.slice(1)), ...more });
  return transpose(reshape(flat, [n, places, out, ...flat.shape.slice(2)]), [0, 2, 1, 3, 4]);
}

/** A pooling of planes for images of any rank. In three dimensions, that of each plane, then that along the depth. */
function pooled(who: string, x: Value, { kernel, strides = kernel.map(() => 1), pads = kernel.flatMap(() => [0, 0]), dilations = kernel.map(() => 1) }: WindowN, pool: (x: Value, window: Window) => Value): Value {
  checkRank(who, x);
  const [n, c, ...image] = x.shape as [number, number, ...number[]];
  if (kernel.length !== image.length) throw new ShapeError(`${who}: a window [${kernel.join(',')}] does not fit ${showShape(x.shape)}.`);
  if (image.length === 2) return pool(x, { kernel: pair(kernel), strides: pair(strides), pads: four(pads), dilations: pair(dilations) });
  if (image.length === 1) {
    const y = pool(tall(x), { kernel: [1, kernel[0]!], strides: [1, strides[0]!], pads: [0, pads[0]!, 0, pads[1]!], dilations: [1, dilations[0]!] });
    return reshape(y, [n, c, y.shape[3]!]);
  }
  const planes = pool(reshape(x, [n, c * image[0]!, image[1]!, image[2]!]), { kernel: pair(kernel.slice(1)), strides: pair(strides.slice(1)), pads: four([pads[1]!, pads[2]!, pads[4]!, pads[5]!]), dilations: pair(dilations.slice(1)) });
  const plane = planes.shape.slice(2);
  const y = pool(reshape(planes, [n, c, image[0]!, sizeOf(plane)]), { kernel: [kernel[0]!, 1], strides: [strides[0]!, 1], pads: [pads[0]!, 0, pads[3]!, 0], dilations: [dilations[0]!, 1] });
  return reshape(y, [n, c, y.shape[2]!, ...plane]);
}
export const maxPoolN = (x: Value, window: WindowN): Value => pooled('maxPool', x, window, maxPool);
export const averagePoolN = (x: Value, { countPads = false, ...window }: WindowN & { readonly countPads?: boolean }): Value =>
  pooled('averagePool', x, window, (plane, own) => averagePool(plane, { ...own, countPads }));
export const windowSumN = (x: Value, window: WindowN): Value => pooled('windowSum', x, window, windowSum);
