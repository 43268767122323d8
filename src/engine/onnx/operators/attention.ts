/** Attention as one operator, as onnxruntime's optimiser writes it for BERT- and GPT-like models (com.microsoft). */
import { showShape } from '../../../base/tensor';
import { fail, type NodeReader } from '../node-reader';
import * as ops from '../../ops';
import { constant, type Value } from '../../value';
import { asFloat, bounded, type Builder, type Builders } from './builder';

/** [n, t, heads d] -> [n, heads, t, d], and back. */
function split(x: Value, heads: number): Value {
  const [n, t, width] = x.shape as [number, number, number];
  if (x.shape.length !== 3 || width % heads !== 0) fail(`${heads} heads and [n, t, width] were expected, but ${showShape(x.shape)} came.`);
  return ops.transpose(ops.reshape(x, [n, t, heads, width / heads]), [0, 2, 1, 3]);
}
function joined(x: Value): Value {
  const [n, heads, t, d] = x.shape as [number, number, number, number];
  return ops.reshape(ops.transpose(x, [0, 2, 1, 3]), [n, t, heads * d]);
}
/** 0 where a position may look, the node's filter value where it may not: from a mask [n, t] or [n, s, t] of ones and zeros. */
function maskBias(node: NodeReader, mask: Value): Value {
  const [n, ...rest] = mask.shape as [number, ...number[]];
  if (rest.length < 1 || rest.length > 2) fail(`a mask [n, t] or [n, s, t] was expected, but ${showShape(mask.shape)} came.`);
  const shaped = ops.reshape(asFloat(mask), rest.length === 1 ? [n, 1, 1, ...rest] : [n, 1, ...rest]);
  return ops.mul(ops.sub(1, shaped), node.float('mask_filter_value', -10000));
}
/** -infinity where the key lies after the query. */
function causalBias(queries: number, keys: number): Value {
  const data = Float32Array.from({ length: bounded(queries * keys) }, (_, i) => (i % keys > Math.floor(i / keys) + keys - queries ? -Infinity : 0));
  return constant({ dtype: 'float32', shape: [queries, keys], data });
}
/** softmax(q k^T scale + biases) v for heads [n, heads, t, d]. */
function attended(node: NodeReader, [q, k, v]: readonly [Value, Value, Value], mask: Value | undefined, bias: Value | undefined): Value {
  const scale = node.float('scale', 0) || 1 / Math.sqrt(q.shape[3]!);
  let scores = ops.mul(ops.matmul(q, k, { transB: true }), scale);
  if (mask) scores = ops.add(scores, maskBias(node, mask));
  if (bias) scores = ops.add(scores, bias);
  if (node.int('unidirectional', 0) === 1) scores = ops.add(scores, causalBias(q.shape[2]!, k.shape[2]!));
  return joined(ops.matmul(ops.softmax(scores), v));
}
const headsOf = (node: NodeReader): number => node.int('num_heads') ?? fail('it does not say num_heads.');
/** Three thirds of the last axis. */
function thirds(x: Value): readonly [Value, Value, Value] {
  const width = x.shape.at(-1)! / 3;
  if (!Number.isInteger(width)) fail(`a last axis of three equal parts was expected, but ${showShape(x.shape)} came.`);
  return [0, 1, 2].map((i) => ops.sliceAxis(x, -1, i * width, width)) as [Value, Value, Value];
}

/** Input, weights of all three projections, bias, mask, past, bias of the scores. */
const attention: Builder = (node) => {
  if (node.maybe(4) || node.ints('qkv_hidden_sizes') || node.int('do_rotary', 0) === 1) fail('past keys, rotary positions and unequal sizes are not supported.');
  const bias = node.maybe(2);
  const product = ops.matmul(node.input(0), node.input(1));
  const [q, k, v] = thirds(bias ? ops.add(product, bias) : product);
  const heads = headsOf(node);
  return attended(node, [split(q, heads), split(k, heads), split(v, heads)], node.maybe(3), node.maybe(5));
};
/** Query, key, value, bias of all three, mask, bias of the scores. */
const multiHeadAttention: Builder = (node) => {
  if (node.maybe(6) || node.maybe(7)) fail('past keys are not supported.');
  const heads = headsOf(node);
  const bias = node.maybe(3);
  const biases = bias && thirds(bias);
  const part = (i: 0 | 1 | 2): Value => split(biases ? ops.add(node.input(i), biases[i]) : node.input(i), heads);
  return attended(node, [part(0), part(1), part(2)], node.maybe(4), node.maybe(5));
};

export const attentions: Builders = { 'com.microsoft.Attention': attention, 'com.microsoft.MultiHeadAttention': multiHeadAttention };
