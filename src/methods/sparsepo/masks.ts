/** Token masks: learned from the frozen copy's states, made from its activations, or none. */
import { ones, zeros, normalTensor } from '../../nn/initializers';
import type { Random } from '../../base/random';
import { tensor, type Params } from '../../base/tensor';
import { add, cast, div, greater, matmul, max, maximum, mean, mul, neg, relu, reshape, sqrt, stopGradient, sub, sum } from '../../engine/ops';
import { square } from '../../engine/ops/compose';
import { constant, type Value } from '../../engine/value';
import { layerNorm, scope, type Views } from '../../nn/layers';
import type { LmStates } from '../../nn/lm';
import { shape, type Knobs } from './task';

export type Arm = 'common' | 'independent' | 'dpo' | 'tdpo' | 'mapo' | 'random' | 'binary';
export const arms: readonly Arm[] = ['common', 'independent', 'dpo', 'tdpo', 'mapo', 'random', 'binary'];
export const isMask = (name: string): boolean => name.startsWith('mask');
/** Mask networks of an arm, by the prefix of their params. */
export const networksOf = (arm: Arm): readonly string[] => (arm === 'independent' ? ['maskReward', 'maskDivergence'] : arm === 'common' ? ['mask'] : []);

/** One network: a LayerNorm shared by all blocks, a row of weights and a bias for each, and a mixer. Of the last block alone: its weights and bias. */
export function initMask(rng: Random, prefix: string, { layers, start }: Pick<Knobs, 'layers' | 'start'>): Params {
  const bias = start === 'one' ? 1 : 0;
  const blocks = layers === 'all' ? shape.blocks : 1;
  const mixer: Params = start === 'one' ? { mix: tensor(new Float32Array(blocks).fill(1 / blocks)) } : { mix: normalTensor(rng.fork('mix'), [blocks], 0.02) };
  const own: Params = { w: normalTensor(rng.fork('w'), [blocks, shape.width], 0.02), b: tensor(new Float32Array(blocks).fill(bias)), ...(layers === 'all' && { ...mixer, 'norm.weight': ones([shape.width]), 'norm.bias': zeros([shape.width]) }) };
  return Object.fromEntries(Object.entries(own).map(([name, value]) => [`${prefix}.${name}`, value]));
}
/** m [n, places] from the frozen copy's state after each block [n, places, width]. */
export function learnedMask(p: Views, prefix: string, { states }: Pick<LmStates, 'states'>, layers: Knobs['layers']): Value {
  const own = scope(p, prefix);
  const after = states.slice(1).map(stopGradient);
  const [n, places, width] = after[0]!.shape as [number, number, number];
  const row = (w: Value, l: number): Value => reshape(sliceRow(w, l), [width, 1]);
  const raw = (h: Value, l: number): Value => add(reshape(matmul(h, row(own.w!, l)), [n, places]), sliceRow(own.b!, l));
  if (layers === 'last') return relu(raw(after.at(-1)!, 0));
  const parts = after.map((h, l) => mul(relu(raw(layerNorm(scope(own, 'norm'), h), l)), sliceRow(own.mix!, l)));
  return relu(parts.reduce((a, b) => add(a, b)));
}
/** Entry or row l of the first axis, without that axis where it is a vector. */
function sliceRow(x: Value, l: number): Value {
  const one = x.shape.length === 1 ? reshape(x, [x.shape[0]!, 1]) : x;
  const picker = tensor(Float32Array.from({ length: x.shape[0]! }, (_, i) => Number(i === l)), [1, x.shape[0]!]);
  return reshape(matmul(constant(picker), one), x.shape.length === 1 ? [1] : x.shape.slice(1));
}

/**
 * MaPO: of what each block's MLP and attention add, of the states and of the logits, the mean over features at each token; over a response's tokens z-scored,
 * then moved to [0, 1]; the mean over blocks, and over the four kinds. weights [n, places] says which tokens are the response's.
 */
export function activationMask({ states, added, logits }: Pick<LmStates, 'states' | 'added' | 'logits'>, weights: Value): Value {
  const kinds = [added.map((a) => a.mlp), added.map((a) => a.attention), states.slice(1), [logits]];
  const each = kinds.map((kind) => average(kind.map((x) => rescaled(mean(x, { axes: [2] }), weights))));
  return stopGradient(mul(average(each), weights));
}
const average = (values: readonly Value[]): Value => mul(values.reduce((a, b) => add(a, b)), 1 / values.length);
function rescaled(x: Value, weights: Value): Value {
  const over = { axes: [1], keepDims: true };
  const count = maximum(sum(weights, over), 1);
  const middle = div(sum(mul(x, weights), over), count);
  const spread = sqrt(add(div(sum(mul(square(sub(x, middle)), weights), over), count), 1e-12));
  const z = div(sub(x, middle), spread);
  const outside = mul(sub(1, weights), 1e6);
  const [top, bottom] = [max(sub(z, outside), over), neg(max(neg(add(z, outside)), over))];
  const range = sub(top, bottom);
  const wide = cast(greater(range, 1e-6), 'float32');
  return mul(div(sub(z, bottom), add(range, sub(1, wide))), wide);
}
