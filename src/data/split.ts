/**
 * Examples divided into train, validation and test: by a seed, class by class, and so that no content stands on two sides. Splits that came
 * with the files stay as they are; what of train stands in them, too, is left out of train.
 */
import { InputError } from '../base/errors';
import { Random } from '../base/random';
import { contentOf, type Keyed, type Place } from './content';
import { mapSplits, splitNames, type Clip, type Column, type ImageSplit, type JsonRecord, type Loaded, type SplitName, type Splits, type TableSplit } from './files/loaded';

export interface Shares {
  readonly seed: number;
  /** Of the examples that came as train; not used where that split came with the files. Each in [0, 1), together below 1. */
  readonly validation: number;
  readonly test: number;
}
export interface Division {
  /** In the order in which they came; each example stands in one of these or in `leftOut`. */
  readonly splits: Splits<readonly Place[]>;
  /** Of train what stands in validation or test too, of validation what stands in test. */
  readonly leftOut: readonly Place[];
  readonly notes: readonly string[];
}

/** @throws InputError for shares that are none, or that leave nothing to train on */
export function divide(content: Splits<Keyed>, { seed, validation, test }: Shares): Division {
  if (![validation, test].every((share) => share >= 0 && share < 1) || validation + test >= 1) throw new InputError(`Shares from 0 to 1 that leave something for train were expected, but validation ${validation} and test ${test} came. Make them smaller.`);
  const given = (split: SplitName): Place[] => Array.from({ length: content[split]?.keys.length ?? 0 }, (_, index) => ({ split, index }));
  const keyOf = ({ split, index }: Place): string => content[split]!.keys[index]!; // a place is of a split that is there
  const inTest = new Set(content.test?.keys);
  const keptApart = given('validation').filter((place) => !inTest.has(keyOf(place)));
  const held = new Set([...inTest, ...(content.validation?.keys ?? [])]);
  const own = given('train').filter((place) => !held.has(keyOf(place)));
  const leftOut = [...given('train').filter((place) => held.has(keyOf(place))), ...given('validation').filter((place) => inTest.has(keyOf(place)))];
  const drawn = draw(own, content.train, Random.seed(seed).fork('split'), { validation: content.validation ? 0 : validation, test: content.test ? 0 : test });
  const splits = { train: drawn.train, validation: content.validation ? keptApart : drawn.validation, test: content.test ? given('test') : drawn.test };
  if (splits.train.length === 0) throw new InputError(`Nothing is left to train on: ${leftOut.length} examples stand in the other splits, too. Bring more examples, or other test files.`);
  const notes: string[] = [];
  const [fromTrain, fromValidation] = [leftOut.filter(({ split }) => split === 'train').length, leftOut.filter(({ split }) => split === 'validation').length];
  if (fromTrain > 0) notes.push(`${fromTrain} ${fromTrain === 1 ? 'example of train stands' : 'examples of train stand'} in ${content.test ? (content.validation ? 'validation or test' : 'test') : 'validation'}, too, and ${fromTrain === 1 ? 'was' : 'were'} left out of train.`);
  if (fromValidation > 0) notes.push(`${fromValidation} ${fromValidation === 1 ? 'example of validation stands in test, too, and was' : 'examples of validation stand in test, too, and were'} left out of validation.`);
  if (drawn.together > 0) notes.push(`${drawn.together} examples that are there several times were kept on one side.`);
  return { splits: { train: splits.train, ...(splits.validation.length > 0 && { validation: splits.validation }), ...(splits.test.length > 0 && { test: splits.test }) }, leftOut, notes };
}
/** Whole groups of one content, in a random order within each class, to test while it has room, then to validation, the rest to train. */
function draw(places: readonly Place[], { keys, labels }: Keyed, rng: Random, shares: { validation: number; test: number }): { train: Place[]; validation: Place[]; test: Place[]; together: number } {
  const groups = new Map<string, Place[]>();
  for (const place of places) {
    const group = groups.get(keys[place.index]!);
    if (group) group.push(place);
    else groups.set(keys[place.index]!, [place]);
  }
  const classes = new Map<number, Place[][]>();
  for (const group of groups.values()) {
    const label = labels?.[group[0]!.index] ?? 0;
    const known = classes.get(label);
    if (known) known.push(group);
    else classes.set(label, [group]);
  }
  const out = { train: [] as Place[], validation: [] as Place[], test: [] as Place[] };
  for (const [label, own] of classes) {
    const count = own.reduce((n, group) => n + group.length, 0);
    const room = { test: Math.round(shares.test * count), validation: Math.round(shares.validation * count) };
    for (const at of rng.fork('class', label).permutation(own.length)) {
      const group = own[at]!;
      const side = room.test >= group.length ? 'test' : room.validation >= group.length ? 'validation' : 'train';
      if (side !== 'train') room[side] -= group.length;
      out[side].push(...group);
    }
  }
  const inOrder = (some: Place[]): Place[] => some.sort((a, b) => a.index - b.index);
  return { train: inOrder(out.train), validation: inOrder(out.validation), test: inOrder(out.test), together: [...groups.values()].reduce((n, group) => n + (group.length > 1 ? group.length : 0), 0) };
}

