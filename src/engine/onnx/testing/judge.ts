/** What reading a file came to, and whether that is an end that a user can live with. */
import { StippleError } from '../../../base/errors';
import { sizeOf } from '../../../base/tensor';
import { topological } from '../../value';
import { programInputs, programOutputs, verifyProgram } from '../../verify';
import { readOnnx, type ReadModel } from '../reader';
import { writeModel } from '../writer';

/** A file must be read or refused within this: by the clock or, where other programs have the processor too, in time of our own. */
export const LIMIT_MS = 2000;

export type Verdict =
  | { readonly kind: 'refused'; readonly message: string; readonly ms: number }
  | { readonly kind: 'read'; readonly read: ReadModel; readonly ms: number }
  /** `what` is a sentence; `message` the error's own. */
  | { readonly kind: 'failed'; readonly what: string; readonly message: string; readonly ms: number };

/** Traces of a mistake of ours rather than of the file's: a value that was missing, a message of the language. */
const UNCLEAR = /\bundefined\b|\bNaN\b|\bInfinity\b|Invalid (array|typed|string|count)|\[object|is not a function|is not iterable|Cannot (read|convert|mix)|call stack|out of memory|allocation failed|bigint/i;

/** Reads a file, and if that works, verifies its program and writes and reads it again. */
export function judge(bytes: Uint8Array): Verdict {
  const [began, used] = [performance.now(), process.cpuUsage()];
  const ms = (): number => {
    const { user, system } = process.cpuUsage(used);
    return Math.min(performance.now() - began, (user + system) / 1000);
  };
  let read: ReadModel;
  try {
    read = readOnnx(bytes);
  } catch (error) {
    return refusal(error, ms());
  }
  const readMs = ms();
  if (readMs > LIMIT_MS) return slow(readMs);
  try {
    verifyProgram(read.program);
    const again = readOnnx(writeModel(read.program, read.params, read.metadata));
    const [before, after] = [read, again].map(showOutputs);
    if (before !== after) return { kind: 'failed', what: 'Written and read again, its outputs changed.', message: `${before} became ${after}`, ms: readMs };
  } catch (error) {
    return { kind: 'failed', what: 'It was read, but cannot be written and read again.', message: messageOf(error), ms: readMs };
  }
  return { kind: 'read', read, ms: readMs };
}
const slow = (ms: number): Verdict => ({ kind: 'failed', what: `It took more than ${LIMIT_MS / 1000} s.`, message: `${Math.round(ms)} ms`, ms });
const messageOf = (error: unknown): string => (error instanceof Error ? `${error.name}: ${error.message}` : String(error));
const showOutputs = ({ program }: ReadModel): string => programOutputs(program).map(([, { dtype, shape }]) => `${dtype}[${shape.join(',')}]`).sort().join(' ');

function refusal(error: unknown, ms: number): Verdict {
  if (ms > LIMIT_MS) return slow(ms);
  const message = messageOf(error);
  if (!(error instanceof StippleError)) return { kind: 'failed', what: 'It ended in an error that is no message for a user.', message: error instanceof Error ? (error.stack ?? message) : message, ms };
  const unnamed = error.message.replace(/"[^"]*"|\(unnamed\)/g, ''); // names are the file's own
  if (UNCLEAR.test(unnamed)) return { kind: 'failed', what: 'Its message is no clear one.', message, ms };
  return message.length > 1000 ? { kind: 'failed', what: `Its message has ${message.length} letters.`, message: message.slice(0, 300), ms } : { kind: 'refused', message, ms };
}

/** Numbers in all values of a program: what a run may hold at most. */
export const numbersIn = ({ program }: ReadModel): number =>
  topological([...programInputs(program), ...programOutputs(program)].map(([, value]) => value)).reduce((sum, { shape }) => sum + sizeOf(shape), 0);
