import { expect, test } from 'vitest';
import { Random } from '../base/random';
import { int32, tensor, type Params } from '../base/tensor';
import { mul } from '../engine/ops';
import { constant, type Value } from '../engine/value';
import { initLm, lmLogits, lmStates, sequenceLogProbs, tokenCrossEntropy, tokenKl, tokenLosses, type LmHooks, type LmShape } from './lm';
import { expectTrainable, outputsOf } from './testing';

const small: LmShape = { vocabulary: 7, context: 6, width: 8, blocks: 2, heads: 2, mlpRatio: 2 };
const both: LmShape = { ...small, sees: 'both', head: 'own' };
const tokens = (...ids: number[][]): Value => constant(int32(ids.flat(), [ids.length, ids[0]!.length]));
/** Params moved away from their start, so that nothing is 0 by chance. */
const shaken = (shape: LmShape): Params => Object.fromEntries(Object.entries(initLm(Random.seed(5), shape)).map(([name, p]) => [name, tensor(Float32Array.from(p.data, (x, i) => x + 0.3 * Math.sin(7 * i + name.length)), p.shape)]));
const logitsOf = (shape: LmShape, ids: Value, hooks: LmHooks = {}): Float64Array => outputsOf(shaken(shape), (p) => ({ z: lmLogits(p, ids, shape, hooks) })).z.data;
const rowOf = (data: Float64Array, i: number, width: number): number[] => [...data.subarray(i * width, (i + 1) * width)];

test('reading from the left, a token changes no logits before its own; seeing both ways, all of them', () => {
  const changed = (shape: LmShape): boolean[] => {
    const [a, b] = [logitsOf(shape, tokens([1, 2, 3, 4, 5])), logitsOf(shape, tokens([1, 2, 3, 6, 5]))];
    return [0, 1, 2, 3, 4].map((t) => rowOf(a, t, 7).some((z, k) => z !== rowOf(b, t, 7)[k]));
  };
  expect(changed(small)).toEqual([false, false, false, true, true]);
  expect(changed(both)).toEqual([true, true, true, true, true]);
});
test('what stands in the padding of a model that sees both ways changes nothing', () => {
  const present = constant(tensor([1, 1, 1, 0, 0], [1, 5]));
  const [a, b] = [logitsOf(both, tokens([1, 2, 3, 4, 5]), { present }), logitsOf(both, tokens([1, 2, 3, 6, 0]), { present })];
  expect([...a.subarray(0, 21)]).toEqual([...b.subarray(0, 21)]);
  expect([...a.subarray(0, 21)]).toEqual([...logitsOf(both, tokens([1, 2, 3])).subarray(0, 21)].map((z) => expect.closeTo(z, 12)));
});
test('a tied head is the token embedding, and one of its own is not', () => {
  expect(Object.keys(initLm(Random.seed(1), small))).not.toContain('head.weight');
  const params = shaken(small);
  const { z, output } = outputsOf(params, (p) => {
    const { logits, output: final } = lmStates(p, tokens([1, 2]), small);
    return { z: logits, output: final };
  });
  const embedding = params['token.weight']!.data;
  const product = rowOf(output.data, 1, 8).reduce((sum, h, i) => sum + h * embedding[3 * 8 + i]!, 0);
  expect(z.data[7 + 3]).toBeCloseTo(product, 10);
  expect(initLm(Random.seed(1), both)['head.weight']!.shape).toEqual([8, 7]);
});
test('a gradient reaches every param, as central differences have it', () => {
  const [ids, next] = [tokens([1, 2, 3, 1, 5, 6], [3, 2, 4, 0, 6, 5]), tokens([2, 3, 1, 5, 6, 0], [2, 4, 0, 6, 5, 1])];
  for (const shape of [small, both]) expectTrainable(shaken(shape), (p) => tokenCrossEntropy(lmLogits(p, ids, shape), next));
});
test('hooks replace embeddings and what goes on from a block', () => {
  const ids = tokens([1, 2, 3]);
  const plain = logitsOf(small, ids);
  expect(logitsOf(small, ids, { embedded: (x) => x, after: (h) => h })).toEqual(plain);
  const seen: number[] = [];
  const halved = logitsOf(small, ids, { after: (h, block) => (seen.push(block), block === 1 ? mul(h, 0.5) : h) });
  expect(seen).toEqual([0, 1]);
  halved.forEach((z, i) => expect(z).toBeCloseTo(plain[i]!, 3)); // the final norm undoes a scale, but for its epsilon
  expect(logitsOf(small, ids, { after: (h, block) => (block === 0 ? mul(h, 0.5) : h) })).not.toEqual(plain);
});
test('states are what the blocks add up', () => {
  const out = outputsOf(shaken(small), (p) => {
    const { states, added } = lmStates(p, tokens([4, 2]), small);
    return { before: states[1]!, after: states[2]!, attention: added[1]!.attention, mlp: added[1]!.mlp };
  });
  out.after.data.forEach((x, i) => expect(x).toBeCloseTo(out.before.data[i]! + out.attention.data[i]! + out.mlp.data[i]!, 12));
});
test('losses, log-probabilities and divergences are those of a softmax written out', () => {
  const z = Array.from({ length: 2 * 3 * 4 }, (_, i) => Math.sin(3 * i));
  const w = Array.from({ length: 2 * 3 * 4 }, (_, i) => Math.cos(2 * i));
  const targets = [0, 3, 2, 1, 1, 3];
  const weights = [0, 1, 1, 0, 0, 1];
  const softmax = (of: readonly number[], at: number): number[] => {
    const e = of.slice(4 * at, 4 * at + 4).map(Math.exp);
    return e.map((x) => x / e.reduce((a, b) => a + b));
  };
  const losses = targets.map((target, at) => -Math.log(softmax(z, at)[target]!));
  const out = outputsOf({}, () => {
    const [logits, others, labels, counts] = [constant(tensor(z, [2, 3, 4])), constant(tensor(w, [2, 3, 4])), constant(int32(targets, [2, 3])), constant(tensor(weights, [2, 3]))];
    return { losses: tokenLosses(logits, labels), all: tokenCrossEntropy(logits, labels), counted: tokenCrossEntropy(logits, labels, counts), none: tokenCrossEntropy(logits, labels, mul(counts, 0)), sequences: sequenceLogProbs(logits, labels, counts), kl: tokenKl(logits, others) };
  });
  out.losses.data.forEach((x, i) => expect(x).toBeCloseTo(losses[i]!, 6));
  expect(out.all.data[0]).toBeCloseTo(losses.reduce((a, b) => a + b) / 6, 6);
  expect(out.counted.data[0]).toBeCloseTo((losses[1]! + losses[2]! + losses[5]!) / 3, 6);
  expect(out.none.data[0]).toBe(0);
  expect([...out.sequences.data]).toEqual([expect.closeTo(-losses[1]! - losses[2]!, 6), expect.closeTo(-losses[5]!, 6)]);
  out.kl.data.forEach((kl, at) => {
    const [p, q] = [softmax(z, at), softmax(w, at)];
    expect(kl).toBeCloseTo(p.reduce((sum, x, v) => sum + x * Math.log(x / q[v]!), 0), 6);
  });
});
