/** What the user asked for: a small versioned JSON value. Everything a run depends on is in it. */
import type { Card } from './card';
import { defaultsOf, type KnobValues } from './knobs';

export type Provider = 'wasm' | 'webgpu' | 'reference';
export type Backend = 'auto' | 'wasm' | 'webgpu';

/** A user's file that a run reads, named by content: the bytes travel beside the experiment, never inside a link. */
export interface FileRef {
  readonly name: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}
export interface Experiment {
  readonly version: 1;
  readonly method: string;
  readonly knobs: KnobValues;
  /** Arms to run, in the card's order. */
  readonly arms: readonly string[];
  /** Root of all randomness; seeds seed, seed + 1, ... are run. */
  readonly seed: number;
  readonly seeds: number;
  readonly backend: Backend;
  /** Threads of the WASM provider: part of the experiment, since the bits of large products depend on how many share them. 1 runs anywhere. */
  readonly threads: number;
  readonly files: readonly FileRef[];
}
export const limits = { seeds: 32, seed: 2 ** 31 - 1, threads: 16, files: 8, fileBytes: 256 * 2 ** 20, /** Of all files that are looked at together. */ lookedBytes: 512 * 2 ** 20 } as const;

export const defaultExperiment = (card: Card): Experiment => ({
  version: 1,
  method: card.id,
  knobs: defaultsOf(card.knobs),
  arms: Object.entries(card.arms).filter(([, arm]) => !arm.off).map(([id]) => id),
  seed: 1,
  seeds: 1,
  backend: 'auto',
  threads: 1,
  files: [],
});
