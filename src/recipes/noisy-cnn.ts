/** The `cnn` in four short trainings that differ in their labels alone: what it costs to start from labels of which a known share is noise (Chen et al. 2024, arXiv:2309.17002). */
import type { Recipe } from '../lab/recipe';
import { cnnRecipe } from './cnn';
import { glyphClassifier } from './glyph-classifier';

export const noisyCnn = (percent: 0 | 10 | 30 | 50): Recipe =>
  glyphClassifier({
    ...cnnRecipe,
    spec: { ...cnnRecipe.spec, steps: 700, warmUp: 40, labelNoise: percent / 100 },
    id: `cnn-noise-${percent}`,
    title: percent === 0 ? 'Small CNN, pre-trained on right labels: the first of a series with label noise' : `Small CNN, pre-trained on capital letters of which ${percent} % had their label replaced`,
    says: `One of four trainings that differ in their labels alone: 0, 10, 30 or 50 % of them, here ${percent} %, were replaced by any of the 26 letters, once for all epochs. Measured on right labels. Shorter than the training of "cnn", so that all four take two minutes.`,
    labelNoise: percent / 100,
  });
