/** Finished runs that are kept: what each was of, what came out, and every point of its curves; and all of them as one file, which another machine takes in. */
import { InputError } from '../base/errors';
import type { Light, Outcome, Proof } from '../spec/result';
import type { Blobs } from './blobs';
import { isLights, isOutcomes } from './run-journal';
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
}
export interface KeptCurve {
  readonly arm: string;
  readonly seed: number;
  readonly metric: string;
  readonly steps: Float64Array;
  readonly values: Float64Array;
}
/** At most so many are kept; pinned ones are never dropped for newer ones. */
export const mostRuns = 200;
/** Characters of a name, and of a note. */
export const longest = { name: 80, note: 2000 } as const;

const isRecord = (v: unknown): v is Readonly<Record<string, unknown>> => typeof v === 'object' && v !== null && !Array.isArray(v) && !ArrayBuffer.isView(v);
const isText = (v: unknown, most: number): v is string => typeof v === 'string' && v.length <= most;
const isProof = (v: unknown): v is Proof => isRecord(v) && isText(v.provider, 20) && isText(v.fingerprint, 64) && Array.isArray(v.marks) && v.marks.every((m) => typeof m === 'number');
function isRun(v: unknown): v is KeptRun {
  return isRecord(v) && isText(v.id, 80) && /^[\w-]+$/.test(v.id) && isText(v.link, 16_000) && isText(v.name, longest.name) && isText(v.note, longest.note) && typeof v.pinned === 'boolean'
    && Number.isFinite(v.finishedAtMs) && Number.isFinite(v.elapsedMs) && isProof(v.proof) && isOutcomes(v.outcomes) && isLights(v.lights);
}
const areCurves = (v: unknown): v is readonly KeptCurve[] =>
  Array.isArray(v) && v.every((c) => isRecord(c) && isText(c.arm, 200) && isText(c.metric, 200) && typeof c.seed === 'number' && c.steps instanceof Float64Array && c.values instanceof Float64Array && c.steps.length === c.values.length);
const checked = <T>(is: (v: unknown) => v is T, what: string) => (v: unknown): T => {
  if (!is(v)) throw new InputError(`${what} is not as this version writes it.`);
  return v;
};
const runFormat: Format<KeptRun> = { kind: 'kept run', version: 1, readers: { 1: checked(isRun, 'This kept run') } };
const curvesFormat: Format<readonly KeptCurve[]> = { kind: 'kept curves', version: 1, readers: { 1: checked(areCurves, 'The curves of a kept run') } };
type Bench = readonly { readonly run: KeptRun; readonly curves: readonly KeptCurve[] }[];
const isBench = (v: unknown): v is Bench => Array.isArray(v) && v.length <= mostRuns && v.every((one) => isRecord(one) && isRun(one.run) && areCurves(one.curves));
const benchFormat: Format<Bench> = { kind: 'stipple workbench', version: 1, readers: { 1: checked(isBench, 'This workbench') } };

const at = (id: string): string => `kept/${id}/`;
/** Keeps a run; where there are too many, the oldest that is not pinned goes. */
export async function keepRun(blobs: Blobs, run: KeptRun, curves: readonly KeptCurve[]): Promise<void> {
  await blobs.put(`${at(run.id)}curves`, seal(curvesFormat, curves));
  await blobs.put(`${at(run.id)}run`, seal(runFormat, run)); // last: without it there is no run
  const { runs } = await keptRuns(blobs);
  const loose = runs.filter(({ pinned, id }) => !pinned && id !== run.id);
  for (const old of loose.slice(0, Math.max(0, runs.length - mostRuns))) await blobs.remove(at(old.id));
}
/** Its name, note or pin has changed. */
export const changeRun = (blobs: Blobs, run: KeptRun): Promise<void> => blobs.put(`${at(run.id)}run`, seal(runFormat, run));
/** All that are kept and sound, oldest first, and the bytes that they take. */
export async function keptRuns(blobs: Blobs): Promise<{ readonly runs: readonly KeptRun[]; readonly sizeBytes: number }> {
  const all = await blobs.list('kept/');
  const names = all.map(({ name }) => name).filter((name) => name.endsWith('/run'));
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
