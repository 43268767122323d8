/** Passes change how numbers are made, not the numbers: every program before and after, in float64, where rounding hides nothing. */
import { describe, expect, test } from 'vitest';
import { Random } from '../../base/random';
import { int32, sizeOf, tensor, type Tensor } from '../../base/tensor';
import { flatGradient, gradients } from '../autodiff';
import { evaluate, toReference } from '../evaluate';
import { layoutOf } from '../layout';
import { toOnnx } from '../onnx/writer';
import { add, concat, einsum, expand, gather, gelu, layerNorm, linear, matmul, mean, mul, neg, reshape, sliceAxis, softmax, sub, sum, transpose } from '../ops';
import { viewsOf } from '../ops/compose';
import { defineProgram, type Program } from '../program';
import { filled, scalar, topological, type Target, type Value } from '../value';
import { programInputs, programOutputs, verifyProgram } from '../verify';
import { optimised } from '.';

const draw = (name: string, shape: readonly number[]): Tensor => tensor(Random.seed(5).fork(name).fillNormal(new Float32Array(sizeOf(shape))), shape);
function numbersOf(program: Program): number[][] {
  const feeds = new Map(programInputs(program).map(([name, v]) => [name, toReference(v.dtype === 'int32' ? int32(Int32Array.from({ length: sizeOf(v.shape) }, (_, i) => (i * 7) % 3), v.shape) : draw(name, v.shape))]));
  return evaluate(programOutputs(program).map(([, v]) => v), feeds).map(({ data }) => [...data]);
}
function expectSame(program: Program, target: Target): Program {
  const made = optimised(program, target);
  verifyProgram(made);
  const [found, wanted] = [numbersOf(made), numbersOf(program)];
  wanted.forEach((numbers, i) => numbers.forEach((v, j) => expect(Math.abs(found[i]![j]! - v)).toBeLessThan(1e-6 * Math.max(1, Math.abs(v)))));
  return made;
}
const opsOf = (program: Program): string[] => topological(programOutputs(program).map(([, v]) => v)).map((v) => v.op.name).filter((name) => name !== 'input' && name !== 'constant');
const nodesOf = (program: Program, target: Target): string[] => toOnnx(optimised(program, target), {}, {}, target).graph.nodes.map(({ opType }) => opType);
const of = (build: (x: Value, y: Value) => Value): Program => defineProgram({ name: 'p', feeds: { x: { shape: [4, 3] }, y: { shape: [4, 3] } } }, ({ feeds }) => ({ outputs: { z: build(feeds.x, feeds.y) } }));

/** What each rule makes of a program: the ops that are left. */
const rules: Readonly<Record<string, readonly [(x: Value, y: Value) => Value, readonly string[]]>> = {
  'adding 0 and multiplying by 1 go': [(x) => mul(add(sub(x, 0), filled([3], 0)), 1), []],
  'signs go into sums': [(x, y) => add(neg(neg(x)), neg(y)), ['sub']],
  'minus a difference is the difference turned round': [(x, y) => neg(sub(x, y)), ['sub']],
  'factors meet': [(x) => mul(neg(mul(x, 2)), 0.25), ['mul']],
  'an operand that broadcasts is not repeated': [(x) => add(x, expand(sum(x, { axes: [1], keepDims: true }), [4, 3])), ['sum', 'add']],
  'a tensor of equal numbers is a number': [(x) => mul(x, filled([4, 3], 3)), ['mul']],
  'reshapes, transposes and concats of their own kind meet': [(x, y) => concat([concat([reshape(transpose(transpose(x)), [12]), reshape(reshape(y, [3, 4]), [12])]), reshape(add(x, y), [12])]), ['add', 'reshape', 'reshape', 'reshape', 'concat']],
  'a sum keeps its axes if that is what is wanted': [(x) => reshape(sum(x, { axes: [0] }), [1, 3]), ['sum']],
  'constants are computed': [(x) => add(x, mul(scalar(2), sum(filled([3], 2)))), ['add']],
  'parts that were cut apart come back as one concat': [(x, y) => gradients(sum(add(mul(sliceAxis(x, 1, 0, 1), sliceAxis(y, 1, 0, 1)), mul(sliceAxis(x, 1, 1, 1), sliceAxis(y, 1, 1, 1)))), [x])[0]!, ['slice', 'slice', 'concat', 'pad']],
};
describe('algebra', () => {
  test.each(Object.entries(rules))('%s', (_, [build, left]) => {
    expect(opsOf(expectSame(of(build), 'cpu')).toSorted()).toEqual([...left].toSorted());
  });
});

