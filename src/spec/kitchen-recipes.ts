/** The merges that the kitchen offers, as data: what each is, where it was published, and what it can be told. */
import type { Cooking, CookingKind } from './kitchen';
import { choice, float, int, type Knobs, type KnobValues } from './knobs';

export interface MergeCard {
  readonly title: string;
  /** The rule, and whether the order of the ingredients matters. */
  readonly says: string;
  readonly source: string;
  readonly knobs: Knobs;
}
const scale = float({ label: 'Scale', min: 0, max: 2, step: 0.05, default: 1, help: 'λ: how much of the merged change is added to the base.' });

export const merges: Readonly<Record<CookingKind, MergeCard>> = {
  uniform: { title: 'Uniform soup', says: 'The mean of all. Order does not matter.', source: 'Wortsman et al. 2022', knobs: {} },
  weighted: { title: 'Weighted soup', says: 'A mean with weights of your own, one a checkpoint. Order does not matter.', source: 'Wortsman et al. 2022', knobs: {} },
  greedy: { title: 'Greedy soup', says: 'Best first on the choosing examples; each joins if the soup does not get worse. Its own order matters, that of your list does not.', source: 'Wortsman et al. 2022', knobs: {} },
  learned: {
    title: 'Learned soup', says: 'Mixing weights by gradient descent (Adam, rate 0.05) on the loss of the choosing examples, from equal weights. Order does not matter but for rounding.', source: 'Wortsman et al. 2022, appendix I',
    knobs: { steps: int({ label: 'Steps', min: 1, max: 300, default: 30 }), by: choice({ label: 'Weights for', options: { model: 'whole checkpoints', tensor: 'each tensor' }, default: 'model' }) },
  },
  ema: { title: 'Moving average', says: 'As if each checkpoint came after the one before it in your list, the oldest first. Order is what it is about.', source: 'Polyak and Juditsky 1992', knobs: { decay: float({ label: 'Decay', min: 0, max: 0.99, step: 0.01, default: 0.5 }) } },
  slerp: { title: 'SLERP', says: 'Along the arc between two, tensor by tensor. Three and more join one after another in the order of your list, each counting alike.', source: 'Shoemake 1985', knobs: { t: float({ label: 'From first to second', min: 0, max: 1, step: 0.05, default: 0.5, help: 'Used for two checkpoints; with more each joins at 1/j.' }) } },
  sum: { title: 'Task arithmetic', says: 'The base plus the sum of all changes from it. Order does not matter.', source: 'Ilharco et al. 2023', knobs: { scale: { ...scale, default: 0.4 } } },
  ties: {
    title: 'TIES', says: 'Of each change from the base the largest stay; the heavier sign wins, number by number; those that agree are averaged. Order does not matter.', source: 'Yadav et al. 2023',
    knobs: { keep: float({ label: 'Share that is kept', min: 0.01, max: 1, step: 0.01, default: 0.2, help: 'Of each checkpoint\'s change, by magnitude, over the whole model.' }), scale },
  },
  dare: {
    title: 'DARE', says: 'Numbers of each change are dropped at random, the rest is scaled up by 1/(1 − p), and all are added to the base. What is dropped hangs on the checkpoint and the seed, so order does not matter.', source: 'Yu et al. 2024',
    knobs: { drop: float({ label: 'Chance to be dropped, p', min: 0, max: 0.99, step: 0.01, default: 0.5 }), scale: { ...scale, default: 0.4 }, seed: int({ label: 'Seed', min: 1, max: 9999, default: 1 }) },
  },
};
/** A merge as it is asked for, from what its knobs stand at. `weights`: by id, 1 where none is given. */
export function cookingOf(kind: CookingKind, values: KnobValues, { ids, weights, base }: { readonly ids: readonly string[]; readonly weights: Readonly<Record<string, number>>; readonly base: string }): Cooking {
  const all: KnobValues = { ...Object.fromEntries(Object.entries(merges[kind].knobs).map(([name, knob]) => [name, knob.default])), ...values };
  const n = (name: string): number => Number(all[name]);
  switch (kind) {
    case 'uniform':
    case 'greedy': return { kind };
    case 'weighted': return { kind, weights: ids.map((id) => weights[id] ?? 1) };
    case 'learned': return { kind, steps: n('steps'), by: all.by === 'tensor' ? 'tensor' : 'model' };
    case 'ema': return { kind, decay: n('decay') };
    case 'slerp': return { kind, t: n('t') };
    case 'sum': return { kind, base, scale: n('scale') };
    case 'ties': return { kind, base, scale: n('scale'), keep: n('keep') };
    case 'dare': return { kind, base, scale: n('scale'), drop: n('drop'), seed: n('seed') };
  }
}
/** The merge in words, with what it was told. */
export function howText(cooking: Cooking, names: (id: string) => string): string {
  const { title } = merges[cooking.kind];
  switch (cooking.kind) {
    case 'uniform':
    case 'greedy': return title;
    case 'weighted': return `${title}, weights ${cooking.weights.join(', ')}`;
    case 'learned': return `${title}, ${cooking.steps} steps, ${cooking.by === 'tensor' ? 'each tensor' : 'whole checkpoints'}`;
    case 'ema': return `${title}, decay ${cooking.decay}`;
    case 'slerp': return `${title}, at ${cooking.t}`;
    case 'sum': return `${title} upon ${names(cooking.base)}, scale ${cooking.scale}`;
    case 'ties': return `${title} upon ${names(cooking.base)}, ${Math.round(100 * cooking.keep)} % kept, scale ${cooking.scale}`;
    case 'dare': return `${title} upon ${names(cooking.base)}, p = ${cooking.drop}, scale ${cooking.scale}, seed ${cooking.seed}`;
  }
}
