/**
 * Where on the page the user is: at an experiment, or in the library of data and models. The library's places have links of their own,
 *   #library/sets/glyphs?seed=3&k.shift=blur   #library/models/cnn
 * as hostile as any: bounded, and what does not fit is dropped. Knobs are checked again by the set that they belong to.
 */
import type { KnobValue, KnobValues } from './knobs';
import { limits } from './experiment';
import { linkLimit, parseValue, readable } from './link';

export const shelves = ['sets', 'models', 'files', 'runs', 'storage', 'sweeps', 'lessons', 'kitchen', 'diff'] as const;
export type Shelf = (typeof shelves)[number];
export interface LibraryPlace {
  readonly shelf: Shelf;
  readonly item?: string;
  readonly seed: number;
  readonly knobs: KnobValues;
}
/** Where a shelf opens. */
export const startOf = (shelf: Shelf): LibraryPlace => ({ shelf, seed: 1, knobs: {} });
export const libraryStart = startOf('sets');

export function writePlace({ shelf, item, seed, knobs }: LibraryPlace): string {
  const fields = [...(seed === 1 ? [] : [`seed=${seed}`]), ...Object.entries(knobs).map(([name, value]) => `k.${readable(name)}=${readable(String(value))}`)];
  return `#library/${shelf}${item ? `/${item}` : ''}${fields.length > 0 ? `?${fields.join('&')}` : ''}`;
}
/** The place that a hash names, or undefined where it names none of the library's. */
export function readPlace(hash: string): LibraryPlace | undefined {
  const [, path, query = ''] = /^#library((?:\/[a-z0-9-]{1,60}){0,2})(?:\?(.*))?$/s.exec(hash.slice(0, linkLimit)) ?? [];
  if (path === undefined) return undefined;
  const [shelf, item] = path.split('/').slice(1);
  const known = shelves.find((s) => s === shelf);
  if (!known) return libraryStart;
  let seed = 1;
  const knobs: Record<string, KnobValue> = Object.create(null) as Record<string, KnobValue>; // a knob may have any name
  for (const field of query.split('&').slice(0, 64)) {
    const [name, text] = decoded(field);
    if (name === 'seed' && /^\d{1,9}$/.test(text) && Number(text) <= limits.seed) seed = Number(text);
    else if (name.startsWith('k.')) knobs[name.slice(2)] = parseValue(text);
  }
  return { shelf: known, ...(item && { item }), seed, knobs: { ...knobs } };
}
/** Shelves whose things have places of their own; that one of them is not there is said where it would be shown. */
const withItems: readonly Shelf[] = ['sets', 'models'];
/** What a hash names in the library that is not there, if anything: a shelf, or a thing on a shelf that has none. */
export function strayIn(hash: string): string | undefined {
  const place = readPlace(hash);
  if (!place) return undefined;
  const [shelf, item] = hash.slice('#library/'.length).split('?')[0]!.split('/');
  if (shelf && shelf !== place.shelf) return item ? `${shelf}/${item}` : shelf;
  return place.item !== undefined && !withItems.includes(place.shelf) ? `${place.shelf}/${place.item}` : undefined;
}
function decoded(field: string): [string, string] {
  const at = field.indexOf('=');
  try {
    return at < 0 ? ['', ''] : [decodeURIComponent(field.slice(0, at)), decodeURIComponent(field.slice(at + 1))];
  } catch {
    return ['', ''];
  }
}
