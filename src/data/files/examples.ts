/** Whatever was read, as arrays of examples: x and y, by split. What has to be decided on the way is said in notes. */
import { InputError } from '../../base/errors';
import { sizeOf } from '../../base/tensor';
import { entriesOf, mapSplits, type Column, type ImageSplit, type Json, type JsonRecord, type Loaded, type LoadedImages, type LoadedRecords, type LoadedSound, type LoadedTable, type SplitName, type Splits } from './loaded';
import type { NpyArray } from './npy';
import { arrayOf } from './records';

export type ArraysByName = Readonly<Record<string, NpyArray>>;
export interface ExampleArrays {
  /** `x`, `y` and whatever else has one row for each example; of NumPy's and safetensors' files every array under its own name. */
  readonly splits: Splits<ArraysByName>;
  readonly classes?: readonly string[];
  readonly notes: readonly string[];
}
export interface ExampleOptions {
  /** Of each split at most this many examples, evenly spaced (a folder lies class by class); said where it cuts. */
  readonly most?: number;
  /** Images as [n, height, width, channels] instead of [n, channels, height, width]. */
  readonly channelsLast?: boolean;
}

/** @throws InputError for a text (which needs a vocabulary first) and for what does not make examples */
export function examplesOf(loaded: Loaded, { most = Infinity, channelsLast = false }: ExampleOptions = {}): ExampleArrays {
  switch (loaded.kind) {
    case 'images': return fromImages(loaded, most, channelsLast);
    case 'table': return fromTable(loaded, most);
    case 'records': return fromRecords(loaded, most);
    case 'sound': return fromSound(loaded, most);
    case 'arrays': return { ...fromArrays(loaded.arrays), notes: loaded.notes };
    case 'tensors': return { ...fromArrays(loaded.tensors), notes: loaded.notes };
    case 'text': throw new InputError(`${loaded.from} is a text, which is cut into tokens before it is examples. Choose a model of language, or bring a table, arrays or pictures.`);
  }
}
const cut = (split: SplitName, count: number, most: number, what: string): string[] => (count > most ? [`Of ${count} ${what} (${split}) ${most} are read, evenly spaced.`] : []);
/** Place of example i of n among `count`. */
const spaced = (i: number, n: number, count: number): number => (n === count ? i : Math.floor((i * count) / n));

function fromImages({ width, height, channels, classes, splits, notes }: LoadedImages, most: number, channelsLast: boolean): ExampleArrays {
  const size = width * height;
  const arrays = ({ count, pixels, labels }: ImageSplit): ArraysByName => {
    const n = Math.min(count, most);
    const x = new Float32Array(n * size * channels);
    for (let i = 0; i < n; i++) {
      const [from, to] = [spaced(i, n, count) * size * channels, i * size * channels];
      if (channelsLast || channels === 1) for (let k = 0; k < size * channels; k++) x[to + k] = pixels[from + k]! / 255;
      else for (let p = 0; p < size; p++) for (let c = 0; c < channels; c++) x[to + c * size + p] = pixels[from + p * channels + c]! / 255;
    }
    return { x: { dtype: 'float32', shape: channelsLast ? [n, height, width, channels] : [n, channels, height, width], data: x }, ...(labels && { y: { dtype: 'int32', shape: [n], data: Int32Array.from({ length: n }, (_, i) => labels[spaced(i, n, count)]!) } }) };
  };
  return { splits: mapSplits(splits, arrays), ...(classes && { classes }), notes: [...notes, ...entriesOf(splits).flatMap(([name, { count }]) => cut(name, count, most, 'images'))] };
}

