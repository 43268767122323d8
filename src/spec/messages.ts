/** What crosses between page and worker: structured-clone data, no functions, no GPU handles. */
import type { Problem } from '../base/errors';
import type { Experiment, Provider } from './experiment';
import type { KnobValues } from './knobs';
import type { Picture } from './picture';
import type { OwnModelDetails } from './own-screen';
import type { Light, RunResult } from './result';

export type RunId = string;
/** The bytes of a file that an experiment names, checked against its FileRef by the worker. */
export interface FileBytes {
  readonly name: string;
  readonly bytes: Uint8Array;
}
/** A file of the command before, which the worker still has: large files cross the border once. */
export interface KnownFile {
  readonly sha256: string;
}
export type Command =
  /** First message: loads the runtime. The number of threads holds for this worker's life; another number takes another worker. Default 1. */
  | { readonly type: 'warmUp'; readonly threads?: number }
  /** `keep`: in the browser's storage as it goes. A run of the same name and experiment that lies there already goes on from where it was. */
  | { readonly type: 'run'; readonly runId: RunId; readonly experiment: Experiment; readonly files: readonly (FileBytes | KnownFile)[]; readonly keep?: boolean }
  /** `step`: while paused, go on for one optimiser step and pause again. */
  | { readonly type: 'pause' | 'resume' | 'step' | 'stop'; readonly runId: RunId }
  /** A question of the card: a preview before any run, or of what run `runId` left behind. */
  | { readonly type: 'ask'; readonly askId: string; readonly ask: string; readonly experiment: Experiment; readonly files: readonly (FileBytes | KnownFile)[]; readonly values: KnobValues; readonly runId?: RunId };

/** The answer to a card's question. */
export interface Answer {
  readonly pictures?: Readonly<Record<string, Picture>>;
  /** What the card's own screen shows besides pictures. */
  readonly details?: OwnModelDetails;
  /** To be saved by the user. */
  readonly files?: readonly FileBytes[];
  /** Why a run of this experiment would fail: Run waits, and says this. */
  readonly blocked?: string;
}

/** Columns of one series, equally long. */
export interface SeriesBatch {
  readonly arm: string;
  readonly seed: number;
  readonly metric: string;
  readonly steps: Float64Array;
  readonly values: Float64Array;
}
export interface RuntimeFacts {
  readonly webgpu: { readonly available: boolean; readonly adapter: string; readonly software: boolean; readonly build: 'jspi' | 'asyncify' | 'none' };
  readonly wasm: { /** The most threads that a worker may be started with. */ readonly threads: number; readonly crossOriginIsolated: boolean };
}
export type RunEvent =
  | { readonly type: 'ready'; readonly facts: RuntimeFacts }
  /** Which provider runs, and why: chosen by the user, the only one, or the winner of a race (with its figures). */
  | { readonly type: 'provider'; readonly runId: RunId; readonly provider: Provider; readonly why: string }
  /** Metrics batched, about ten times a second. */
  | { readonly type: 'metrics'; readonly runId: RunId; readonly batch: readonly SeriesBatch[] }
  | { readonly type: 'picture'; readonly runId: RunId; readonly id: string; readonly seed: number; readonly picture: Picture }
  | { readonly type: 'light'; readonly runId: RunId; readonly light: Light }
  /** share in [0, 1]; leftMs is an estimate, absent until there is one. */
  | { readonly type: 'progress'; readonly runId: RunId; readonly share: number; readonly label: string; readonly elapsedMs: number; readonly leftMs?: number }
  | { readonly type: 'paused' | 'resumed'; readonly runId: RunId }
  /** The run cannot be kept (any more): it goes on, and would be lost with the page. Said once. */
  | { readonly type: 'notKept'; readonly runId: RunId; readonly why: string }
  | { readonly type: 'finished'; readonly runId: RunId; readonly result: RunResult }
  /**
   * `partial`: what was known when it failed or was stopped; nothing already shown is lost. `lastGood`: of a training that diverged, its
   * last finite params as a safetensors file.
   */
  | { readonly type: 'failed'; readonly runId: RunId; readonly problem: Problem; readonly partial?: RunResult; readonly lastGood?: FileBytes }
  | { readonly type: 'answer'; readonly askId: string; readonly ask: string; readonly answer: Answer }
  | { readonly type: 'askFailed'; readonly askId: string; readonly ask: string; readonly problem: Problem };
