/** Finished runs that are kept in this browser, and those that are compared. */
import { toProblem } from '../base/errors';
import { changeRun, curvesOf, exportBench, forgetAll, forgetRun, importBench, keepRun, keptRuns, longest, type KeptCurve, type KeptRun } from '../keep/kept-runs';
import { readLink, writeLink } from '../spec/link';
import type { Slice } from './app';
import { bytesText } from './format';
import type { Run } from './run';
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
  keptChanged(id: string, change: Partial<Pick<KeptRun, 'name' | 'note' | 'pinned'>>): Promise<void>;
  keptForgotten(id: string): Promise<void>;
  allForgotten(): Promise<void>;
  /** The whole workbench as one file, if anything is kept. */
  benchExported(): Promise<Uint8Array | undefined>;
  benchImported(file: { readonly name: string; readonly size: number; arrayBuffer(): Promise<ArrayBuffer> }): Promise<void>;
  /** Back to the experiment of a kept run, with its knobs. */
  keptOpened(id: string): void;
}
/** Larger files are not read. */
const largestBench = 512 * 2 ** 20;

export const createWorkbenchSlice: Slice<WorkbenchSlice> = ({ cards, blobs }) => (set, get) => {
  /** Does something with storage, and says so where it fails. */
  async function attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      get().noticeGiven('problem', storeTexts.notKeptRun(toProblem(error).message));
    }
  }
  async function look(): Promise<void> {
    if (!blobs) return;
    const { runs, sizeBytes } = await keptRuns(blobs);
    const known = new Set(runs.map(({ id }) => id));
    set(({ compared }) => ({ kept: runs, keptBytes: sizeBytes, compared: compared.filter((id) => known.has(id)) }));
  }
  return {
    kept: [], keptBytes: 0, compared: [], curves: {},
    benchLooked: () => attempt(look),
    runFinished: async ({ id, experiment, result, book }) => {
      const card = cards[experiment.method];
      if (!blobs || !result || !card) return;
      const curves = [...book.byKey.values()].map(({ arm, seed, metric, length, steps, values }): KeptCurve => ({ arm, seed, metric, steps: steps.slice(0, length), values: values.slice(0, length) }));
      const run: KeptRun = { id, link: writeLink(card, experiment), name: card.title, note: '', pinned: false, finishedAtMs: Date.now(), elapsedMs: result.elapsedMs, proof: result.proof, outcomes: result.outcomes, lights: result.lights };
      await attempt(async () => {
        await keepRun(blobs, run, curves);
        await look();
      });
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
      const changed: KeptRun = { ...run, ...change, name: (change.name ?? run.name).slice(0, longest.name), note: (change.note ?? run.note).slice(0, longest.note) };
      set(({ kept }) => ({ kept: kept.map((one) => (one.id === id ? changed : one)) }));
      await attempt(() => changeRun(blobs, changed));
    },
    keptForgotten: async (id) => {
      if (blobs) await attempt(async () => {
        await forgetRun(blobs, id);
        await look();
      });
    },
    allForgotten: async () => {
      if (blobs) await attempt(async () => {
        await forgetAll(blobs);
        set({ curves: {} });
        await look();
      });
    },
    benchExported: async () => (blobs && get().kept.length > 0 ? exportBench(blobs) : undefined),
    benchImported: async (file) => {
      if (!blobs) return;
      if (file.size > largestBench) return get().noticeGiven('problem', storeTexts.fileTooLarge(file.name, file.size, largestBench));
      await attempt(async () => {
        const { added, known } = await importBench(blobs, new Uint8Array(await file.arrayBuffer()));
        await look();
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
/** The experiment of a kept run; undefined where this version has no such method. */
export function experimentOf({ link }: Pick<KeptRun, 'link'>, cards: Parameters<typeof readLink>[1]): ReturnType<typeof readLink>['experiment'] | undefined {
  try {
    return readLink(link, cards).experiment;
  } catch {
    return undefined;
  }
}
