import type { Params } from '../base/tensor';
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
  readonly make: (lab: Lab) => Promise<{
    readonly params: Params;
    /** The forward function as a program whose constants are the params: the ONNX file's graph. */
    readonly program: Program;
    /** Measured on held-out data, with the trivial baseline beside each. */
    readonly metrics: Readonly<Record<string, number>>;
  }>;
}
export const defineRecipe = (recipe: Recipe): Recipe => recipe;
