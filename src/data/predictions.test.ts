import { expect, test } from 'vitest';
import { Random } from '../base/random';
import { int32, tensor } from '../base/tensor';
import { judgedWindows, maskTokens, nextTokens, randomWindows, splitText, windowsAt } from './predictions';
import { special, stackRows, toRow } from './tokens';

const rowsOf = ({ shape, data }: { shape: readonly number[]; data: ArrayLike<number> }): number[][] => Array.from({ length: shape[0]! }, (_, i) => Array.from({ length: shape[1]! }, (__, t) => data[i * shape[1]! + t]!));

test('each token predicts the one after it, and padding is not predicted', () => {
  const rows = stackRows([toRow([7, 8, 9], 6), toRow([7], 6)], 6);
  const { tokens, targets, weights } = nextTokens(rows);
  expect(rowsOf(tokens)).toEqual([[special.bos, 7, 8, 9, special.eos], [special.bos, 7, special.eos, 0, 0]]);
  expect(rowsOf(targets)).toEqual([[7, 8, 9, special.eos, 0], [7, special.eos, 0, 0, 0]]);
  expect(rowsOf(weights)).toEqual([[1, 1, 1, 1, 0], [1, 1, 0, 0, 0]]);
  const answers = tensor([0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0], [2, 6]); // the last word of each
  expect(rowsOf(nextTokens(rows, answers).weights)).toEqual([[0, 0, 1, 0, 0], [1, 0, 0, 0, 0]]);
});
test('masked tokens: shares as in the paper, specials left alone, at least one a row, targets the text itself', () => {
  const vocabulary = 106;
  const rows = stackRows(Array.from({ length: 400 }, (_, i) => toRow(Array.from({ length: 20 }, (__, t) => 6 + ((7 * i + 13 * t) % 100)), 24)), 24);
  const made = maskTokens(Random.seed(4), rows, vocabulary);
  expect(made.targets).toBe(rows.tokens);
  const chosen = [...made.weights.data.keys()].filter((at) => made.weights.data[at] === 1);
  const share = (test: (at: number) => boolean): number => chosen.filter(test).length / chosen.length;
  expect(chosen.length / 8000).toBeCloseTo(0.15, 1); // std 0.004
  expect(share((at) => made.tokens.data[at] === special.mask)).toBeCloseTo(0.8, 1); // std 0.012
  expect(share((at) => made.tokens.data[at] === rows.tokens.data[at])).toBeCloseTo(0.1, 1);
  for (const [at, id] of rows.tokens.data.entries()) {
    if (id <= special.sep) expect([made.weights.data[at], made.tokens.data[at]]).toEqual([0, id]);
    if (made.weights.data[at] === 0) expect(made.tokens.data[at]).toBe(id);
    else expect(made.tokens.data[at] === special.mask || (made.tokens.data[at]! > special.sep && made.tokens.data[at]! < vocabulary)).toBe(true);
  }
  for (const row of rowsOf(maskTokens(Random.seed(4), rows, vocabulary, 0).weights)) expect(row.reduce((a, b) => a + b)).toBe(1);
  expect(rowsOf(maskTokens(Random.seed(4), stackRows([toRow([], 4)], 4), vocabulary).weights)).toEqual([[0, 0, 0, 0]]);
});
const text = Int32Array.from({ length: 100 }, (_, i) => i);
test('a text is cut once, and windows stay within their part', () => {
  const { train, validation } = splitText(text, 8);
  expect([train.length, validation[0], validation.length]).toEqual([90, 90, 10]);
  expect(() => splitText(text, 10)).toThrow(/validation.*needs 11/);
  const { tokens, targets } = randomWindows(Random.seed(1), train, 500, 8);
  expect(Math.min(...tokens.data)).toBe(0);
  expect(Math.max(...targets.data)).toBe(89); // the last that may be predicted is
  expect([...targets.data]).toEqual([...tokens.data].map((t) => t + 1));
  expect(() => windowsAt(text, [92], 8)).toThrow(/ends at 100/);
});
test('judged windows predict each token once, and with at least half a window before it', () => {
  const counted = ({ targets, weights }: ReturnType<typeof judgedWindows>): number[] => [...targets.data].filter((_, at) => weights.data[at] === 1);
  expect(counted(judgedWindows(text, 1000, 8))).toEqual(Array.from({ length: 92 }, (_, i) => 5 + i)); // all of 5 to 96: windows begin at 0, 4, ..., 88
  expect(counted(judgedWindows(text, 2, 7)).length).toBe(8);
  expect(judgedWindows(text, 2, 8).tokens.shape).toEqual([2, 8]);
  expect(judgedWindows(text, 2, 8).tokens.data[8]).toBe(44); // the twelfth of twenty-three
  expect(int32(judgedWindows(text, 1, 8).tokens.data as Int32Array, [8]).data[7]).toBe(7);
});
