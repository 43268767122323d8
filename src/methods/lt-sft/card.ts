import { defineCard } from '../../spec/card';
import { choice, float, int, logFloat, toggle } from '../../spec/knobs';

export const card = defineCard({
  id: 'lt-sft',
  title: 'Sparse differences that add up',
  family: 'masks',
  source: { title: 'Composable sparse fine-tuning for cross-lingual transfer', authors: 'Ansell et al.', year: 2022, venue: 'ACL', arxiv: '2110.07560', code: 'https://github.com/cambridgeltl/composable-sft' },
  claim: 'Fine-tune, keep the few weights that moved most, rewind, train those alone: what a task and what a language change can then simply be added.',
  knobs: {
    kTask: float({ label: 'K of the task', min: 0.002, max: 1, step: 0.001, default: 0.08, help: 'Share of the weights that may be trained; the paper has about 8 %.' }),
    kLanguage: float({ label: 'K of a language', min: 0.002, max: 1, step: 0.001, default: 0.043, help: 'The paper has about 4.3 %.' }),
    lambda: float({ label: 'Pull to the start λ₁', min: 0, max: 1, step: 0.05, default: 0.1, help: 'Of language vectors; divided by the number of all weights.' }),
    iterations: int({ label: 'Iterations n', min: 1, max: 4, default: 1, help: 'Each unfreezes K / n more weights, from where the last one ended.' }),
    rule: choice({ label: 'Which weights', options: { change: 'those that moved most', random: 'random ones', start: 'the largest at the start' }, default: 'change' }),
    rewind: toggle({ label: 'Rewind', default: true, help: 'Off: the second phase goes on from where the first has ended.' }),
    source: toggle({ label: 'Task on A\'s language vector', default: true, help: 'Off: the task is trained on the bare model, a common shortcut.' }),
    target: choice({ label: 'Target language', options: { B: 'B', C: 'C', D: 'D' }, default: 'D' }),
    fullSteps: int({ label: 'Steps of the first phase', min: 2, max: 2000, default: 80 }),
    sparseSteps: int({ label: 'Steps of the second phase', min: 2, max: 2000, default: 90 }),
    batch: int({ label: 'Sentences a step', min: 4, max: 64, default: 12 }),
    learningRate: logFloat({ label: 'Learning rate', min: 1e-5, max: 1e-2, default: 1e-3, help: 'Falls in a straight line in each phase.' }),
    labelled: int({ label: 'Labelled sentences of A', min: 16, max: 4000, default: 1000, group: 'Data' }),
    unlabelled: int({ label: 'Unlabelled sentences', min: 16, max: 4000, default: 2000, group: 'Data', help: 'Of each language that a vector is made for.' }),
    masked: float({ label: 'Masked words', min: 0.05, max: 0.5, step: 0.01, default: 0.15, group: 'Data', help: 'Of those chosen, 80 % are hidden, 10 % replaced, 10 % stay.' }),
    tested: int({ label: 'Test sentences', min: 8, max: 400, default: 64, group: 'Data', help: 'Of each language.' }),
  },
  quick: { fullSteps: 2, sparseSteps: 2, batch: 4, labelled: 16, unlabelled: 16, tested: 8 },
  arms: {
    'lt-sft': { label: 'Sparse sum', says: 'The sparse vectors of the target language and of the task, added to the model.', role: 'method' },
    task: { label: 'Task alone', says: 'The task\'s vector without the language\'s.', role: 'baseline' },
    random: { label: 'Random masks', says: 'As many weights, chosen by lot.', role: 'baseline' },
    dense: { label: 'Dense sum', says: 'All that the first phases have changed, added.', role: 'baseline' },
    biases: { label: 'Biases alone', says: 'Task and language train the biases (BitFit).', role: 'baseline', off: true },
  },
  charts: [
    { metric: 'target/accuracy', title: 'Accuracy in the target language', yLabel: 'share of words', format: 'percent' },
    { metric: 'source/accuracy', title: 'Accuracy in A', yLabel: 'share of words', format: 'percent' },
    { metric: 'train/loss', title: 'Training loss', yLabel: 'nats', xLabel: 'step of all phases' },
    { metric: 'train/unfrozen', title: 'Weights that may move', yLabel: 'share', format: 'percent', xLabel: 'step of all phases' },
  ],
  metrics: {
    'target/accuracy': { label: 'Accuracy, target language', format: 'percent' },
    'source/accuracy': { label: 'Accuracy, language A', format: 'percent' },
    'gaps/loss': { label: 'Loss of the gaps after the task', unit: 'nats' },
    'vector/task': { label: 'Entries of the task\'s vector' },
    'vector/language': { label: 'Entries of the language\'s vector' },
    'vector/overlap': { label: 'Entries in both, of the smaller', format: 'percent' },
  },
  pictures: {
    density: { title: 'Where the vectors lie', says: 'Share of each tensor\'s entries that the task\'s vector and the language\'s vector change, and that both change.', main: true },
    languages: { title: 'Every language', says: 'Accuracy of each arm, in each language, with that arm\'s vectors for the target.' },
    named: { title: 'Classes that it names', says: 'Sentences of the target language, and what the sparse sum says of each word.' },
  },
  invariants: {
    budget: 'A vector has at most K entries.',
    frozen: 'Weights outside the mask keep every bit through the second phase.',
    rewound: 'The second phase begins where the first began: the loss of its first batch is the same, bit for bit.',
    order: 'Adding the task to the language is adding the language to the task, bit for bit.',
    back: 'Taking both vectors away again gives the model that everything began from.',
  },
  claimCheck: [
    { says: 'Adding the language\'s vector to the task\'s raises accuracy in the target language.', left: { arm: 'lt-sft', metric: 'target/accuracy' }, right: { arm: 'task', metric: 'target/accuracy' }, statistic: 'median-of-differences', comparison: '>', bound: 0 },
    { says: 'On the task\'s own held-out sentences, the weights that moved most do better than random ones.', left: { arm: 'lt-sft', metric: 'source/accuracy' }, right: { arm: 'random', metric: 'source/accuracy' }, statistic: 'median-of-differences', comparison: '>', bound: 0 },
  ],
  asks: {
    board: {
      title: 'Composition board', says: 'Add vectors to the model, each as strongly as you like, and see what it can do in every language.', needsRun: true,
      knobs: {
        task: float({ label: 'Task', min: -1, max: 2, step: 0.1, default: 1 }),
        target: float({ label: 'Target language', min: -1, max: 2, step: 0.1, default: 1 }),
        source: float({ label: 'Language A', min: -1, max: 2, step: 0.1, default: 0 }),
      },
    },
  },
});
