/** A failing input made smaller, piece by piece, as long as it fails in the same way. */
import type { NamedBytes } from '../data/files';
import { judged, type Input, type Parser } from './parser';

/** The smallest found within `budgetMs`. */
export async function smallestOf(parser: Parser, input: Input, what: string, budgetMs = 4000): Promise<Input> {
  if (parser.smaller) return parser.smaller(input, what);
  const deadline = performance.now() + budgetMs;
  const fails = async (smaller: Input): Promise<boolean> => {
    if (performance.now() > deadline) return false;
    const verdict = await judged(parser, smaller);
    return verdict.kind === 'failed' && verdict.what === what;
  };
  if (typeof input === 'string') return shorter(input, (text) => fails(text));
  if (input instanceof Uint8Array) return shorter(input, (bytes) => fails(bytes));
  let files = input;
  for (let at = 0; at < files.length; ) {
    const fewer = files.filter((_, i) => i !== at);
    if (fewer.length > 0 && (await fails(fewer))) files = fewer;
    else at++;
  }
  for (const [at, { bytes }] of files.entries()) {
    const others = files;
    const withBytes = (part: Uint8Array): readonly NamedBytes[] => others.map((file, i) => (i === at ? { ...file, bytes: part } : file));
    files = withBytes(await shorter(bytes, (part) => fails(withBytes(part))));
  }
  return files;
}
/** Leaves out runs, long ones first. */
async function shorter<T extends string | Uint8Array>(whole: T, fails: (part: T) => Promise<boolean>): Promise<T> {
  const without = (from: T, start: number, end: number): T => (typeof from === 'string' ? from.slice(0, start) + from.slice(end) : Uint8Array.of(...from.subarray(0, start), ...from.subarray(end))) as T; // of the same type
  let best = whole;
  if (best.length > 100_000) return best;
  for (let size = Math.ceil(best.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2))
    for (let at = 0; at < best.length; ) {
      const part = without(best, at, at + size);
      if (await fails(part)) best = part;
      else at += size;
    }
  return best;
}
