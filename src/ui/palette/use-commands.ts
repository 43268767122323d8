/** Offers a screen's own commands while it is on the page. */
import { useEffect, useRef } from 'react';
import type { Command } from '../../store/commands-slice';
import { useAppStore } from '../app-context';

/** `make` is called when the list of commands is drawn, with what the component knows then. */
export function useCommands(source: string, make: () => readonly Command[]): void {
  const store = useAppStore();
  const latest = useRef(make);
  useEffect(() => void (latest.current = make));
  useEffect(() => {
    store.getState().commandsOffered(source, () => latest.current());
    return () => store.getState().commandsWithdrawn(source);
  }, [store, source]);
}
