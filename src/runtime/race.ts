/** Chooses a provider by running real steps on each: on small models the CPU often wins, and no rule of thumb knows where. */
import type { Tensor } from '../base/tensor';
import type { Executor, Feeds, Session } from '../engine/executor';
import type { Program } from '../engine/program';

/** An executor, with what should be said beside its figures ('software adapter'). */
export type Racer = Executor & { readonly note?: string | undefined };
export interface RaceOptions {
  /** Timed steps on each, after one that warms up (it compiles shaders). Default 5. */
  readonly steps?: number;
  /** Time for each racer, compiling included: no new step after half of it, so that a slow one still finishes. Default 5000. */
  readonly budgetMs?: number;
}
export interface RaceResult {
  /** Undefined if none could run the program. */
  readonly winner: Executor | undefined;
  /** 'WASM 3.6 ms a step, WebGPU 257 ms a step (software adapter)' */
  readonly figures: string;
  /** Milliseconds a step, in the order of the executors; undefined for one that failed or ran out of time. */
  readonly stepMs: readonly (number | undefined)[];
}
type Times = { readonly stepMs: number } | { readonly reason: string };
type Named = Readonly<Record<string, Tensor>>;

const names = { wasm: 'WASM', webgpu: 'WebGPU', reference: 'Reference' } as const;
const showMs = (ms: number): string => (ms < 10 ? ms.toFixed(1) : String(Math.round(ms)));

/** One after another, so that they do not disturb each other. Never throws: one that fails loses, and its reason is said. */
export async function race(program: Program, initial: Named, feeds: Feeds, executors: readonly Racer[], options: RaceOptions = {}): Promise<RaceResult> {
  const times: Times[] = [];
  for (const executor of executors) times.push(await timed(executor, program, initial, feeds, options));
  const stepMs = times.map((t) => ('stepMs' in t ? t.stepMs : undefined));
  const best = Math.min(...stepMs.map((ms) => ms ?? Infinity));
  const figures = executors.map((e, i) => {
    const t = times[i]!;
    return `${names[e.provider]} ${'stepMs' in t ? `${showMs(t.stepMs)} ms a step` : `out: ${t.reason}`}${e.note ? ` (${e.note})` : ''}`;
  });
  return { winner: best === Infinity ? undefined : executors[stepMs.indexOf(best)], figures: figures.join(', '), stepMs };
}

async function timed(executor: Racer, program: Program, initial: Named, feeds: Feeds, { steps = 5, budgetMs = 5000 }: RaceOptions): Promise<Times> {
  const loading = executor.load(program, initial);
  let late = false;
  const work = loading.then((session) => stepsOf(session, feeds, steps, performance.now() + budgetMs / 2, () => late)).then((stepMs): Times => ({ stepMs }));
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tooLate = new Promise<Times>((resolve) => {
    timer = setTimeout(() => {
      late = true;
      resolve({ reason: `no step within ${budgetMs / 1000} s` });
    }, budgetMs);
  });
  const failed = (error: unknown): Times => ({ reason: error instanceof Error ? error.message : String(error) });
  // Released behind the race's back: a racer that is still compiling cannot be stopped, and nobody should wait for it.
  const released = work.catch(() => undefined).then(() => loading).then((session) => session.release()).catch(() => undefined);
  const result = await Promise.race([work.catch(failed), tooLate]);
  clearTimeout(timer);
  if (!late) await released;
  return result;
}

/** Milliseconds a step of up to `steps` steps, queued as in a real run and drained at the end; fewer where the deadline comes first. */
async function stepsOf(session: Session, feeds: Feeds, steps: number, deadline: number, late: () => boolean): Promise<number> {
  await session.run(feeds); // warms up
  const start = performance.now();
  let done = 0;
  do {
    await session.step(feeds);
    done++;
  } while (done < steps && performance.now() < deadline && !late());
  await session.drain();
  return (performance.now() - start) / done;
}
