import { defineCard } from '../../spec/card';
import { choice, float, int, logFloat, toggle } from '../../spec/knobs';

export const card = defineCard({
  id: 'lt-sft',
  title: 'Sparse differences that add up',
  family: 'masks',
  source: { title: 'Composable sparse fine-tuning for cross-lingual transfer', authors: 'Ansell et al.', year: 2022, venue: 'ACL', arxiv: '2110.07560', code: 'https://github.com/cambridgeltl/composable-sft' },
  claim: 'Fine-tune, keep the few weights that moved most, rewind, train those alone: what a task and what a language change can then simply be added.',
  explanation: [
    'A model that fills gaps has read four languages: A and B a lot, C a little, D hardly at all. It is to name the grammatical class of every word of D, but labelled sentences exist in A alone.',
    'Sparse fine-tuning has two phases. First everything but the norms is trained; then all weights are put back, and only the K entries that moved most, over all tensors together, are trained again with a fresh optimiser. What is left is a sparse vector of differences. One is made of unlabelled sentences of D by filling gaps; one of the labelled sentences of A, on top of A\'s own language vector.',
    'For D, the vector of D and the vector of the task are added to the model that everything began from. No labelled sentence of D was ever seen.',
  ],
  equations: [
    { tex: String.raw`\mu = \operatorname{top}_K\, \lvert \theta^{(1)} - \theta^{(0)} \rvert,\qquad g \leftarrow \mu \odot g`, says: 'Which entries moved most in the first phase; only those receive a gradient in the second.' },
    { tex: String.raw`\phi = \theta^{(2)} - \theta^{(0)}`, says: 'The sparse difference: at most K entries.' },
    { tex: String.raw`\theta_{D} = \theta^{(0)} + \phi_D + \phi_T`, says: 'Zero-shot: the language of D and the task, added. Where both changed an entry, both changes count.' },
    { tex: String.raw`L = L_{\text{gaps}} + \frac{\lambda_1}{N} \sum_i \lvert \theta_i - \theta_i^{(0)} \rvert`, says: 'Language vectors are pulled to their start; N counts all weights of the model.' },
  ],
  caveats: [
    'The model, its languages and the lengths are tiny: each phase has tens of steps, where the paper\'s have thousands. The average gains that the paper reports (2.5 POS accuracy and others) are from memory and unverified.',
    'That the sparse sum is at least as good as the dense sum is the paper\'s claim about interference; at this size it is likely and not certain: it is shown, and no check depends on it.',
    'Checkpoints are not chosen on a validation set: each phase takes its last. Adapters (MAD-X) and training on several source languages in turn are not here.',
    'The decoder of the gaps is untied from the embedding and stays as it is, as it must where embeddings learn. Ties at the threshold go to the earlier entry, so that K is exact.',
    'The random mask is drawn anew for the task and for D, and stands on the same vector of A.',
  ],
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
