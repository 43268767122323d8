/** Which models can be compared, under the names that they have now. */
import { useMemo } from 'react';
import { readRef, refText, type ModelRef } from '../../spec/diff';
import { useApp, useAppStore } from '../app-context';
import { useAnswer } from '../library/answers';
import { texts } from './texts';

export interface Choice {
  readonly text: string;
  /** A checkpoint's own name, or the id of what ships. */
  readonly name: string;
  readonly label: string;
  readonly from: ModelRef['from'];
}
/** Checkpoints newest first, then what ships. */
export function useChoices(): readonly Choice[] {
  const checkpoints = useApp((app) => app.checkpoints);
  const { answer } = useAnswer('catalogue', {});
  return useMemo(() => [
    ...checkpoints.toReversed().map(({ id, name }): Choice => ({ text: refText({ from: 'kept', id }), name, label: name, from: 'kept' })),
    ...(answer?.models ?? []).map(({ id, title }): Choice => ({ text: refText({ from: 'shipped', id }), name: id, label: texts.ships(id, title), from: 'shipped' })),
  ], [checkpoints, answer]);
}
/** A choice that the place holds, so that links and Back know it. */
export function useChosen(name: 'a' | 'b'): [ModelRef | undefined, (text: string) => void] {
  const store = useAppStore();
  const text = useApp((app) => app.place?.knobs[name]);
  return [readRef(text), (chosen) => store.getState().placeKnobTurned(name, chosen)];
}
export const nameIn = (choices: readonly Choice[], ref: ModelRef): string => choices.find(({ text }) => text === refText(ref))?.name ?? refText(ref);
