/**
 * What files hold once they are read: a small union of plain data that reports, splits, methods and the page all take. Whatever a reader
 * did beyond reading (mixing channels, cropping, choosing a label) stands in `notes`, a sentence each.
 */
import type { NpyArray } from './npy';

export interface NamedBytes {
  /** Of a file in a folder with its path, parts divided by `/`: 'cats/1.png'. */
  readonly name: string;
  readonly bytes: Uint8Array;
}
export const splitNames = ['train', 'validation', 'test'] as const;
export type SplitName = (typeof splitNames)[number];
/** Files that speak of no split are `train`. */
export interface Splits<T> {
  readonly train: T;
  readonly validation?: T;
  readonly test?: T;
}
interface About {
  /** The files' names, in short. */
  readonly from: string;
  /** All of them; absent in what was made otherwise than by a reader. */
  readonly files?: readonly string[];
  readonly notes: readonly string[];
}

/** Images of one size; one label each, or none. */
export interface ImageSplit {
  readonly count: number;
  /** [count, height, width, channels], row-major, interleaved, 0 to 255. */
  readonly pixels: Uint8Array;
  /** [count]: places in `classes`. */
  readonly labels?: Int32Array;
  /** Labels of another kind, by name: CIFAR-100's 20 superclasses are `coarse`. */
  readonly otherLabels?: Readonly<Record<string, { readonly labels: Int32Array; readonly classes: readonly string[] }>>;
  /** Each image's file, where it has its own. */
  readonly names?: readonly string[];
}
export interface LoadedImages extends About {
  readonly kind: 'images';
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  /** What the classes are called; absent where no image has a label. */
  readonly classes?: readonly string[];
  readonly splits: Splits<ImageSplit>;
}
/** NumPy arrays by name, as they were saved. */
export interface LoadedArrays extends About {
  readonly kind: 'arrays';
  readonly arrays: Readonly<Record<string, NpyArray>>;
}
/** Params by name, halves widened to float32. */
export interface LoadedTensors extends About {
  readonly kind: 'tensors';
  readonly tensors: Readonly<Record<string, NpyArray>>;
  readonly metadata: Readonly<Record<string, string>>;
}
export type Column =
  /** An empty field is NaN. */
  | { readonly name: string; readonly type: 'numbers'; readonly values: Float64Array }
  | { readonly name: string; readonly type: 'words'; readonly values: readonly string[] };
export interface TableSplit {
  readonly rows: number;
  /** Equally long; the same names and types in every split. */
  readonly columns: readonly Column[];
}
export interface LoadedTable extends About {
  readonly kind: 'table';
  /** The column to be predicted, by place; absent in a table of one column. */
  readonly label?: number;
  /** True where the label is a class: words, or whole numbers from 0 on. */
  readonly classes?: readonly string[];
  readonly splits: Splits<TableSplit>;
}
export interface LoadedText extends About {
  readonly kind: 'text';
  readonly splits: Splits<string>;
}
export interface Clip {
  readonly name: string;
  readonly sampleRateHz: number;
  /** Channels mixed to one. */
  readonly samples: Float32Array;
  /** Place in `classes`. */
  readonly label?: number;
}
export interface LoadedSound extends About {
  readonly kind: 'sound';
  readonly classes?: readonly string[];
  readonly splits: Splits<readonly Clip[]>;
}
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };
export type JsonRecord = Readonly<Record<string, Json>>;
export interface LoadedRecords extends About {
  readonly kind: 'records';
  readonly splits: Splits<readonly JsonRecord[]>;
}
export type Loaded = LoadedImages | LoadedArrays | LoadedTensors | LoadedTable | LoadedText | LoadedSound | LoadedRecords;

export interface ReadOptions {
  /** Column of a table that is the label; absent: chosen, and said in a note. */
  readonly label?: string;
  /** Images of unlike sizes are cropped to their centred square and resized to this many pixels a side; absent: chosen, and said. */
  readonly side?: number;
  /** Called off: `Stopped` is thrown before the next file of a set. */
  readonly signal?: AbortSignal;
}
export interface Reader {
  readonly id: ReaderId;
  readonly title: string;
  /** With their dots, lower case. */
  readonly extensions: readonly string[];
  /** One sentence for a user: which files, and what becomes of them. */
  readonly says: string;
  /** @param head the file's first bytes, unzipped if it is a gzip file (see `headOf`) */
  readonly recognises: (name: string, head: Uint8Array) => boolean;
  /** @throws InputError saying which file is wrong, how, and what to do */
  readonly read: (files: readonly NamedBytes[], options?: ReadOptions) => Promise<Loaded>;
}
export type ReaderId = 'idx' | 'cifar' | 'images' | 'numpy' | 'safetensors' | 'table' | 'records' | 'wav' | 'text';

export const listOf = (files: readonly { readonly name: string }[]): string =>
  files.length <= 4 ? files.map(({ name }) => name).join(', ') : `${files.slice(0, 3).map(({ name }) => name).join(', ')} and ${files.length - 3} more`;
/** The split that a file's name or folder speaks of. */
export function splitOf(name: string): SplitName | undefined {
  const found = /(?:^|[^a-z])(train|training|test|testing|t10k|val|valid|validation)(?![a-z])/i.exec(name)?.[1]?.toLowerCase();
  return found === undefined ? undefined : found.startsWith('val') ? 'validation' : found.startsWith('train') ? 'train' : 'test';
}
/**
 * Things with the splits that their names speak of, gathered; without any `train`, those of no split and then of the first split are `train`.
 * @param things at least one
 */
export function gather<T>(things: readonly { readonly name: string; readonly thing: T }[]): Splits<readonly T[]> {
  const of = (split: SplitName | undefined): T[] => things.filter(({ name }) => splitOf(name) === split).map(({ thing }) => thing);
  const [validation, test] = [of('validation'), of('test')];
  const train = [...of('train'), ...of(undefined)];
  if (train.length > 0) return { train, ...(validation.length > 0 && { validation }), ...(test.length > 0 && { test }) };
  return validation.length > 0 ? { train: validation, ...(test.length > 0 && { test }) } : { train: test };
}
export function mapSplits<T, U>(splits: Splits<T>, change: (value: T, split: SplitName) => U): Splits<U> {
  return {
    train: change(splits.train, 'train'),
    ...(splits.validation !== undefined && { validation: change(splits.validation, 'validation') }),
    ...(splits.test !== undefined && { test: change(splits.test, 'test') }),
  };
}
/** Those that are there, in order. */
export const entriesOf = <T>(splits: Splits<T>): readonly (readonly [SplitName, T])[] => splitNames.flatMap((name) => (splits[name] === undefined ? [] : [[name, splits[name]] as const]));
