/** What the soup kitchen and its worker say to each other: which merge, of which checkpoints, and what came of it. Plain data. */
import type { Checkpoint, TensorHead } from './checkpoint';
import type { Plane } from './picture';
import type { Light } from './result';

/** Most and fewest ingredients of a merge. */
export const ingredientLimits = { least: 2, most: 8 } as const;

/** A way to merge, with what it is told. Base: the checkpoint that changes are counted from. */
export type Cooking =
  | { readonly kind: 'uniform' }
  /** One weight an ingredient, in their order; not negative, not all 0. */
  | { readonly kind: 'weighted'; readonly weights: readonly number[] }
  /** By held-out score, best first; whatever does not make it worse stays. */
  | { readonly kind: 'greedy' }
  /** Mixing weights by Adam on the held-out loss; of whole models or of each tensor. */
  | { readonly kind: 'learned'; readonly steps: number; readonly by: 'model' | 'tensor' }
  /** Over the ingredients in their order, the first being the oldest. */
  | { readonly kind: 'ema'; readonly decay: number }
  /** Of two at `t`; of more one after another, in their order. */
  | { readonly kind: 'slerp'; readonly t: number }
  | { readonly kind: 'sum'; readonly base: string; readonly scale: number }
  | { readonly kind: 'ties'; readonly base: string; readonly scale: number; readonly keep: number }
  | { readonly kind: 'dare'; readonly base: string; readonly scale: number; readonly drop: number; readonly seed: number };
export type CookingKind = Cooking['kind'];
export const cookingKinds = ['uniform', 'weighted', 'greedy', 'learned', 'ema', 'slerp', 'sum', 'ties', 'dare'] as const satisfies readonly CookingKind[];
/** Those that have to measure models to be made. */
export const needsMeasure = (kind: CookingKind): boolean => kind === 'greedy' || kind === 'learned';
/** Those that start from a base. */
export const needsBase = (kind: CookingKind): boolean => kind === 'sum' || kind === 'ties' || kind === 'dare';

export interface Score {
  /** Mean over the examples. */
  readonly loss: number;
  /** Share of right answers, where there are any to be right about. */
  readonly accuracy?: number;
}
/** On data that may choose (an order, weights), and on data that never does. */
export interface Scores {
  readonly choosing: Score;
  readonly reporting: Score;
}
/** What a measure measures, in words. */
export interface MeasureSays {
  readonly title: string;
  readonly choosing: string;
  readonly reporting: string;
  /** 'nats an example'. */
  readonly unit: string;
  readonly accuracy: boolean;
  /** Whether weights can be learned on it. */
  readonly gradient: boolean;
  /** What to bear in mind. */
  readonly notes: readonly string[];
}
export interface KitchenOpened {
  /** Absent where nothing can measure these models: then `why` says it. */
  readonly measure?: MeasureSays;
  readonly why?: string;
  /** Of each ingredient, in order. */
  readonly scores: readonly (Scores | undefined)[];
  /** Euclidean length of each as a vector, and [k, k] distances between them. */
  readonly norms: readonly number[];
  readonly distances: readonly number[];
}
/** A decision of the greedy soup. */
export interface GreedyStep {
  readonly name: string;
  readonly alone: Score;
  /** Of the soup with it. */
  readonly withIt: Score;
  readonly accepted: boolean;
}
export interface Cooked {
  /** 16 digits over names, shapes and bits. */
  readonly fingerprint: string;
  readonly scores?: Scores;
  readonly norm: number;
  /** Euclidean distance to each ingredient. */
  readonly distances: readonly number[];
  /** Share of each ingredient, where the merge is a mean of them all alike. */
  readonly weights?: readonly number[];
  readonly greedy?: readonly GreedyStep[];
  /** Loss of each step on the batch of choosing examples that it saw. */
  readonly learning?: readonly number[];
  /** What must hold whatever the numbers, tried on these very checkpoints. */
  readonly lights: readonly Light[];
}
/** What is tried of a merge. */
export const lightIds = ['alone', 'order', 'copies', 'ends', 'plain', 'best', 'start'] as const;
export type LightId = (typeof lightIds)[number];
/** What comes while a merge is made. */
export type CookPart = { readonly greedy: GreedyStep } | { readonly step: number; readonly loss: number; readonly weights: readonly number[] };
export interface SegmentPoint {
  readonly t: number;
  readonly score: Score;
}
export interface PlaneDrawn {
  readonly picture: Plane;
  /** The same plane coloured by accuracy, where there is one. */
  readonly accuracy?: Plane;
}

/** Why checkpoints cannot be merged: names the first tensors in which one differs from the first; undefined where they agree in names and shapes. Their order does not matter. */
export function mismatchOf(checkpoints: readonly Pick<Checkpoint, 'name' | 'tensors'>[]): string | undefined {
  const [first, ...others] = checkpoints;
  if (!first) return undefined;
  for (const other of others) {
    const found = differences(first.tensors, other.tensors);
    if (found.length > 0) return `"${other.name}" and "${first.name}" are of different architectures: ${found.slice(0, 3).join('; ')}${found.length > 3 ? `; and ${found.length - 3} more` : ''}. Only checkpoints that agree in all names and shapes can be merged.`;
  }
  return undefined;
}
function differences(expected: readonly TensorHead[], came: readonly TensorHead[]): string[] {
  const shapes = new Map(came.map(({ name, shape }) => [name, shape]));
  const known = new Set(expected.map(({ name }) => name));
  const show = (shape: readonly number[]): string => `[${shape.join(', ')}]`;
  return [
    ...expected.flatMap(({ name, shape }) => {
      const theirs = shapes.get(name);
      if (!theirs) return [`tensor ${name} ${show(shape)} is missing in the first`];
      return theirs.join() === shape.join() ? [] : [`tensor ${name} is ${show(theirs)} in the first and ${show(shape)} in the second`];
    }),
    ...came.flatMap(({ name, shape }) => (known.has(name) ? [] : [`tensor ${name} ${show(shape)} is missing in the second`])),
  ];
}
