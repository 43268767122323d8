/** Finished runs that are kept: what each was of, what came out, and every point of its curves; and all of them as one file, which another machine takes in. */
import { InputError } from '../base/errors';
import type { Light, Outcome, Proof } from '../spec/result';
import type { Blobs } from './blobs';
import { areColumns, columnsOfOne, isLights, isOutcomes } from './run-journal';
import { getSealed, seal, unseal, type Format } from './sealed';

/** What the table of runs shows. */
export interface KeptRun {
  readonly id: string;
  /** The experiment, as its link: it passes the link's door whenever it is read. */
  readonly link: string;
  readonly name: string;
  readonly note: string;
  readonly pinned: boolean;
  readonly finishedAtMs: number;
  readonly elapsedMs: number;
  readonly proof: Proof;
  readonly outcomes: readonly Outcome[];
  readonly lights: readonly Light[];
  /** Of an arm, where a person chose it: which of the palette's colours. */
  readonly colours: Readonly<Record<string, number>>;
}
export interface KeptCurve {
  readonly arm: string;
  readonly seed: number;
  readonly metric: string;
  readonly steps: Float64Array;
  readonly values: Float64Array;
  /** `Spent` of each point; NaN where it is not known. */
  readonly timesMs: Float32Array;
  readonly examples: Float32Array;
}
/** At most so many are kept; pinned ones are never dropped for newer ones. */
export const mostRuns = 200;
/** Colours that an arm may have. */
export const paletteSize = 8;
/** Characters of a name, and of a note. */
export const longest = { name: 80, note: 2000 } as const;

const isRecord = (v: unknown): v is Readonly<Record<string, unknown>> => typeof v === 'object' && v !== null && !Array.isArray(v) && !ArrayBuffer.isView(v);
const isText = (v: unknown, most: number): v is string => typeof v === 'string' && v.length <= most;
const isProof = (v: unknown): v is Proof => isRecord(v) && isText(v.provider, 20) && isText(v.fingerprint, 64) && Array.isArray(v.marks) && v.marks.every((m) => typeof m === 'number');
const areColours = (v: unknown): boolean => isRecord(v) && Object.values(v).every((colour) => Number.isSafeInteger(colour) && (colour as number) >= 0 && (colour as number) < paletteSize); // isSafeInteger says that it is a number
function isRun(v: unknown): v is KeptRun {
  return isRecord(v) && isText(v.id, 80) && /^[\w-]+$/.test(v.id) && isText(v.link, 16_000) && isText(v.name, longest.name) && isText(v.note, longest.note) && typeof v.pinned === 'boolean'
    && Number.isFinite(v.finishedAtMs) && Number.isFinite(v.elapsedMs) && isProof(v.proof) && isOutcomes(v.outcomes) && isLights(v.lights) && areColours(v.colours);
}
const areCurves = (v: unknown): v is readonly KeptCurve[] =>
  Array.isArray(v) && v.every((c) => isRecord(c) && isText(c.arm, 200) && isText(c.metric, 200) && typeof c.seed === 'number' && areColumns(c));
const checked = <T>(is: (v: unknown) => v is T, what: string) => (v: unknown): T => {
  if (!is(v)) throw new InputError(`${what} is not as this version writes it.`);
  return v;
};
// Version 1 knew no colours, no times and no counts of examples.
const runOfOne = (v: unknown): unknown => (isRecord(v) ? { ...v, colours: {} } : v);
const curvesOfOne = (v: unknown): unknown => (Array.isArray(v) ? v.map(columnsOfOne) : v);
const [readRun, readCurves] = [checked(isRun, 'This kept run'), checked(areCurves, 'The curves of a kept run')];
const runFormat: Format<KeptRun> = { kind: 'kept run', version: 2, readers: { 1: (v) => readRun(runOfOne(v)), 2: readRun } };
const curvesFormat: Format<readonly KeptCurve[]> = { kind: 'kept curves', version: 2, readers: { 1: (v) => readCurves(curvesOfOne(v)), 2: readCurves } };
type Bench = readonly { readonly run: KeptRun; readonly curves: readonly KeptCurve[] }[];
const isBench = (v: unknown): v is Bench => Array.isArray(v) && v.length <= mostRuns && v.every((one) => isRecord(one) && isRun(one.run) && areCurves(one.curves));
const readBench = checked(isBench, 'This workbench');
const benchOfOne = (v: unknown): unknown => (Array.isArray(v) ? v.map((one) => (isRecord(one) ? { run: runOfOne(one.run), curves: curvesOfOne(one.curves) } : one)) : v);
const benchFormat: Format<Bench> = { kind: 'stipple workbench', version: 2, readers: { 1: (v) => readBench(benchOfOne(v)), 2: readBench } };

