/** The `simmim` of the playground: scenes of which it sees two patches in five (Xie et al. 2022, arXiv:2111.09886). */
import type { Params } from '../base/tensor';
import { defineProgram } from '../engine/program';
import type { Lab } from '../lab/lab';
import { defineRecipe } from '../lab/recipe';
import { allOf, noDecayOnVectors } from '../nn/groups';
import { hiddenL1, initSimmim, sceneSimmim, simmim } from '../nn/simmim';
import { constantsOf, fit, overRows } from './common';
import { completions, heldOut, hiddenBatches, hiddenErrors, type HiddenBatch } from './hidden-scenes';

const spec = { data: 'scenes of one to four objects', scenes: 2000, steps: 800, batch: 16, hiddenShare: 0.6, hiddenSquares: '4 px', learningRate: 2.5e-3, weightDecay: 0.05, warmUp: 50, clipNorm: 5, patch: sceneSimmim.patch, width: sceneSimmim.width, blocks: sceneSimmim.blocks, heads: sceneSimmim.heads, mlpRatio: sceneSimmim.mlpRatio } as const;
const hiding = { kind: 'squares', ratio: spec.hiddenShare } as const;
const predicted = (lab: Lab, params: Params, { images, hidden }: Pick<HiddenBatch, 'images' | 'hidden'>) =>
  overRows(lab, 'simmim-test', params, { images, hidden }, ({ params: p, inputs }) => simmim(p, inputs.images!, inputs.hidden!, sceneSimmim).images, 64);

export const recipe = defineRecipe({
  id: 'simmim',
  title: 'SimMIM: a vision transformer that tells hidden patches of scenes',
  base: 'simmim',
  says: 'Sees all 64 patches of a scene, of which 39 are replaced by one learned token, and tells the pixels of those. Trained without labels; its encoder is there to be tuned for other tasks.',
  seed: 1,
  spec,
  make: async (lab) => {
    const batches = hiddenBatches(lab, hiding, spec.scenes, spec.batch);
    const params = await fit(lab, {
      arm: 'simmim',
      from: initSimmim(lab.rng.fork('init'), sceneSimmim),
      batch: { images: { shape: [spec.batch, 3, 32, 32] }, hidden: { shape: [spec.batch, 64] } },
      loss: ({ params: p, batch }) => ({ loss: hiddenL1(simmim(p, batch.images!, batch.hidden!, sceneSimmim).patches, batch.images!, batch.hidden!, sceneSimmim) }),
      next: (step) => {
        const { images, hidden } = batches(step);
        return { images, hidden };
      },
      spec,
      groups: allOf(noDecayOnVectors, (name) => (name === 'position.weight' ? { decay: 0 } : {})),
    });
    const program = defineProgram({ name: 'simmim', constants: constantsOf(params), feeds: { images: { shape: [1, 3, 32, 32] }, hidden: { shape: [1, 64] } } }, ({ constants: p, feeds }) => {
      const { images, feature } = simmim(p, feeds.images, feeds.hidden, sceneSimmim);
      return { outputs: { completed: images, feature } };
    });
    return { params, program };
  },
  measure: async (lab, params) => {
    const set = heldOut(lab, hiding);
    const { model, meanColour } = hiddenErrors(set, await predicted(lab, params, set), 1);
    return [{ name: 'held-out L1 of hidden pixels', value: model, better: 'lower', baseline: { name: 'mean colour of what is seen', value: meanColour } }];
  },
  show: async (lab, params) => {
    const set = heldOut(lab, hiding);
    return [completions(set, await predicted(lab, params, set))];
  },
});
