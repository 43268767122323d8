/** Optimisers over one flat vector: each is a few ops on [P], whatever the number of params. */
import { pow } from '../base/math';
import type { Shape } from '../base/tensor';
import { add, div, minimum, mul, sqrt, sub, sum } from '../engine/ops';
import { square } from '../engine/ops/compose';
import type { Value } from '../engine/value';

/** What may differ from step to step, and from run to run of one compiled graph. */
export interface Hyper {
  readonly learningRate: number;
  /** Decoupled: theta <- theta - learningRate * weightDecay * theta. */
  readonly weightDecay?: number;
  /** Coupled: the gradient of l2/2 ||theta||^2 is added to g. Only for optimisers made with `l2`. */
  readonly l2?: number;
}
export interface Optimizer {
  readonly name: string;
  /** State beside theta, all zeros at the start. */
  readonly slots: (size: number) => Readonly<Record<string, Shape>>;
  /** Scalar feeds of one step, computed on the host in float64. `step` counts from 0. */
  readonly scalars: (step: number, hyper: Hyper) => Readonly<Record<string, number>>;
  readonly update: (at: { theta: Value; gradient: Value; slots: Readonly<Record<string, Value>>; scalars: Readonly<Record<string, Value>> }) => { theta: Value; slots: Record<string, Value> };
}

/** g scaled down to `norm` where its Euclidean norm is larger. */
function clip(gradient: Value, norm: number | undefined): Value {
  if (norm === undefined) return gradient;
  const length = sqrt(add(sum(square(gradient)), 1e-12));
  return mul(gradient, minimum(div(norm, length), 1));
}

/** The gradient that an optimiser starts from: clipped, plus l2 theta where that is built in. */
function startOf(gradient: Value, theta: Value, scalars: Readonly<Record<string, Value>>, clipNorm: number | undefined): Value {
  const g = clip(gradient, clipNorm);
  return scalars.l2 ? add(g, mul(theta, scalars.l2)) : g;
}

export interface OptimizerOptions {
  /** g is scaled down to this Euclidean norm where it is longer. */
  readonly clipNorm?: number;
  /** Builds in coupled decay, whose size is `Hyper.l2`: what PyTorch's SGD and Adam call weight_decay. */
  readonly l2?: boolean;
}
/** Plain SGD, theta <- theta - learningRate g, with heavy-ball momentum if asked: u <- momentum u + g. */
export function sgd({ momentum = 0, clipNorm, l2 = false }: { momentum?: number } & OptimizerOptions = {}): Optimizer {
  return {
    name: momentum ? 'sgd-momentum' : 'sgd',
    slots: (size): Readonly<Record<string, Shape>> => (momentum ? { u: [size] } : {}),
    scalars: (_, { learningRate, weightDecay = 0, l2: size = 0 }) => ({ learningRate, keep: 1 - learningRate * weightDecay, ...(l2 && { l2: size }) }),
    update: ({ theta, gradient, slots, scalars }) => {
      const g = startOf(gradient, theta, scalars, clipNorm);
      const u = slots.u ? add(mul(slots.u, momentum), g) : g;
      return { theta: sub(mul(theta, scalars.keep!), mul(u, scalars.learningRate!)), slots: slots.u ? { u } : ({} as Record<string, Value>) };
    },
  };
}

/**
 * Adam (Kingma and Ba 2015, arXiv:1412.6980); with `weightDecay` in the hyper-parameters, AdamW (Loshchilov and Hutter 2019, arXiv:1711.05101).
 *   m <- b1 m + (1 - b1) g,   v <- b2 v + (1 - b2) g^2,   theta <- theta - learningRate (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + epsilon)
 * The slots hold m / (1 - b1) and v / (1 - b2), and the host folds those factors and both bias corrections into two numbers, so that
 *   theta <- theta - rate m / (sqrt(v) + epsilon'),   with c = sqrt((1 - b2^t) / (1 - b2)),   rate = learningRate c (1 - b1) / (1 - b1^t),   epsilon' = epsilon c
 */
export function adam({ beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, clipNorm, l2 = false }: { beta1?: number; beta2?: number; epsilon?: number } & OptimizerOptions = {}): Optimizer {
  return {
    name: 'adam',
    slots: (size) => ({ m: [size], v: [size] }),
    scalars: (step, { learningRate, weightDecay = 0, l2: size = 0 }) => {
      const correction = Math.sqrt((1 - pow(beta2, step + 1)) / (1 - beta2));
      return { rate: (learningRate * correction * (1 - beta1)) / (1 - pow(beta1, step + 1)), epsilon: epsilon * correction, keep: 1 - learningRate * weightDecay, ...(l2 && { l2: size }) };
    },
    update: ({ theta, gradient, slots, scalars }) => {
      const g = startOf(gradient, theta, scalars, clipNorm);
      const m = add(mul(slots.m!, beta1), g);
      const v = add(mul(slots.v!, beta2), square(g));
      const change = mul(div(m, add(sqrt(v), scalars.epsilon!)), scalars.rate!);
      return { theta: sub(mul(theta, scalars.keep!), change), slots: { m, v } };
    },
  };
}
