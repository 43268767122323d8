/** The border between the compiler and whatever runs its programs. Implemented by `runtime` (onnxruntime-web, reference). */
import type { Noise } from '../base/noise';
import type { Tensor } from '../base/tensor';
import type { Program } from './program';

export type Outputs = Readonly<Record<string, Tensor>>;

/** What a run is given for one feed: numbers, or a request for noise that each executor fills where it runs, with the same bits. */
export type Feed = Tensor | Noise;
export type Feeds = Readonly<Record<string, Feed>>;

export interface Executor {
  readonly provider: 'wasm' | 'webgpu' | 'reference';
  /** Compiles a program once; its state and constants start as given. One at a time: callers need no lock. */
  load(program: Program, initial: Readonly<Record<string, Tensor>>): Promise<Session>;
  /** Releases every session and the device. */
  close(): Promise<void>;
}

/** A loaded program. Its state lives where it runs (on the device, for WebGPU) and is carried from step to step. */
export interface Session {
  readonly program: Program;
  /** Queues one run with these feeds; resolves when the next may be queued (back-pressure), not when it is done. */
  step(feeds: Feeds): Promise<void>;
  /** Outputs of every step since the last drain, in order. On WebGPU this is the only read-back. */
  drain(): Promise<readonly Outputs[]>;
  /** One step, drained: its outputs. */
  run(feeds: Feeds): Promise<Outputs>;
  /** Replaces a state or constant. */
  write(name: string, value: Tensor): Promise<void>;
  /** Copies a state or constant to the host. */
  read(name: string): Promise<Tensor>;
  release(): Promise<void>;
}
