/**
 * Milliseconds for telling how long something took. `performance.now()` should never run backwards; where it does (a machine that woke, a virtual one that was
 * moved), what waits for "so long since" would wait for as long as the jump. Here such a jump counts as no time.
 */
export function steadyClock(read: () => number = () => performance.now()): () => number {
  let last = read();
  let passed = 0;
  return () => {
    const now = read();
    passed += Math.max(0, now - last);
    last = now;
    return passed;
  };
}
/** This thread's own. */
export const steadyNow = steadyClock();
