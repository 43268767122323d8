/** Finished runs that are kept in this browser, and those that are compared. */
import { toProblem } from '../base/errors';
import { StorageProblem } from '../keep/blobs';
import { holdWhenFree } from '../keep/locks';
import { dropRun, lockOf } from '../keep/run-journal';
import { changeRun, curvesOf, exportBench, forgetAll, forgetRun, importBench, keepRun, keptRuns, longest, mostRuns, type KeptCurve, type KeptRun } from '../keep/kept-runs';
import { readLink, writeLink } from '../spec/link';
import type { Slice } from './app';
import { addEvidence } from './evidence';
import { bytesText } from './format';
import { isActive, type Run } from './run';
import { storeTexts } from './texts';

export interface WorkbenchSlice {
  /** Oldest first. Empty until they were looked for. */
  readonly kept: readonly KeptRun[];
  readonly keptBytes: number;
  /** Which are compared, in the order of choice. */
  readonly compared: readonly string[];
  readonly curves: Readonly<Record<string, readonly KeptCurve[]>>;
  benchLooked(): Promise<void>;
  runFinished(run: Run): Promise<void>;
  keptCompared(id: string, on: boolean): Promise<void>;
  keptChanged(id: string, change: Partial<Pick<KeptRun, 'name' | 'note' | 'pinned' | 'colours'>>): Promise<void>;
  keptForgotten(id: string): Promise<void>;
  allForgotten(): Promise<void>;
  /** The whole workbench as one file, if anything is kept. */
  benchExported(): Promise<Uint8Array | undefined>;
  benchImported(file: { readonly name: string; readonly size: number; arrayBuffer(): Promise<ArrayBuffer> }): Promise<void>;
  /** Back to the experiment of a kept run, with its knobs. */
  keptOpened(id: string): void;
}
/** Milliseconds after which a write that has not come to its end is held up by somebody. */
const storagePatienceMs = 10_000;
/** Larger files are not read. */
const largestBench = 512 * 2 ** 20;

