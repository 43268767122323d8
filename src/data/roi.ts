/**
 * Regions of a picture for detectors: the matrix that reads a box off a feature map, boxes as offsets from others, and fixed sets of proposals.
 * Boxes are [left, top, right, bottom] in pixels, in flat arrays of 4 numbers a box.
 */
import { InputError } from '../base/errors';
import { exp, log } from '../base/math';
import type { Random } from '../base/random';

export interface RoiSpec {
  /** Pixels a side of the picture, and cells a side of its feature map. */
  readonly side: number;
  readonly grid: number;
  /** Every box is read in bins x bins parts. */
  readonly bins: number;
  /** Points a side of each part, at which the map is read: between cell centres bilinearly, beyond the outermost ones as there. Absent: 4. */
  readonly samples?: number;
}
/**
 * A [boxes * bins * bins, grid * grid]: A F, with F [grid * grid, channels], is the mean of the feature map over each part of each box, as RoIAlign takes it
 * (He et al. 2017, arXiv:1703.06870). Rows sum to 1; parts go row by row.
 */
export function roiMatrix(boxes: ArrayLike<number>, { side, grid, bins, samples = 4 }: RoiSpec): Float32Array {
  const cells = grid * grid;
  const count = boxes.length / 4;
  const out = new Float32Array(count * bins * bins * cells);
  for (let b = 0; b < count; b++) {
    const [left, top, right, bottom] = [boxes[4 * b]!, boxes[4 * b + 1]!, boxes[4 * b + 2]!, boxes[4 * b + 3]!];
    if (!(right > left && bottom > top)) throw new InputError(`Regions: expected boxes with a width and a height above 0, but [${left}, ${top}, ${right}, ${bottom}] came.`);
    // Bilinear weights are products: those along x, [bins, grid], times those along y.
    const across = axisWeights(left, right, { side, grid, bins, samples });
    const down = axisWeights(top, bottom, { side, grid, bins, samples });
    for (let part = 0; part < bins * bins; part++) {
      const [row, column] = [Math.floor(part / bins), part % bins];
      const at = (b * bins * bins + part) * cells;
      for (let y = 0; y < grid; y++) for (let x = 0; x < grid; x++) out[at + y * grid + x] = down[row * grid + y]! * across[column * grid + x]!;
    }
  }
  return out;
}
/** Mean weights of the cells along one axis, for each part of an interval: [bins * grid]. */
function axisWeights(from: number, to: number, { side, grid, bins, samples }: Required<RoiSpec>): Float64Array {
  const out = new Float64Array(bins * grid);
  for (let i = 0; i < bins * samples; i++) {
    const pixel = from + ((to - from) * (i + 0.5)) / (bins * samples);
    const place = Math.min(grid - 1, Math.max(0, (pixel * grid) / side - 0.5)); // cell c lies about pixel (c + 0.5) side / grid
    const low = Math.min(grid - 1, Math.floor(place));
    const high = Math.min(grid - 1, low + 1);
    const bin = Math.floor(i / samples) * grid;
    out[bin + low]! += (1 - (place - low)) / samples;
    out[bin + high]! += (place - low) / samples;
  }
  return out;
}

/** What offsets are multiplied by, so that the network's numbers are of size 1 (Ren et al. 2015, arXiv:1506.01497). */
const offsetScale = [10, 10, 5, 5] as const;
type FourNumbers = readonly [number, number, number, number];
const middleOf = (box: ArrayLike<number>, at: number): FourNumbers => {
  const [width, height] = [box[at + 2]! - box[at]!, box[at + 3]! - box[at + 1]!];
  return [box[at]! + width / 2, box[at + 1]! + height / 2, width, height];
};
/** Offsets that lead from each box to its target: middle in units of the size, logarithm of the size, times (10, 10, 5, 5). */
export function boxOffsets(boxes: ArrayLike<number>, targets: ArrayLike<number>): Float32Array {
  return Float32Array.from({ length: boxes.length }, (_, i) => {
    const [k, at] = [i % 4, i - (i % 4)];
    const [from, to] = [middleOf(boxes, at), middleOf(targets, at)];
    return offsetScale[k]! * (k < 2 ? (to[k]! - from[k]!) / from[k + 2]! : log(to[k]! / from[k]!));
  });
}
/** The inverse of `boxOffsets`, cut to the picture; sizes change by a factor of 16 at most. */
export function movedBoxes(boxes: ArrayLike<number>, offsets: ArrayLike<number>, side: number): Float32Array {
  const out = new Float32Array(boxes.length);
  for (let at = 0; at < boxes.length; at += 4) {
    const [x, y, width, height] = middleOf(boxes, at);
    const most = log(16);
    const grown = (size: number, k: number): number => size * exp(Math.max(-most, Math.min(most, offsets[at + k]! / offsetScale[k]!)));
    const [cx, cy, w, h] = [x + (offsets[at]! / 10) * width, y + (offsets[at + 1]! / 10) * height, grown(width, 2), grown(height, 3)];
    [cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2].forEach((edge, k) => (out[at + k] = Math.min(side, Math.max(0, edge))));
  }
  return out;
}

export interface ProposalSpec {
  readonly side: number;
  /** How many boxes in all. */
  readonly count: number;
  /** Copies of every box in `around`, moved and resized by up to `jitter` of its size. */
  readonly copies: number;
  readonly jitter: number;
}
/**
 * A fixed set of proposals for one picture: jittered copies of every box in `around` (objects, parts of objects), and random boxes of a quarter to
 * three quarters of the side for the rest. Depends on (rng, around, spec) alone; every box lies inside the picture and is at least 2 px wide and high.
 * @throws InputError if the copies alone are more than `count`
 */
export function proposalsAround(rng: Random, around: ArrayLike<number>, { side, count, copies, jitter }: ProposalSpec): Float32Array {
  const known = around.length / 4;
  if (known * copies > count) throw new InputError(`Proposals: ${copies} copies of ${known} boxes are more than the ${count} that were asked for. Ask for more, or for fewer copies.`);
  const out = new Float32Array(4 * count);
  const put = (i: number, cx: number, cy: number, w: number, h: number): void => {
    const cut = (middle: number, size: number): [number, number] => {
      const [low, high] = [Math.max(0, middle - size / 2), Math.min(side, middle + size / 2)];
      return high - low >= 2 ? [low, high] : [Math.min(low, side - 2), Math.min(low, side - 2) + 2];
    };
    const [[left, right], [top, bottom]] = [cut(cx, w), cut(cy, h)];
    out.set([left, top, right, bottom], 4 * i);
  };
  for (let i = 0; i < count; i++) {
    const own = rng.fork('proposal', i);
    if (i < known * copies) {
      const [x, y, w, h] = middleOf(around, 4 * Math.floor(i / copies));
      const by = (): number => own.uniform(-jitter, jitter);
      put(i, x + by() * w, y + by() * h, w * (1 + by()), h * (1 + by()));
    } else {
      const size = (): number => side * own.uniform(0.25, 0.75);
      put(i, own.uniform(0, side), own.uniform(0, side), size(), size());
    }
  }
  return out;
}
