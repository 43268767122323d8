import type { About } from '../../spec/card';

export const about: About = {
  explanation: [
    'To learn what a classifier looks at, one hides parts of a picture and asks again. But a network has to be given some colour in the hidden place. Black or grey patches are themselves something that it has never seen, and their outline can give away what was cut out. This is called missingness bias.',
    'Layer masking carries a mask beside the activations. After each layer, cells that know nothing of kept pixels are set to zero. Before each convolution, the hole is filled for a moment from its own border: each pass gives cells at its edge the mean of their known neighbours. At the end the mean is taken over kept cells alone. The weights do not change, and what was under the hole cannot matter.',
    'Nothing is trained here. A shipped residual network reads scenes of one object while 4 x 4 blocks are removed, at random, the most salient first, or the least salient first. Beside it stand ways of painting the hole. Then the object itself is cut out with its exact silhouette (is the shape read off the hole?), parts are explained with LIME, and features of four patches are compared with the sum of their own.',
    'A second checkpoint was trained with grey boxes over its pictures. A grey hole is an ordinary sight to it, and on such a network the paper found painting to do better: choose it and compare. Then switch on red, green or blue: here these are colours of objects, so a painted silhouette can be taken for the object that was cut out.',
  ],
  equations: [
    { tex: String.raw`x \leftarrow x + (1 - M)\,\frac{\mathrm{box}(x)}{\mathrm{box}(M) + 10^{-5}},\qquad M \leftarrow \min(1,\, M + \mathrm{box}(M))`, says: 'Neighbour padding, T times: the hole\'s edge takes the mean of its known neighbours among 3 x 3. Known cells never change.' },
    { tex: String.raw`x' = \mathrm{conv}(\tilde{x})\cdot M',\qquad M' = \mathrm{maxpool}_{k,s,p}(M)`, says: 'A convolution reads the padded x; the mask grows by what the kernel can see.' },
    { tex: String.raw`x' = (x_a + x_b)\cdot M',\qquad M' = M_a M_b`, says: 'A residual sum keeps only what both sides know.' },
    { tex: String.raw`g = \frac{\mathrm{mean}(x M)}{\mathrm{mean}(M) + 10^{-8}}`, says: 'The last pooling is a mean over kept cells.' },
  ],
  caveats: [
    'It is not certain that the win appears at this size: with a small, poorly trained network the two ways tie where half or more is removed. No check rests on 50 % alone, nor on the network that was trained with erasing.',
    'The paper uses ResNet-50 on 224 px photographs; this is a network of 45 thousand params on 32 px scenes. Figures are not comparable.',
    'The released two-convolution block does not carry masks; the rule for the residual sum is taken from the three-convolution block and written out for this one.',
    'Partial convolution follows the released form, which counts the zeros around the picture as missing. So it differs from the plain network even where nothing is removed, unlike layer masking.',
    'A share is rounded to whole blocks (10 % of 64 blocks: 6). Test pictures have textured backgrounds, so that no flat colour is ordinary; the checkpoints have also seen plain ones.',
    'The grey is the mean colour of training pictures; the second checkpoint was trained with middle grey, which is a knob. Greyout there means that colour.',
    'Label similarity is the overlap of two kinds\' outlines, in place of distances in WordNet. Salient blocks are found by gradients, in place of annotated masks. Superpixels are clusters of place and colour, and need not be connected.',
  ],
};
