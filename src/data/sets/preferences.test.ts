import { expect, test } from 'vitest';
import { Fingerprint } from '../../base/hash';
import { Random } from '../../base/random';
import { binomial, countIf } from '../testing/rates';
import { special } from '../tokens';
import { attributeScore, makeReviews } from './attributes';
import { lexemeAuc, makePreferences, prefer, preferencePair } from './preferences';

const world = makeReviews();
const ids = (text: string): number[] => text.split(' ').map(world.vocabulary.need);

test('the same spec gives the same rows, and a pair does not depend on how many there are', () => {
  const { chosen, rejected } = makePreferences(world, { seed: 1, split: 'train', count: 100 });
  expect(new Fingerprint().addWords(Uint32Array.from(chosen.tokens.data)).addWords(Uint32Array.from(rejected.tokens.data)).hex()).toMatchInlineSnapshot(`"5fcac777ac54c0e0"`);
  const later = makePreferences(world, { seed: 1, split: 'train', count: 2, first: 50 });
  expect([...later.chosen.tokens.data]).toEqual([...chosen.tokens.data.subarray(50 * 32, 52 * 32)]);
});
test('without noise the chosen side has the higher score, by the margin at least; both begin with the prompt', () => {
  for (const margin of [1, 2]) {
    const { chosen, rejected, promptWords } = makePreferences(world, { seed: 2, split: 'test', count: 200, margin });
    for (let i = 0; i < 200; i++) {
      expect(chosen.score.data[i]! - rejected.score.data[i]!).toBeGreaterThanOrEqual(margin);
      const prompt = 1 + promptWords.data[i]!;
      const [a, b] = [chosen, rejected].map(({ tokens }) => tokens.data.subarray(i * 32, (i + 1) * 32));
      expect([...a!.subarray(0, prompt)]).toEqual([...b!.subarray(0, prompt)]);
      // The score counted from the row itself, behind the prompt.
      expect(attributeScore(world, a!.subarray(prompt))).toBe(chosen.score.data[i]);
    }
  }
});
test('masks mark the response and its lexemes, nothing of prompt and padding', () => {
  const { chosen, promptWords } = makePreferences(world, { seed: 3, split: 'train', count: 50 });
  const wrong = Array.from(chosen.tokens.data.keys()).filter((c) => {
    const [i, t] = [Math.floor(c / 32), c % 32];
    const id = chosen.tokens.data[c]!;
    const response = t > promptWords.data[i]! && id !== special.pad;
    return chosen.response.data[c] !== Number(response) || chosen.lexemes.data[c] !== Number(response && (world.positive.has(id) || world.negative.has(id)));
  });
  expect(wrong).toEqual([]);
});
test('splits share no pair', () => {
  const pairsOf = (split: string): string[] => Array.from({ length: 300 }, (_, index) => preferencePair(world, { seed: 1, split, index })).map(({ prompt, chosen, rejected }) => [chosen, rejected].map((side) => [...prompt, ...side].join(' ')).sort().join('|'));
  const seen = new Set(pairsOf('train'));
  expect(pairsOf('test').filter((pair) => seen.has(pair))).toEqual([]);
});
test('labels are wrong as often as they should be', () => {
  for (const labelNoise of [0.1, 0.3]) expect(binomial(countIf(makePreferences(world, { seed: 4, split: 'train', count: 800, labelNoise }).wrong.data, (w) => w === 1), 800, labelNoise)).toBe(true);
});
test('the Bradley-Terry model prefers with the probability of its formula', () => {
  const [a, b] = [ids('was good'), ids('was bad')]; // scores 1 and -1
  const n = 4000;
  const wins = countIf(Array.from({ length: n }, (_, i) => prefer(world, [], a, b, { temperature: 1.5 }, Random.seed(1).fork(i))!), ({ chosen }) => chosen === a);
  expect(binomial(wins, n, 1 / (1 + Math.exp(-2 / 1.5)))).toBe(true);
});
test('two given sequences are compared by the oracle, and ties dropped', () => {
  const rng = Random.seed(1);
  expect(prefer(world, ids('the food'), ids('was bad'), ids('was very good'), {}, rng)).toEqual({ prompt: ids('the food'), chosen: ids('was very good'), rejected: ids('was bad'), chosenScore: 1, rejectedScore: -1, wrong: false });
  expect(prefer(world, [], ids('good'), ids('great'), {}, rng)).toBeUndefined();
  expect(prefer(world, [], ids('good'), ids('great'), { margin: 0 }, rng)?.wrong).toBe(false);
});
test('the area under the curve is that of all pairs of a lexeme and another response token', () => {
  const { chosen } = makePreferences(world, { seed: 5, split: 'train', count: 6 });
  const values = Float32Array.from(chosen.tokens.data, (_, c) => Random.seed(9).fork(c).int(5));
  let [better, pairs] = [0, 0];
  for (const i of chosen.lexemes.data.keys()) {
    if (chosen.lexemes.data[i] !== 1) continue;
    for (const j of chosen.response.data.keys()) {
      if (chosen.response.data[j] !== 1 || chosen.lexemes.data[j] === 1) continue;
      pairs++;
      better += values[i]! > values[j]! ? 1 : values[i] === values[j] ? 0.5 : 0;
    }
  }
  expect(lexemeAuc(values, chosen)).toBeCloseTo(better / pairs, 12);
  expect(lexemeAuc(chosen.lexemes.data, chosen)).toBe(1);
});
test('what cannot be is refused', () => {
  expect(() => preferencePair(world, { seed: 1, split: 'train', index: 0, labelNoise: 2 })).toThrow(/from 0 to 1, but 2/);
  expect(() => preferencePair(world, { seed: 1, split: 'train', index: 0, margin: 25 })).toThrow(/Lower the margin/);
  expect(() => preferencePair(world, { seed: 1, split: 'train', index: 0, promptWords: 0 })).toThrow(/prompt of 1 to 25/);
});
