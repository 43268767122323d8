/** What a lab needs from whoever runs it: the worker in a page, the command line, or a test. */
import type { Executor, Feeds } from '../engine/executor';
import type { Program } from '../engine/program';
import type { Params, Tensor } from '../base/tensor';
import type { TrialJournal } from '../keep/journal';
import type { FileBytes, Spent } from '../spec/messages';
import type { Picture } from '../spec/picture';
import type { Light } from '../spec/result';
import type { RunRecord } from './record';

/** Where programs run. The choice is made once, on the first real training step. */
export interface Backends {
  /** The executor for a training; where the user left the choice open, the winner of a race on this very step. */
  choose(program: Program, initial: Readonly<Record<string, Tensor>>, feeds: Feeds): Promise<Executor>;
  /** The executor for work before any training: the chosen one, or WASM while none is. */
  current(): Promise<Executor>;
}
export interface MarkedModel {
  readonly params: Params;
  /** The ONNX file that they were read from. */
  readonly onnx?: Uint8Array;
}
/** Where what a trial shows goes to. */
export interface Sink {
  point(arm: string, seed: number, metric: string, step: number, value: number, spent: Spent): void;
  picture(id: string, seed: number, picture: Picture): void;
  light(light: Light): void;
  outcome(arm: string, seed: number, metric: string, value: number): void;
  /** `model`: what was marked, where it is the params of one and they are at hand. */
  mark(name: string, seed: number, fingerprint: string, model?: MarkedModel): void;
  keep(kept: unknown): void;
  /** Share of this trial that is done, in [0, 1]. */
  progress(share: number, label: string): void;
}
/** Pause, step and stop, as a trial meets them between two steps. */
export interface Control {
  /** Resolves when the next optimiser step may run. Before it waits, `show` brings what is not yet shown. @throws Stopped. */
  beforeStep(show?: () => Promise<void>): Promise<void>;
  /** Lets waiting messages in, now and then. @throws Stopped. */
  breathe(): Promise<void>;
  /** Between two pieces of work that are not steps: waits while paused, and uses up no single step. @throws Stopped. */
  pausePoint(): Promise<void>;
}
export interface Host {
  readonly backends: Backends;
  readonly sink: Sink;
  readonly control: Control;
  readonly asset: (path: string) => Promise<Uint8Array>;
  readonly files: readonly FileBytes[];
  /** Milliseconds, for deciding when to read metrics back and when to save; never part of a result. */
  readonly now: () => number;
  /** Where this trial's trainings are saved as they go, and answered from where they were saved before. */
  readonly journal?: TrialJournal;
  /** Told what is trained and evaluated, for whoever wants to take it away. */
  readonly record?: RunRecord;
}
