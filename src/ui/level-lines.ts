/** Lines along which a function on a grid has one value (marching squares). Pure. */

/** x1, y1, x2, y2 in grid indices. */
export type Segment = readonly [number, number, number, number];

export function levelLines(values: ArrayLike<number>, rows: number, columns: number, level: number): readonly Segment[] {
  const segments: Segment[] = [];
  const at = (r: number, c: number): number => values[r * columns + c]!;
  const cross = (a: number, b: number): number => (level - a) / (b - a);
  for (let r = 0; r + 1 < rows; r++) {
    for (let c = 0; c + 1 < columns; c++) {
      const [a, b, d, e] = [at(r, c), at(r, c + 1), at(r + 1, c + 1), at(r + 1, c)];
      if (![a, b, d, e].every(Number.isFinite)) continue;
      // Where the level crosses each of the cell's four sides, in order around it: none, two, or four crossings.
      const points: [number, number][] = [];
      if (a > level !== b > level) points.push([c + cross(a, b), r]);
      if (b > level !== d > level) points.push([c + 1, r + cross(b, d)]);
      if (e > level !== d > level) points.push([c + cross(e, d), r + 1]);
      if (a > level !== e > level) points.push([c, r + cross(a, e)]);
      for (let i = 0; i + 1 < points.length; i += 2) segments.push([...points[i]!, ...points[i + 1]!]);
    }
  }
  return segments;
}
