/** Which rows of a text are asked for. */
export interface RowsSpec {
  readonly seed: number;
  readonly split: string;
  readonly count: number;
  /** Index of the first row. Absent: 0. */
  readonly first?: number;
  /** T. */
  readonly length?: number;
}
