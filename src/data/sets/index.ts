/** Every generator, found by its file: a module of this folder that exports `dataset`. */
import { InputError } from '../../base/errors';
import type { Dataset } from '../../spec/dataset';

const modules = import.meta.glob<{ dataset?: Dataset }>(['./*.ts', '!./*.test.ts'], { eager: true });
export const datasets: readonly Dataset[] = Object.values(modules).flatMap(({ dataset }) => (dataset ? [dataset] : []));

/** @throws InputError for an id that no generator has */
export function datasetOf(id: string): Dataset {
  const set = datasets.find((d) => d.id === id);
  if (!set) throw new InputError(`There is no data set "${id}". There are ${datasets.map((d) => d.id).join(', ')}.`);
  return set;
}
