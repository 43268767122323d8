import { expect, test } from 'vitest';
import { Random } from '../base/random';
import { floats, int32, tensor, type Params } from '../base/tensor';
import { constant } from '../engine/value';
import { initLm, lmLogits, tokenCrossEntropy, type LmShape } from './lm';
import { blockTargets, initLora, mergeLora, pissa, withLora, type LoraSpec } from './lora';
import { expectTrainable, inputsFor, outputsOf } from './testing';

const shape: LmShape = { vocabulary: 7, context: 5, width: 8, blocks: 2, heads: 2, mlpRatio: 2, head: 'own' };
const base = initLm(Random.seed(2), shape);
const spec: LoraSpec = { rank: 2, alpha: 6, targets: [...blockTargets(shape, ['q', 'v', 'out', 'up', 'down']), { name: 'head', matrix: 'head.weight' }] };
const ids = constant(int32([1, 2, 3, 4, 5, 6, 0, 3], [2, 4]));
const fresh = initLora(Random.seed(3), base, spec);
/** Adapters that have learned something. */
const learned: Params = Object.fromEntries(Object.entries(fresh).map(([name, p]) => [name, tensor(Float32Array.from(p.data, (x, i) => x + Math.sin(i + name.length) / 4), p.shape)]));
const logits = (params: Params): Float64Array => outputsOf(params, (p) => ({ z: lmLogits(p, ids, shape) })).z.data;
const adapted = (params: Params, pairs: Params): Float64Array => outputsOf({ ...params, ...pairs }, (p) => ({ z: lmLogits(withLora(p, p, spec), ids, shape) })).z.data;

test('before the first step the output is that of the base', () => {
  expect(adapted(base, fresh)).toEqual(logits(base));
});
test('merged into the matrices, the adapters do what they do beside them, and leave the base alone', () => {
  const before = structuredClone(base);
  const merged = logits(mergeLora(base, learned, spec));
  adapted(base, learned).forEach((z, i) => expect(z).toBeCloseTo(merged[i]!, 5));
  expect(merged).not.toEqual(logits(base));
  expect(base).toEqual(before);
});
test('an adapter changes its own columns alone, by (alpha / rank) A B', () => {
  const only = { ...spec, targets: spec.targets.filter(({ name }) => name === 'block1.v') };
  const merged = mergeLora(base, learned, only);
  const changed = Object.keys(base).filter((name) => merged[name] !== base[name]);
  expect(changed).toEqual(['block1.attention.qkv.weight']);
  const [a, b] = [learned['block1.v.a']!.data, learned['block1.v.b']!.data];
  floats(merged[changed[0]!]!).forEach((w, at) => {
    const [i, j] = [Math.floor(at / 24), at % 24];
    const delta = j < 16 ? 0 : 3 * [0, 1].reduce((sum, r) => sum + a[i * 2 + r]! * b[r * 8 + j - 16]!, 0);
    expect(w).toBeCloseTo(base[changed[0]!]!.data[at]! + delta, 6);
  });
});
test('a gradient reaches both halves of every pair', () => {
  const frozen = inputsFor({});
  expectTrainable(learned, (pairs) => tokenCrossEntropy(lmLogits(withLora({ ...frozen, ...Object.fromEntries(Object.entries(base).map(([name, p]) => [name, constant(p)])) }, pairs, spec), ids, shape), ids));
});
test('PiSSA starts as the base, with the largest singular values in the pairs', () => {
  const { base: rest, pairs } = pissa(base, spec);
  const whole = logits(base);
  adapted(rest, pairs).forEach((z, i) => expect(z).toBeCloseTo(whole[i]!, 4));
  const w = rest['head.weight']!.data;
  const norm = (data: ArrayLike<number>): number => Math.sqrt(Array.from(data).reduce((sum, x) => sum + x * x, 0));
  expect(norm(w)).toBeLessThan(norm(base['head.weight']!.data));
  // The rest is at right angles to what was taken out: W_rest^T A = 0.
  const a = pairs['head.a']!.data;
  for (let r = 0; r < 2; r++) for (let j = 0; j < 7; j++) expect([...Array(8).keys()].reduce((sum, i) => sum + w[i * 7 + j]! * a[i * 2 + r]!, 0)).toBeCloseTo(0, 5);
});
test('a matrix or columns that the model does not have are refused by name', () => {
  expect(() => initLora(Random.seed(1), base, { ...spec, targets: [{ name: 'x', matrix: 'block9.up.weight' }] })).toThrow(/block9/);
  expect(() => initLora(Random.seed(1), base, { ...spec, targets: [{ name: 'x', matrix: 'head.weight', columns: [4, 9] }] })).toThrow(/columns 4 to 9/);
  expect(() => mergeLora(base, {}, spec)).toThrow(/block0.q.a/);
});
