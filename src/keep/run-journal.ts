/** The journals of runs: which there are, what each is of, and what its finished trials have shown. */
import { InputError } from '../base/errors';
import type { Picture } from '../spec/picture';
import { isMeasured } from '../spec/lights';
import type { Light, Outcome } from '../spec/result';
import type { Blobs } from './blobs';
import { trialJournal, Writer, type TrialJournal } from './journal';
import { getSealed, seal, type Format } from './sealed';

/** What a run is of. */
export interface RunHead {
  /** The experiment, as its link: it passes the link's door when it is read back. */
  readonly link: string;
  /** Which provider ran, once that is known: a run goes on where it was. */
  readonly provider?: string;
  readonly startedAtMs: number;
}
/** Columns of one series of a finished trial. */
export interface KeptSeries {
  readonly arm: string;
  readonly metric: string;
  readonly steps: Float64Array;
  readonly values: Float64Array;
  /** `Spent` of each point. */
  readonly timesMs: Float32Array;
  readonly examples: Float32Array;
}
/** All that a finished trial has shown. */
export interface TrialShown {
  readonly outcomes: readonly Outcome[];
  readonly lights: readonly Light[];
  readonly marks: Readonly<Record<string, string>>;
  readonly series: readonly KeptSeries[];
  readonly pictures: Readonly<Record<string, Picture>>;
}

const isRecord = (v: unknown): v is Readonly<Record<string, unknown>> => typeof v === 'object' && v !== null && !Array.isArray(v) && !ArrayBuffer.isView(v);
const every = <T>(v: unknown, is: (entry: Readonly<Record<string, unknown>>) => boolean): v is readonly T[] => Array.isArray(v) && v.every((entry) => isRecord(entry) && is(entry));
const text = (...values: readonly unknown[]): boolean => values.every((v) => typeof v === 'string');

const headFormat: Format<RunHead> = {
  kind: 'journal head',
  version: 1,
  readers: {
    1: (v) => {
      if (!isRecord(v) || !text(v.link) || typeof v.startedAtMs !== 'number' || !(v.provider === undefined || text(v.provider))) throw new InputError('This journal does not say what it is of.');
      return v as unknown as RunHead; // every field was looked at
    },
  },
};
export const isOutcomes = (v: unknown): v is readonly Outcome[] => every<Outcome>(v, (o) => text(o.arm, o.metric) && typeof o.seed === 'number' && typeof o.value === 'number');
const isCountOrNone = (v: unknown): boolean => v === undefined || (typeof v === 'number' && Number.isFinite(v));
export const isLights = (v: unknown): v is readonly Light[] => every<Light>(v, (l) => text(l.id, l.detail) && typeof l.seed === 'number' && typeof l.holds === 'boolean' && (l.arm === undefined || text(l.arm))
  && (l.measured === undefined || isMeasured(l.measured)) && isCountOrNone(l.step) && isCountOrNone(l.checks)
  && (l.firstBroken === undefined || (isRecord(l.firstBroken) && text(l.firstBroken.detail) && isCountOrNone(l.firstBroken.step) && (l.firstBroken.measured === undefined || isMeasured(l.firstBroken.measured)))));
const arePoints = (s: Readonly<Record<string, unknown>>): boolean => s.steps instanceof Float64Array && s.values instanceof Float64Array && s.steps.length === s.values.length;
/** Whether columns are as long as they must be. */
export const areColumns = (s: Readonly<Record<string, unknown>>): boolean =>
  arePoints(s) && [s.timesMs, s.examples].every((column) => column instanceof Float32Array && column.length === (s.steps as Float64Array).length);
/** Columns of the version before, to which time and examples were unknown. */
export const columnsOfOne = <T>(s: T): T => {
  if (!isRecord(s) || !arePoints(s) || 'timesMs' in s || 'examples' in s) throw new InputError('A series is not as its version writes it.');
  const unknown = (): Float32Array => new Float32Array((s.steps as Float64Array).length).fill(NaN);
  return { ...s, timesMs: unknown(), examples: unknown() };
};
const isSeries = (v: unknown): v is readonly KeptSeries[] => every<KeptSeries>(v, (s) => text(s.arm, s.metric) && areColumns(s));
export const arePictures = (v: unknown): v is Readonly<Record<string, Picture>> => isRecord(v) && Object.values(v).every((p) => isRecord(p) && text(p.kind));
const readShown = (v: unknown): TrialShown => {
  if (!isRecord(v) || !isOutcomes(v.outcomes) || !isLights(v.lights) || !isSeries(v.series) || !arePictures(v.pictures) || !isRecord(v.marks) || !text(...Object.values(v.marks))) throw new InputError('A finished trial in this journal is not as this version writes it.');
  return v as unknown as TrialShown; // every field was looked at
};
const shownFormat: Format<TrialShown> = {
  kind: 'finished trial',
  version: 2,
  readers: { 1: (v) => readShown(isRecord(v) && Array.isArray(v.series) ? { ...v, series: v.series.map(columnsOfOne) } : v), 2: readShown },
};

const fileFormat: Format<{ readonly name: string; readonly bytes: Uint8Array }> = {
  kind: 'file of a run',
  version: 1,
  readers: {
    1: (v) => {
      if (!isRecord(v) || typeof v.name !== 'string' || !(v.bytes instanceof Uint8Array)) throw new InputError('A file in this journal is not as this version writes it.');
      return { name: v.name, bytes: v.bytes };
    },
  },
};

