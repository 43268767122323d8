/** What reading a set of files came to, and whether that is an end that a user can live with. */
import { InputError } from '../../../base/errors';
import { divided } from '../../split';
import { reportOn } from '../../report';
import { readerNamed } from '..';
import { examplesOf } from '../examples';
import type { Loaded, NamedBytes, ReaderId } from '../loaded';

/** A set must be read, reported on and divided within this, by the clock or, where other programs have the processor too, in time of our own. */
export const LIMIT_MS = 4000;
export type Verdict =
  | { readonly kind: 'refused'; readonly message: string; readonly ms: number }
  | { readonly kind: 'read'; readonly ms: number }
  /** `what` is a sentence; `message` the error's own. */
  | { readonly kind: 'failed'; readonly what: string; readonly message: string; readonly ms: number };

/** Traces of a mistake of ours rather than of the file's. */
const UNCLEAR = /\bundefined\b|Invalid (array|typed|string|count|date)|\[object|is not a function|is not iterable|Cannot (read|convert|mix)|call stack|out of memory|allocation failed|offset is out|Offset is outside|bigint/i;
/** All that follows a reader: each may refuse in a sentence, none may fail. */
const steps: readonly ((loaded: Loaded) => unknown)[] = [(loaded) => examplesOf(loaded, { most: 1000 }), (loaded) => divided(loaded, { seed: 1, validation: 0.2, test: 0.2 })];

export async function judge(reader: ReaderId, files: readonly NamedBytes[]): Promise<Verdict> {
  const [began, used] = [performance.now(), process.cpuUsage()];
  const ms = (): number => {
    const { user, system } = process.cpuUsage(used);
    return Math.min(performance.now() - began, (user + system) / 1000);
  };
  let loaded: Loaded;
  try {
    loaded = await readerNamed(reader).read(files);
  } catch (error) {
    return refusal(error, ms());
  }
  try {
    reportOn(loaded);
  } catch (error) {
    return { kind: 'failed', what: 'It was read, but there is no report of it.', message: messageOf(error), ms: ms() };
  }
  for (const step of steps) {
    try {
      step(loaded);
    } catch (error) {
      const verdict = refusal(error, ms());
      if (verdict.kind === 'failed') return verdict;
    }
  }
  return ms() > LIMIT_MS ? slow(ms()) : { kind: 'read', ms: ms() };
}
const slow = (ms: number): Verdict => ({ kind: 'failed', what: `It took more than ${LIMIT_MS / 1000} s.`, message: `${Math.round(ms)} ms`, ms });
const messageOf = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error));
function refusal(error: unknown, ms: number): Verdict {
  if (ms > LIMIT_MS) return slow(ms);
  if (!(error instanceof InputError)) return { kind: 'failed', what: 'It ended in an error that is no message for a user.', message: messageOf(error), ms };
  if (UNCLEAR.test(error.message.replace(/"(?:[^"\\]|\\.)*"|\([^)]*\)/g, ''))) return { kind: 'failed', what: 'Its message is no clear one.', message: error.message, ms };
  return error.message.length > 2000 ? { kind: 'failed', what: `Its message has ${error.message.length} letters.`, message: error.message.slice(0, 300), ms } : { kind: 'refused', message: error.message, ms };
}
