/** Where the command line's files come from: files, folders, web addresses, and public sets by name. */
import { readFile, readdir, stat } from 'node:fs/promises';
import { basename, join, relative, resolve, sep } from 'node:path';
import { InputError } from '../base/errors';
import { downloadCached } from '../data/download';
import { packFolder } from '../data/files/pack';
import type { NamedBytes } from '../data/files';
import { publicSet, publicSets, type PublicSet } from '../data/public-sets';
import { limits } from '../spec/experiment';
import { folderCache } from './file-cache';

export const isAddress = (source: string): boolean => /^https?:\/\//i.test(source);
/** 'set:mnist' is the public set of that name. */
export const setPrefix = 'set:';

/**
 * The files that one argument names: a file; a folder, as one ZIP file (`pack`) or as its files; a web address; a public set.
 * @throws InputError naming what cannot be read, or is too large
 */
export async function filesOf(source: string, { pack, show = toStandardError }: { readonly pack: boolean; readonly show?: (line: string) => void }): Promise<NamedBytes[]> {
  if (source.startsWith(setPrefix)) return setFiles(source.slice(setPrefix.length), show);
  if (isAddress(source)) return [await fetched(source, {}, show)];
  const what = await stat(source).catch(() => {
    throw new InputError(`The file ${source} cannot be read. Check its name.`);
  });
  if (!what.isDirectory()) return [{ name: basename(source), bytes: await bytesOf(source) }];
  const files = await folderFiles(source);
  return pack ? [{ name: `${basename(resolve(source))}.zip`, bytes: packFolder(files) }] : files;
}
async function setFiles(id: string, show: (line: string) => void): Promise<NamedBytes[]> {
  const set: PublicSet | undefined = publicSet(id);
  if (!set) throw new InputError(`There is no public set "${id}". There are: ${publicSets.map((known) => known.id).join(', ')}.`);
  show(`${set.title}: ${set.licence}. ${set.homePage}`);
  for (const note of set.notes) show(`note: ${note}`);
  const files: NamedBytes[] = [];
  for (const { address, sizeBytes, sha256 } of set.files) files.push(await fetched(address, { sizeBytes, sha256 }, show));
  return files;
}
async function fetched(address: string, known: { readonly sizeBytes?: number; readonly sha256?: string }, show: (line: string) => void): Promise<NamedBytes> {
  const { name, bytes, cached } = await downloadCached(address, { limit: limits.fileBytes, known }, folderCache());
  show(`${name}: ${bytes.length} bytes${cached ? ', kept from before' : ''}`);
  return { name, bytes };
}
const toStandardError = (line: string): void => void process.stderr.write(`${line}\n`);

async function bytesOf(path: string): Promise<Uint8Array> {
  const { size } = await stat(path);
  if (size > limits.fileBytes) throw new InputError(`${path} holds ${size} bytes; at most ${limits.fileBytes} are read.`);
  return new Uint8Array(await readFile(path));
}
/** All files below a folder, hidden ones left out; links are not followed. */
async function folderFiles(folder: string): Promise<NamedBytes[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name)).filter((path) => !relative(folder, path).split(sep).some((part) => part.startsWith('.'))).sort();
  const files: NamedBytes[] = [];
  let total = 0;
  for (const path of paths) {
    const bytes = await bytesOf(path);
    total += bytes.length;
    if (total > limits.fileBytes) throw new InputError(`The folder ${folder} holds more than ${limits.fileBytes} bytes, the most that are read. Choose a smaller one.`);
    files.push({ name: join(basename(resolve(folder)), relative(folder, path)).split(sep).join('/'), bytes });
  }
  if (files.length === 0) throw new InputError(`The folder ${folder} holds no file. Choose another.`);
  return files;
}
