/** The app's own worker, spoken to by its messages, for tests in the page's window. Pictures are left out: tests look at numbers. */
import type { Command, RunEvent } from '../../src/spec/messages';

export interface LabWorker {
  /** Ends the worker, if there is one, and starts another. */
  open(): void;
  send(command: Command): void;
  /** All events so far, in order. */
  events(): readonly RunEvent[];
  /** The first event of one of these types at or after place `from`; waits for it. */
  next(types: readonly RunEvent['type'][], from?: number): Promise<RunEvent>;
}

let worker: Worker | undefined;
let events: RunEvent[] = [];
let failure: string | undefined;
let arrived = (): void => undefined;

export const labWorker: LabWorker = {
  open() {
    worker?.terminate();
    events = [];
    failure = undefined;
    worker = new Worker(new URL('../../src/worker/entry.ts', import.meta.url), { type: 'module' });
    worker.onmessage = ({ data }: MessageEvent<RunEvent>) => {
      if (data.type !== 'picture') events.push(data);
      arrived();
    };
    worker.onerror = (event) => {
      failure = `The worker failed: ${event.message}`;
      arrived();
    };
  },
  send: (command) => worker!.postMessage(command),
  events: () => events,
  async next(types, from = 0) {
    for (;;) {
      const found = events.slice(from).find((event) => types.includes(event.type));
      if (found) return found;
      if (failure) throw new Error(failure);
      await new Promise<void>((resolve) => (arrived = resolve));
    }
  },
};
