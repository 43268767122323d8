/** A failing file made smaller, field by field, as long as it fails in the same way. */
import { judge } from './judge';
import { everyField, parseFields, writeFields } from './wire';

const failsAlike = (bytes: Uint8Array, what: string): boolean => {
  const verdict = judge(bytes);
  return verdict.kind === 'failed' && verdict.what === what;
};
/** The smallest file found within `budgetMs`; the file itself where its fields cannot be told apart. */
export function smallest(bytes: Uint8Array, what: string, budgetMs = 4000): Uint8Array {
  const deadline = performance.now() + budgetMs;
  let best = bytes;
  try {
    for (let at = 0; performance.now() < deadline; ) {
      const tree = parseFields(best);
      const place = everyField(tree)[at];
      if (!place) break;
      place.list.splice(place.at, 1);
      const smaller = writeFields(tree);
      if (failsAlike(smaller, what)) best = smaller;
      else at++;
    }
  } catch {
    return best;
  }
  return best;
}
