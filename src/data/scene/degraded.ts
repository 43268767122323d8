/** Pairs of a spoilt scene and the clean one: what a restorer learns from. */
import { InputError } from '../../base/errors';
import { Random } from '../../base/random';
import { floats, int32, tensor, type Tensor } from '../../base/tensor';
import { type Degradation, type DegradationName, degradationNames, degrade } from '../degrade';
import { makeSceneSet, type SceneSet, type SceneSetOptions } from './set';

export interface DegradedOptions extends SceneSetOptions {
  /** Which degradations to draw from, all equally likely; absent: all. */
  readonly degradations?: readonly DegradationName[];
  /** Strength, one for all or [least, most]; absent: [0.3, 1]. */
  readonly strength?: number | readonly [number, number];
  /** How many different degradations a picture suffers, one after the other; absent: 1. */
  readonly together?: number;
}
export interface DegradedSet {
  /** [n, 3, side, side] float32 in [-1, 1]. */
  readonly degraded: Tensor;
  readonly clean: Tensor;
  /** What each picture suffered, in order. */
  readonly how: readonly (readonly Degradation[])[];
  /** [n] int32: the first of them, an index into `degradationNames`. */
  readonly first: Tensor;
  /** What is in the pictures. */
  readonly set: SceneSet;
}
/** @throws InputError for options that cannot be */
export function makeDegraded({ degradations = degradationNames, strength = [0.3, 1], together = 1, ...options }: DegradedOptions): DegradedSet {
  const [least, most] = typeof strength === 'number' ? [strength, strength] : strength;
  if (!(least >= 0 && most <= 1 && least <= most)) throw new InputError(`Strengths from 0 to 1, least first, were expected, but [${least}, ${most}] came.`);
  if (!(Number.isInteger(together) && together >= 1 && together <= degradations.length)) throw new InputError(`1 to ${degradations.length} degradations together were expected, but ${together} came.`);
  const set = makeSceneSet(options);
  const { side, count } = options;
  const size = 3 * side * side;
  const degraded = new Float32Array(count * size);
  const how = set.scenes.map((_, i): Degradation[] => {
    const rng = Random.seed(options.seed).fork('degraded', options.split, (options.first ?? 0) + i);
    const which = rng.fork('which').permutation(degradations.length).subarray(0, together);
    const list = Array.from(which, (d, k) => ({ name: degradations[d]!, strength: least === most ? least : rng.fork('strength', k).uniform(least, most) }));
    const clean = floats(set.x).subarray(i * size, (i + 1) * size);
    if (list.every((one) => one.strength === 0)) degraded.set(clean, i * size);
    else degraded.set(degrade(clean.map((v) => (v + 1) / 2), side, list, rng.fork('draw')).map((v) => 2 * v - 1), i * size);
    return list;
  });
  return { degraded: tensor(degraded, set.x.shape), clean: set.x, how, first: int32(how.map(([one]) => degradationNames.indexOf(one!.name))), set };
}
