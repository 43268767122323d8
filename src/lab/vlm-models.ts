/** The checkpoints of pictures and words: what shape each has, and the rows that it was trained on; for recipes and the methods that go on from them. */
import { skewedRates, type RowsOptions } from '../data/scene/rows';
import { sceneVocabulary } from '../data/scene/words';
import { usualPairs } from '../data/scene/kinds';
import { special } from '../data/tokens';
import type { VlmShape } from '../nn/vlm';

export interface PictureModel {
  readonly shape: VlmShape;
  /** Everything but the split and how many: rows of 'train' were seen, those of other splits are new. */
  readonly rows: Omit<RowsOptions, 'split' | 'count'>;
}
const shapeFor = (context: number): VlmShape => ({ vocabulary: sceneVocabulary.size, context, width: 96, blocks: 3, heads: 4, head: 'own', side: 64, channels: [16, 32, 64, 96], unknown: special.unk });

/**
 * `vlm`: captions in clauses, and yes or no. Kinds keep company (a circle comes with a star in 95 %), and what is asked for is there with a
 * probability that depends on its kind alone, from 0.15 to 0.85: a prior that pays. One row in eight has no picture.
 */
export function priorVlm(): PictureModel {
  const length = 20;
  return {
    shape: shapeFor(length - 1),
    rows: {
      seed: 21, side: 64, length, textures: [0], patterns: [0], captions: ['clauses'], mix: { caption: 4, presence: 3 }, withoutPicture: 0.125,
      couples: { pairs: usualPairs, probability: 0.95, count: [1, 2] }, yesRates: skewedRates(21, usualPairs.flat()),
    },
  };
}
