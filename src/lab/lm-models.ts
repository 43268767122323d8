/**
 * The language checkpoints: what shape each has, and the rows that it has read. Here because two sides must agree on them, the recipes that
 * train them and the methods that go on from them. Rows of 'train' were seen, any number of them; those of every other split are new.
 */
import { int32, type Tensor } from '../base/tensor';
import { gradedVocabulary, makeGraded, makeReviewRows, makeReviews, makeTied, tiedVocabulary, type GradedRows, type ReviewRows, type ReviewWorld, type TiedRows } from '../data/sets/attributes';
import { factDrawer, factVocabulary, makeFactWorld, type FactDomain, type FactWorld } from '../data/sets/facts';
import { languageSentence, makeLanguages, scarceMixture, type LanguageWorld } from '../data/sets/languages';
import { joinVocabularies, special, stackRows, toRow, type TokenRows, type Vocabulary } from '../data/tokens';
import type { LmShape } from '../nn/lm';

/** Rows `first` to `first + count` of a split. */
export interface RowsAt {
  readonly seed: number;
  readonly split: string;
  readonly first: number;
  readonly count: number;
}
export interface TextModel {
  readonly shape: LmShape;
  readonly vocabulary: Vocabulary;
  /** What it was trained on, in the proportions of the training. */
  readonly rows: (at: RowsAt) => TokenRows;
}
const shapeOf = (vocabulary: Vocabulary, more: Omit<LmShape, 'vocabulary'>): LmShape => ({ vocabulary: vocabulary.size, ...more });

/** `lm`: three languages and a table of facts. */
export interface FactLm extends TextModel {
  readonly languages: LanguageWorld;
  readonly facts: FactWorld;
}
/** Domains about which `lm` was asked questions while it was trained; of the others it has read statements alone. */
export const askedDomains: readonly FactDomain[] = ['towns', 'animals'];
/** Of four rows two are sentences, one states a fact of any domain, one asks and answers an open question about a fact of the asked domains. */
export function factLm(): FactLm {
  const languages = makeLanguages({ languages: 3 });
  const facts = makeFactWorld();
  const vocabulary = joinVocabularies(languages.vocabulary, factVocabulary);
  const length = 24;
  const states = factDrawer(facts, { form: 'statement' });
  const asks = factDrawer(facts, { form: 'question', domains: askedDomains });
  const row = (at: { seed: number; split: string; index: number }): Int32Array => {
    if (at.index % 2 === 0) return toRow(languageSentence(languages, at).words, length);
    return toRow((at.index % 4 === 1 ? states(at) : asks(at)).words.map(vocabulary.need), length);
  };
  return {
    shape: shapeOf(vocabulary, { context: length, width: 96, blocks: 3, heads: 4 }),
    vocabulary, languages, facts,
    rows: ({ first, count, ...at }) => stackRows(Array.from({ length: count }, (_, i) => row({ ...at, index: first + i })), length),
  };
}

/** `lm-masked`: four languages, two rich, one poor, one almost absent; sees both ways. */
export interface MaskedLm extends TextModel {
  readonly languages: LanguageWorld;
}
export function maskedLm(): MaskedLm {
  const languages = makeLanguages();
  const length = 24;
  const { vocabulary } = languages;
  return {
    shape: shapeOf(vocabulary, { context: length, width: 128, blocks: 4, heads: 4, sees: 'both' }),
    vocabulary, languages,
    rows: ({ first, count, ...at }) => stackRows(Array.from({ length: count }, (_, i) => toRow(languageSentence(languages, { ...at, index: first + i, mixture: scarceMixture }).words, length)), length),
  };
}

/** `lm-attributes`: reviews with slots for good and bad words, subjects tied to attributes, and the graded corpus. */
export interface AttributesLm extends TextModel {
  readonly reviews: ReviewWorld;
  /** As their generators give them, but in this model's ids. */
  readonly reviewRows: (at: RowsAt) => ReviewRows;
  readonly tiedRows: (at: RowsAt) => TiedRows;
  readonly gradedRows: (at: RowsAt) => GradedRows;
}
/** How strongly subjects are tied to their attributes in what `lm-attributes` has read. */
export const attributesSkew = 0.95;
/** Of eight rows four are reviews, two tied pairs, two of the graded corpus. */
export function attributesLm(): AttributesLm {
  const reviews = makeReviews();
  const vocabulary = joinVocabularies(reviews.vocabulary, tiedVocabulary, gradedVocabulary);
  const length = 32;
  const inIds = <R extends TokenRows>(rows: R, from: Vocabulary): R => ({ ...rows, tokens: translated(rows.tokens, from, vocabulary) });
  const reviewRows = (at: RowsAt): ReviewRows => makeReviewRows(reviews, { ...at, length });
  const tiedRows = (at: RowsAt): TiedRows => inIds(makeTied({ ...at, length, skew: attributesSkew }), tiedVocabulary);
  const gradedRows = (at: RowsAt): GradedRows => inIds(makeGraded({ ...at, length }), gradedVocabulary);
  const kinds = [reviewRows, tiedRows, reviewRows, gradedRows, reviewRows, tiedRows, reviewRows, gradedRows] as const;
  const row = ({ first, ...at }: RowsAt): Int32Array => kinds[first % kinds.length]!({ ...at, first }).tokens.data as Int32Array; // TokenRows are int32
  return {
    shape: shapeOf(vocabulary, { context: length, width: 96, blocks: 3, heads: 4 }),
    vocabulary, reviews, reviewRows, tiedRows, gradedRows,
    rows: ({ first, count, ...at }) => stackRows(Array.from({ length: count }, (_, i) => row({ ...at, first: first + i, count: 1 })), length),
  };
}
/** Ids of one vocabulary as those of another that has all its words. */
function translated(tokens: Tensor, from: Vocabulary, to: Vocabulary): Tensor {
  const ids = from.words.map((word, id) => (id <= special.sep ? id : to.need(word)));
  return int32(Int32Array.from(tokens.data, (id) => ids[id]!), tokens.shape);
}
