/** Several trainings of one trainer as one graph: k times fewer dispatches, where those are what a step costs. */
import { made } from '../base/noise';
import type { Params, Tensor } from '../base/tensor';
import type { Feeds, Outputs, Session } from '../engine/executor';
import { liftProgram, stack, unstack } from '../engine/lift';
import type { Program } from '../engine/program';
import type { Host } from './host';
import type { TrainingRun } from './lab';
import { Meter } from './meter';
import { initialOf, Running, type CompiledTraining, type Stepping } from './training';

type Named = Readonly<Record<string, Tensor>>;
const mapped = <T>(like: Readonly<Record<string, unknown>>, make: (name: string) => T): Record<string, T> => Object.fromEntries(Object.keys(like).map((name) => [name, make(name)]));

/** A session for each of k trainings, and the one of the lifted program behind them. */
class JointSession {
  private readonly fed: Feeds[] = [];
  /** Trainings that were fed since the last step. */
  private fresh = new Set<number>();
  /** For each step that is not drained yet, the trainings that took it. */
  private readonly takers: ReadonlySet<number>[] = [];
  private readonly waiting: Outputs[][];
  /** What was read since the last step: all k are read at once. */
  private readonly known = new Map<string, Promise<Tensor>>();

  constructor(
    private readonly session: Session,
    k: number,
  ) {
    this.waiting = Array.from({ length: k }, () => []);
  }
  member(at: number): Stepping {
    return {
      step: async (feeds) => {
        this.fed[at] = feeds;
        this.fresh.add(at);
      },
      drain: async () => {
        for (const outputs of await this.session.drain()) for (const taker of this.takers.shift()!) this.waiting[taker]!.push(mapped(outputs, (name) => unstack(outputs[name]!, taker)));
        return this.waiting[at]!.splice(0);
      },
      read: async (name) => {
        const all = this.known.get(name) ?? this.session.read(name);
        this.known.set(name, all);
        return unstack(await all, at);
      },
    };
  }
  /** One step of all that were fed. Trainings that have ended go on with what they had last, and nobody looks. */
  async step(): Promise<void> {
    this.takers.push(this.fresh);
    this.fresh = new Set();
    this.known.clear();
    const { feeds: all } = this.session.program; // each k times the shape of one
    await this.session.step(mapped(this.fed[0]!, (name) => stack(this.fed.map((feeds) => made(feeds[name]!, all[name]!.shape.slice(1))))));
  }
}

export interface Jointly {
  /** At least one, all of one trainer. */
  readonly runs: readonly TrainingRun[];
  readonly compiled: CompiledTraining;
  readonly load: (program: Program, initial: Named) => Promise<Session>;
  readonly host: Pick<Host, 'now' | 'control'>;
  readonly point: (run: TrainingRun, step: number, metrics: Readonly<Record<string, number>>) => void;
  readonly stepped: () => void;
  readonly done: (params: Params, at: number) => Promise<void>;
}
/** Trains them all; see `Lab.ingredients`. The first run shows itself as it goes, the others what they kept when it is their turn. */
export async function trainJointly({ runs, compiled, load, host, point, stepped, done }: Jointly): Promise<void> {
  const sameFrozen = runs.every(({ frozen }) => frozen === runs[0]!.frozen);
  const shared = sameFrozen ? Object.keys(compiled.program.constants) : [];
  const starts = runs.map((run) => initialOf(compiled, run.from, run.frozen));
  const session = await load(liftProgram(compiled.program, runs.length, { shared }), mapped(starts[0]!, (name) => (shared.includes(name) ? starts[0]![name]! : stack(starts.map((start) => start[name]!)))));
  const joint = new JointSession(session, runs.length);
  const kept = runs.map((): (() => void | Promise<void>)[] => []);
  const running: Running[] = [];
  for (const [at, run] of runs.entries()) {
    const inTurn = async (show: () => void | Promise<void>): Promise<void> => void (at === 0 ? await show() : kept[at]!.push(show));
    running.push(new Running(watchedInTurn(run, inTurn), async () => joint.member(at), compiled, host, (step, metrics) => void inTurn(() => point(run, step, metrics)), new Meter(host.now)));
  }
  const results = new Map<Running, Params>();
  for (let left = running.filter((r) => !r.done); left.length > 0; left = left.filter((r) => !r.done)) {
    await host.control.beforeStep(async () => {
      for (const r of left) await r.show();
    });
    for (const r of left) await r.feed();
    await joint.step();
    for (const r of left) {
      await r.settle();
      stepped();
      if (r.done) results.set(r, await r.params()); // at its own end: the graph goes on for the others
    }
    await host.control.breathe();
  }
  await session.release();
  for (const [at, r] of running.entries()) {
    for (const show of kept[at]!) await show();
    await done(results.get(r) ?? runs[at]!.from, at); // a run of no steps
  }
}
/** The run, its watch called in its turn with the params that it had. */
function watchedInTurn(run: TrainingRun, inTurn: (show: () => Promise<void>) => Promise<void>): TrainingRun {
  const { watch } = run;
  if (!watch) return run;
  const call: typeof watch.call = async ({ step, params }) => {
    const then = await params();
    await inTurn(() => watch.call({ step, params: async () => then }));
  };
  return { ...run, watch: { every: watch.every, call } };
}
