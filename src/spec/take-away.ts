/** What a run's trainings leave to be taken away: files, and the description that stands beside them as `take-away.json`. Plain data. */
import type { DType, Shape } from '../base/tensor';

export type TakenKind = 'step' | 'frozen' | 'initial' | 'batches' | 'params' | 'model' | 'masks';
export interface TakenFile {
  /** Within the ZIP file, with `/`. */
  readonly path: string;
  readonly kind: TakenKind;
  readonly bytes: Uint8Array;
  /** What the graph is called by the method. */
  readonly name: string;
  readonly arm?: string;
  readonly seed?: number;
}
export interface TensorInfo {
  readonly dtype: DType;
  readonly shape: Shape;
}
/** A param's place in a flat vector. */
export interface PlaceInfo {
  readonly name: string;
  readonly shape: Shape;
  readonly offset: number;
  readonly size: number;
}
/** One training step as an ONNX graph: forward, backward and optimiser. */
export interface StepInfo {
  readonly file: string;
  readonly name: string;
  /** Carried from step to step: `NAME` in, `NAME.next` out. */
  readonly state: Readonly<Record<string, TensorInfo>>;
  /** Given at every step, never changed by one. */
  readonly constants: Readonly<Record<string, TensorInfo>>;
  /** Of a step alone: the batch, and scalars of the optimiser (`step.NAME`). */
  readonly feeds: Readonly<Record<string, TensorInfo>>;
  /** Scalars besides the state. */
  readonly outputs: readonly string[];
  /** Which of the outputs are losses. */
  readonly losses: readonly string[];
  /** What lies where in theta, in the frozen params and in the buffers. */
  readonly layout: { readonly theta: readonly PlaceInfo[]; readonly frozen: readonly PlaceInfo[]; readonly buffers: readonly PlaceInfo[] };
}
export interface TrainingInfo {
  readonly arm: string;
  readonly label: string;
  readonly seed: number;
  readonly step: string;
  readonly optimizer: string;
  /** Asked for, and taken so far. */
  readonly steps: number;
  readonly taken: number;
  /** State before the first step; what is not in the file is zero. */
  readonly initial: string;
  readonly frozen?: string;
  /** Everything that the first steps were fed with: each tensor with a leading axis of steps. */
  readonly batches: string;
  /** Outputs of those steps, as the run had them; fewer where it has not come as far. */
  readonly reported: Readonly<Record<string, readonly number[]>>;
  /** Absent where the params are not to be had. */
  readonly params?: string;
}
export interface ModelInfo {
  readonly file: string;
  readonly name: string;
  readonly arm?: string;
  readonly seed: number;
  readonly inputs: Readonly<Record<string, TensorInfo>>;
  readonly outputs: Readonly<Record<string, TensorInfo>>;
}
export interface TakeAwayInfo {
  readonly format: 'stipple-take-away';
  readonly version: 1;
  readonly steps: readonly StepInfo[];
  readonly trainings: readonly TrainingInfo[];
  readonly models: readonly ModelInfo[];
  readonly masks: readonly { readonly file: string; readonly arm?: string; readonly seed: number; readonly density: number }[];
  /** Trainings of the run that are not here: only the first and the last ones of an arm are kept. */
  readonly leftOut: number;
}
/** The worker's answer. */
export interface Taken {
  readonly files: readonly TakenFile[];
  readonly info: TakeAwayInfo;
}
