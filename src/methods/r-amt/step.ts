/** The compiled steps: mask tuning with two losses and gradient dropout, and CoOp's prompt tuning. */
import { sizeOf, type Params, type Tensor } from '../../base/tensor';
import { gradients } from '../../engine/autodiff';
import { abs, add, cast, concat, div, exp, expand, gather, greater, less, logSoftmax, max, mean, mul, neg, reshape, sign, sliceAxis, sqrt, stopGradient, sub, sum } from '../../engine/ops';
import { binaryMask, oneHot, square } from '../../engine/ops/compose';
import { constant, type Value } from '../../engine/value';
import type { ForwardSpec, Shapes, TrainerSpec } from '../../lab/lab';
import { dualLogits, imageFeatures, logitScale, textFeaturesOfEmbeddings, type DualConfig } from '../../nn/dual';
import { scope, type Views } from '../../nn/layers';
import { crossEntropy, klDivergence } from '../../nn/losses';
import { adam, sgd } from '../../nn/optimizers';

export const batchSize = 32;
export const shapesOf = (params: Params): Shapes => Object.fromEntries(Object.entries(params).map(([name, p]) => [name, p.shape]));

/** P = 1/2 [1 + sign(a) (a + b) / (|a| + |b| + 1e-8)]: how likely a score's task gradient is kept. */
export function keepProbability(a: Value, b: Value): Value {
  return mul(add(div(mul(sign(a), add(a, b)), add(add(abs(a), abs(b)), 1e-8)), 1), 0.5);
}
/** g = [(1 - lam) + lam 1[P > U]] a. */
export function dropGradient(a: Value, b: Value, noise: Value, lambda: Value): Value {
  const kept = cast(greater(keepProbability(a, b), noise), 'float32');
  return mul(add(sub(1, lambda), mul(lambda, kept)), a);
}
const matches = (logits: Value, labels: Value): Value => {
  const top = max(logits, { axes: [1], keepDims: true });
  const own = sum(mul(logits, oneHot(labels, logits.shape[1]!)), { axes: [1], keepDims: true });
  return mean(sub(1, cast(less(own, top), 'float32')));
};

export interface MaskSettings {
  readonly config: DualConfig;
  readonly frozen: Shapes;
  /** Names of the params under a mask. */
  readonly masked: readonly string[];
  readonly classes: number;
  readonly alpha: number;
  readonly normWeight: number;
  readonly temperature: number;
}
/**
 * R-AMT's step; lambda is fed, so that lambda = 0 (AMT) is the same compiled graph. `texts`: the text features of the classes, computed once.
 */
export function maskTrainer({ config, frozen, masked, classes, alpha, normWeight, temperature }: MaskSettings): TrainerSpec {
  const params = Object.fromEntries(masked.map((name) => [name, frozen[name]!]));
  const { side, channels } = config.image;
  const size = masked.reduce((n, name) => n + sizeOf(frozen[name]!), 0);
  return {
    name: 'r-amt',
    params,
    frozen: { ...frozen, texts: [classes, config.features] },
    batch: { images: { shape: [batchSize, channels, side, side] }, labels: { shape: [batchSize], dtype: 'int32' }, noise: { shape: [size] }, lambda: { shape: [] } },
    loss: ({ params: scores, frozen: { texts, ...weights }, batch }) => {
      // W'_l = B_l * W_l, B_l = 1[M_l > alpha]; backward, dL/dM_l = (dL/dW'_l) * W_l
      const masks = Object.fromEntries(masked.map((name) => [name, binaryMask(scores[name]!, alpha)]));
      const effective: Views = { ...weights, ...Object.fromEntries(masked.map((name) => [name, mul(masks[name]!, weights[name]!)])) };
      const scale = logitScale(weights);
      const z = dualLogits(imageFeatures(scope(effective, 'image'), batch.images!, config), texts!, scale);
      const z0 = dualLogits(imageFeatures(scope(weights, 'image'), batch.images!, config), texts!, scale);
      // L_a = CE(z, y) + w_reg sum_l ||M_l||_2
      const ce = crossEntropy(z, batch.labels!);
      const norms = masked.map((name) => sqrt(sum(square(scores[name]!)))).reduce((x, y) => add(x, y));
      const a = add(ce, mul(norms, normWeight));
      // L_b = T^2 mean_i( - sum_c softmax(z0/T)_c log_softmax(z/T)_c )
      const [soft, softTeacher] = [mul(z, 1 / temperature), mul(z0, 1 / temperature)];
      const teacher = stopGradient(exp(logSoftmax(softTeacher)));
      const b = mul(neg(mean(sum(mul(teacher, logSoftmax(soft)), { axes: [1] }))), temperature ** 2);
      // How many mask entries are neither 0 nor 1: none, ever.
      const fractional = masked.map((name) => sum(abs(mul(masks[name]!, sub(1, masks[name]!))))).reduce((x, y) => add(x, y));
      return { loss: { a, b }, metrics: { ce, kl: mul(klDivergence(softTeacher, soft), temperature ** 2), accuracy: matches(z, batch.labels!), gap: max(abs(sub(z, z0))), fractional } };
    },
    gradient: ({ gradients: { a: task, b: stay }, batch }) => {
      const [a, b] = [task!, stay!];
      const gradient = dropGradient(a, b, batch.noise!, batch.lambda!);
      const changed = cast(greater(abs(sub(gradient, a)), mul(abs(a), 1e-4)), 'float32'); // a kept gradient may differ in its last digit where 0 < lambda < 1
      const opposed = cast(less(mul(sign(a), sign(b)), 0), 'float32');
      return { gradient, metrics: { dropped: mean(changed), disagree: mean(opposed), wronglyDropped: sum(mul(changed, mul(sub(1, opposed), unexplained(a, b, batch.noise!)))) } };
    },
    optimizer: adam(),
  };
}
/** 1 where U lies below P's value for agreeing signs even after the 1e-8 in its denominator (and float32) took their part of it. */
function unexplained(a: Value, b: Value, noise: Value): Value {
  const slack = add(div(1e-8, add(add(abs(a), abs(b)), 1e-8)), 1e-6);
  return cast(less(noise, sub(1, slack)), 'float32');
}

