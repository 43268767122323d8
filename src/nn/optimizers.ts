/** Optimisers over one flat vector: each is a few ops on [P], whatever the number of params. */
import { ShapeError } from '../base/errors';
import { pow } from '../base/math';
import type { Shape } from '../base/tensor';
import type { Layout } from '../engine/layout';
import { add, div, minimum, mul, sqrt, sub, sum } from '../engine/ops';
import { square } from '../engine/ops/compose';
import type { Value } from '../engine/value';
import { factorsOf, type Factors, type Groups } from './groups';

/** What may differ from step to step, and from run to run of one compiled graph. */
export interface Hyper {
  readonly learningRate: number;
  /** Decoupled: theta <- theta - learningRate * weightDecay * theta. */
  readonly weightDecay?: number;
  /** Coupled: the gradient of l2/2 ||theta||^2 is added to g. Only for optimisers made with `l2`. */
  readonly l2?: number;
  /** Of the average that a trainer keeps (`TrainerSpec.average`): average <- d average + (1 - d) theta. */
  readonly averageDecay?: number;
}
export interface Optimizer {
  readonly name: string;
  /** State beside theta, all zeros at the start. */
  readonly slots: (size: number) => Readonly<Record<string, Shape>>;
  /** Scalar feeds of one step, computed on the host in float64. `step` counts from 0. */
  readonly scalars: (step: number, hyper: Hyper) => Readonly<Record<string, number>>;
  readonly update: (at: UpdateAt) => { theta: Value; slots: Record<string, Value> };
}
export interface UpdateAt {
  /** [P], as its gradient and the slots. */
  readonly theta: Value;
  readonly gradient: Value;
  readonly slots: Readonly<Record<string, Value>>;
  readonly scalars: Readonly<Record<string, Value>>;
  /** Where each param lies in theta: for optimisers made with `groups`, who need it. */
  readonly layout?: Layout;
}

/** g scaled down to `norm` where its Euclidean norm is larger. */
function clip(gradient: Value, norm: number | undefined): Value {
  if (norm === undefined) return gradient;
  const length = sqrt(add(sum(square(gradient)), 1e-12));
  return mul(gradient, minimum(div(norm, length), 1));
}

/** The gradient that an optimiser starts from: clipped, plus l2 theta where that is built in. */
function startOf({ gradient, theta, scalars }: UpdateAt, clipNorm: number | undefined, { decay }: Factors): Value {
  const g = clip(gradient, clipNorm);
  if (!scalars.l2) return g;
  return add(g, mul(theta, decay ? mul(decay, scalars.l2) : scalars.l2));
}
/** theta <- keep theta - rate change, with keep = 1 - learningRate weightDecay; number by number where groups have factors of their own. */
function stepped({ theta, scalars }: UpdateAt, change: Value, rate: Value, factors: Factors): Value {
  const scaled = (scalar: Value, ...by: readonly (Value | undefined)[]): Value => by.reduce<Value>((product, factor) => (factor ? mul(factor, product) : product), scalar);
  const kept = scalars.decay ? sub(1, scaled(scalars.decay, factors.decay, factors.rate)) : scalars.keep!;
  return sub(mul(theta, kept), mul(change, scaled(rate, factors.rate)));
}

export interface OptimizerOptions {
  /** g is scaled down to this Euclidean norm where it is longer. */
  readonly clipNorm?: number;
  /** Builds in coupled decay, whose size is `Hyper.l2`: what PyTorch's SGD and Adam call weight_decay. */
  readonly l2?: boolean;
  /** Params whose rate or decay differs from that of the others. */
  readonly groups?: Groups;
}
/** What of theta is kept by decoupled decay: one number for all, or the size of the decay, which groups multiply. */
const keepScalars = (groups: Groups | undefined, { learningRate, weightDecay = 0 }: Hyper): { keep: number } | { decay: number } => (groups ? { decay: learningRate * weightDecay } : { keep: 1 - learningRate * weightDecay });
function factorsFor(groups: Groups | undefined, layout: Layout | undefined): Factors {
  if (!groups) return {};
  if (!layout) throw new ShapeError('An optimiser with groups needs the layout of theta. Give `layout` to `update`.');
  return factorsOf(groups, layout);
}

/**
 * Plain SGD, theta <- theta - learningRate g; with heavy-ball momentum if asked, u <- momentum u + g, and the step along u; with `nesterov`,
 * along g + momentum u (Sutskever et al. 2013, in the form that PyTorch documents).
 */
export function sgd({ momentum = 0, nesterov = false, clipNorm, l2 = false, groups }: { momentum?: number; nesterov?: boolean } & OptimizerOptions = {}): Optimizer {
  if (nesterov && !momentum) throw new ShapeError('sgd: Nesterov momentum was asked for with a momentum of 0. Give one, 0.9 say.');
  return {
    name: nesterov ? 'sgd-nesterov' : momentum ? 'sgd-momentum' : 'sgd',
    slots: (size): Readonly<Record<string, Shape>> => (momentum ? { u: [size] } : {}),
    scalars: (_, hyper) => ({ learningRate: hyper.learningRate, ...keepScalars(groups, hyper), ...(l2 && { l2: hyper.l2 ?? 0 }) }),
    update: (at) => {
      const factors = factorsFor(groups, at.layout);
      const g = startOf(at, clipNorm, factors);
      const u = at.slots.u ? add(mul(at.slots.u, momentum), g) : g;
      const change = nesterov ? add(g, mul(u, momentum)) : u;
      return { theta: stepped(at, change, at.scalars.learningRate!, factors), slots: at.slots.u ? { u } : ({} as Record<string, Value>) };
    },
  };
}

/**
 * Adam (Kingma and Ba 2015, arXiv:1412.6980); with `weightDecay` in the hyper-parameters, AdamW (Loshchilov and Hutter 2019, arXiv:1711.05101).
 *   m <- b1 m + (1 - b1) g,   v <- b2 v + (1 - b2) g^2,   theta <- theta - learningRate (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + epsilon)
 * The slots hold m / (1 - b1) and v / (1 - b2), and the host folds those factors and both bias corrections into two numbers, so that
 *   theta <- theta - rate m / (sqrt(v) + epsilon'),   with c = sqrt((1 - b2^t) / (1 - b2)),   rate = learningRate c (1 - b1) / (1 - b1^t),   epsilon' = epsilon c
 */
export function adam({ beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, clipNorm, l2 = false, groups }: { beta1?: number; beta2?: number; epsilon?: number } & OptimizerOptions = {}): Optimizer {
  return {
    name: 'adam',
    slots: (size) => ({ m: [size], v: [size] }),
    scalars: (step, hyper) => {
      const correction = Math.sqrt((1 - pow(beta2, step + 1)) / (1 - beta2));
      return { rate: (hyper.learningRate * correction * (1 - beta1)) / (1 - pow(beta1, step + 1)), epsilon: epsilon * correction, ...keepScalars(groups, hyper), ...(l2 && { l2: hyper.l2 ?? 0 }) };
    },
    update: (at) => {
      const factors = factorsFor(groups, at.layout);
      const g = startOf(at, clipNorm, factors);
      const m = add(mul(at.slots.m!, beta1), g);
      const v = add(mul(at.slots.v!, beta2), square(g));
      const change = div(m, add(sqrt(v), at.scalars.epsilon!));
      return { theta: stepped(at, change, at.scalars.rate!, factors), slots: { m, v } };
    },
  };
}
