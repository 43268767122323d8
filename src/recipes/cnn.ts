/** The `cnn` of the playground: letters A to Z in the typefaces that may be seen; other characters are left for downstream tasks. */
import { cnnFeatures, headLogits, initCnn } from '../nn/cnn';
import { glyphClassifier, type GlyphClassifier } from './glyph-classifier';

/** What the checkpoints of this network share: those of other label noise differ in their labels alone. */
export const cnnRecipe: Pick<GlyphClassifier, 'base' | 'spec' | 'init' | 'outputs'> = {
  base: 'cnn',
  spec: { classes: 'A-Z', typefaces: 'seen', perClass: 300, augmentation: 'weak', steps: 2400, batch: 64, learningRate: 4e-3, weightDecay: 0.02, warmUp: 120, clipNorm: 1 },
  init: initCnn,
  outputs: (p, images) => {
    const features = cnnFeatures(p, images);
    return { features, logits: headLogits(p, features) };
  },
};
export const recipe = glyphClassifier({
  ...cnnRecipe,
  id: 'cnn',
  title: 'Small CNN, pre-trained on capital letters in many typefaces',
  says: 'Reads the capital letters A to Z, drawn from 40 open typefaces. Digits, lower-case letters and 20 further typefaces were kept from it: downstream tasks and shifted tests are made of those.',
});
