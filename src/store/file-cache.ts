/** Files that came from addresses, kept by the browser (Cache API) for when there is no network. The user sees their sizes and can let them go. */
import type { CacheEntry, CachedFile, FileCache } from '../data/download';

const cacheName = 'stipple-files-1';
const header = { name: 'x-stipple-name', sha256: 'x-stipple-sha256', at: 'x-stipple-at', size: 'x-stipple-size' } as const;

/** Undefined on pages that get no cache of their own: those over plain HTTP, and windows that keep nothing. */
export function pageCache(storage: CacheStorage | undefined = globalThis.caches as CacheStorage | undefined): FileCache | undefined {
  if (!storage) return undefined;
  const open = (): Promise<Cache> => storage.open(cacheName);
  return {
    get: async (address) => {
      try {
        const kept = await (await open()).match(address);
        if (!kept) return undefined;
        const { name, sha256 } = entryOf(address, kept);
        return { name, sha256, bytes: new Uint8Array(await kept.arrayBuffer()) };
      } catch {
        return undefined; // a cache that cannot be read is one that holds nothing
      }
    },
    put: async (address, { name, sha256, bytes }: CachedFile) => {
      try {
        const headers = { [header.name]: encodeURIComponent(name), [header.sha256]: sha256, [header.at]: new Date().toISOString(), [header.size]: String(bytes.length) };
        await (await open()).put(address, new Response(bytes, { headers }));
        return true;
      } catch {
        return false; // no room, or no leave
      }
    },
    list: async () => {
      const cache = await open();
      const entries = await Promise.all((await cache.keys()).map(async ({ url }) => {
        const kept = await cache.match(url);
        return kept ? [entryOf(url, kept)] : [];
      }));
      return entries.flat().sort((a, b) => (a.at < b.at ? 1 : -1));
    },
    remove: async (address) => void (await (await open()).delete(address)),
  };
}
function entryOf(address: string, { headers }: Response): CacheEntry {
  const text = (name: string): string => headers.get(name) ?? '';
  return { address, name: decodeURIComponent(text(header.name)), sha256: text(header.sha256), at: text(header.at), sizeBytes: Number(text(header.size)) || 0 };
}
