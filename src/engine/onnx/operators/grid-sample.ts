/**
 * GridSample: an image read at places that the data say, between its entries. Both are differentiable: every tap is a gather, and its
 * weight is made of ops. Opsets 16 to 20; images of two dimensions.
 */
import { int32, showShape } from '../../../base/tensor';
import { fail, type NodeReader } from '../node-reader';
import * as ops from '../../ops';
import { constant, type Value } from '../../value';
import { integer, type Builder, type Builders } from './builder';

const PADDINGS = ['zeros', 'border', 'reflection'] as const;
type Padding = (typeof PADDINGS)[number];

/** x - s floor(x / s): as x, but within [0, s). */
const modulo = (x: Value, s: number): Value => ops.sub(x, ops.mul(ops.floor(ops.mul(x, 1 / s)), s));
/** Mirrored at `low` and `high` until it lies between them. */
function reflected(x: Value, low: number, high: number): Value {
  const span = high - low;
  if (span <= 0) return ops.add(ops.mul(x, 0), low);
  const place = modulo(ops.sub(x, low), 2 * span);
  return ops.add(ops.minimum(place, ops.sub(2 * span, place)), low);
}
const clamped = (x: Value, high: number): Value => ops.minimum(ops.maximum(x, 0), high);
/** Places beyond the image brought onto it; with zeros they stay, and are weighted 0. */
function inside(x: Value, size: number, padding: Padding, corners: boolean): Value {
  if (padding === 'zeros') return x;
  return clamped(padding === 'border' ? x : corners ? reflected(x, 0, size - 1) : reflected(x, -0.5, size - 0.5), size - 1);
}

/** Cubic convolution (Keys 1981) with a = -0.75 at distance t of at most 2. */
const A = -0.75;
const near = (t: Value): Value => ops.add(ops.mul(ops.mul(ops.sub(ops.mul(t, A + 2), A + 3), t), t), 1);
const far = (t: Value): Value => ops.sub(ops.mul(ops.add(ops.mul(ops.sub(ops.mul(t, A), 5 * A), t), 8 * A), t), 4 * A);

/** The entries of one axis that a place is read from, and what each weighs. */
interface Tap {
  readonly at: Value;
  readonly weight: Value | undefined;
}
function tapsOf(place: Value, mode: string): readonly Tap[] {
  if (mode === 'nearest') {
    // Halves go to the even neighbour, as IEEE rounds: floor(x + 1/2), less 1 where that is odd and x + 1/2 whole.
    const up = ops.floor(ops.add(place, 0.5));
    const tie = ops.mul(ops.cast(ops.equal(up, ops.add(place, 0.5)), 'float32'), modulo(up, 2));
    return [{ at: ops.sub(up, tie), weight: undefined }];
  }
  const low = ops.floor(place);
  const t = ops.sub(place, low);
  if (mode === 'linear') return [{ at: low, weight: ops.sub(1, t) }, { at: ops.add(low, 1), weight: t }];
  const weights = [far(ops.add(t, 1)), near(t), near(ops.sub(1, t)), far(ops.sub(2, t))];
  return weights.map((weight, i) => ({ at: ops.add(low, i - 1), weight }));
}

const gridSample: Builder = (node) => {
  const [x, grid] = [node.input(0), node.input(1)];
  if (x.shape.length !== 4 || grid.shape.length !== 4 || grid.shape[3] !== 2 || grid.shape[0] !== x.shape[0]) fail(`an image [n, c, h, w] and a grid [n, oh, ow, 2] were expected, but ${showShape(x.shape)} and ${showShape(grid.shape)} came.`);
  const [mode, padding, corners] = [modeOf(node), paddingOf(node), node.int('align_corners', 0) === 1];
  const [n, c, h, w] = x.shape as [number, number, number, number];
  const out = grid.shape.slice(0, 3);
  // -1 and 1 are the middles of the outermost entries (align_corners), or their outer borders.
  const placed = (axis: 0 | 1, size: number): Value => {
    const g = ops.reshape(ops.sliceAxis(grid, 3, axis, 1), out);
    return corners ? ops.mul(ops.add(g, 1), (size - 1) / 2) : ops.sub(ops.mul(ops.add(g, 1), size / 2), 0.5);
  };
  // A cubic neighbourhood is brought onto the image tap by tap, others by their place.
  const cubic = mode === 'cubic';
  const whole = (v: Value, size: number): Value => (cubic ? v : inside(v, size, padding, corners));
  const columns = tapsOf(whole(placed(0, w), w), mode);
  const rows = tapsOf(whole(placed(1, h), h), mode);
  const pixels = ops.reshape(ops.transpose(x, [0, 2, 3, 1]), [n * h * w, c]);
  const images = constant(int32(Array.from({ length: n }, (_, i) => i * h * w), [n, 1, 1]));
  const read = (row: Tap, column: Tap): Value => {
    const [r, s] = cubic ? [inside(row.at, h, padding, corners), inside(column.at, w, padding, corners)] : [row.at, column.at];
    const [r0, s0] = [ops.cast(clamped(r, h - 1), 'int32'), ops.cast(clamped(s, w - 1), 'int32')];
    const found = ops.gather(pixels, ops.add(ops.add(ops.mul(r0, integer(w)), s0), images)); // [n, oh, ow, c]
    const within = ops.mul(unmoved(r, h), unmoved(s, w));
    const weight = [row.weight, column.weight].reduce<Value>((total, own) => (own ? ops.mul(total, own) : total), within);
    return ops.mul(found, ops.reshape(weight, [...out, 1]));
  };
  const parts = rows.flatMap((row) => columns.map((column) => read(row, column)));
  return ops.transpose(parts.reduce((a, b) => ops.add(a, b)), [0, 3, 1, 2]);
};
/** 1 where a place is on the image, else 0. */
const unmoved = (at: Value, size: number): Value => ops.stopGradient(ops.cast(ops.equal(at, clamped(at, size - 1)), 'float32'));
const modeOf = (node: NodeReader): string => {
  const mode = node.text('mode', 'linear').replace(/^bi/, '');
  return ['nearest', 'linear', 'cubic'].includes(mode) ? mode : fail(`mode "${mode}" is not supported; nearest, linear and cubic are.`);
};
const paddingOf = (node: NodeReader): Padding => {
  const padding = node.text('padding_mode', 'zeros');
  return PADDINGS.find((name) => name === padding) ?? fail(`padding_mode "${padding}" is not supported; ${PADDINGS.join(', ')} are.`);
};

export const gridSampling: Builders = { GridSample: gridSample };
