/** The page's end of the wire to the library's worker: questions in, promises out. The worker starts with the first question. */
import { InputError, RuntimeProblem, StippleError } from '../base/errors';
import type { Library, LibraryReply, LibraryRequest, LibraryStop, PartOf, Question } from '../spec/library';
import { storeTexts } from './texts';

export interface LibraryWorker {
  postMessage(message: LibraryRequest | LibraryStop): void;
  terminate(): void;
  onmessage: ((event: MessageEvent<LibraryReply>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
}
export interface LibraryClient {
  /** Rejects with a StippleError. Questions are answered in order; one whose asker has aborted is never sent, if it still waits, and ends early where it can. `part`: told of what comes before the answer. */
  ask<Q extends Question>(question: Q, asks: Library[Q]['asks'], signal?: AbortSignal, part?: (part: PartOf<Q>) => void): Promise<Library[Q]['answer']>;
}
interface Waiting {
  readonly resolve: (answer: Library[Question]['answer']) => void;
  readonly reject: (problem: StippleError) => void;
  readonly part?: (part: PartOf<Question>) => void;
}

export function createLibraryClient(start: () => LibraryWorker): LibraryClient {
  let worker: LibraryWorker | undefined;
  let last = 0;
  const waiting = new Map<number, Waiting>();
  /** One question is with the worker at most: those behind it may still be taken back. */
  let queue: Promise<unknown> = Promise.resolve();

  function connect(): LibraryWorker {
    const fresh = start();
    fresh.onmessage = ({ data }) => {
      const asker = waiting.get(data.id);
      if ('part' in data) return asker?.part?.(data.part);
      waiting.delete(data.id);
      if ('problem' in data) asker?.reject(new StippleError(data.problem.kind, data.problem.message));
      else asker?.resolve(data.answer);
    };
    fresh.onerror = (event) => {
      event.preventDefault?.();
      fresh.terminate();
      worker = undefined;
      for (const { reject } of waiting.values()) reject(new RuntimeProblem(storeTexts.libraryDied(event.message ?? '')));
      waiting.clear();
    };
    return fresh;
  }
  return {
    ask: (question, asks, signal, part) => {
      const turn = queue.then(() => {
        if (signal?.aborted) throw new InputError('taken back');
        worker ??= connect();
        const id = ++last;
        return new Promise<Library[Question]['answer']>((resolve, reject) => {
          waiting.set(id, { resolve, reject, ...(part && { part: part as (part: PartOf<Question>) => void }) }); // a part of this very question
          signal?.addEventListener('abort', () => waiting.has(id) && worker?.postMessage({ stop: id }));
          worker!.postMessage({ id, question, asks } as LibraryRequest); // a question with its own asks, as the signature says
        });
      });
      queue = turn.catch(() => undefined);
      return turn as Promise<never>; // the answer to this very question
    },
  };
}
/** Vite sees this very expression and bundles the entry on its own. */
const startLibraryWorker = (): LibraryWorker => new Worker(new URL('../worker/library-entry.ts', import.meta.url), { type: 'module' });
/** The page's one. */
export const library: LibraryClient = createLibraryClient(startLibraryWorker);
