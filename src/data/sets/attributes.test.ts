import { expect, test } from 'vitest';
import { Fingerprint } from '../../base/hash';
import { Random } from '../../base/random';
import { binomial, countIf, rowKeys } from '../testing/rates';
import { decode, special } from '../tokens';
import { attributeScore, continueReview, gradedGroups, gradedPlaces, gradedProbabilities, gradedVocabulary, gradedWords, lexemes, makeGraded, makeReviewRows, makeReviews, makeTied, review, reviewClasses, reviewLogProbs, styles, targetGroups, tied, tiedVocabulary } from './attributes';

const world = makeReviews();

test('the same spec gives the same rows', () => {
  const hash = new Fingerprint();
  for (const { tokens } of [makeReviewRows(world, { seed: 1, split: 'train', count: 200 }), makeTied({ seed: 1, split: 'train', count: 200, skew: 0.95 }), makeGraded({ seed: 1, split: 'train', count: 200 })]) hash.addWords(Uint32Array.from(tokens.data));
  expect(hash.hex()).toMatchInlineSnapshot(`"9a5e20967d266358"`);
  const later = makeGraded({ seed: 1, split: 'train', count: 3, first: 40 });
  expect([...later.tokens.data]).toEqual([...makeGraded({ seed: 1, split: 'train', count: 43 }).tokens.data.subarray(40 * 8)]);
});
test.each(styles)('%s: lexemes stand behind degree words alone, as often of their review\'s kind as they should', (style) => {
  const styled = makeReviews({ style, agreement: 0.8 });
  const rows = makeReviewRows(styled, { seed: 1, split: 'test', count: 800 });
  const wrong: number[] = [];
  const classAt = (c: number): string | undefined => reviewClasses[rows.classes.data[c]!];
  let lexemeCount = 0;
  let agreeing = 0;
  for (let i = 0; i < 800; i++) {
    let score = 0;
    for (let c = i * 32; c < (i + 1) * 32; c++) {
      const word = styled.vocabulary.words[rows.tokens.data[c]!]!;
      const [plus, minus] = [lexemes[style].positive.includes(word), lexemes[style].negative.includes(word)];
      if (rows.positives.data[c] !== Number(plus) || rows.negatives.data[c] !== Number(minus)) wrong.push(c);
      const expected = c % 32 > 0 && classAt(c - 1) === 'degree' && rows.tokens.data[c] !== special.eos; // a review may be cut off behind a degree word
      if ((plus || minus) !== expected) wrong.push(c);
      if (plus || minus) {
        lexemeCount++;
        if (plus === (rows.kind.data[i] === 1)) agreeing++;
      }
      score += Number(plus) - Number(minus);
    }
    if (rows.score.data[i] !== score) wrong.push(i);
  }
  expect(wrong).toEqual([]);
  expect(lexemeCount).toBeGreaterThan(800);
  expect(binomial(agreeing, lexemeCount, 0.8)).toBe(true);
  expect(binomial(countIf(rows.kind.data, (k) => k === 1), 800, 0.5)).toBe(true);
});
test('reviews of two splits share no sentence, not even one with other lexemes', () => {
  const framesOf = (split: string): string[] => Array.from({ length: 500 }, (_, index) => review(world, { seed: 1, split, index, longest: 30 }).words.map((id) => (world.positive.has(id) || world.negative.has(id) ? 0 : id)).join(' '));
  const seen = new Set(framesOf('train'));
  expect([...framesOf('test'), ...framesOf('validation')].filter((frame) => seen.has(frame))).toEqual([]);
});
test('continuations go on where the prompt stops, and the score counts lexemes of any sequence', () => {
  const { words } = review(world, { seed: 1, split: 'train', index: 3, longest: 30 });
  const rest = continueReview(world, words.slice(0, 5), Random.seed(5), 25);
  expect(reviewLogProbs(world, [...words.slice(0, 5), ...rest.words]).every((l) => l > -Infinity)).toBe(true);
  expect(attributeScore(world, [...['good', 'was', 'great', 'awful'].map(world.vocabulary.need), 0, 0])).toBe(1);
});
test('vocabularies are small and lexemes of all styles differ', () => {
  expect(world.vocabulary.size).toBeLessThan(64);
  const all = styles.flatMap((style) => [...lexemes[style].positive, ...lexemes[style].negative]);
  expect(new Set(all).size).toBe(48);
});
test.each([0.5, 0.7, 0.95, 0.98])('a subject says its usual attribute in %d of the sentences, in every split', (skew) => {
  for (const split of ['train', 'test', 'ood']) {
    const rows = makeTied({ seed: 2, split, count: 800, skew });
    expect(binomial(countIf(rows.attribute.data, (a, i) => a === tied.usual[rows.subject.data[i]!]), 800, skew)).toBe(true);
    for (let i = 0; i < 50; i++) {
      const row = rows.tokens.data.subarray(i * 12, (i + 1) * 12);
      expect(row[rows.attributeAt.data[i]!]).toBe(tied.attributes[rows.attribute.data[i]!]);
      expect(Array.from(row)).toContain(tied.subjects[rows.subject.data[i]!]);
    }
  }
  const keys = (split: string): string[] => rowKeys(makeTied({ seed: 2, split, count: 400, skew }).tokens.data, 12);
  const seen = new Set(keys('train'));
  expect(keys('test').filter((key) => seen.has(key))).toEqual([]);
  expect(tied.usual.filter((a) => a === 0)).toHaveLength(4);
});
test('the graded corpus: X and Y as often as they should, in every split, and the text says so', () => {
  for (const split of ['train', 'test']) {
    const n = 5000;
    const rows = makeGraded({ seed: 4, split, count: n });
    const classOf = (i: number): number => Math.min(Math.max(rows.group.data[i]! - 11, 0), 2);
    for (const cls of [0, 1, 2]) expect(binomial(countIf(rows.group.data, (_, i) => classOf(i) === cls), n, 1 / 3)).toBe(true);
    [...gradedProbabilities, 0.95, 0.05].forEach((p, group) => {
      const mine = [...rows.group.data.keys()].filter((i) => rows.group.data[i] === group);
      expect(binomial(countIf(mine, (i) => rows.positive.data[i] === 1), mine.length, p)).toBe(true);
      expect(rows.probability.data[mine[0]!]).toBeCloseTo(p, 6);
    });
    for (let i = 0; i < 200; i++) {
      const words = decode(gradedVocabulary, rows.tokens.data.subarray(i * 8, (i + 1) * 8)).split(' ');
      const x = words[gradedPlaces.x]!;
      const group = gradedGroups[rows.group.data[i]!]!;
      expect(targetGroups[group] ?? (group.startsWith('positive') ? gradedWords.positiveAdjectives : gradedWords.negativeAdjectives)).toContain(x);
      expect(rows.positive.data[i] ? gradedWords.positiveVerbs : gradedWords.negativeVerbs).toContain(words[gradedPlaces.y]);
      expect([gradedWords.first, gradedWords.second, gradedWords.third].map((fs, k) => fs.includes(words[[1, 3, 5][k]!]!))).toEqual([true, true, true]);
      expect([words[0], words[6], words[7]]).toEqual(['<bos>', '.', '<eos>']);
    }
  }
  expect(gradedProbabilities[0]).toBeCloseTo(0.1);
  expect(gradedProbabilities[11]).toBeCloseTo(0.9);
  const keys = (split: string): string[] => rowKeys(makeGraded({ seed: 4, split, count: 1000 }).tokens.data, 8);
  const seen = new Set(keys('train'));
  expect(keys('test').filter((key) => seen.has(key))).toEqual([]);
});
test('concepts never share a word, and can be drawn alone', () => {
  expect(new Set(gradedVocabulary.words).size).toBe(gradedVocabulary.size);
  expect(new Set(makeGraded({ seed: 1, split: 'probe', count: 50, concept: 'music' }).group.data)).toEqual(new Set([7]));
  expect(new Set(makeGraded({ seed: 1, split: 'probe', count: 50, concept: 'positive' }).group.data)).toEqual(new Set([12]));
  const functions = makeGraded({ seed: 1, split: 'probe', count: 50, concept: 'function' });
  for (let i = 0; i < 50; i++) expect(gradedWords.second).toContain(gradedVocabulary.words[functions.tokens.data[i * 8 + gradedPlaces.x]!]);
  expect(tiedVocabulary.id('nothing')).toBe(special.unk);
});
test('what cannot be is refused', () => {
  expect(() => makeGraded({ seed: 1, split: 'train', count: 1, probabilities: [0.5] })).toThrow(/12 probabilities/);
  expect(() => makeGraded({ seed: 1, split: 'train', count: 1, concept: 'cars' })).toThrow(/'cars' came/);
  expect(() => makeTied({ seed: 1, split: 'train', count: 1, skew: 1.5 })).toThrow(/skew from 0 to 1/);
  expect(() => makeReviews({ agreement: -1 })).toThrow(/agreement as a probability/);
});
