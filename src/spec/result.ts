/** What a run leaves behind, as plain data. */
import type { Provider } from './experiment';

/** One number of one arm at the end of one seed's trial: what claims and tables are made of. */
export interface Outcome {
  readonly arm: string;
  readonly seed: number;
  readonly metric: string;
  readonly value: number;
}
/** By what a run can be recognised: equal provider 'wasm' and equal bits must give an equal fingerprint. */
export interface Proof {
  readonly provider: Provider;
  /** 16 hex digits over the params and metrics that the run marked, all arms and seeds. */
  readonly fingerprint: string;
  /** A few outcomes, to say by how much two runs differ where bits need not agree. */
  readonly marks: readonly number[];
}
/** A number that must lie on one side of another, or within `within` of it. */
export interface Measured {
  readonly value: number;
  readonly must: 'at most' | 'below' | 'at least' | 'near';
  readonly bound: number;
  /** Only with 'near'. */
  readonly within?: number;
}
export interface Light {
  readonly id: string;
  readonly arm?: string;
  readonly seed: number;
  readonly holds: boolean;
  readonly detail: string;
  /** Where it is one number against a bound that decides. */
  readonly measured?: Measured;
  /** Of the newest point of its arm (of any, where it has none) when it was last checked; absent before the first, and in runs of older versions, as are the following. */
  readonly step?: number;
  /** How often it was checked in this trial. */
  readonly checks?: number;
  /** The first check that it failed: stays, though it holds again. */
  readonly firstBroken?: { readonly step?: number; readonly detail: string; readonly measured?: Measured };
}
export interface RunResult {
  readonly outcomes: readonly Outcome[];
  readonly lights: readonly Light[];
  readonly proof: Proof;
  readonly elapsedMs: number;
}
