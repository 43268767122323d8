/** Characters in three kinds: as they are, inverted, blurred; and characters that nobody has seen. */
import { floats, int32, tensor, type Tensor } from '../../base/tensor';
import type { Labelled } from '../../data/labelled';
import { downstreamClasses, makeGlyphs } from '../../data/sets/glyphs';
import { readTypefaces } from '../../data/typefaces';
import type { Lab } from '../../lab/lab';
import { imageSize } from '../../nn/cnn';
import type { ValuesOf } from '../../spec/knobs';
import type { card } from './card';

export type Knobs = ValuesOf<typeof card.knobs>;
export const kinds = ['as it is', 'inverted', 'blurred'] as const;
export const area = imageSize * imageSize;
const [seen, unseen] = [downstreamClasses.slice(0, 10), downstreamClasses.slice(10, 20)];

export interface Task {
  readonly train: Labelled;
  readonly test: Labelled;
  /** Of other characters: to read features by, and to test them on. */
  readonly probe: { readonly train: Labelled; readonly test: Labelled };
  /** Kind of each picture of the test set. */
  readonly testKinds: readonly number[];
  /** Mean and standard deviation of training pixels, which stand for 0 and 1 in all sets. */
  readonly mean: number;
  readonly std: number;
}
export async function openTask(lab: Lab, { label, perClass, perTest }: Knobs): Promise<Task> {
  const typefaces = readTypefaces(await lab.asset('data/typefaces.bin'));
  const drawn = (split: string, classes: readonly string[], count: number): Labelled => makeGlyphs(typefaces, { seed: lab.seed, classes, split: `noise/${split}`, perClass: count });
  const [train, test] = [inKinds(drawn('train', seen, perClass), label), inKinds(drawn('test', seen, perTest), label)];
  const pixels = floats(train.set.x);
  const mean = pixels.reduce((a, b) => a + b, 0) / pixels.length;
  const std = Math.sqrt(pixels.reduce((a, b) => a + (b - mean) ** 2, 0) / pixels.length);
  const normal = (set: Labelled): Labelled => ({ ...set, x: tensor(floats(set.x).map((v) => (v - mean) / std), set.x.shape) });
  return {
    train: normal(train.set), test: normal(test.set), testKinds: test.kinds, mean, std,
    probe: { train: normal(inKinds(drawn('probe', unseen, perTest), 'class').set), test: normal(inKinds(drawn('probe test', unseen, perTest), 'class').set) },
  };
}
/** Picture i is of kind i mod 3. */
function inKinds(set: Labelled, label: Knobs['label']): { set: Labelled; kinds: number[] } {
  const count = set.y.shape[0]!;
  const of = Array.from({ length: count }, (_, i) => i % kinds.length);
  const x = new Float32Array(count * area);
  of.forEach((kind, i) => x.set(shown(floats(set.x).subarray(i * area, (i + 1) * area), kind), i * area));
  const both = label === 'both';
  return {
    kinds: of,
    set: {
      x: tensor(x, set.x.shape),
      y: both ? int32(Array.from(set.y.data, (y, i) => y * kinds.length + of[i]!)) : set.y,
      classes: both ? set.classes.flatMap((c) => kinds.map((kind) => `${c}, ${kind}`)) : set.classes,
    },
  };
}
/** A picture in one of the kinds; blurring is the mean over 5 x 5 pixels, the border's own beyond it. */
export function shown(image: Float32Array, kind: number): Float32Array {
  if (kind === 0) return image;
  if (kind === 1) return image.map((v) => 1 - v);
  const near = (v: number): number => Math.min(imageSize - 1, Math.max(0, v));
  return image.map((_, at) => {
    const [row, column] = [Math.floor(at / imageSize), at % imageSize];
    let sum = 0;
    for (let dr = -2; dr <= 2; dr++) for (let dc = -2; dc <= 2; dc++) sum += image[near(row + dr) * imageSize + near(column + dc)]!;
    return sum / 25;
  });
}
export const imagesOf = (x: Tensor, rows: ArrayLike<number>): Tensor => {
  const out = new Float32Array(rows.length * area);
  for (let k = 0; k < rows.length; k++) out.set(floats(x).subarray(rows[k]! * area, (rows[k]! + 1) * area), k * area);
  return tensor(out, [rows.length, 1, imageSize, imageSize]);
};
