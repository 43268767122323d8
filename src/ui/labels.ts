/** Where the names of points go in a picture: beside their points, inside the frame, none over another. Pure. */

export interface Named {
  readonly label: string;
  /** The point, in pixels. */
  readonly x: number;
  readonly y: number;
}
/** Where a label stands, and whether it needs a line to its point. */
export interface Placed {
  readonly x: number;
  readonly y: number;
  readonly anchor: 'start' | 'middle' | 'end';
  readonly leader: boolean;
}
interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}
const lineHeight = 16;
/** A generous guess of a text's width at 12 pixels, bold. */
const widthOf = (text: string): number => 7.1 * text.length;
const meet = (a: Box, b: Box): boolean => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
const boxOf = ({ x, y, anchor }: Placed, text: string): Box => {
  const width = widthOf(text);
  const left = anchor === 'start' ? x : anchor === 'end' ? x - width : x - width / 2;
  return { left, right: left + width, top: y - lineHeight / 2, bottom: y + lineHeight / 2 };
};
/** Beside the point first, then over and under it, then further and further away. */
function places({ x, y }: Named): readonly Placed[] {
  const beside = (dy: number, gap: number): Placed[] => [
    { x: x + gap, y: y + dy, anchor: 'start', leader: Math.abs(dy) > 7 },
    { x: x - gap, y: y + dy, anchor: 'end', leader: Math.abs(dy) > 7 },
  ];
  const stacked = (dy: number): Placed[] => [{ x, y: y + dy, anchor: 'middle', leader: Math.abs(dy) > 20 }];
  return [...beside(0, 12), ...stacked(-18), ...stacked(18), ...[14, -14, 26, -26, 40, -40, 54, -54, 70, -70].flatMap((dy) => [...beside(dy, 18), ...stacked(dy)])];
}

/** A place for each label, or undefined where there is none: its name is then left to the tooltip. `others`: points without a label, kept clear if possible. */
export function placeLabels(named: readonly Named[], others: readonly { readonly x: number; readonly y: number }[], width: number, height: number): readonly (Placed | undefined)[] {
  const taken: Box[] = [];
  const points = [...named, ...others].map(({ x, y }): Box => ({ left: x - 7, right: x + 7, top: y - 7, bottom: y + 7 }));
  const inside = (box: Box): boolean => box.left >= 0 && box.right <= width && box.top >= 0 && box.bottom <= height;
  return named.map((point) => {
    const free = places(point).filter((place) => {
      const box = boxOf(place, point.label);
      return inside(box) && !taken.some((other) => meet(box, other));
    });
    const clear = free.find((place) => !points.some((other) => meet(boxOf(place, point.label), other)));
    const chosen = clear ?? free[0];
    if (chosen) taken.push(boxOf(chosen, point.label));
    return chosen;
  });
}
