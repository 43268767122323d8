/** One run as the page knows it, and what each event makes of it. Pure, except for the series book, which grows in place. */
import type { Problem } from '../base/errors';
import type { ModelHead } from '../spec/checkpoint';
import type { Experiment, Provider } from '../spec/experiment';
import type { FileBytes, RunEvent, RunId } from '../spec/messages';
import type { Picture } from '../spec/picture';
import type { Light, Outcome, RunResult } from '../spec/result';
import { lightKey, withCheck, type Stretch } from './light-history';
import { appendBatch, emptyBook, type SeriesBook } from './series';

export type RunStatus = 'starting' | 'running' | 'pausing' | 'paused' | 'stopping' | 'stopped' | 'finished' | 'failed';
export interface Progress {
  readonly share: number;
  readonly label: string;
  readonly elapsedMs: number;
  readonly leftMs?: number;
}
/** A picture and when it came, in arrivals: the latest of several is the one to show. */
export interface Shown {
  readonly picture: Picture;
  readonly arrival: number;
}
export interface Run {
  readonly id: RunId;
  readonly experiment: Experiment;
  readonly status: RunStatus;
  readonly book: SeriesBook;
  /** Counts batches: the book grows in place, so this is what a chart watches. */
  readonly seriesVersion: number;
  readonly provider?: Provider;
  readonly why?: string;
  readonly progress?: Progress;
  /** By picture, then by seed. */
  readonly pictures: Readonly<Record<string, Readonly<Record<number, Shown>>>>;
  /** By light, arm and seed. */
  readonly lights: Readonly<Record<string, Light>>;
  /** Likewise: all its checks. */
  readonly lightHistory: Readonly<Record<string, readonly Stretch[]>>;
  /** Of the seeds that are finished. */
  readonly outcomes: readonly Outcome[];
  readonly result?: RunResult;
  readonly problem?: Problem;
  /** Of a training that diverged: its last good params, as a file. */
  readonly lastGood?: FileBytes;
  /** What a finished run has in the worker's memory, until the next one: it can be kept as checkpoints. */
  readonly models?: readonly ModelHead[];
  /** Why it would be lost with the page, where it would. */
  readonly notKept?: string;
  /** How often it was cut off and went on, and how far it was the last time; `inVain`: times in a row without getting further. */
  readonly setbacks: { readonly count: number; readonly at: number; readonly inVain: number };
}

export const startRun = (id: RunId, experiment: Experiment): Run => ({ id, experiment, status: 'starting', book: emptyBook(), seriesVersion: 0, pictures: {}, lights: {}, lightHistory: {}, outcomes: [], setbacks: { count: 0, at: 0, inVain: 0 } });

/** Times in a row that a run is taken up without getting further. */
const patience = 1;
/** The run as it goes on after it was cut off: from the beginning, which its journal answers as far as it goes. Undefined where that would be in vain. */
export function takenUp(run: Run): Run | undefined {
  const at = run.progress?.share ?? 0;
  const further = at > run.setbacks.at + 0.001;
  const inVain = further ? 0 : run.setbacks.inVain + 1;
  if (inVain > patience) return undefined;
  return { ...startRun(run.id, run.experiment), setbacks: { count: run.setbacks.count + 1, at: Math.max(at, run.setbacks.at), inVain } };
}

/** How much longer than usual its worker may be silent: a step that is slow here, and no hang, gets through in the end. */
export const patienceWith = ({ setbacks }: Run): number => 1 + setbacks.inVain;

const ended: readonly RunStatus[] = ['stopped', 'finished', 'failed'];
export const isActive = (run: Run | undefined): boolean => run !== undefined && !ended.includes(run.status);
/** Working now, so that it should be heard from. */
export const isBusy = (run: Run | undefined): boolean => isActive(run) && run!.status !== 'paused';

let arrivals = 0;
export const nextArrival = (): number => ++arrivals;

const withLights = (lights: Run['lights'], more: readonly Light[]): Run['lights'] =>
  more.length === 0 ? lights : { ...lights, ...Object.fromEntries(more.map((light) => [lightKey(light), light])) };

/** The run after an event that is about it. An ended run hears nothing more. */
export function applyEvent(run: Run, event: Extract<RunEvent, { runId: RunId }>): Run {
  if (!isActive(run)) return run;
  const moving: RunStatus = run.status === 'starting' ? 'running' : run.status;
  switch (event.type) {
    case 'provider':
      return { ...run, provider: event.provider, why: event.why };
    case 'metrics':
      appendBatch(run.book, event.batch);
      return { ...run, status: moving, seriesVersion: run.seriesVersion + 1 };
    case 'picture':
      return { ...run, pictures: { ...run.pictures, [event.id]: { ...run.pictures[event.id], [event.seed]: { picture: event.picture, arrival: nextArrival() } } } };
    case 'light':
      return { ...run, lights: withLights(run.lights, [event.light]), lightHistory: { ...run.lightHistory, [lightKey(event.light)]: withCheck(run.lightHistory[lightKey(event.light)] ?? [], event.light) } };
    case 'outcomes':
      return { ...run, outcomes: [...run.outcomes, ...event.outcomes] };
    case 'progress':
      return { ...run, status: moving, progress: { share: event.share, label: event.label, elapsedMs: event.elapsedMs, ...(event.leftMs !== undefined && { leftMs: event.leftMs }) } };
    case 'notKept':
      return { ...run, notKept: event.why };
    case 'paused':
      return run.status === 'stopping' ? run : { ...run, status: 'paused' };
    case 'resumed':
      return run.status === 'stopping' ? run : { ...run, status: 'running' };
    case 'finished':
      return { ...run, status: 'finished', result: event.result, lights: withLights(run.lights, event.result.lights), models: event.models ?? [] };
    case 'modelsKept':
      return run; // comes after the end
    case 'failed':
      return {
        ...run,
        status: event.problem.kind === 'stopped' ? 'stopped' : 'failed',
        problem: event.problem,
        ...(event.lastGood && { lastGood: event.lastGood }),
        ...(event.partial && { result: event.partial, lights: withLights(run.lights, event.partial.lights) }),
      };
  }
}

/** Ended from the page's side: the worker died or did not answer. What came so far stays. */
export const endRun = (run: Run, status: 'failed' | 'stopped', message: string): Run =>
  isActive(run) ? { ...run, status, problem: { kind: status === 'stopped' ? 'stopped' : 'runtime', message } } : run;
