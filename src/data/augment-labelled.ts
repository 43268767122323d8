/** Image and label map moved together, so that a label stays on what it labels. */
import { ShapeError } from '../base/errors';
import { cos, sin } from '../base/math';
import type { Random } from '../base/random';
import { bilinear } from './augment';

export interface LabelledImage {
  /** [channels * side * side], channel after channel. */
  readonly image: Float32Array;
  /** [side * side]. */
  readonly label: Int32Array;
}
/** What is done to a square: turned by quarter turns anticlockwise and mirrored, or turned by any angle clockwise. */
export type View = { readonly kind: 'square'; readonly quarterTurns: 0 | 1 | 2 | 3; readonly mirror: 'none' | 'rows' | 'columns' } | { readonly kind: 'turn'; readonly degrees: number };

/** The view of Dong et al. 2023 (arXiv:2210.01891): half of the time quarter turns and one mirror, else a turn within ±20 degrees. */
export function drawView(rng: Random): View {
  if (!rng.bernoulli(0.5)) return { kind: 'turn', degrees: rng.uniform(-20, 20) };
  return { kind: 'square', quarterTurns: rng.int(4) as 0 | 1 | 2 | 3, mirror: rng.pick(['rows', 'columns'] as const) }; // int(4) is one of these
}

/**
 * Both under one view. Images are sampled between pixels, labels at the nearest; beyond the edge lies the edge's own. Squares lose nothing.
 * @throws ShapeError if the image is not whole channels of the label's size
 */
export function viewOf({ image, label }: LabelledImage, view: View): LabelledImage {
  const side = Math.round(Math.sqrt(label.length));
  const channels = image.length / label.length;
  if (side * side !== label.length || !Number.isInteger(channels)) throw new ShapeError(`viewOf: a square label and an image of whole channels were expected, but ${label.length} labels and ${image.length} numbers came.`);
  const from = view.kind === 'square' ? squarePlace(view, side) : turnPlace(view.degrees, side);
  const out = { image: new Float32Array(image.length), label: new Int32Array(label.length) };
  for (let row = 0; row < side; row++)
    for (let column = 0; column < side; column++) {
      const [x, y] = from(column, row);
      const at = row * side + column;
      const near = (p: number): number => Math.min(side - 1, Math.max(0, Math.round(p)));
      out.label[at] = label[near(y) * side + near(x)]!;
      for (let c = 0; c < channels; c++) out.image[c * label.length + at] = bilinear(image.subarray(c * label.length, (c + 1) * label.length), side, side, x, y);
    }
  return out;
}

type Place = (column: number, row: number) => readonly [x: number, y: number];
/** Where a pixel of the result comes from: first unmirrored, then turned back. */
function squarePlace({ quarterTurns, mirror }: Extract<View, { kind: 'square' }>, side: number): Place {
  const last = side - 1;
  return (column, row) => {
    let [x, y] = [mirror === 'columns' ? last - column : column, mirror === 'rows' ? last - row : row];
    for (let k = 0; k < quarterTurns; k++) [x, y] = [last - y, x];
    return [x, y];
  };
}
function turnPlace(degrees: number, side: number): Place {
  const [co, si, middle] = [cos((degrees * Math.PI) / 180), sin((degrees * Math.PI) / 180), (side - 1) / 2];
  return (column, row) => [co * (column - middle) + si * (row - middle) + middle, co * (row - middle) - si * (column - middle) + middle];
}
