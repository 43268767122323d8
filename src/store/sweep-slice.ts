/** Sweeps on the page: the one that is being put together, the one on screen, and those that are kept. */
import { toProblem } from '../base/errors';
import { forgetSweep, keepPoint, keepSweep, keptSweeps, lockOfSweep, mostSweeps, pointsOf, runOfPoint, type PointResult, type SweepHead } from '../keep/kept-sweeps';
import type { Card } from '../spec/card';
import { planSweep, readSweep, writeSweep, type Sweep, type SweepPoint } from '../spec/sweep';
import type { Slice } from './app';
import { missingFiles } from './experiment-slice';
import { emptyDraft, draftOf, readDraft, type SweepDraft } from './sweep-draft';
import { runSweep, type SweepRunner } from './sweep-runner';
import { storeTexts } from './texts';

/** The sweep on screen. */
export interface ShownSweep {
  readonly head: SweepHead;
  readonly card: Card;
  readonly sweep: Sweep;
  readonly points: readonly SweepPoint[];
  /** By point; undefined for one that has not ended. */
  readonly results: readonly (PointResult | undefined)[];
  /** How far the points are that run now, by point. */
  readonly shares: Readonly<Record<number, number>>;
  readonly status: 'running' | 'paused' | 'stopped' | 'finished';
  /** How many points run side by side. */
  readonly jobs: number;
}
export type KeptSweep = SweepHead & { readonly done: number; readonly sizeBytes: number };
export interface SweepSlice {
  readonly draft: SweepDraft;
  readonly shownSweep?: ShownSweep;
  /** Newest first. Empty until they were looked for. */
  readonly keptSweeps: readonly KeptSweep[];
  draftChanged(change: Partial<SweepDraft>): void;
  /** True if the link was read: it is the draft then, and its experiment is on the page. */
  sweepLinkOpened(hash: string): boolean;
  sweepStarted(): void;
  sweepPaused(): void;
  sweepResumed(): void;
  sweepStopped(): void;
  /** Closes what is on screen; a sweep that is running has to be stopped first. */
  sweepClosed(): void;
  /** Looks what is kept. The sweep that this very tab was at before it was loaded again goes on by itself. */
  sweepsLooked(): Promise<void>;
  /** Shows a kept sweep; `goOn` runs what is missing. */
  sweepOpened(id: string, goOn: boolean): Promise<void>;
  sweepForgotten(id: string): Promise<void>;
  /** The experiment of a point comes onto the page. */
  pointOpened(at: number): void;
  /** The link of the sweep on screen, else of the draft; undefined where that makes none. */
  sweepLink(): string | undefined;
}
let count = 0;
const newId = (): string => `${Date.now().toString(36)}-${++count}`;

