/**
 * Reviews: neutral words, and slots for lexemes of a positive set S+ and a negative set S- (sentiment, politeness or toxicity), foretold by the
 * degree word before them: the text that SparsePO needs (Christopoulou et al. 2024, arXiv:2410.05102). A review is of a hidden kind, with which
 * its lexemes agree at a known rate; its probability is known exactly.
 */
import { InputError } from '../../base/errors';
import { Random } from '../../base/random';
import { int32, type Tensor } from '../../base/tensor';
import { choices, continueSentence, end, sampleSentence, wordLogProbs, type Grammar, type Sentence, type State } from '../grammar';
import { drawFor } from '../split-by-words';
import { cellMask, makeVocabulary, special, stackRows, toRow, wordList, type TokenRows, type Vocabulary } from '../tokens';
import type { RowsSpec } from './rows';

/** What the two sets of lexemes stand for. */
export const styles = ['sentiment', 'politeness', 'toxicity'] as const;
export type Style = (typeof styles)[number];
/** S+ and S-: eight lexemes each. Toxicity is mild here: rude words, no slur. */
export const lexemes: Readonly<Record<Style, { readonly positive: readonly string[]; readonly negative: readonly string[] }>> = {
  sentiment: { positive: wordList('good great lovely bright fresh fine superb charming'), negative: wordList('bad awful dull stale poor dreary grim bland') },
  politeness: { positive: wordList('gentle courteous patient thankful mild tactful humble gracious'), negative: wordList('brusque curt harsh pushy blunt surly haughty gruff') },
  toxicity: { positive: wordList('friendly warm fair caring honest decent loyal cheerful'), negative: wordList('stupid nasty rotten pathetic hateful vile mean foul') },
};
const subjects = wordList('food service room staff music garden view coffee price bed');
const degrees = wordList('very so quite really');
/** Neutral words that stand where no degree word foretells a lexeme. */
const neutral = wordList('old new small large open blue');
const connectors = wordList('and but while');
const openers = wordList('we they i');
const verbs = wordList('saw had tried found');
const times = wordList('today again twice later');

export interface ReviewWorld {
  readonly style: Style;
  readonly vocabulary: Vocabulary;
  readonly grammar: Grammar;
  /** Token ids of S+ and S-. */
  readonly positive: ReadonlySet<number>;
  readonly negative: ReadonlySet<number>;
}
export interface ReviewWorldSpec {
  /** Absent: 'sentiment'. */
  readonly style?: Style;
  /** P(a review is of the positive kind); else it is of the negative kind. Absent: 0.5. */
  readonly positiveShare?: number;
  /** P(a lexeme is of its review's kind). 0.5: independent of it. Absent: 0.85. */
  readonly agreement?: number;
  /** P(a clause says an opinion, behind a degree word); else it is neutral. Absent: 0.7. */
  readonly opinions?: number;
  /** P(a further clause behind the second). Absent: 0.3. */
  readonly clauses?: number;
}
/** Grammatical classes of a review's words: those of the slots are the ground truth for a mask. */
export const reviewClasses = ['function', 'subject', 'degree', 'positive', 'negative', 'neutral', 'stop'] as const;
const reviewClass = (name: (typeof reviewClasses)[number]): number => reviewClasses.indexOf(name);

