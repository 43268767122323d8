/** Questions to the library's worker, as components ask them. */
import { useEffect, useRef, useState } from 'react';
import type { Library, Question } from '../../spec/library';
import { library as client } from '../../store/library-client';

export interface Asked<T> {
  /** The last that came: it stays while the next is on its way. */
  readonly answer?: T;
  readonly waiting: boolean;
  readonly problem?: string;
}
const debounceMs = 90;
/** What was answered before, so that coming back to it shows it at once. */
const known = new Map<string, unknown>();
const most = 60;

/** Asks whenever the question changes, and not before it is `wanted`. */
export function useAnswer<Q extends Question>(question: Q, asks: Library[Q]['asks'], wanted = true): Asked<Library[Q]['answer']> {
  const key = JSON.stringify([question, asks]);
  const [state, setState] = useState<{ readonly key: string; readonly answer?: Library[Q]['answer']; readonly problem?: string }>();
  const first = useRef(true);
  useEffect(() => {
    if (!wanted) return;
    if (known.has(key)) return setState({ key, answer: known.get(key) as Library[Q]['answer'] }); // put there under this very question
    const controller = new AbortController();
    const timer = setTimeout(() => {
      first.current = false;
      client.ask(question, asks, controller.signal).then(
        (answer) => {
          if (known.size >= most) known.delete(known.keys().next().value!);
          known.set(key, answer);
          if (!controller.signal.aborted) setState({ key, answer });
        },
        (error: unknown) => controller.signal.aborted || setState((now) => ({ key, ...(now?.answer && { answer: now.answer }), problem: error instanceof Error ? error.message : String(error) })),
      );
    }, first.current ? 0 : debounceMs);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
    // `key` holds question and asks
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [key, wanted]);
  return { ...(state?.answer && { answer: state.answer }), waiting: wanted && state?.key !== key, ...(state?.key === key && state.problem && { problem: state.problem }) };
}
