/**
 * Batch normalisation (Ioffe and Szegedy 2015, arXiv:1502.03167). Its running statistics are buffers: state without gradient that a training step
 * replaces, and that comes back with the params. In training the batch's own moments are used, in use the running ones.
 */
import type { Params } from '../base/tensor';
import { add, mean, mul, reciprocal, reshape, sqrt, stopGradient, sub } from '../engine/ops';
import { square } from '../engine/ops/compose';
import type { Value } from '../engine/value';
import { ones, zeros, type Views } from './layers';

/** Whose moments normalise: those of the batch, or the running ones. */
export type NormMode = 'train' | 'run';
/** The buffers of one layer, named as PyTorch names them. */
export const initStatistics = (channels: number): Params => ({ running_mean: zeros([channels]), running_var: ones([channels]) });

/**
 * x [n, channels, ...] -> the same shape, and the buffers after this batch: running <- (1 - momentum) running + momentum batch, the variance of the
 * batch unbiased, as in PyTorch; that which normalises is the biased one. In mode 'run' the buffers stay.
 * @param p weight and bias [channels] @param statistics running_mean and running_var [channels]
 */
export function batchNorm(p: Views, statistics: Views, x: Value, mode: NormMode, { momentum = 0.1, epsilon = 1e-5 } = {}): { y: Value; statistics: Views } {
  const channels = x.shape[1]!;
  const others = x.shape.map((_, i) => i).filter((i) => i !== 1);
  const wide = (v: Value): Value => reshape(v, x.shape.map((_, i) => (i === 1 ? channels : 1)));
  const scaled = (centred: Value, variance: Value): Value => add(mul(mul(centred, reciprocal(sqrt(add(variance, epsilon)))), wide(p.weight!)), wide(p.bias!));
  if (mode === 'run') return { y: scaled(sub(x, wide(statistics.running_mean!)), wide(statistics.running_var!)), statistics };
  const centre = mean(x, { axes: others, keepDims: true });
  const centred = sub(x, centre);
  const variance = mean(square(centred), { axes: others, keepDims: true });
  const count = others.reduce((n, i) => n * x.shape[i]!, 1);
  const moved = (running: Value, batch: Value, unbias: number): Value => add(mul(running, 1 - momentum), mul(reshape(stopGradient(batch), [channels]), momentum * unbias));
  return { y: scaled(centred, variance), statistics: { running_mean: moved(statistics.running_mean!, centre, 1), running_var: moved(statistics.running_var!, variance, count / Math.max(1, count - 1)) } };
}
