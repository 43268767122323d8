/** Sweeps that are kept: what each is of, and what came of every point. A point is written alone and whole, so that what is cut off loses no other. */
import { InputError } from '../base/errors';
import type { Outcome } from '../spec/result';
import { sweepLimits } from '../spec/sweep';
import type { Blobs } from './blobs';
import { isOutcomes } from './run-journal';
import { getSealed, seal, type Format } from './sealed';

export interface SweepHead {
  readonly id: string;
  /** The sweep, as its link: it passes the link's door whenever it is read. */
  readonly link: string;
  readonly name: string;
  readonly startedAtMs: number;
  /** How many points its plan has. */
  readonly points: number;
}
/** What came of one point. */
export interface PointResult {
  readonly outcomes: readonly Outcome[];
  /** Invariants that did not hold. */
  readonly lightsOff: number;
  /** Empty where it failed. */
  readonly fingerprint: string;
  readonly elapsedMs: number;
  /** Why it failed, where it did. */
  readonly problem?: string;
}
/** At most so many sweeps are kept. */
export const mostSweeps = 50;

const isRecord = (v: unknown): v is Readonly<Record<string, unknown>> => typeof v === 'object' && v !== null && !Array.isArray(v) && !ArrayBuffer.isView(v);
const isText = (v: unknown, most: number): v is string => typeof v === 'string' && v.length <= most;
const isCount = (v: unknown, most: number): v is number => Number.isInteger(v) && (v as number) >= 0 && (v as number) <= most; // isInteger says that it is a number
const headFormat: Format<SweepHead> = {
  kind: 'sweep', version: 1,
  readers: { 1: (v) => {
    if (!isRecord(v) || !isText(v.id, 60) || !/^[\w-]+$/.test(v.id) || !isText(v.link, 16_000) || !isText(v.name, 200) || !Number.isFinite(v.startedAtMs) || !isCount(v.points, sweepLimits.points)) throw new InputError('This sweep is not as this version writes it.');
    return v as unknown as SweepHead; // every field was looked at
  } },
};
const pointFormat: Format<PointResult> = {
  kind: 'point of a sweep', version: 1,
  readers: { 1: (v) => {
    if (!isRecord(v) || !isOutcomes(v.outcomes) || !isCount(v.lightsOff, 1e6) || !isText(v.fingerprint, 64) || !Number.isFinite(v.elapsedMs) || !(v.problem === undefined || isText(v.problem, 4000))) throw new InputError('This point of a sweep is not as this version writes it.');
    return v as unknown as PointResult; // every field was looked at
  } },
};
/** Who holds it is at the sweep. */
export const lockOfSweep = (id: string): string => `stipple sweep ${id}`;
const at = (id: string): string => `sweep/${id}/`;
/** Runs of a sweep's points are called so: a sweep goes on with them, the page does not. */
export const runOfPoint = (id: string, point: number): string => `sweep-${id}-${point}`;
export const isRunOfPoint = (runId: string): boolean => runId.startsWith('sweep-');

export const keepSweep = (blobs: Blobs, head: SweepHead): Promise<void> => blobs.put(`${at(head.id)}head`, seal(headFormat, head));
/** The journal of the point's run goes when its result is there: a worker that is ended at once may not come to it. */
export async function keepPoint(blobs: Blobs, id: string, point: number, result: PointResult): Promise<void> {
  await blobs.put(`${at(id)}point/${point}`, seal(pointFormat, result));
  await blobs.remove(`run/${runOfPoint(id, point)}/`);
}
/** What is kept, newest first: how many points are there, how many bytes. A head that is damaged is counted in `damaged`, and its bytes can be freed by its id. */
export async function keptSweeps(blobs: Blobs): Promise<{ readonly sweeps: readonly (SweepHead & { readonly done: number; readonly sizeBytes: number })[]; readonly damaged: readonly string[] }> {
  const all = await blobs.list('sweep/');
  const ids = [...new Set(all.map(({ name }) => name.split('/')[1]!))];
  const damaged: string[] = [];
  const found = await Promise.all(ids.map(async (id) => {
    const head = await getSealed(blobs, `${at(id)}head`, headFormat);
    if (!head || head.id !== id) {
      damaged.push(id);
      return [];
    }
    const own = all.filter(({ name }) => name.startsWith(at(id)));
    return [{ ...head, done: own.filter(({ name }) => name.startsWith(`${at(id)}point/`)).length, sizeBytes: own.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) }];
  }));
  return { sweeps: found.flat().toSorted((a, b) => b.startedAtMs - a.startedAtMs || (a.id < b.id ? 1 : -1)), damaged };
}
/** Results by point; one that is missing or damaged is undefined, and is run again. */
export const pointsOf = (blobs: Blobs, { id, points }: Pick<SweepHead, 'id' | 'points'>): Promise<(PointResult | undefined)[]> => Promise.all(Array.from({ length: points }, (_, i) => getSealed(blobs, `${at(id)}point/${i}`, pointFormat)));
/** The sweep, and the journals of points that were not finished. */
export async function forgetSweep(blobs: Blobs, id: string): Promise<void> {
  await blobs.remove(at(id));
  await blobs.remove(`run/sweep-${id}-`);
}
