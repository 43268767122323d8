/**
 * What a generator of data says of itself, as plain data and pure functions: the page draws its knobs and its preview from this, the
 * tests hash its examples in Node and in Chromium. One file in `data/sets` each, found by name; methods use what it is built of.
 */
import { InputError } from '../base/errors';
import type { Tensor } from '../base/tensor';
import { defaultsOf, readKnobs, type Knobs, type ValuesOf } from './knobs';
import type { Picture } from './picture';

/** What an example holds, by name: arrays, text, numbers, lists of those. Plain data, so that it can be hashed, sent and saved. */
export type Field = Tensor | string | number | boolean | readonly Field[] | { readonly [name: string]: Field };
export type Example = Readonly<Record<string, Field>>;
/** A picture of the preview, under a heading. */
export interface Preview {
  readonly title: string;
  readonly says?: string;
  readonly picture: Picture;
}
/** Which example: number `index` of a named split under a seed. Nothing else decides what it is, and splits share no example. */
export interface At {
  readonly seed: number;
  readonly split: string;
  readonly index: number;
}
export interface Dataset<K extends Knobs = Knobs> {
  /** The file's name in `data/sets`; it never changes. */
  readonly id: string;
  readonly title: string;
  readonly family: 'glyphs' | 'scenes' | 'language' | 'signals' | 'segmentation' | 'toy';
  /** What it is, and what of it is controlled: two or three sentences for a reader who has seen none of it. */
  readonly says: string;
  readonly knobs: K;
  /** Why examples of two splits may be the same, where they may; absent: they never are. */
  readonly repeats?: string;
  /** Shipped files that it draws from: 'data/typefaces.bin'. */
  readonly assets?: readonly string[];
  /** Prepares what the knobs fix (a grammar, an alphabet), and gives the example at any place. `assets` by path. */
  readonly open: (at: { readonly seed: number; readonly knobs: ValuesOf<K>; readonly assets: Readonly<Record<string, Uint8Array>> }) => Opened;
}
export interface Opened {
  /** Pure: the same example whenever it is asked for. */
  readonly example: (at: At) => Example;
  /** Pictures of what the knobs do, from a few examples: seconds at most. */
  readonly preview: (at: { readonly seed: number }) => readonly Preview[];
}
/** Keeps the knobs' types inside, and hands the set out as one among many: knobs are checked again where it is opened. */
export function defineDataset<const K extends Knobs>(set: Dataset<K>): Dataset {
  return { ...set, open: ({ knobs, ...at }) => set.open({ ...at, knobs: readKnobs(set.knobs, knobs) }) };
}
/** Opens a set with some knobs given, checked, and all others at their defaults. @throws InputError for a knob or an asset that is missing or bad */
export function openDataset(set: Dataset, at: { readonly seed: number; readonly knobs?: Readonly<Record<string, unknown>>; readonly assets?: Readonly<Record<string, Uint8Array>> }): Opened {
  const assets = at.assets ?? {};
  const missing = set.assets?.find((path) => !assets[path]);
  if (missing) throw new InputError(`${set.title} is drawn from ${missing}, which did not come. Load it first.`);
  return set.open({ seed: at.seed, knobs: at.knobs ? readKnobs(set.knobs, at.knobs) : defaultsOf(set.knobs), assets });
}
