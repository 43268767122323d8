import type { About } from '../../spec/card';

export const about: About = {
  explanation: [
    'A small CLIP was trained to match images with captions in one drawing style. Here it meets the same shapes in another style and does worse. No weight of it is changed. Beside every weight of the attention layers stands a score, 0.01 at first; a weight counts only while its score is above a threshold. Training moves the scores, and weights whose score falls to the threshold are switched off.',
    'Thresholding has no useful derivative, so the gradient passes through it unchanged (a straight-through estimator). A score keeps receiving its gradient while its weight is off, and can bring it back.',
    'Few examples invite over-fitting and forgetting. So two gradients are taken on every batch: a, of the task, and b, of staying like the unmasked network. Where both have one sign, the task\'s is used. Where they differ, it is used only by chance, the more likely the larger it is; otherwise it is dropped for this step. Nothing is ever stepped along b: it only votes. That is the R of R-AMT; without it, the method is AMT.',
    'Classes are told apart by prompts through the frozen text tower, so there is no new head, and classes that were never tuned on can be tried too: the new classes, among themselves.',
  ],
  equations: [
    { tex: String.raw`W'_l = B_l \odot W_l,\qquad B_l = \mathbf{1}[M_l > \alpha]`, says: 'A weight W counts if its score M is above the threshold, strictly.' },
    { tex: String.raw`z = e^{s}\, f\,T^{\top},\qquad f = \frac{\mathrm{image}(x; W')}{\lVert \mathrm{image}(x; W')\rVert}`, says: 'Logits: cosines of the image with each class prompt, times a frozen inverse temperature.' },
    { tex: String.raw`\frac{\partial L}{\partial M_l} := \frac{\partial L}{\partial B_l} = \frac{\partial L}{\partial W'_l}\odot W_l`, says: 'Straight-through: the threshold passes the gradient as it is.' },
    { tex: String.raw`L_a = \mathrm{CE}(z, y) + w_{\mathrm{reg}} \sum_l \lVert M_l \rVert_2`, says: 'The task loss, with the plain (not squared) norm of every score tensor.' },
    { tex: String.raw`L_b = T^2\,\frac1n \sum_i \Big(-\sum_c \mathrm{softmax}(z_0/T)_c \log \mathrm{softmax}(z/T)_c\Big)`, says: 'Staying like the unmasked network, whose logits are z0.' },
    { tex: String.raw`P = \tfrac12\Big[1 + \mathrm{sign}(a)\,\frac{a+b}{|a|+|b|+10^{-8}}\Big],\qquad a = \frac{\partial L_a}{\partial M},\; b = \frac{\partial L_b}{\partial M}`, says: 'How likely a score\'s task gradient is kept: 1 where the signs agree, |a| / (|a| + |b|) where they differ.' },
    { tex: String.raw`g = \big[(1-\lambda) + \lambda\,\mathbf{1}[P > U]\big]\,a,\qquad U \sim \mathrm{Uniform}(0,1),\qquad M \leftarrow \mathrm{Adam}(M, g)`, says: 'A fresh draw for every score and every step; lambda 0 is AMT, 1 drops in full.' },
  ],
  caveats: [
    'A tiny stand-in: an image tower of 4 blocks and width 96 and a text tower of 2 blocks and width 64, trained on drawn shapes (seven in eight in the original style, one in eight shifted by up to 0.5), in place of CLIP ViT-B/16 and 11 photo data sets; its inverse temperature came out near 20, where CLIP\'s is near 100. The paper\'s figures (83.96 % on average against 65.23 % zero-shot) say nothing about the figures here.',
    'The patch-embedding convolution is written as a matrix product over flattened patches. The numbers are the same; its mask lies over the matrix.',
    'The share of zeros is not the paper\'s 2.56 %: that comes from a small learning rate, few steps and a large network. Here it is shown, not asserted.',
    'Why attention is masked: the paper ranks layers by how much they matter for the task and finds self-attention on top (from memory, unverified). The released code fixes the outcome: patch embedding, q, k, v in-projection and out-projection of every block of the image tower, no biases. The names MMT and PMT for masks on the MLP or on everything are from memory, unverified, so they are not used here.',
    'The released text gives 0.3 for lambda on some data sets and 1 on others, and its example calls contradict it on which. The default here is 1.',
    'The penalty weight is 1e-4 in the paper\'s setting and 1e-6 in the code before its configuration files are read. Adam makes full-size steps of the tiny pull of the penalty wherever the task is silent, and such weights end up off without harm: sparsity is therefore also shown among live weights alone, those on which, at the start, the task pulls harder than the penalty. Set the penalty to 0 to be rid of it.',
    'The 1e-8 in P is absolute. Where both gradients are near it, P falls towards 1/2 and a gradient can be dropped though the signs agree; the light below counts only drops that this does not explain.',
    'CoOp is plain SGD (0.002, cosine) on 16 context vectors from random values; the momentum, warm-up and word initialisation of its code are left out. TIP-Adapter\'s a = 1 and b = 5.5 are from memory, unverified, and its cache holds the plain training images, not averages over augmented views.',
    'Augmentation crops at random scales from 0.8 to 1 and mirrors half of the images; the paper crops from 0.5 to 1. The learning rate follows a cosine that changes once an epoch, without warm-up, as in the paper.',
    'New classes are judged among themselves (their prompts alone compete), as the paper does. They may well be damaged: with the base classes in the prompt list alone, nothing protects them.',
    'A gap over CoOp or TIP-Adapter may not show at this scale. It is shown, not asserted.',
  ],
};
