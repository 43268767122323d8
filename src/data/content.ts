/** What an example is, by its bytes: a key that two examples share if and only if they are the same, wherever they stand. */
import { Fingerprint } from '../base/hash';
import { sizeOf } from '../base/tensor';
import type { NpyArray } from './files/npy';
import { mapSplits, type Column, type Json, type Loaded, type LoadedTable, type SplitName, type Splits } from './files/loaded';
import { namedParts } from './files/examples';

export interface Keyed {
  readonly keys: readonly string[];
  /** Of each example; absent where there are none. */
  readonly labels?: ArrayLike<number>;
}
/** One example's place in what was read. */
export interface Place {
  readonly split: SplitName;
  readonly index: number;
}

/** Gives keys by a 64-bit fingerprint; where two of one fingerprint differ in their bytes, the later ones get a key of their own. */
class Keys {
  private readonly known = new Map<string, Uint8Array[]>();

  of(bytes: Uint8Array): string {
    const padded = bytes.length % 4 === 0 && bytes.byteOffset % 4 === 0 ? bytes : withWholeWords(bytes);
    const print = new Fingerprint().addWords(new Uint32Array(padded.buffer, padded.byteOffset, padded.length / 4)).addText(String(bytes.length)).hex();
    const alike = this.known.get(print);
    if (!alike) {
      this.known.set(print, [bytes]);
      return print;
    }
    let place = alike.findIndex((other) => same(other, bytes));
    if (place < 0) place = alike.push(bytes) - 1;
    return place === 0 ? print : `${print}.${place}`;
  }
}
function withWholeWords(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(Math.ceil(bytes.length / 4) * 4);
  out.set(bytes);
  return out;
}
function same(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
const bytesOf = (data: NpyArray['data']): Uint8Array => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
const textBytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** The features of each row: every column but the label, so that the same features with two labels are found. */
function rowKeys({ label }: LoadedTable, columns: readonly Column[], rows: number, keys: Keys): string[] {
  const features = columns.filter((_, c) => c !== label);
  return Array.from({ length: rows }, (_, i) => keys.of(textBytes(features.map(({ values }) => String(values[i])).join('\u001f'))));
}
const labelNames = new Set(['y', 'label', 'labels', 'class', 'target']);
/** Stable: the order in which an object's fields were written changes nothing. */
function canonical(value: Json): string {
  if (Array.isArray(value)) return `[${(value as readonly Json[]).map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{${Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, inner]) => `${JSON.stringify(name)}:${canonical(inner)}`).join(',')}}`;
}

/** Keys of `count` examples that lie in several arrays, as many numbers of each array for every example. */
export function keysOfRows(arrays: readonly NpyArray['data'][], count: number): readonly string[] {
  const keys = new Keys();
  const parts = arrays.map((data) => ({ bytes: bytesOf(data), each: data.byteLength / count }));
  const size = parts.reduce((sum, { each }) => sum + each, 0);
  return Array.from({ length: count }, (_, i) => {
    const row = new Uint8Array(size);
    parts.reduce((at, { bytes, each }) => (row.set(bytes.subarray(i * each, (i + 1) * each), at), at + each), 0);
    return keys.of(row);
  });
}

/** Keys of the examples of each split, without their labels; undefined for what has no examples (a text, the params of a model). */
export function contentOf(loaded: Loaded): Splits<Keyed> | undefined {
  const keys = new Keys();
  switch (loaded.kind) {
    case 'images': {
      const size = loaded.width * loaded.height * loaded.channels;
      return mapSplits(loaded.splits, ({ count, pixels, labels }) => ({ keys: Array.from({ length: count }, (_, i) => keys.of(pixels.subarray(i * size, (i + 1) * size))), ...(labels && { labels }) }));
    }
    case 'table': {
      const { label, classes } = loaded;
      const places = new Map(classes?.map((name, i) => [name, i]));
      return mapSplits(loaded.splits, ({ rows, columns }) => {
        const column = label === undefined ? undefined : columns[label];
        const labels = classes && column ? Array.from({ length: rows }, (_, i) => places.get(String(column.values[i])) ?? -1) : undefined;
        return { keys: rowKeys(loaded, columns, rows, keys), ...(labels && { labels }) };
      });
    }
    case 'sound':
      return mapSplits(loaded.splits, (clips) => ({ keys: clips.map(({ samples }) => keys.of(bytesOf(samples))), ...(loaded.classes && { labels: clips.map(({ label }) => label ?? -1) }) }));
    case 'records':
      return mapSplits(loaded.splits, (records) => ({ keys: records.map((record) => keys.of(textBytes(canonical(Object.fromEntries(Object.entries(record).filter(([name]) => !labelNames.has(name))))))) }));
    case 'arrays': case 'tensors': {
      const parts = namedParts(loaded.kind === 'arrays' ? loaded.arrays : loaded.tensors);
      if (!parts) return undefined;
      return mapSplits(parts, ({ x, y }) => {
        const count = x.shape[0]!;
        const each = sizeOf(x.shape.slice(1)) * x.data.BYTES_PER_ELEMENT;
        const whole = bytesOf(x.data);
        const labelled = y && y.shape.length === 1 && y.shape[0] === count && !y.dtype.startsWith('float');
        return { keys: Array.from({ length: count }, (_, i) => keys.of(whole.subarray(i * each, (i + 1) * each))), ...(labelled && { labels: Array.from(y.data as ArrayLike<number | bigint>, Number) }) };
      });
    }
    case 'text': return undefined;
  }
}

export interface Duplicates {
  /** Places of one content, two or more, in order; the groups by their first place. */
  readonly groups: readonly (readonly Place[])[];
  /** Those whose places lie in several splits. */
  readonly across: readonly (readonly Place[])[];
  /** Those whose places have different labels. */
  readonly torn: readonly (readonly Place[])[];
  /** Examples beyond the first of their content, of all splits. */
  readonly extra: number;
}
export function duplicatesIn(content: Splits<Keyed>): Duplicates {
  const byKey = new Map<string, Place[]>();
  for (const split of ['train', 'validation', 'test'] as const)
    content[split]?.keys.forEach((key, index) => {
      const places = byKey.get(key);
      if (places) places.push({ split, index });
      else byKey.set(key, [{ split, index }]);
    });
  const groups = [...byKey.values()].filter((places) => places.length > 1);
  const labelAt = ({ split, index }: Place): number | undefined => content[split]?.labels?.[index];
  return {
    groups,
    across: groups.filter((places) => new Set(places.map(({ split }) => split)).size > 1),
    torn: groups.filter((places) => new Set(places.map(labelAt)).size > 1),
    extra: groups.reduce((n, places) => n + places.length - 1, 0),
  };
}
