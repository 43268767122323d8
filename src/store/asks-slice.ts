/** The card's questions: previews before a run, and questions about what a run left behind. One of each is in flight at most; the last wish wins. */
import { RuntimeProblem, StippleError, type Problem } from '../base/errors';
import type { Experiment } from '../spec/experiment';
import { defaultsOf, type KnobValue, type KnobValues } from '../spec/knobs';
import type { Ask } from '../spec/card';
import type { Answer, Command, FileBytes, RunEvent } from '../spec/messages';
import type { AppState, Slice } from './app';
import { isActive, nextArrival, type Run, type Shown } from './run';
import { storeTexts } from './texts';

export interface AskState {
  readonly values: KnobValues;
  /** Names the question that was sent last; answers to older ones are not shown. */
  readonly askId?: string;
  /** What it was sent about. */
  readonly about?: Experiment;
  readonly waiting: boolean;
  readonly pictures: Readonly<Record<string, Shown>>;
  /** For the card's own screen; the last that came stays while a problem is shown. */
  readonly details?: Answer['details'];
  /** Why a run of the experiment at hand would fail, if the answer says so. */
  readonly blocked?: string;
  readonly problem?: Problem;
}
export interface AsksSlice {
  /** By the ask's name on the card at hand. */
  readonly asks: Readonly<Record<string, AskState>>;
  askTurned(ask: string, knob: string, value: KnobValue): void;
  askPressed(ask: string): void;
  /** A question whose asker waits for the answer: nothing of it stays in the store. Rejects with a StippleError. */
  askedOnce(ask: string, values: KnobValues): Promise<Answer>;
  /** Something that previews depend on has moved: all, or those alone that the card's own screen draws. */
  previewsMoved(which?: 'all' | 'on screen'): void;
  /** A run has begun: the worker would answer only after it. */
  previewsPaused(): void;
  /** The worker has time for questions; a fresh one knows nothing of those that the old one was asked. */
  workerFreed(fresh: boolean): void;
  /** 'of the run': what the card's own screen says before any run stays. */
  answersCleared(which: 'of the run' | 'all'): void;
  answerArrived(event: Extract<RunEvent, { type: 'answer' | 'askFailed' }>): void;
}
type Subject = Pick<Extract<Command, { type: 'ask' }>, 'experiment' | 'runId'> & { readonly files: readonly FileBytes[] };

/** Whether a question can be asked at this stage of the page's run. Pure. */
export function canAsk({ needsRun, live }: Ask, run: Run | undefined): boolean {
  if (!needsRun) return !isActive(run);
  if (!run || run.status === 'starting') return false;
  return live === true || run.status === 'finished';
}
/** Why the experiment at hand cannot be run, as a question of the card's screen has found. */
export function selectBlocked(app: AppState): string | undefined {
  const asks = (app.experiment && app.cards[app.experiment.method]?.asks) ?? {};
  for (const [name, state] of Object.entries(app.asks)) if (Object.hasOwn(asks, name) && asks[name]!.onScreen && !asks[name]!.needsRun && (state.blocked ?? state.problem)) return state.blocked ?? state.problem?.message;
  return undefined;
}
const debounceMs = 150;
let asked = 0;

