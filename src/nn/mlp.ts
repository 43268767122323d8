/** Multilayer perceptron: dense layers with a ReLU between each two. */
import type { Random } from '../base/random';
import type { Params } from '../base/tensor';
import { relu } from '../engine/ops';
import type { Value } from '../engine/value';
import { dense, initDense, prefixed, scope, type Views } from './layers';

/** Params `layer0`, `layer1` ..., for sizes [inputs, hidden ..., outputs]. */
export const initMlp = (rng: Random, sizes: readonly number[]): Params =>
  Object.assign({}, ...sizes.slice(1).map((size, i) => prefixed(`layer${i}`, initDense(rng.fork('layer', i), sizes[i]!, size)))) as Params; // parts are Params, all names different

/** x [n, inputs] -> [n, outputs]: h <- relu(h W_l + b_l), the last layer without the ReLU. `layers`: how many matrices there are. */
export function mlp(p: Views, x: Value, layers: number): Value {
  let h = x;
  for (let l = 0; l < layers; l++) {
    const z = dense(scope(p, `layer${l}`), h);
    h = l < layers - 1 ? relu(z) : z;
  }
  return h;
}
