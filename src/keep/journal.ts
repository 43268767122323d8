/**
 * The journal of a run: what it has done, kept as it goes, so that a run which was cut off goes on where it was. Replay: a method's body is deterministic, so it is run again from
 * its beginning; its trainings are answered from the journal up to their last save, step by step, and go on from there with the very bits that they would have had.
 *
 * Under the run's name lie `head` (which experiment, which provider); for each trial `trial/i/done` (what a finished one has shown), and for each training in it, by number,
 * `state-0` and `state-1` (params, optimiser and all, written in turn, so that one is sound whatever happens) and `steps/k` (metrics, and params that were looked at).
 */
import { InputError } from '../base/errors';
import type { Params, Tensor } from '../base/tensor';
import { sizeOf } from '../base/tensor';
import type { Blobs } from './blobs';
import { getSealed, seal, type Format } from './sealed';

export type Metrics = Readonly<Record<string, number>>;
/** What a training had done when it was last saved. */
export interface Recorded {
  /** Steps taken. */
  readonly steps: number;
  /** Of step i, from 0. */
  readonly metrics: (step: number) => Metrics;
  /** Params that were looked at after so many steps. */
  readonly looks: ReadonlyMap<number, Params>;
  /** After the last of the steps. */
  readonly state: Readonly<Record<string, Tensor>>;
}
/** What came since the last save. */
export interface Progress {
  readonly steps: number;
  readonly metrics: readonly Metrics[];
  readonly looks: readonly { readonly step: number; readonly params: Params }[];
  readonly state: Readonly<Record<string, Tensor>>;
}
export interface TrainingJournal {
  readonly found?: Recorded;
  /** Milliseconds between two saves, once a training has gone on for a while. */
  readonly everyMs: number;
  /** Takes copies and returns at once; written behind. */
  save(progress: Progress): void;
}
export interface TrialJournal {
  /** The trial's next training, in the order in which they begin. `key` tells what it trains: what was recorded of another is dropped. */
  training(key: string): Promise<TrainingJournal>;
}

interface Chunk {
  readonly key: string;
  /** First step, counted from 0, and the one after the last. */
  readonly from: number;
  readonly to: number;
  readonly names: readonly string[];
  /** [to - from, names], row by row. */
  readonly values: Float32Array;
  readonly looks: Progress['looks'];
}
interface State {
  readonly key: string;
  readonly steps: number;
  /** How many chunks hold those steps. */
  readonly chunks: number;
  readonly state: Readonly<Record<string, Tensor>>;
}

const refused = (what: string): InputError => new InputError(`A journal's ${what} is not as this version writes it.`);
const isRecord = (v: unknown): v is Readonly<Record<string, unknown>> => typeof v === 'object' && v !== null && !Array.isArray(v) && !ArrayBuffer.isView(v);
const isCount = (v: unknown): v is number => typeof v === 'number' && Number.isSafeInteger(v) && v >= 0;
function isTensor(v: unknown): v is Tensor {
  if (!isRecord(v) || !Array.isArray(v.shape) || !v.shape.every(isCount)) return false;
  const right = v.dtype === 'float32' ? v.data instanceof Float32Array : v.dtype === 'int32' ? v.data instanceof Int32Array : v.dtype === 'bool' && v.data instanceof Uint8Array;
  return right && (v.data as Float32Array).length === sizeOf(v.shape as number[]); // `right` has looked
}
const areTensors = (v: unknown): v is Readonly<Record<string, Tensor>> => isRecord(v) && Object.values(v).every(isTensor);

const chunkFormat: Format<Chunk> = {
  kind: 'journal steps',
  version: 1,
  readers: {
    1: (v) => {
      if (!isRecord(v) || typeof v.key !== 'string' || !isCount(v.from) || !isCount(v.to) || !Array.isArray(v.names) || !v.names.every((n) => typeof n === 'string')) throw refused('steps');
      if (!(v.values instanceof Float32Array) || v.values.length !== (v.to - v.from) * v.names.length) throw refused('steps');
      if (!Array.isArray(v.looks) || !v.looks.every((look: unknown) => isRecord(look) && isCount(look.step) && areTensors(look.params))) throw refused('steps');
      return v as unknown as Chunk; // every field was looked at
    },
  },
};
const stateFormat: Format<State> = {
  kind: 'journal state',
  version: 1,
  readers: {
    1: (v) => {
      if (!isRecord(v) || typeof v.key !== 'string' || !isCount(v.steps) || !isCount(v.chunks) || !areTensors(v.state)) throw refused('state');
      return v as unknown as State; // every field was looked at
    },
  },
};

