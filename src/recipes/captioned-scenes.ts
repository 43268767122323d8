/** What the models that draw are trained on: captioned scenes of one object on a plain background, 16 pixels a side; and how their pictures are judged. */
import { Random } from '../base/random';
import { floats, int32, tensor, type Tensor } from '../base/tensor';
import { readPicture } from '../data/scene/read-picture';
import { makeSceneSet } from '../data/scene/set';
import { encodeTexts } from '../data/scene/words';
import { captionLength, side } from '../lab/captioned';
import type { Measure } from '../lab/recipe';

export { captionConfig, captionedScenes, captionLength, emptyCaption, side } from '../lab/captioned';
export const dataSpec = { data: 'scenes of one object, all kinds, colours and textures, on plain backgrounds, 16 x 16', captions: 'half "a red striped circle on plain navy", a quarter "a photo of a red circle", a quarter "a photo of a circle"' } as const;

/** Rows of a tensor, in this order. */
export function rowsOf(t: Tensor, indices: ArrayLike<number>): Tensor {
  const size = t.data.length / t.shape[0]!;
  const shape = [indices.length, ...t.shape.slice(1)];
  if (t.dtype === 'int32') {
    const out = new Int32Array(indices.length * size);
    for (let i = 0; i < indices.length; i++) out.set(t.data.subarray(indices[i]! * size, (indices[i]! + 1) * size), i * size);
    return int32(out, shape);
  }
  const from = floats(t);
  const out = new Float32Array(indices.length * size);
  for (let i = 0; i < indices.length; i++) out.set(from.subarray(indices[i]! * size, (indices[i]! + 1) * size), i * size);
  return tensor(out, shape);
}

/** Prompts that name everything, and what a picture should show for each: indices into `tones`, `colours` and `kinds`. */
export interface Prompts {
  readonly texts: readonly string[];
  readonly tokens: Tensor;
  readonly tone: Int32Array;
  readonly colour: Int32Array;
  readonly kind: Int32Array;
}
/** Captions of held-out scenes with plain objects. */
export function promptsFor(seed: number, count: number): Prompts {
  const set = makeSceneSet({ seed, split: 'prompts', count, side, objects: [1, 1], patterns: [0], textures: [0], captions: ['background'] });
  const first = (t: Tensor): Int32Array => Int32Array.from({ length: count }, (_, i) => t.data[4 * i] as number);
  return { texts: set.captions, tokens: encodeTexts(set.captions, captionLength).tokens, tone: Int32Array.from(set.tone.data), colour: first(set.colour), kind: first(set.kind) };
}
/** Shares of pictures that show what their prompts say, by rule (`readPicture`, right on 293 of 300 pictures of the generator with textures, on all plain ones). */
export function judgePictures(pictures: Tensor, prompts: Prompts): readonly Measure[] {
  const count = prompts.texts.length;
  const data = floats(pictures);
  const size = data.length / count;
  const read = Array.from({ length: count }, (_, i) => readPicture(data.subarray(i * size, (i + 1) * size), side));
  const share = (right: (i: number) => boolean): number => read.filter((_, i) => right(i)).length / count;
  const baseline = { name: 'chance', value: 1 / 8 };
  return [
    { name: 'samples with the background that the prompt names', value: share((i) => read[i]!.tone === prompts.tone[i]), better: 'higher', baseline },
    { name: 'samples with the colour that the prompt names', value: share((i) => read[i]!.colour === prompts.colour[i]), better: 'higher', baseline },
    { name: 'samples with the shape that the prompt names', value: share((i) => read[i]!.kind === prompts.kind[i]), better: 'higher', baseline },
  ];
}
/** A stream for a recipe's own purpose. */
export const streamOf = (seed: number, ...names: (string | number)[]): Random => Random.seed(seed).fork(...names);