const mostWords = 64;
/** A column of words becomes a column of 0 and 1 for each word. */
function fromTable({ from, label, classes, splits, notes }: LoadedTable, most: number): ExampleArrays {
  const all = entriesOf(splits).map(([, part]) => part);
  const said: string[] = [];
  const features = all[0]!.columns.flatMap((column, place): { readonly place: number; readonly word?: string }[] => {
    if (place === label) return [];
    if (column.type === 'numbers') return [{ place }];
    const words = [...new Set(all.flatMap((part) => part.columns[place]!.values as readonly string[]))].sort();
    if (words.length > mostWords) throw new InputError(`${from}: column "${column.name}" holds ${words.length} different words such as "${words[0]!.slice(0, 40)}"; up to ${mostWords} become columns of 0 and 1. Take that column out, or choose it as the label.`);
    said.push(`Column "${column.name}" became ${words.length} columns of 0 and 1, one for each word.`);
    return words.map((word) => ({ place, word }));
  });
  if (features.length === 0) throw new InputError(`${from}: expected at least one column besides the label, but there is none. Bring a table of two columns or more.`);
  const places = new Map(classes?.map((name, i) => [name, i]));
  const targets = (column: Column, n: number, rows: number): NpyArray =>
    classes ? { dtype: 'int32', shape: [n], data: Int32Array.from({ length: n }, (_, i) => places.get(String(column.values[spaced(i, n, rows)]))!) }
    : column.type === 'numbers' ? { dtype: 'float32', shape: [n], data: Float32Array.from({ length: n }, (_, i) => column.values[spaced(i, n, rows)] as number) }
    : refuseWords(column, from);
  return {
    splits: mapSplits(splits, ({ rows, columns }) => {
      const n = Math.min(rows, most);
      const x = new Float32Array(n * features.length);
      features.forEach(({ place, word }, f) => {
        const { values } = columns[place]!;
        for (let i = 0; i < n; i++) x[i * features.length + f] = word === undefined ? (values[spaced(i, n, rows)] as number) : Number(values[spaced(i, n, rows)] === word); // without a word it is a column of numbers
      });
      return { x: { dtype: 'float32', shape: [n, features.length], data: x }, ...(label !== undefined && { y: targets(columns[label]!, n, rows) }) };
    }),
    ...(classes && all.some(({ columns }) => label !== undefined && columns[label]!.type === 'words') && { classes }),
    notes: [...notes, ...said, ...entriesOf(splits).flatMap(([name, { rows }]) => cut(name, rows, most, 'rows'))],
  };
}
function refuseWords({ name, values }: Column, from: string): never {
  throw new InputError(`${from}: the label, column "${name}", holds ${new Set(values as readonly string[]).size} different words; at most 1000 classes are read. Choose another column as the label.`);
}

const xNames = ['x', 'input', 'inputs', 'features', 'image'] as const;
const yNames = ['y', 'label', 'labels', 'class', 'target'] as const;
export const textNames = ['text', 'sentence', 'content', 'prompt', 'x'] as const;
const fieldOf = (record: JsonRecord, names: readonly string[]): Json | undefined => record[names.find((name) => Object.hasOwn(record, name)) ?? ''];

