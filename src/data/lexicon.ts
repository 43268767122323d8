/**
 * The meanings that every synthetic language has words for, by grammatical class, and the words. Language A says them in English; B, C
 * and D have syllables of their own, so that no word looks alike. Nouns are of two kinds, which determiners, pronouns and verbs agree with.
 */
import { Random } from '../base/random';

export const grammaticalClasses = ['determiner', 'noun', 'adjective', 'verb', 'adverb', 'preposition', 'pronoun', 'number', 'conjunction', 'punctuation'] as const;
export type GrammaticalClass = (typeof grammaticalClasses)[number];
/** Kind 0 acts (fox, cook), kind 1 stands still (tree, house). */
export type Kind = 0 | 1;

export interface Meaning {
  /** The English word: what language A says. */
  readonly gloss: string;
  readonly class: GrammaticalClass;
  /** What it agrees with; absent where the class does not agree. */
  readonly kind?: Kind;
}
const of = (cls: GrammaticalClass, glosses: string, kind?: Kind): Meaning[] => glosses.split(' ').map((gloss) => ({ gloss, class: cls, ...(kind !== undefined && { kind }) }));

/** In the order in which they become anchors, the words that all languages share: punctuation, digits, then function words. */
export const meanings: readonly Meaning[] = [
  ...of('punctuation', '. ,'), ...of('number', '1 2 3'), ...of('conjunction', 'and'), ...of('preposition', 'with near'), ...of('conjunction', 'but'),
  ...of('adverb', 'now here often'), ...of('pronoun', 'she', 0), ...of('pronoun', 'it', 1), ...of('determiner', 'the a', 0), ...of('determiner', 'this that', 1),
  ...of('adjective', 'red old small kind loud cold'),
  ...of('noun', 'fox cook king girl bird child', 0), ...of('noun', 'tree house song river stone bread', 1),
  ...of('verb', 'sees likes finds makes calls', 0), ...of('verb', 'holds hides keeps moves shows', 1),
];
export const languageNames = ['A', 'B', 'C', 'D'] as const;
export type LanguageName = (typeof languageNames)[number];

/** Beginnings and ends of syllables: three sets that share no beginning. */
const sounds: Readonly<Record<Exclude<LanguageName, 'A'>, readonly [onsets: string, vowels: string]>> = {
  B: ['b d g v z', 'a e i o u an on'],
  C: ['k t p sh ts', 'aa ee i o u ek ir'],
  D: ['l m n r w', 'ai o ue ia ei ul'],
};
/** The word of each meaning: English for A; for the others words of one or two syllables, all different, short ones for the function words that come first. */
export function wordsOf(language: LanguageName): readonly string[] {
  if (language === 'A') return meanings.map(({ gloss }) => gloss);
  const [onsets, vowels] = sounds[language].map((list) => list.split(' '));
  const syllables = onsets!.flatMap((onset) => vowels!.map((vowel) => onset + vowel));
  const rng = Random.seed(1).fork('lexicon', language);
  const ones = Array.from(rng.fork('ones').permutation(syllables.length), (k) => syllables[k]!);
  const open = new Set<GrammaticalClass>(['noun', 'verb', 'adjective']);
  const used = new Set<string>();
  return meanings.map((meaning, m) => {
    for (let attempt = 0; ; attempt++) {
      const draw = rng.fork('word', m, attempt);
      const word = open.has(meaning.class) ? draw.pick(syllables) + draw.pick(syllables) : ones[m]!;
      if (used.has(word)) continue;
      used.add(word);
      return word;
    }
  });
}
