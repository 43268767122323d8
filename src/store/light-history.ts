/** The checks of a light in the order in which they came, as stretches of one answer. Pure. */
import type { Light } from '../spec/result';

/** Checks `from` to `to`, counted from 1, that all said the same. */
export interface Stretch {
  readonly holds: boolean;
  readonly from: number;
  readonly to: number;
}
/** More are not kept: the oldest go. */
export const mostStretches = 200;

export const lightKey = (light: Light): string => `${light.id}\n${light.arm ?? ''}\n${light.seed}`;
/** The history with one more check. A trial that is shown again from its journal brings its last check only, so there may be a gap before a stretch. */
export function withCheck(history: readonly Stretch[], { holds, checks }: Light): readonly Stretch[] {
  const last = history.at(-1);
  const at = checks ?? (last?.to ?? 0) + 1;
  if (!last || at <= last.to) return [{ holds, from: at, to: at }];
  if (last.holds === holds && at === last.to + 1) return [...history.slice(0, -1), { ...last, to: at }];
  return [...history, { holds, from: at, to: at }].slice(-mostStretches);
}