export const createWorkbenchSlice: Slice<WorkbenchSlice> = ({ cards, worker, blobs, tab, otherTabs }) => (set, get) => {
  /** Finished runs for which there was no room: tried again when something was removed. Their journals lie there until they are kept. */
  const homeless = new Map<string, { readonly run: KeptRun; readonly curves: readonly KeptCurve[] }>();
  otherTabs?.listen(() => void look().catch(() => undefined));
  async function shelve({ run, curves }: { readonly run: KeptRun; readonly curves: readonly KeptCurve[] }): Promise<void> {
    if (!blobs) return;
    homeless.set(run.id, { run, curves });
    // A worker that hangs in the middle of a write holds everybody else's up; without a run nobody watches it.
    const stuck = setTimeout(() => !isActive(get().run) && worker.restart(), storagePatienceMs);
    // Asked for at once, so that it comes from the worker to this page without a gap in which another tab would take the run for one that was cut off.
    const inHand = holdWhenFree(lockOf(run.id), storagePatienceMs);
    let release: (() => void) | undefined;
    try {
      await keepRun(blobs, run, curves);
      homeless.delete(run.id);
      // Not before it is kept (a page that ends in between has one of the two), nor before the worker has written its last.
      release = (await inHand) ?? (await holdWhenFree(lockOf(run.id), storagePatienceMs));
      if (release) await dropRun(blobs, run.id);
    } finally {
      clearTimeout(stuck);
      if (release) release();
      else void inHand.then((late) => late?.());
    }
    if (tab?.get() === run.id) tab.set(undefined);
  }
  /** What is kept has changed: other tabs look, and so does this one. */
  async function changed(): Promise<void> {
    otherTabs?.tell();
    await look();
  }
  /** Something was removed: there may be room now. */
  async function roomMade(): Promise<void> {
    for (const one of [...homeless.values()]) await shelve(one);
    await changed();
  }
  /** Does something with storage, and says so where it fails. */
  async function attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      get().noticeGiven('problem', storeTexts.notKeptRun(toProblem(error).message));
    }
  }
  let looking: Promise<void> = Promise.resolve();
  /** One look after another: an older one must not come last. */
  function look(): Promise<void> {
    const next = looking.then(lookNow, lookNow);
    looking = next.catch(() => undefined);
    return next;
  }
  async function lookNow(): Promise<void> {
    if (!blobs) return;
    const { runs, sizeBytes } = await keptRuns(blobs);
    const known = new Set(runs.map(({ id }) => id));
    set(({ kept, compared, evidence }) => ({
      kept: withKnown(kept, runs), keptBytes: sizeBytes, compared: compared.filter((id) => known.has(id)),
      evidence: runs.reduce((book, run) => {
        const experiment = experimentOf(run, cards);
        return experiment ? addEvidence(book, experiment, run.outcomes) : book;
      }, evidence),
    }));
  }
  return {
    kept: [], keptBytes: 0, compared: [], curves: {},
    // A browser that keeps nothing has nothing to show; that a run is not kept is said when it starts.
    benchLooked: () => (homeless.size > 0 ? attempt(roomMade) : look().catch(() => undefined)),
    runFinished: async ({ id, experiment, result, book, notKept }) => {
      const card = cards[experiment.method];
      if (!blobs || !result || !card) return;
      const curves = [...book.byKey.values()].map(({ arm, seed, metric, length, steps, values, timesMs, examples }): KeptCurve =>
        ({ arm, seed, metric, steps: steps.slice(0, length), values: values.slice(0, length), timesMs: timesMs.slice(0, length), examples: examples.slice(0, length) }));
      const run: KeptRun = { id, link: writeLink(card, experiment), name: card.title, note: '', pinned: false, finishedAtMs: Date.now(), elapsedMs: result.elapsedMs, proof: result.proof, outcomes: result.outcomes, lights: result.lights, colours: {} };
      try {
        await shelve({ run, curves });
        await changed();
      } catch (error) {
        if (notKept !== undefined && error instanceof StorageProblem && error.denied) return; // a frame of another site: it was said when the run began, and there is nothing to wait for
        get().noticeGiven('problem', storeTexts.notKeptYet(toProblem(error).message));
      }
    },
    keptCompared: async (id, on) => {
      set(({ compared }) => ({ compared: on ? [...compared.filter((one) => one !== id), id] : compared.filter((one) => one !== id) }));
      if (on && blobs && !get().curves[id]) await attempt(async () => {
        const curves = await curvesOf(blobs, id);
        set((app) => ({ curves: { ...app.curves, [id]: curves } }));
      });
    },
    keptChanged: async (id, change) => {
      const run = get().kept.find((one) => one.id === id);
      if (!blobs || !run) return;
      const bounded = { ...change, ...(change.name !== undefined && { name: change.name.slice(0, longest.name) }), ...(change.note !== undefined && { note: change.note.slice(0, longest.note) }) };
      set(({ kept }) => ({ kept: kept.map((one) => (one.id === id ? { ...one, ...bounded } : one)) }));
      await attempt(async () => {
        await changeRun(blobs, id, bounded);
        await changed();
      });
    },
    keptForgotten: async (id) => {
      if (blobs) await attempt(async () => {
        await forgetRun(blobs, id);
        await roomMade();
      });
    },
    allForgotten: async () => {
      if (blobs) await attempt(async () => {
        await forgetAll(blobs);
        set({ curves: {} });
        await roomMade();
      });
    },
    benchExported: async () => (blobs && get().kept.length > 0 ? exportBench(blobs) : undefined),
    benchImported: async (file) => {
      if (!blobs) return;
      if (file.size > largestBench) return get().noticeGiven('problem', storeTexts.fileTooLarge(file.name, file.size, largestBench));
      await attempt(async () => {
        const { added, known } = await importBench(blobs, new Uint8Array(await file.arrayBuffer()));
        await changed();
        get().noticeGiven('info', storeTexts.benchTaken(added, known, bytesText(file.size)));
      });
    },
    keptOpened: (id) => {
      const run = get().kept.find((one) => one.id === id);
      if (!run) return;
      get().placeChosen(undefined);
      get().linkOpened(run.link);
    },
  };
};
/** The runs as they are now; one that has not changed is the very object that it was, so that nothing is drawn again for it. */
function withKnown(before: readonly KeptRun[], now: readonly KeptRun[]): readonly KeptRun[] {
  const known = new Map(before.map((run) => [run.id, run]));
  const same = (a: KeptRun, b: KeptRun): boolean => a.name === b.name && a.note === b.note && a.pinned === b.pinned && JSON.stringify(a.colours) === JSON.stringify(b.colours); // all that can be changed
  return now.map((run) => {
    const one = known.get(run.id);
    return one && same(one, run) ? one : run;
  });
}
type Cards = Parameters<typeof readLink>[1];
type ReadExperiment = ReturnType<typeof readLink>['experiment'] | undefined;
/** Links that were read, by the cards that they were read with: a table of runs asks for each of its cells. */
const readBefore = new WeakMap<Cards, Map<string, ReadExperiment>>();
const mostRead = 2 * mostRuns;
/** The experiment of a kept run; undefined where this version has no such method. */
export function experimentOf({ link }: Pick<KeptRun, 'link'>, cards: Cards): ReadExperiment {
  let known = readBefore.get(cards);
  if (!known) readBefore.set(cards, (known = new Map()));
  if (!known.has(link)) {
    if (known.size >= mostRead) known.clear();
    known.set(link, read(link, cards));
  }
  return known.get(link);
}
function read(link: string, cards: Cards): ReadExperiment {
  try {
    return readLink(link, cards).experiment;
  } catch {
    return undefined;
  }
}