/** Texts and labels of records that hold a text each; undefined where one holds none. */
export function textsOf({ splits }: LoadedRecords): Splits<readonly string[]> | undefined {
  const all = mapSplits(splits, (records) => records.map((record) => fieldOf(record, textNames)));
  return entriesOf(all).every(([, texts]) => texts.every((text) => typeof text === 'string')) ? (all as Splits<readonly string[]>) : undefined; // each was looked at
}
/** Targets of records: words or booleans are classes, whole numbers from 0 on too, others numbers. Undefined where none has one. */
export function recordTargets({ from, splits }: LoadedRecords): { readonly splits: Splits<NpyArray>; readonly classes?: readonly string[] } | undefined {
  const given = mapSplits(splits, (records) => records.map((record) => fieldOf(record, yNames)));
  const all = entriesOf(given).flatMap(([, values]) => values);
  if (all.every((value) => value === undefined)) return undefined;
  const odd = all.findIndex((value) => value === undefined || value === null);
  if (odd >= 0) throw new InputError(`${from}: record ${odd + 1} has no label (${yNames.join(', ')}), and others have one. Add it, or leave that record out.`);
  if (all.every((value) => typeof value === 'string' || typeof value === 'boolean')) {
    const classes = [...new Set(all.map(String))].sort();
    if (classes.length > 1000) throw new InputError(`${from} holds ${classes.length} different labels; at most 1000 classes are read.`);
    const places = new Map(classes.map((name, i) => [name, i]));
    return { classes, splits: mapSplits(given, (values) => ({ dtype: 'int32', shape: [values.length], data: Int32Array.from(values, (value) => places.get(String(value))!) })) };
  }
  const whole = all.every((value) => typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 1000);
  return { splits: mapSplits(given, (values) => (whole ? { dtype: 'int32', shape: [values.length], data: Int32Array.from(values as number[]) } : stacked(values, `${from}: y`))) };
}
/** Equal arrays, one below the other. @throws InputError naming the first that is unlike */
function stacked(values: readonly (Json | undefined)[], who: string): NpyArray {
  const parts = values.map(arrayOf);
  const first = parts[0];
  const odd = parts.findIndex((part) => !part || part.shape.join() !== first?.shape.join());
  if (!first || odd >= 0) throw new InputError(`${who} should be numbers of one shape in every record, but record ${Math.max(1, odd + 1)} holds ${odd > 0 && parts[odd] ? `[${parts[odd].shape.join(', ')}] where the first holds [${first?.shape.join(', ')}]` : (JSON.stringify(values[Math.max(0, odd)])?.slice(0, 60) ?? 'none')}. Make them alike.`);
  const numbers = parts.flatMap((part) => part!.numbers);
  const whole = numbers.every((v) => Number.isInteger(v) && Math.abs(v) < 2 ** 31);
  const shape = [parts.length, ...first.shape];
  return whole ? { dtype: 'int32', shape, data: Int32Array.from(numbers) } : { dtype: 'float32', shape, data: Float32Array.from(numbers) };
}
function fromRecords(loaded: LoadedRecords, most: number): ExampleArrays {
  const { from, splits, notes } = loaded;
  const taken: LoadedRecords = { ...loaded, splits: mapSplits(splits, (records) => evenly(records, most)) };
  const targets = recordTargets(taken);
  const name = xNames.find((known) => splits.train.some((record) => Object.hasOwn(record, known)));
  if (name === undefined) throw new InputError(`${from}: expected records such as {"x": [1, 2], "y": 0}, but the first holds ${Object.keys(splits.train[0] ?? {}).slice(0, 8).map((key) => `"${key.slice(0, 40)}"`).join(', ') || 'nothing'}. Name the numbers "x".`);
  return {
    splits: mapSplits(taken.splits, (records, split) => ({ x: stacked(records.map((record) => record[name]), `${from}: ${name}`), ...(targets && { y: targets.splits[split]! }) })),
    ...(targets?.classes && { classes: targets.classes }),
    notes: [...notes, ...entriesOf(splits).flatMap(([split, records]) => cut(split, records.length, most, 'records'))],
  };
}

function evenly<T>(all: readonly T[], most: number): readonly T[] {
  return all.length <= most ? all : Array.from({ length: most }, (_, i) => all[spaced(i, most, all.length)]!);
}
/** Clips of unlike lengths are cut to the shortest. */
function fromSound({ from, splits, classes, notes }: LoadedSound, most: number): ExampleArrays {
  const clips = entriesOf(splits).flatMap(([, some]) => some);
  const lengths = clips.map(({ samples }) => samples.length);
  const length = lengths.reduce((a, b) => Math.min(a, b), Infinity);
  if (new Set(clips.map(({ sampleRateHz }) => sampleRateHz)).size > 1) throw new InputError(`${from} holds sounds of different sample rates. Convert them to one rate.`);
  return {
    splits: mapSplits(splits, (some) => {
      const taken = evenly(some, most);
      const x = new Float32Array(taken.length * length);
      taken.forEach(({ samples }, i) => x.set(samples.subarray(0, length), i * length));
      return { x: { dtype: 'float32', shape: [taken.length, length], data: x }, ...(classes && { y: { dtype: 'int32', shape: [taken.length], data: Int32Array.from(taken, ({ label }) => label!) } }) };
    }),
    ...(classes && { classes }),
    notes: [...notes, ...(lengths.some((n) => n !== length) ? [`The sounds are cut to ${length} samples, the length of the shortest.`] : []), ...entriesOf(splits).flatMap(([name, some]) => cut(name, some.length, most, 'sounds'))],
  };
}

