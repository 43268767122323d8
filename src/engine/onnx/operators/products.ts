/** Matrix products. Opsets 7 to 21. */
import type { NodeReader } from '../node-reader';
import * as ops from '../../ops';
import type { Value } from '../../value';
import { binary, type Builders } from './builder';

/** As NumPy has it: a vector is a row on the left, a column on the right, and its axis is dropped again. */
export function matmul(a: Value, b: Value): Value {
  const [a2, b2] = [a.shape.length === 1 ? ops.reshape(a, [1, ...a.shape]) : a, b.shape.length === 1 ? ops.reshape(b, [...b.shape, 1]) : b];
  const y = ops.matmul(a2, b2);
  const rank = y.shape.length;
  return ops.reshape(y, y.shape.filter((_, i) => !(i === rank - 2 && a.shape.length === 1) && !(i === rank - 1 && b.shape.length === 1)));
}
/** alpha A B + beta C, A and B transposed or not. */
export function gemm(node: NodeReader): Value {
  const [a, b, c] = [node.input(0), node.input(1), node.maybe(2)];
  const [transA, transB] = [node.int('transA', 0) === 1, node.int('transB', 0) === 1];
  const [alpha, beta] = [node.float('alpha', 1), node.float('beta', 1)];
  if (c && !transA && !transB && alpha === 1 && beta === 1 && c.shape.length === 1 && c.shape[0] === b.shape[1]) return ops.linear(a, b, c);
  const product = ops.matmul(a, b, { transA, transB });
  const scaled = alpha === 1 ? product : ops.mul(product, alpha);
  return c ? ops.add(scaled, beta === 1 ? c : ops.mul(c, beta)) : scaled;
}

export const products: Builders = { Gemm: gemm, MatMul: binary(matmul) };
