/**
 * One small training step of every model: its loss, what else comes out, and the gradient of the loss in all params, as a program. Two
 * executors that are given one and the same should agree: this is how a model is tried on WebGPU, and on WASM against float64.
 */
import { Random } from '../../base/random';
import { int32, sizeOf, tensor, type Params, type Shape, type Tensor } from '../../base/tensor';
import { flatGradient } from '../../engine/autodiff';
import { flatten, layoutOf } from '../../engine/layout';
import { add, mean } from '../../engine/ops';
import { l2Normalize, viewsOf } from '../../engine/ops/compose';
import { defineProgram, type Program } from '../../engine/program';
import type { Value } from '../../engine/value';
import { autoencode, autoencoderConfig, initAutoencoder, upSamplers, type AutoencoderConfig } from '../autoencoder';
import type { CaptionConfig } from '../captions';
import { cnnLogits, initCnn } from '../cnn';
import { detector, initDetector, offsetLoss, regionCrossEntropy, type DetectorShape } from '../detector';
import { cosineSchedule, diffusionLoss, guided } from '../diffusion';
import { contrastiveLoss, dualLogits, imageFeatures, initDual, logitScale, textFeatures, type DualConfig } from '../dual';
import { prefixed, scope, type Views } from '../layers';
import { initLm, lmLogits, tokenCrossEntropy, tokenLosses, type LmShape } from '../lm';
import { blockTargets, initLora, withLora, type LoraSpec } from '../lora';
import { crossEntropy, meanSquaredError } from '../losses';
import { hiddenMse, initMae, mae, type MaeShape } from '../mae';
import { patchesOf } from '../patches';
import { initPolicy, initPolicyBuffers, logBeta, policy, type PolicyShape } from '../policy';
import { initCodebook, initTokenizer, tokenizerLoss, type TokenizerConfig } from '../residual-vq';
import { initResnet, initResnetBuffers, resnet, type ResnetShape } from '../resnet';
import { hiddenPixelL1, initRestorer, restorer } from '../restorer';
import { diceLoss, initSegmenter, pixelCrossEntropy, segmenter, type SegmenterShape } from '../segmenter';
import { hiddenL1, initSimmim, simmim, type SimmimShape } from '../simmim';
import { initSparseAutoencoder, sparseLoss } from '../sparse-autoencoder';
import { initJudge, initTranslator, translationLosses, type TranslatorConfig } from '../translator';
import { initUnet, unetPrediction, type UnetConfig } from '../unet';
import { initVar, varCaption, varConfig, varCorrection, varLogits, varLogitsOfCodes, varStage } from '../var';
import { initVit, vitLogits, type VitShape } from '../vit';
import { initVlm, vlmLogits, type VlmShape } from '../vlm';

interface Step {
  readonly params: Params;
  /** Frozen params, buffers: read, not trained. */
  readonly held?: Params;
  readonly batch: Readonly<Record<string, Tensor>>;
  readonly loss: (at: { p: Views; held: Views; batch: Views }) => { loss: Value; outputs?: Readonly<Record<string, Value>> };
}
const rng = Random.seed(2027);
const normal = (name: string, shape: Shape): Tensor => tensor(rng.fork(name).fillNormal(new Float32Array(sizeOf(shape))), shape);
const uniform = (name: string, shape: Shape, low = -1, high = 1): Tensor => tensor(rng.fork(name).fillUniform(new Float32Array(sizeOf(shape)), low, high), shape);
const ids = (name: string, shape: Shape, below: number): Tensor => {
  const own = rng.fork(name);
  return int32(Int32Array.from({ length: sizeOf(shape) }, () => own.int(below)), shape);
};
const bits = (name: string, shape: Shape): Tensor => tensor(Float32Array.from(ids(name, shape, 2).data), shape);
/** Params that start at zero are moved away from it, so that every path is open. */
const awake = (params: Params): Params => Object.fromEntries(Object.entries(params).map(([name, t]) => [name, t.data.every((v: number) => v === 0) ? tensor(Float32Array.from(uniform(name, t.shape).data, (v) => 0.2 * v), t.shape) : t]));

