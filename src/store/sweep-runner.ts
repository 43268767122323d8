/** Runs the points of a sweep, several at a time, each in a worker of its own. It knows workers and points, and nothing of what is shown. */
import type { PointResult } from '../keep/kept-sweeps';
import { wasBroken } from '../spec/lights';
import type { FileBytes, RunEvent } from '../spec/messages';
import type { SweepPoint } from '../spec/sweep';
import { storeTexts } from './texts';
import type { WorkerPort } from './worker-client';

export interface SweepRunner {
  pause(): void;
  resume(): void;
  /** Points that are running end here; they can go on another time. */
  stop(): void;
}
export interface RunnerSetup {
  /** Points still to be run, by their places in the plan. */
  readonly waiting: readonly { readonly at: number; readonly point: SweepPoint }[];
  /** One worker each; started when it gets its first point, ended with the sweep. */
  readonly workers: readonly WorkerPort[];
  readonly runIdOf: (at: number) => string;
  readonly filesOf: (point: SweepPoint) => readonly FileBytes[];
  /** In the browser's storage as it goes. */
  readonly keep: boolean;
  readonly progressed: (at: number, share: number) => void;
  readonly ended: (at: number, result: PointResult) => void;
  /** Every point has ended. */
  readonly finished: () => void;
}
/** A point whose worker died, or whose device was lost, is tried again so often: its journal knows how far it was. */
const tries = 3;

export function runSweep({ waiting, workers, runIdOf, filesOf, keep, progressed, ended, finished }: RunnerSetup): SweepRunner {
  let [next, open] = [0, waiting.length];
  let state: 'running' | 'paused' | 'stopped' = 'running';
  const idle = new Set<() => void>();

  function serve(worker: WorkerPort): { pause(): void; resume(): void; end(): void } {
    let job: { readonly at: number; readonly point: SweepPoint; tried: number } | undefined;
    const send = (): void => {
      if (!job) return;
      job.tried++;
      const { at, point } = job;
      worker.send({ type: 'run', runId: runIdOf(at), experiment: point.experiment, files: filesOf(point), ...(keep && { keep: true }) });
      worker.watch(state === 'running');
    };
    const take = (): void => {
      const one = waiting[next];
      if (state !== 'running' || !one) return void idle.add(take);
      next++;
      job = { ...one, tried: 0 };
      send();
    };
    const done = (result: PointResult): void => {
      const { at } = job!; // there is one: an event of it has come
      job = undefined;
      worker.watch(false);
      ended(at, result);
      if (--open === 0) return finished();
      take();
    };
    const failed = (message: string, elapsedMs = 0): void => done({ outcomes: [], lightsOff: 0, fingerprint: '', elapsedMs, problem: message.slice(0, 4000) });
    worker.listen({
      eventArrived: (event: RunEvent) => {
        if (!job || state === 'stopped' || !('runId' in event) || event.runId !== runIdOf(job.at)) return;
        if (event.type === 'progress') progressed(job.at, event.share);
        else if (event.type === 'finished') done({ outcomes: event.result.outcomes, lightsOff: event.result.lights.filter(wasBroken).length, fingerprint: event.result.proof.fingerprint, elapsedMs: event.result.elapsedMs });
        else if (event.type === 'failed') {
          const mayPass = event.problem.kind === 'runtime';
          if (mayPass && job.tried < tries) send();
          else failed(event.problem.message);
        }
      },
      workerDied: (message) => {
        if (!job || state === 'stopped') return;
        if (job.tried < tries) send();
        else failed(storeTexts.sweepWorkerDied(message, tries));
      },
    });
    take();
    return {
      pause: () => {
        if (job) worker.send({ type: 'pause', runId: runIdOf(job.at) });
        worker.watch(false);
      },
      resume: () => {
        if (!job) return;
        worker.send({ type: 'resume', runId: runIdOf(job.at) });
        worker.watch(true);
      },
      end: () => {
        worker.watch(false);
        worker.end();
      },
    };
  }
  const served = workers.map(serve);
  return {
    pause: () => {
      if (state !== 'running') return;
      state = 'paused';
      for (const one of served) one.pause();
    },
    resume: () => {
      if (state !== 'paused') return;
      state = 'running';
      for (const one of served) one.resume();
      const takers = [...idle];
      idle.clear();
      for (const take of takers) take();
    },
    stop: () => {
      if (state === 'stopped') return;
      state = 'stopped';
      for (const one of served) one.end();
    },
  };
}
