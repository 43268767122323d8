import { expect, test } from 'vitest';
import { pageCache } from './file-cache';

/** As much of the browser's as is used here. */
function fakeCaches(refuses = false): CacheStorage {
  const kept = new Map<string, Response>();
  const cache = {
    match: async (url: string) => kept.get(url)?.clone(),
    put: async (url: string, response: Response) => {
      if (refuses) throw new DOMException('no room', 'QuotaExceededError');
      kept.set(url, response);
    },
    keys: async () => [...kept.keys()].map((url) => ({ url })),
    delete: async (url: string) => kept.delete(url),
  };
  return { open: async () => cache } as unknown as CacheStorage; // the rest is not used
}
const file = { name: 'my ä.bin', sha256: 'ab', bytes: Uint8Array.of(1, 2, 3) };

test('what is kept comes back under its name, is listed with its size, and can be let go', async () => {
  const cache = pageCache(fakeCaches())!;
  expect(await cache.put('https://a.example/x', file)).toBe(true);
  expect(await cache.get('https://a.example/x')).toEqual(file);
  expect(await cache.list()).toMatchObject([{ address: 'https://a.example/x', name: 'my ä.bin', sizeBytes: 3, sha256: 'ab' }]);
  await cache.remove('https://a.example/x');
  expect([await cache.get('https://a.example/x'), await cache.list()]).toEqual([undefined, []]);
});
test('without room nothing is kept, and nothing fails; a page without a cache has none', async () => {
  expect(await pageCache(fakeCaches(true))!.put('https://a.example/x', file)).toBe(false);
  expect(pageCache(undefined)).toBeUndefined();
});
