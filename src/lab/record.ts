/**
 * What a run's trainings were, kept in memory for whoever wants to take them away: the compiled steps, where each began, the metrics of its first steps as the graph gave them, its params, and
 * the forward functions that were evaluated with which params. Plain references to what the run holds anyway; nothing is written or copied before it is asked for.
 */
import type { Params, Tensor } from '../base/tensor';
import type { ForwardSpec, TrainingRun } from './lab';
import type { CompiledTraining } from './training';

export interface RecordedTraining {
  readonly seed: number;
  readonly run: TrainingRun;
  readonly compiled: CompiledTraining;
  /** Metrics of the first steps, before `chart` made anything of them. */
  readonly reported: Readonly<Record<string, number>>[];
  /** Steps whose metrics have been read back. */
  taken: number;
  /** With buffers and average; undefined where they are not to be had (any more). */
  params(): Promise<Params | undefined>;
}
export interface RecordedModel {
  readonly seed: number;
  /** Whose params these are; undefined where that cannot be told. */
  readonly arm?: string;
  readonly spec: ForwardSpec;
  /** Of its last evaluation. */
  readonly params: Params;
}
/** How a lab tells of one training. */
export interface Recording {
  /** To be trained in place of the one that came: the same, and it tells how far it is. */
  readonly run: TrainingRun;
  /** From now on its params can be read. */
  readable(read: () => Promise<Params>): void;
  ended(params: Params): void;
}

/** Steps whose metrics are kept as the graph gave them. */
export const stepsReported = 20;
/** Of each arm and seed: its first training, and the last ones. */
const mostOfAnArm = 4;
/** Bytes of params held only because of the record. Beyond it, what came first goes first. */
const budget = 256 * 2 ** 20;
const bytesOf = (params: Params): number => Object.values(params).reduce((sum, { data }) => sum + data.byteLength, 0);

interface Entry extends RecordedTraining {
  result?: Params | undefined;
  read?: (() => Promise<Params>) | undefined;
}

/** The record of one run: all seeds, all arms. */
export class RunRecord {
  private entries: Entry[] = [];
  private readonly evaluated = new Map<string, RecordedModel>();
  /** Whose `watch` is being called. */
  private watching: { readonly arm: string; readonly seed: number } | undefined;
  /** Whose trained tensors these are. */
  private readonly owners = new WeakMap<Tensor['data'], { readonly arm: string; readonly seed: number }>();
  /** Trainings that are not kept any more. */
  leftOut = 0;

  get trainings(): readonly RecordedTraining[] {
    return this.entries;
  }
  get models(): readonly RecordedModel[] {
    return [...this.evaluated.values()];
  }

  began(seed: number, run: TrainingRun, compiled: CompiledTraining): Recording {
    const { arm, chart, watch } = run;
    const entry: Entry = { seed, run, compiled, reported: [], taken: 0, params: async () => entry.result ?? (await entry.read?.().catch(() => undefined)) };
    this.entries.push(entry);
    this.thin(arm, seed);
    return {
      run: {
        ...run,
        chart: (step, metrics) => {
          if (entry.reported.length === step && step < stepsReported) entry.reported.push(metrics);
          entry.taken = step + 1;
          return chart ? chart(step, metrics) : metrics;
        },
        ...(watch && { watch: { every: watch.every, call: (at) => this.within(arm, seed, () => watch.call(at)) } }),
      },
      readable: (read) => void (entry.read = read),
      ended: (params) => {
        entry.result = params;
        entry.read = undefined;
        for (const { data } of Object.values(params)) this.owners.set(data, { arm, seed });
        this.thin(arm, seed);
      },
    };
  }
  /** A forward function was run with these params. */
  ran(seed: number, spec: ForwardSpec, params: Params): void {
    const owner = this.watching ?? Object.values(params).map(({ data }) => this.owners.get(data)).find((found) => found !== undefined);
    this.evaluated.set(`${spec.name}\n${owner?.arm ?? ''}\n${seed}`, { seed, spec, params, ...(owner && { arm: owner.arm }) });
  }
  /** What is in training is read now: its session is about to be released. */
  async settle(): Promise<void> {
    for (const entry of this.entries) {
      if (!entry.read) continue;
      entry.result = await entry.params();
      entry.read = undefined;
    }
  }

  private async within<T>(arm: string, seed: number, work: () => Promise<T>): Promise<T> {
    const before = this.watching;
    this.watching = { arm, seed };
    try {
      return await work();
    } finally {
      this.watching = before;
    }
  }
  private thin(arm: string, seed: number): void {
    const own = this.entries.filter((e) => e.run.arm === arm && e.seed === seed);
    if (own.length > mostOfAnArm) this.drop(own[1]!);
    // Those without a result hold nothing: dropping them would free nothing. The newest stays whatever its size.
    const holding = this.entries.filter((e) => e.result);
    let held = holding.reduce((sum, e) => sum + bytesOf(e.result!), 0);
    for (const oldest of holding.slice(0, -1)) {
      if (held <= budget) break;
      held -= bytesOf(oldest.result!);
      this.drop(oldest);
    }
  }
  private drop(entry: Entry): void {
    this.entries = this.entries.filter((e) => e !== entry);
    this.leftOut++;
  }
}
