/** A small captioned diffusion model of scenes: what masks per timestep, invariant guidance and sparse fine-tuning start from. */
import { floats, int32, tensor, type Params, type Tensor } from '../base/tensor';
import { mean } from '../engine/ops';
import { defineProgram } from '../engine/program';
import type { Value } from '../engine/value';
import type { Lab } from '../lab/lab';
import { drawingUnet } from '../lab/captioned';
import { imageAt } from '../lab/pictures';
import { defineRecipe, type Measure } from '../lab/recipe';
import { dropCaptions, repeatCaption } from '../nn/captions';
import { diffusionLoss, drawNoise, errorsPerSample, guided, predictedEpsilon, sample } from '../nn/diffusion';
import type { Views } from '../nn/layers';
import { adam } from '../nn/optimizers';
import { cosine } from '../nn/schedules';
import { initUnet, unetPrediction } from '../nn/unet';
import { captionedScenes, captionLength, dataSpec, emptyCaption, judgePictures, promptsFor, rowsOf, side, streamOf } from './captioned-scenes';
import { constantsOf, shapesOf, shuffled } from './common';

const seed = 20200619;
const spec = { ...dataSpec, scenes: 10000, target: 'v', schedule: 'cosine, 200 timesteps', captionsDropped: 0.1, steps: 2200, batch: 32, learningRate: 3e-3, warmUp: 60, weightDecay: 0.01, clipNorm: 1, sampler: 'DDIM, 25 steps, guidance 3' } as const;
export const { config, schedule } = drawingUnet;
const { guidance } = drawingUnet;
const samplerSteps = 25;
const judged = 64;

const pictures = [3, side, side] as const;
/** Mean squared error of the noise that the network's v stands for. */
function noiseError(p: Views, x0: Value, t: Value, eps: Value, words: Value): Value {
  const { xt, prediction } = diffusionLoss({ schedule, target: spec.target, x0, t, eps, predict: (x, at) => unetPrediction(p, x, at, words, config) });
  return mean(errorsPerSample(predictedEpsilon(spec.target, schedule, xt, t, prediction), eps));
}
/** Mean squared error of the noise on held-out scenes, each at four timesteps; with captions and without. */
async function heldOut(lab: Lab, params: Params): Promise<{ told: number; untold: number; zero: number }> {
  const count = 128;
  const { x, tokens } = captionedScenes(seed, 'test', count);
  const forward = lab.forward({
    name: 'unet-test',
    params: shapesOf(params),
    inputs: { x0: { shape: [count, ...pictures] }, t: { shape: [count], dtype: 'int32' }, eps: { shape: [count, ...pictures] }, tokens: { shape: [count, captionLength], dtype: 'int32' } },
    outputs: ({ params: p, inputs: { x0, t, eps, tokens: words } }) => ({ loss: noiseError(p, x0!, t!, eps!, words!) }),
  });
  const empty = repeatCaption(emptyCaption(), count);
  let [told, untold, zero] = [0, 0, 0];
  const rounds = 4;
  for (let round = 0; round < rounds; round++) {
    const { eps } = drawNoise(streamOf(seed, 'test noise', round), x.shape, config.timesteps);
    const t = int32(Int32Array.from({ length: count }, (_, i) => Math.floor(((i * rounds + round + 0.5) * config.timesteps) / (count * rounds)))); // evenly spread
    told += floats((await forward.run(params, { x0: x, t, eps, tokens })).loss!)[0]! / rounds;
    untold += floats((await forward.run(params, { x0: x, t, eps, tokens: empty })).loss!)[0]! / rounds;
    zero += floats(eps).reduce((total, e) => total + e * e, 0) / eps.data.length / rounds;
  }
  return { told, untold, zero };
}
/** Pictures of prompts by DDIM with guidance. */
async function draw(lab: Lab, params: Params, tokens: Tensor): Promise<Tensor> {
  const count = tokens.shape[0]!;
  const forward = lab.forward({
    name: 'unet-draw',
    params: shapesOf(params),
    inputs: { x: { shape: [count, ...pictures] }, t: { shape: [count], dtype: 'int32' }, tokens: { shape: [count, captionLength], dtype: 'int32' }, empty: { shape: [count, captionLength], dtype: 'int32' }, scale: { shape: [] } },
    outputs: ({ params: p, inputs }) => ({ prediction: guided((x, t, words) => unetPrediction(p, x, t, words, config), inputs.x!, inputs.t!, inputs.tokens!, inputs.empty!, inputs.scale!) }),
  });
  const given = { tokens, empty: repeatCaption(emptyCaption(), count), scale: tensor([guidance], []) };
  return sample({
    schedule, target: spec.target, shape: [count, ...pictures], steps: samplerSteps, eta: 0, clip: 1, rng: streamOf(seed, 'samples'),
    predict: async (x, t) => (await forward.run(params, { ...given, x, t: int32(new Int32Array(count).fill(t)) })).prediction!,
  });
}

