/** What the page and the library's own worker say to each other: structured-clone data. That worker trains nothing, and a run never waits for it. */
import type { Problem } from '../base/errors';
import type { Checkpoint, MeasuredBy } from './checkpoint';
import type { Cooked, Cooking, CookPart, KitchenOpened, PlaneDrawn, Scores, SegmentPoint } from './kitchen';
import type { ModelDiff, ModelRef, Overlap, OverlapAsks, TensorDetail } from './diff';
import type { Dataset, Preview } from './dataset';
import type { FileBytes } from './messages';
import type { KnobValues } from './knobs';
import type { ModelCard } from './model-card';

/** A generator as plain data. */
export type SetCard = Pick<Dataset, 'id' | 'title' | 'family' | 'says' | 'knobs'>;
/** A kind of file that can be read. */
export interface ReaderCard {
  readonly id: string;
  readonly title: string;
  readonly extensions: readonly string[];
  readonly says: string;
}
/** What the library holds. */
export interface Catalogue {
  readonly sets: readonly SetCard[];
  readonly models: readonly ModelCard[];
  readonly readers: readonly ReaderCard[];
}
/** A named part of an example: 'image' 'float32 [1, 28, 28]'. */
export interface FieldText {
  readonly name: string;
  readonly is: string;
}
export interface SetShown {
  readonly fields: readonly FieldText[];
  readonly previews: readonly Preview[];
}
/** A stored tensor, and the spread of its numbers. */
export interface TensorText {
  readonly name: string;
  readonly shape: readonly number[];
  readonly mean: number;
  readonly std: number;
}
export interface ModelShown {
  readonly tensors: readonly TensorText[];
  readonly previews: readonly Preview[];
}
/** One set that dropped files make, and what it is like. */
export interface FilesShown {
  /** The files' names, in short. */
  readonly from: string;
  /** All of them. */
  readonly files: readonly string[];
  readonly kind: 'images' | 'arrays' | 'tensors' | 'table' | 'text' | 'sound' | 'records';
  readonly previews: readonly Preview[];
  /** What to think of before training on it. */
  readonly warnings: readonly string[];
  /** What the reader did. */
  readonly notes: readonly string[];
}
/** A request by name, and what comes back. */
export interface Library {
  readonly catalogue: { readonly asks: Readonly<Record<never, never>>; readonly answer: Catalogue };
  readonly set: { readonly asks: { readonly set: string; readonly seed: number; readonly knobs: KnobValues }; readonly answer: SetShown };
  readonly files: { readonly asks: { readonly files: readonly FileBytes[] }; readonly answer: { readonly sets: readonly FilesShown[]; readonly problems: readonly string[] } };
  readonly save: { readonly asks: { readonly set: string; readonly seed: number; readonly knobs: KnobValues; readonly split: string; readonly count: number; readonly form: 'npz' | 'jsonl' }; readonly answer: { readonly file: FileBytes; readonly notes: readonly string[] } };
  readonly model: { readonly asks: { readonly model: string }; readonly answer: ModelShown };
  /** Reads a file with the weights of a model and keeps it as a checkpoint. */
  readonly keepFile: { readonly asks: { readonly file: FileBytes }; readonly answer: { readonly checkpoint: Checkpoint; readonly notes: readonly string[] } };
  /** Keeps a checkpoint that ships with the project beside the user's own. */
  readonly keepShipped: { readonly asks: { readonly model: string }; readonly answer: { readonly checkpoint: Checkpoint } };
  /** Opens checkpoints to be merged, and what measures them; the scores of each come as they are known. `files`: those that the experiment of `measuredBy` reads. */
  readonly kitchen: { readonly asks: KitchenAsks & { readonly files: readonly FileBytes[] }; readonly answer: KitchenOpened; readonly part: { readonly at: number; readonly scores: Scores } };
  readonly cook: { readonly asks: KitchenAsks & { readonly cooking: Cooking }; readonly answer: Cooked; readonly part: CookPart };
  /** Keeps a merge as a checkpoint; it is made again where it is not in memory any more. */
  readonly keepSoup: { readonly asks: KitchenAsks & { readonly cooking: Cooking; readonly name: string; readonly how: string }; readonly answer: { readonly checkpoint: Checkpoint } };
  /** Loss along the line through two of them, from left to right. */
  readonly segment: { readonly asks: KitchenAsks & { readonly ends: readonly [string, string] }; readonly answer: { readonly points: readonly SegmentPoint[] }; readonly part: SegmentPoint };
  /** Loss over the plane through three of them. `share` of the points that are done. */
  readonly plane: { readonly asks: KitchenAsks & { readonly corners: readonly [string, string, string]; readonly size: number; /** Merges that are shown, too, where they are still in memory. */ readonly soups: readonly { readonly label: string; readonly cooking: Cooking }[] }; readonly answer: PlaneDrawn; readonly part: { readonly share: number } };
  /** A checkpoint as a file: its tensors alone, or the ONNX file that they came from with them in it. */
  readonly checkpointFile: { readonly asks: { readonly id: string; readonly form: 'safetensors' | 'onnx' }; readonly answer: { readonly file: FileBytes } };
  /** Two models side by side, tensor by tensor. */
  readonly diff: { readonly asks: { readonly a: ModelRef; readonly b: ModelRef }; readonly answer: ModelDiff };
  /** One tensor of both, closely. */
  readonly diffTensor: { readonly asks: { readonly a: ModelRef; readonly b: ModelRef; readonly tensor: string }; readonly answer: TensorDetail };
  readonly overlap: { readonly asks: OverlapAsks; readonly answer: Overlap };
}
/** Which checkpoints, by id and in order, and what measures them. */
export interface KitchenAsks {
  readonly ids: readonly string[];
  readonly measuredBy?: MeasuredBy;
}
export type Question = keyof Library;
/** What comes of a question before its answer. */
export type PartOf<Q extends Question> = Library[Q] extends { readonly part: infer P } ? P : never;
export type LibraryRequest = { readonly [Q in Question]: { readonly id: number; readonly question: Q; readonly asks: Library[Q]['asks'] } }[Question];
/** Calls off the question that is being answered. */
export interface LibraryStop {
  readonly stop: number;
}
export type LibraryReply = { readonly id: number; readonly part: PartOf<Question> } | { readonly id: number; readonly answer: Library[Question]['answer'] } | { readonly id: number; readonly problem: Problem };