const caption: CaptionConfig = { vocabulary: 11, context: 5, width: 8, blocks: 1, heads: 2, pad: 0 };
const words = int32([1, 4, 7, 2, 0, 1, 9, 2, 0, 0], [2, 5]);
const empty = int32([1, 2, 0, 0, 0, 1, 2, 0, 0, 0], [2, 5]);
const unetShape: UnetConfig = { side: 8, channels: 3, patch: 2, widths: [8, 12], attention: [true, true], heads: 2, groups: 4, timesteps: 20, timeFeatures: 8, timeWidth: 12, caption };
const schedule = cosineSchedule(unetShape.timesteps);
const tokenizer: TokenizerConfig = { side: 8, channels: 3, scales: [1, 2, 4], codes: 8, codeWidth: 4, width: 8 };
const codebook = initCodebook(rng.fork('codebook'), tokenizer);
const heldTokenizer: Params = { ...initTokenizer(rng.fork('tokenizer'), tokenizer), 'codebook.entries': codebook['codebook.entries']! };
const varShape = { ...varConfig(tokenizer, caption), width: 16, blocks: 2, heads: 2 };
const auto = (up: AutoencoderConfig['up']): AutoencoderConfig => ({ ...autoencoderConfig(up), side: 16, widths: [4, 6], codeChannels: 3 });
const translatorShape: TranslatorConfig = { side: 16, channels: 3, classes: 3, output: 'change', widths: [4, 6], blocks: 1, judge: [4, 6, 6, 8] };
const translation = (penalty?: number): Step => ({
  params: awake({ ...prefixed('translator', initTranslator(rng.fork('translator'), translatorShape)), ...prefixed('judge', initJudge(rng.fork('judge'), translatorShape)) }),
  batch: { x: uniform('glyphs', [2, 3, 16, 16]), labels: int32([0, 2]), target: int32([1, 0]), mix: tensor([0.3, 0.7], [2, 1, 1, 1]) },
  loss: ({ p, batch: { x, labels, target, mix } }) => {
    const { judge, translator, metrics } = translationLosses({ translator: scope(p, 'translator'), judge: scope(p, 'judge'), x: x!, labels: labels!, target: target!, mix: mix!, config: translatorShape, weights: { class: 1, cycle: 10, ...(penalty !== undefined && { penalty }) } });
    return { loss: add(judge, translator), outputs: { judge, translator, ...metrics } };
  },
});
const images = uniform('images', [2, 3, 8, 8]);
const masked: MaeShape = { side: 8, channels: 3, patch: 4, width: 8, blocks: 1, heads: 2, decoder: { width: 4, blocks: 1, heads: 2, mlpRatio: 2 } };
const simmimShape: SimmimShape = { side: 8, channels: 3, patch: 4, width: 8, blocks: 1, heads: 2 };
const vitShape: VitShape = { ...simmimShape, classes: 4 };
const lmShape: LmShape = { vocabulary: 11, context: 5, width: 8, blocks: 2, heads: 2, mlpRatio: 2 };
const lora: LoraSpec = { rank: 2, alpha: 4, targets: blockTargets(lmShape, ['q', 'v', 'up']) };
const base = initLm(rng.fork('base'), lmShape);
const vlmShape: VlmShape = { vocabulary: 11, context: 6, width: 16, blocks: 1, heads: 2, mlpRatio: 2, head: 'own', side: 8, channels: [8, 16], unknown: 4 };
const detectorShape: DetectorShape = { channels: 3, side: 8, convs: [[4, 2], [6, 1]], groups: 1, bins: 2, hidden: 6, features: 3, scale: 10 };
const segmenterShape: SegmenterShape = { channels: 3, classes: 3, widths: [4, 6], groups: 1 };
const policyShape: PolicyShape = { channels: 3, widths: [2, 4], grid: 2 };
const dualShape: DualConfig = { image: { side: 8, channels: 3, patch: 4, width: 8, blocks: 1, heads: 2, mlpRatio: 2 }, text: { vocabulary: 11, context: 5, width: 8, blocks: 1, heads: 2, mlpRatio: 2 }, features: 4 };
const resnetShape = (norm: ResnetShape['norm']): ResnetShape => ({ channels: 3, classes: 3, widths: [4, 8], strides: [1, 2], blocks: 1, norm });

