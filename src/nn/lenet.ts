/**
 * The classical convolutional classifier (LeCun et al. 1998), with ReLU and max pooling:
 *   [n,1,28,28] -> conv 24 of 5x5 -> pool 2 -> relu -> conv 32 of 3x3 -> pool 2 -> relu -> 800 -> 128 -> relu -> classes
 * Convolutions are valid, 28 -> 24 -> 12 -> 10 -> 5, and have biases. Pooling before ReLU gives the same numbers as after it, on a
 * quarter of the entries.
 */
import type { Random } from '../base/random';
import type { Params } from '../base/tensor';
import { maxPool, relu, reshape } from '../engine/ops';
import type { Value } from '../engine/value';
import { conv, dense, initConv, initDense, prefixed, scope, zeros, type Views } from './layers';

const convolutions = [
  { inputs: 1, outputs: 24, kernel: 5 },
  { inputs: 24, outputs: 32, kernel: 3 },
] as const;
const flatSize = 32 * 5 * 5;
const hiddenSize = 128;

export function initLenet(rng: Random, classes: number): Params {
  const params: Record<string, Params> = {};
  for (const [i, { inputs, outputs, kernel }] of convolutions.entries()) params[`conv${i}`] = { ...initConv(rng.fork('conv', i), inputs, outputs, kernel), bias: zeros([outputs]) };
  params.hidden = initDense(rng.fork('hidden'), flatSize, hiddenSize);
  params.head = initDense(rng.fork('head'), hiddenSize, classes);
  return Object.assign({}, ...Object.entries(params).map(([name, part]) => prefixed(name, part))) as Params; // parts are Params, all names different
}

/** Images [n, 1, 28, 28] -> logits [n, classes]. */
export function lenet(p: Views, images: Value): Value {
  let x = images;
  for (const i of convolutions.keys()) x = relu(maxPool(conv(scope(p, `conv${i}`), x, {}), { kernel: [2, 2], strides: [2, 2] }));
  const flat = reshape(x, [x.shape[0]!, flatSize]);
  return dense(scope(p, 'head'), relu(dense(scope(p, 'hidden'), flat)));
}
