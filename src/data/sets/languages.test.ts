import { expect, test } from 'vitest';
import { Fingerprint } from '../../base/hash';
import { floats } from '../../base/tensor';
import { mixGrammars, nextWordProbs, pathEntropy, sentenceLogProb } from '../grammar';
import { grammaticalClasses, meanings } from '../lexicon';
import { binomial, countIf, rowKeys } from '../testing/rates';
import { decode, special } from '../tokens';
import { languageSentence, makeLanguages, makeSentences, scarceMixture, topicGrammar, trueLogProbs } from './languages';

const world = makeLanguages();
const train = makeSentences(world, { seed: 1, split: 'train', count: 3000 });

test('the same spec gives the same rows, and a row does not depend on how many there are', () => {
  const { tokens, classes, language } = makeSentences(world, { seed: 7, split: 'test', count: 200, mixture: scarceMixture });
  const hash = new Fingerprint();
  for (const t of [tokens, classes, language]) hash.addWords(Uint32Array.from(t.data, (v) => v >>> 0));
  expect(hash.hex()).toMatchInlineSnapshot(`"671425d00ddc942a"`);
  expect([...makeSentences(world, { seed: 1, split: 'train', count: 5 }).tokens.data]).toEqual([...train.tokens.data.subarray(0, 5 * 24)]);
  expect(makeSentences(world, { seed: 2, split: 'train', count: 5 }).tokens.data).not.toEqual(train.tokens.data.subarray(0, 5 * 24));
});
test('lexicons share the anchors and no other word', () => {
  for (const overlap of [0, 0.18, 0.5, 1]) {
    const { lexicon, anchors, vocabulary } = makeLanguages({ overlap });
    expect(anchors).toBe(Math.round(overlap * meanings.length));
    expect(vocabulary.size).toBe(6 + anchors + 4 * (meanings.length - anchors));
    for (let m = 0; m < meanings.length; m++) expect(new Set(lexicon.map((ids) => ids[m])).size).toBe(m < anchors ? 1 : 4);
  }
  expect(world.anchors / meanings.length).toBeGreaterThan(0.15);
  expect(world.anchors / meanings.length).toBeLessThan(0.2);
});
test('splits share no sentence', () => {
  const seen = new Set(rowKeys(train.tokens.data, 24));
  for (const split of ['validation', 'test', 'ood', 'pool', 'probe']) {
    const keys = rowKeys(makeSentences(world, { seed: 1, split, count: 500 }).tokens.data, 24);
    expect(keys.filter((key) => seen.has(key))).toEqual([]);
    for (const key of keys) seen.add(key);
  }
});
test('the class of a word is that of its meaning, in every language', () => {
  const classOf = new Map(world.lexicon.flatMap((ids) => ids.map((id, m): [number, string] => [id, meanings[m]!.class])));
  const wrong = Array.from(train.tokens.data).filter((id, c) => grammaticalClasses[train.classes.data[c]!] !== (id <= special.eos ? undefined : classOf.get(id)));
  expect(wrong).toEqual([]);
  expect(countIf(train.classes.data, (cls) => cls >= 0)).toBeGreaterThan(20_000);
});
test('languages come in the shares of the mixture', () => {
  const { language } = makeSentences(world, { seed: 3, split: 'train', count: 4000, mixture: scarceMixture });
  scarceMixture.forEach((share, l) => expect(binomial(countIf(language.data, (v) => v === l), 4000, share)).toBe(true));
  expect(countIf(makeSentences(world, { seed: 3, split: 'train', count: 100, mixture: [0, 0, 0, 1] }).language.data, (l) => l === 3)).toBe(100);
});
test('subjects govern their verbs across what stands between them', () => {
  const kindOf = (gloss: string): number | undefined => meanings.find((m) => m.gloss === gloss)!.kind;
  let across = 0;
  const wrong: string[] = [];
  for (let index = 0; index < 2000; index++) {
    const words = languageSentence(world, { seed: 5, split: 'train', index }).words.map(world.gloss);
    for (const clause of words.join(' ').split(' , and ').flatMap((c) => c.split(' , but ')).map((c) => c.split(' '))) {
      const verbAt = clause.findIndex((w) => meanings.find((m) => m.gloss === w)!.class === 'verb');
      if (verbAt < 0) continue; // cut off
      const subject = clause.find((w) => ['noun', 'pronoun'].includes(meanings.find((m) => m.gloss === w)!.class))!;
      if (kindOf(clause[verbAt]!) !== kindOf(subject)) wrong.push(clause.join(' '));
      const nearest = clause.slice(0, verbAt).filter((w) => meanings.find((m) => m.gloss === w)!.class === 'noun').at(-1);
      if (nearest && kindOf(nearest) !== kindOf(subject)) across++;
    }
  }
  expect(wrong).toEqual([]);
  expect(across).toBeGreaterThan(50); // the nearest noun is often of the other kind
});
test('rows of true log-probabilities are those of the sentence under the mixture', () => {
  const rows = makeSentences(world, { seed: 9, split: 'test', count: 60, mixture: scarceMixture });
  const logProbs = floats(trueLogProbs(world, rows, scarceMixture));
  for (let i = 0; i < 60; i++) {
    const words = Array.from(rows.tokens.data.subarray(i * 24, (i + 1) * 24)).filter((id) => id > special.eos);
    if (words.length > 22) continue; // cut off: a prefix
    const total = logProbs.subarray(i * 24, (i + 1) * 24).reduce((a, b) => a + b, 0);
    const language = rows.language.data[i]!;
    const own = Math.exp(sentenceLogProb(world.grammars[language]!, words)) * scarceMixture[language]!;
    // Sentences of more than anchors belong to one language alone.
    expect(Math.exp(total) / own).toBeCloseTo(1, 4);
  }
});
test('a sentence\'s topic shows in its words, and a language\'s next words sum to 1', () => {
  const grammar = mixGrammars(world.grammars, scarceMixture);
  const { words } = languageSentence(world, { seed: 1, split: 'train', index: 0 });
  for (let t = 0; t <= words.length; t++) {
    const next = nextWordProbs(grammar, words.slice(0, t), world.vocabulary.size);
    expect(next.words.reduce((a, b) => a + b, next.end)).toBeCloseTo(1, 12);
  }
  let right = 0;
  for (let index = 0; index < 400; index++) {
    const { words: w, topic, language } = languageSentence(world, { seed: 2, split: 'train', index });
    const scores = [0, 1, 2, 3].map((z) => sentenceLogProb(topicGrammar(world, language, z), w));
    if (scores.indexOf(Math.max(...scores)) === topic) right++;
  }
  expect(right / 400).toBeGreaterThan(0.4); // chance: 0.25
});
test('the mean information of long rows agrees with the grammar\'s entropy, when no state is hidden', () => {
  const plain = makeLanguages({ languages: 1, topics: 1 });
  const rows = makeSentences(plain, { seed: 1, split: 'train', count: 4000, length: 80 });
  const totals = rowKeys(rows.tokens.data, 80).map((_, i) => -floats(trueLogProbs(plain, { tokens: { ...rows.tokens, shape: [1, 80], data: rows.tokens.data.slice(i * 80, (i + 1) * 80) }, mask: { ...rows.mask, shape: [1, 80], data: rows.mask.data.slice(i * 80, (i + 1) * 80) } })).reduce((a, b) => a + b, 0));
  const mean = totals.reduce((a, b) => a + b, 0) / totals.length;
  const deviation = Math.sqrt(totals.reduce((a, b) => a + (b - mean) ** 2, 0) / totals.length / totals.length);
  expect(Math.abs(mean - pathEntropy(plain.grammars[0]!).nats)).toBeLessThan(5 * deviation);
});
test('sentences read as they should', () => {
  expect(Array.from({ length: 3 }, (_, i) => decode(makeLanguages({ languages: 1 }).vocabulary, languageSentence(makeLanguages({ languages: 1 }), { seed: 1, split: 'train', index: i }).words))).toMatchInlineSnapshot(`
    [
      "she sees this house .",
      "it moves that song .",
      "2 girl finds this kind song near the fox .",
    ]
  `);
});
test('what cannot be is refused', () => {
  expect(() => makeLanguages({ languages: 5 })).toThrow(/1 to 4/);
  expect(() => makeLanguages({ overlap: 2 })).toThrow(/from 0 to 1/);
  expect(() => makeSentences(world, { seed: 1, split: 'train', count: 1, mixture: [1] })).toThrow(/one weight a language/);
  expect(() => makeSentences(world, { seed: 1, split: 'train', count: 1, topic: 4 })).toThrow(/topic from 0 to 3/);
});
