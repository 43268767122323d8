/** Mutants of sound sets of files, each made by its number alone: mutant 7 of a reader is the same today and tomorrow. */
import { Random } from '../../../base/random';
import { readers } from '..';
import type { NamedBytes, ReaderId } from '../loaded';
import { corpus } from './corpus';
import { damages, trippingNames } from './damage';

export interface Mutant {
  readonly reader: ReaderId;
  /** "bits flipped: a.png" */
  readonly name: string;
  readonly files: readonly NamedBytes[];
}
export const readerIds: readonly ReaderId[] = readers.map(({ id }) => id);
const ways = Object.keys(damages);

/** Every way in turn, on one file of a set drawn at random; one in four is changed twice, one in twenty has a name that trips or comes twice. */
export function mutantOf(reader: ReaderId, seed: number, number: number): Mutant {
  const rng = Random.seed(seed).fork('mutant', reader, number);
  const samples = corpus[reader];
  const [sample, others] = [rng.pick(samples), rng.pick(samples)];
  const at = rng.int(sample.length);
  const other = rng.pick(others).bytes;
  const hows = rng.bernoulli(1 / 4) ? [rng.pick(ways), ways[number % ways.length]!] : [ways[number % ways.length]!];
  let { bytes } = sample[at]!;
  const done: string[] = [];
  for (const how of hows) {
    try {
      bytes = damages[how]!(bytes, rng.fork(how), other);
      done.push(how);
    } catch {
      // This way needs a sound archive, and after another damage the file is none.
    }
  }
  let files: readonly NamedBytes[] = sample.map((file, i) => (i === at ? { ...file, bytes } : file));
  if (rng.bernoulli(1 / 20)) files = rng.bernoulli(0.5) ? [...files, files[at]!] : files.map((file, i) => (i === at ? { ...file, name: rng.pick(trippingNames) } : file));
  return { reader, name: `${done.join(', ') || 'unchanged'}: ${sample[at]!.name}`, files };
}
