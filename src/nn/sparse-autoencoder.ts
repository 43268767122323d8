/**
 * A sparse autoencoder of activations (Bricken et al. 2023, "Towards monosemanticity"; Cunningham et al. 2023, arXiv:2309.08600):
 *   f = relu((x - b) W_enc + b_enc),   xhat = f W_dec + b,   loss = mean ||x - xhat||^2 + l1 mean_i sum_j f_ij,   ||each row of W_dec|| = 1
 * The rows' lengths are divided out in the graph, so that they are 1 after every step and the optimiser needs no rule of its own.
 */
import { floats, tensor, type Params, type Tensor } from '../base/tensor';
import type { Random } from '../base/random';
import { add, cast, greater, linear, matmul, mean, mul, relu, sub, sum } from '../engine/ops';
import { l2Normalize, square } from '../engine/ops/compose';
import type { Value } from '../engine/value';
import { normalTensor, zeros, type Views } from './layers';

/** Params for activations [n, width] and `features` of them; W_enc starts as the transpose of W_dec. */
export function initSparseAutoencoder(rng: Random, width: number, features: number): Params {
  const rows = normalTensor(rng.fork('dictionary'), [features, width], 1 / Math.sqrt(width));
  const data = floats(rows);
  const transposed = Float32Array.from({ length: width * features }, (_, i) => data[(i % features) * width + Math.floor(i / features)]!);
  return { 'encoder.weight': tensor(transposed, [width, features]), 'encoder.bias': zeros([features]), 'decoder.weight': rows, 'decoder.bias': zeros([width]) };
}
/** f [n, features] of x [n, width]: at least 0. */
export const sparseFeatures = (p: Views, x: Value): Value => relu(linear(sub(x, p['decoder.bias']!), p['encoder.weight']!, p['encoder.bias']!));
/** The unit rows of the dictionary, [features, width]. */
export const dictionary = (p: Views): Value => l2Normalize(p['decoder.weight']!, 1);
/** xhat [n, width]. */
export const fromFeatures = (p: Views, features: Value): Value => add(matmul(features, dictionary(p)), p['decoder.bias']!);
export interface SparseLoss {
  readonly loss: Value;
  readonly reconstruction: Value;
  /** Mean number of features above 0. */
  readonly active: Value;
  /** f, [n, features]: which are dead can be told from many batches (`deadFeatures`). */
  readonly features: Value;
}
export function sparseLoss(p: Views, x: Value, l1: number): SparseLoss {
  const features = sparseFeatures(p, x);
  const reconstruction = mean(sum(square(sub(x, fromFeatures(p, features))), { axes: [1] }));
  const active = mean(sum(cast(greater(features, 0), 'float32'), { axes: [1] }));
  return { loss: add(reconstruction, mul(mean(sum(features, { axes: [1] })), l1)), reconstruction, active, features };
}
/** Places of features that are 0 on every row of f [n, features]. */
export function deadFeatures(features: Tensor): number[] {
  const [n, count] = features.shape as [number, number];
  const data = floats(features);
  return Array.from({ length: count }, (_, j) => j).filter((j) => !Array.from({ length: n }, (_, i) => i).some((i) => data[i * count + j]! > 0));
}
/**
 * Dead features begin again: towards rows of x that were rebuilt worst, drawn in proportion to their squared error, at a fifth of the mean
 * length of live encoder columns and no bias. @param errors [n] squared errors of the rows of x [n, width]
 */
export function reviveFeatures(params: Params, dead: readonly number[], x: Tensor, errors: ArrayLike<number>, rng: Random): Params {
  const [n, width] = x.shape as [number, number];
  const count = params['decoder.weight']!.shape[0]!;
  const [encoder, bias, decoder] = ['encoder.weight', 'encoder.bias', 'decoder.weight'].map((name) => Float32Array.from(params[name]!.data)) as [Float32Array, Float32Array, Float32Array];
  const live = Array.from({ length: count }, (_, j) => j).filter((j) => !dead.includes(j));
  const lengthOf = (j: number): number => Math.sqrt(Array.from({ length: width }, (_, d) => encoder[d * count + j]!).reduce((total, w) => total + w * w, 0));
  const length = live.length > 0 ? (0.2 * live.reduce((total, j) => total + lengthOf(j), 0)) / live.length : 0.2;
  let total = 0;
  for (let i = 0; i < n; i++) total += errors[i]!;
  const offset = params['decoder.bias']!.data;
  for (const j of dead) {
    let left = rng.fork(j).uniform() * total;
    let row = 0;
    while (row < n - 1 && (left -= errors[row]!) >= 0) row++;
    const towards = Array.from({ length: width }, (_, d) => (x.data[row * width + d] as number) - (offset[d] as number));
    const norm = Math.sqrt(towards.reduce((sum2, v) => sum2 + v * v, 0)) || 1;
    for (let d = 0; d < width; d++) {
      decoder[j * width + d] = towards[d]! / norm;
      encoder[d * count + j] = (length * towards[d]!) / norm;
    }
    bias[j] = 0;
  }
  return { ...params, 'encoder.weight': tensor(encoder, [width, count]), 'encoder.bias': tensor(bias), 'decoder.weight': tensor(decoder, [count, width]) };
}
