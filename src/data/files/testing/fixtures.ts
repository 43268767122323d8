/** Files by other programs' writers (tools/make-data-fixtures.py), and what those programs read in them. */
import { readFileSync, readdirSync } from 'node:fs';
import type { NamedBytes } from '../loaded';

const folder = new URL('./fixtures/', import.meta.url);
export const fixture = (name: string): NamedBytes => ({ name, bytes: new Uint8Array(readFileSync(new URL(name, folder))) });
export const fixtureNames: readonly string[] = readdirSync(folder).filter((name) => name !== 'expected.json');

export interface KnownPicture {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: readonly number[];
}
export interface KnownArray {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}
export const expected = JSON.parse(readFileSync(new URL('expected.json', folder), 'utf8')) as Readonly<Record<string, unknown>>; // written by our script
