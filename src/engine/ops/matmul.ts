/** Matrix products. */
import { ShapeError } from '../../base/errors';
import { broadcastShapes, showShape, sizeOf, type Shape } from '../../base/tensor';
import { defineOp, type Value } from '../value';
import { add } from './elementwise';
import { aligned } from './lifting';
import { broadcastIndex } from './loops';
import { sum, sumTo } from './reduce';
import { reshape } from './shape';

interface MatmulAttrs extends Record<string, boolean | number> {
  /** Whether an operand is used with its last two axes exchanged. */
  readonly transA: boolean;
  readonly transB: boolean;
  /** What the product is multiplied by. */
  readonly alpha: number;
}
const lastTwo = (shape: Shape, swapped: boolean): readonly [number, number] => {
  const [rows, columns] = shape.slice(-2) as [number, number];
  return swapped ? [columns, rows] : [rows, columns];
};
const swapLast = (rank: number): number[] => [...Array.from({ length: rank - 2 }, (_, i) => i), rank - 1, rank - 2];

const matmulOp = defineOp<'a' | 'b', MatmulAttrs>({
  name: 'matmul',
  shape: ({ a, b }, { transA, transB }) => {
    if (a.length < 2 || b.length < 2) throw new ShapeError(`matmul: expected ranks of at least 2, but ${showShape(a)} and ${showShape(b)} came.`);
    const [m, k] = lastTwo(a, transA);
    const [k2, n] = lastTwo(b, transB);
    if (k !== k2) throw new ShapeError(`matmul: inner sizes differ: a is ${showShape(a)}${transA ? ' transposed' : ''}, b is ${showShape(b)}${transB ? ' transposed' : ''}.`);
    return [...broadcastShapes('matmul', a.slice(0, -2), b.slice(0, -2)), m, n];
  },
  gradient: ({ a, b, dy }, { transA, transB, alpha }) => ({
    // With A' and B' as used: dA' = dy B'^T, dB' = A'^T dy; an operand used transposed gets the transpose of that.
    a: sumTo(transA ? matmul(b, dy, { transA: transB, transB: true, alpha }) : matmul(dy, b, { transB: !transB, alpha }), a.shape),
    b: sumTo(transB ? matmul(dy, a, { transA: true, transB: transA, alpha }) : matmul(a, dy, { transA: !transA, alpha }), b.shape),
  }),
  onnx: ({ a, b }, { transA, transB, alpha }, emit, values) => {
    const [rankA, rankB] = [values.a.shape.length, values.b.shape.length];
    if (rankA === 2 && rankB === 2) return emit('Gemm', [a, b], { transA, transB, ...(alpha !== 1 && { alpha }) });
    const product = emit('MatMul', [transA ? emit('Transpose', [a], { perm: swapLast(rankA) }) : a, transB ? emit('Transpose', [b], { perm: swapLast(rankB) }) : b]);
    return alpha === 1 ? product : emit('Mul', [product, emit.float(alpha)]);
  },
  reference: ({ a, b }, { transA, transB, alpha }, shape) => {
    const [m, k] = lastTwo(a.shape, transA);
    const n = shape.at(-1)!;
    const batch = shape.slice(0, -2);
    const [fromA, fromB] = [a, b].map((x) => broadcastIndex(x.shape.slice(0, -2), batch)) as [Int32Array, Int32Array];
    const out = new Float64Array(sizeOf(shape));
    for (let g = 0; g < sizeOf(batch); g++)
      for (let i = 0; i < m; i++)
        for (let j = 0; j < n; j++) {
          let total = 0;
          for (let t = 0; t < k; t++) total += a.data[fromA[g]! * m * k + (transA ? t * m + i : i * k + t)]! * b.data[fromB[g]! * k * n + (transB ? j * k + t : t * n + j)]!;
          out[(g * m + i) * n + j] = alpha * total;
        }
    return out;
  },
  sums: true,
  lift: ({ a, b }, attrs, _, y) => matmul(aligned(a, y.shape.length), aligned(b, y.shape.length), attrs),
});
/** Matrix product alpha a [..., m, k] b [..., k, n] -> [..., m, n]; leading axes broadcast. `transA`, `transB`: that operand is given transposed. */
export function matmul(a: Value, b: Value, { transA = false, transB = false, alpha = 1 }: { transA?: boolean; transB?: boolean; alpha?: number } = {}): Value {
  // A matrix on the right of a batch: one Gemm over all rows, instead of a batch of small products.
  if (a.shape.length > 2 && b.shape.length === 2 && !transA) {
    const flat = matmulOp({ a: reshape(a, [sizeOf(a.shape.slice(0, -1)), a.shape.at(-1)!]), b }, { transA, transB, alpha });
    return reshape(flat, [...a.shape.slice(0, -1), flat.shape[1]!]);
  }
  return matmulOp({ a, b }, { transA, transB, alpha });
}

const linearOp = defineOp<'x' | 'w' | 'b'>({
  name: 'linear',
  shape: ({ x, w, b }) => {
    if (x.length !== 2 || w.length !== 2 || x[1] !== w[0] || b.length !== 1 || b[0] !== w[1]) throw new ShapeError(`linear: x ${showShape(x)}, w ${showShape(w)} and b ${showShape(b)} do not fit; expected [n,in], [in,out] and [out].`);
    return [x[0]!, w[1]!];
  },
  gradient: ({ x, w, dy }) => ({ x: matmul(dy, w, { transB: true }), w: matmul(x, dy, { transA: true }), b: sum(dy, { axes: [0] }) }),
  onnx: ({ x, w, b }, _, emit) => emit('Gemm', [x, w, b]),
  reference: ({ x, w, b }, _, [n, out]) => {
    const inner = w.shape[0]!;
    return Float64Array.from({ length: n! * out! }, (_, at) => {
      const [i, j] = [Math.floor(at / out!), at % out!];
      let total = b.data[j]!;
      for (let t = 0; t < inner; t++) total += x.data[i * inner + t]! * w.data[t * out! + j]!;
      return total;
    });
  },
  sums: true,
  lift: ({ x, w, b }) => {
    if (!w.many && !b.many) return linear(x.value, w.value, b.value);
    return add(matmul(x.value, w.value), aligned(b, 2));
  },
});
/** Affine map x w + b of the last axis: x [..., in], w [in, out], b [out] -> [..., out]. One Gemm. */
export function linear(x: Value, w: Value, b: Value): Value {
  const flat = reshape(x, [sizeOf(x.shape.slice(0, -1)), x.shape.at(-1)!]);
  return reshape(linearOp({ x: flat, w, b }, {}), [...x.shape.slice(0, -1), w.shape[1]!]);
}