/** By model. */
export const steps: Readonly<Record<string, Step>> = {
  unet: {
    params: awake(initUnet(rng.fork('unet'), unetShape)),
    batch: { x0: images, t: int32([3, 15]), eps: normal('eps', [2, 3, 8, 8]), tokens: words, empty, scale: tensor([2.5], []) },
    loss: ({ p, batch }) => {
      const predict = (x: Value, t: Value, tokens: Value): Value => unetPrediction(p, x, t, tokens, unetShape);
      const { loss, perSample, xt } = diffusionLoss({ schedule, target: 'epsilon', x0: batch.x0!, t: batch.t!, eps: batch.eps!, predict: (x, t) => predict(x, t, batch.tokens!) });
      return { loss, outputs: { perSample, guided: guided(predict, xt, batch.t!, batch.tokens!, batch.empty!, batch.scale!) } };
    },
  },
  tokenizer: {
    params: awake(initTokenizer(rng.fork('tokenizer'), tokenizer)),
    held: { ...codebook, 'codebook.counts': tensor([9, 9, 9, 9, 9, 9, 9, 0.1]) },
    batch: { images, spare: ids('spare', [8], 42) },
    loss: ({ p, held, batch }) => {
      const { loss, reconstruction, alive, buffers } = tokenizerLoss(p, held, batch.images!, batch.spare!, tokenizer);
      return { loss, outputs: { reconstruction, alive, ...buffers } };
    },
  },
  var: {
    params: awake(initVar(rng.fork('var'), varShape)),
    held: heldTokenizer,
    batch: { codes: ids('codes', [2, 21], 8), tokens: words, empty, scale: tensor([2], []), map: normal('map', [2, 4, 4, 4]), at: bits('at', [2, 21]) },
    loss: ({ p, held, batch }) => {
      const entries = held['codebook.entries']!;
      const heard = varCaption(p, batch.tokens!, varShape);
      const logits = varLogitsOfCodes(p, held, entries, batch.codes!, heard, varShape);
      const { inputs } = varCorrection(held, entries, batch.map!, { codes: batch.codes!, at: batch.at! }, varShape);
      const mended = varLogits(p, inputs, heard, varShape);
      const stage = varStage({ params: p, tokenizer: held, entries, caption: heard, guidance: { empty: varCaption(p, batch.empty!, varShape), scale: batch.scale! } }, 0, varShape);
      return { loss: mean(tokenLosses(logits, batch.codes!)), outputs: { mended, stage } };
    },
  },
  ...Object.fromEntries(upSamplers.map((up): [string, Step] => [`autoencoder, ${up}`, {
    params: awake(initAutoencoder(rng.fork('autoencoder', up), auto(up))),
    batch: { images: uniform('pictures', [2, 3, 16, 16]) },
    loss: ({ p, batch }) => ({ loss: meanSquaredError(autoencode(p, batch.images!, auto(up)), batch.images!) }),
  }])),
  'translator, least squares': translation(),
  'translator, gradient penalty': translation(10),
  'sparse autoencoder': {
    params: awake(initSparseAutoencoder(rng.fork('sparse'), 6, 12)),
    batch: { x: normal('activations', [8, 6]) },
    loss: ({ p, batch }) => {
      const { loss, active } = sparseLoss(p, batch.x!, 0.1);
      return { loss, outputs: { active } };
    },
  },
  cnn: {
    params: awake(initCnn(rng.fork('cnn'), 4)),
    batch: { images: uniform('digits', [2, 1, 28, 28], 0), labels: int32([3, 1]) },
    loss: ({ p, batch }) => ({ loss: crossEntropy(cnnLogits(p, batch.images!), batch.labels!) }),
  },
  detector: {
    params: awake(initDetector(rng.fork('detector'), detectorShape)),
    batch: { images, pool: uniform('pool', [2, 12, 16], 0, 0.2), classes: normal('classes', [5, 3]), labels: ids('labels', [2, 3], 5), all: tensor(new Float32Array(6).fill(1), [2, 3]), targets: normal('offsets', [2, 3, 4]) },
    loss: ({ p, batch }) => {
      const { logits, offsets } = detector(p, batch.images!, batch.pool!, l2Normalize(batch.classes!), detectorShape);
      return { loss: add(regionCrossEntropy(logits, batch.labels!, batch.all!, batch.all!), offsetLoss(offsets, batch.targets!, batch.all!, batch.all!)) };
    },
  },
  dual: {
    params: initDual(rng.fork('dual'), dualShape),
    batch: { images, tokens: words, end: int32([3, 2]) },
    loss: ({ p, batch }) => ({ loss: contrastiveLoss(dualLogits(imageFeatures(scope(p, 'image'), batch.images!, dualShape), textFeatures(scope(p, 'text'), batch.tokens!, batch.end!, dualShape), logitScale(p))).loss }),
  },
  lm: {
    params: base,
    batch: { tokens: words, next: ids('next', [2, 5], 11) },
    loss: ({ p, batch }) => ({ loss: tokenCrossEntropy(lmLogits(p, batch.tokens!, lmShape), batch.next!) }),
  },
  lora: {
    params: awake(initLora(rng.fork('lora'), base, lora)),
    held: base,
    batch: { tokens: words, next: ids('next', [2, 5], 11) },
    loss: ({ p, held, batch }) => ({ loss: tokenCrossEntropy(lmLogits(withLora(held, p, lora), batch.tokens!, lmShape), batch.next!) }),
  },
  mae: {
    params: awake(initMae(rng.fork('mae'), masked)),
    batch: { images, keep: int32([1, 2, 0, 2], [2, 2]), restore: int32([2, 0, 1, 3, 0, 2, 1, 3], [2, 4]), hidden: tensor([1, 0, 0, 1, 0, 1, 0, 1], [2, 4]) },
    loss: ({ p, batch }) => ({ loss: hiddenMse(mae(p, batch.images!, batch.keep!, batch.restore!, masked).patches, patchesOf(batch.images!, masked), batch.hidden!).loss }),
  },
  policy: {
    params: awake(initPolicy(rng.fork('policy'), policyShape)),
    held: initPolicyBuffers(policyShape),
    batch: { images: uniform('states', [3, 3, 8, 8]), m: uniform('actions', [3, 4], 0.05, 0.95) },
    loss: ({ p, held, batch }) => {
      const { alpha, beta, buffers } = policy(p, held, batch.images!, policyShape, 'train');
      return { loss: mean(logBeta(alpha, beta, batch.m!)), outputs: buffers };
    },
  },
  ...Object.fromEntries((['batch', 2] as const).map((norm): [string, Step] => [`resnet, ${norm === 'batch' ? 'batch norm' : 'group norm'}`, {
    params: awake(initResnet(rng.fork('resnet'), resnetShape(norm))),
    ...(norm === 'batch' && { held: initResnetBuffers(resnetShape(norm)) }),
    batch: { images: uniform('many', [4, 3, 8, 8]), labels: int32([0, 2, 1, 1]) },
    loss: ({ p, held, batch }) => {
      const { logits, buffers } = resnet(p, held, batch.images!, resnetShape(norm), 'train');
      return { loss: crossEntropy(logits, batch.labels!), outputs: { logits, ...buffers } };
    },
  }])),
  restorer: {
    params: awake(initRestorer(rng.fork('restorer'), { channels: 3, widths: [4, 6, 8] })),
    batch: { images, clean: uniform('clean', [2, 3, 8, 8]), hidden: bits('hidden', [2, 1, 8, 8]) },
    loss: ({ p, batch }) => ({ loss: hiddenPixelL1(restorer(p, batch.images!, { channels: 3, widths: [4, 6, 8] }).restored, batch.clean!, batch.hidden!) }),
  },
  segmenter: {
    params: awake(initSegmenter(rng.fork('segmenter'), segmenterShape)),
    batch: { images, labels: ids('pixels', [2, 8, 8], 3) },
    loss: ({ p, batch }) => {
      const { logits } = segmenter(p, batch.images!, segmenterShape);
      return { loss: add(diceLoss(logits, batch.labels!), mean(pixelCrossEntropy(logits, batch.labels!))) };
    },
  },
  simmim: {
    params: awake(initSimmim(rng.fork('simmim'), simmimShape)),
    batch: { images, hidden: tensor([1, 0, 0, 1, 0, 1, 0, 0], [2, 4]) },
    loss: ({ p, batch }) => ({ loss: hiddenL1(simmim(p, batch.images!, batch.hidden!, simmimShape).patches, batch.images!, batch.hidden!, simmimShape) }),
  },
  vit: {
    params: awake(initVit(rng.fork('vit'), vitShape)),
    batch: { images, labels: int32([3, 0]) },
    loss: ({ p, batch }) => ({ loss: crossEntropy(vitLogits(p, batch.images!, vitShape), batch.labels!) }),
  },
  vlm: {
    params: awake(initVlm(rng.fork('vlm'), vlmShape)),
    batch: { pictures: images, hasPicture: tensor([1, 0]), unknown: tensor([0, 1]), tokens: ids('text', [2, 4], 11), next: ids('after', [2, 4], 11) },
    loss: ({ p, batch }) => {
      const logits = vlmLogits(p, { pictures: batch.pictures!, hasPicture: batch.hasPicture!, unknown: batch.unknown!, tokens: batch.tokens! }, vlmShape);
      return { loss: tokenCrossEntropy(logits, batch.next!) };
    },
  },
};

