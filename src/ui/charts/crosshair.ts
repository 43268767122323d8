/** One place on the first axis that all charts mark: where the pointer or the keyboard is in any of them. Outside React's state, since it follows the pointer. */
import { useSyncExternalStore } from 'react';

export interface Crosshair {
  /** The axis on which it stands, by its label: charts by step do not mark what is a time. */
  readonly axis: string;
  readonly at: number;
  /** Stays when the pointer leaves. */
  readonly pinned: boolean;
}
let now: Crosshair | undefined;
const watchers = new Set<() => void>();

export const crosshair = (): Crosshair | undefined => now;
export function markCrosshair(next: Crosshair | undefined): void {
  if (next === now || (next && now && next.axis === now.axis && next.at === now.at && next.pinned === now.pinned)) return;
  now = next;
  for (const watcher of watchers) watcher();
}
const watch = (watcher: () => void): (() => void) => {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
};
/** Where it stands on this axis; undefined where it does not. */
export const useCrosshair = (axis: string): Crosshair | undefined => useSyncExternalStore(watch, () => (now?.axis === axis ? now : undefined));
