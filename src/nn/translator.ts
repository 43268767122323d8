/**
 * A class-conditional translator of pictures and its judge, as in StarGAN (Choi et al. 2018, arXiv:1711.09020), small: G(x, c) draws x as if
 * it were of class c; D tells real from made (one score a picture) and names the class. Losses in two forms: least squares (Mao et al. 2017,
 * arXiv:1611.04076), which needs first derivatives alone, and Wasserstein with a gradient penalty (Gulrajani et al. 2017, arXiv:1704.00028).
 */
import type { Random } from '../base/random';
import type { Params } from '../base/tensor';
import { gradients } from '../engine/autodiff';
import { abs, add, concat, expand, mean, mul, relu, reshape, sqrt, standardize, stopGradient, sub, sum, tanh, upsample, where, greater } from '../engine/ops';
import { oneHot, square } from '../engine/ops/compose';
import type { Value } from '../engine/value';
import { conv, dense, initConv, initDense, initNorm, prefixed, scope, zeros, type Views } from './layers';
import { crossEntropy } from './losses';

export interface TranslatorConfig {
  readonly side: number;
  readonly channels: number;
  readonly classes: number;
  /** Channels of G at full side and at half. */
  readonly widths: readonly [number, number];
  /** x + change, which starts at zero: G begins as the identity; or tanh, as in StarGAN, which draws anew. */
  readonly output: 'change' | 'tanh';
  /** Residual blocks at half the side. */
  readonly blocks: number;
  /** Channels of D's four convolutions of stride 2. */
  readonly judge: readonly [number, number, number, number];
}
/** For five classes G has 95 thousand params, D 84 thousand. */
export const translatorConfig = (classes: number, side = 32): TranslatorConfig => ({ side, channels: 3, classes, output: 'change', widths: [24, 36], blocks: 3, judge: [16, 32, 48, 64] });

const biased = (rng: Random, inputs: number, outputs: number, kernel: number): Params => ({ ...initConv(rng, inputs, outputs, kernel), bias: zeros([outputs]) });
export function initTranslator(rng: Random, { channels, classes, output, widths: [a, b], blocks }: TranslatorConfig): Params {
  return Object.assign(
    {},
    prefixed('in', initConv(rng.fork('in'), channels + classes, a, 3)),
    prefixed('in.norm', initNorm(a)),
    prefixed('shrink', initConv(rng.fork('shrink'), a, b, 4)),
    prefixed('shrink.norm', initNorm(b)),
    ...Array.from({ length: blocks }, (_, i) => prefixed(`block${i}`, { ...prefixed('conv1', initConv(rng.fork('conv1', i), b, b, 3)), ...prefixed('norm1', initNorm(b)), ...prefixed('conv2', initConv(rng.fork('conv2', i), b, b, 3)), ...prefixed('norm2', initNorm(b)) })),
    prefixed('enlarge', initConv(rng.fork('enlarge'), b, a, 3)),
    prefixed('enlarge.norm', initNorm(a)),
    prefixed('out', output === 'change' ? { weight: zeros([channels, a, 3, 3]), bias: zeros([channels]) } : biased(rng.fork('out'), a, channels, 3)),
  ) as Params; // parts are Params, all names different
}
export function initJudge(rng: Random, { side, channels, classes, judge }: TranslatorConfig): Params {
  const last = judge[3] * (side / 16) ** 2;
  return Object.assign(
    {},
    ...judge.map((width, i) => prefixed(`conv${i}`, biased(rng.fork('conv', i), i === 0 ? channels : judge[i - 1]!, width, 4))),
    prefixed('source', initDense(rng.fork('source'), last, 1)),
    prefixed('class', initDense(rng.fork('class'), last, classes)),
  ) as Params; // parts are Params, all names different
}

/** Each channel of each picture by itself (Ulyanov et al. 2016, arXiv:1607.08022), with a scale and an offset. */
function instanceNorm(p: Views, x: Value): Value {
  const [n, c, h, w] = x.shape as [number, number, number, number];
  const normal = reshape(standardize(reshape(x, [n, c, h * w])), x.shape);
  return add(mul(normal, reshape(p.weight!, [1, c, 1, 1])), reshape(p.bias!, [1, c, 1, 1]));
}
const same = { pads: [1, 1, 1, 1] } as const;
const half = { ...same, strides: [2, 2] } as const;
/** A layer and the norm named under it. */
const normed = (p: Views, x: Value, options: Parameters<typeof conv>[2]): Value => instanceNorm(scope(p, 'norm'), conv(p, x, options));

