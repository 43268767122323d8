/** Singular directions before and after: what intrudes, and what happens when it is turned down. */
import { exp, log } from '../../base/math';
import type { Random } from '../../base/random';
import { dot, svd, type Svd } from '../../base/svd';
import type { Params } from '../../base/tensor';
import type { LoraTarget } from '../../nn/lora';
import { partOf, withPart, type Knobs } from './task';

export interface Spectrum {
  readonly target: LoraTarget;
  readonly parts: Svd;
}
export const spectraOf = (params: Params, targets: readonly LoraTarget[]): Spectrum[] =>
  targets.map((target) => {
    const { data, outputs, inputs } = partOf(params, target);
    return { target, parts: svd(data, outputs, inputs) };
  });
const sideOf = ({ parts }: Spectrum, side: Knobs['side']): readonly Float64Array[] => (side === 'output' ? parts.left : parts.right);

/** c_j of the first `k` directions: the largest size of a cosine with any old direction. */
export const cosines = (now: Spectrum, before: Spectrum, { k, side }: Pick<Knobs, 'k' | 'side'>): number[] =>
  sideOf(now, side).slice(0, k).map((u) => sideOf(before, side).reduce((most, old) => Math.max(most, Math.abs(dot(u, old))), 0));
/** Which of the first k intrude. */
export const intrudersOf = (found: readonly number[], epsilon: number): number[] => found.flatMap((c, j) => (c < epsilon ? [j] : []));
/** |U0^T U1| of the first `count` directions, a row for each old one. */
export const overlapOf = (now: Spectrum, before: Spectrum, side: Knobs['side'], count: number): Float32Array =>
  Float32Array.from(sideOf(before, side).slice(0, count).flatMap((old) => sideOf(now, side).slice(0, count).map((u) => Math.abs(dot(u, old)))));

/** As many ordinary directions as there are intruders: the strongest, or for each intruder the nearest in order that is not taken. */
export function ordinary(intruders: readonly number[], count: number, rule: Knobs['control']): number[] {
  const taken = new Set(intruders);
  const free = (j: number): boolean => j >= 0 && j < count && !taken.has(j);
  const chosen: number[] = [];
  for (const at of intruders) {
    let found: number | undefined;
    if (rule === 'top') found = Array.from({ length: count }, (_, j) => j).find(free);
    else for (let d = 1; d < count && found === undefined; d++) found = [at - d, at + d].find(free);
    if (found === undefined) break;
    taken.add(found);
    chosen.push(found);
  }
  return chosen;
}
/** W + (lambda - 1) sum over the chosen directions of sigma u v^T, for every matrix. */
export function turned(params: Params, spectra: readonly Spectrum[], chosen: readonly (readonly number[])[], lambda: number): Params {
  let out = params;
  spectra.forEach(({ target, parts: { values, left, right } }, m) => {
    if (chosen[m]!.length === 0 || lambda === 1) return;
    const { data, inputs } = partOf(params, target);
    for (const j of chosen[m]!) {
      const scale = (lambda - 1) * values[j]!;
      const [u, v] = [left[j]!, right[j]!];
      for (let o = 0; o < u.length; o++) for (let i = 0; i < inputs; i++) data[o * inputs + i]! += scale * u[o]! * v[i]!;
    }
    out = withPart(out, target, data);
  });
  return out;
}
/** Changes of the matrices, part by part, as singular values. */
export function changeOf(after: Params, before: Params, targets: readonly LoraTarget[]): Svd[] {
  return targets.map((target) => {
    const [a, b] = [partOf(after, target), partOf(before, target)];
    return svd(a.data.map((v, i) => v - b.data[i]!), a.outputs, a.inputs);
  });
}
export const normOf = (changes: readonly Pick<Svd, 'values'>[]): number => Math.sqrt(changes.reduce((sum, { values }) => sum + values.reduce((s, v) => s + v * v, 0), 0));
/** The same from the weights themselves, without taking them apart. */
export const distance = (after: Params, before: Params, targets: readonly LoraTarget[]): number =>
  Math.sqrt(targets.reduce((sum, target) => {
    const b = partOf(before, target).data;
    return sum + partOf(after, target).data.reduce((s, v, i) => s + (v - b[i]!) ** 2, 0);
  }, 0));
/** exp of the entropy of the singular values' shares; 0 for a change of nothing. */
export function effectiveRank({ values }: Pick<Svd, 'values'>): number {
  const total = values.reduce((a, b) => a + b, 0);
  if (total < 1e-12) return 0;
  return exp(-values.reduce((sum, v) => (v <= 0 ? sum : sum + (v / total) * log(v / total)), 0));
}
/** What a random direction of R^m shows against `count` orthonormal ones: the mean over `draws` of its largest |cosine|. */
export function chance(rng: Random, m: number, count: number, draws = 200): number {
  let sum = 0;
  const v = new Float32Array(m);
  for (let d = 0; d < draws; d++) {
    rng.fork(d).fillNormal(v);
    sum += v.subarray(0, count).reduce((most, x) => Math.max(most, Math.abs(x)), 0) / Math.sqrt(dot(v, v));
  }
  return sum / draws;
}
