/**
 * What the models that draw from captions agree on: the recipes that train them, and the methods that go on from them. Scenes of one object on a plain
 * background, 16 pixels a side, and captions of at most twelve tokens.
 */
import type { Tensor } from '../base/tensor';
import { makeSceneSet, type SceneSet, type SceneSetOptions } from '../data/scene/set';
import { encodeTexts, sceneVocabulary } from '../data/scene/words';
import { special } from '../data/tokens';
import type { CaptionConfig } from '../nn/captions';
import { cosineSchedule } from '../nn/diffusion';
import { unetConfig } from '../nn/unet';

export const side = 16;
/** Tokens of every caption: a full one of one object, start and end included. */
export const captionLength = 12;
export const captionConfig: CaptionConfig = { vocabulary: sceneVocabulary.size, context: captionLength, width: 64, blocks: 1, heads: 4, pad: special.pad };

export interface CaptionedScenes {
  readonly set: SceneSet;
  /** [n, 3, 16, 16] in [-1, 1]. */
  readonly x: Tensor;
  /** int32 [n, captionLength]. */
  readonly tokens: Tensor;
}
/** `more`: other captions, or a narrower choice of what is drawn. */
export function captionedScenes(seed: number, split: string, count: number, more: Partial<SceneSetOptions> = {}): CaptionedScenes {
  const set = makeSceneSet({ seed, split, count, side, objects: [1, 1], patterns: [0], captions: ['background', 'background', 'list', 'shape'], ...more });
  return { set, x: set.x, tokens: encodeTexts(set.captions, captionLength).tokens };
}
/** The caption that says nothing: what classifier-free guidance leaves out words for. */
export const emptyCaption = (): Int32Array => Int32Array.from(encodeTexts([''], captionLength).tokens.data);

/** The shipped U-Net: its shape, its noise schedule, what it says, and how strongly it is guided. */
export const drawingUnet = { config: unetConfig(captionConfig), schedule: cosineSchedule(unetConfig(captionConfig).timesteps), target: 'v', guidance: 3 } as const;
