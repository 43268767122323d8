/** Locks of the browser, by a manager of the test's own: requests come first, first served. */
import { afterEach, expect, test, vi } from 'vitest';
import { heldLocks, holdWhenFree, whenFree } from './locks';

afterEach(() => vi.unstubAllGlobals());
/** Node has none. */
function stubLocks(): void {
  const queues = new Map<string, Promise<unknown>>();
  const held = new Set<string>();
  vi.stubGlobal('navigator', { locks: {
    query: async () => ({ held: [...held].map((name) => ({ name })) }),
    request: (name: string, { signal }: { readonly signal?: AbortSignal }, work: () => unknown) => {
      const before = queues.get(name) ?? Promise.resolve();
      let refuse: (why: unknown) => void = () => undefined;
      const refused = new Promise<never>((_, reject) => (refuse = reject));
      signal?.addEventListener('abort', () => refuse(signal.reason));
      const turn = before.then(async () => {
        if (signal?.aborted) return;
        refuse = () => undefined; // once it is granted, nothing takes it away
        held.add(name);
        try {
          return await work();
        } finally {
          held.delete(name);
        }
      });
      queues.set(name, turn.catch(() => undefined));
      return Promise.race([turn, refused]);
    },
  } });
}

test('a lock passes from hand to hand, and at no moment looks free', async () => {
  stubLocks();
  const worker = (await holdWhenFree('run'))!;
  const page = holdWhenFree('run');
  expect(await heldLocks()).toEqual(new Set(['run']));
  worker();
  const release = (await page)!;
  expect(await heldLocks()).toEqual(new Set(['run']));
  release();
  expect(await whenFree('run')).toBe(true);
  expect(await heldLocks()).toEqual(new Set());
});
test('who waits too long goes without, and keeps nobody waiting', async () => {
  stubLocks();
  const worker = (await holdWhenFree('run'))!;
  expect(await holdWhenFree('run', 5)).toBeUndefined();
  expect(await whenFree('run', 5)).toBe(false);
  worker();
  expect(await whenFree('run', 1000)).toBe(true);
});
test('where there are no locks everything is free', async () => {
  vi.stubGlobal('navigator', {});
  expect(await heldLocks()).toEqual(new Set());
  (await holdWhenFree('run'))!();
  expect(await whenFree('run')).toBe(true);
});
