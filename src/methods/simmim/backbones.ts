/** The two models that learn from hidden patches, seen alike: how they begin, what a step feeds and minimises, and what of them is carried over. */
import type { Random } from '../../base/random';
import { tensor, type Params, type Tensor } from '../../base/tensor';
import { batchOfHidden } from '../../data/masks';
import { mean } from '../../engine/ops';
import type { InputSpec } from '../../engine/program';
import { constant, type Value } from '../../engine/value';
import { hiddenMse, initMae, mae, maeEncoder, type MaeShape } from '../../nn/mae';
import type { Views } from '../../nn/layers';
import { patchesOf } from '../../nn/patches';
import { hiddenError, initSimmim, simmim, simmimEncoder } from '../../nn/simmim';
import { embedPatches, encodeTokens } from '../../nn/vit';
import { maeHidden, type Arm } from './masks';
import { across, side, type Knobs, type Task } from './task';

const tokens = across * across;
export interface Backbone {
  readonly name: string;
  readonly start: (rng: Random) => Params;
  /** What is fed for n pictures, beside `images`. */
  readonly fed: (n: number) => Readonly<Record<string, InputSpec>>;
  readonly feeds: (masks: readonly Uint8Array[]) => Readonly<Record<string, Tensor>>;
  readonly loss: (p: Views, batch: Views) => Value;
  /** All patches as the model tells them, [n, channels, side, side]. */
  readonly completed: (p: Views, batch: Views) => Value;
  /** What fine-tuning takes over: the encoder, without mask token and pixel head. */
  readonly encoder: (params: Params) => Params;
  /** One feature a picture, [n, width]: the mean over patches, of a whole picture. */
  readonly feature: (p: Views, images: Value) => Value;
}
export const imagesSpec = ({ shape }: Pick<Task, 'shape'>, n: number): InputSpec => ({ shape: [n, shape.channels, side, side] });
const everything = (n: number): Value => constant(tensor(new Float32Array(n * tokens).fill(1), [n, tokens]));

/** SimMIM; with `region` all, the loss looks at visible pixels, too. */
export function simmimBackbone({ shape }: Task, { head, distance }: Knobs, region: Knobs['region']): Backbone {
  return {
    name: `squares-${region}`,
    start: (rng) => initSimmim(rng, shape, head),
    fed: (n) => ({ hidden: { shape: [n, tokens] } }),
    feeds: (masks) => ({ hidden: batchOfHidden(masks).hidden }),
    loss: (p, { images, hidden }) => hiddenError(simmim(p, images!, hidden!, shape).patches, images!, region === 'all' ? everything(images!.shape[0]!) : hidden!, shape, distance),
    completed: (p, { images, hidden }) => simmim(p, images!, hidden!, shape).images,
    encoder: simmimEncoder,
    feature: (p, images) => mean(encodeTokens(p, embedPatches(p, images, shape), shape).tokens, { axes: [1] }),
  };
}
/** A masked autoencoder of the same encoder: sees kept patches alone; a decoder of two blocks tells the others. */
export function maeBackbone({ shape }: Task): Backbone {
  const { classToken: _, ...encoder } = shape;
  const own: MaeShape = { ...encoder, decoder: { width: 32, blocks: 2, heads: 4, mlpRatio: 2 } };
  const kept = tokens - maeHidden;
  return {
    name: 'dropped',
    start: (rng) => initMae(rng, own),
    fed: (n) => ({ hidden: { shape: [n, tokens] }, keep: { shape: [n, kept], dtype: 'int32' }, restore: { shape: [n, tokens], dtype: 'int32' } }),
    feeds: (masks) => ({ ...batchOfHidden(masks) }),
    loss: (p, { images, hidden, keep, restore }) => hiddenMse(mae(p, images!, keep!, restore!, own).patches, patchesOf(images!, own), hidden!).loss,
    completed: (p, { images, keep, restore }) => mae(p, images!, keep!, restore!, own).images,
    encoder: (params) => Object.fromEntries(Object.entries(params).flatMap(([name, value]) => (name.startsWith('encoder.') ? [[name.slice('encoder.'.length), value] as const] : []))),
    feature: (p, images) => maeEncoder(p, images, own).feature,
  };
}
export const backboneOf = (arm: Arm, task: Task, knobs: Knobs): Backbone => (arm === 'mae' ? maeBackbone(task) : simmimBackbone(task, knobs, arm === 'all-pixels' ? 'all' : knobs.region));
