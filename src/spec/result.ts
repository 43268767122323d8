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
export interface Light {
  readonly id: string;
  readonly arm?: string;
  readonly seed: number;
  readonly holds: boolean;
  readonly detail: string;
}
export interface RunResult {
  readonly outcomes: readonly Outcome[];
  readonly lights: readonly Light[];
  readonly proof: Proof;
  readonly elapsedMs: number;
}
