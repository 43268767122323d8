import type { Params } from '../base/tensor';
import type { OnnxModel } from '../engine/onnx/model';
import type { Program } from '../engine/program';
import type { Preview } from '../spec/dataset';
import type { Measure } from '../spec/model-card';
import type { Lab } from './lab';
import type { Scorer } from './scorer';

export type { Measure } from '../spec/model-card';

/** How a checkpoint in `models/` is made: by this project's own engine, from a seed, by one command; and how good it is. */
export interface Recipe {
  /** `models/<id>.onnx` and its card, `models/<id>.json`. */
  readonly id: string;
  readonly title: string;
  /** Which model of `nn`, for readers: 'cnn', 'vit', 'lm'. */
  readonly base: string;
  /** What it learned, and what it is there for: two or three sentences. */
  readonly says: string;
  readonly seed: number;
  /** What it was trained on and how, as plain data: goes into the card as it is. */
  readonly spec: Readonly<Record<string, string | number | boolean>>;
  readonly make: (lab: Lab) => Promise<Made>;
  /** On held-out data, from the params alone (as they stand in the file): run when it is made, and again by a test. */
  readonly measure: (lab: Lab, params: Params) => Promise<readonly Measure[]>;
  /** What measures other params of this architecture on held-out data: for merges of checkpoints. */
  readonly scorer?: (lab: Lab) => Promise<Scorer>;
  /** What it does, in pictures, on held-out data: a second or two of work. */
  readonly show?: (lab: Lab, params: Params) => Promise<readonly Preview[]>;
}
/** The forward function as a program whose constants are the params; or the ONNX file itself, where another exporter's ways are to be shown. */
export type Made = { readonly params: Params; readonly program: Program } | { readonly file: OnnxModel };
export const defineRecipe = (recipe: Recipe): Recipe => recipe;