export interface RunJournal {
  /** What a finished trial has shown; undefined for one that has to run. */
  done(trial: number): Promise<TrialShown | undefined>;
  trial(trial: number): TrialJournal;
  /** The trial has ended, and what it has shown stands for it: its trainings are dropped. */
  finish(trial: number, shown: TrialShown): void;
  /** The provider of an earlier attempt. */
  readonly provider?: string;
  provided(provider: string): void;
  /** Bytes of a file that the experiment reads: with them the run goes on where the page has no file any more. */
  keepFile(sha256: string, name: string, bytes: Uint8Array): void;
  /** Resolves when all is written that was sent. */
  settled(): Promise<void>;
  /** The run has ended: nothing of it is needed. */
  drop(): Promise<void>;
}
const place = (runId: string): string => `run/${runId}/`;
/** Without its head a journal is lost, so there are two of them. */
const heads = ['head', 'head-copy'] as const;
async function readHead(blobs: Blobs, at: string): Promise<RunHead | undefined> {
  for (const name of heads) {
    const head = await getSealed(blobs, at + name, headFormat);
    if (head) return head;
  }
  return undefined;
}

/** Opens the journal of a run, or begins one. A journal of another experiment under that name is dropped. @param onProblem told once when nothing more can be written: the run goes on without */
export async function openJournal(blobs: Blobs, runId: string, link: string, { now, onProblem, everyMs = 4_000 }: { readonly now: number; readonly onProblem: (why: string) => void; /** Milliseconds between two saves of a training. */ readonly everyMs?: number }): Promise<RunJournal> {
  const at = place(runId);
  const writer = new Writer(blobs, onProblem);
  const found = await readHead(blobs, at);
  const before = found?.link === link ? found : undefined;
  if (!before) writer.remove(at);
  let head: RunHead = before ?? { link, startedAtMs: now };
  const writeHead = (): void => {
    const then = head;
    for (const name of heads) writer.put(at + name, () => seal(headFormat, then));
  };
  /** Where the storage was cleared while the run goes on, it is written down anew from here. */
  const saved = (): void => {
    const then = head;
    for (const name of heads) writer.keep(at + name, () => seal(headFormat, then));
  };
  if (!before) writeHead();
  await writer.settled();
  return {
    ...(before?.provider !== undefined && { provider: before.provider }),
    done: (trial) => getSealed(blobs, `${at}trial/${trial}/done`, shownFormat),
    trial: (trial) => trialJournal(blobs, `${at}trial/${trial}/`, writer, everyMs, saved),
    finish: (trial, shown) => {
      writer.put(`${at}trial/${trial}/done`, () => seal(shownFormat, shown));
      writer.remove(`${at}trial/${trial}/training/`);
      saved();
    },
    provided: (provider) => {
      if (head.provider === provider) return;
      head = { ...head, provider };
      writeHead();
    },
    keepFile: (sha256, name, bytes) => writer.put(`${at}file/${sha256}`, () => seal(fileFormat, { name, bytes })),
    settled: () => writer.settled(),
    drop: async () => {
      writer.remove(at);
      await writer.settled();
    },
  };
}
/** Runs whose journals were begun and not dropped, oldest first. */
export async function unfinishedRuns(blobs: Blobs): Promise<readonly (RunHead & { readonly runId: string; readonly sizeBytes: number })[]> {
  const all = await blobs.list('run/');
  const runIds = [...new Set(all.map(({ name }) => name.split('/')[1]!))];
  const heads = await Promise.all(runIds.map(async (runId) => ({ runId, head: await readHead(blobs, place(runId)) })));
  const sizeOf = (runId: string): number => all.filter(({ name }) => name.startsWith(place(runId))).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  return heads.flatMap(({ runId, head }) => (head ? [{ ...head, runId, sizeBytes: sizeOf(runId) }] : [])).sort((a, b) => a.startedAtMs - b.startedAtMs);
}
/** Removes what no head speaks of any more, of runs that nobody is at. What another version wrote has its head, and stays. */
export async function sweepJournals(blobs: Blobs, busy: (runId: string) => boolean): Promise<void> {
  const names = (await blobs.list('run/')).map(({ name }) => name);
  const headed = new Set(names.filter((name) => heads.some((head) => name.endsWith(`/${head}`))).map((name) => name.split('/')[1]!));
  const lost = new Set(names.map((name) => name.split('/')[1]!).filter((runId) => !headed.has(runId) && !busy(runId)));
  for (const runId of lost) await blobs.remove(place(runId));
}
/** A file that a run reads, as it was kept with it. */
export const fileOfRun = (blobs: Blobs, runId: string, sha256: string): Promise<{ readonly name: string; readonly bytes: Uint8Array } | undefined> => getSealed(blobs, `${place(runId)}file/${sha256}`, fileFormat);
/** Forgets a run: it will not go on. */
export const dropRun = (blobs: Blobs, runId: string): Promise<void> => blobs.remove(place(runId));
/** What a run is called among the browser's locks while a worker is at it: another tab's run is not taken up here. */
export const lockOf = (runId: string): string => `stipple ${runId}`;
