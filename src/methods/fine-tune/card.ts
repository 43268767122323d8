import { defineCard } from '../../spec/card';
import { choice, float, int, logFloat } from '../../spec/knobs';

export const card = defineCard({
  id: 'fine-tune',
  title: 'Fine-tune a shipped model',
  family: 'own',
  source: { title: 'How transferable are features in deep neural networks?', authors: 'Yosinski et al.', year: 2014, venue: 'NeurIPS', arxiv: '1411.1792' },
  claim: 'A network that has learned to read one alphabet needs few examples of the next: what it learned first is worth more than a fresh start.',
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
  knobs: {
    perClass: int({ label: 'Training examples a class', min: 2, max: 400, default: 12, help: 'Of the built-in characters. Dropped files are used whole, up to 20,000 pictures.' }),
    steps: int({ label: 'Steps', min: 10, max: 6000, step: 10, default: 400, help: 'The handwritten digits want about 1,000: ten times through 8,000 pictures.' }),
    batch: int({ label: 'Batch size', min: 8, max: 256, default: 64 }),
    learningRate: logFloat({ label: 'Learning rate', min: 1e-5, max: 0.1, default: 4e-3, help: 'At its highest, after the warm-up.' }),
    weightDecay: float({ label: 'Weight decay', min: 0, max: 0.3, step: 0.005, default: 0.02, help: 'Decoupled, on weights; not on biases and normalisation.' }),
    augmentation: choice({ label: 'Pictures are moved', options: { none: 'not at all', weak: 'a little', strong: 'a lot' }, default: 'weak', help: 'A little: 1.5 pixels, 8 degrees, 5 %. A lot: 4 pixels, 25 degrees, 20 %.' }),
    layerShare: float({ label: 'Steps for the layer alone', min: 0.05, max: 0.5, step: 0.05, default: 0.2, help: 'Of “first the layer, then everything”: the share of the steps in which the encoder stays as it is.' }),
    validation: float({ label: 'Validation share', min: 0.05, max: 0.3, step: 0.05, default: 0.1, group: 'Dropped files', help: 'Of the training pictures: for the curves. They are not trained on.' }),
    test: float({ label: 'Test share', min: 0.05, max: 0.5, step: 0.05, default: 0.2, group: 'Dropped files', help: 'Where the files name no test set.' }),
  },
  quick: { perClass: 4, steps: 20, batch: 16 },
  arms: {
    tuned: { label: 'Every weight', says: 'Begins from the shipped weights and a fresh last layer; everything is trained.', role: 'method' },
    'layer-first': { label: 'First the layer, then everything', says: 'The fresh layer learns on fixed features, then every weight.', role: 'ablation', off: true },
    layer: { label: 'The layer alone', says: 'The shipped encoder stays bit for bit as it is.', role: 'baseline' },
    scratch: { label: 'A fresh start', says: 'The same network from random numbers.', role: 'baseline' },
  },
  charts: [
    { metric: 'validation/accuracy', title: 'Validation accuracy', yLabel: 'accuracy', format: 'percent' },
    { metric: 'train/loss', title: 'Training loss', yLabel: 'loss of the batch', logY: true },
    { metric: 'validation/loss', title: 'Validation loss', yLabel: 'nats' },
  ],
  metrics: {
    'test/accuracy': { label: 'Test accuracy', format: 'percent' },
    'test/loss': { label: 'Test loss', unit: 'nats' },
    'encoder/moved': { label: 'Encoder moved by', format: 'percent' },
  },
  pictures: {
    readings: { title: 'How it reads test examples', says: 'Under each, what the tuned network says. Mistakes come first.', main: true },
    confusion: { title: 'What is taken for what', says: 'The tuned network on test examples: share of each true class (row) that is read as each class (column).' },
    moved: { title: 'How far each tensor has moved', says: 'Distance from where it began, as a share of its length, at the end of the run; one column for each arm.' },
    examples: { title: 'What it learns from', says: 'The first training pictures, as the network sees them.' },
  },
  invariants: {
    encoder: 'While the layer alone learns, the encoder is the shipped one, bit for bit.',
    apart: 'No picture stands on two sides of the division into training, validation and test.',
  },
  claimCheck: [
    { says: 'With 12 examples a class, the tuned network reads more test examples rightly than one that began afresh.', left: { arm: 'tuned', metric: 'test/accuracy' }, right: { arm: 'scratch', metric: 'test/accuracy' }, statistic: 'median-of-differences', comparison: '>', bound: 0 },
    { says: 'Tuning every weight is better than learning the layer alone.', left: { arm: 'tuned', metric: 'test/accuracy' }, right: { arm: 'layer', metric: 'test/accuracy' }, statistic: 'median-of-differences', comparison: '>', bound: 0 },
  ],
  asks: { data: { title: 'The data of this run', says: 'What came, how it is divided, and what to think of before training on it.', needsRun: false, knobs: {} } },
  accepts: ['idx', 'cifar', 'images'],
  acceptsSays: 'Pictures with labels.',
});
