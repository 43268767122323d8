/** Every generator, found by its file: a module of this folder that exports `dataset`. */
import type { Dataset } from '../../spec/dataset';

const modules = import.meta.glob<{ dataset?: Dataset }>(['./*.ts', '!./*.test.ts'], { eager: true });
export const datasets: readonly Dataset[] = Object.values(modules).flatMap(({ dataset }) => (dataset ? [dataset] : []));
