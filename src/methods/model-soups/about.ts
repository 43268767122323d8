import type { About } from '../../spec/card';

export const about: About = {
  explanation: [
    'The usual way to use a hyper-parameter sweep is to fine-tune many models, keep the one that is best on held-out data and throw the others away. A soup keeps them: it averages their weights, number by number, into one network of the same size.',
    'That works only because all ingredients start from the same weights, head included. Each then stays in the same wide valley of the loss, so the points between them are good networks too. Ingredients from different starts sit in different valleys; their average is a network that nobody trained, and its accuracy falls to about chance. The control arm shows it.',
    'Here a small convolutional network, pre-trained on the letters A to Z, meets twenty classes that it has never seen. A linear probe fits a new head while the encoder stays frozen: that is the shared start, and also the first ingredient. A random search then draws a learning rate, weight decay, number of steps, augmentation, mixup and label smoothing for each further ingredient.',
    'The uniform soup averages everything. The greedy soup takes the ingredients from the best to the worst on the validation split and keeps one only if the average gets better with it. The learned soup trains the mixing weights themselves, one set for each tensor, by gradient descent on the validation split. The ensemble, which averages the outputs instead of the weights and so costs as many forward passes as there are ingredients, is the yardstick.',
    'Accuracy is measured on a test split and on sets shifted away from it: rotated, blurred, noisy, inverted, and drawn in typefaces that no training image used. Neither chooses anything: the validation split alone does.',
  ],
  equations: [
    { tex: String.raw`\theta_i = \mathrm{FineTune}(\theta_0, h_i), \quad i = 1, \dots, k`, says: 'Every ingredient starts from the same weights, head included, and has hyper-parameters of its own.' },
    { tex: String.raw`\theta_U = \frac{1}{k} \sum_{i=1}^{k} \theta_i`, says: 'Uniform soup: every tensor is averaged.' },
    { tex: String.raw`\theta_c = \frac{n}{n+1}\,\theta_G + \frac{1}{n+1}\,\theta_{(j)}, \qquad \theta_G \leftarrow \theta_c \ \text{ if }\ \mathrm{acc}_V(\theta_c) > \mathrm{acc}_V(\theta_G)`, says: 'Greedy soup: ingredients in order of validation accuracy; one that does not help is dropped for good.' },
    { tex: String.raw`\alpha_p = \mathrm{softmax}(r_p), \quad \theta(\alpha)_p = \sum_i \alpha_{p,i}\,\theta_{i,p}, \quad \min_{r,\beta}\ \mathrm{CE}\bigl(\beta f(x; \theta(\alpha)), y\bigr)`, says: 'Learned soup: mixing weights for each tensor p and a temperature, trained on the validation split.' },
    { tex: String.raw`\frac{\partial L}{\partial \alpha_{p,i}} = \Bigl\langle \frac{\partial L}{\partial \theta_p},\, \theta_{i,p} \Bigr\rangle, \qquad \frac{\partial L}{\partial r_{p,i}} = \alpha_{p,i}\Bigl(\frac{\partial L}{\partial \alpha_{p,i}} - \sum_j \alpha_{p,j} \frac{\partial L}{\partial \alpha_{p,j}}\Bigr)`, says: 'Its gradient: one ordinary backward pass at the mixed weights, then an inner product for each tensor and ingredient, then the Jacobian of the softmax.' },
    { tex: String.raw`f_E(x) = \frac{1}{k} \sum_{i=1}^{k} f(x; \theta_i)`, says: 'The logit ensemble: k forward passes for every prediction.' },
  ],
  caveats: [
    'The paper accepts a greedy ingredient when accuracy does not fall (at least as good), its code only when it rises (strictly better). The code is followed; the accept rule is a knob. On a small validation split ties are frequent, so the strict rule accepts few.',
    'The learned soup is in the appendix of the paper; the authors call it less tested. It overfits a small validation split, so it is trained for few steps. The figure reported for it on ImageNet is a comment in the released script.',
    'In the paper the uniform soup loses to the best single model on the test split (79.97 against 80.39 per cent) and wins on the shifted sets (51.58 against 47.97). Expect the same kind of trade here, and expect the uniform soup to lose wherever the sweep holds diverged runs.',
    'Scale: 8 ingredients of a network with 25 thousand params instead of 72 of CLIP ViT-B/32. The learning rates span 1.5 decades round the best one of the small network (about 5e-3), and mixup and smoothing are each off in half of the draws.',
    'The validation split holds at least 300 images, which is a larger share than the 2 per cent of the paper; with fewer, accuracy moves in steps too coarse to sort by.',
    'In the control arm the networks start from random weights, where a fine-tuning learning rate would hardly move them: they take the upper end of the learning-rate range and of the steps. All else is drawn as for the others.',
    'The logits are 16 (feature W) + b with a feature of unit length; the factor is fixed and not averaged.',
    'The shifted sets: glyphs turned by 20 to 40 degrees, blurred (1.2 px), noisy (standard deviation 0.175), inverted, in unseen typefaces. Every model is near chance on inverted images, since no training image was dark on light; they pull all means down alike.',
    'With your own images there are four shifted sets, since there are no other typefaces to draw them in.',
  ],
};
