/** What a pass over written nodes may ask of the writer: the last step before a file, where forms of nodes matter, not ops. */
import type { Shape } from '../../base/tensor';

export interface Surroundings {
  /** Of values that an op made, and of inputs; not of those between the nodes of one op. */
  readonly shapeOf: (name: string) => Shape | undefined;
  /** The numbers of an initializer. */
  readonly numbersOf: (name: string) => readonly number[] | undefined;
  readonly int64s: (values: readonly number[]) => string;
  readonly fresh: () => string;
}