/** What was read, divided. Texts are cut at the end of a line: train first, then validation, then test. @throws InputError as `divide`, and for arrays without an x */
export function divided<L extends Loaded>(loaded: L, shares: Shares): L;
export function divided(loaded: Loaded, shares: Shares): Loaded {
  if (loaded.kind === 'text') return { ...loaded, splits: cutText(loaded.splits, shares) };
  const content = contentOf(loaded);
  if (!content || loaded.kind === 'arrays' || loaded.kind === 'tensors') throw new InputError(`${loaded.from} holds arrays: divide their rows by the places that "divide" gives.`);
  const { splits, notes } = divide(content, shares);
  const all = [...loaded.notes, ...notes];
  switch (loaded.kind) {
    case 'images': return { ...loaded, notes: all, splits: mapSplits(splits, (places) => pickImages(loaded.splits, places, loaded.width * loaded.height * loaded.channels)) };
    case 'table': return { ...loaded, notes: all, splits: mapSplits(splits, (places) => pickRows(loaded.splits, places)) };
    case 'sound': return { ...loaded, notes: all, splits: mapSplits(splits, (places) => places.map(({ split, index }): Clip => loaded.splits[split]![index]!)) };
    case 'records': return { ...loaded, notes: all, splits: mapSplits(splits, (places) => places.map(({ split, index }): JsonRecord => loaded.splits[split]![index]!)) };
  }
}
function pickImages(from: Splits<ImageSplit>, places: readonly Place[], size: number): ImageSplit {
  const pixels = new Uint8Array(places.length * size);
  places.forEach(({ split, index }, i) => pixels.set(from[split]!.pixels.subarray(index * size, (index + 1) * size), i * size));
  const labelled = splitNames.every((name) => !from[name] || from[name].labels);
  const named = splitNames.every((name) => !from[name] || from[name].names);
  const others = Object.entries(from.train.otherLabels ?? {}).filter(([kind]) => splitNames.every((name) => !from[name] || from[name].otherLabels?.[kind]));
  return {
    count: places.length, pixels,
    ...(labelled && { labels: Int32Array.from(places, ({ split, index }) => from[split]!.labels![index]!) }),
    ...(named && { names: places.map(({ split, index }) => from[split]!.names![index]!) }),
    ...(others.length > 0 && { otherLabels: Object.fromEntries(others.map(([kind, { classes }]) => [kind, { classes, labels: Int32Array.from(places, ({ split, index }) => from[split]!.otherLabels![kind]!.labels[index]!) }])) }),
  };
}
function pickRows(from: Splits<TableSplit>, places: readonly Place[]): TableSplit {
  const columns = from.train.columns.map(({ name, type }, c): Column =>
    type === 'numbers' ? { name, type, values: Float64Array.from(places, ({ split, index }) => from[split]!.columns[c]!.values[index] as number) } : { name, type, values: places.map(({ split, index }) => from[split]!.columns[c]!.values[index] as string) });
  return { rows: places.length, columns };
}
function cutText(given: Splits<string>, { validation, test }: Shares): Splits<string> {
  const text = given.train;
  const endOfLine = (at: number): number => (at >= text.length ? text.length : Math.max(0, text.lastIndexOf('\n', at)) + 1);
  const shares = { validation: given.validation === undefined ? validation : 0, test: given.test === undefined ? test : 0 };
  const first = shares.validation + shares.test === 0 ? text.length : endOfLine(Math.round((1 - shares.validation - shares.test) * text.length));
  const second = shares.test === 0 ? text.length : Math.max(first, endOfLine(Math.round((1 - shares.test) * text.length)));
  const [own, more, last] = [text.slice(0, first), given.validation ?? text.slice(first, second), given.test ?? text.slice(second)];
  if (own.trim() === '') throw new InputError('Nothing is left to train on: the text has too few lines to be divided. Bring a longer one.');
  return { train: own, ...(more !== '' && { validation: more }), ...(last !== '' && { test: last }) };
}
