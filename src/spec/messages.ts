/** What crosses between page and worker: structured-clone data, no functions, no GPU handles. */
import type { Problem } from '../base/errors';
import type { Checkpoint, ModelHead } from './checkpoint';
import type { Experiment, Provider } from './experiment';
import type { KnobValues } from './knobs';
import type { Picture } from './picture';
import type { OwnModelDetails } from './own-screen';
import type { Light, Outcome, RunResult } from './result';
import type { Taken } from './take-away';

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
  /** `keep`: in the browser's storage as it goes. A run of the same name and experiment that lies there already goes on from where it was. 'until kept': when it has finished
   * it stays there, and whoever sent it off removes it when the run is kept. */
  | { readonly type: 'run'; readonly runId: RunId; readonly experiment: Experiment; readonly files: readonly (FileBytes | KnownFile)[]; readonly keep?: boolean | 'until kept' }
  /** `step`: while paused, go on for one optimiser step and pause again. */
  | { readonly type: 'pause' | 'resume' | 'step' | 'stop'; readonly runId: RunId }
  /** Puts the models of a finished run into the browser's storage, as checkpoints; answered by `modelsKept`. */
  | { readonly type: 'keepModels'; readonly runId: RunId }
  /** A question of the card: a preview before any run, or of what run `runId` left behind. */
  | { readonly type: 'ask'; readonly askId: string; readonly ask: string; readonly experiment: Experiment; readonly files: readonly (FileBytes | KnownFile)[]; readonly values: KnobValues; readonly runId?: RunId }
  /** What the last run, or the one that goes on, has trained: as files. */
  | { readonly type: 'takeAway'; readonly takeId: string; readonly runId: RunId };

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

/**
 * What an arm had taken when one of its points came: milliseconds in its own training steps and what it does between them (not compiling, pauses, or the steps of
 * other arms), and rows of batches, repeated ones counted again. NaN where nobody measured it.
 */
export interface Spent {
  readonly timeMs: number;
  readonly examples: number;
}
/** Columns of one series, equally long. */
export interface SeriesBatch {
  readonly arm: string;
  readonly seed: number;
  readonly metric: string;
  readonly steps: Float64Array;
  readonly values: Float64Array;
  /** `Spent` of each point. */
  readonly timesMs: Float32Array;
  readonly examples: Float32Array;
}
export interface RuntimeFacts {
  readonly webgpu: { readonly available: boolean; readonly adapter: string; readonly software: boolean; readonly build: 'jspi' | 'asyncify' | 'none' };
  readonly wasm: { /** The most threads that a worker may be started with. */ readonly threads: number; readonly crossOriginIsolated: boolean };
}
/** The first thing that a worker says: it holds the lock of this name for as long as it lives, so that whoever waits for the lock learns of its death at once. */
export interface Alive {
  readonly type: 'alive';
  readonly lock: string;
}
export type RunEvent =
  | { readonly type: 'ready'; readonly facts: RuntimeFacts }
  /** Which provider runs, and why: chosen by the user, the only one, or the winner of a race (with its figures). */
  | { readonly type: 'provider'; readonly runId: RunId; readonly provider: Provider; readonly why: string }
  /** Metrics batched, about ten times a second. */
  | { readonly type: 'metrics'; readonly runId: RunId; readonly batch: readonly SeriesBatch[] }
  | { readonly type: 'picture'; readonly runId: RunId; readonly id: string; readonly seed: number; readonly picture: Picture }
  /** Of one seed, whose trial is finished. */
  | { readonly type: 'outcomes'; readonly runId: RunId; readonly outcomes: readonly Outcome[] }
  | { readonly type: 'light'; readonly runId: RunId; readonly light: Light }
  /** share in [0, 1]; leftMs is an estimate, absent until there is one. */
  | { readonly type: 'progress'; readonly runId: RunId; readonly share: number; readonly label: string; readonly elapsedMs: number; readonly leftMs?: number }
  | { readonly type: 'paused' | 'resumed'; readonly runId: RunId }
  /** The run cannot be kept (any more): it goes on, and would be lost with the page. Said once. */
  | { readonly type: 'notKept'; readonly runId: RunId; readonly why: string }
  /** `models`: what the worker has in memory still, until the next run. */
  | { readonly type: 'finished'; readonly runId: RunId; readonly result: RunResult; readonly models?: readonly ModelHead[] }
  /** `problem`: why some or all of them were not. */
  | { readonly type: 'modelsKept'; readonly runId: RunId; readonly checkpoints: readonly Checkpoint[]; readonly problem?: Problem }
  /**
   * `partial`: what was known when it failed or was stopped; nothing already shown is lost. `lastGood`: of a training that diverged, its
   * last finite params as a safetensors file.
   */
  | { readonly type: 'failed'; readonly runId: RunId; readonly problem: Problem; readonly partial?: RunResult; readonly lastGood?: FileBytes }
  | { readonly type: 'answer'; readonly askId: string; readonly ask: string; readonly answer: Answer }
  | { readonly type: 'askFailed'; readonly askId: string; readonly ask: string; readonly problem: Problem }
  | { readonly type: 'taken'; readonly takeId: string; readonly taken: Taken }
  | { readonly type: 'takeFailed'; readonly takeId: string; readonly problem: Problem };
