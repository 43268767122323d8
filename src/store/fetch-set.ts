/** A public data set, fetched because the user said so: its files one after another, each compared with what is known of it, and kept. */
import { addressOf } from '../data/download';
import type { PublicSet } from '../data/public-sets';
import { fetchFile, type FetchedFile, type FetchOptions } from './fetch-file';

export interface SetProgress {
  /** Bytes of all its files together. */
  readonly loaded: number;
  readonly total: number;
  /** The file that comes now. */
  readonly file: string;
}
/**
 * @throws InputError naming the file that could not be had, with the set's home page where the site does not let a page read it; Interrupted;
 * Stopped when called off. Files that had come are in the cache: asked again, it goes on with the next.
 */
export async function fetchSet(set: PublicSet, { progress, ...options }: Omit<FetchOptions, 'progress' | 'known' | 'keep' | 'partial'> & { readonly progress: (at: SetProgress) => void }): Promise<FetchedFile[]> {
  const total = set.files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const files: FetchedFile[] = [];
  let before = 0;
  for (const { address, sizeBytes, sha256 } of set.files) {
    const name = addressOf(address).pathname.split('/').at(-1)!;
    files.push(await fetchFile(address, { ...options, known: { sizeBytes, sha256 }, keep: true, progress: (loaded) => progress({ loaded: before + loaded, total, file: name }) }));
    before += sizeBytes;
  }
  return files;
}