/** Pictures [n, channels, side, side] in [-1, 1], int32 classes [n] -> pictures; kept to [-1, 1] by tanh alone. */
export function translate(p: Views, x: Value, target: Value, { classes, blocks, output }: TranslatorConfig): Value {
  const [n, , h, w] = x.shape as [number, number, number, number];
  const asked = expand(reshape(oneHot(target, classes), [n, classes, 1, 1]), [n, classes, h, w]);
  let y = relu(normed(scope(p, 'in'), concat([x, asked], 1), same));
  y = relu(normed(scope(p, 'shrink'), y, half));
  for (let i = 0; i < blocks; i++) {
    const own = scope(p, `block${i}`);
    const first = relu(instanceNorm(scope(own, 'norm1'), conv(scope(own, 'conv1'), y, same)));
    y = add(y, instanceNorm(scope(own, 'norm2'), conv(scope(own, 'conv2'), first, same)));
  }
  y = relu(normed(scope(p, 'enlarge'), upsample(y, [2, 2]), same));
  const drawn = conv(scope(p, 'out'), y, same);
  return output === 'change' ? add(x, drawn) : tanh(drawn);
}
const leaky = (x: Value): Value => where(greater(x, 0), x, mul(x, 0.01));
/** One score [n] (larger: more likely real) and class logits [n, classes]. */
export function judgement(p: Views, x: Value): { source: Value; logits: Value } {
  let y = x;
  for (const i of [0, 1, 2, 3]) y = leaky(conv(scope(p, `conv${i}`), y, half));
  const flat = reshape(y, [x.shape[0]!, y.shape[1]! * y.shape[2]! * y.shape[3]!]);
  return { source: reshape(dense(scope(p, 'source'), flat), [x.shape[0]!]), logits: dense(scope(p, 'class'), flat) };
}
/** mean (||grad D(m x + (1 - m) y)|| - 1)^2, m [n, 1, 1, 1] uniform noise: a second derivative once it is differentiated. */
export function gradientPenalty(judge: Views, real: Value, made: Value, mix: Value): Value {
  const between = add(mul(mix, real), mul(sub(1, mix), made));
  const slopes = gradients(sum(judgement(judge, between).source), [between])[0]!;
  const lengths = sqrt(add(sum(square(slopes), { axes: [1, 2, 3] }), 1e-12));
  return mean(square(sub(lengths, 1)));
}

export interface TranslationWeights {
  readonly class: number;
  readonly cycle: number;
  /** Of the gradient penalty; with it the Wasserstein losses are taken, without it least squares. */
  readonly penalty?: number;
}
export interface TranslationLosses {
  /** D's loss, whose gradient stops at G; and G's, whose gradient stops at D. */
  readonly judge: Value;
  readonly translator: Value;
  readonly metrics: Readonly<Record<'real' | 'made' | 'realClass' | 'madeClass' | 'cycle', Value>>;
}
/**
 * Both losses of one batch, so that one graph steps both networks: x with its int32 labels, asked for in classes `target`.
 *   L_D = adversary + w_class CE(D_cls(x), y);   L_G = adversary + w_class CE(D_cls(G(x, c)), c) + w_cycle |x - G(G(x, c), y)|_1
 */
export function translationLosses({ translator, judge, x, labels, target, mix, config, weights }: { readonly translator: Views; readonly judge: Views; readonly x: Value; readonly labels: Value; readonly target: Value; readonly mix?: Value; readonly config: TranslatorConfig; readonly weights: TranslationWeights }): TranslationLosses {
  const still = (views: Views): Views => Object.fromEntries(Object.entries(views).map(([name, v]) => [name, stopGradient(v)]));
  const made = translate(translator, x, target, config);
  const [onReal, onMade] = [judgement(judge, x), judgement(judge, stopGradient(made))];
  const wasserstein = weights.penalty !== undefined && mix !== undefined;
  const realClass = crossEntropy(onReal.logits, labels);
  const adversary = wasserstein
    ? add(sub(mean(onMade.source), mean(onReal.source)), mul(gradientPenalty(judge, x, stopGradient(made), mix), weights.penalty!))
    : mul(add(mean(square(sub(onReal.source, 1))), mean(square(onMade.source))), 0.5);
  const seen = judgement(still(judge), made);
  const back = translate(translator, made, labels, config);
  const [madeClass, cycle] = [crossEntropy(seen.logits, target), mean(abs(sub(x, back)))];
  const deceit = wasserstein ? mul(mean(seen.source), -1) : mul(mean(square(sub(seen.source, 1))), 0.5);
  return {
    judge: add(adversary, mul(realClass, weights.class)),
    translator: add(deceit, add(mul(madeClass, weights.class), mul(cycle, weights.cycle))),
    metrics: { real: mean(onReal.source), made: mean(onMade.source), realClass, madeClass, cycle },
  };
}