export interface PromptSettings {
  readonly config: DualConfig;
  readonly frozen: Shapes;
  /** Tokens of each class's prompt: start, then `contextLength` places that are learned, then the class words, and the end. */
  readonly prompts: Prompts;
  readonly contextLength: number;
}
export interface Prompts {
  /** int32 [classes, tokens], and where each ends, int32 [classes]. */
  readonly tokens: Tensor;
  readonly end: Tensor;
}
/** Text features of prompts whose places 1 to M hold learned vectors, the same for every class (CoOp's unified context). */
export function promptFeatures(weights: Views, context: Value, { tokens, end }: Prompts, config: DualConfig): Value {
  const [classes, length] = tokens.shape as [number, number];
  const [m, width] = context.shape as [number, number];
  const words = gather(weights['text.token.weight']!, constant(tokens));
  const learned = expand(reshape(context, [1, m, width]), [classes, m, width]);
  const embedded = concat([sliceAxis(words, 1, 0, 1), learned, sliceAxis(words, 1, 1 + m, length - 1 - m)], 1);
  return textFeaturesOfEmbeddings(scope(weights, 'text'), embedded, oneHot(constant(end), length), config);
}
/** CoOp (Zhou et al. 2022, arXiv:2109.01134): the context vectors alone are trained, through the frozen text tower. */
export function promptTrainer({ config, frozen, prompts, contextLength }: PromptSettings): TrainerSpec {
  const { side, channels } = config.image;
  return {
    name: 'coop',
    params: { context: [contextLength, config.text.width] },
    frozen,
    batch: { images: { shape: [batchSize, channels, side, side] }, labels: { shape: [batchSize], dtype: 'int32' } },
    loss: ({ params, frozen: weights, batch }) => {
      const texts = promptFeatures(weights, params.context!, prompts, config);
      const z = dualLogits(imageFeatures(scope(weights, 'image'), batch.images!, config), texts, logitScale(weights));
      return { loss: crossEntropy(z, batch.labels!), metrics: { accuracy: matches(z, batch.labels!) } };
    },
    optimizer: sgd(),
  };
}

/** Text features of CoOp's prompts, for judging. */
export const promptFeaturesOf = ({ config, prompts, frozen }: Pick<PromptSettings, 'config' | 'prompts' | 'frozen'>, contextLength: number): ForwardSpec => ({
  name: 'coop prompts',
  params: { ...frozen, context: [contextLength, config.text.width] },
  inputs: {},
  outputs: ({ params: { context, ...weights } }) => ({ features: promptFeatures(weights, context!, prompts, config) }),
});

/** |dCE/dM| at the unmasked network on one batch, flat over the masked tensors: how hard the task pulls at each score. */
export function pullOf({ config, frozen, masked, classes }: Pick<MaskSettings, 'config' | 'frozen' | 'masked' | 'classes'>): ForwardSpec {
  const { side, channels } = config.image;
  return {
    name: 'task pull',
    params: { ...frozen, texts: [classes, config.features] },
    inputs: { images: { shape: [batchSize, channels, side, side] }, labels: { shape: [batchSize], dtype: 'int32' } },
    outputs: ({ params: { texts, ...weights }, inputs }) => {
      const z = dualLogits(imageFeatures(scope(weights, 'image'), inputs.images!, config), texts!, logitScale(weights));
      const slopes = gradients(crossEntropy(z, inputs.labels!), masked.map((name) => weights[name]!));
      return { pull: concat(slopes.map((slope, i) => reshape(abs(mul(slope, weights[masked[i]!]!)), [sizeOf(slope.shape)]))) };
    },
  };
}
