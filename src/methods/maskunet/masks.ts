/** Where masks come from: a generator that sees the block's input and the timestep; chance; or logits of their own. */
import type { Random } from '../../base/random';
import { tensor, type Params } from '../../base/tensor';
import { add, cast, less, matmul, mean, mul, relu, reshape, sliceAxis, transpose } from '../../engine/ops';
import type { Value } from '../../engine/value';
import { drawingUnet } from '../../lab/captioned';
import { dense, initDense, normalTensor, prefixed, scope, zeros, type Views } from '../../nn/layers';
import { drawnMask, type MaskNoise } from '../../nn/straight-through';
import type { MaskableLayer, UnetHooks } from '../../nn/unet';
import type { Knobs, Layer } from './task';

const { widths, timeWidth } = drawingUnet.config;
const blocks = widths.map((width, i) => ({ name: `up${i}`, inputs: (widths[i + 1] ?? width) + width, outputs: width }));
export const blockOf = (layer: string): string => layer.split('.')[0]!;

/** A generator for each block, shared by its matrices, and a pair of maps for each matrix. */
export function initGenerator(rng: Random, layers: readonly Layer[], { factor, hidden, start, released }: Pick<Knobs, 'factor' | 'hidden' | 'start' | 'released'>): Params {
  const f = Number(factor);
  const used = blocks.filter(({ name }) => layers.some((layer) => blockOf(layer.name) === name));
  const full = (n: number, value: number): Params[string] => tensor(new Float32Array(n).fill(value));
  return Object.assign(
    {},
    ...used.map(({ name, inputs, outputs }) => {
      const size = (inputs / f) * (outputs / f);
      const last = released ? { weight: zeros([hidden, size]), bias: zeros([size]) } : { weight: normalTensor(rng.fork(name, 'a2'), [hidden, size], 0.02), bias: zeros([size]) };
      return prefixed(`${name}.generator`, { 'time.weight': normalTensor(rng.fork(name, 'time'), [timeWidth, inputs], 1 / Math.sqrt(timeWidth)), ...prefixed('a1', initDense(rng.fork(name, 'a1'), inputs, hidden)), ...prefixed('a2', last) });
    }),
    ...layers.map(({ name, inputs, outputs }) => {
      const block = blocks.find((b) => b.name === blockOf(name))!;
      return prefixed(`${name}.map`, { v1: zeros([outputs, block.outputs / f]), b1: full(outputs, start), v2: zeros([inputs, block.inputs / f]), b2: full(inputs, start) });
    }),
  ) as Params; // parts are Params, all names different
}
/** Logits [n, outputs, inputs] of one matrix. */
export function generatedLogits(p: Views, { name, block }: Pick<MaskableLayer, 'name' | 'block'>, { factor, released }: Pick<Knobs, 'factor' | 'released'>): Value {
  const f = Number(factor);
  const own = scope(p, `${blockOf(name)}.generator`);
  const { inputs, outputs } = blocks.find((b) => b.name === blockOf(name))!;
  const n = block.input.shape[0]!;
  const seen = add(mean(block.input, { axes: [2, 3] }), matmul(block.time, own['time.weight']!));
  const raw = dense(scope(own, 'a2'), relu(dense(scope(own, 'a1'), seen)));
  const s = reshape(released ? relu(raw) : raw, [n, outputs / f, inputs / f]);
  const { v1, b1, v2, b2 } = scope(p, `${name}.map`);
  const y = add(matmul(v1!, s), reshape(b1!, [1, b1!.shape[0]!, 1]));
  return add(matmul(y, transpose(v2!)), b2!);
}
/** The part of a draw for all matrices [n, total] that is this one's, [n, outputs, inputs]. */
export const noiseOf = (draw: Value, { inputs, outputs, offset }: Layer): Value => reshape(sliceAxis(draw, 1, offset, inputs * outputs), [draw.shape[0]!, outputs, inputs]);

/** A mask [n, outputs, inputs] for every masked matrix; `seen` is told of each, for pictures and counts. */
export function masking(layers: readonly Layer[], maskOf: (layer: Layer, at: MaskableLayer) => Value, seen: (layer: Layer, mask: Value) => void = () => undefined): UnetHooks {
  return {
    matrix: (at) => {
      const layer = layers.find(({ name }) => name === at.name);
      if (!layer) return at.weight;
      const mask = maskOf(layer, at);
      seen(layer, mask);
      return mul(transpose(mask, [0, 2, 1]), at.weight);
    },
  };
}
export const generated = (p: Views, draw: Value | undefined, { tau, noise, ...shape }: Pick<Knobs, 'factor' | 'released' | 'tau'> & { readonly noise: MaskNoise }) => (layer: Layer, at: MaskableLayer): Value =>
  drawnMask(generatedLogits(p, at, shape), draw && noiseOf(draw, layer), { tau, noise });
/** 1 where the draw is below the share that stays. */
export const byChance = (draw: Value, kept: Value) => (layer: Layer): Value => cast(less(noiseOf(draw, layer), kept), 'float32');
export const adapted = (p: Views): UnetHooks => ({ matrix: ({ name, weight }) => (p[`${name}.a`] ? add(weight, mul(matmul(p[`${name}.a`]!, p[`${name}.b`]!), 2)) : weight) });
export const initAdapters = (rng: Random, layers: readonly Layer[], rank: number): Params =>
  Object.fromEntries(layers.flatMap(({ name, inputs, outputs }) => [[`${name}.a`, normalTensor(rng.fork(name), [inputs, rank], 1 / Math.sqrt(inputs))], [`${name}.b`, zeros([rank, outputs])]]));
