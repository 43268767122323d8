import type { About } from '../../spec/card';

export const about: About = {
  explanation: [
    'Pictures come in three ways: as they are, inverted, and blurred. For each, a small policy network says how a grid of noise is distributed: a Beta distribution for every cell. A mask is drawn, enlarged, blurred, and multiplied with the picture; a classifier learns from the product.',
    'No gradient can run through the drawing. So the policy learns by REINFORCE: the log-density of the mask that was drawn is pushed down in proportion to the loss that it caused. Both networks take their step at once, each with its own optimiser.',
    'After that first phase the policy is thrown away, and the classifier is tuned on clean pictures for a while. It is compared with classifiers that had as many steps: all of them clean, or with masks that nobody learned, or with added noise.',
  ],
  equations: [
    { tex: String.raw`m_{bj} \sim \mathrm{Beta}\bigl(e^{a'_{bj}}, e^{b'_{bj}}\bigr),\qquad a' = \gamma\, a_0 + (1 - \gamma)\, a(x)`, says: 'The mask of a picture, cell by cell. What the policy says is blended with a running base.' },
    { tex: String.raw`a_0 \leftarrow \eta\, a_0 + (1 - \eta)\, \operatorname{mean}_b a(x_b)`, says: 'The base follows, without gradient.' },
    { tex: String.raw`S_b = \log \sum_j \exp \log p(m_{bj}),\qquad L = \bigl(\operatorname{mean}_b S_b\bigr) \cdot R`, says: 'R is the cross-entropy of the batch. The classifier descends along R, times the mean score; the policy along S, times R.' },
  ],
  caveats: [
    'Each arm has a learning rate of its own, the best of a search over seeds 101 to 103: the score multiplies the policy arm\'s, and one rate for all favours whichever arm it suits.',
    'The paper is about 165 classes of medical images at 224 px, its figures (F1 0.523 to 0.547) are from the author\'s project page; a gain at this size is doubtful, over plain training and even more over random masks. It is shown, and no check depends on it.',
    'The sum of exponentials over cells, the one reward for a whole batch and the blending with a base are the released code\'s, not the paper\'s. “Centred reward” is the textbook form instead: each picture\'s own cross-entropy less a running mean, and a classifier that descends as usual.',
    'The classifier\'s learning rate is in effect multiplied by the mean score, about the logarithm of the number of cells. Were the score negative, the classifier would climb: a light watches it.',
    'Pictures are 28 x 28 and the grid 7 x 7 (64 x 64 on 224 px in the paper). The classifier has 0.03 million weights. Augmentation is left out.',
    'A mask is drawn inside the graph from a fixed number of candidates; where none is accepted, one time in a hundred thousand or fewer, the last is taken.',
    'Whether the released intermediate model is an average of checkpoints is unclear; here averaging is for all arms or for none. The unseen classes are read by a ridge regression on the features.',
  ],
};
