import type { About } from '../../spec/card';

export const about: About = {
  explanation: [
    'A small network that draws captioned scenes by removing noise is frozen. In its attention layers, on the way up, every weight is multiplied by 0 or 1. Which, is said by a tiny generator that sees how noisy the picture is and what the network sees in it; it learns from the ordinary denoising loss on new pictures (here: scenes of a narrower kind).',
    'A mask is drawn: noise is added to its logits and the result is cut at one half; backwards, the gradient passes as if the cut were not there. Beside it the frozen network, full fine-tuning, low-rank adapters and random masks that drop as much.',
    'The second way needs no training: while one picture is being drawn, the logits of the masks of that very step are optimised against a reward, here how much of the picture has the colours that its prompt names. Then the next step begins with fresh masks.',
  ],
  equations: [
    { tex: String.raw`\theta' = \theta \odot m,\qquad m = \mathbb{1}\bigl[\sigma\bigl((L + g)/\tau\bigr) > \tfrac12\bigr],\qquad g = -\log E,\ E \sim \mathrm{Exp}(1)`, says: 'One Gumbel variable: a logit of 1 keeps 93.4 % of the weights, not 73 %.' },
    { tex: String.raw`S = A_2\, \operatorname{ReLU}\bigl(A_1 (\operatorname{mean}_{hw} z + W_t\, t)\bigr),\qquad L = (V_1 S + v_1)\, V_2^\top + v_2`, says: 'The generator of a block: from its input and the timestep to logits for each of its matrices.' },
    { tex: String.raw`\min_{A, W_t, V, v} \bigl\lVert \epsilon_{\theta'}(x_t, t, c) - \epsilon \bigr\rVert^2`, says: 'Only the generator learns.' },
  ],
  caveats: [
    'The network has 0.43 million weights and 16 x 16 pixels; the paper masks Stable Diffusion. Its FID figures (12.85 to 11.72 on COCO) are from memory and unverified. Beating adapters or full fine-tuning in quality at this size is doubtful, and nothing here depends on it.',
    'In the published scripts the generator begins at exactly zero before a ReLU, so that no gradient ever reaches it and masks depend neither on the picture nor on the timestep. The default leaves that last ReLU out and begins small; “as released” is a choice of the knobs.',
    'Logits begin at 2 and not at 5, where next to nothing would be dropped within a minute (0.06 % of the weights are already dropped at 2).',
    'The reward is a soft measure of the colours that a prompt names for the object and the background, in place of two reward networks; the sampler is DDIM with 15 steps, not DPM-Solver++. AdamW\'s moments are kept when the logits are reset, as in the released code; its decay is left out.',
    'That masks depend much on the timestep is not to be expected: it is shown.',
    'The network is trained to say v, so the loss is that of v; the shipped checkpoint follows captions in background and colour, not in shape.',
  ],
};
