/** Random nodes of attention as one operator. Widths are those that onnxruntime's kernels take: multiples of the heads. */
import { between, fed, float, int, normal, stored, type Attributes, type MakeNode } from './draw';

const attention: MakeNode = (rng) => {
  const [n, t, heads, each] = [between(rng, 1, 2), between(rng, 1, 3), between(rng, 1, 2), between(rng, 1, 2)];
  const width = heads * each;
  const inner = between(rng, 1, 3);
  const mask = rng.bernoulli(0.5) ? [stored({ dtype: 'int32' as const, dims: [n, t], data: Int32Array.from({ length: n * t }, (_, i) => (i % t === 0 || rng.bernoulli(0.6) ? 1 : 0)) })] : [];
  const attributes: Attributes = { num_heads: int(heads), unidirectional: int(rng.int(2)), ...(rng.bernoulli(0.3) ? { scale: float(0.4) } : {}) };
  return { inputs: [fed(normal(rng, [n, t, inner])), fed(normal(rng, [inner, 3 * width])), fed(normal(rng, [3 * width])), ...mask], attributes };
};
const multiHeadAttention: MakeNode = (rng) => {
  const [n, t, s, heads, each] = [between(rng, 1, 2), between(rng, 1, 3), between(rng, 1, 3), between(rng, 1, 2), between(rng, 1, 2)];
  const width = heads * each;
  const part = (length: number) => fed(normal(rng, [n, length, width]));
  const bias = rng.bernoulli(0.5) ? [fed(normal(rng, [3 * width]))] : [];
  return { inputs: [part(t), part(s), part(s), ...bias], attributes: { num_heads: int(heads) } };
};

export const attentions: Readonly<Record<string, MakeNode>> = { 'com.microsoft.Attention': attention, 'com.microsoft.MultiHeadAttention': multiHeadAttention };
