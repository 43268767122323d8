import type { Card } from '../spec/card';
import type { Knobs, KnobValues, ValuesOf } from '../spec/knobs';
import type { Answer } from '../spec/messages';
import type { Lab } from './lab';
import type { Scorer } from './scorer';

export interface Method<K extends Knobs = Knobs, Kept = unknown> {
  readonly card: Card<K>;
  /** One trial: one seed, all arms asked for. What it returns is kept for the card's questions. */
  readonly run: (lab: Lab, knobs: ValuesOf<K>) => Promise<Kept>;
  /** Answers to the card's asks, by name. `kept` is undefined for a preview. */
  readonly asks?: Readonly<Record<string, (lab: Lab, knobs: ValuesOf<K>, values: KnobValues, kept: Kept | undefined) => Promise<Answer>>>;
  /** What measures params like those that a run marks under `arm`, on data that it did not train on: for merges of its checkpoints. @throws InputError where nothing held out is there */
  readonly scorer?: (lab: Lab, knobs: ValuesOf<K>, arm: string) => Promise<Scorer>;
}
/** A method with its types forgotten: what registries hold. Its knobs are checked against the card before it is called. */
export interface AnyMethod {
  readonly card: Card;
  readonly run: (lab: Lab, knobs: KnobValues) => Promise<unknown>;
  readonly asks?: Readonly<Record<string, (lab: Lab, knobs: KnobValues, values: KnobValues, kept: unknown) => Promise<Answer>>>;
  readonly scorer?: (lab: Lab, knobs: KnobValues, arm: string) => Promise<Scorer>;
}

export function defineMethod<K extends Knobs, Kept>(card: Card<K>, body: Omit<Method<K, Kept>, 'card'>): AnyMethod {
  // `readKnobs(card.knobs, ...)` has made the values that `run` receives, and `kept` is what this `run` returned: the cast restores both.
  return { card, ...body } as unknown as AnyMethod;
}
