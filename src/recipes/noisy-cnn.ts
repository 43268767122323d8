/** The `cnn` once more, from labels of which a known share is noise: what it costs to start from such a model (Chen et al. 2024, arXiv:2309.17002). */
import type { Recipe } from '../lab/recipe';
import { cnnRecipe } from './cnn';
import { glyphClassifier } from './glyph-classifier';

export const noisyCnn = (percent: 10 | 30 | 50): Recipe =>
  glyphClassifier({
    ...cnnRecipe,
    spec: { ...cnnRecipe.spec, labelNoise: percent / 100 },
    id: `cnn-noise-${percent}`,
    title: `Small CNN, pre-trained on capital letters of which ${percent} % had their label replaced`,
    says: `The very training of "cnn" but for its labels: ${percent} % of them, the same in every epoch, were replaced by any of the 26 letters. Measured on right labels. One of a series with 0, 10, 30 and 50 % noise.`,
    labelNoise: percent / 100,
  });
