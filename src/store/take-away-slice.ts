/** Taking the experiment at hand away: what the page knows of it, and what its run has trained. */
import { RuntimeProblem, StippleError, toProblem } from '../base/errors';
import type { RunEvent } from '../spec/messages';
import type { Taken } from '../spec/take-away';
import type { Slice } from './app';
import { storeTexts } from './texts';
import type { TakeAwayFile } from './take-away/assemble';

export interface TakenAway {
  readonly files: readonly TakeAwayFile[];
  /** Why graphs and params are not among them. */
  readonly note?: string;
}
export interface TakeAwaySlice {
  /** Every file, as things stand: a run that goes on is taken as it is. Without any where there is no experiment. */
  takenAway(): Promise<TakenAway>;
  takeAnswered(event: Extract<RunEvent, { type: 'taken' | 'takeFailed' }>): void;
  /** The worker that was asked is gone. */
  takeLost(): void;
}
let asked = 0;

export const createTakeAwaySlice: Slice<TakeAwaySlice> = ({ cards, worker }) => (_, get) => {
  const waiting = new Map<string, { readonly resolve: (taken: Taken) => void; readonly reject: (problem: Error) => void }>();
  const ofWorker = (runId: string): Promise<Taken> =>
    new Promise((resolve, reject) => {
      const takeId = `take-${++asked}`;
      waiting.set(takeId, { resolve, reject });
      worker.send({ type: 'takeAway', takeId, runId });
    });
  return {
    takenAway: async () => {
      const { experiment, run } = get();
      const about = run?.experiment ?? experiment;
      const card = about && cards[about.method];
      if (!about || !card) return { files: [] };
      const { assemble } = await import('./take-away/assemble');
      const subject = { card, experiment: about, run, now: new Date() };
      if (!run || run.status === 'starting') return { files: await assemble(subject) };
      try {
        const taken = await ofWorker(run.id);
        return { files: await assemble({ ...subject, taken }) };
      } catch (error) {
        const problem = toProblem(error).message;
        return { files: await assemble({ ...subject, problem }), note: problem };
      }
    },
    takeAnswered: (event) => {
      const asker = waiting.get(event.takeId);
      waiting.delete(event.takeId);
      if (event.type === 'taken') asker?.resolve(event.taken);
      else asker?.reject(new StippleError(event.problem.kind, event.problem.message));
    },
    takeLost: () => {
      for (const { reject } of waiting.values()) reject(new RuntimeProblem(storeTexts.answerLost));
      waiting.clear();
    },
  };
};
