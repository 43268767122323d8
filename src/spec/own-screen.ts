/** What the screen of an own model shows besides pictures: plain data, made by the worker, drawn by the page. */
import type { MemoryEstimate, ModelDescription, Task, TensorDescription } from './own-model';
import type { Images } from './picture';

/** One array of the data, as far as a person wants to see it. */
export interface ArrayDescription {
  /** 'x' or 'y'. */
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly least: number;
  readonly greatest: number;
  readonly mean: number;
}
export interface DataView {
  /** File names, or what the project's own data are called. */
  readonly from: string;
  /** True where they are the project's own. */
  readonly shipped: boolean;
  readonly arrays: readonly ArrayDescription[];
  /** How many examples train, validate. */
  readonly split: { readonly train: number; readonly validation: number };
  /** Examples of each class, most frequent first; absent where y are no classes. */
  readonly classes?: readonly { readonly label: string; readonly count: number }[];
  /** A few examples, where they look like images. */
  readonly samples?: Images;
  /** A few examples as text, where they are no images. */
  readonly excerpts?: readonly string[];
  readonly notes: readonly string[];
}
export interface OwnModelDetails {
  /** Name of the model's file, or what the project's own model is called. */
  readonly from: string;
  /** True where it is the one that ships with the project. */
  readonly shipped: boolean;
  readonly sizeBytes: number;
  readonly model: ModelDescription;
  readonly notes: readonly string[];
  readonly data?: DataView;
  readonly task: Task;
  /** What of model, choice and data does not fit together: a sentence each, with what to do. Empty: it may run. */
  readonly problems: readonly string[];
  /** For each provider, before anything is allocated. */
  readonly memory: readonly (MemoryEstimate & { readonly limit: number; readonly fits: boolean })[];
  /** What to do about memory, where it is tight. */
  readonly hint?: string;
}

/** The tensors that the last operator with trainable ones reads: what "the last layer" means everywhere. */
export function lastLayer({ layers, tensors }: Pick<ModelDescription, 'layers' | 'tensors'>): readonly string[] {
  const open = new Set(tensors.filter((t) => !isFixed(t)).map((t) => t.name));
  const last = layers.findLast((layer) => layer.reads.some((name) => open.has(name)));
  return last?.reads.filter((name) => open.has(name)) ?? [];
}
/** A tensor that a choice leaves alone: no gradient reaches it, or it is a statistic or a constant. */
export const isFixed = ({ blocked, role }: TensorDescription): boolean => blocked !== undefined || role === 'statistic' || role === 'constant';
