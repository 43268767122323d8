import { expect, test } from 'vitest';
import { int32, tensor } from '../base/tensor';
import { nextTokens } from '../data/predictions';
import { makeSentences, makeLanguages, trueLogProbs } from '../data/sets/languages';
import { stackRows, toRow } from '../data/tokens';
import { floorOf, rowsWhere, unigram } from './text';

test('the unigram says each token as often as it was seen, one more for all', () => {
  const seen = stackRows([toRow([6, 6, 7], 5), toRow([6], 5)], 5); // behind bos: 6 6 7 eos, 6 eos
  const judged = nextTokens(stackRows([toRow([7, 6], 5)], 5)); // 7, 6, eos
  const { loss, accuracy } = unigram(seen, judged, 9);
  // counts and one: eos 3, 6: 4, 7: 2, of 6 + 9
  expect(loss).toBeCloseTo(-(Math.log(2 / 15) + Math.log(4 / 15) + Math.log(3 / 15)) / 3, 12);
  expect(accuracy).toBeCloseTo(1 / 3, 12);
});
test('the floor lies below the loss of the unigram, and is the grammar\'s own entropy of the rows', () => {
  const world = makeLanguages({ languages: 2 });
  const rows = makeSentences(world, { seed: 1, split: 'test', count: 50 });
  const floor = floorOf(trueLogProbs(world, rows), nextTokens(rows));
  expect(floor).toBeLessThan(unigram(makeSentences(world, { seed: 1, split: 'train', count: 500 }), nextTokens(rows), world.vocabulary.size).loss);
  const logProbs = trueLogProbs(world, rows).data;
  const predicted = rows.mask.data.length - [...rows.mask.data].filter((m) => m === 0).length - 50; // all but padding and bos
  expect(floor).toBeCloseTo(-[...logProbs].reduce((a, b) => a + b, 0) / predicted, 9);
});
test('rows are kept whole and in order', () => {
  const rows = { tokens: int32([1, 2, 3, 4, 5, 6], [3, 2]), targets: int32([2, 3, 4, 5, 6, 7], [3, 2]), weights: tensor([0, 1, 1, 0, 1, 1], [3, 2]) };
  const kept = rowsWhere(rows, (row) => row !== 1);
  expect([[...kept.tokens.data], [...kept.targets.data], [...kept.weights.data], kept.tokens.shape]).toEqual([[1, 2, 5, 6], [2, 3, 6, 7], [0, 1, 1, 1], [2, 2]]);
});
