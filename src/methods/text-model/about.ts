import type { About } from '../../spec/card';

export const about: About = {
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
};
