/**
 * Single objects whose class can be read off something else: the background, or the colour. In training the cue agrees with the class in a
 * planted share of pictures; test sets have it agree never, or by chance. A second cue may have a strength of its own.
 */
import { int32, type Tensor } from '../../base/tensor';
import { plainKinds } from './kinds';
import { makeSceneSet, slots, type SceneSet, type SceneSetOptions } from './set';
import { partnerOf, type Tie } from './world';

export type Cue = Tie['to'];
/** tied: the cue goes with the class at its strength, as in training; conflicting: never; free: every value equally likely; reversed: tied with strength 1 - rho. */
export const biasModes = ['tied', 'conflicting', 'free', 'reversed'] as const;
export type BiasMode = (typeof biasModes)[number];
export interface CueStrength {
  readonly cue: Cue;
  /** P(the cue's value is the one that goes with the class). */
  readonly rho: number;
  /** Absent: 'tied'. */
  readonly mode?: BiasMode;
}
export interface BiasedOptions extends Omit<SceneSetOptions, 'objects' | 'couples' | 'ties' | 'contains' | 'lacks' | 'repeats'> {
  readonly cues: readonly CueStrength[];
}
export interface BiasedSet {
  readonly set: SceneSet;
  /** [n] int32: the class, an index into the kinds of the options. */
  readonly y: Tensor;
  /** For each cue, [n] int32: its value, an index into `tones`, `patterns`, `colours`, `textures` or `sizeNames`. */
  readonly values: readonly Tensor[];
  /** For each cue, [n] int32: 1 where it agrees with the class. */
  readonly agrees: readonly Tensor[];
}
const tieOf = ({ cue, rho, mode = 'tied' }: CueStrength): Tie => ({ to: cue, strength: mode === 'reversed' ? 1 - rho : rho, mode: mode === 'reversed' ? 'tied' : mode });
/** @throws InputError for options that cannot be */
export function makeBiased({ cues, ...options }: BiasedOptions): BiasedSet {
  const of = options.kinds ?? plainKinds;
  const set = makeSceneSet({ ...options, objects: [1, 1], ties: cues.map(tieOf) });
  const first = (t: Tensor): Int32Array => Int32Array.from(set.scenes, (_, i) => t.data[i * slots]!);
  const valueOf = { tone: Int32Array.from(set.tone.data), pattern: Int32Array.from(set.pattern.data), colour: first(set.colour), texture: first(set.texture), size: first(set.size) };
  return {
    set, y: int32(first(set.kind).map((kind) => of.indexOf(kind))),
    values: cues.map(({ cue }) => int32(valueOf[cue])),
    agrees: cues.map((_, c) => int32(set.scenes.map(({ aligned }) => Number(aligned[c])))),
  };
}
/** The cue's value that goes with each class, in the order of the classes. */
export const partnersOf = (cue: Cue, options: Omit<BiasedOptions, 'cues' | 'seed' | 'split' | 'count'>): number[] => (options.kinds ?? plainKinds).map((kind) => partnerOf(kind, cue, options));
