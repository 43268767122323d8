/**
 * The page's end of the wire to the worker. It starts the worker, notices when it dies (an error, a message that cannot be read, or
 * silence), and starts a fresh one; what is shown stays with the store.
 */
import { steadyNow } from '../base/clock';
import { whenFree } from '../keep/locks';
import type { Alive, Command, FileBytes, KnownFile, RunEvent } from '../spec/messages';
import { storeTexts } from './texts';

/** What the client needs of a Worker; a test or a fake can be one. */
export interface WorkerLike {
  postMessage(message: Command): void;
  terminate(): void;
  onmessage: ((event: MessageEvent<RunEvent | Alive>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
  onmessageerror: ((event: MessageEvent) => void) | null;
}
export interface WorkerPort {
  send(command: Command): void;
  /** While a run is expected to make progress, silence is a sign of death. `patience`: times as long as usual, for one that has been silent before. */
  watch(active: boolean, patience?: number): void;
  /** Gets the runtime ready, and is the question for a sign of life. */
  warmUp(threads: number): void;
  /** Ends the worker and starts a fresh one. */
  restart(): void;
  /** Ends the worker; a later command starts a fresh one. */
  end(): void;
  listen(listener: WorkerListener): void;
}
export interface WorkerListener {
  eventArrived(event: RunEvent): void;
  workerDied(message: string): void;
}
/** A worker silent for `pingMs` is asked for a sign of life ('warmUp', answered by 'ready'); one silent for `deadMs` is given up. */
export interface Patience {
  readonly pingMs: number;
  readonly deadMs: number;
}

export function createWorkerClient(start: () => WorkerLike, { pingMs, deadMs }: Patience = { pingMs: 5_000, deadMs: 40_000 }): WorkerPort {
  let worker: WorkerLike | undefined;
  let listener: WorkerListener | undefined;
  let heardAt = 0;
  let pinged = false;
  let threads = 1;
  let timer: ReturnType<typeof setInterval> | undefined;
  /** Files of the last command: this worker still has them. */
  let shelved: ReadonlySet<string> = new Set();
  /** Workers in a row that ended without a word: their script cannot be fetched, or does not run here. */
  let stillborn = 0;
  let later: ReturnType<typeof setTimeout> | undefined;

  function died(message: string): void {
    restart();
    listener?.workerDied(message);
  }
  /** It never said a word: another is tried when somebody needs one, and after a while, but not at once and for ever. */
  function neverLived(message: string): void {
    end();
    later = setTimeout(() => warmUp(threads), Math.min(30_000, 1000 * 2 ** stillborn++));
    listener?.workerDied(message);
  }
  function connect(): WorkerLike {
    clearTimeout(later);
    const fresh = start();
    let lived = false;
    fresh.onmessage = ({ data }) => {
      if (fresh !== worker) return; // words of a worker that was given up
      lived = true;
      stillborn = 0;
      heardAt = steadyNow();
      pinged = false;
      if (data.type === 'alive') void whenFree(data.lock).then((free) => free && fresh === worker && died(storeTexts.workerDied('')));
      else listener?.eventArrived(data);
    };
    fresh.onerror = (event) => {
      event.preventDefault?.();
      if (fresh !== worker) return;
      if (lived) died(storeTexts.workerDied(event.message ?? ''));
      else neverLived(storeTexts.workerNever(event.message ?? ''));
    };
    fresh.onmessageerror = () => {
      if (fresh === worker) died(storeTexts.workerMessage);
    };
    return fresh;
  }
  function send(command: Command): void {
    const to = (worker ??= connect());
    if (command.type !== 'run' && command.type !== 'ask') return to.postMessage(command);
    const names = command.experiment.files.map((ref) => ref.sha256);
    const files = command.files.map((file, i): FileBytes | KnownFile => (shelved.has(names[i]!) ? { sha256: names[i]! } : file));
    shelved = new Set(names);
    to.postMessage({ ...command, files });
  }
  function warmUp(wanted: number): void {
    threads = wanted;
    send({ type: 'warmUp', threads });
  }
  function end(): void {
    worker?.terminate();
    worker = undefined;
    shelved = new Set();
    watch(false);
  }
  function restart(): void {
    end();
    warmUp(threads);
  }
  function watch(active: boolean, patience = 1): void {
    clearInterval(timer);
    timer = undefined;
    if (!active) return;
    heardAt = steadyNow();
    pinged = false;
    let lookedAt = heardAt;
    timer = setInterval(() => {
      const now = steadyNow();
      // A page that slept (a background tab, a closed lid) heard nothing through no fault of the worker's.
      if (now - lookedAt > 4 * pingMs) [heardAt, pinged] = [now, false];
      lookedAt = now;
      const silentMs = now - heardAt;
      if (silentMs > patience * deadMs) died(storeTexts.workerSilent(Math.round((patience * deadMs) / 1000)));
      else if (silentMs > pingMs && !pinged) {
        pinged = true;
        warmUp(threads);
      }
    }, Math.min(1000, pingMs));
  }
  return { send, watch, warmUp, restart, end, listen: (to) => void (listener = to) };
}

/** The project's worker. Vite sees this very expression and bundles the entry on its own. */
export const startWorker = (): WorkerLike => new Worker(new URL('../worker/entry.ts', import.meta.url), { type: 'module' });
