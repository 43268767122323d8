/** Scenes as token maps of growing size: what the model that predicts scale by scale (`var`) reads and writes. */
import { int32, type Params, type Tensor } from '../base/tensor';
import { defineProgram } from '../engine/program';
import type { Lab } from '../lab/lab';
import { imageAt } from '../lab/pictures';
import { defineRecipe, type Measure } from '../lab/recipe';
import { adam } from '../nn/optimizers';
import { decode, encode, initCodebook, initTokenizer, quantise, tokenCount, tokenizerConfig as config, tokenizerLoss } from '../nn/residual-vq';
import { cosine } from '../nn/schedules';
import { captionedScenes, dataSpec, rowsOf, side } from './captioned-scenes';
import { constantsOf, shapesOf, shuffled } from './common';
import { enlargedBicubic, meanPicture, peakSignalToNoise } from './picture-baselines';

const seed = 20240403;
const spec = { data: dataSpec.data, scenes: 4000, scales: config.scales.join(' '), codes: config.codes, codeWidth: config.codeWidth, commitment: 0.25, codebook: 'running mean, decay 0.97, unused entries put where residuals are', steps: 500, batch: 32, learningRate: 3e-3, warmUp: 40, weightDecay: 0, clipNorm: 1 } as const;
const held = 256;

/** Pictures after a pass through tokens, and the tokens. */
async function reconstruct(lab: Lab, params: Params, x: Tensor): Promise<{ images: Tensor; codes: Tensor }> {
  const forward = lab.forward({
    name: 'tokenizer-test',
    params: shapesOf(params),
    inputs: { images: { shape: x.shape } },
    outputs: ({ params: p, inputs }) => {
      const { map, codes } = quantise(p, p['codebook.entries']!, encode(p, inputs.images!), config);
      return { drawn: decode(p, map), codes };
    },
  });
  const { drawn, codes } = await forward.run(params, { images: x });
  return { images: drawn!, codes: codes! };
}

export const recipe = defineRecipe({
  id: 'tokenizer',
  title: 'Scenes as 85 tokens, coarse to fine',
  base: 'residual-vq',
  says: 'Writes a 16 x 16 scene as token maps of 1, 2, 4 and 8 a side, each what is still missing after the coarser ones, all from one codebook of 128 entries; and draws it again from them. Params: encoder, decoder, the filter of each scale, and the codebook.',
  seed,
  spec,
  make: async (lab) => {
    const { x } = captionedScenes(seed, 'train', spec.scenes);
    const start = initTokenizer(lab.rng.fork('init'), config);
    const codebook = initCodebook(lab.rng.fork('codebook'), config);
    const trainer = lab.trainer({
      name: 'tokenizer-train',
      params: shapesOf(start),
      buffers: shapesOf(codebook),
      batch: { images: { shape: [spec.batch, 3, side, side] }, spare: { shape: [config.codes], dtype: 'int32' } },
      loss: ({ params: p, buffers, batch }) => {
        const { loss, reconstruction, commitment, alive, buffers: next } = tokenizerLoss(p, buffers, batch.images!, batch.spare!, config);
        return { loss, metrics: { reconstruction, commitment, alive }, buffers: next };
      },
      optimizer: adam({ clipNorm: spec.clipNorm }),
    });
    const order = shuffled(lab.rng, spec.scenes, spec.batch);
    const rate = cosine(spec.learningRate, spec.steps, spec.warmUp);
    const residuals = spec.batch * tokenCount(config.scales);
    lab.expect(spec.steps);
    const trained = await lab.train({
      trainer,
      arm: 'tokenizer',
      from: { ...start, ...codebook },
      steps: spec.steps,
      hyper: (step) => ({ learningRate: rate(step), weightDecay: spec.weightDecay }),
      next: (step) => {
        const spare = lab.rng.fork('spare', step);
        return { images: rowsOf(x, order(step)), spare: int32(Int32Array.from({ length: config.codes }, () => spare.int(residuals))) };
      },
    });
    const { 'codebook.sums': _sums, 'codebook.counts': _counts, ...params } = trained; // what only training needs
    const program = defineProgram({ name: 'tokenizer', constants: constantsOf(params), feeds: { images: { shape: [1, 3, side, side] } } }, ({ constants: p, feeds }) => {
      const { map, codes } = quantise(p, p['codebook.entries']!, encode(p, feeds.images), config);
      return { outputs: { codes, drawn: decode(p, map) } };
    });
    return { params, program };
  },
  measure: async (lab, params): Promise<readonly Measure[]> => {
    const { x } = captionedScenes(seed, 'test', held);
    const { images, codes } = await reconstruct(lab, params, x);
    const value = peakSignalToNoise(images, x);
    const used = new Set(codes.data).size / config.codes;
    return [
      { name: 'held-out reconstruction, dB', value, better: 'higher', baseline: { name: 'the mean picture', value: peakSignalToNoise(meanPicture(captionedScenes(seed, 'train', 1000).x, held), x) } },
      { name: 'the same, beside 4 x 4 means enlarged (48 bytes; the tokens are 75)', value, better: 'higher', baseline: { name: 'bicubic', value: peakSignalToNoise(enlargedBicubic(x, 4), x) } },
      { name: 'share of the codebook in use', value: used, better: 'higher', baseline: { name: 'one entry', value: 1 / config.codes } },
    ];
  },
  show: async (lab, params) => {
    const { x } = captionedScenes(seed, 'test', 12);
    const { images } = await reconstruct(lab, params, x);
    return [{ title: 'Held-out scenes, and what is left of them after 85 tokens', picture: { kind: 'images', images: Array.from({ length: 12 }, (_, i) => [imageAt(x, i, 'scene', [-1, 1]), imageAt(images, i, 'tokens', [-1, 1])]).flat() } }];
  },
});
/** Tokens of pictures, int32 [n, tokens], in chunks. `params`: the checkpoint's. */
export async function tokensOfPictures(lab: Lab, params: Params, x: Tensor, chunk = 250): Promise<Tensor> {
  const n = x.shape[0]!;
  const count = tokenCount(config.scales);
  const out = new Int32Array(n * count);
  const forward = lab.forward({
    name: 'tokenizer-encode',
    params: shapesOf(params),
    inputs: { images: { shape: [chunk, ...x.shape.slice(1)] } },
    outputs: ({ params: p, inputs }) => ({ codes: quantise(p, p['codebook.entries']!, encode(p, inputs.images!), config).codes }),
  });
  for (let first = 0; first < n; first += chunk) {
    const { codes } = await forward.run(params, { images: rowsOf(x, Uint32Array.from({ length: chunk }, (_, i) => Math.min(n - 1, first + i))) });
    out.set(codes!.data.subarray(0, Math.min(chunk, n - first) * count) as Int32Array, first * count); // int32 by the op's rule
  }
  return int32(out, [n, count]);
}
