/**
 * Everything by which users' data come in: one table of readers, and what becomes of a heap of files. A heap is sorted by what each file
 * is; files that belong together (an IDX pair, CIFAR's batches, x.npy and y.npy, a folder of pictures) are read as one set. What cannot be
 * read is said, and takes nothing from the rest.
 */
import { InputError, Stopped, StippleError } from '../../base/errors';
import { cifarReader } from './cifar';
import { headOf } from './gzip';
import { idxReader } from './idx-set';
import { imagesReader } from './image-set';
import { listOf, type Loaded, type NamedBytes, type Reader, type ReaderId, type ReadOptions } from './loaded';
import { numpyReader } from './numpy';
import { recordsReader } from './records';
import { safetensorsReader } from './safetensors';
import { soundReader } from './sound';
import { tableReader } from './table';
import { textReader } from './text-file';

export type { Clip, Column, ImageSplit, Json, JsonRecord, Loaded, LoadedArrays, LoadedImages, LoadedRecords, LoadedSound, LoadedTable, LoadedTensors, LoadedText, NamedBytes, Reader, ReaderId, ReadOptions, SplitName, Splits, TableSplit } from './loaded';

const longestName = 200;
/** In the order in which they are asked: signatures before endings, and what is told by its name before what any text is. */
export const readers: readonly Reader[] = [idxReader, cifarReader, safetensorsReader, numpyReader, imagesReader, soundReader, tableReader, recordsReader, textReader].map(atTheDoor);
/** What holds for every reader: there is a file, and names are short enough to be said. */
function atTheDoor(reader: Reader): Reader {
  return {
    ...reader,
    read: async (files, options) => {
      if (files.length === 0) throw new InputError(`Files were expected (${reader.title}), but none came. Choose some.`);
      const loaded = await reader.read(files.map((file) => (file.name.length > longestName ? { ...file, name: `…${file.name.slice(-longestName)}` } : file)), options);
      return { ...loaded, files: files.map(({ name }) => name) };
    },
  };
}
export const readerNamed = (id: ReaderId): Reader => readers.find((reader) => reader.id === id)!; // each id is that of one reader
/** @param head as `headOf` gives it */
export const recognise = (name: string, head: Uint8Array): Reader | undefined => readers.find((reader) => reader.recognises(name, head));

export interface Group {
  readonly reader: Reader;
  readonly files: readonly NamedBytes[];
}
/** Files of one reader that make one set; those that nobody knows. */
export function groupFiles(files: readonly NamedBytes[]): { readonly groups: readonly Group[]; readonly unknown: readonly NamedBytes[] } {
  const known = files.map((file) => ({ file, reader: recognise(file.name, headOf(file.bytes)) }));
  const groups = readers.flatMap((reader): Group[] => {
    const own = known.flatMap(({ file, reader: found }) => (found === reader ? [file] : []));
    return own.length > 0 ? [{ reader, files: own }] : [];
  });
  return { groups, unknown: known.flatMap(({ file, reader }) => (reader ? [] : [file])) };
}
export interface LoadedFiles {
  readonly loaded: readonly Loaded[];
  /** What could not be read, and why: a sentence for the user each. */
  readonly problems: readonly string[];
}
const knownTitles = (): string => readers.map(({ title }) => title).join(', ');
/** Reads all that can be read. @throws Stopped when called off; nothing else */
export async function loadFiles(files: readonly NamedBytes[], options: ReadOptions = {}): Promise<LoadedFiles> {
  const { groups, unknown } = groupFiles(files);
  const loaded: Loaded[] = [];
  const problems = unknown.length > 0 ? [`${listOf(unknown)}: none of the kinds that can be read (${knownTitles()}).`] : [];
  for (const { reader, files: own } of groups) {
    try {
      loaded.push(await reader.read(own, options));
    } catch (error) {
      if (error instanceof Stopped || !(error instanceof StippleError)) throw error;
      problems.push(error.message);
    }
  }
  return { loaded, problems };
}
/** The one set that these files make. @throws InputError where they make none or several, or cannot be read */
export async function loadOne(files: readonly NamedBytes[], options: ReadOptions = {}): Promise<Loaded> {
  const { groups, unknown } = groupFiles(files);
  const [group, other] = groups;
  if (unknown.length > 0 || !group) throw new InputError(`${listOf(unknown.length > 0 ? unknown : files) || 'Nothing'}: none of the kinds that can be read (${knownTitles()}).`);
  if (other) throw new InputError(`Data of one kind were expected, but ${listOf(group.files)} (${group.reader.title}) and ${listOf(other.files)} (${other.reader.title}) came. Remove one of them.`);
  return group.reader.read(group.files, options);
}
