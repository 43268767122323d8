import { defineCard } from '../../spec/card';
import { choice, float, int, logFloat } from '../../spec/knobs';

export const card = defineCard({
  id: 'text-model',
  title: 'Teach a language model a text',
  family: 'own',
  source: { title: 'Character-level language modeling with deeper self-attention', authors: 'Al-Rfou et al.', year: 2018, venue: 'AAAI 2019', arxiv: '1808.04444' },
  claim: 'Given time, a small transformer foretells the next character of a text better than counting what came behind the last four characters can.',
  knobs: {
    steps: int({ label: 'Steps', min: 5, max: 50_000, step: 5, default: 600 }),
    batch: int({ label: 'Windows a step', min: 1, max: 128, default: 16 }),
    context: int({ label: 'Window', min: 8, max: 256, step: 8, default: 64, help: 'Characters that the transformer sees at most.' }),
    learningRate: logFloat({ label: 'Learning rate', min: 1e-5, max: 0.05, default: 4e-3, help: 'At its highest: it warms up over a twentieth of the steps, and falls along half a cosine.' }),
    weightDecay: float({ label: 'Weight decay', min: 0, max: 0.5, step: 0.01, default: 0.05, help: 'Decoupled, on matrices; not on biases and normalisation.' }),
    blocks: int({ label: 'Blocks', min: 1, max: 8, default: 2, group: 'Transformer' }),
    width: choice({ label: 'Width', options: { '32': '32', '64': '64', '96': '96', '128': '128', '192': '192', '256': '256' }, default: '64', group: 'Transformer' }),
    heads: choice({ label: 'Heads', options: { '1': '1', '2': '2', '4': '4', '8': '8' }, default: '4', group: 'Transformer' }),
    temperature: float({ label: 'Temperature of what it writes', min: 0, max: 2, step: 0.05, default: 0.8, group: 'Samples', help: '0: always the likeliest character.' }),
    sentences: int({ label: 'Sentences of the built-in text', min: 200, max: 20_000, step: 100, default: 4000, group: 'Text' }),
  },
  quick: { steps: 20, batch: 4, context: 16, blocks: 1, width: '32', heads: '2', sentences: 300 },
  arms: {
    transformer: { label: 'Transformer', says: 'Trained on windows of the text, from random numbers.', role: 'method' },
    'five-gram': { label: '5-gram', says: 'Counts behind the last four characters, smoothed.', role: 'baseline' },
    trigram: { label: '3-gram', says: 'Counts behind the last two characters, smoothed.', role: 'baseline' },
    unigram: { label: '1-gram', says: 'How common each character is, whatever stands before it.', role: 'control', off: true },
  },
  charts: [
    { metric: 'validation/loss', title: 'Validation loss', yLabel: 'nats a character' },
    { metric: 'train/loss', title: 'Training loss', yLabel: 'nats a character' },
  ],
  metrics: {
    'validation/loss': { label: 'Validation loss, last', unit: 'nats a character' },
    'validation/best': { label: 'Validation loss, best on the way', unit: 'nats a character' },
    'validation/passed': { label: 'Steps to pass the 5-gram' },
  },
  pictures: {
    writes: { title: 'What it writes', says: 'The transformer goes on from a beginning taken from the last tenth, at several points of the run.', main: true },
    orders: { title: 'How far back counting helps', says: 'Validation loss of n-grams by their order, and of the transformer.' },
    text: { title: 'The text', says: 'How it begins, and how it is divided.' },
  },
  invariants: {
    apart: 'No window that is trained on reaches into the last tenth of the text.',
    causal: 'The transformer sees no character ahead: changing a later one changes nothing before it, bit for bit.',
  },
  claimCheck: [
    { says: 'On the built-in text, after 600 steps, the transformer’s validation loss is below that of the 5-gram.', left: { arm: 'transformer', metric: 'validation/loss' }, right: { arm: 'five-gram', metric: 'validation/loss' }, statistic: 'median-of-differences', comparison: '<', bound: 0, unit: 'nats' },
  ],
  accepts: ['text'],
  acceptsSays: 'A plain text.',
});
