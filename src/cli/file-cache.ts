/** Files that came from addresses, kept in a folder of the user's: STIPPLE_CACHE, else XDG_CACHE_HOME or ~/.cache, there `stipple`. */
import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { sha256 } from '../base/hash';
import type { CacheEntry, FileCache } from '../data/download';

export const cacheFolder = (env: NodeJS.ProcessEnv = process.env): string => env.STIPPLE_CACHE || join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'stipple');

/** Two files for each address, named by its SHA-256: the bytes, and a line of JSON that is written last, so that half a file is none. */
export function folderCache(folder: string = cacheFolder()): FileCache {
  const pathOf = async (address: string): Promise<string> => join(folder, (await sha256(new TextEncoder().encode(address))).slice(0, 32));
  const entryAt = async (path: string): Promise<CacheEntry | undefined> => {
    try {
      const entry: unknown = JSON.parse(await readFile(`${path}.json`, 'utf8'));
      return isEntry(entry) ? entry : undefined;
    } catch {
      return undefined; // none, or one that was not finished
    }
  };
  return {
    get: async (address) => {
      const path = await pathOf(address);
      const entry = await entryAt(path);
      if (entry?.address !== address) return undefined;
      const bytes = await readFile(`${path}.bin`).then((b) => new Uint8Array(b), () => undefined);
      return bytes && { name: entry.name, sha256: entry.sha256, bytes };
    },
    put: async (address, { name, sha256: digest, bytes }) => {
      try {
        const path = await pathOf(address);
        await mkdir(folder, { recursive: true });
        await rm(`${path}.json`, { force: true });
        await writeFile(`${path}.part`, bytes);
        await rename(`${path}.part`, `${path}.bin`);
        await writeFile(`${path}.json`, JSON.stringify({ address, name, sha256: digest, sizeBytes: bytes.length, at: new Date().toISOString() } satisfies CacheEntry));
        return true;
      } catch {
        return false; // no room, or no leave
      }
    },
    list: async () => {
      const names = await readdir(folder).catch(() => []);
      const entries = await Promise.all(names.filter((name) => name.endsWith('.json')).map((name) => entryAt(join(folder, name.slice(0, -5)))));
      return entries.filter((entry) => entry !== undefined).sort((a, b) => (a.at < b.at ? 1 : -1));
    },
    remove: async (address) => {
      const path = await pathOf(address);
      await Promise.all(['.json', '.bin', '.part'].map((ending) => rm(path + ending, { force: true })));
    },
  };
}
function isEntry(value: unknown): value is CacheEntry {
  const { address, name, sha256: digest, at, sizeBytes } = (value ?? {}) as Record<string, unknown>; // each field is looked at
  return [address, name, digest, at].every((field) => typeof field === 'string') && typeof sizeBytes === 'number';
}
