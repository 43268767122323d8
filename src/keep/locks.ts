/** The browser's locks, by which tabs and workers know of each other. Pages that were not served securely have none, nor has Node: then everything is free. */
const manager = (): LockManager | undefined => (globalThis.navigator as { locks?: LockManager } | undefined)?.locks;

export async function heldLocks(): Promise<ReadonlySet<string>> {
  return new Set((await manager()?.query())?.held?.flatMap(({ name }) => (name === undefined ? [] : [name])) ?? []);
}
/** The lock, held from when nobody else does until the function that comes back is called; undefined if that takes longer than so long. */
export async function holdWhenFree(lock: string, patienceMs = Infinity): Promise<(() => void) | undefined> {
  const locks = manager();
  if (!locks) return () => undefined;
  const waiting = new AbortController();
  const timer = patienceMs < Infinity ? setTimeout(() => waiting.abort(), patienceMs) : undefined;
  return new Promise((held) => {
    // Refused in a frame of another site, or too late.
    locks.request(lock, { signal: waiting.signal }, () => new Promise<void>((release) => {
      clearTimeout(timer);
      held(release);
    })).catch(() => held(undefined));
  });
}
/** Resolves when nobody holds the lock any more, or after so long: true if it is free. */
export async function whenFree(lock: string, patienceMs?: number): Promise<boolean> {
  const release = await holdWhenFree(lock, patienceMs);
  release?.();
  return release !== undefined;
}