export const recipe = defineRecipe({
  id: 'unet',
  title: 'Small U-Net, pre-trained to draw captioned scenes by denoising',
  base: 'unet',
  says: 'Draws one object on a plain background, 16 x 16 pixels, from a caption that names texture, colour, shape and background, some of them, or nothing. Caption cross-attention stands in both blocks of the way up; captions were left out one time in ten, so that guidance works. Background and colour follow the caption; shapes do not yet, as the measures say, and pictures are grainy. The network says v (`predictedEpsilon` and `predictedX0` turn that into the noise or the picture).',
  seed,
  spec,
  make: async (lab) => {
    const { x, tokens } = captionedScenes(seed, 'train', spec.scenes);
    const from = initUnet(lab.rng.fork('init'), config);
    const empty = emptyCaption();
    const trainer = lab.trainer({
      name: 'unet-pretrain',
      params: shapesOf(from),
      batch: { x0: { shape: [spec.batch, ...pictures] }, t: { shape: [spec.batch], dtype: 'int32' }, eps: { shape: [spec.batch, ...pictures] }, tokens: { shape: [spec.batch, captionLength], dtype: 'int32' } },
      loss: ({ params: p, batch: { x0, t, eps, tokens: words } }) => ({ loss: mean(diffusionLoss({ schedule, target: spec.target, x0: x0!, t: t!, eps: eps!, predict: (xt, at) => unetPrediction(p, xt, at, words!, config) }).perSample) }),
      optimizer: adam({ clipNorm: spec.clipNorm }),
    });
    const order = shuffled(lab.rng, spec.scenes, spec.batch);
    const rate = cosine(spec.learningRate, spec.steps, spec.warmUp);
    lab.expect(spec.steps);
    const params = await lab.train({
      trainer,
      arm: 'unet',
      from,
      steps: spec.steps,
      hyper: (step) => ({ learningRate: rate(step), weightDecay: spec.weightDecay }),
      next: (step) => {
        const at = order(step);
        const own = lab.rng.fork('step', step);
        const x0 = rowsOf(x, at);
        return { x0, ...drawNoise(own.fork('noise'), x0.shape, config.timesteps), tokens: dropCaptions(rowsOf(tokens, at), empty, spec.captionsDropped, own.fork('drop')) };
      },
    });
    const program = defineProgram(
      { name: 'unet', constants: constantsOf(params), feeds: { x: { shape: [1, ...pictures] }, t: { shape: [1], dtype: 'int32' }, tokens: { shape: [1, captionLength], dtype: 'int32' } } },
      ({ constants: p, feeds }) => ({ outputs: { prediction: unetPrediction(p, feeds.x, feeds.t, feeds.tokens, config) } }),
    );
    return { params, program };
  },
  measure: async (lab, params): Promise<readonly Measure[]> => {
    const { told, untold, zero } = await heldOut(lab, params);
    const prompts = promptsFor(seed, judged);
    return [
      { name: 'held-out error of the noise', value: told, better: 'lower', baseline: { name: 'predicting zero', value: zero } },
      { name: 'the same, beside a prediction without the caption', value: told, better: 'lower', baseline: { name: 'without the caption', value: untold } },
      ...judgePictures(await draw(lab, params, prompts.tokens), prompts),
    ];
  },
  show: async (lab, params) => {
    const { texts, tokens } = promptsFor(seed, 24);
    const drawn = await draw(lab, params, tokens);
    return [{ title: 'What it draws', says: `From noise, by ${spec.sampler}; under each, the prompt.`, picture: { kind: 'images', images: texts.map((text, i) => imageAt(drawn, i, text, [-1, 1])) } }];
  },
});