/** The step as a program: constants theta and held [P] each, feeds the batch; outputs `loss`, `gradient` [P] and the rest. */
export function stepProgram(name: string): { program: Program; initial: Record<string, Tensor>; feeds: Readonly<Record<string, Tensor>> } {
  const step = steps[name]!;
  const shapes = (params: Params): Record<string, Shape> => Object.fromEntries(Object.entries(params).map(([key, { shape }]) => [key, shape]));
  const [layout, heldLayout] = [layoutOf(shapes(step.params)), layoutOf(shapes(step.held ?? {}))];
  const program = defineProgram(
    {
      name: `one step: ${name}`,
      constants: { theta: { shape: [layout.size] }, ...(heldLayout.size > 0 && { held: { shape: [heldLayout.size] } }) },
      feeds: Object.fromEntries(Object.entries(step.batch).map(([key, { shape, dtype }]) => [key, { shape, dtype }])),
    },
    ({ constants, feeds }) => {
      const inputs: Readonly<Record<string, Value>> = constants;
      const views = viewsOf(inputs.theta!, layout);
      const { loss, outputs = {} } = step.loss({ p: views, held: inputs.held ? viewsOf(inputs.held, heldLayout) : {}, batch: feeds });
      return { outputs: { loss, gradient: flatGradient(loss, views, layout), ...outputs } };
    },
  );
  return { program, initial: { theta: flatten(step.params, layout), ...(heldLayout.size > 0 && { held: flatten(step.held!, heldLayout) }) }, feeds: step.batch };
}
/** ||found - expected|| / ||expected||, at least 1e-6 below the line; NaN where lengths differ. */
export function relativeDistance(expected: Tensor, found: Tensor): number {
  if (expected.data.length !== found.data.length) return NaN;
  let [size, off] = [0, 0];
  expected.data.forEach((v: number, i: number) => {
    size += v * v;
    off += (v - found.data[i]!) * (v - found.data[i]!);
  });
  return Math.sqrt(off) / Math.max(1e-6, Math.sqrt(size));
}
