/**
 * Boxes [left, top, right, bottom], right and bottom outside, in one flat array of 4 numbers a box: overlaps, matching, suppression and
 * average precision. Plain functions of plain arrays; ties are broken by the lower index everywhere.
 */
import { ShapeError } from '../base/errors';

/** Intersection over union of two boxes, 0..1; 0 if either is empty. */
export function iou(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const width = Math.min(a[2]!, b[2]!) - Math.max(a[0]!, b[0]!);
  const height = Math.min(a[3]!, b[3]!) - Math.max(a[1]!, b[1]!);
  const areaOf = (box: ArrayLike<number>): number => Math.max(0, box[2]! - box[0]!) * Math.max(0, box[3]! - box[1]!);
  const shared = Math.max(0, width) * Math.max(0, height);
  return shared === 0 ? 0 : shared / (areaOf(a) + areaOf(b) - shared);
}
/** Number of boxes in a flat array. @throws ShapeError if it is not whole boxes */
function countBoxes(boxes: ArrayLike<number>): number {
  if (boxes.length % 4 !== 0) throw new ShapeError(`Boxes of 4 numbers each were expected, but ${boxes.length} numbers came.`);
  return boxes.length / 4;
}
const boxAt = (boxes: ArrayLike<number>, i: number): readonly [number, number, number, number] => [boxes[4 * i]!, boxes[4 * i + 1]!, boxes[4 * i + 2]!, boxes[4 * i + 3]!];

/** iou of every box of `a` with every box of `b`: [a, b] float32, row-major. */
export function iouMatrix(a: ArrayLike<number>, b: ArrayLike<number>): Float32Array {
  const [rows, columns] = [countBoxes(a), countBoxes(b)];
  const out = new Float32Array(rows * columns);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) out[i * columns + j] = iou(boxAt(a, i), boxAt(b, j));
  return out;
}
/** For each box, the target that it overlaps most, and by how much; target -1 where that is below `least`. */
export function matchBoxes(boxes: ArrayLike<number>, targets: ArrayLike<number>, least = 0.5): { readonly target: Int32Array; readonly overlap: Float32Array } {
  const [n, m] = [countBoxes(boxes), countBoxes(targets)];
  const overlaps = iouMatrix(boxes, targets);
  const target = new Int32Array(n).fill(-1);
  const overlap = new Float32Array(n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < m; j++) {
      if (overlaps[i * m + j]! <= overlap[i]!) continue;
      overlap[i] = overlaps[i * m + j]!;
      target[i] = j;
    }
    if (overlap[i]! < least) target[i] = -1;
  }
  return { target, overlap };
}
/**
 * Non-maximum suppression: indices of the boxes that stay, best score first. A box goes if it overlaps a better one that stayed by more
 * than `threshold`.
 */
export function nms(boxes: ArrayLike<number>, scores: ArrayLike<number>, threshold = 0.5): number[] {
  const n = countBoxes(boxes);
  if (scores.length !== n) throw new ShapeError(`nms: one score a box was expected, but ${scores.length} came for ${n} boxes.`);
  const kept: number[] = [];
  for (const i of byScore(scores)) if (kept.every((k) => iou(boxAt(boxes, i), boxAt(boxes, k)) <= threshold)) kept.push(i);
  return kept;
}
const byScore = (scores: ArrayLike<number>): number[] => Array.from({ length: scores.length }, (_, i) => i).sort((a, b) => scores[b]! - scores[a]! || a - b);

/** What a detector says of one class in one picture, and what is there. */
export interface Judged {
  readonly boxes: ArrayLike<number>;
  readonly scores: ArrayLike<number>;
  readonly targets: ArrayLike<number>;
}
/**
 * Average precision over pictures at one overlap (AP50 at 0.5): detections from all pictures, best score first, each the true one of the
 * target that it overlaps most if by `least` or more and if no better detection took it; area under precision, made monotone from the
 * right, over recall (every point, as PASCAL VOC from 2010 on: Everingham et al. 2010). NaN if there is nothing to find.
 */
export function averagePrecision(pictures: readonly Judged[], least = 0.5): number {
  const wanted = pictures.reduce((sum, { targets }) => sum + countBoxes(targets), 0);
  if (wanted === 0) return NaN;
  const all = pictures.flatMap(({ boxes, scores, targets }, picture) => {
    const { target } = matchBoxes(boxes, targets, least);
    return Array.from(target, (t, i) => ({ picture, t, score: scores[i]! }));
  });
  const taken = new Set<string>();
  let right = 0;
  const curve = byScore(all.map(({ score }) => score)).map((i, rank) => {
    const { picture, t } = all[i]!;
    const name = `${picture}/${t}`;
    if (t >= 0 && !taken.has(name)) {
      taken.add(name);
      right++;
    }
    return { recall: right / wanted, precision: right / (rank + 1) };
  });
  let area = 0;
  let best = 0;
  for (let i = curve.length - 1; i >= 0; i--) {
    best = Math.max(best, curve[i]!.precision);
    area += best * (curve[i]!.recall - (i === 0 ? 0 : curve[i - 1]!.recall));
  }
  return area;
}
