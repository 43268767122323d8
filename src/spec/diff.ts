/** Two models side by side, as plain data. a is the one from which, b the one to which; every change is b - a. */
import type { TensorHead } from './checkpoint';
import type { HeatMap, Histogram } from './picture';

/** Where a model comes from: kept in this browser, or shipped with the page. */
export type ModelRef = { readonly from: 'kept'; readonly id: string } | { readonly from: 'shipped'; readonly id: string };

/** How two equally shaped tensors, or all of two models, differ. Entries that are not finite on either side are left out of all but the counts of bits. */
export interface Figures {
  readonly numbers: number;
  /** The same bits throughout. */
  readonly identical: boolean;
  /** Entries that differ in any bit. */
  readonly changed: number;
  /** |b - a| / |a| by the L2 norm; infinite where a is zero and b is not. */
  readonly relativeL2: number;
  readonly maxChange: number;
  /** Of a and b as vectors; not a number where either is zero. */
  readonly cosine: number;
  /** Shares of exact zeros. */
  readonly sparsity: readonly [a: number, b: number];
  /** Entries whose sign has turned: below 0 on one side, above on the other. */
  readonly signFlips: number;
  readonly notFinite: number;
}
export interface TensorDiff extends TensorHead, Figures {}
export interface ModelDiff {
  /** Of the same name and shape in both, in a's order. */
  readonly matched: readonly TensorDiff[];
  readonly onlyA: readonly TensorHead[];
  readonly onlyB: readonly TensorHead[];
  /** Of the same name and another shape. */
  readonly reshaped: readonly { readonly name: string; readonly a: readonly number[]; readonly b: readonly number[] }[];
  /** Over all that match. */
  readonly total: Figures;
  /** Where both came from an ONNX file. */
  readonly graph?: GraphDiff;
}

/** Singular values, descending; ranks of nothing are 0. */
export interface Spectrum {
  readonly values: Float64Array;
  /** |M|_F^2 / sigma_1^2 (Rudelson and Vershynin 2007). */
  readonly stableRank: number;
  /** exp of the entropy of sigma / sum(sigma) (Roy and Vetterli 2007). */
  readonly effectiveRank: number;
}
export interface TensorDetail {
  /** The view as a matrix: the first axis by all others; a vector is one row. */
  readonly view: readonly [rows: number, columns: number];
  /** Entries of a block of the view in one cell of the map: that cell shows the change of the block that is largest in size, with its sign. */
  readonly block: readonly [rows: number, columns: number];
  readonly heat: HeatMap;
  /** Over the same bins. */
  readonly values: { readonly edges: Float32Array; readonly a: Float32Array; readonly b: Float32Array };
  /** Of the entries that have changed; absent where none has. */
  readonly changes?: Histogram;
  /** Absent for what is no matrix, holds numbers that are not finite, or is too large. */
  readonly spectra?: { readonly a: Spectrum; readonly b: Spectrum; readonly change: Spectrum };
  readonly noSpectra?: 'vector' | 'large' | 'not finite';
}

export interface NodeText {
  readonly name: string;
  readonly op: string;
  /** What it makes. */
  readonly outputs: readonly string[];
}
export interface GraphDiff {
  readonly nodes: readonly [a: number, b: number];
  readonly added: readonly NodeText[];
  readonly removed: readonly NodeText[];
  /** `what` names an attribute, an input or the operator. */
  readonly changed: readonly (NodeText & { readonly changes: readonly { readonly what: string; readonly a: string; readonly b: string }[] })[];
  /** What differs in the models' own facts: opset, inputs, outputs. */
  readonly facts: readonly { readonly what: string; readonly a: string; readonly b: string }[];
  /** More differ than are listed. */
  readonly cut: boolean;
}

export interface MaskRule {
  /** Entries that are not zero, or those of largest size. */
  readonly keep: 'nonzero' | 'top';
  /** Share that is kept, in (0, 1], for 'top'. */
  readonly share: number;
  /** The share of each tensor, or of all together. */
  readonly of: 'tensor' | 'model';
}
export interface OverlapAsks {
  /** At least two. */
  readonly models: readonly ModelRef[];
  readonly rule: MaskRule;
  /** Masks of the changes from it, in place of the values themselves. */
  readonly base?: ModelRef;
}
export interface Overlap {
  /** Those that all have in the same shape, with two axes or more. */
  readonly tensors: readonly TensorHead[];
  readonly numbers: number;
  /** Share that each model's mask keeps. */
  readonly density: readonly number[];
  readonly pairs: readonly OverlapPair[];
}
/** Intersection over union, and what random masks with as many entries in every tensor would give; not a number where both masks are empty. */
export interface OverlapPair {
  /** Places in the list of models. */
  readonly a: number;
  readonly b: number;
  readonly iou: number;
  readonly chance: number;
  /** For each tensor. */
  readonly ious: Float64Array;
  readonly chances: Float64Array;
}
export const diffLimits = {
  /** rows * columns * min(rows, columns) of a matrix whose singular values are computed: about a second each. */
  spectrumWork: 2 ** 28,
  heat: [96, 160],
  bins: 64,
  overlapModels: 8,
  /** Nodes listed of each kind. */
  nodes: 500,
  /** Pairs of nodes that are compared to align those without a name in common. */
  alignment: 4_000_000,
} as const;

/** 'shipped:cnn', for links and selects. */
export const refText = ({ from, id }: ModelRef): string => `${from}:${id}`;
export function readRef(text: unknown): ModelRef | undefined {
  const [, from, id] = /^(kept|shipped):([\w-]{1,80})$/.exec(String(text ?? '')) ?? [];
  return from === undefined ? undefined : { from: from as ModelRef['from'], id: id! }; // by the pattern
}
