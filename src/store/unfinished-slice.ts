/** Runs that were cut off, with the page or the tab, and lie in the browser's storage: what can go on, and what the user makes of it. */
import { toProblem } from '../base/errors';
import { heldLocks, whenFree } from '../keep/locks';
import { dropRun, fileOfRun, lockOf, sweepJournals, unfinishedRuns } from '../keep/run-journal';
import { isRunOfPoint } from '../keep/kept-sweeps';
import type { Experiment } from '../spec/experiment';
import { readLink } from '../spec/link';
import type { FileBytes, RunId } from '../spec/messages';
import type { Slice } from './app';
import { storeTexts } from './texts';

export interface Unfinished {
  readonly runId: RunId;
  readonly experiment: Experiment;
  readonly startedAtMs: number;
  readonly sizeBytes: number;
}
/** What a tab remembers over a reload, and no other tab knows: the run that it was at. */
export interface TabMemory {
  get(): RunId | undefined;
  set(runId: RunId | undefined): void;
}
export interface UnfinishedSlice {
  readonly unfinished: readonly Unfinished[];
  /** Looks what is there. The run that this very tab was at before it was loaded again goes on by itself. */
  unfinishedLooked(): Promise<void>;
  goOnPressed(runId: RunId): Promise<void>;
  discardPressed(runId: RunId): Promise<void>;
}

/** Milliseconds that whoever has finished a run needs to put it away. */
const tidyMs = 1_500;
/** Times that the run of the page before is looked for, in tenths of a second. */
const tries = 150;
export const createUnfinishedSlice: Slice<UnfinishedSlice> = ({ cards, blobs, tab }) => (set, get) => {
  const without = (runId: RunId): void => set(({ unfinished }) => ({ unfinished: unfinished.filter((u) => u.runId !== runId) }));
  /** Runs that somebody was at when they were looked for: a worker that was ended a moment ago, say, or another tab's. */
  const awaited = new Set<string>();
  /** What the tab remembers is of the page before, and is taken up once. */
  let resumed = false;
  function lookWhenFree(runId: string): void {
    if (awaited.has(runId)) return;
    awaited.add(runId);
    void whenFree(lockOf(runId)).then(async () => {
      await new Promise((resolve) => setTimeout(resolve, tidyMs));
      awaited.delete(runId);
      await get().unfinishedLooked();
    });
  }
  async function found(): Promise<Unfinished[]> {
    if (!blobs) return [];
    const [runs, busy] = await Promise.all([unfinishedRuns(blobs), heldLocks()]);
    await sweepJournals(blobs, (runId) => busy.has(lockOf(runId))).catch(() => undefined); // what cannot be swept now is swept another time
    return runs.flatMap(({ runId, link, startedAtMs, sizeBytes }) => {
      if (isRunOfPoint(runId)) return []; // points of sweeps go on with their sweep
      if (busy.has(lockOf(runId))) {
        lookWhenFree(runId);
        return [];
      }
      if (runId === get().run?.id && get().run?.status === 'finished') return []; // it is whole, and waits to be kept
      try {
        return [{ runId, experiment: readLink(link, cards).experiment, startedAtMs, sizeBytes }];
      } catch {
        return []; // of a method that this version has not: it stays for the version that has it
      }
    });
  }
  return {
    unfinished: [],
    unfinishedLooked: async () => {
      try {
        const remembered = resumed ? undefined : tab?.get();
        resumed = true;
        // The worker of the page before lets go a moment after the page has gone; that of another tab does not.
        for (let i = 0; i < (remembered ? tries : 1); i++) {
          const unfinished = await found();
          set({ unfinished });
          if (!remembered) return;
          if (unfinished.some((u) => u.runId === remembered)) return await get().goOnPressed(remembered);
          if (!(await heldLocks()).has(lockOf(remembered))) return tab?.set(undefined);
          await new Promise((resolve) => setTimeout(resolve, 100));
        }
        tab?.set(undefined);
      } catch {
        // A browser that keeps nothing has nothing to go on with; that a run is not kept is said when it starts.
      }
    },
    goOnPressed: async (runId) => {
      const u = get().unfinished.find((one) => one.runId === runId);
      if (!u || !blobs) return;
      try {
        const files: Record<string, FileBytes> = {};
        for (const ref of u.experiment.files) {
          const file = await fileOfRun(blobs, runId, ref.sha256);
          if (file) files[ref.sha256] = file;
        }
        set((app) => ({ files: { ...app.files, ...files } }));
        without(runId);
        get().runTakenUp(runId, u.experiment);
      } catch (error) {
        get().noticeGiven('problem', storeTexts.cannotGoOn(toProblem(error).message));
      }
    },
    discardPressed: async (runId) => {
      without(runId);
      if (tab?.get() === runId) tab.set(undefined);
      if (blobs) await dropRun(blobs, runId).catch((error: unknown) => get().noticeGiven('problem', toProblem(error).message));
    },
  };
};
