/**
 * `window.stipple`: the page, driven from its own console or from a test. It presses the buttons that a person presses, and is refused where they are; what it gives
 * is plain data. docs/page-api.md.
 */
import type { KnobValue } from '../spec/knobs';
import type { Outcome } from '../spec/result';
import { selectCard, type AppStore } from './app';
import { isActive, type RunStatus } from './run';
import { shareHash } from './shell';

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
  /** Outcomes of the last run. */
  results(): readonly Outcome[];
  /** Curves of the run at hand, every point. */
  curves(metric?: string): readonly Curve[];
  /** The link of the experiment, with its proof where it has one. */
  link(): string;
}

export function pageApi(store: AppStore): PageApi {
  const now = store.getState;
  const refusal = (): string | undefined => now().notices.findLast((n) => n.tone === 'problem')?.text;
  return {
    version: 1,
    methods: () => Object.values(now().cards).map(({ id, title }) => ({ id, title })),
    state: () => {
      const { experiment, run } = now();
      if (!experiment) throw new Error('There is no experiment on the page: open one by its link.');
      const { method, knobs, arms, seed, seeds } = experiment;
      return { method, knobs: { ...knobs }, arms: [...arms], seed, seeds, ...(run && { run: { id: run.id, status: run.status, share: run.progress?.share ?? 0, ...(run.problem && { problem: run.problem.message }) } }) };
    },
    open: (link) => {
      now().placeChosen(undefined);
      if (!now().linkOpened(link.slice(Math.max(0, link.indexOf('#'))))) throw new Error(refusal() ?? 'The link was not taken.');
    },
    set: (knob, value) => {
      const card = selectCard(now());
      if (!card || !Object.hasOwn(card.knobs, knob)) throw new Error(`There is no knob "${String(knob).slice(0, 60)}". There are: ${Object.keys(card?.knobs ?? {}).join(', ')}.`);
      now().knobTurned(knob, value);
    },
    run: async () => {
      const before = now().run?.id;
      now().runPressed();
      const started = now().run;
      if (!started || started.id === before || !isActive(started)) throw new Error(refusal() ?? 'The run did not start.');
      return new Promise((resolve, reject) => {
        const done = store.subscribe(({ run }) => {
          if (run?.id === started.id && isActive(run)) return;
          done();
          if (run?.id === started.id && run.status === 'finished') resolve(run.result?.outcomes ?? []);
          else reject(new Error(run?.id === started.id ? (run.problem?.message ?? run.status) : 'Another run took its place.'));
        });
      });
    },
    pause: () => now().pausePressed(),
    resume: () => now().resumePressed(),
    stop: () => now().stopPressed(),
    results: () => now().run?.result?.outcomes ?? [],
    curves: (metric) => [...(now().run?.book.byKey.values() ?? [])].filter((s) => metric === undefined || s.metric === metric).map(({ arm, seed, metric: name, length, steps, values }) => ({ arm, seed, metric: name, steps: [...steps.subarray(0, length)], values: [...values.subarray(0, length)] })),
    link: () => shareHash(now()),
  };
}
