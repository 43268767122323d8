import { defineCard } from '../../spec/card';
import { choice, float, int, logFloat, text } from '../../spec/knobs';

/** Longest list of patterns: three of them, a model's and its data's names still fit into a link. */
const patternLength = 600;

export const card = defineCard({
  id: 'own-model',
  title: 'Train your own model',
  family: 'own',
  claim: 'Drop an ONNX file and its data, choose tensor by tensor what is trained, what is masked and what stays as it is, and see what each choice is worth.',
  knobs: {
    task: choice({ label: 'Task', options: { auto: 'Judged from the data', classification: 'Classification', regression: 'Regression', 'language-modelling': 'Language modelling', embedding: 'Embedding' }, default: 'auto', help: 'What y is to the first output, and so the loss.' }),
    optimizer: choice({ label: 'Optimiser', options: { adam: 'AdamW', sgd: 'SGD with momentum 0.9' }, default: 'adam' }),
    learningRate: logFloat({ label: 'Learning rate', min: 1e-6, max: 1, default: 2e-3, help: 'Of trained tensors; the same throughout.' }),
    learningRateOfMasks: logFloat({ label: 'Learning rate of masks', min: 1e-6, max: 1e-2, default: 5e-4, help: 'Of the scores, where nothing but masks is trained. A score starts at 0.01, and at 0.005 its number is off: 10 full steps of Adam at the default.' }),
    batch: int({ label: 'Batch size', min: 1, max: 512, default: 32 }),
    steps: int({ label: 'Steps', min: 5, max: 20_000, step: 5, default: 200 }),
    weightDecay: float({ label: 'Weight decay', min: 0, max: 0.5, step: 0.005, default: 0, help: 'Decoupled for AdamW; added to the gradient for SGD. Of all that is trained.' }),
    validation: float({ label: 'Validation share', min: 0.05, max: 0.5, step: 0.05, default: 0.2, group: 'Data', help: 'Examples that are set aside at random and never trained on.' }),
    input: text({ label: 'Input that x feeds', maxLength: 200, default: '', group: 'Model', help: 'By name; the first, if left empty.' }),
    output: text({ label: 'Output that is trained on', maxLength: 200, default: '', group: 'Model', help: 'By name; the first, if left empty.' }),
    trained: text({ label: 'Trained', maxLength: patternLength, default: '', group: 'Tensors of “Your choice”', help: 'Names or patterns, separated by commas: head.*, *.bias. Empty: all weights.' }),
    masked: text({ label: 'Masked', maxLength: patternLength, default: '', group: 'Tensors of “Your choice”', help: 'Over what is trained.' }),
    frozen: text({ label: 'Frozen', maxLength: patternLength, default: '', group: 'Tensors of “Your choice”', help: 'Over both.' }),
  },
  modelKnobs: ['input', 'output', 'trained', 'masked', 'frozen'],
  quick: { steps: 30, batch: 16 },
  arms: {
    chosen: { label: 'Your choice', says: 'Trained, masked and frozen as you chose, tensor by tensor.', role: 'method' },
    everything: { label: 'Everything', says: 'Every tensor that can be trained is. The same as your choice until you choose.', role: 'baseline', off: true },
    'last-layer': { label: 'Last layer alone', says: 'Only the last operator with weights is trained.', role: 'baseline' },
    masks: { label: 'Masks alone', says: 'No weight changes; what is switched off is learned.', role: 'ablation' },
    untrained: { label: 'As it came', says: 'The model untrained.', role: 'control' },
  },
  charts: [
    { metric: 'train/loss', title: 'Training loss', yLabel: 'loss of the batch' },
    { metric: 'validation/loss', title: 'Validation loss', yLabel: 'loss' },
    { metric: 'validation/score', title: 'Validation score', yLabel: 'accuracy, or R²', format: 'percent' },
  ],
  metrics: {
    'validation/loss': { label: 'Validation loss' },
    'validation/score': { label: 'Validation score', format: 'percent' },
    'tensors/changed': { label: 'Numbers changed', format: 'percent' },
  },
  pictures: {
    change: { title: 'How far each tensor has moved', says: 'Your choice: distance from the dropped weights, as a share of their length. Rows are tensors, columns the course of the run.', main: true },
    density: { title: 'What the masks keep', says: 'Masks alone: the share of each tensor that is still switched on. Rows are tensors, columns the course of the run.' },
    gradients: { title: 'Where the gradient is', says: 'Your choice: length of the gradient by tensor, on one fixed batch, before the run and after.' },
    answers: { title: 'A few validation examples', says: 'What your choice answers, as training goes on; where it is wrong, what it took the example for.' },
  },
  invariants: {
    frozen: 'Frozen tensors are the file’s, bit for bit.',
    masks: 'Every mask is exactly 0 or 1, and a kept number is the file’s.',
    statistics: 'The running statistics of batch normalisation are untouched.',
    export: 'The trained model, written as ONNX and read back, gives the same outputs.',
  },
  claimCheck: [
    { says: 'Masks alone, no weight changed, take the shipped model beyond what it scores as it came.', left: { arm: 'masks', metric: 'validation/score' }, right: { arm: 'untrained', metric: 'validation/score' }, statistic: 'median-of-differences', comparison: '>', bound: 0.1 },
    { says: 'And further than training its last layer takes it.', left: { arm: 'masks', metric: 'validation/score' }, right: { arm: 'last-layer', metric: 'validation/score' }, statistic: 'median-of-differences', comparison: '>', bound: 0.1 },
    { says: 'Training every weight does better than masks alone.', left: { arm: 'everything', metric: 'validation/score' }, right: { arm: 'masks', metric: 'validation/score' }, statistic: 'median-of-differences', comparison: '>', bound: 0 },
  ],
  asks: {
    inspect: { title: 'Model and data', says: 'What the files hold, and whether they fit together.', needsRun: false, onScreen: true, knobs: {} },
    take: {
      title: 'Take away', says: 'Files made from the run.', needsRun: true, live: true, onScreen: true,
      knobs: {
        what: choice({ label: 'What', options: { model: 'model', weights: 'weights', step: 'step', script: 'script' }, default: 'model' }),
        arm: choice({ label: 'Arm', options: { chosen: 'chosen', everything: 'everything', 'last-layer': 'last-layer', masks: 'masks' }, default: 'chosen' }),
      },
    },
  },
  accepts: ['onnx', 'cifar', 'weights', 'safetensors', 'images', 'npz', 'npy', 'csv', 'jsonl', 'text', 'idx'],
  acceptsSays: 'One ONNX file, with its external data if it has any; and data: x and y as NumPy arrays or safetensors, pictures in folders (dropped, or as a ZIP file), an IDX pair, CIFAR, a table (CSV, TSV), JSON lines, or a text.',
  screen: 'model',
});
