/** Optimisers over one flat vector: each is a few ops on [P], whatever the number of params. */
import { ShapeError } from '../base/errors';
import { pow } from '../base/math';
import type { Shape } from '../base/tensor';
import type { Layout } from '../engine/layout';
import { add, concat, div, minimum, mul, sliceAxis, sqrt, sub, sum } from '../engine/ops';
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
  /** For optimisers made by `perGroup`: what of a group differs from the rest. */
  readonly groups?: Readonly<Record<string, Omit<Hyper, 'averageDecay' | 'groups'>>>;
}
export interface Optimizer {
  readonly name: string;
  /** State beside theta, all zeros at the start. `layout`: where each param lies in theta, for optimisers that need it. */
  readonly slots: (size: number, layout?: Layout) => Readonly<Record<string, Shape>>;
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

/** A part of theta whose numbers lie side by side and belong to one group. */
interface Stretch {
  readonly group: string;
  readonly offset: number;
  readonly size: number;
}
/** Theta in stretches, from its beginning to its end. */
function stretchesOf({ entries }: Layout, groupOf: (name: string) => string, known: readonly string[]): Stretch[] {
  const stretches: Stretch[] = [];
  for (const { name, offset, size } of entries.toSorted((a, b) => a.offset - b.offset)) {
    const group = groupOf(name);
    if (!known.includes(group)) throw new ShapeError(`perGroup: expected one of the groups ${known.join(', ')} for ${name}, but "${group}" came.`);
    const last = stretches.at(-1);
    if (last?.group === group) stretches[stretches.length - 1] = { ...last, size: last.size + size };
    else stretches.push({ group, offset, size });
  }
  return stretches;
}
/** The layout of one group's numbers, joined. */
function layoutWithin({ entries }: Layout, groupOf: (name: string) => string, group: string): Layout {
  let offset = 0;
  const placed = new Map<string, number>();
  for (const { name, size } of entries.toSorted((a, b) => a.offset - b.offset)) {
    if (groupOf(name) !== group) continue;
    placed.set(name, offset);
    offset += size;
  }
  return { size: offset, entries: entries.filter(({ name }) => placed.has(name)).map((entry) => ({ ...entry, offset: placed.get(entry.name)! })) };
}
/**
 * An optimiser for each group of params, in one step: two networks that learn at schedules of their own, say. Each sees its group's numbers alone (a norm
 * that it clips is its group's), is fed from `Hyper.groups` where that names the group, and keeps slots called `group.slot`.
 * @throws ShapeError naming the param for which `groupOf` gives no known group, or the group that no param belongs to
 */
export function perGroup(optimizers: Readonly<Record<string, Optimizer>>, groupOf: (name: string) => string): Optimizer {
  const groups = Object.keys(optimizers);
  const prefixed = <T>(of: (group: string) => Readonly<Record<string, T>>): Record<string, T> => Object.fromEntries(groups.flatMap((group) => Object.entries(of(group)).map(([name, value]) => [`${group}.${name}`, value])));
  const within = <T>(all: Readonly<Record<string, T>>, group: string): Record<string, T> => Object.fromEntries(Object.entries(all).flatMap(([name, value]) => (name.startsWith(`${group}.`) ? [[name.slice(group.length + 1), value] as const] : [])));
  const needed = (layout: Layout | undefined): Layout => {
    if (!layout) throw new ShapeError('An optimiser made by perGroup needs the layout of theta. Give `layout`.');
    return layout;
  };
  return {
    name: `perGroup(${groups.map((group) => `${group}: ${optimizers[group]!.name}`).join(', ')})`,
    slots: (_, given) =>
      prefixed((group) => {
        const layout = layoutWithin(needed(given), groupOf, group);
        if (layout.size === 0) throw new ShapeError(`perGroup: no param belongs to the group ${group}. Leave its optimiser out.`);
        return optimizers[group]!.slots(layout.size, layout);
      }),
    scalars: (step, hyper) => prefixed((group) => optimizers[group]!.scalars(step, { ...hyper, ...hyper.groups?.[group] })),
    update: ({ theta, gradient, slots, scalars, layout: given }) => {
      const layout = needed(given);
      const stretches = stretchesOf(layout, groupOf, groups);
      const part = (flat: Value, group: string): Value => concat(stretches.filter((s) => s.group === group).map(({ offset, size }) => sliceAxis(flat, 0, offset, size)));
      const present = groups.filter((group) => stretches.some((s) => s.group === group));
      const next = Object.fromEntries(present.map((group) => [group, optimizers[group]!.update({ theta: part(theta, group), gradient: part(gradient, group), slots: within(slots, group), scalars: within(scalars, group), layout: layoutWithin(layout, groupOf, group) })]));
      const taken = Object.fromEntries(groups.map((group) => [group, 0]));
      const joined = stretches.map(({ group, size }) => {
        const from = taken[group]!;
        taken[group] = from + size;
        return sliceAxis(next[group]!.theta, 0, from, size);
      });
      return { theta: concat(joined), slots: Object.fromEntries(present.flatMap((group) => Object.entries(next[group]!.slots).map(([name, value]) => [`${group}.${name}`, value]))) };
    },
  };
}
