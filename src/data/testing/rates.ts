/** Bounds for rates that were measured on random draws. */

/** Whether `hits` of `n` can come from probability p: within 4.5 standard deviations of a binomial (1 in 150 000 draws lies outside). */
export const binomial = (hits: number, n: number, p: number): boolean => Math.abs(hits - n * p) <= 4.5 * Math.sqrt(n * p * (1 - p)) + 1e-9;
/** How many of the values satisfy a test. */
export const countIf = <T>(values: Iterable<T>, test: (value: T, index: number) => boolean): number => {
  let count = 0;
  let index = 0;
  for (const value of values) if (test(value, index++)) count++;
  return count;
};
/** Rows of a stack [n, T] as text keys, to compare and count them. */
export const rowKeys = (data: ArrayLike<number>, length: number): string[] => Array.from({ length: data.length / length }, (_, i) => Array.prototype.slice.call(data, i * length, (i + 1) * length).join(' '));
