import type { Params } from '../base/tensor';
import type { OnnxModel } from '../engine/onnx/model';
import type { Program } from '../engine/program';
import type { Lab } from './lab';

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
}
/** A figure that says how good a checkpoint is, and what would be had for nothing. */
export interface Measure {
  /** 'held-out accuracy'. */
  readonly name: string;
  readonly value: number;
  readonly better: 'higher' | 'lower';
  /** 'chance', 'always the commonest answer', 'copying the input'. */
  readonly baseline: { readonly name: string; readonly value: number };
}
/** The forward function as a program whose constants are the params; or the ONNX file itself, where another exporter's ways are to be shown. */
export type Made = { readonly params: Params; readonly program: Program } | { readonly file: OnnxModel };
export const defineRecipe = (recipe: Recipe): Recipe => recipe;

/** `models/<id>.json`. */
export interface ModelCard {
  readonly id: string;
  readonly title: string;
  readonly base: string;
  readonly says: string;
  readonly seed: number;
  readonly spec: Recipe['spec'];
  readonly measures: readonly Measure[];
  /** Trained numbers. */
  readonly params: number;
  readonly sizeBytes: number;
  readonly sha256: string;
  /** How long making it took, on two cores, one of them used. */
  readonly seconds: number;
  readonly licence: string;
  readonly command: string;
}
