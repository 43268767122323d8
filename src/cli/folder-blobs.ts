/** Bytes in files of a folder: written beside the old one and put in its place, so that a process which is killed leaves the old one whole. */
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StorageProblem, type Blobs } from '../keep/blobs';

/** Any name is one file name: what a file system might not take is escaped. */
const fileOf = (name: string): string => `${encodeURIComponent(name)}.blob`;
const nameOf = (file: string): string => decodeURIComponent(file.slice(0, -'.blob'.length));

export function folderBlobs(folder: string): Blobs {
  let written = 0;
  const named = async (prefix: string): Promise<string[]> => (await readdir(folder).catch(() => [])).filter((file) => file.endsWith('.blob')).map(nameOf).filter((name) => name.startsWith(prefix));
  const put: Blobs['put'] = async (name, bytes) => {
    try {
      await mkdir(folder, { recursive: true });
      const fresh = join(folder, `${process.pid}-${written++}.new`);
      await writeFile(fresh, bytes);
      await rename(fresh, join(folder, fileOf(name)));
    } catch (error) {
      throw new StorageProblem(`${folder} cannot be written (${error instanceof Error ? error.message : String(error)}).`);
    }
  };
  const get: Blobs['get'] = (name) => readFile(join(folder, fileOf(name))).then((bytes) => new Uint8Array(bytes), () => undefined);
  return {
    put,
    get,
    // A folder belongs to one process, so nobody writes in between.
    update: async (name, change) => {
      const next = change(await get(name));
      if (next) await put(name, next);
    },
    list: async (prefix) => Promise.all((await named(prefix)).map(async (name) => ({ name, sizeBytes: (await stat(join(folder, fileOf(name)))).size }))),
    remove: async (prefix) => void (await Promise.all((await named(prefix)).map((name) => rm(join(folder, fileOf(name)), { force: true })))),
  };
}
