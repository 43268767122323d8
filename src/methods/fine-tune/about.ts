import type { About } from '../../spec/card';

export const about: About = {
  explanation: [
    'The shipped network has learned the capital letters A to Z in forty typefaces. Its last layer is replaced by a fresh one for new classes, and four arms learn them: every weight is tuned; the fresh layer alone learns, on features that stay as they are; the layer learns first, and then every weight; and a network of the same shape begins from random numbers.',
    'With no file dropped, the new classes are the ten digits and ten lower-case letters, a few examples each. Drop pictures with labels (an IDX pair such as the handwritten digits of MNIST, CIFAR batches, or a folder or zip with a folder for each class), and they take their place: pictures of any size are cropped to their middle square, turned to grey and resized to 28 x 28 pixels.',
    'All arms see the same batches, moved a little at random. The learning rate warms up and falls along half a cosine. Test examples never choose anything: where the files name no test set, one is set aside, and doubles stay on one side.',
  ],
  equations: [
    { tex: String.raw`\theta = (\theta_{\text{encoder}}, W, b),\qquad \text{logits} = 16\, \frac{f(x)}{\lVert f(x)\rVert}\, W + b`, says: 'The shipped encoder gives a feature of unit length; the layer (W, b) over it is new.' },
    { tex: String.raw`W, b \leftarrow \arg\min_{W, b} L \quad\text{with } \theta_{\text{encoder}} \text{ fixed, then}\quad \theta \leftarrow \arg\min_\theta L`, says: 'First the layer, then everything: the encoder is not pulled about by a layer that knows nothing yet (Kumar et al. 2022, arXiv:2202.10054).' },
  ],
  caveats: [
    'The paper transfers between halves of ImageNet with a deep network, this page between characters with a small one: the direction is the same, the figures are not comparable.',
    'Pictures are made grey and 28 x 28: what colour or fine detail tells is lost. The network was made for characters.',
    'All arms share the learning rate and the number of steps. A start from random numbers is given no more steps than the others.',
  ],
};