export const createSweepSlice: Slice<SweepSlice> = ({ cards, blobs, anotherWorker, sweepTab }) => (set, get) => {
  let runner: SweepRunner | undefined;
  let unlock: (() => void) | undefined;
  let [told, starting] = [false, false];
  const change = (to: (shown: ShownSweep) => Partial<ShownSweep>): void => set(({ shownSweep }) => (shownSweep ? { shownSweep: { ...shownSweep, ...to(shownSweep) } } : {}));
  const complain = (error: unknown): void => get().noticeGiven('problem', storeTexts.sweepProblem(toProblem(error).message));

  async function look(): Promise<void> {
    if (!blobs) return;
    const { sweeps, damaged } = await keptSweeps(blobs);
    set({ keptSweeps: sweeps });
    if (damaged.length > 0 && !told) get().noticeGiven('info', storeTexts.sweepsDamaged(damaged.length));
    told ||= damaged.length > 0;
  }
  function release(): void {
    runner?.stop();
    runner = undefined;
    unlock?.();
    unlock = undefined;
    sweepTab?.set(undefined);
  }
  /** Runs the points of the sweep on screen that have not ended. */
  function run(): void {
    const { shownSweep } = get();
    if (!shownSweep || !anotherWorker) return release();
    const { head, points, results, jobs } = shownSweep;
    const waiting = points.flatMap((point, at) => (results[at] ? [] : [{ at, point }]));
    if (waiting.length === 0) {
      release();
      return change(() => ({ status: 'finished' }));
    }
    let kept = blobs !== undefined;
    if (kept) sweepTab?.set(head.id);
    const keepOrSay = (work: Promise<void>): void => void work.catch((error: unknown) => {
      if (kept) get().noticeGiven('info', storeTexts.sweepNotKept(toProblem(error).message));
      kept = false;
    });
    if (blobs) keepOrSay(keepSweep(blobs, head).then(look));
    change(() => ({ status: 'running', shares: {} }));
    runner = runSweep({
      waiting, workers: Array.from({ length: Math.min(jobs, waiting.length) }, anotherWorker), keep: kept,
      runIdOf: (at) => runOfPoint(head.id, at),
      filesOf: ({ experiment }) => experiment.files.map((ref) => get().files[ref.sha256]!), // `missing` has looked
      progressed: (at, share) => change(({ shares }) => ({ shares: { ...shares, [at]: share } })),
      ended: (at, result) => {
        change(({ results: now, shares }) => ({ results: now.map((r, i) => (i === at ? result : r)), shares: Object.fromEntries(Object.entries(shares).filter(([i]) => Number(i) !== at)) }));
        if (blobs && kept) keepOrSay(keepPoint(blobs, head.id, at, result));
      },
      finished: () => {
        change(() => ({ status: 'finished' }));
        release();
        void look().catch(complain);
      },
    });
  }
  const isBusy = (): boolean => runner !== undefined || starting;
  function missing(sweep: Sweep): boolean {
    const names = missingFiles(sweep.base, get().files);
    if (names.length > 0) get().noticeGiven('problem', storeTexts.noSuchFile(names.join(', ')));
    return names.length > 0;
  }
  return {
    draft: emptyDraft(''),
    keptSweeps: [],
    draftChanged: (draft) => set((app) => ({ draft: { ...app.draft, ...draft } })),
    sweepLinkOpened: (hash) => {
      try {
        const { sweep, notes } = readSweep(hash, cards);
        if (get().experiment?.method !== sweep.base.method) get().shownCleared();
        set({ experiment: sweep.base, claimedProof: undefined, draft: draftOf(sweep, get().draft.jobs), ...(isBusy() ? {} : { shownSweep: undefined }) });
        for (const note of notes) get().noticeGiven('info', note);
        return true;
      } catch (error) {
        get().noticeGiven('problem', storeTexts.linkKept(toProblem(error).message));
        return false;
      }
    },
    sweepStarted: () => {
      const { experiment, draft } = get();
      const card = experiment && cards[experiment.method];
      if (!experiment || !card) return;
      if (isBusy()) return get().noticeGiven('problem', storeTexts.sweepBusy);
      if (get().keptSweeps.length >= mostSweeps) return get().noticeGiven('problem', storeTexts.sweepsTooMany(mostSweeps));
      try {
        const sweep = readDraft(card, experiment, draft);
        const points = planSweep(card, sweep);
        if (missing(sweep)) return;
        const head: SweepHead = { id: newId(), link: writeSweep(card, sweep), name: card.title, startedAtMs: Date.now(), points: points.length };
        set({ shownSweep: { head, card, sweep, points, results: points.map(() => undefined), shares: {}, status: 'running', jobs: draft.jobs } });
        starting = true;
        void locked(head.id).then((free) => {
          starting = false;
          unlock = free; // an id that nobody else has
          run();
        });
      } catch (error) {
        complain(error);
      }
    },
    sweepPaused: () => {
      runner?.pause();
      if (runner) change(() => ({ status: 'paused' }));
    },
    sweepResumed: () => {
      if (!runner) return;
      change(() => ({ status: 'running' }));
      runner.resume();
    },
    sweepStopped: () => {
      if (!runner) return;
      release();
      change(() => ({ status: 'stopped', shares: {} }));
      void look().catch(complain);
    },
    sweepClosed: () => {
      if (isBusy()) return get().noticeGiven('problem', storeTexts.sweepBusy);
      set({ shownSweep: undefined });
    },
    sweepsLooked: async () => {
      try {
        await look();
        const id = sweepTab?.get();
        if (!id || isBusy()) return; // at it already: storage was looked at
        sweepTab?.set(undefined);
        if (get().keptSweeps.some((s) => s.id === id && s.done < s.points)) await get().sweepOpened(id, true);
      } catch {
        // A browser that keeps nothing has nothing to show; that a sweep is not kept is said when it starts.
      }
    },
    sweepOpened: async (id, goOn) => {
      const head = get().keptSweeps.find((s) => s.id === id);
      if (!blobs || !head) return;
      if (isBusy()) return get().noticeGiven('problem', storeTexts.sweepBusy);
      try {
        const { sweep } = readSweep(head.link, cards);
        const card = cards[sweep.base.method]!;
        const points = planSweep(card, sweep);
        const results = (await pointsOf(blobs, { id, points: points.length }));
        if (isBusy()) return get().noticeGiven('problem', storeTexts.sweepBusy); // another one was started meanwhile
        const { done: _, sizeBytes: __, ...plain } = head;
        set({ shownSweep: { head: { ...plain, points: points.length }, card, sweep, points, results, shares: {}, status: results.every((r) => r !== undefined) ? 'finished' : 'stopped', jobs: get().draft.jobs } });
        if (!goOn || missing(sweep)) return;
        starting = true;
        const free = await locked(id);
        starting = false;
        if (!free) return get().noticeGiven('problem', storeTexts.sweepElsewhere);
        unlock = free;
        run();
      } catch (error) {
        complain(error);
      }
    },
    sweepForgotten: async (id) => {
      if (!blobs) return;
      if (isBusy() && get().shownSweep?.head.id === id) return get().noticeGiven('problem', storeTexts.sweepBusy);
      try {
        await forgetSweep(blobs, id);
        if (get().shownSweep?.head.id === id) set({ shownSweep: undefined });
        await look();
      } catch (error) {
        complain(error);
      }
    },
    pointOpened: (at) => {
      const point = get().shownSweep?.points[at];
      if (!point) return;
      if (get().experiment?.method !== point.experiment.method) get().shownCleared();
      set({ experiment: point.experiment, claimedProof: undefined });
      get().placeChosen(undefined);
    },
    sweepLink: () => {
      const { shownSweep, experiment, draft } = get();
      if (shownSweep) return shownSweep.head.link;
      const card = experiment && cards[experiment.method];
      try {
        return card && writeSweep(card, readDraft(card, experiment, draft));
      } catch {
        return undefined; // not a sweep yet; the screen says what is missing
      }
    },
  };
};
/** Holds a sweep for this tab until the function that comes back is called; undefined where another tab is at it. */
async function locked(id: string): Promise<(() => void) | undefined> {
  const locks = (globalThis.navigator as { locks?: LockManager } | undefined)?.locks; // pages that were not served securely have none, nor has Node
  if (!locks) return () => undefined;
  for (let i = 0; ; i++) {
    const free = await new Promise<(() => void) | undefined>((resolve) => {
      locks.request(lockOfSweep(id), { ifAvailable: true }, (lock) => (lock ? new Promise<void>((release) => resolve(release)) : resolve(undefined))).catch(() => resolve(() => undefined)); // refused in a frame of another site
    });
    if (free || i === 20) return free;
    await new Promise((resolve) => setTimeout(resolve, 100)); // the page before this one lets go a moment after it has gone
  }
}
