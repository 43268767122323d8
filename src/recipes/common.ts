/** What several recipes need. */
import type { Params } from '../base/tensor';

export { shuffled } from '../data/labelled';
export { accuracyOn, argMaxes, overSet, shapesOf } from '../lab/evaluate';

/** As a program's constants. */
export const constantsOf = (params: Params): Readonly<Record<string, { shape: readonly number[] }>> => Object.fromEntries(Object.entries(params).map(([name, { shape }]) => [name, { shape }]));
