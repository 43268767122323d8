import { expect, test } from 'vitest';
import { Random } from '../base/random';
import { choices, continueSentence, end, mixGrammars, nextWordProbs, pathEntropy, sampleSentence, sentenceLogProb, wordLogProbs, type Grammar } from './grammar';

/** Words 0, 1, 2; which of two states said 1 cannot be seen, and only one of them may end. */
const hidden: Grammar = {
  classes: ['a', 'b'],
  states: [
    { class: 0, words: choices([[0, 0.6], [1, 0.4]]), next: choices([[0, 0.2], [1, 0.5], [2, 0.3]]) },
    { class: 1, words: choices([[1, 0.7], [2, 0.3]]), next: choices([[end, 0.5], [0, 0.5]]) },
    { class: 1, words: choices([[1, 1]]), next: choices([[1, 1]]) },
  ],
  start: choices([[0, 0.8], [2, 0.2]]),
};
/** P(words, then end) by summing over every path of states: exponential, and nothing of the forward algorithm. */
function bruteForce(grammar: Grammar, words: readonly number[], ended: boolean): number {
  const rest = (state: number, t: number): number => {
    const { words: says, next } = grammar.states[state]!;
    const k = says.items.indexOf(words[t]!);
    if (k < 0) return 0;
    if (t === words.length - 1 && !ended) return says.probs[k]!;
    return says.probs[k]! * next.items.reduce((sum, item, j) => sum + next.probs[j]! * (t === words.length - 1 ? (item === end ? 1 : 0) : item === end ? 0 : rest(item, t + 1)), 0);
  };
  return grammar.start.items.reduce((sum, state, k) => sum + grammar.start.probs[k]! * rest(state, 0), 0);
}
const allOf = (length: number): number[][] => (length === 0 ? [[]] : allOf(length - 1).flatMap((words) => [0, 1, 2].map((w) => [...words, w])));

test('the forward algorithm agrees with the sum over every path of hidden states', () => {
  for (let length = 1; length <= 5; length++) {
    for (const words of allOf(length)) {
      expect(Math.exp(sentenceLogProb(hidden, words))).toBeCloseTo(bruteForce(hidden, words, true), 14);
      expect(Math.exp(wordLogProbs(hidden, words).subarray(0, length).reduce((a, b) => a + b, 0))).toBeCloseTo(bruteForce(hidden, words, false), 14);
    }
  }
});
test('probabilities of all sentences up to a length, and of all that go on beyond it, sum to 1', () => {
  let ended = 0;
  for (let length = 1; length <= 6; length++) for (const words of allOf(length)) ended += Math.exp(sentenceLogProb(hidden, words));
  // What goes on: all prefixes of 6 words, less those that end there.
  const open = allOf(6).reduce((sum, words) => sum + bruteForce(hidden, words, false) - bruteForce(hidden, words, true), 0);
  expect(ended + open).toBeCloseTo(1, 12);
});
test('the next word\'s distribution sums to 1 and is a ratio of prefix probabilities', () => {
  for (const prefix of [[], [0], [1], [0, 1], [1, 1, 0]]) {
    const next = nextWordProbs(hidden, prefix, 3);
    expect(next.words.reduce((a, b) => a + b, next.end)).toBeCloseTo(1, 12);
    const whole = prefix.length ? bruteForce(hidden, prefix, false) : 1;
    for (const w of [0, 1, 2]) expect(next.words[w]).toBeCloseTo(bruteForce(hidden, [...prefix, w], false) / whole, 12);
  }
});
test('sentences are drawn as often as their probability says, and continuations as often as the rest of a sentence', () => {
  const n = 20_000;
  const counts = new Map<string, number>();
  const after = new Map<string, number>();
  for (let i = 0; i < n; i++) {
    const key = sampleSentence(hidden, Random.seed(3).fork(i)).words.join('');
    counts.set(key, (counts.get(key) ?? 0) + 1);
    const rest = continueSentence(hidden, [0, 1], Random.seed(4).fork(i)).words.join('');
    after.set(rest, (after.get(rest) ?? 0) + 1);
  }
  const within = (measured: number, p: number): void => expect(Math.abs(measured / n - p)).toBeLessThan(4.5 * Math.sqrt((p * (1 - p)) / n));
  for (const words of [[0, 1], [0, 2], [1, 1], [0, 1, 2], [1, 2], [0, 0, 1]]) within(counts.get(words.join('')) ?? 0, bruteForce(hidden, words, true));
  for (const rest of [[], [1], [2], [0, 1], [0, 2]]) within(after.get(rest.join('')) ?? 0, bruteForce(hidden, [0, 1, ...rest], true) / bruteForce(hidden, [0, 1], false));
});
test('a mixture is the weighted sum of its grammars', () => {
  const other: Grammar = { classes: ['a', 'b'], states: [{ class: 0, words: choices([[1, 1], [2, 3]]), next: choices([[end, 1], [0, 1]]) }], start: choices([[0, 1]]) };
  const mixed = mixGrammars([hidden, other], [3, 1]);
  for (const words of [[1], [2, 1], [0, 1], [1, 1, 2]]) expect(Math.exp(sentenceLogProb(mixed, words))).toBeCloseTo(0.75 * bruteForce(hidden, words, true) + 0.25 * bruteForce(other, words, true), 12);
});
test('entropy with hidden states: by hand where words show the state', () => {
  // One state, two even words, ends with probability 1/4: length 4 on average, each word ln 2 and its end H(1/4).
  const plain: Grammar = { classes: ['a'], states: [{ class: 0, words: choices([[0, 1], [1, 1]]), next: choices([[end, 1], [0, 3]]) }], start: choices([[0, 1]]) };
  const { nats, length } = pathEntropy(plain);
  expect(length).toBeCloseTo(4, 10);
  expect(nats).toBeCloseTo(4 * (Math.LN2 - 0.25 * Math.log(0.25) - 0.75 * Math.log(0.75)), 10);
});
test('what cannot be is refused', () => {
  expect(() => choices([[0, 0]])).toThrow(/positive sum/);
  expect(() => choices([[0, -1], [1, 2]])).toThrow(/weights of 0 or more/);
  expect(() => continueSentence(hidden, [2], Random.seed(1))).toThrow(/never begins/);
  expect(sentenceLogProb(hidden, [2])).toBe(-Infinity);
});