/** Opens a world of reviews. @throws InputError for a probability out of range */
export function makeReviews({ style = 'sentiment', positiveShare = 0.5, agreement = 0.85, opinions = 0.7, clauses = 0.3 }: ReviewWorldSpec = {}): ReviewWorld {
  for (const [name, p] of Object.entries({ positiveShare, agreement, opinions, clauses })) {
    const most = name === 'clauses' ? 0.9 : 1;
    if (!(p >= 0 && p <= most)) throw new InputError(`Reviews: expected ${name} as a probability of at most ${most}, but ${p} came.`);
  }
  const { positive, negative } = lexemes[style];
  const vocabulary = makeVocabulary([...wordList('the was seemed . ,'), ...connectors, ...openers, ...verbs, ...times, ...degrees, ...neutral, ...subjects, ...positive, ...negative]);
  const evenly = (words: readonly string[]): readonly [number, number][] => words.map((word) => [vocabulary.need(word), 1]);
  // One copy of the places for each hidden kind of review, and for the first clause, which another always follows.
  const places = ['the', 'subject', 'was', 'degree', 'lexeme+', 'lexeme-', 'neutral', 'comma', 'connector', 'opener', 'verb', 'object', 'thing', 'time', 'stop'] as const;
  type Place = (typeof places)[number];
  const states: State[] = [];
  for (const copy of [0, 1, 2, 3]) {
    const [kind, first] = [copy >> 1, copy % 2 === 0];
    const to = (place: Place): number => copy * places.length + places.indexOf(place);
    const later = (place: Place): number => (kind * 2 + 1) * places.length + places.indexOf(place);
    const right = kind === 0 ? agreement : 1 - agreement;
    const close: [number, number][] = first ? [[to('comma'), 1]] : [[to('comma'), clauses], [to('stop'), 1 - clauses]];
    const rules: Readonly<Record<Place, readonly [cls: (typeof reviewClasses)[number], words: readonly string[], next: [number, number][]]>> = {
      the: ['function', ['the'], [[to('subject'), 1]]],
      subject: ['subject', subjects, [[to('was'), 1]]],
      was: ['function', ['was', 'seemed'], [[to('degree'), opinions], [to('neutral'), 1 - opinions]]],
      degree: ['degree', degrees, [[to('lexeme+'), right], [to('lexeme-'), 1 - right]]],
      'lexeme+': ['positive', positive, close],
      'lexeme-': ['negative', negative, close],
      neutral: ['neutral', neutral, close],
      comma: ['function', [','], [[to('connector'), 1]]],
      connector: ['function', connectors, [[later('the'), 0.75], [later('opener'), 0.25]]],
      opener: ['function', openers, [[to('verb'), 1]]],
      verb: ['function', verbs, [[to('object'), 1]]],
      object: ['function', ['the'], [[to('thing'), 1]]],
      thing: ['subject', subjects, [[to('time'), 0.5], ...close.map(([place, p]): [number, number] => [place, p / 2])]],
      time: ['function', times, close],
      stop: ['stop', ['.'], [[end, 1]]],
    };
    for (const place of places) {
      const [cls, words, next] = rules[place];
      states.push({ class: reviewClass(cls), words: choices(evenly(words)), next: choices(next) });
    }
  }
  const start = choices([positiveShare, 1 - positiveShare].flatMap((share, kind): [number, number][] => {
    const first = 2 * kind * places.length;
    return [[first, 0.75 * share], [first + places.indexOf('opener'), 0.25 * share]];
  }));
  const ids = (words: readonly string[]): ReadonlySet<number> => new Set(words.map(vocabulary.need));
  return { style, vocabulary, grammar: { classes: reviewClasses, states, start }, positive: ids(positive), negative: ids(negative) };
}
/** The oracle of preferences: number of S+ tokens minus number of S- tokens, in any sequence. */
export function attributeScore({ positive, negative }: Pick<ReviewWorld, 'positive' | 'negative'>, ids: ArrayLike<number>): number {
  let score = 0;
  for (let t = 0; t < ids.length; t++) score += (positive.has(ids[t]!) ? 1 : 0) - (negative.has(ids[t]!) ? 1 : 0);
  return score;
}
export interface ReviewRows extends TokenRows {
  /** [n] int32: 1 if the review is of the positive kind; what the text says of it is `score`. */
  readonly kind: Tensor;
  /** [n] int32: #S+ - #S-. */
  readonly score: Tensor;
  /** [n, T] float32: 1 on tokens of S+, and of S-. */
  readonly positives: Tensor;
  readonly negatives: Tensor;
  /** [n, T] int32: class of each word, an index of `reviewClasses`; -1 on bos, eos and padding. */
  readonly classes: Tensor;
}
export const reviewKind = (world: ReviewWorld, sentence: Sentence): number => (sentence.states[0]! < world.grammar.states.length / 2 ? 1 : 0);
/** Words with every lexeme masked: what decides which split a review belongs to. */
export const frameOf = (world: Pick<ReviewWorld, 'positive' | 'negative'>, words: readonly number[]): number[] => words.map((id) => (world.positive.has(id) || world.negative.has(id) ? special.mask : id));
/** Review `index` of a split. Its words without the lexemes decide on the split: no two share a frame, and lexemes are equally likely in all. */
export function review(world: ReviewWorld, { seed, split, index, longest }: { seed: number; split: string; index: number; longest: number }): Sentence {
  const rng = Random.seed(seed).fork('reviews', split, index);
  return drawFor<Sentence>(split, ({ words }) => frameOf(world, words), (attempt) => sampleSentence(world.grammar, rng.fork(attempt), longest));
}
export function makeReviewRows(world: ReviewWorld, { seed, split, count, first = 0, length = 32 }: RowsSpec): ReviewRows {
  const drawn = Array.from({ length: count }, (_, i) => review(world, { seed, split, index: first + i, longest: length - 2 }));
  const rows = stackRows(drawn.map(({ words }) => toRow(words, length)), length);
  const at = (i: number, t: number): number => rows.tokens.data[i * length + t]!;
  const classes = new Int32Array(count * length).fill(-1);
  drawn.forEach((sentence, i) => sentence.classes.forEach((cls, t) => (classes[i * length + t + 1] = cls)));
  return {
    ...rows,
    kind: int32(drawn.map((sentence) => reviewKind(world, sentence))),
    score: int32(drawn.map(({ words }) => attributeScore(world, words))),
    positives: cellMask(count, length, (i, t) => world.positive.has(at(i, t))),
    negatives: cellMask(count, length, (i, t) => world.negative.has(at(i, t))),
    classes: int32(classes, [count, length]),
  };
}
/** A continuation of `prefix` from the grammar's exact distribution. */
export const continueReview = (world: ReviewWorld, prefix: readonly number[], rng: Random, longest: number): Sentence => continueSentence(world.grammar, prefix, rng, longest);
/** log-probability in nats of each word, then of the end: what a perfect language model would say. */
export const reviewLogProbs = (world: ReviewWorld, words: ArrayLike<number>): Float64Array => wordLogProbs(world.grammar, words);
