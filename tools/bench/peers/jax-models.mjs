// The workloads in jax-js. Arrays are owned: whoever uses one twice takes `.ref` first. The architecture is that of
// src/bench/workloads.ts, with its numbers and layouts as they are.
import { lax, nn, numpy as np } from '@jax-js/jax';

const dense = (p, name, x) => np.dot(x, p[`${name}.weight`]).add(p[`${name}.bias`]);
const layerNorm = (p, name, x) => nn.standardize(x, -1, { epsilon: 1e-5 }).mul(p[`${name}.weight`]).add(p[`${name}.bias`]);
/** logits [n, classes], labels [n]. */
function crossEntropy(logits, labels) {
  const [n, classes] = logits.shape;
  return nn.logSoftmax(logits).mul(nn.oneHot(labels, classes)).sum().mul(-1 / n);
}
function attention(p, name, x, heads, isCausal) {
  const [n, tokens, width] = x.shape;
  const [q, k, v] = np.split(dense(p, `${name}.qkv`, x), 3, 2).map((part) => part.reshape([n, tokens, heads, width / heads]));
  return dense(p, `${name}.out`, nn.dotProductAttention(q, k, v, { isCausal }).reshape([n, tokens, width]));
}
function transformer(p, x, { blocks, heads }, isCausal) {
  let h = x;
  for (let i = 0; i < blocks; i++) {
    h = h.ref.add(attention(p, `block${i}.attention`, layerNorm(p, `block${i}.norm1`, h), heads, isCausal));
    h = h.ref.add(dense(p, `block${i}.down`, nn.gelu(dense(p, `block${i}.up`, layerNorm(p, `block${i}.norm2`, h)), { approximate: false })));
  }
  return layerNorm(p, 'norm', h);
}
const gpt = ({ blocks, heads }) => (p, { tokens, next }) => {
  const [n, length] = tokens.shape;
  const table = p['token.weight'];
  const h = transformer(p, table.ref.slice(tokens).add(p['position.weight']), { blocks, heads }, true);
  const logits = np.dot(h.reshape([n * length, table.shape[1]]), table.transpose());
  return crossEntropy(logits, next.reshape([n * length]));
};

/** By workload: its shape -> (params, batch) -> loss. */
export const losses = {
  mlp: ({ sizes }) => (p, { x, y }) => {
    let h = x;
    for (let l = 0; l < sizes.length - 1; l++) h = l < sizes.length - 2 ? nn.relu(dense(p, `layer${l}`, h)) : dense(p, `layer${l}`, h);
    return crossEntropy(h, y);
  },
  cnn: () => (p, { x, y }) => {
    let h = x;
    for (const name of ['conv0', 'conv1']) {
      const convolved = lax.convGeneralDilated(h, p[`${name}.weight`], [1, 1], 'VALID').add(p[`${name}.bias`].reshape([-1, 1, 1]));
      h = nn.relu(lax.reduceWindow(convolved, np.max, [2, 2], [2, 2]));
    }
    return crossEntropy(dense(p, 'head', nn.relu(dense(p, 'hidden', h.reshape([-1, 800])))), y);
  },
  siren: ({ layers, omega1, omega0 }) => (p, { x, y }) => {
    let h = x;
    for (let l = 0; l < layers; l++) h = np.sin(dense(p, `layer${l}`, h).mul(l === 0 ? omega1 : omega0));
    return np.square(dense(p, `layer${layers}`, h).sub(y)).mean();
  },
  vit: ({ side, channels, patch, blocks, heads }) => (p, { x, y }) => {
    const [n, across] = [x.shape[0], side / patch];
    const cut = x.reshape([n, channels, across, patch, across, patch]).transpose([0, 2, 4, 1, 3, 5]).reshape([n, across * across, channels * patch * patch]);
    const h = transformer(p, dense(p, 'patch', cut).add(p['position.weight']), { blocks, heads }, false);
    return crossEntropy(dense(p, 'head', h.mean(1)), y);
  },
  'gpt-170k': gpt,
  'gpt-800k': gpt,
};
