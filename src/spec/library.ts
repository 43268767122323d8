/** What the page and the library's own worker say to each other: structured-clone data. That worker trains nothing, and a run never waits for it. */
import type { Problem } from '../base/errors';
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
}
export type Question = keyof Library;
export type LibraryRequest = { readonly [Q in Question]: { readonly id: number; readonly question: Q; readonly asks: Library[Q]['asks'] } }[Question];
export type LibraryReply = { readonly id: number; readonly answer: Library[Question]['answer'] } | { readonly id: number; readonly problem: Problem };
