/** The `mae` of the playground: scenes of which the encoder sees one patch in four (He et al. 2022, arXiv:2111.06377). */
import type { Params } from '../base/tensor';
import { defineProgram } from '../engine/program';
import type { Lab } from '../lab/lab';
import { defineRecipe } from '../lab/recipe';
import { noDecayOnVectors } from '../nn/groups';
import { scope } from '../nn/layers';
import { hiddenMse, initMae, mae, maeEncoder, sceneMae } from '../nn/mae';
import { patchesOf } from '../nn/patches';
import { constantsOf, fit, overRows } from './common';
import { completions, heldOut, hiddenBatches, hiddenErrors, type HiddenBatch } from './hidden-scenes';

const spec = { data: 'scenes of one to four objects', scenes: 2000, steps: 900, batch: 32, hiddenShare: 0.75, targets: 'pixels, not normalised', learningRate: 3e-3, weightDecay: 0.05, warmUp: 25, clipNorm: 1, patch: sceneMae.patch, width: sceneMae.width, blocks: sceneMae.blocks, heads: sceneMae.heads, mlpRatio: sceneMae.mlpRatio, decoderWidth: sceneMae.decoder.width, decoderBlocks: sceneMae.decoder.blocks } as const;
const hiding = { kind: 'random', ratio: spec.hiddenShare } as const;
const predicted = (lab: Lab, params: Params, { images, keep, restore }: Pick<HiddenBatch, 'images' | 'keep' | 'restore'>) =>
  overRows(lab, 'mae-test', params, { images, keep, restore }, ({ params: p, inputs }) => mae(p, inputs.images!, inputs.keep!, inputs.restore!, sceneMae).images, 64);

export const recipe = defineRecipe({
  id: 'mae',
  title: 'Masked autoencoder of scenes',
  base: 'mae',
  says: 'Its encoder sees 16 of the 64 patches of a scene, its small decoder tells the pixels of the other 48. Trained without labels; the encoder, given all patches, is there to be tuned for other tasks.',
  seed: 1,
  spec,
  make: async (lab) => {
    const batches = hiddenBatches(lab, hiding, spec.scenes, spec.batch);
    const params = await fit(lab, {
      arm: 'mae',
      from: initMae(lab.rng.fork('init'), sceneMae),
      batch: { images: { shape: [spec.batch, 3, 32, 32] }, hidden: { shape: [spec.batch, 64] }, keep: { shape: [spec.batch, 16], dtype: 'int32' }, restore: { shape: [spec.batch, 64], dtype: 'int32' } },
      loss: ({ params: p, batch }) => ({ loss: hiddenMse(mae(p, batch.images!, batch.keep!, batch.restore!, sceneMae).patches, patchesOf(batch.images!, sceneMae), batch.hidden!).loss }),
      next: (step) => ({ ...batches(step) }),
      spec,
      groups: noDecayOnVectors,
    });
    const feeds = { images: { shape: [1, 3, 32, 32] }, keep: { shape: [1, 16], dtype: 'int32' }, restore: { shape: [1, 64], dtype: 'int32' } } as const;
    // Two answers: the pictures completed from the kept patches, and the feature of the whole picture.
    const program = defineProgram({ name: 'mae', constants: constantsOf(params), feeds }, ({ constants: p, feeds: at }) => ({
      outputs: { completed: mae(p, at.images, at.keep, at.restore, sceneMae).images, feature: maeEncoder(scope(p, 'encoder'), at.images, sceneMae).feature },
    }));
    return { params, program };
  },
  measure: async (lab, params) => {
    const set = heldOut(lab, hiding);
    const { model, meanColour } = hiddenErrors(set, await predicted(lab, params, set), 2);
    return [{ name: 'held-out squared error of hidden pixels', value: model, better: 'lower', baseline: { name: 'mean colour of what is seen', value: meanColour } }];
  },
  show: async (lab, params) => {
    const set = heldOut(lab, hiding);
    return [completions(set, await predicted(lab, params, set))];
  },
});
