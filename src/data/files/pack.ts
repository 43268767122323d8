/** A folder as one file: what is dropped as a folder crosses to the worker, stands in an experiment and is named by its content like any other file. */
import { zipSync } from 'fflate';
import { InputError } from '../../base/errors';
import type { NamedBytes } from './loaded';

/** A ZIP file, not compressed, its names in order: the same bytes for the same files, whatever system lists them. @throws InputError for two files of one name */
export function packFolder(files: readonly NamedBytes[]): Uint8Array<ArrayBuffer> {
  const sorted = [...files].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  const twice = sorted.find(({ name }, i) => i > 0 && sorted[i - 1]!.name === name);
  if (twice) throw new InputError(`Two files are called ${twice.name}. Rename one, or put them into folders.`);
  return zipSync(Object.fromEntries(sorted.map(({ name, bytes }) => [name, bytes])), { level: 0, mtime: new Date(1980, 0, 1) }); // the earliest day that a ZIP can name
}