export const createAsksSlice: Slice<AsksSlice> = ({ cards, worker }) => (set, get) => {
  const timers = new Map<string, ReturnType<typeof setTimeout>>();
  /** Askers who wait, by askId. */
  const waiting = new Map<string, { resolve: (answer: Answer) => void; reject: (problem: StippleError) => void }>();
  /** In flight, and asked again meanwhile. */
  const again = new Set<string>();

  const cardAsks = () => {
    const { experiment } = get();
    return (experiment && cards[experiment.method]?.asks) ?? {};
  };
  const stateOf = (ask: string): AskState => get().asks[ask] ?? { values: cardAsks()[ask] ? defaultsOf(cardAsks()[ask]!.knobs) : {}, waiting: false, pictures: {} };
  const put = (ask: string, state: AskState): void => set(({ asks }) => ({ asks: { ...asks, [ask]: state } }));

  /** What a question is about; undefined while it cannot be asked. */
  function subject(ask: string): Subject | undefined {
    const { experiment, run, files } = get();
    const asking = cardAsks()[ask];
    if (!asking || !experiment || !canAsk(asking, run)) return undefined;
    const about = asking.needsRun ? run!.experiment : experiment;
    if (about.files.some((ref) => !Object.hasOwn(files, ref.sha256))) return undefined;
    return { experiment: about, files: about.files.map((ref) => files[ref.sha256]!), ...(run && asking.needsRun && { runId: run.id }) };
  }
  function send(ask: string): void {
    const about = subject(ask);
    if (!about) return;
    const state = stateOf(ask);
    if (state.waiting) return void again.add(ask);
    const askId = `ask-${++asked}`;
    put(ask, { ...state, askId, about: about.experiment, waiting: true });
    listen(true);
    worker.send({ type: 'ask', askId, ask, values: state.values, ...about });
  }
  /** A worker that is silent over a question is as dead as one that is silent in a run; while one goes on, the run has its own watch. */
  const listen = (expected: boolean): void => {
    if (!isActive(get().run)) worker.watch(expected);
  };
  const soon = (ask: string): void => {
    clearTimeout(timers.get(ask));
    timers.set(ask, setTimeout(() => send(ask), debounceMs));
  };
  const previews = (which: 'all' | 'on screen'): readonly string[] => Object.entries(cardAsks()).filter(([, ask]) => !ask.needsRun && (which === 'all' || ask.onScreen)).map(([name]) => name);
  const dismiss = (): void => {
    for (const { reject } of waiting.values()) reject(new RuntimeProblem(storeTexts.answerLost));
    waiting.clear();
  };

  return {
    asks: {},
    askTurned: (ask, knob, value) => {
      const state = stateOf(ask);
      put(ask, { ...state, values: { ...state.values, [knob]: value } });
      soon(ask);
    },
    askPressed: (ask) => send(ask),
    askedOnce: (ask, values) =>
      new Promise((resolve, reject) => {
        const about = subject(ask);
        if (!about) return reject(new RuntimeProblem(storeTexts.notAskable));
        const askId = `ask-${++asked}`;
        waiting.set(askId, { resolve, reject });
        listen(true);
        worker.send({ type: 'ask', askId, ask, values, ...about });
      }),
    previewsMoved: (which = 'all') => previews(which).forEach(soon),
    previewsPaused: () => timers.forEach((timer) => clearTimeout(timer)),
    workerFreed: (fresh) => {
      again.clear();
      if (fresh) {
        dismiss();
        get().takeLost();
      }
      set(({ asks }) => ({ asks: Object.fromEntries(Object.entries(asks).map(([name, state]) => [name, { ...state, waiting: false }])) }));
    },
    answersCleared: (which) => {
      timers.forEach((timer) => clearTimeout(timer));
      again.clear();
      const stay = which === 'all' ? [] : previews('on screen');
      set(({ asks }) => ({ asks: Object.fromEntries(Object.entries(asks).filter(([name]) => stay.includes(name))) }));
    },
    answerArrived: (event) => {
      if (waiting.size + Object.values(get().asks).filter((ask) => ask.waiting).length <= 1) listen(false);
      const asker = waiting.get(event.askId);
      if (asker) {
        waiting.delete(event.askId);
        return event.type === 'answer' ? asker.resolve(event.answer) : asker.reject(new StippleError(event.problem.kind, event.problem.message));
      }
      const state = get().asks[event.ask];
      if (!state || state.askId !== event.askId) return;
      if (event.type === 'answer') {
        const arrival = nextArrival();
        const { pictures = {}, details, blocked } = event.answer;
        const shown = Object.fromEntries(Object.entries(pictures).map(([id, picture]) => [id, { picture, arrival }]));
        put(event.ask, { values: state.values, askId: event.askId, about: state.about, waiting: false, pictures: shown, ...(details && { details }), ...(blocked !== undefined && { blocked }) });
      } else {
        put(event.ask, { ...state, waiting: false, problem: event.problem });
        if (state.about && cardAsks()[event.ask]?.onScreen) get().dropRefused(state.about, event.problem.message);
      }
      if (again.delete(event.ask)) send(event.ask);
    },
  };
};
