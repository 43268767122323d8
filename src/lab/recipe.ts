import type { Params } from '../base/tensor';
import type { OnnxModel } from '../engine/onnx/model';
import type { Program } from '../engine/program';
import type { Lab } from './lab';

/** How a checkpoint in `models/` is made: by this project's own engine, from a seed, by one command. */
export interface Recipe {
  /** `models/<id>.onnx` and its card, `models/<id>.json`. */
  readonly id: string;
  readonly title: string;
  readonly seed: number;
  /** What it was trained on and how, as plain data: goes into the card as it is. */
  readonly spec: Readonly<Record<string, string | number | boolean>>;
  readonly make: (lab: Lab) => Promise<Made & {
    /** Measured on held-out data, with the trivial baseline beside each. */
    readonly metrics: Readonly<Record<string, number>>;
  }>;
}
/** The forward function as a program whose constants are the params; or the ONNX file itself, where another exporter's ways are to be shown. */
export type Made = { readonly params: Params; readonly program: Program } | { readonly file: OnnxModel };
export const defineRecipe = (recipe: Recipe): Recipe => recipe;
