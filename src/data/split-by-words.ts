/**
 * Splits of random text that share no example, though its sentences are short enough to be drawn twice: a sentence's own words decide,
 * by a hash, which split it belongs to, and a split draws until it has one of its own. What decides must not hold what is planted
 * (an attribute, an answer), else its rate would differ from split to split.
 */
import { InputError } from '../base/errors';
import { Fingerprint } from '../base/hash';

const shares: Readonly<Record<string, readonly [number, number]>> = { train: [0, 8], validation: [8, 10], test: [10, 12], ood: [12, 13], pool: [13, 14] };
/** Every other name: two such names may share examples with each other, never with those above. */
const others: readonly [number, number] = [14, 16];

/** Whether `split` may hold an example with these words: half of all fall to 'train', an eighth each to 'validation' and 'test', the rest to 'ood', 'pool' and any other name. */
export function belongsTo(split: string, words: ArrayLike<number>): boolean {
  const bucket = Number.parseInt(new Fingerprint().addWords(Uint32Array.from(words)).hex()[0]!, 16);
  const [first, end] = shares[split] ?? others;
  return bucket >= first && bucket < end;
}
/** Draws until `wordsOf` says that the draw belongs to the split. @throws InputError after 4096 draws: a world with so few sentences cannot be split */
export function drawFor<T>(split: string, wordsOf: (drawn: T) => ArrayLike<number>, draw: (attempt: number) => T): T {
  for (let attempt = 0; attempt < 4096; attempt++) {
    const drawn = draw(attempt);
    if (belongsTo(split, wordsOf(drawn))) return drawn;
  }
  throw new InputError(`No sentence in 4096 belongs to the split '${split}': there are too few different ones. Allow longer or more varied sentences.`);
}
