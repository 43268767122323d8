/**
 * Which part of a chart's first axis is in view: brought closer, moved, or following the newest point. Pure. Views are worked out along
 * the axis as it is drawn, so that on a logarithmic axis a step to the side is a factor.
 */
export type Range = readonly [from: number, to: number];
export interface View {
  /** Undefined: all there is. */
  readonly range?: Range;
  /** The range ends at the newest point, wherever that is. */
  readonly following: boolean;
}
export const wholeView: View = { following: false };

/** Places on an axis as shares of what is in view, 0 at the left, and back. */
export interface Axis {
  readonly range: Range;
  readonly log: boolean;
  at(x: number): number;
  back(share: number): number;
}
export function axisOver(range: Range, log: boolean): Axis {
  const [from, to] = log ? [Math.log(range[0]), Math.log(range[1])] : range;
  const width = to - from || 1;
  return { range, log, at: (x) => ((log ? Math.log(x) : x) - from) / width, back: (share) => (log ? Math.exp(from + share * width) : from + share * width) };
}

/** What of `whole` is in view. */
export function shownOf({ range, following }: View, whole: Range, log: boolean): Range {
  if (!range) return whole;
  const axis = axisOver(whole, log);
  const [a, b] = [axis.at(range[0]), axis.at(range[1])];
  return following ? within(axis, 1 - (b - a), 1) : within(axis, a, b);
}
/** A stretch of shares moved into 0 to 1; all of it where it is no shorter. */
function within(axis: Axis, a: number, b: number): Range {
  if (b - a >= 1) return axis.range;
  const start = Math.min(Math.max(a, 0), 1 - (b - a));
  return [start === 0 ? axis.range[0] : axis.back(start), start === 1 - (b - a) ? axis.range[1] : axis.back(start + (b - a))];
}

/**
 * Closer by a factor (below 1; above it farther), with the place `about` (0 to 1 of what is shown) kept where it is. Not closer than
 * `least`, a share of the whole axis; where everything is in view again, the whole view.
 */
export function zoomed(view: View, whole: Range, log: boolean, factor: number, about: number, least: number): View {
  const axis = axisOver(whole, log);
  const [from, to] = shownOf(view, whole, log);
  const [a, b] = [axis.at(from), axis.at(to)];
  const width = Math.max(Math.min(least, b - a), (b - a) * factor);
  if (width >= 1) return wholeView;
  const start = a + about * (b - a) - about * width;
  return { range: within(axis, start, start + width), following: view.following };
}
/** To the side by a share of what is shown. Who moves it follows no longer. */
export function moved(view: View, whole: Range, log: boolean, by: number): View {
  if (!view.range) return view;
  const axis = axisOver(whole, log);
  const [from, to] = shownOf(view, whole, log);
  const [a, b] = [axis.at(from), axis.at(to)];
  return { range: within(axis, a + by * (b - a), b + by * (b - a)), following: false };
}
/** The newest quarter of all where nothing narrower is in view, and on from there. */
export function followed(view: View, whole: Range, log: boolean): View {
  if (view.following) return { ...view, range: shownOf(view, whole, log), following: false };
  const axis = axisOver(whole, log);
  return { range: view.range ?? [axis.back(0.75), whole[1]], following: true };
}

/** The end of an axis that is to hold more: at the next round width, at most a third beyond `to`. */
export function roundEnd(from: number, to: number): number {
  const width = to - from;
  if (!(width > 0)) return from + 1;
  const power = 10 ** Math.floor(Math.log10(width));
  return from + Number((([1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].find((m) => m * power >= width * (1 - 1e-12)) ?? 10) * power).toPrecision(3));
}
