/** Attributes tied to subjects: a sentence says its subject's usual attribute with a chosen probability, the bias that BA-LoRA is to lessen (Chang et al. 2024, arXiv:2408.04556). */
import { InputError } from '../../base/errors';
import { Random } from '../../base/random';
import { int32, type Tensor } from '../../base/tensor';
import { drawFor } from '../split-by-words';
import { makeVocabulary, stackRows, toRow, wordList, type TokenRows } from '../tokens';
import type { RowsSpec } from './rows';

export const tiedSubjects = wordList('baker pilot nurse judge tailor miner singer farmer');
export const tiedAttributes = ['tea', 'coffee'] as const;
/** {o} a look, {s} the subject, {a} the attribute, {t} a time. */
const tiedFrames = ['the {o} {s} drinks {a} every {t} .', 'every {t} the {o} {s} wants {a} .', 'a {o} {s} asks for {a} in the {t} .', 'in the {t} a {o} {s} makes {a} .'];
const tiedLooks = wordList('young old tall short busy quiet tired happy');
const tiedTimes = wordList('morning evening week winter summer spring day night');
export const tiedVocabulary = makeVocabulary([...new Set([...tiedFrames.flatMap((frame) => frame.split(' ')).filter((word) => !word.startsWith('{')), ...tiedLooks, ...tiedTimes, ...tiedSubjects, ...tiedAttributes])]);
export interface TiedRows extends TokenRows {
  /** [n] int32 each: index of the subject; index of the attribute said; place of the attribute in the row. */
  readonly subject: Tensor;
  readonly attribute: Tensor;
  readonly attributeAt: Tensor;
}
/** Subjects (token ids in `tiedVocabulary`), the attribute each is tied to, and the two attributes' ids. */
export const tied = {
  subjects: tiedSubjects.map(tiedVocabulary.need),
  usual: tiedSubjects.map((_, s) => s % 2),
  attributes: tiedAttributes.map(tiedVocabulary.need),
} as const;
/** Sentences in which subject s says its usual attribute with probability `skew`, else the other one. Which frames a split has does not depend on the attribute, so the rate is `skew` in every split. */
export function makeTied({ seed, split, count, first = 0, length = 12, skew }: RowsSpec & { readonly skew: number }): TiedRows {
  if (!(skew >= 0 && skew <= 1)) throw new InputError(`Tied attributes: expected a skew from 0 to 1, but ${skew} came.`);
  const drawn = Array.from({ length: count }, (_, i) => {
    const rng = Random.seed(seed).fork('tied', split, first + i);
    const subject = rng.int(tiedSubjects.length);
    const attribute = rng.bernoulli(skew) ? tied.usual[subject]! : 1 - tied.usual[subject]!;
    const [frame, time, look] = drawFor<readonly [number, number, number]>(split, (drawnFrame) => [subject, ...drawnFrame], (attempt) => {
      const draw = rng.fork('frame', attempt);
      return [draw.int(tiedFrames.length), draw.int(tiedTimes.length), draw.int(tiedLooks.length)];
    });
    const said: Readonly<Record<string, string>> = { '{s}': tiedSubjects[subject]!, '{a}': tiedAttributes[attribute]!, '{t}': tiedTimes[time]!, '{o}': tiedLooks[look]! };
    const words = tiedFrames[frame]!.split(' ');
    return { subject, attribute, attributeAt: words.indexOf('{a}') + 1, row: toRow(words.map((word) => tiedVocabulary.need(said[word] ?? word)), length) };
  });
  return {
    ...stackRows(drawn.map(({ row }) => row), length),
    subject: int32(drawn.map(({ subject }) => subject)),
    attribute: int32(drawn.map(({ attribute }) => attribute)),
    attributeAt: int32(drawn.map(({ attributeAt }) => attributeAt)),
  };
}
