/** Four autoencoders of scenes that differ in how they enlarge: the makers of the pictures that a detector is trained, or tested, on. */
import type { Params, Tensor } from '../base/tensor';
import { makeSceneSet } from '../data/scene/set';
import { defineProgram } from '../engine/program';
import type { Lab } from '../lab/lab';
import { imageAt } from '../lab/pictures';
import { defineRecipe, type Measure } from '../lab/recipe';
import { autoencode, autoencoderConfig, initAutoencoder, upSamplers, type UpSampler } from '../nn/autoencoder';
import { prefixed, scope } from '../nn/layers';
import { meanSquaredError } from '../nn/losses';
import { adam } from '../nn/optimizers';
import { cosine } from '../nn/schedules';
import { rowsOf } from './captioned-scenes';
import { constantsOf, shapesOf, shuffled } from './common';
import { enlargedBicubic, meanPicture, peakSignalToNoise } from './picture-baselines';

const seed = 20250401;
const spec = { data: 'scenes of 1 to 4 objects, all backgrounds, as a camera sees them (blur and noise), 32 x 32', scenes: 3000, enlarging: upSamplers.join(', '), steps: 600, batch: 24, learningRate: 4e-3, warmUp: 20, weightDecay: 0, clipNorm: 1 } as const;
const side = 32;
const held = 128;

const pictures = (split: string, count: number): Tensor => makeSceneSet({ seed, split, count, side, style: 'camera' }).x;
async function reconstruct(lab: Lab, params: Params, up: UpSampler, x: Tensor): Promise<Tensor> {
  const forward = lab.forward({ name: `autoencoder-${up}-test`, params: shapesOf(params), inputs: { images: { shape: x.shape } }, outputs: ({ params: p, inputs }) => ({ drawn: autoencode(scope(p, up), inputs.images!, autoencoderConfig(up)) }) });
  return (await forward.run(params, { images: x })).drawn!;
}

export const recipe = defineRecipe({
  id: 'autoencoders',
  title: 'Four small autoencoders of scenes, each with its own way to enlarge',
  base: 'autoencoder',
  says: 'Each squeezes a 32 x 32 scene into 384 numbers and draws it again: by transposed convolutions, by nearest or bilinear enlarging with convolutions, or by turning channels into pixels. Their pictures carry different traces. Params stand under the names of the four ways.',
  seed,
  spec,
  make: async (lab) => {
    const x = pictures('train', spec.scenes);
    const rate = cosine(spec.learningRate, spec.steps, spec.warmUp);
    lab.expect(spec.steps * upSamplers.length);
    let all: Params = {};
    for (const up of upSamplers) {
      const config = autoencoderConfig(up);
      const from = initAutoencoder(lab.rng.fork('init', up), config);
      const trainer = lab.trainer({
        name: `autoencoder-${up}`,
        params: shapesOf(from),
        batch: { images: { shape: [spec.batch, 3, side, side] } },
        loss: ({ params: p, batch }) => ({ loss: meanSquaredError(autoencode(p, batch.images!, config), batch.images!) }),
        optimizer: adam({ clipNorm: spec.clipNorm }),
      });
      const order = shuffled(lab.rng, spec.scenes, spec.batch);
      const trained = await lab.train({ trainer, arm: up, from, steps: spec.steps, hyper: (step) => ({ learningRate: rate(step), weightDecay: spec.weightDecay }), next: (step) => ({ images: rowsOf(x, order(step)) }) });
      all = { ...all, ...prefixed(up, trained) };
    }
    const program = defineProgram({ name: 'autoencoders', constants: constantsOf(all), feeds: { images: { shape: [1, 3, side, side] } } }, ({ constants: p, feeds }) => ({
      outputs: Object.fromEntries(upSamplers.map((up) => [up, autoencode(scope(p, up), feeds.images, autoencoderConfig(up))])),
    }));
    return { params: all, program };
  },
  measure: async (lab, params): Promise<readonly Measure[]> => {
    const x = pictures('test', held);
    const mean = peakSignalToNoise(meanPicture(pictures('train', 500), held), x);
    const measures: Measure[] = [];
    for (const up of upSamplers) measures.push({ name: `held-out reconstruction, ${up}, dB`, value: peakSignalToNoise(await reconstruct(lab, params, up, x), x), better: 'higher', baseline: { name: 'the mean picture', value: mean } });
    const best = Math.max(...measures.map(({ value }) => value));
    return [...measures, { name: 'the best of them, beside 8 x 8 means enlarged (half as many numbers)', value: best, better: 'higher', baseline: { name: 'bicubic', value: peakSignalToNoise(enlargedBicubic(x, 8), x) } }];
  },
  show: async (lab, params) => {
    const x = pictures('test', 6);
    const ways: Tensor[] = [];
    for (const up of upSamplers) ways.push(await reconstruct(lab, params, up, x));
    const rows = Array.from({ length: 6 }, (_, i) => [imageAt(x, i, 'scene', [-1, 1]), ...ways.map((way, k) => imageAt(way, i, upSamplers[k]!, [-1, 1]))]);
    return [{ title: 'Held-out scenes, and what each way to enlarge makes of them', picture: { kind: 'images', images: rows.flat() } }];
  },
});
