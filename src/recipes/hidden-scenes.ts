/** What the two masked models learn from and are measured on: scenes whose patches are hidden, and what would be had for nothing. */
import { floats, tensor, type Tensor } from '../base/tensor';
import { batchOfHidden, maeCount, randomHidden, squaresHidden } from '../data/masks';
import { makeSceneSet } from '../data/scene/set';
import type { Lab } from '../lab/lab';
import type { Preview } from '../spec/dataset';
import { shuffled } from './common';
import { imageAt } from '../lab/pictures';

export const side = 32;
const patch = 4;
const across = side / patch;
const seed = 20211118;
export interface Hiding {
  readonly kind: 'squares' | 'random';
  readonly ratio: number;
}
export interface HiddenBatch {
  /** [n, 3, 32, 32] in [-1, 1]. */
  readonly images: Tensor;
  /** [n, 64] float32, 1 where a patch is hidden. */
  readonly hidden: Tensor;
  /** Kept patches in order, [n, kept] int32, and the place of each patch among the kept and then the hidden ones, [n, 64] int32. */
  readonly keep: Tensor;
  readonly restore: Tensor;
}
const scenes = (split: string, count: number): Tensor => makeSceneSet({ seed, split, count, side, objects: [1, 4] }).x;
/** Squares of one patch, ceil(64 ratio) of them; or as a masked autoencoder counts, 64 - int(64 (1 - ratio)). */
function hideAll(lab: Lab, { kind, ratio }: Hiding, stream: string, step: number, n: number): Omit<HiddenBatch, 'images'> {
  const draw = (i: number): Uint8Array => {
    const own = lab.rng.fork(stream, step, i);
    return kind === 'squares' ? squaresHidden(own, across, 1, ratio) : randomHidden(own, across * across, maeCount(across * across, ratio));
  };
  return batchOfHidden(Array.from({ length: n }, (_, i) => draw(i)));
}
/** Batches for a training on `count` scenes, hidden anew each time. */
export function hiddenBatches(lab: Lab, hiding: Hiding, count: number, batch: number): (step: number) => HiddenBatch {
  const x = floats(scenes('masked/train', count));
  const order = shuffled(lab.rng, count, batch);
  const size = 3 * side * side;
  return (step) => {
    const images = new Float32Array(batch * size);
    order(step).forEach((at, i) => images.set(x.subarray(at * size, (at + 1) * size), i * size));
    return { images: tensor(images, [batch, 3, side, side]), ...hideAll(lab, hiding, 'hidden', step, batch) };
  };
}
/** The same 192 held-out scenes, hidden the same way, whenever asked. */
export const heldOut = (lab: Lab, hiding: Hiding): HiddenBatch => ({ images: scenes('masked/test', 192), ...hideAll(lab, hiding, 'hidden held out', 0, 192) });

/** For each number of images [n, 3, 32, 32]: whether its patch is hidden. */
const isHidden = (hidden: Float32Array, i: number): boolean => {
  const [image, row, column] = [Math.floor(i / (3 * side * side)), Math.floor(i / side) % side, i % side];
  return hidden[image * across * across + Math.floor(row / patch) * across + Math.floor(column / patch)] === 1;
};
/** Mean of |error|^power over hidden pixels, of a prediction and of each image's mean visible colour. */
export function hiddenErrors({ images, hidden }: HiddenBatch, predicted: Float32Array, power: 1 | 2): { model: number; meanColour: number } {
  const [x, m] = [floats(images), floats(hidden)];
  const plane = side * side;
  let [model, colour, count] = [0, 0, 0];
  for (let at = 0; at < x.length; at += plane) { // one colour of one image
    let [sum, visible] = [0, 0];
    for (let i = at; i < at + plane; i++) if (!isHidden(m, i)) [sum, visible] = [sum + x[i]!, visible + 1];
    for (let i = at; i < at + plane; i++) {
      if (!isHidden(m, i)) continue;
      const errors = [predicted[i]! - x[i]!, sum / visible - x[i]!].map((e) => (power === 1 ? Math.abs(e) : e * e));
      [model, colour, count] = [model + errors[0]!, colour + errors[1]!, count + 1];
    }
  }
  return { model: model / count, meanColour: colour / count };
}
/** Six scenes in rows of three: whole, as the model sees it, and what it makes of what was hidden. */
export function completions({ images, hidden }: HiddenBatch, predicted: Float32Array): Preview {
  const [x, m] = [floats(images), floats(hidden)];
  const seen = tensor(x.map((v, i) => (isHidden(m, i) ? 0 : v)), images.shape);
  const completed = tensor(x.map((v, i) => (isHidden(m, i) ? predicted[i]! : v)), images.shape);
  const range = [-1, 1] as const;
  const rows = Array.from({ length: 6 }, (_, i) => [imageAt(images, i, 'scene', range), imageAt(seen, i, 'as seen', range), imageAt(completed, i, 'completed', range)]);
  return { title: 'What it makes of hidden patches', says: 'Held-out scenes: whole, with the hidden patches in grey, and with those patches as the model tells them.', picture: { kind: 'images', images: rows.flat() } };
}
