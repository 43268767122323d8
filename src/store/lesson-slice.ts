/** The lesson that is being followed: where in it, what was answered, whether a step is done. */
import { toProblem } from '../base/errors';
import { lessons } from '../lessons';
import type { Lesson, LessonStep, Until } from '../spec/lesson';
import { lessonLimits, readLesson } from '../spec/lesson';
import { readLink } from '../spec/link';
import type { AppState, Slice } from './app';
import type { DroppedFile } from './files';
import { sameRun } from './run-slice';
import { storeTexts } from './texts';

export interface Following {
  readonly lesson: Lesson;
  /** Which step is on, from 0. */
  readonly at: number;
  /** By step, the option that was chosen last. */
  readonly answers: Readonly<Record<number, number>>;
}
export interface LessonSlice {
  readonly following?: Following;
  /** Lessons that were brought in, beside those that ship. */
  readonly ownLessons: readonly Lesson[];
  /** By lesson, the furthest step that was reached, from 0; kept in this browser. */
  readonly reached: Readonly<Record<string, number>>;
  /** Opens a lesson at a step; false where there is no such lesson. */
  lessonOpened(id: string, at?: number): boolean;
  lessonStepped(to: number): void;
  lessonAnswered(option: number): void;
  lessonClosed(): void;
  /** A teacher's file. False where it was refused: a notice says why. */
  lessonBrought(file: DroppedFile & { text(): Promise<string> }): Promise<boolean>;
  /** Forgets what was reached. */
  lessonsForgotten(): void;
}
const memory = 'stipple lessons';

export const createLessonSlice: Slice<LessonSlice> = ({ cards, settings }) => (set, get) => {
  const remember = (reached: Readonly<Record<string, number>>): void => {
    set({ reached });
    try {
      if (Object.keys(reached).length === 0) settings?.removeItem(memory);
      else settings?.setItem(memory, JSON.stringify(reached));
    } catch {
      // a browser that keeps nothing begins each lesson at its start
    }
  };
  /** Opens the step's experiment, unless it is on the page already. Going on to a step without one keeps what the student has turned; `anew`: the lesson has just been opened. */
  function enter({ lesson, at }: Following, anew: boolean): void {
    const link = lesson.steps[at]!.link ?? lesson.steps.slice(0, at).findLast((s) => s.link !== undefined)?.link; // a step in the middle may be opened first
    get().placeChosen(undefined);
    if (link !== undefined && (anew || lesson.steps[at]!.link !== undefined || get().experiment?.method !== readLink(link, cards).experiment.method)) {
      const { experiment } = readLink(link, cards);
      if (!get().experiment || !sameRun(get().experiment!, experiment)) get().linkOpened(link);
    }
    if (at > (get().reached[lesson.id] ?? -1)) remember({ ...get().reached, [lesson.id]: at });
  }
  return {
    ownLessons: [],
    reached: readReached(settings),
    lessonOpened: (id, at = 0) => {
      const lesson = [...get().ownLessons, ...lessons].find((one) => one.id === id);
      if (!lesson) return false;
      const following = { lesson, at: Math.min(lesson.steps.length - 1, Math.max(0, Math.floor(at) || 0)), answers: {} };
      set({ following });
      enter(following, true);
      return true;
    },
    lessonStepped: (to) => {
      const { following } = get();
      if (!following || to < 0 || to >= following.lesson.steps.length) return;
      const next = { ...following, at: to };
      set({ following: next });
      enter(next, false);
    },
    lessonAnswered: (option) => set(({ following }) => (following ? { following: { ...following, answers: { ...following.answers, [following.at]: option } } } : {})),
    lessonClosed: () => set({ following: undefined }),
    lessonBrought: async (file) => {
      try {
        if (file.size > lessonLimits.bytes) throw new Error(storeTexts.fileTooLarge(file.name, file.size, lessonLimits.bytes));
        const lesson = readLesson(parsed(await file.text()), cards);
        const shipped = lessons.some((one) => one.id === lesson.id);
        const own = shipped ? { ...lesson, id: `own-${lesson.id}` } : lesson;
        set(({ ownLessons }) => ({ ownLessons: [...ownLessons.filter((one) => one.id !== own.id), own].slice(-20) }));
        return true;
      } catch (error) {
        get().noticeGiven('problem', storeTexts.lessonRefused(file.name, toProblem(error).message));
        return false;
      }
    },
    lessonsForgotten: () => remember({}),
  };
};
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(storeTexts.lessonNotJson);
  }
}
function readReached(settings: Pick<Storage, 'getItem'> | undefined): Readonly<Record<string, number>> {
  try {
    const value: unknown = JSON.parse(settings?.getItem(memory) ?? '{}');
    return Object.fromEntries(Object.entries(value as object).filter((entry): entry is [string, number] => /^[a-z0-9-]{1,64}$/.test(entry[0]) && Number.isSafeInteger(entry[1])).slice(0, 200));
  } catch {
    return {};
  }
}

/** The step that is on. */
export const stepOf = ({ lesson, at }: Following): LessonStep => lesson.steps[at]!;
/** Whether what a step waits for has happened; true where it waits for nothing. Pure. */
export function isStepDone(app: Pick<AppState, 'experiment' | 'run' | 'following'>): boolean {
  const { following } = app;
  const until = following && stepOf(following).until;
  return !until || meets(until, app);
}
function meets(until: Until, { experiment, run, following }: Pick<AppState, 'experiment' | 'run' | 'following'>): boolean {
  switch (until.kind) {
    case 'finished': return run?.status === 'finished' && experiment !== undefined && sameRun(run.experiment, experiment);
    case 'seeds': return (experiment?.seeds ?? 0) >= until.least;
    case 'answered': return following !== undefined && following.answers[following.at] === stepOf(following).question?.right;
    case 'knob': {
      const value = experiment?.knobs[until.name];
      if (until.is !== undefined) return value === until.is;
      return typeof value === 'number' && value >= (until.from ?? -Infinity) && value <= (until.to ?? Infinity);
    }
  }
}
/** `?lesson=ID&step=3`, beside whatever else is in the query; steps are counted from 1 for people. */
export function readLessonQuery(search: string): { readonly id: string; readonly at: number } | undefined {
  const query = new URLSearchParams(search);
  const id = query.get('lesson');
  if (id === null) return undefined;
  const step = Number(query.get('step') ?? '1');
  return { id: id.slice(0, 64), at: Number.isSafeInteger(step) && step >= 1 ? step - 1 : 0 };
}
/** The address of a step. */
export function lessonAddress(page: string, { lesson, at }: Pick<Following, 'lesson' | 'at'>): string {
  const url = new URL(page);
  const kept = [...url.searchParams.keys()].filter((name) => name === 'embed' || name === 'lock');
  url.search = `?${[...kept, `lesson=${encodeURIComponent(lesson.id)}`, `step=${at + 1}`].join('&')}`;
  url.hash = '';
  return url.href;
}
