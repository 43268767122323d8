import { defineCard } from '../../spec/card';
import { choice, float, int, logFloat } from '../../spec/knobs';

export const card = defineCard({
  id: 'text-model',
  title: 'Teach a language model a text',
  family: 'own',
  source: { title: 'Character-level language modeling with deeper self-attention', authors: 'Al-Rfou et al.', year: 2018, venue: 'AAAI 2019', arxiv: '1808.04444' },
  claim: 'Given time, a small transformer foretells the next character of a text better than counting what came behind the last four characters can.',
  explanation: [
    'A text is a row of characters. The transformer reads windows of it from left to right and says at each place which character comes next; its loss is the mean surprise at the one that did come, in nats a character. It starts from random numbers and sees random windows of the first nine tenths of the text. On the last tenth, which it never trains on, it is judged.',
    'Beside it stand n-grams: counts of what followed the last character, the last two, and so on up to five, smoothed by the method of Kneser and Ney in the form of Chen and Goodman. They take a second to make and are hard to beat on a short text. They cannot see farther back than they count.',
    'With no file dropped, the text is made of invented reviews whose last words depend on their first. Drop a text of your own (plain text, gzipped or not), and it takes its place. The million characters of Tiny Shakespeare want a larger network and some thousand steps.',
  ],
  equations: [
    { tex: String.raw`L = -\frac1T \sum_{t=1}^{T} \ln p_\theta(c_{t+1} \mid c_1, \dots, c_t)`, says: 'Mean surprise over a window of T characters.' },
    { tex: String.raw`P(c \mid h) = \frac{\max(n(hc) - D, 0)}{n(h)} + \gamma(h)\, P(c \mid h')`, says: 'An n-gram: counts behind the history h, less a discount, and the shorter history h′ for the rest.' },
  ],
  caveats: [
    'Al-Rfou et al. train 64 layers on a hundred million characters. Here the transformer has a few layers and sees a small text: what carries over is the comparison with counting, not the figures.',
    'Validation judges the later half of each window, so that every prediction has at least half a window before it; the n-grams are judged on the whole of the last tenth.',
    'There is no dropout: on a small text a large network begins to learn it by heart, and its validation loss rises again. The best value on the way is stated beside the last.',
  ],
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