const bareName = /^(.+?)_?(?:train|training)$|^(?:train|training)_?(.+)$/i;
const testName = /^(.+?)_?(test|val|valid|validation)$|^(test|val|valid|validation)_?(.+)$/i;
/** 'x_train' is x of train; 'test_images' is images of test; 'x' is x of train. */
function roleOf(name: string): { readonly split: SplitName; readonly bare: string } {
  const [, head, suffix, prefix, tail] = testName.exec(name) ?? [];
  const word = suffix ?? prefix;
  if (word !== undefined) return { split: /^test/i.test(word) ? 'test' : 'validation', bare: (head ?? tail)!.replace(/_$/, '') };
  const [, before, after] = bareName.exec(name) ?? [];
  return { split: 'train', bare: (before ?? after ?? name).replace(/_$/, '') };
}
/** Arrays by split, their names without the split's; a name that would then stand twice is left as it is. */
function fromArrays(arrays: ArraysByName): Pick<ExampleArrays, 'splits'> {
  const hasSplits = Object.keys(arrays).some((name) => roleOf(name).split !== 'train') && Object.keys(arrays).some((name) => roleOf(name).split === 'train');
  if (!hasSplits) {
    const named = Object.entries(arrays).map(([name, array]) => [Object.hasOwn(arrays, roleOf(name).bare) ? name : roleOf(name).bare, array] as const);
    return { splits: { train: Object.fromEntries(new Set(named.map(([name]) => name)).size === named.length && Object.keys(arrays).every((name) => roleOf(name).split === 'train') ? named : Object.entries(arrays)) } };
  }
  const of = (split: SplitName): ArraysByName | undefined => {
    const own = Object.entries(arrays).filter(([name]) => roleOf(name).split === split);
    return own.length === 0 ? undefined : Object.fromEntries(own.map(([name, array]) => [split === 'train' && Object.hasOwn(arrays, roleOf(name).bare) ? name : roleOf(name).bare, array]));
  };
  const [validation, test] = [of('validation'), of('test')];
  return { splits: { train: of('train')!, ...(validation && { validation }), ...(test && { test }) } };
}
/** x (the array of that name, else the first with an axis of examples) and y of each split; undefined where there is no x. */
export function namedParts(arrays: ArraysByName): Splits<{ readonly x: NpyArray; readonly y?: NpyArray }> | undefined {
  const { splits } = fromArrays(arrays);
  const x = ['x', 'X', 'images', 'data', 'inputs'].find((name) => Object.hasOwn(splits.train, name));
  const y = ['y', 'Y', 'labels', 'targets'].find((name) => Object.hasOwn(splits.train, name));
  if (x === undefined || splits.train[x]!.shape.length < 1 || sizeOf(splits.train[x]!.shape) === 0) return undefined;
  const shape = splits.train[x]!.shape.slice(1).join();
  const part = (some: ArraysByName | undefined): { x: NpyArray; y?: NpyArray } | undefined => {
    const own = some && Object.hasOwn(some, x) ? some[x]! : undefined;
    return own && own.shape.slice(1).join() === shape && own.shape[0]! > 0 ? { x: own, ...(y !== undefined && Object.hasOwn(some!, y) && { y: some![y]! }) } : undefined;
  };
  const [train, validation, test] = [part(splits.train)!, part(splits.validation), part(splits.test)];
  return { train, ...(validation && { validation }), ...(test && { test }) };
}
