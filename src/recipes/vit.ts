/** The `vit` of the playground: the letters that `cnn` reads, in 16 patches of 7 px. */
import { noDecayOnVectors } from '../nn/groups';
import { glyphVit, initVit, vit } from '../nn/vit';
import { glyphClassifier } from './glyph-classifier';

export const recipe = glyphClassifier({
  id: 'vit',
  title: 'Vision transformer, pre-trained on capital letters in many typefaces',
  base: 'vit',
  says: 'Reads the capital letters A to Z from 16 patches of 7 px, with four blocks and the mean over tokens before its head. Digits, lower-case letters and 20 further typefaces were kept from it, as from the cnn.',
  spec: { classes: 'A-Z', typefaces: 'seen', perClass: 300, augmentation: 'weak', steps: 450, batch: 64, learningRate: 1.5e-3, weightDecay: 0.05, warmUp: 60, clipNorm: 1, patch: glyphVit.patch, width: glyphVit.width, blocks: glyphVit.blocks, heads: glyphVit.heads },
  init: (rng, classes) => initVit(rng, { ...glyphVit, classes }),
  outputs: (p, images) => {
    const { feature, logits } = vit(p, images, glyphVit);
    return { features: feature, logits };
  },
  groups: noDecayOnVectors,
});
