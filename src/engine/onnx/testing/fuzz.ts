/** Mutants of sound files, each made by its number alone: mutant 7 of a corpus is the same today and tomorrow. */
import { Random } from '../../../base/random';
import { decodeModel, encodeModel } from '../model';
import type { Sample } from './corpus';
import { damages } from './damage';
import { distortions } from './distort';

export interface Mutant {
  /** "bits flipped, cut short: models/cnn.onnx" */
  readonly name: string;
  readonly bytes: Uint8Array;
}
const apply = (how: string, bytes: Uint8Array, rng: Random, other: Uint8Array): Uint8Array => {
  const damage = damages[how];
  return damage ? damage(bytes, rng, other) : encodeModel(distortions[how]!(decodeModel(bytes), rng));
};
const every = [...Object.keys(damages), ...Object.keys(distortions)];

/** Mutant `number` of a corpus: every way in turn, on a file drawn at random; one in three is changed twice. */
export function mutantOf(corpus: readonly Sample[], seed: number, number: number): Mutant {
  const rng = Random.seed(seed).fork('mutant', number);
  const first = every[number % every.length]!;
  const [sample, other] = [rng.pick(corpus), rng.pick(corpus)];
  const hows = rng.bernoulli(1 / 3) ? [rng.pick(Object.keys(distortions)), first] : [first];
  let bytes = sample.bytes;
  const done: string[] = [];
  for (const how of hows) {
    try {
      bytes = apply(how, bytes, rng.fork(how), other.bytes);
      done.push(how);
    } catch {
      // This way needs a model that we can decode, with a node and an input, and the file is none.
    }
  }
  return { name: `${done.join(', ') || 'unchanged'}: ${sample.name}`, bytes };
}
