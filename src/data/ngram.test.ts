import { expect, test } from 'vitest';
import { Random } from '../base/random';
import { kneserNeyDiscounts, ngramBaselines, ngramCrossEntropy, trainNgram } from './ngram';

const symbols = 5;
/** A text with structure: each symbol is one more than one of the two before it, or any. */
const text = ((): number[] => {
  const rng = Random.seed(1).fork('text');
  const out = [0, 1];
  while (out.length < 400) out.push(rng.bernoulli(0.8) ? (out[out.length - 1 - rng.int(2)]! + 1) % symbols : rng.int(symbols));
  return out;
})();

/** Chen and Goodman's formulas over strings and sets: slow, and nothing of the packed arrays. */
function bruteForce(order: number, context: readonly number[], symbol: number): number {
  const padded = [...Array.from({ length: order - 1 }, () => 's'), ...text.map(String)];
  const gramsAt = (n: number): string[] => padded.map((_, i) => padded.slice(i - n + 1, i + 1)).filter((g, i) => i >= order - 1 && g.length === n).map((g) => g.join(' '));
  // count of an n-gram at each level
  const counts = new Map<number, Map<string, number>>();
  const top = new Map<string, number>();
  for (const g of gramsAt(order)) top.set(g, (top.get(g) ?? 0) + 1);
  counts.set(order, top);
  for (let n = order - 1; n >= 1; n--) {
    const lefts = new Map<string, Set<string>>();
    for (const longer of counts.get(n + 1)!.keys()) {
      const [left, ...rest] = longer.split(' ');
      const key = rest.join(' ');
      lefts.set(key, (lefts.get(key) ?? new Set()).add(left!));
    }
    counts.set(n, new Map([...lefts].map(([g, set]) => [g, set.size])));
  }
  const p = (n: number): number => {
    if (n === 0) return 1 / symbols;
    const level = counts.get(n)!;
    const tally = (j: number): number => [...level.values()].filter((c) => c === j).length;
    const [n1, n2, n3, n4] = [tally(1), tally(2), tally(3), tally(4)];
    const y = n1 / (n1 + 2 * n2);
    let d = [1 - (2 * y * n2) / n1, 2 - (3 * y * n3) / n2, 3 - (4 * y * n4) / n3];
    if (!d.every((v, j) => v > 0 && v <= j + 1)) d = [0.5, 1, 1.5];
    const discount = (c: number): number => (c === 0 ? 0 : d[Math.min(c, 3) - 1]!);
    const h = Array.from({ length: n - 1 }, (_, k) => String(context.at(k - (n - 1)) ?? 's'));
    const followers = [...level].filter(([g]) => g.split(' ').slice(0, -1).join(' ') === h.join(' '));
    const total = followers.reduce((sum, [, c]) => sum + c, 0);
    if (total === 0) return p(n - 1);
    const c = level.get([...h, String(symbol)].join(' ')) ?? 0;
    return (c - discount(c) + followers.reduce((sum, [, f]) => sum + discount(f), 0) * p(n - 1)) / total;
  };
  return p(order);
}

test.each([1, 2, 3, 4, 5, 6])('order %d agrees with brute force', (order) => {
  const model = trainNgram(text, { order, symbols });
  for (const context of [[], [2], [0, 1, 2, 3, 4, 0], [4, 4, 4, 4, 4, 4], text.slice(100, 106), text.slice(250, 256), [1, 3, 0, 0, 2]]) {
    for (let symbol = 0; symbol < symbols; symbol++) expect(model.probability(context, symbol)).toBeCloseTo(bruteForce(order, context, symbol), 12);
  }
});
test.each([1, 2, 3, 4, 5, 6])('order %d: probabilities sum to 1 and none is 0, also behind what was never seen', (order) => {
  const model = trainNgram(text, { order, symbols: symbols + 2 }); // two symbols never come
  for (let i = 0; i < 60; i++) {
    const next = model.next(i % 2 ? text.slice(i, i + 6) : Array.from({ length: 6 }, (_, k) => (i + k * k) % (symbols + 2)));
    expect(next.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
    expect(Math.min(...next)).toBeGreaterThan(0);
  }
});
test('discounts are those of the formula, and a fixed triple where a count of counts is missing', () => {
  // n1 = 4, n2 = 2, n3 = 1, n4 = 1: Y = 1/2; 1 - 2/2 2/4, 2 - 3/2 1/2, 3 - 4/2 1.
  expect(kneserNeyDiscounts([1, 1, 1, 1, 2, 2, 3, 4, 9])).toEqual([0.5, 1.25, 1]);
  expect(kneserNeyDiscounts([7, 8])).toEqual([0.5, 1, 1.5]);
});
test('a text of one symbol costs next to nothing, and longer contexts help where they tell', () => {
  expect(ngramCrossEntropy(trainNgram(new Array<number>(2000).fill(0), { order: 3, symbols: 1 }), [0, 0, 0])).toBe(0);
  // A cycle of period 6 over 3 symbols, which two symbols determine: 0 0 1 1 2 2.
  const cycle = Array.from({ length: 3000 }, (_, i) => Math.floor((i % 6) / 2));
  const nats = [1, 2, 3].map((order) => ngramCrossEntropy(trainNgram(cycle, { order, symbols: 3 }), cycle.slice(0, 600), cycle.slice(-6)));
  expect(nats[0]).toBeCloseTo(Math.log(3), 2);
  expect(nats[1]).toBeCloseTo(Math.log(2), 2);
  expect(nats[2]).toBeLessThan(0.02);
});
test('cross-entropy is the mean over symbols, with what stands before', () => {
  const model = trainNgram(text, { order: 3, symbols });
  const by = -[Math.log(model.probability([3, 4], 0)), Math.log(model.probability([3, 4, 0], 2)), Math.log(model.probability([0, 2], 1))].reduce((a, b) => a + b, 0) / 3;
  expect(ngramCrossEntropy(model, [0, 2, 1], [1, 3, 4])).toBeCloseTo(by, 12);
});
test('baselines of a text: parted in order, alphabet of the whole', () => {
  const report = ngramBaselines('abracadabra '.repeat(50), { orders: [1, 3, 6], validation: 0.2 });
  expect([report.symbols, report.trainCharacters, report.validationCharacters]).toEqual([6, 480, 120]);
  expect(report.nats[1]).toBeGreaterThan(report.nats[3]!);
  expect(report.nats[6]).toBeLessThan(0.1);
});
test('what cannot be is refused', () => {
  expect(() => trainNgram(text, { order: 7, symbols })).toThrow(/from 1 to 6, but 7/);
  expect(() => trainNgram([0, 9], { order: 2, symbols })).toThrow(/from 0 to 4, but 9/);
  expect(() => trainNgram([], { order: 2, symbols })).toThrow(/empty/);
  expect(() => ngramBaselines('a', {})).toThrow(/cannot be parted/);
});
