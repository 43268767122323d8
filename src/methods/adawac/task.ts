/** Volumes to learn from and to be tested on, the views of a step, and where all arms begin. */
import { floats, int32, tensor, type Params, type Tensor } from '../../base/tensor';
import { drawView, viewOf, type View } from '../../data/augment-labelled';
import { makeVolumes, type VolumeSpec, type Volumes } from '../../data/sets/segmentation';
import type { Random } from '../../base/random';
import type { Lab } from '../../lab/lab';
import { initSegmenter, type SegmenterShape } from '../../nn/segmenter';
import type { ValuesOf } from '../../spec/knobs';
import type { card } from './card';

export type Knobs = ValuesOf<typeof card.knobs>;
export const side = 32;
/** Of the coarsest features: two poolings down. */
export const cells = side / 4;

export interface TestSet {
  readonly dense: Volumes;
  readonly sparse: Volumes;
}
export interface Task {
  readonly shape: SegmenterShape;
  readonly start: Params;
  readonly train: Volumes;
  /** Of each training slice: 1 where its given label map has any foreground. */
  readonly filled: readonly number[];
  readonly test: TestSet;
}
export function openTask(lab: Lab, { width, classes, volumes, slices, sparseShare, unlabelled, subset, testVolumes }: Knobs): Task {
  const spec = (split: string, q: number): VolumeSpec => ({ seed: lab.seed, split: `weights/${split}`, side, channels: 1, slices, sparseShare, unlabelled: q, classCount: classes, contrast: 2, noise: 0.05 });
  const train = chosen(makeVolumes({ ...spec('train', unlabelled), volumes }), subset, volumes);
  const first = Number(width);
  const shape: SegmenterShape = { channels: 1, classes: classes + 1, widths: [first, 2 * first, 4 * first], groups: Math.min(8, first) };
  const test = { ...spec('test', 0), volumes: testVolumes };
  return {
    shape, train,
    start: initSegmenter(lab.rng.fork('start'), shape),
    filled: train.slices.map((_, i) => Number(rowOf(train.label, i).some((label) => label > 0))),
    test: { dense: makeVolumes({ ...test, only: 'dense' }), sparse: makeVolumes({ ...test, only: 'sparse' }) },
  };
}
const rowOf = ({ data, shape }: Tensor, row: number): ArrayLike<number> & { some(test: (v: number) => boolean): boolean } => {
  const size = data.length / shape[0]!;
  return data.subarray(row * size, (row + 1) * size);
};
/** The slices of a training set that a subset keeps. */
function chosen(all: Volumes, subset: Knobs['subset'], volumes: number): Volumes {
  let dense = 0;
  const keeps = ({ volume, slice, sparse }: Volumes['slices'][number]): boolean => {
    if (subset === 'volumes') return volume < Math.ceil(volumes / 2);
    if (subset === 'slices') return slice % 2 === 0;
    return subset === 'full' || sparse || dense++ % 2 === 0;
  };
  const rows = all.slices.flatMap((slice, i) => (keeps(slice) ? [i] : []));
  const area = side * side;
  const labels = (t: Tensor): Tensor => int32(rows.flatMap((row) => [...t.data.subarray(row * area, (row + 1) * area)]), [rows.length, side, side]);
  return { x: tensor(rows.flatMap((row) => [...floats(all.x).subarray(row * area, (row + 1) * area)]), [rows.length, 1, side, side]), label: labels(all.label), trueLabel: labels(all.trueLabel), slices: rows.map((row) => all.slices[row]!) };
}

/** Which slices are in the batch of a step: an epoch's order, cut into whole batches, so that no slice comes twice in one. */
export function batches(rng: Random, count: number, batch: number): (step: number) => Uint32Array {
  const size = Math.min(batch, count);
  const each = Math.floor(count / size);
  return (step) => rng.fork('epoch', Math.floor(step / each)).permutation(count).slice((step % each) * size, ((step % each) + 1) * size);
}

export interface Batch {
  /** [b, 1, side, side] float32 and [b, side, side] int32. */
  readonly images: Tensor;
  readonly labels: Tensor;
  /** [b, cells^2, cells^2]: features of this view, cell by cell, times it are features of the slice as it lies. */
  readonly back: Tensor;
}
/** Slices `rows`, each under a view of its own. */
export function viewed({ x, label }: Pick<Volumes, 'x' | 'label'>, rows: ArrayLike<number>, rng: Random, views: Knobs['views']): Batch {
  const [area, grid] = [side * side, cells * cells];
  const images = new Float32Array(rows.length * area);
  const labels = new Int32Array(rows.length * area);
  const back = new Float32Array(rows.length * grid * grid);
  for (let k = 0; k < rows.length; k++) {
    const at = rows[k]! * area;
    const given = { image: floats(x).subarray(at, at + area), label: label.data.subarray(at, at + area) as Int32Array }; // made by int32
    const view = viewAs(rng.fork(k), views);
    const seen = view ? viewOf(given, view) : given;
    images.set(seen.image, k * area);
    labels.set(seen.label, k * area);
    cellsBack(view).forEach((from, to) => (back[k * grid * grid + from * grid + to] = 1));
  }
  return { images: tensor(images, [rows.length, 1, side, side]), labels: int32(labels, [rows.length, side, side]), back: tensor(back, [rows.length, grid, grid]) };
}
function viewAs(rng: Random, views: Knobs['views']): View | undefined {
  if (views === 'none') return undefined;
  const drawn = drawView(rng);
  return views === 'paper' || drawn.kind === 'square' ? drawn : { kind: 'square', quarterTurns: rng.int(4) as 0 | 1 | 2 | 3, mirror: 'none' }; // int(4) is one of these
}
/** For each cell of the features as the slice lies, the cell of the view that shows it. */
export function cellsBack(view: View | undefined): Int32Array {
  const numbers = Int32Array.from({ length: cells * cells }, (_, i) => i);
  if (!view) return numbers;
  const source = (v: View): Int32Array => viewOf({ image: new Float32Array(numbers.length), label: numbers }, v).label;
  if (view.kind === 'turn') return source({ kind: 'turn', degrees: -view.degrees });
  const back = new Int32Array(numbers.length);
  source(view).forEach((from, to) => (back[from] = to));
  return back;
}
/** [b, n]: 1 where slice `column` of the training set is number `row` of the batch. */
export function selection(rows: ArrayLike<number>, count: number): Tensor {
  const out = new Float32Array(rows.length * count);
  for (let k = 0; k < rows.length; k++) out[k * count + rows[k]!] = 1;
  return tensor(out, [rows.length, count]);
}
