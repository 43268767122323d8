import { expect, test } from 'vitest';
import { Fingerprint } from '../../base/hash';
import { floats } from '../../base/tensor';
import { sentenceLogProb } from '../grammar';
import { binomial, countIf, rowKeys } from '../testing/rates';
import { countEmbeddings, documentDrawer, makeDocuments, makeDocumentWorld } from './documents';
import { topicGrammar } from './languages';

const world = makeDocumentWorld({ exact: 0.1, near: 0.2 });
const pool = makeDocuments(world, { seed: 1, split: 'train', count: 1500 });

test('the same spec gives the same rows, and a document does not depend on how many there are', () => {
  const { tokens, corrupted, quality, source } = makeDocuments(world, { seed: 1, split: 'pool', count: 150 });
  expect(new Fingerprint().addWords(Uint32Array.from(tokens.data)).addFloats(floats(corrupted)).addFloats(floats(quality)).addWords(Uint32Array.from(source.data, (v) => v >>> 0)).hex()).toMatchInlineSnapshot(`"27b01b52f50193dd"`);
  expect([...makeDocuments(world, { seed: 1, split: 'train', count: 40 }).tokens.data]).toEqual([...pool.tokens.data.subarray(0, 40 * 32)]);
  expect(documentDrawer(world, { seed: 1, split: 'train', longest: 30 })(1400).quality).toBeCloseTo(pool.quality.data[1400]!, 6);
});
test('clusters have Zipf sizes, and copies come as often as they should', () => {
  const originals = [...pool.copy.data.keys()].filter((i) => pool.copy.data[i] === 0);
  expect(binomial(originals.length, 1500, 0.7)).toBe(true);
  expect(world.names).toHaveLength(20);
  const harmonic = Array.from({ length: 20 }, (_, k) => 1 / (k + 1)).reduce((a, b) => a + b, 0);
  world.sizes.items.forEach((cluster, k) => expect(binomial(countIf(originals, (i) => pool.cluster.data[i] === cluster), originals.length, world.sizes.probs[k]!)).toBe(true));
  expect(Math.max(...world.sizes.probs)).toBeCloseTo(1 / harmonic, 12);
});
test('an exact copy equals an earlier original, a near one differs from it in the stated share of words', () => {
  const keys = rowKeys(pool.tokens.data, 32);
  let [words, changed] = [0, 0];
  for (const i of pool.copy.data.keys()) {
    const source = pool.source.data[i]!;
    if (pool.copy.data[i] === 0) expect(source).toBe(-1);
    else {
      expect(source).toBeLessThan(i);
      expect(pool.copy.data[source]).toBe(0);
      expect([pool.cluster.data[i], pool.quality.data[i]]).toEqual([pool.cluster.data[source], pool.quality.data[source]]);
      if (pool.copy.data[i] === 1) expect(keys[i]).toBe(keys[source]);
      else {
        words += 30;
        changed += countIf(pool.tokens.data.subarray(i * 32, (i + 1) * 32), (id, t) => id !== pool.tokens.data[source * 32 + t]);
      }
    }
  }
  // Near copies of near copies change more; punctuation and words that stand alone in their kind never change.
  expect(changed / words).toBeGreaterThan(0.08);
  expect(changed / words).toBeLessThan(0.22);
});
test('quality is cluster effect plus noise, and the share of corrupted tokens follows from it', () => {
  const clean = makeDocumentWorld();
  const at = documentDrawer(clean, { seed: 2, split: 'train', longest: 30 });
  const drawn = Array.from({ length: 1500 }, (_, i) => at(i));
  const residuals = drawn.map(({ quality, cluster }) => (quality - 0.8 * clean.effects[cluster]!) / 0.6);
  const mean = residuals.reduce((a, b) => a + b, 0) / 1500;
  const variance = residuals.reduce((a, b) => a + b * b, 0) / 1500;
  expect(Math.abs(mean)).toBeLessThan(4.5 / Math.sqrt(1500));
  expect(Math.abs(variance - 1)).toBeLessThan(4.5 * Math.sqrt(2 / 1500));
  // P(normal > q) by summing the density, against the error function of the code.
  const tail = (q: number): number => Array.from({ length: 4000 }, (_, k) => q + (k + 0.5) / 400).reduce((sum, x) => sum + Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI) / 400, 0);
  let [expected, variances, found] = [0, 0, 0];
  for (const { quality, corrupted } of drawn) {
    const p = 0.6 * tail(quality);
    expected += corrupted.length * p;
    variances += corrupted.length * p * (1 - p);
    found += corrupted.filter(Boolean).length;
  }
  expect(Math.abs(found - expected)).toBeLessThan(4.5 * Math.sqrt(variances));
});
test('corruption is where it is said to be: the rest is the grammar\'s own', () => {
  const clean = makeDocuments(world, { seed: 3, split: 'test', count: 40, clean: true });
  expect(countIf(clean.corrupted.data, (v) => v === 1)).toBe(0);
  expect(Array.from(clean.cluster.data)).toEqual(Array.from({ length: 40 }, (_, i) => i % 20));
  const at = documentDrawer(world, { seed: 3, split: 'test', longest: 30, clean: true });
  const stop = world.languages.vocabulary.need('.');
  for (let i = 0; i < 40; i++) {
    const { words, cluster } = at(i);
    const first = words.slice(0, words.indexOf(stop) + 1);
    if (first.length) expect(sentenceLogProb(topicGrammar(world.languages, Math.floor(cluster / 5), cluster % 5), first)).toBeGreaterThan(-Infinity);
  }
});
test('splits share no document', () => {
  const seen = new Set(rowKeys(pool.tokens.data, 32));
  expect(rowKeys(makeDocuments(world, { seed: 1, split: 'test', count: 400 }).tokens.data, 32).filter((key) => seen.has(key))).toEqual([]);
});
test.each([1, 2] as const)('embeddings of order %d: copies coincide; documents lie nearer to those of their cluster, then of their language', (order) => {
  const embedded = floats(countEmbeddings(pool, { order }));
  const dot = (i: number, j: number): number => embedded.subarray(i * 32, (i + 1) * 32).reduce((sum, v, d) => sum + v * embedded[j * 32 + d]!, 0);
  for (const i of [0, 10, 500]) expect(dot(i, i)).toBeCloseTo(1, 5);
  const exact = [...pool.copy.data.keys()].filter((i) => pool.copy.data[i] === 1);
  for (const i of exact.slice(0, 20)) expect(dot(i, pool.source.data[i]!)).toBeCloseTo(1, 5);
  const found = { cluster: [0, 0], language: [0, 0], other: [0, 0] };
  const originals = [...pool.copy.data.keys()].filter((i) => pool.copy.data[i] === 0).slice(0, 400);
  for (const i of originals) {
    for (const j of originals) {
      if (j >= i) continue;
      const [a, b] = [pool.cluster.data[i]!, pool.cluster.data[j]!];
      const of = a === b ? found.cluster : Math.floor(a / 5) === Math.floor(b / 5) ? found.language : found.other;
      of[0]! += dot(i, j);
      of[1]!++;
    }
  }
  const [cluster, language, other] = [found.cluster, found.language, found.other].map(([sum, n]) => sum! / n!);
  expect(cluster).toBeGreaterThan(language!);
  expect(language).toBeGreaterThan(other!);
});
test('what cannot be is refused', () => {
  expect(() => makeDocumentWorld({ corruption: 1.5 })).toThrow(/corruption as a share/);
  expect(() => makeDocumentWorld({ exact: 0.6, near: 0.6 })).toThrow(/at most 0.95/);
});
