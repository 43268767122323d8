import type { About } from '../../spec/card';

export const about: About = {
  explanation: [
    'A language model writes reviews. Of two continuations of one prompt, an oracle prefers the one with more good words and fewer bad ones; the model is to learn that from pairs, without leaving too far what it was.',
    'Direct preference optimisation raises the probability of all tokens of the preferred text, relative to a frozen copy of the model. Here every token has a weight, made by a small network from the hidden states of the frozen copy, and cut off at zero by a ReLU: one weight for how much the token\'s reward counts (mu), one for how much it is held to the frozen copy (md). Policy and mask network learn together.',
    'Which words matter is known here, since the oracle counts them; so it can be seen whether the masks find them. A mask sees the states before its token: it can mark places where an opinion is due, not the words themselves.',
  ],
  equations: [
    { tex: String.raw`L = -\log \sigma\bigl(\beta\,(u - \delta)\bigr) + \ell_1 \text{ terms}`, says: 'Preferred minus rejected reward, less the difference of the divergences.' },
    { tex: String.raw`u = \sum_t \mu_t\, r_t(y_w) - \sum_t \mu_t\, r_t(y_l),\qquad r_t = \log \frac{\pi(y_t)}{\pi_{\text{ref}}(y_t)}`, says: 'Rewards of tokens, weighed by the mask.' },
    { tex: String.raw`\delta = \sum_t m^d_t\, k_t(y_l) - \sum_t m^d_t\, k_t(y_w),\qquad k_t = \mathrm{KL}(\pi_{\text{ref}} \,\Vert\, \pi)_t`, says: 'Divergence at each token, over the whole vocabulary, weighed by the other mask.' },
    { tex: String.raw`h_l = \operatorname{ReLU}(w_l^\top \mathrm{LN}(e_l) + b_l),\qquad m_t = \operatorname{ReLU}\Bigl(\sum_l a_l h_{l,t}\Bigr)`, says: 'The mask network: one number from each block of the frozen copy, mixed.' },
  ],
  caveats: [
    'Public reviews of the paper call the margin over DPO small, and find DPO best at small divergences on sentiment. The reported gains (up to 10 win-rate points in summarisation, 3 in dialogue) are at another scale; nothing here claims them.',
    'At the first step policy and frozen copy are equal, so the mask has no gradient but that of its penalty. A mask that has become zero everywhere can never return. So it begins near 1 (biases 1, mixer 1 / L) rather than at the released initialiser, which is a choice of the knobs.',
    'Nothing stops mu from growing, which is the same as raising β: its mean stands beside its sparsity, and arms compare at equal divergence, not at equal step.',
    'Pairs are drawn from the grammar that the model was trained on (or by the model itself, as in the sheet of the experiment: a choice of the knobs, and slower).',
    'Dropout on masks is off, as the released trainer\'s default has it. Options of the trainer that the masked loss never reads are not here. The released binary mask gets no gradient at all; so does this one.',
    'MaPO\'s activations are those of the frozen copy. A response of one token, or of equal activations, is given weight 0 where the released code would divide by zero.',
  ],
};