/** Sends writes one after another, behind what is computed. After one that fails nothing more is written, and `problem` says why. */
export class Writer {
  private last: Promise<void> = Promise.resolve();
  problem: string | undefined;

  constructor(
    private readonly blobs: Blobs,
    private readonly onProblem: (why: string) => void,
  ) {}
  put(name: string, bytes: () => Uint8Array): void {
    this.enqueue(async () => this.blobs.put(name, bytes()));
  }
  /** Writes where nothing is. */
  keep(name: string, bytes: () => Uint8Array): void {
    this.enqueue(async () => this.blobs.update(name, (there) => (there ? undefined : bytes())));
  }
  remove(prefix: string): void {
    this.enqueue(async () => this.blobs.remove(prefix));
  }
  /** Resolves when all that was sent is written. */
  settled(): Promise<void> {
    return this.last;
  }
  private enqueue(work: () => Promise<void>): void {
    this.last = this.last.then(async () => {
      if (this.problem !== undefined) return;
      try {
        await work();
      } catch (error) {
        this.problem = error instanceof Error ? error.message : String(error);
        this.onProblem(this.problem);
      }
    });
  }
}

/** A trial's journal under `prefix`; whatever lies there already is what an earlier attempt had done. `saved` is told of each save. */
export function trialJournal(blobs: Blobs, prefix: string, writer: Writer, everyMs: number, saved: () => void = () => undefined): TrialJournal {
  let number = 0;
  return {
    training: async (key) => {
      const at = `${prefix}training/${number++}/`;
      const before = await readTraining(blobs, at, key);
      if (!before) writer.remove(at);
      let chunks = before?.chunks ?? 0;
      let steps = before?.found.steps ?? 0;
      return {
        ...(before && { found: before.found }),
        everyMs,
        save: ({ steps: to, metrics, looks, state }) => {
          const names = Object.keys(metrics[0] ?? {});
          const chunk: Chunk = { key, from: steps, to, names, values: Float32Array.from(metrics.flatMap((row) => names.map((name) => row[name]!))), looks };
          const [k, slot] = [chunks++, chunks % 2];
          steps = to;
          writer.put(`${at}steps/${k}`, () => seal(chunkFormat, chunk));
          writer.put(`${at}state-${slot}`, () => seal(stateFormat, { key, steps: to, chunks: k + 1, state }));
          saved();
        },
      };
    },
  };
}
/** The newest sound state whose steps are all there. */
async function readTraining(blobs: Blobs, at: string, key: string): Promise<{ found: Recorded; chunks: number } | undefined> {
  const states = (await Promise.all([0, 1].map((slot) => getSealed(blobs, `${at}state-${slot}`, stateFormat)))).filter((s) => s !== undefined && s.key === key);
  const newestFirst = states.map((s) => s!).sort((a, b) => b.steps - a.steps);
  for (const { steps, chunks, state } of newestFirst) {
    const read = await readChunks(blobs, at, key, chunks);
    if (read && (read.at(-1)?.to ?? 0) === steps) return { found: recordOf(read, steps, state), chunks };
  }
  return undefined;
}
/** The first `count`, if they follow one another without a gap. */
async function readChunks(blobs: Blobs, at: string, key: string, count: number): Promise<Chunk[] | undefined> {
  const chunks: Chunk[] = [];
  for (let k = 0; k < count; k++) {
    const chunk = await getSealed(blobs, `${at}steps/${k}`, chunkFormat);
    if (!chunk || chunk.key !== key || chunk.from !== (chunks.at(-1)?.to ?? 0) || chunk.to < chunk.from) return undefined;
    chunks.push(chunk);
  }
  return chunks;
}
function recordOf(chunks: readonly Chunk[], steps: number, state: Recorded['state']): Recorded {
  let at = 0;
  return {
    steps,
    state,
    looks: new Map(chunks.flatMap(({ looks }) => looks.map(({ step, params }) => [step, params] as const))),
    metrics: (step) => {
      // Asked for in order, so the chunk at hand is nearly always the right one.
      while (at > 0 && step < chunks[at]!.from) at--;
      while (step >= chunks[at]!.to) at++;
      const { from, names, values } = chunks[at]!;
      return Object.fromEntries(names.map((name, i) => [name, values[(step - from) * names.length + i]!]));
    },
  };
}
