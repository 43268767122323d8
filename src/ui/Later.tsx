/**
 * Parts of the page that lie below its first screen. They are rendered after it, one by one, each when the page has nothing else to do and the one before
 * is painted (several would be put into one commit, and laid out together): so no task before the first paint, or soon after, is long. Once rendered they stay.
 */
import { startTransition, useEffect, useState, type ReactNode } from 'react';

const waiting = new Set<() => void>();
/** The part that is being rendered. */
let now: (() => void) | undefined;
let asked = false;
function turn(): void {
  if (asked || now || waiting.size === 0) return;
  asked = true;
  const begin = (): void => {
    asked = false;
    [now] = waiting;
    if (!now) return;
    waiting.delete(now);
    now();
  };
  if (window.requestIdleCallback) window.requestIdleCallback(begin, { timeout: 500 });
  else setTimeout(begin, 50);
}
/** When the next frame is drawn; in a page that nobody sees none is. */
function painted(then: () => void): void {
  let done = false;
  const once = (): void => {
    if (!done) then();
    done = true;
  };
  requestAnimationFrame(() => setTimeout(once));
  setTimeout(once, 300);
}
export function Later({ children }: { readonly children: ReactNode }) {
  const [ready, setReady] = useState(false);
  useEffect(() => {
    if (ready) return;
    const show = (): void => startTransition(() => setReady(true));
    waiting.add(show);
    turn();
    return () => {
      waiting.delete(show);
      if (now !== show) return;
      painted(() => {
        now = undefined;
        turn();
      });
    };
  }, [ready]);
  return ready ? children : null;
}
