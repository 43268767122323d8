/** `window.stipple`, driven by whoever has the page's console: any values, in any order. */
import { cards } from '../../methods/cards';
import { pageApi } from '../../store/page-api';
import { storeWithWorker } from '../../store/testing/test-worker';
import { InputError, StippleError } from '../../base/errors';
import { textParser } from '../parser';
import { links, soundExperiment, sweepLinks, winner } from './words';

const [first, second] = Object.keys(winner.knobs).filter((name) => winner.knobs[name]!.type !== 'toggle' && winner.knobs[name]!.type !== 'choice') as [string, string];
const winnerLink = '#winner?v=1&backend=wasm';
const calls: readonly (readonly unknown[])[] = [
  ['open', links[0]], ['open', sweepLinks[1]], ['methods'], ['set', first, winner.knobs[first]!.default], ['set', second, 100], ['state'], ['link'], ['sweep', [`${first}=${String(winner.knobs[first]!.default)}`]], ['sweep', [`${second}=${String(winner.knobs[second]!.default)}`], { random: 3, draw: 2, seeds: 2, jobs: 1 }], ['curves', 'train/loss'], ['run'], ['pause'], ['resume'], ['stop'], ['state'], ['results'],
];
/** Calls as JSON; refused is what an `Error` with words refuses. */
export const ofPageCalls = () => textParser([...calls.map((call) => JSON.stringify([['open', winnerLink], call])), JSON.stringify(calls)], async (text) => {
  let wanted: unknown;
  try {
    wanted = JSON.parse(text);
  } catch {
    throw new InputError('These are no calls.');
  }
  const { app, store } = storeWithWorker(cards);
  const api = pageApi(store) as unknown as Readonly<Record<string, unknown>>; // a console knows no types
  let refused: Error | undefined;
  for (const call of (Array.isArray(wanted) ? wanted : []).slice(0, 30) as unknown[]) {
    if (!Array.isArray(call) || typeof call[0] !== 'string' || !Object.hasOwn(api, call[0]) || typeof api[call[0]] !== 'function' || call[0] === 'takeAway') continue;
    try {
      const result: unknown = (api[call[0]] as (...values: unknown[]) => unknown)(...(call.slice(1) as unknown[]));
      if (result instanceof Promise) await Promise.race([result, Promise.resolve()]); // a run would wait for its worker, which is none here
    } catch (error) {
      if (!(error instanceof StippleError) && (!(error instanceof Error) || error.constructor !== Error)) throw error;
      refused = error;
    }
    const { experiment } = app();
    if (experiment) soundExperiment(experiment);
  }
  if (refused) throw new InputError(refused.message);
});