const at = (id: string): string => `kept/${id}/`;
const isRunName = (name: string): boolean => name.endsWith('/run');
/** Keeps a run; where there are too many, the oldest that is not pinned goes. One that is here already stays as it was named. */
export async function keepRun(blobs: Blobs, run: KeptRun, curves: readonly KeptCurve[]): Promise<void> {
  await blobs.put(`${at(run.id)}curves`, seal(curvesFormat, curves));
  // last: without it there is no run
  await blobs.update(`${at(run.id)}run`, (there) => {
    const { name, note, pinned, colours } = (there && sound(there)) ?? run;
    return seal(runFormat, { ...run, name, note, pinned, colours });
  });
  // To count them they need not be read, which takes a while where there are many.
  if ((await blobs.list('kept/')).filter(({ name }) => isRunName(name)).length <= mostRuns) return;
  const { runs } = await keptRuns(blobs);
  const loose = runs.filter(({ pinned, id }) => !pinned && id !== run.id);
  for (const old of loose.slice(0, Math.max(0, runs.length - mostRuns))) await blobs.remove(at(old.id));
}
function sound(bytes: Uint8Array): KeptRun | undefined {
  try {
    return unseal(runFormat, bytes);
  } catch {
    return undefined;
  }
}
/** What a person may change of a kept run. */
export type RunChange = Partial<Pick<KeptRun, 'name' | 'note' | 'pinned' | 'colours'>>;
/** Changes the run as it lies there now, which another tab may have changed as well. One that was forgotten stays so. */
export const changeRun = (blobs: Blobs, id: string, change: RunChange): Promise<void> =>
  blobs.update(`${at(id)}run`, (there) => {
    const run = there && sound(there);
    return run && seal(runFormat, { ...run, ...change });
  });
/** All that are kept and sound, oldest first, and the bytes that they take. */
export async function keptRuns(blobs: Blobs): Promise<{ readonly runs: readonly KeptRun[]; readonly sizeBytes: number }> {
  const all = await blobs.list('kept/');
  const names = all.map(({ name }) => name).filter(isRunName);
  const runs = (await Promise.all(names.map((name) => getSealed(blobs, name, runFormat)))).filter((run) => run !== undefined);
  return { runs: runs.toSorted((a, b) => a.finishedAtMs - b.finishedAtMs || (a.id < b.id ? -1 : 1)), sizeBytes: all.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) };
}
/** Every point of a run's curves; none where they are lost. */
export const curvesOf = async (blobs: Blobs, id: string): Promise<readonly KeptCurve[]> => (await getSealed(blobs, `${at(id)}curves`, curvesFormat)) ?? [];
export const forgetRun = (blobs: Blobs, id: string): Promise<void> => blobs.remove(at(id));
export const forgetAll = (blobs: Blobs): Promise<void> => blobs.remove('kept/');

/** The whole workbench as one file. */
export async function exportBench(blobs: Blobs): Promise<Uint8Array> {
  const { runs } = await keptRuns(blobs);
  return seal(benchFormat, await Promise.all(runs.map(async (run) => ({ run, curves: await curvesOf(blobs, run.id) }))));
}
/** Takes a file in beside what is kept; runs that are here already stay as they are. Nothing is changed unless all of it is sound. @throws InputError */
export async function importBench(blobs: Blobs, bytes: Uint8Array): Promise<{ readonly added: number; readonly known: number }> {
  const bench = unseal(benchFormat, bytes);
  const here = new Set((await keptRuns(blobs)).runs.map(({ id }) => id));
  const fresh = bench.filter(({ run }) => !here.has(run.id));
  if (here.size + fresh.length > mostRuns) throw new InputError(`At most ${mostRuns} runs are kept, and ${here.size + fresh.length} would be. Remove some first.`);
  for (const { run, curves } of fresh) await keepRun(blobs, run, curves);
  return { added: fresh.length, known: bench.length - fresh.length };
}
