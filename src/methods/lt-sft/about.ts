import type { About } from '../../spec/card';

export const about: About = {
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
};
