/** A small model that draws captioned scenes scale by scale: what subject tuning of next-scale models starts from. Its tokenizer is a checkpoint of its own. */
import { floats, tensor, type Params, type Tensor } from '../base/tensor';
import { readCheckpoint } from '../engine/onnx/writer';
import { argMax, mean } from '../engine/ops';
import { defineProgram } from '../engine/program';
import type { Lab } from '../lab/lab';
import { imageAt } from '../lab/pictures';
import { defineRecipe, type Measure } from '../lab/recipe';
import { dropCaptions, repeatCaption } from '../nn/captions';
import { prefixed, scope, type Views } from '../nn/layers';
import { tokenLosses } from '../nn/lm';
import { adam } from '../nn/optimizers';
import { decode, mapsOfCodes, tokenCount, tokenizerConfig } from '../nn/residual-vq';
import { cosine } from '../nn/schedules';
import { initVar, lossByScale, sampleCodes, varCaption, varConfig, varLogits, varLogitsOfCodes, varStage } from '../nn/var';
import { captionConfig, captionedScenes, captionLength, dataSpec, emptyCaption, judgePictures, promptsFor, rowsOf, streamOf } from './captioned-scenes';
import { constantsOf, shapesOf, shuffled } from './common';
import { tokensOfPictures } from './tokenizer';

const seed = 20250402;
const spec = { ...dataSpec, scenes: 5000, tokenizer: 'models/tokenizer.onnx', captionsDropped: 0.1, steps: 450, batch: 16, learningRate: 1.5e-3, warmUp: 40, weightDecay: 0.02, clipNorm: 1, sampler: 'guidance 2, top-k 64, top-p 0.97' } as const;
const config = varConfig(tokenizerConfig, captionConfig);
const { scales, codes: codebookSize } = tokenizerConfig;
const count = tokenCount(scales);
const guidance = 2;
const judged = 64;

const tokenizerParams = async (lab: Lab): Promise<Params> => readCheckpoint(await lab.asset(spec.tokenizer)).params;
/** Transformer and tokenizer as one set of params, the latter under `tokenizer.`. */
const joined = (params: Params, tokenizer: Params): Params => ({ ...params, ...prefixed('tokenizer', tokenizer) });
const tokenizerOf = (p: Views): { tokenizer: Views; entries: NonNullable<Views[string]> } => {
  const tokenizer = scope(p, 'tokenizer');
  return { tokenizer, entries: tokenizer['codebook.entries']! };
};

/** Share of held-out tokens that are the likeliest, and mean cross-entropy, with captions and without. */
async function heldOut(lab: Lab, params: Params, tokenizer: Params): Promise<{ accuracy: number; loss: number; untold: number; commonest: number }> {
  const n = 128;
  const { x, tokens } = captionedScenes(seed, 'test', n);
  const codes = await tokensOfPictures(lab, tokenizer, x, n);
  const all = joined(params, tokenizer);
  const forward = lab.forward({
    name: 'var-test',
    params: shapesOf(all),
    inputs: { codes: { shape: [n, count], dtype: 'int32' }, tokens: { shape: [n, captionLength], dtype: 'int32' } },
    outputs: ({ params: p, inputs }) => {
      const { tokenizer: own, entries } = tokenizerOf(p);
      const logits = varLogitsOfCodes(p, own, entries, inputs.codes!, varCaption(p, inputs.tokens!, config), config);
      return { likeliest: argMax(logits, 2), loss: mean(tokenLosses(logits, inputs.codes!)) };
    },
  });
  const told = await forward.run(all, { codes, tokens });
  const untold = await forward.run(all, { codes, tokens: repeatCaption(emptyCaption(), n) });
  const right = told.likeliest!.data.filter((code: number, i: number) => code === codes.data[i]).length / codes.data.length;
  // The commonest code of each place, counted on training scenes.
  const seen = await tokensOfPictures(lab, tokenizer, captionedScenes(seed, 'train', 1000).x);
  const commonest = Array.from({ length: count }, (_, at) => {
    const counts = new Float64Array(codebookSize);
    for (let i = 0; i < 1000; i++) counts[seen.data[i * count + at]!]!++;
    return counts.indexOf(counts.reduce((a, b) => Math.max(a, b)));
  });
  return { accuracy: right, loss: floats(told.loss!)[0]!, untold: floats(untold.loss!)[0]!, commonest: codes.data.filter((code: number, i: number) => code === commonest[i % count]).length / codes.data.length };
}
/** Pictures of prompts, drawn scale by scale. */
async function draw(lab: Lab, params: Params, tokenizer: Params, tokens: Tensor): Promise<Tensor> {
  const n = tokens.shape[0]!;
  const all = joined(params, tokenizer);
  const words = { tokens: { shape: tokens.shape, dtype: 'int32' }, empty: { shape: tokens.shape, dtype: 'int32' }, scale: { shape: [] } } as const;
  const stages = scales.map((_, k) => {
    const before = tokenCount(scales.slice(0, k));
    return lab.forward({
      name: `var-draw-${k}`,
      params: shapesOf(all),
      inputs: { ...words, ...(k > 0 && { codes: { shape: [n, before], dtype: 'int32' } as const }) },
      outputs: ({ params: p, inputs }) => ({
        logits: varStage({ params: p, ...tokenizerOf(p), caption: varCaption(p, inputs.tokens!, config), guidance: { empty: varCaption(p, inputs.empty!, config), scale: inputs.scale! }, ...(inputs.codes && { codes: inputs.codes }) }, k, config),
      }),
    });
  });
  const given = { tokens, empty: repeatCaption(emptyCaption(), n), scale: tensor([guidance], []) };
  const { codes } = await sampleCodes({
    scales, count: n, temperature: 1, topK: 64, topP: 0.97, rng: streamOf(seed, 'samples'),
    stage: async (k, before) => (await stages[k]!.run(all, { ...given, ...(before && { codes: before }) })).logits!,
  });
  const decoder = lab.forward({
    name: 'var-decode',
    params: shapesOf(tokenizer),
    inputs: { codes: { shape: [n, count], dtype: 'int32' } },
    outputs: ({ params: p, inputs }) => ({ images: decode(p, mapsOfCodes(p, p['codebook.entries']!, inputs.codes!, tokenizerConfig).at(-1)!) }),
  });
  return (await decoder.run(tokenizer, { codes })).images!;
}

