// The workloads in TensorFlow.js, as its own layers would compute them: fused matMul and conv2d with bias, NHWC images. The architecture
// is that of src/bench/workloads.ts; params and batches are that file's numbers, brought into this library's layouts by `adopt`.
import * as tf from '@tensorflow/tfjs-core';

/** x [n, in] -> [n, out]. */
const dense2d = (p, name, x) => tf.fused.matMul({ a: x, b: p[`${name}.weight`], bias: p[`${name}.bias`] });
/** x [n, tokens, in] -> [n, tokens, out]. */
const dense3d = (p, name, x) => {
  const [n, tokens, width] = x.shape;
  const y = dense2d(p, name, tf.reshape(x, [n * tokens, width]));
  return tf.reshape(y, [n, tokens, y.shape[1]]);
};
const crossEntropy = (logits, labels) => tf.losses.softmaxCrossEntropy(tf.oneHot(labels, logits.shape[1]), logits);

const layerNorm = (p, name, x) => {
  const { mean, variance } = tf.moments(x, -1, true);
  return tf.add(tf.mul(tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, 1e-5))), p[`${name}.weight`]), p[`${name}.bias`]);
};
/** x / 2 (1 + erf(x / sqrt 2)). */
const gelu = (x) => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1));

function attention(p, name, x, heads, bias) {
  const [n, tokens, width] = x.shape;
  const [q, k, v] = tf.split(dense3d(p, `${name}.qkv`, x), 3, 2).map((part) => tf.transpose(tf.reshape(part, [n, tokens, heads, width / heads]), [0, 2, 1, 3]));
  const scores = tf.mul(tf.matMul(q, k, false, true), 1 / Math.sqrt(width / heads));
  const mixed = tf.matMul(tf.softmax(bias ? tf.add(scores, bias) : scores), v);
  return dense3d(p, `${name}.out`, tf.reshape(tf.transpose(mixed, [0, 2, 1, 3]), [n, tokens, width]));
}
function transformer(p, x, { blocks, heads }, bias) {
  let h = x;
  for (let i = 0; i < blocks; i++) {
    h = tf.add(h, attention(p, `block${i}.attention`, layerNorm(p, `block${i}.norm1`, h), heads, bias));
    h = tf.add(h, dense3d(p, `block${i}.down`, gelu(dense3d(p, `block${i}.up`, layerNorm(p, `block${i}.norm2`, h)))));
  }
  return layerNorm(p, 'norm', h);
}
function gpt(p, { tokens, next }, { vocabulary, blocks, heads }, held) {
  const [n, length] = tokens.shape;
  // The WASM backend has no kernel for the gradient of a gather (UnsortedSegmentSum): there, a product with one-hot rows.
  const table = p['token.weight'];
  const embedded = tf.getBackend() === 'wasm' ? tf.reshape(tf.matMul(tf.reshape(tf.oneHot(tokens, vocabulary), [n * length, vocabulary]), table), [n, length, table.shape[1]]) : tf.gather(table, tokens);
  const h = transformer(p, tf.add(embedded, p['position.weight']), { blocks, heads }, held.causal);
  const logits = tf.matMul(tf.reshape(h, [n * length, table.shape[1]]), table, false, true);
  return crossEntropy(logits, tf.reshape(next, [n * length]));
}

/** Loss of a batch, by workload: (params, batch, shape, what `hold` made). */
export const losses = {
  mlp: (p, { x, y }, { sizes }) => {
    let h = x;
    for (let l = 0; l < sizes.length - 1; l++) h = l < sizes.length - 2 ? tf.relu(dense2d(p, `layer${l}`, h)) : dense2d(p, `layer${l}`, h);
    return crossEntropy(h, y);
  },
  cnn: (p, { x, y }) => {
    let h = x;
    for (const name of ['conv0', 'conv1']) h = tf.relu(tf.maxPool(tf.fused.conv2d({ x: h, filter: p[`${name}.weight`], strides: 1, pad: 'valid', bias: p[`${name}.bias`] }), 2, 2, 'valid'));
    return crossEntropy(dense2d(p, 'head', tf.relu(dense2d(p, 'hidden', tf.reshape(h, [h.shape[0], 800])))), y);
  },
  siren: (p, { x, y }, { layers, omega1, omega0 }) => {
    let h = x;
    for (let l = 0; l < layers; l++) h = tf.sin(tf.mul(dense2d(p, `layer${l}`, h), l === 0 ? omega1 : omega0));
    return tf.losses.meanSquaredError(y, dense2d(p, `layer${layers}`, h));
  },
  vit: (p, { x, y }, { side, channels, patch, blocks, heads }) => {
    const [n, across] = [x.shape[0], side / patch];
    const cut = tf.transpose(tf.reshape(x, [n, channels, across, patch, across, patch]), [0, 2, 4, 1, 3, 5]);
    const h = tf.add(dense3d(p, 'patch', tf.reshape(cut, [n, across * across, channels * patch * patch])), p['position.weight']);
    return crossEntropy(dense2d(p, 'head', tf.mean(transformer(p, h, { blocks, heads }), 1)), y);
  },
  'gpt-170k': gpt,
  'gpt-800k': gpt,
};

/** A param of the workload as this library keeps it: kernels [h, w, in, out], and the CNN's flat features in the order of NHWC. */
export function adopt(task, name, { data, shape }) {
  const value = tf.tensor(data, shape);
  if (task === 'cnn' && shape.length === 4) return tf.transpose(value, [2, 3, 1, 0]);
  if (task === 'cnn' && name === 'hidden.weight') return tf.reshape(tf.transpose(tf.reshape(value, [32, 5, 5, 128]), [1, 2, 0, 3]), [800, 128]);
  return value;
}
export function adoptBatch(task, { data, shape, dtype }) {
  const value = tf.tensor(data, shape, dtype);
  return task === 'cnn' && shape.length === 4 ? tf.transpose(value, [0, 2, 3, 1]) : value;
}
/** Constants that stay on the device: the causal mask. */
export function hold(task, { context }) {
  if (!task.startsWith('gpt')) return {};
  const bias = Float32Array.from({ length: context * context }, (_, i) => (i % context > Math.floor(i / context) ? -1e9 : 0));
  return { causal: tf.tensor(bias, [context, context]) };
}
