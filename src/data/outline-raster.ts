/**
 * Filled outlines to grey images, by + - * / alone, so that the bytes agree everywhere. Curves become chords by fixed subdivision;
 * each pixel row is sampled on `sublines` lines, on which the covered length of every pixel is exact (non-zero winding rule).
 */
import type { Outline } from './typefaces';

/** Chords of one curved segment, by degree: a quarter of a circle of 10 px, drawn as one cubic, stays within 0.03 px of it. */
const chords = [0, 1, 6, 12] as const;
export const sublines = 16;

/** A closed polygon: x, y of its corners in turn. */
export type Polygon = Float64Array;
/** x' = a x + c y + e, y' = b x + d y + f: from the outline's units (y up, if it came from a typeface) to pixels (y down, pixel i from i to i + 1). */
export interface Affine {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
  readonly e: number;
  readonly f: number;
}

/** Contours as polygons, in the outline's own units. */
export const flatten = (outline: Outline): Polygon[] =>
  outline.map(({ degrees, points }) => {
    const corners: number[] = [points[0]!, points[1]!];
    let from = 0;
    for (const degree of degrees) {
      const n = chords[degree as 1 | 2 | 3];
      for (let k = 1; k <= n; k++) corners.push(bezier(points, from, degree, k / n), bezier(points, from + 1, degree, k / n));
      from += 2 * degree;
    }
    return Float64Array.from(corners);
  });

/** One coordinate of a Bezier curve at t, its points 2 apart from `from` on: B(t) = sum_i C(n,i) t^i (1-t)^(n-i) p_i. */
function bezier(points: Int16Array, from: number, degree: number, t: number): number {
  const s = 1 - t;
  const p = (i: number): number => points[from + 2 * i]!;
  if (degree === 1) return s * p(0) + t * p(1);
  if (degree === 2) return s * s * p(0) + 2 * s * t * p(1) + t * t * p(2);
  return s * s * s * p(0) + 3 * s * s * t * p(1) + 3 * s * t * t * p(2) + t * t * t * p(3);
}

/** Where a polygon's boundary crosses one subline, going up or down. */
interface Crossing {
  readonly x: number;
  readonly turn: 1 | -1;
}

/**
 * Share of each pixel that is inside: [height * width] float32 in [0, 1], rows from the top. What lies outside the image is cut off.
 * @param polygons filled together by the non-zero winding rule
 */
export function rasterise(polygons: readonly Polygon[], to: Affine, width: number, height: number): Float32Array {
  const rows = crossings(polygons, to, height * sublines);
  const covered = new Float64Array(width * height);
  rows.forEach((row, subline) => {
    row.sort((p, q) => p.x - q.x);
    const offset = Math.floor(subline / sublines) * width;
    let winding = 0;
    let start = 0;
    for (const { x, turn } of row) {
      if (winding === 0) start = x;
      winding += turn;
      if (winding === 0) addSpan(covered, offset, width, start, x);
    }
  });
  return Float32Array.from(covered, (share) => Math.min(1, share / sublines));
}

/** For every subline, its crossings, in no order. Subline j lies at y = (j + 1/2) / sublines. */
function crossings(polygons: readonly Polygon[], { a, b, c, d, e, f }: Affine, count: number): Crossing[][] {
  const rows: Crossing[][] = Array.from({ length: count }, () => []);
  for (const corners of polygons) {
    const last = corners.length - 2;
    let x0 = a * corners[last]! + c * corners[last + 1]! + e;
    let y0 = (b * corners[last]! + d * corners[last + 1]! + f) * sublines - 0.5; // in sublines
    for (let i = 0; i <= last; i += 2) {
      const x1 = a * corners[i]! + c * corners[i + 1]! + e;
      const y1 = (b * corners[i]! + d * corners[i + 1]! + f) * sublines - 0.5;
      // Half open, [low, high): of two edges that meet on a subline just one crosses it, or, at a tip, none or both.
      const from = Math.max(0, Math.ceil(Math.min(y0, y1)));
      const to = Math.min(count, Math.ceil(Math.max(y0, y1)));
      const turn = y1 > y0 ? 1 : -1;
      for (let j = from; j < to; j++) rows[j]!.push({ x: x0 + ((j - y0) * (x1 - x0)) / (y1 - y0), turn });
      x0 = x1;
      y0 = y1;
    }
  }
  return rows;
}

/** Adds to each pixel of a row the length of [start, end) within it. */
function addSpan(covered: Float64Array, offset: number, width: number, start: number, end: number): void {
  const low = Math.max(0, start);
  const high = Math.min(width, end);
  for (let pixel = Math.floor(low); pixel < high; pixel++) {
    covered[offset + pixel]! += Math.min(high, pixel + 1) - Math.max(low, pixel);
  }
}