export const recipe = defineRecipe({
  id: 'var',
  title: 'Next-scale model of captioned scenes',
  base: 'var',
  says: 'Draws a 16 x 16 scene from a caption as token maps of 1, 2, 4 and 8 a side, all tokens of a map at once. Four blocks of self-attention, caption cross-attention and MLP, width 128; captions were left out one time in ten, so that guidance works. Backgrounds follow the caption, colours half of the time, shapes not yet, as the measures say. Reads and writes the tokens of the checkpoint `tokenizer`.',
  seed,
  spec,
  make: async (lab) => {
    const tokenizer = await tokenizerParams(lab);
    const { x, tokens } = captionedScenes(seed, 'train', spec.scenes);
    const codes = await tokensOfPictures(lab, tokenizer, x);
    const from = initVar(lab.rng.fork('init'), config);
    const empty = emptyCaption();
    const trainer = lab.trainer({
      name: 'var-pretrain',
      params: shapesOf(from),
      frozen: shapesOf(tokenizer),
      batch: { codes: { shape: [spec.batch, count], dtype: 'int32' }, tokens: { shape: [spec.batch, captionLength], dtype: 'int32' } },
      loss: ({ params: p, frozen, batch }) => {
        const losses = tokenLosses(varLogitsOfCodes(p, frozen, frozen['codebook.entries']!, batch.codes!, varCaption(p, batch.tokens!, config), config), batch.codes!);
        return { loss: mean(losses), metrics: Object.fromEntries(lossByScale(losses, scales).map((loss, k) => [`scale ${scales[k]}`, loss])) };
      },
      optimizer: adam({ beta2: 0.98, clipNorm: spec.clipNorm }),
    });
    const order = shuffled(lab.rng, spec.scenes, spec.batch);
    const rate = cosine(spec.learningRate, spec.steps, spec.warmUp);
    lab.expect(spec.steps);
    const params = await lab.train({
      trainer,
      arm: 'var',
      from,
      frozen: tokenizer,
      steps: spec.steps,
      hyper: (step) => ({ learningRate: rate(step), weightDecay: spec.weightDecay }),
      next: (step) => {
        const at = order(step);
        return { codes: rowsOf(codes, at), tokens: dropCaptions(rowsOf(tokens, at), empty, spec.captionsDropped, lab.rng.fork('drop', step)) };
      },
    });
    // The file's graph reads the maps' shrunk forms, not codes: it needs no params of the tokenizer.
    const program = defineProgram(
      { name: 'var', constants: constantsOf(params), feeds: { inputs: { shape: [1, count - 1, tokenizerConfig.codeWidth] }, tokens: { shape: [1, captionLength], dtype: 'int32' } } },
      ({ constants: p, feeds }) => ({ outputs: { logits: varLogits(p, feeds.inputs, varCaption(p, feeds.tokens, config), config) } }),
    );
    return { params, program };
  },
  measure: async (lab, params): Promise<readonly Measure[]> => {
    const tokenizer = await tokenizerParams(lab);
    const { accuracy, loss, untold, commonest } = await heldOut(lab, params, tokenizer);
    const prompts = promptsFor(seed, judged);
    return [
      { name: 'held-out tokens predicted right', value: accuracy, better: 'higher', baseline: { name: 'the commonest code of each place', value: commonest } },
      { name: 'held-out cross-entropy of a token', value: loss, better: 'lower', baseline: { name: 'without the caption', value: untold } },
      ...judgePictures(await draw(lab, params, tokenizer, prompts.tokens), prompts),
    ];
  },
  show: async (lab, params) => {
    const { texts, tokens } = promptsFor(seed, 24);
    const drawn = await draw(lab, params, await tokenizerParams(lab), tokens);
    return [{ title: 'What it draws', says: `Token map by token map; ${spec.sampler}. Under each, the prompt.`, picture: { kind: 'images', images: texts.map((text, i) => imageAt(drawn, i, text, [-1, 1])) } }];
  },
});
