import type { About } from '../../spec/card';

export const about: About = {
  explanation: [
    'A model that fills gaps is tuned to count the adjectives of a sentence: once with all its matrices trained, once with an update of rank 1, once of rank 8. Each is looked at where it first reaches the same accuracy.',
    'Every trained matrix is taken apart into singular directions, strongest first. A direction of the tuned matrix that resembles none of the old ones (its largest cosine with any of them is below a threshold) is called an intruder. The pictures show how every new direction lies to every old one: nearly a diagonal where training has only turned them a little, a blank column for an intruder.',
    'Then comes a repair: the strength of the intruders is turned down after training, and the loss on what the model had learned before is measured again, beside the loss when as many ordinary directions are turned down instead.',
  ],
  equations: [
    { tex: String.raw`W = W_0 + \frac{\alpha}{r} B A`, says: 'LoRA: the update has rank r; the old matrix stays.' },
    { tex: String.raw`c_j = \max_i \lvert \langle u^1_j, u^0_i \rangle \rvert,\qquad j \text{ intrudes} \iff j \le k \text{ and } c_j < \varepsilon`, says: 'How much the j-th direction of the tuned matrix resembles any old one.' },
    { tex: String.raw`W(\lambda) = W_1 + (\lambda - 1) \sum_{j \in I} \sigma_j\, u^1_j (v^1_j)^\top`, says: 'Intruders turned down (λ < 1), taken out (0) or up (λ > 1).' },
  ],
  caveats: [
    'Matrices of 128 rows stand for those of 768 and more. A random direction already has a largest cosine of about 0.25 with 128 old ones (0.12 with 768): the threshold of 0.5 is above that, and far less generous than in the paper. What chance shows for 128 x 128 stands in the table; for matrices of 512 rows it is another.',
    'That fewer intruders come with higher rank, and that the mean cosine is lower for rank 1, does not hold at learning rates that were not tuned, and nothing here depends on it.',
    'Each arm is looked at six times, on a few dozen sentences, so that test accuracies match roughly. Where they differ by more than two points the paper calls a comparison of counts void; so do the table and the check.',
    'Pictures of directions are drawn half way and at the end, since taking all matrices apart is slow. Scans over the amount of data and over any rank, and factoring a repaired model back into an adapter, are not here.',
    'The definition of the effective rank is from memory and unverified. The paper\'s downstream tasks are English benchmarks; the order of its continual sequence is not in the released code. The image twin of this experiment is not here.',
    'No singular values are quoted from the paper. With every seed the same shipped model is tuned, with other data.',
  ],
};
