/** A checkpoint: named float32 tensors, and where they come from. What crosses between page and workers is its head; the tensors stay in storage until somebody needs them. */

/** What measures a model: the held-out data of an experiment at one seed, or of the recipe of a shipped checkpoint. */
export type MeasuredBy =
  | { readonly by: 'run'; /** The experiment, as its link: it passes the link's door whenever it is read. */ readonly link: string; readonly seed: number; readonly arm: string }
  | { readonly by: 'recipe'; readonly model: string };
export type CheckpointSource =
  /** What a run marked under `arm` at the end of a seed's trial. */
  | { readonly from: 'run'; readonly link: string; /** The method's title. */ readonly title: string; readonly arm: string; readonly seed: number }
  | { readonly from: 'file'; readonly file: string; readonly form: CheckpointForm }
  /** A checkpoint that ships with the project. */
  | { readonly from: 'shipped'; readonly model: string }
  /** Made of others. `how` says it in words; `of`: their names. */
  | { readonly from: 'merge'; readonly how: string; readonly of: readonly string[]; readonly measuredBy?: MeasuredBy };
export type CheckpointForm = 'safetensors' | 'onnx' | 'npz';

export interface TensorHead {
  readonly name: string;
  readonly shape: readonly number[];
}
/** All of a checkpoint but its numbers. */
export interface Checkpoint {
  readonly id: string;
  readonly name: string;
  readonly source: CheckpointSource;
  /** In their order; all float32. */
  readonly tensors: readonly TensorHead[];
  /** How many numbers they hold together. */
  readonly numbers: number;
  /** As they lie in storage, the ONNX file included where one is kept. */
  readonly sizeBytes: number;
  /** 16 hex digits over names, shapes and bits: equal for equal models, wherever they come from. */
  readonly fingerprint: string;
  /** Whether the ONNX file that the tensors came from is kept beside them, to put other numbers into. */
  readonly inOnnx: boolean;
  readonly keptAtMs: number;
}
/** A model that a finished run still has in memory. */
export interface ModelHead {
  /** The name it was marked under: mostly an arm. */
  readonly arm: string;
  readonly seed: number;
  readonly sizeBytes: number;
}
/** Bounds at every door. */
export const checkpointLimits = { count: 100, tensors: 20_000, nameLength: 400, rank: 16, oneBytes: 256 * 2 ** 20, allBytes: 2 * 2 ** 30, longestName: 120 } as const;

/** What can measure it, if anything can. */
export function measuredBy({ source }: Pick<Checkpoint, 'source'>): MeasuredBy | undefined {
  if (source.from === 'run') return { by: 'run', link: source.link, seed: source.seed, arm: source.arm };
  if (source.from === 'shipped') return { by: 'recipe', model: source.model };
  return source.from === 'merge' ? source.measuredBy : undefined;
}
