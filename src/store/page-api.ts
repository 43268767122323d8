/**
 * `window.stipple`: the page, driven from its own console or from a test. It presses the buttons that a person presses, and is refused where they are; what it gives
 * is plain data. docs/page-api.md.
 */
import type { KnobValue } from '../spec/knobs';
import type { Outcome } from '../spec/result';
import { selectCard, type AppStore } from './app';
import { parseAxis, type Sweep } from '../spec/sweep';
import { isActive, type RunStatus } from './run';
import { shareHash } from './shell';
import { draftOf } from './sweep-draft';
import { storeTexts } from './texts';

export interface PageState {
  readonly method: string;
  readonly knobs: Readonly<Record<string, KnobValue>>;
  readonly arms: readonly string[];
  readonly seed: number;
  readonly seeds: number;
  /** Absent before the first run. */
  readonly run?: { readonly id: string; readonly status: RunStatus; readonly share: number; readonly problem?: string };
}
export interface Curve {
  readonly arm: string;
  readonly seed: number;
  readonly metric: string;
  readonly steps: readonly number[];
  readonly values: readonly number[];
}
export interface SweptPoint {
  readonly knobs: Readonly<Record<string, KnobValue>>;
  readonly outcomes: readonly Outcome[];
  readonly problem?: string;
}
export interface PageApi {
  readonly version: 1;
  methods(): readonly { readonly id: string; readonly title: string }[];
  state(): PageState;
  /** Opens a link, or its part from the # on. @throws Error for one that is not taken, with the reason */
  open(link: string): void;
  /** Turns a knob. @throws Error for a knob that is not there */
  set(knob: string, value: KnobValue): void;
  /** Presses Run; resolves with the outcomes when the run has ended. @throws Error where it did not start, was stopped or failed */
  run(): Promise<readonly Outcome[]>;
  pause(): void;
  resume(): void;
  stop(): void;
  /**
   * Runs the experiment at many points of its knobs, as the Sweeps screen does; `vary` as on the command line: 'rate=log:1e-4:1e-2:4'. Resolves with every point's knobs and outcomes, or why it failed.
   * @throws Error where it is no sweep, or was stopped
   */
  sweep(vary: readonly string[], options?: { readonly random?: number; readonly draw?: number; readonly seeds?: number; readonly jobs?: number }): Promise<readonly SweptPoint[]>;
  /** Outcomes of the last run. */
  results(): readonly Outcome[];
  /** Curves of the run at hand, every point. */
  curves(metric?: string): readonly Curve[];
  /** The link of the experiment, with its proof where it has one. */
  link(): string;
  /** All that the experiment and its run can be taken away as: the bytes of one ZIP file. */
  takeAway(): Promise<Uint8Array>;
}

const t = storeTexts.api;
const typeName = (came: unknown): string => (came === undefined ? t.came.nothing : typeof came === 'object' ? t.came.object : t.came.other(typeof came));
export function pageApi(store: AppStore): PageApi {
  const now = store.getState;
  const refusal = (): string | undefined => now().notices.findLast((n) => n.tone === 'problem')?.text;
  return {
    version: 1,
    methods: () => Object.values(now().cards).map(({ id, title }) => ({ id, title })),
    state: () => {
      const { experiment, run } = now();
      if (!experiment) throw new Error(t.empty);
      const { method, knobs, arms, seed, seeds } = experiment;
      return { method, knobs: { ...knobs }, arms: [...arms], seed, seeds, ...(run && { run: { id: run.id, status: run.status, share: run.progress?.share ?? 0, ...(run.problem && { problem: run.problem.message }) } }) };
    },
    open: (link) => {
      if (typeof link !== 'string') throw new Error(t.link(typeName(link)));
      now().placeChosen(undefined);
      if (!now().linkOpened(link.slice(Math.max(0, link.indexOf('#'))))) throw new Error(refusal() ?? t.linkRefused);
    },
    set: (knob, value) => {
      const card = selectCard(now());
      if (!card || typeof knob !== 'string' || !Object.hasOwn(card.knobs, knob)) throw new Error(t.knob(typeof knob === 'string' ? knob.slice(0, 60) : typeof knob, Object.keys(card?.knobs ?? {}).join(', ')));
      now().knobTurned(knob, value);
    },
    run: async () => {
      const before = now().run?.id;
      now().runPressed();
      const started = now().run;
      if (!started || started.id === before || !isActive(started)) throw new Error(refusal() ?? t.runRefused);
      return new Promise((resolve, reject) => {
        const done = store.subscribe(({ run }) => {
          if (run?.id === started.id && isActive(run)) return;
          done();
          if (run?.id === started.id && run.status === 'finished') resolve(run.result?.outcomes ?? []);
          else reject(new Error(run?.id === started.id ? (run.problem?.message ?? run.status) : t.runReplaced));
        });
      });
    },
    sweep: async (vary, options) => {
      const { random, draw, seeds, jobs } = options ?? {};
      for (const [name, value] of Object.entries({ random, draw, seeds, jobs })) if (value !== undefined && typeof value !== 'number') throw new Error(t.number(name, typeName(value)));
      const { experiment, draft } = now();
      const card = selectCard(now());
      if (!experiment || !card) throw new Error(t.empty);
      if (!Array.isArray(vary) || vary.some((text) => typeof text !== 'string')) throw new Error(t.axes);
      const sweep: Sweep = { base: { ...experiment, seeds: seeds ?? experiment.seeds }, axes: vary.map((text) => parseAxis(card, text)), ...(random !== undefined && { random: { points: random, seed: draw ?? 1 } }) };
      now().draftChanged(draftOf(sweep, jobs ?? draft.jobs));
      const before = now().shownSweep?.head.id;
      now().sweepStarted();
      const id = now().shownSweep?.head.id;
      if (id === undefined || id === before) throw new Error(refusal() ?? t.sweepRefused);
      return new Promise((resolve, reject) => {
        const done = store.subscribe(({ shownSweep: shown }) => {
          if (shown?.head.id === id && (shown.status === 'running' || shown.status === 'paused')) return;
          done();
          if (shown?.head.id !== id || shown.status !== 'finished') return reject(new Error(t.sweepStopped));
          resolve(shown.points.map(({ knobs }, at) => ({ knobs, outcomes: shown.results[at]?.outcomes ?? [], ...(shown.results[at]?.problem !== undefined && { problem: shown.results[at].problem }) })));
        });
      });
    },
    pause: () => now().pausePressed(),
    resume: () => now().resumePressed(),
    stop: () => now().stopPressed(),
    results: () => now().run?.result?.outcomes ?? [],
    curves: (metric) => [...(now().run?.book.byKey.values() ?? [])].filter((s) => metric === undefined || s.metric === metric).map(({ arm, seed, metric: name, length, steps, values }) => ({ arm, seed, metric: name, steps: [...steps.subarray(0, length)], values: [...values.subarray(0, length)] })),
    link: () => shareHash(now()),
    takeAway: async () => {
      const [{ files }, { zipped }] = await Promise.all([now().takenAway(), import('./take-away/zip')]);
      return zipped(files, new Date());
    },
  };
}
