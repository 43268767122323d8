/** The card's questions: previews before a run, and questions about what a run left behind. One of each is in flight at most; the last wish wins. */
import type { Problem } from '../base/errors';
import { defaultsOf, type KnobValue, type KnobValues } from '../spec/knobs';
import type { RunEvent } from '../spec/messages';
import type { Slice } from './app';
import { isActive, nextArrival, type Shown } from './run';

export interface AskState {
  readonly values: KnobValues;
  /** Names the question that was sent last; answers to older ones are not shown. */
  readonly askId?: string;
  readonly waiting: boolean;
  readonly pictures: Readonly<Record<string, Shown>>;
  readonly problem?: Problem;
}
export interface AsksSlice {
  /** By the ask's name on the card at hand. */
  readonly asks: Readonly<Record<string, AskState>>;
  askTurned(ask: string, knob: string, value: KnobValue): void;
  askPressed(ask: string): void;
  /** Something that previews depend on has moved. */
  previewsMoved(): void;
  /** A run has begun: the worker would answer only after it. */
  previewsPaused(): void;
  workerFreed(): void;
  answersCleared(): void;
  answerArrived(event: Extract<RunEvent, { type: 'answer' | 'askFailed' }>): void;
}
const debounceMs = 150;
let asked = 0;

export const createAsksSlice: Slice<AsksSlice> = ({ cards, worker }) => (set, get) => {
  const timers = new Map<string, ReturnType<typeof setTimeout>>();
  /** In flight, and asked again meanwhile. */
  const again = new Set<string>();

  const cardAsks = () => {
    const { experiment } = get();
    return (experiment && cards[experiment.method]?.asks) ?? {};
  };
  const stateOf = (ask: string): AskState => get().asks[ask] ?? { values: cardAsks()[ask] ? defaultsOf(cardAsks()[ask]!.knobs) : {}, waiting: false, pictures: {} };
  const put = (ask: string, state: AskState): void => set(({ asks }) => ({ asks: { ...asks, [ask]: state } }));

  function send(ask: string): void {
    const { experiment, run, files } = get();
    const asking = cardAsks()[ask];
    if (!asking || !experiment || isActive(run)) return;
    if (asking.needsRun && run?.status !== 'finished') return;
    const about = asking.needsRun ? run!.experiment : experiment;
    if (about.files.some((ref) => !Object.hasOwn(files, ref.sha256))) return;
    const state = stateOf(ask);
    if (state.waiting) return void again.add(ask);
    const askId = `ask-${++asked}`;
    put(ask, { ...state, askId, waiting: true });
    worker.send({ type: 'ask', askId, ask, experiment: about, files: about.files.map((ref) => files[ref.sha256]!), values: state.values, ...(run && asking.needsRun && { runId: run.id }) });
  }
  const soon = (ask: string): void => {
    clearTimeout(timers.get(ask));
    timers.set(ask, setTimeout(() => send(ask), debounceMs));
  };
  const previews = (): readonly string[] => Object.entries(cardAsks()).filter(([, ask]) => !ask.needsRun).map(([name]) => name);

  return {
    asks: {},
    askTurned: (ask, knob, value) => {
      const state = stateOf(ask);
      put(ask, { ...state, values: { ...state.values, [knob]: value } });
      soon(ask);
    },
    askPressed: (ask) => send(ask),
    previewsMoved: () => previews().forEach(soon),
    previewsPaused: () => timers.forEach((timer) => clearTimeout(timer)),
    workerFreed: () => {
      again.clear();
      set(({ asks }) => ({ asks: Object.fromEntries(Object.entries(asks).map(([name, state]) => [name, { ...state, waiting: false }])) }));
    },
    answersCleared: () => {
      timers.forEach((timer) => clearTimeout(timer));
      again.clear();
      set({ asks: {} });
    },
    answerArrived: (event) => {
      const state = get().asks[event.ask];
      if (!state || state.askId !== event.askId) return;
      if (event.type === 'answer') {
        const arrival = nextArrival();
        const pictures = Object.fromEntries(Object.entries(event.pictures).map(([id, picture]) => [id, { picture, arrival }]));
        put(event.ask, { values: state.values, askId: event.askId, waiting: false, pictures });
      } else put(event.ask, { ...state, waiting: false, problem: event.problem });
      if (again.delete(event.ask)) send(event.ask);
    },
  };
};
