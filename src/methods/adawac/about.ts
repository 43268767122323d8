import type { About } from '../../spec/card';

export const about: About = {
  explanation: [
    'A network is to find an organ in the slices of a scan, pixel by pixel. Slices from the middle of a volume show a lot of it (dense); those from its ends show little or none (sparse), and some of them show it without a label. A loss that weighs all alike learns from the wrong labels; one that throws sparse slices away learns nothing from them.',
    'Every training slice has two weights that sum to 1: one for the cross-entropy with its labels, one for the consistency of the encoder\'s features between two randomly moved views of it. While the network descends, each weight ascends: whichever of the two losses is larger draws weight to itself, by a step of exponentiated gradient. Dense slices, whose cross-entropy is large at first, end on their labels; sparse ones, whose background is easy, end on consistency.',
    'The table of weights has one row for each training slice, travels with the slice through all shuffling, and lies in the compiled step itself.',
  ],
  equations: [
    { tex: String.raw`\min_\theta \max_{\beta_i \in \Delta_2} \frac{1}{n} \sum_i \beta_{i0}\, \ell_i(\theta) + \beta_{i1}\, \rho_i(\theta)`, says: 'Cross-entropy and consistency of slice i; its weights are learned against the network.' },
    { tex: String.raw`\rho_i = \lambda\, \operatorname{mean}\bigl(\phi(A_1 x_i) - \phi(A_2 x_i)\bigr)^2`, says: 'Consistency: the coarsest features of two views, cell by cell.' },
    { tex: String.raw`\operatorname{logit} \beta_{i0} \leftarrow \operatorname{clamp}\bigl(\operatorname{logit} \beta_{i0} + \eta\,(\ell_i - \rho_i),\ \pm 20\bigr)`, says: 'The mirror step, before the weights are used; only for slices of the batch, and without gradient.' },
    { tex: String.raw`L = \delta\, D + (1 - \delta)\, \frac{1}{|I|} \sum_{i \in I} \beta_{i0}\, \ell_i + \beta_{i1}\, \rho_i`, says: 'D is the Dice loss of the whole batch, which no weight touches; δ is its share.' },
  ],
  caveats: [
    'Synthetic volumes of 32 x 32 pixels and a U-Net of a hundredth of the size stand for CT and MRI scans: directions compare, figures do not. The paper\'s headline (Dice from about 76.7 to 79.0 on Synapse) is from memory and unverified.',
    'That Dice is at least that of the baselines is likely only where labels are missing and data are few: it is shown, and no check depends on it.',
    'The released code updates the weights before it uses them and adds Dice, unlike the paper\'s theory; this follows the code. It compares the two feature maps cell by cell although the views are turned differently; the switch “Align” turns them back.',
    'The trimming arms use both views, as “both views, all alike” does, so that trimming is all that differs. Where the reweighted arms begin is not stated in our source: each weight begins at one over the batch size. Batches are whole epochs\' parts: what is left over at an epoch\'s end waits for the next.',
    'There is no encoder that was trained before: every arm begins from random numbers.',
  ],
};
