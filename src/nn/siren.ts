/** Sinusoidal representation networks (Sitzmann et al. 2020, arXiv:2006.09661), with the variants that are compared to them. */
import type { Random } from '../base/random';
import type { Params } from '../base/tensor';
import { abs, add, concat, cos, floor, linear, matmul, mul, sin, stopGradient, sub } from '../engine/ops';
import { constant, type Value } from '../engine/value';
import { normalTensor, scope, uniformTensor, type Views } from './layers';

export interface SirenShape {
  /** Coordinates a point, d_in; numbers out, C. */
  readonly inputs: number;
  readonly outputs: number;
  /** Sine layers L, and their width H. */
  readonly layers: number;
  readonly hidden: number;
  readonly omega1: number;
  readonly omega0: number;
  /** FINER (Liu et al. 2024, arXiv:2312.02434): sin(omega (|z| + 1) z), the factor |z| + 1 without gradient. */
  readonly finer?: boolean;
  /** Random Fourier features [sin 2 pi B x, cos 2 pi B x] in place of x (Tancik et al. 2020, arXiv:2006.10739): B [d_in, H/2], cycles per unit x. */
  readonly fourier?: { readonly std: number; readonly matrix: Params };
}
export const fourierMatrix = (rng: Random, inputs: number, features: number, std: number): Params => ({ matrix: normalTensor(rng, [inputs, features / 2], std) });

/**
 * W_0 ~ U(-1/d_in, 1/d_in); W_1..W_L ~ U(+-sqrt(6/H)/omega_0), the last, linear layer too; biases ~ U(+-1/sqrt(fan-in)).
 * Params `layer0` .. `layerL`, weights [in, out].
 */
export function initSiren(rng: Random, { inputs, outputs, layers, hidden, omega0, fourier }: SirenShape): Params {
  const params: Record<string, Params[string]> = {};
  const first = fourier ? hidden : inputs;
  for (let l = 0; l <= layers; l++) {
    const [from, to] = [l === 0 ? first : hidden, l === layers ? outputs : hidden];
    const bound = l === 0 ? 1 / first : Math.sqrt(6 / hidden) / omega0;
    params[`layer${l}.weight`] = uniformTensor(rng.fork('weight', l), [from, to], bound);
    params[`layer${l}.bias`] = uniformTensor(rng.fork('bias', l), [to], 1 / Math.sqrt(from));
  }
  return params;
}

/**
 * z less a whole number of turns, so that |z| <= pi: sine loses accuracy for large arguments on a GPU. Derivative 1.
 * The first layer alone needs it: later ones see |h| <= 1.
 */
const wrapped = (z: Value): Value => sub(z, stopGradient(mul(floor(add(mul(z, 1 / (2 * Math.PI)), 0.5)), 2 * Math.PI)));

/** x [n, d_in] -> output [n, C], and the pre-activations of every sine layer, omega (W h + b) before the sine, [n, H] each. */
export function siren(p: Views, x: Value, { layers, omega1, omega0, finer, fourier }: SirenShape): { output: Value; preActivations: Value[] } {
  let h = x;
  if (fourier) {
    const turns = mul(matmul(x, constant(fourier.matrix.matrix!)), 2 * Math.PI);
    h = concat([sin(turns), cos(turns)], 1);
  }
  const preActivations: Value[] = [];
  for (let l = 0; l < layers; l++) {
    const { weight, bias } = scope(p, `layer${l}`);
    const omega = l === 0 ? omega1 : omega0;
    // omega (W h + b), with omega drawn into W and b: they are smaller than the activations.
    let z = linear(h, mul(weight!, omega), mul(bias!, omega));
    if (finer) z = mul(z, stopGradient(add(abs(mul(z, 1 / omega)), 1)));
    preActivations.push(z);
    h = sin(l === 0 ? wrapped(z) : z);
  }
  const last = scope(p, `layer${layers}`);
  return { output: linear(h, last.weight!, last.bias!), preActivations };
}
