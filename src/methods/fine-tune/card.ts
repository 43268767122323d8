import { defineCard } from '../../spec/card';
import { choice, float, int, logFloat } from '../../spec/knobs';

export const card = defineCard({
  id: 'fine-tune',
  title: 'Fine-tune a shipped model',
  family: 'own',
  source: { title: 'How transferable are features in deep neural networks?', authors: 'Yosinski et al.', year: 2014, venue: 'NeurIPS', arxiv: '1411.1792' },
  claim: 'A network that has learned to read one alphabet needs few examples of the next: what it learned first is worth more than a fresh start.',
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