describe('for a GPU', () => {
  test('products go into contractions, and sums of products become contractions', () => {
    const build = (x: Value, y: Value): Value => einsum('ij,ik->jk', [mul(x, y), mul(x, sum(mul(x, y), { axes: [1], keepDims: true }))]);
    expect(opsOf(expectSame(of(build), 'webgpu')).filter((op) => op === 'einsum').length).toBe(2);
    expect(opsOf(expectSame(of((x, y) => einsum('ij,ij->j', [mul(x, y), y])), 'webgpu'))).toEqual(['einsum']);
  });
  test('a whole training step of a small transformer keeps its numbers, and its gradients of biases and scales are one product', () => {
    const program = transformerStep();
    expectSame(program, 'cpu');
    expectSame(program, 'webgpu');
    const nodes = nodesOf(program, 'webgpu');
    expect(nodes.filter((op) => op === 'ReduceSum')).toEqual([]);
    expect(nodes.filter((op) => op === 'Slice')).toEqual([]);
    expect(nodes).toContain('SkipLayerNormalization');
  });
});

test('a factor of an operand is the matrix product\'s own', () => {
  const program = of((x, y) => matmul(mul(x, 2), mul(y, 3), { transB: true }));
  expect(opsOf(expectSame(program, 'cpu'))).toEqual(['matmul']);
  expect(nodesOf(program, 'cpu')).toEqual(['Gemm']);
});

/** Embedding, one block, tied output; theta is updated by the plain gradient. */
function transformerStep(): Program {
  const [n, t, d, vocabulary] = [2, 3, 4, 5];
  const layout = layoutOf({ 'e.weight': [vocabulary, d], 'n.weight': [d], 'n.bias': [d], 'q.weight': [d, 3 * d], 'q.bias': [3 * d], 'u.weight': [d, d], 'u.bias': [d], 'm.weight': [d], 'm.bias': [d] });
  return defineProgram({ name: 'step', state: { theta: { shape: [layout.size] } }, feeds: { tokens: { shape: [n, t], dtype: 'int32' }, wanted: { shape: [n * t, vocabulary] } } }, ({ state, feeds }) => {
    const p = viewsOf(state.theta, layout);
    const x = gather(p['e.weight']!, feeds.tokens);
    const qkv = reshape(linear(layerNorm(x, p['n.weight']!, p['n.bias']!), p['q.weight']!, p['q.bias']!), [n, t, 3, 2, 2]);
    const [q, k, v] = [0, 1, 2].map((i) => reshape(sliceAxis(qkv, 2, i, 1), [n, t, 2, 2])) as [Value, Value, Value];
    const attended = add(x, reshape(einsum('nhij,njhw->nihw', [softmax(einsum('nihw,njhw->nhij', [q, k], 0.7)), v]), [n, t, d]));
    const h = layerNorm(add(attended, linear(gelu(attended), p['u.weight']!, p['u.bias']!)), p['m.weight']!, p['m.bias']!);
    const logits = reshape(matmul(h, p['e.weight']!, { transB: true }), [n * t, vocabulary]);
    const loss = neg(mean(mul(feeds.wanted, logits)));
    return { state: { theta: sub(state.theta, mul(flatGradient(loss, p, layout), 0.1)) }, outputs: { loss } };
  });
}
