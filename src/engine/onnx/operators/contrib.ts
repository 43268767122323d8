/** Operators of onnxruntime's own domain, com.microsoft, that its optimiser writes into the files it saves. */
import { sameShape, showShape } from '../../../base/tensor';
import { fail, type NodeReader } from '../node-reader';
import * as ops from '../../ops';
import type { Value } from '../../value';
import { activated, geluTanh, swish } from './activations';
import type { Builder, Builders } from './builder';
import { layerNormalized, rmsNormalized } from './normalization';
import { gemm, matmul } from './products';
import { windows } from './windows';

const biased = (node: NodeReader): Value => {
  const bias = node.maybe(1);
  return bias ? ops.add(node.input(0), bias) : node.input(0);
};
const swapLast = (x: Value): Value => ops.transpose(x, [...x.shape.keys()].map((i) => (i < x.shape.length - 2 ? i : 2 * x.shape.length - 3 - i)));
/** [m, batch..., k] -> [batch..., m, k]. */
const rowsBehindBatch = (x: Value): Value => ops.transpose(x, [...x.shape.keys()].map((i) => (i < x.shape.length - 2 ? i + 1 : i === x.shape.length - 2 ? 0 : i)));
/** alpha A B, either of them transposed: its first axis behind the batch, then its last two. */
const fusedMatMul: Builder = (node) => {
  const turned = (x: Value, which: 'A' | 'B'): Value => {
    const flag = (attribute: string): boolean => node.int(`${attribute}${which}`, 0) === 1 && x.shape.length > 1;
    const batched = flag('transBatch') ? rowsBehindBatch(x) : x;
    return flag('trans') ? swapLast(batched) : batched;
  };
  const y = matmul(turned(node.input(0), 'A'), turned(node.input(1), 'B'));
  const alpha = node.float('alpha', 1);
  return alpha === 1 ? y : ops.mul(y, alpha);
};
const fusedConv: Builder = (node) => {
  const y = windows['Conv']!(node) as Value; // its row makes one value
  const other = node.maybe(3);
  return activated(node, other ? ops.add(y, other) : y);
};
/** Input and skip added (and a bias, if there is one), then normalised; the sum is output 3. The skip may leave out the batch, or have one of 1; the input may not. */
const skipped = (normalize: (sum: Value, node: NodeReader) => Value, biasAt: number): Builder => (node) => {
  const bias = node.maybe(biasAt);
  const [x, skip] = [node.input(0), node.input(1)];
  const batched = skip.shape.length === 3 && skip.shape[0] === 1 ? skip.shape.slice(1) : skip.shape;
  if (!sameShape(x.shape, skip.shape) && !(x.shape.length === 3 && sameShape(x.shape.slice(1), batched))) fail(`input 1 (${showShape(skip.shape)}) should have the shape of input 0 (${showShape(x.shape)}), or that without its batch.`);
  const both = ops.add(x, skip);
  const sum = bias ? ops.add(both, bias) : both;
  return [normalize(sum, node), undefined, undefined, sum];
};

export const contrib: Builders = {
  'com.microsoft.BiasGelu': (node) => ops.gelu(biased(node)),
  'com.microsoft.FastGelu': (node) => geluTanh(biased(node)),
  'com.microsoft.FusedConv': fusedConv,
  'com.microsoft.FusedGemm': (node) => activated(node, gemm(node)),
  'com.microsoft.FusedMatMul': fusedMatMul,
  'com.microsoft.Gelu': (node) => ops.gelu(node.input(0)),
  'com.microsoft.QuickGelu': (node) => swish(node.input(0), node.float('alpha', 1.702)),
  'com.microsoft.SkipLayerNormalization': skipped((sum, node) => layerNormalized(sum, -1, node.float('epsilon', 1e-12), node.input(2), node.maybe(3)).y, 4),
  'com.microsoft.SkipSimplifiedLayerNormalization': skipped((sum, node) => rmsNormalized(sum, -1, node.float('epsilon', 1e-12), node.input(2)).y, 3),
};
