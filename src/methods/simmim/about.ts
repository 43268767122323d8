import type { About } from '../../spec/card';

export const about: About = {
  explanation: [
    'A vision transformer cuts a picture into patches of 4 x 4 pixels. Random squares are hidden: the embedded patches under them are replaced by one learned vector, the mask token. All patches, hidden ones too, pass through the whole encoder, and a single linear layer tells the pixels of every patch. Only hidden pixels count in the loss. No label is used.',
    'After that, the mask token and the pixel head are thrown away, a linear classifier is put on the mean over patches, and everything is fine-tuned on few labelled pictures. An encoder that has learned how pictures hang together should need fewer labels than one that begins from scratch.',
    'How hard the task is depends on how far hidden pixels lie from visible ones. AvgDist is that distance, averaged over hidden pixels. If it is small, neighbours can be copied and nothing need be understood; if it is large, nothing can be known. Larger squares and larger shares both raise it: see the map of distances.',
  ],
  equations: [
    { tex: String.raw`T \leftarrow (1 - m)\,T + m\,e`, says: 'After patch embedding, and before the class token and positions, hidden tokens become the mask token e. Here m is 1 where hidden.' },
    { tex: String.raw`\hat x = \operatorname{unpatch}(W Z + b)`, says: 'Each final state of the encoder tells its own patch, by one linear layer (a 1 x 1 convolution and PixelShuffle).' },
    { tex: String.raw`L = \frac{\sum |x - \hat x| \odot M}{(\sum M + 10^{-5})\; C}`, says: 'L1 over hidden pixels, one mean over the whole batch; C channels. Targets are standardised by channel.' },
    { tex: String.raw`k = \lceil n^2 r \rceil`, says: 'Of n x n squares, so many are hidden, in each picture others. Rounding up makes the true share a little larger than r.' },
    { tex: String.raw`\mathrm{AvgDist} = \frac{1}{|M|} \sum_{p \in M} \min_{v \notin M} \lVert p - v \rVert_2`, says: 'Mean distance, in pixels, from a hidden pixel to the nearest visible one.' },
    { tex: String.raw`\eta_l = \eta\, d^{\,\mathrm{layers} - 1 - l}`, says: 'In fine-tuning, lower layers step less: d is the layer decay, the head learns at the full rate.' },
  ],
  caveats: [
    'Drawn scenes of 32 px and an encoder of two blocks stand for ImageNet and ViT-B. Textures of single objects are told apart, since shapes stay at chance for every arm at this size. The paper\'s figures (83.8 % for ViT-B after 800 epochs, 0.6 above the best before it) say nothing about the figures here.',
    'The paper finds AvgDist best between 10 and 20 px; that this was measured on pictures of 192 px is from memory, unverified. Scaled to 32 px it would be 1.7 to 3.3 px: squares of 8 px at 0.6 are then slightly too hard, and squares of 4 px lie in the band. So whether 8 px beats 4 px here is doubtful, and no check depends on it.',
    'That pre-training helps is not to be counted on at this size: in trials on scenes the arm from scratch was ahead (on glyphs, in the one trial made, it was behind). L1 on raw pixels blurs textures away, which are what is told apart here; and less than a minute of pre-training is far from hundreds of epochs. The check stands as it was set before.',
    'Positions are learned and absolute, beginning as sines and cosines; the paper\'s ViT shares one relative bias among all blocks. LayerScale, stochastic depth and the separate final norm of fine-tuning are left out. The head begins as other linear layers do here.',
    'Batches of 16, 1500 steps and a width of 32, where the paper takes 2048 and hundreds of epochs. The schedule is a cosine with 5 % warm-up; the ViT of the paper steps down once near the end.',
    'The paper\'s loss is a sum over hidden pixels divided by their number; the released code divides by the channels, too, and adds 1e-5. The code is followed. Mask token, positions, biases and norms are not decayed.',
    'The masked autoencoder hides three patches in four, drops them, and has a decoder of two blocks of width 32, no class token and fixed positions; it learns squared errors of pixels that are not normalised patch by patch. Its masked L1 is over its own masks, so it compares with that of no other arm.',
    'All arms share pictures, views, order and start; only what is hidden differs. The arm from scratch learns at one rate in all layers, since layer decay would hold back layers that know nothing.',
    'Plain background makes up much of a picture, and is easy: the error on hidden pixels of objects (or ink) is shown by itself.',
    'Accuracy over a whole grid of squares and shares takes a sweep of these two knobs; the page colours the grid by AvgDist alone, and shows accuracy against AvgDist for the arms that ran. CIFAR or other pictures of one\'s own cannot be dropped here yet.',
  ],
};
