/**
 * Volumes for segmentation: ordered slices in which one object grows and then shrinks. The first and last slices are sparse (at most 3 % of
 * the pixels are foreground), those between dense (10 to 40 %). In a sparse slice the object may be visible and yet not labelled, with
 * probability q: the shift in concept of Dong et al. 2023 (arXiv:2210.01891). The true label map stands beside the given one.
 */
import { InputError } from '../../base/errors';
import { cos, sin } from '../../base/math';
import { Random } from '../../base/random';
import { int32, tensor, type Tensor } from '../../base/tensor';
import { defineDataset, type Preview } from '../../spec/dataset';
import { choice, float, int, type ValuesOf } from '../../spec/knobs';
import { drawView, viewOf } from '../augment-labelled';
import { colourImage, greyImage, images } from '../pictures';

export const organs = ['disc', 'square', 'triangle', 'star', 'cross'] as const;
/** Class 0 is the background; class k the k-th organ. */
export interface VolumeSpec {
  readonly seed: number;
  readonly split: string;
  readonly side: number;
  readonly channels: 1 | 3;
  /** Slices of a volume, at least 4. */
  readonly slices: number;
  /** Share of them that is sparse, half at each end. */
  readonly sparseShare: number;
  /** q: chance that a sparse slice's label map is empty although the object is there. */
  readonly unlabelled: number;
  /** How many kinds of object there are: 1 to 5. */
  readonly classCount: number;
  /** How far the object's tone is from what surrounds it, in standard deviations of its texture. */
  readonly contrast: number;
  /** Standard deviation of the pixels' noise, on a scale from 0 to 1. */
  readonly noise: number;
}
export interface Slice {
  /** [channels * side * side] in [0, 1]. */
  readonly image: Float32Array;
  /** What the annotator gave, and what is there: [side * side] of class numbers. */
  readonly label: Int32Array;
  readonly trueLabel: Int32Array;
  readonly sparse: boolean;
  /** Visible but not labelled. */
  readonly missing: boolean;
  readonly volume: number;
  readonly slice: number;
  readonly organ: number;
  /** Share of the pixels that are truly foreground. */
  readonly fraction: number;
}

/** Which slices are sparse: half of round(share * slices) at each end, the odd one at the end. */
export function sparseSlices(slices: number, sparseShare: number): boolean[] {
  const count = Math.min(slices, Math.round(sparseShare * slices));
  return Array.from({ length: slices }, (_, s) => s < Math.floor(count / 2) || s >= slices - Math.ceil(count / 2));
}

/** Slice s of volume v. @throws InputError for sizes that cannot be */
export function sliceOf(spec: VolumeSpec, volume: number, slice: number): Slice {
  const { seed, split, side, channels, slices } = spec;
  const { inside, organ, sparse } = objectOf(spec, volume, slice);
  const rng = Random.seed(seed).fork('segmentation', split, volume);
  const own = rng.fork('slice', slice);
  const trueLabel = Int32Array.from(inside, (m) => m * organ);
  const missing = sparse && own.fork('labelled').bernoulli(spec.unlabelled);
  const image = new Float32Array(channels * side * side);
  for (let c = 0; c < channels; c++) paint(image.subarray(c * side * side, (c + 1) * side * side), inside, spec, rng.fork('tissue', c), own.fork('noise', c), slice / (slices - 1));
  return { image, label: missing ? new Int32Array(trueLabel.length) : trueLabel, trueLabel, sparse, missing, volume, slice, organ, fraction: shareOf(inside) };
}
const shareOf = (inside: Uint8Array): number => inside.reduce((n, m) => n + m, 0) / inside.length;

/** Which pixels of a slice are the object, [side * side]. @throws InputError for sizes that cannot be */
function objectOf({ seed, split, side, slices, sparseShare, classCount }: VolumeSpec, volume: number, slice: number): { readonly inside: Uint8Array; readonly organ: number; readonly sparse: boolean } {
  if (!(side >= 12 && side <= 128 && slices >= 4 && slice < slices && classCount >= 1 && classCount <= organs.length))
    throw new InputError(`Volumes have sides of 12 to 128 pixels, at least 4 slices and 1 to ${organs.length} kinds of object, but side ${side}, slice ${slice} of ${slices} and ${classCount} kinds came.`);
  const rng = Random.seed(seed).fork('segmentation', split, volume);
  const organ = 1 + (volume % classCount);
  const sparse = sparseSlices(slices, sparseShare);
  return { inside: mask(organs[organ - 1]!, placeOf(rng.fork('object'), slice / (slices - 1)), side, fractionOf(rng.fork('size'), sparse, slice)), organ, sparse: sparse[slice]! };
}

/** Share of foreground aimed at: from 0.2 % at an end up to 2.8 % for sparse slices; from 11 % up to a top between 25 and 39 %, and back, for dense ones. */
function fractionOf(rng: Random, sparse: readonly boolean[], slice: number): number {
  const top = rng.uniform(0.25, 0.39);
  const first = sparse.indexOf(false);
  const last = sparse.lastIndexOf(false);
  if (sparse[slice]) {
    const [steps, count] = slice < first || first < 0 ? [slice, first < 0 ? sparse.length : first] : [sparse.length - 1 - slice, sparse.length - 1 - last];
    return 0.002 + (0.026 * (steps + 0.5)) / count;
  }
  const t = last === first ? 0.5 : (slice - first + 0.5) / (last - first + 1);
  return 0.11 + (top - 0.11) * sin(Math.PI * t);
}

/** Middle in [0.35, 0.65] of a side, drifting along the volume; turned a little from slice to slice. */
interface Pose { readonly x: number; readonly y: number; readonly angle: number }
function placeOf(rng: Random, t: number): Pose {
  const [x, y, angle] = [rng.uniform(0.4, 0.6), rng.uniform(0.4, 0.6), rng.uniform(0, 2 * Math.PI)];
  const [dx, dy, turn] = [rng.uniform(-0.05, 0.05), rng.uniform(-0.05, 0.05), rng.uniform(-0.6, 0.6)];
  return { x: x + dx * (2 * t - 1), y: y + dy * (2 * t - 1), angle: angle + turn * (2 * t - 1) };
}

/** Size of a place of the plane, 1 on an organ's outline: the organ scaled by s is where it is at most s. */
const gauges: Readonly<Record<(typeof organs)[number], (x: number, y: number) => number>> = {
  disc: (x, y) => Math.sqrt(x * x + y * y),
  square: (x, y) => Math.max(Math.abs(x), Math.abs(y)),
  triangle: (x, y) => Math.max(y, -0.5 * y + 0.8660254037844386 * Math.abs(x)) * 1.6,
  star: (x, y) => star(x, y),
  cross: (x, y) => Math.min(Math.max(Math.abs(x), 3 * Math.abs(y)), Math.max(3 * Math.abs(x), Math.abs(y))),
};
/** Five arms: in each fifth of the plane, the line from a tip at radius 1 to a notch at radius 0.45. */
const fifths = Array.from({ length: 5 }, (_, k) => [cos((2 * Math.PI * k) / 5), sin((2 * Math.PI * k) / 5)] as const);
function star(x: number, y: number): number {
  let along = -Infinity;
  let across = 0;
  for (const [co, si] of fifths) {
    const a = x * co + y * si;
    if (a > along) [along, across] = [a, Math.abs(y * co - x * si)];
  }
  const [nx, ny] = [0.45 * notch[0], 0.45 * notch[1]];
  return (along * ny + across * (1 - nx)) / ny; // 1 on the line through (1, 0) and (nx, ny)
}
const notch = [cos(Math.PI / 5), sin(Math.PI / 5)] as const;

/** The pixels of least gauge, as many as the fraction asks (round(fraction side^2), at least 1): the organ, sampled at pixel centres, at the scale that fills it. */
function mask(kind: (typeof organs)[number], { x, y, angle }: Pose, side: number, fraction: number): Uint8Array {
  const [co, si] = [cos(angle), sin(angle)];
  const sizes = Float64Array.from({ length: side * side }, (_, at) => {
    const [u, v] = [((at % side) + 0.5) / side - x, (Math.floor(at / side) + 0.5) / side - y];
    return gauges[kind](co * u + si * v, co * v - si * u);
  });
  const bound = sizes.slice().sort()[Math.max(1, Math.round(fraction * side * side)) - 1]!;
  return Uint8Array.from(sizes, (s) => (s <= bound ? 1 : 0));
}

/** Slowly varying tissue, a few soft bright and dark spots that are no organ, the organ's own tone, and noise; clipped to [0, 1]. */
function paint(out: Float32Array, inside: Uint8Array, { side, contrast, noise }: VolumeSpec, rng: Random, noiseRng: Random, t: number): void {
  const waves = Array.from({ length: 6 }, (_, k) => {
    const own = rng.fork('wave', k);
    return { u: own.uniform(-9, 9), v: own.uniform(-9, 9), drift: own.uniform(-2, 2), phase: own.uniform(0, 2 * Math.PI) };
  });
  const spots = Array.from({ length: 4 }, (_, k) => {
    const own = rng.fork('spot', k);
    return { x: own.uniform(), y: own.uniform(), width: own.uniform(0.05, 0.12), tone: own.uniform(-0.25, 0.25), from: own.uniform(-0.2, 0.9) };
  });
  const tone = rng.fork('tone').bernoulli(0.5) ? 1 : -1;
  for (let at = 0; at < out.length; at++) {
    const [u, v] = [((at % side) + 0.5) / side, (Math.floor(at / side) + 0.5) / side];
    let value = 0.5;
    for (const { u: wu, v: wv, drift, phase } of waves) value += 0.06 * cos(wu * u + wv * v + drift * t + phase);
    for (const spot of spots) {
      if (t < spot.from || t > spot.from + 0.5) continue;
      const d = ((u - spot.x) * (u - spot.x) + (v - spot.y) * (v - spot.y)) / (spot.width * spot.width);
      if (d < 1) value += spot.tone * (1 - d);
    }
    if (inside[at]) value += 0.1 * contrast * tone; // the waves together have a standard deviation of 0.1
    out[at] = Math.max(0, Math.min(1, value + noise * noiseRng.normal()));
  }
}

export interface Volumes {
  /** [n, channels, side, side] float32 in [0, 1]; n = volumes * slices, volume after volume. */
  readonly x: Tensor;
  /** [n, side, side] int32, class numbers: as given, and as they are. */
  readonly label: Tensor;
  readonly trueLabel: Tensor;
  readonly slices: readonly Omit<Slice, 'image' | 'label' | 'trueLabel'>[];
}
/** Whole volumes, or their sparse or dense slices alone. */
export function makeVolumes(spec: VolumeSpec & { readonly volumes: number; readonly only?: 'sparse' | 'dense' }): Volumes {
  const places = slicesOf(spec, spec.only);
  const made = Array.from({ length: spec.volumes }, (_, v) => places.map((s) => sliceOf(spec, v, s))).flat();
  const { side, channels } = spec;
  const join = (part: (s: Slice) => Int32Array): Tensor => int32(Int32Array.from(made.flatMap((s) => [...part(s)])), [made.length, side, side]);
  const x = new Float32Array(made.length * channels * side * side);
  made.forEach((s, i) => x.set(s.image, i * channels * side * side));
  return { x: tensor(x, [made.length, channels, side, side]), label: join((s) => s.label), trueLabel: join((s) => s.trueLabel), slices: made.map(({ image: _i, label: _l, trueLabel: _t, ...rest }) => rest) };
}
/** Numbers of the slices of a volume that are asked for. @throws InputError if there are none */
function slicesOf({ slices, sparseShare }: Pick<VolumeSpec, 'slices' | 'sparseShare'>, only?: 'sparse' | 'dense'): number[] {
  const chosen = sparseSlices(slices, sparseShare).flatMap((sparse, s) => (only === undefined || (only === 'sparse') === sparse ? [s] : []));
  if (chosen.length === 0) throw new InputError(`Of ${slices} slices with a sparse share of ${sparseShare} none is ${only}. Choose another share.`);
  return chosen;
}

const knobs = {
  only: choice({ label: 'Slices', options: { all: 'All', sparse: 'Sparse ones alone', dense: 'Dense ones alone' }, default: 'all', help: 'Training sets have all; one test set is dense, another sparse.' }),
  side: choice({ label: 'Pixels a side', options: { '16': '16', '32': '32', '48': '48', '64': '64' }, default: '32' }),
  channels: choice({ label: 'Channels', options: { '1': 'Grey', '3': 'RGB' }, default: '1' }),
  slices: int({ label: 'Slices a volume', min: 4, max: 40, default: 16 }),
  sparseShare: float({ label: 'Sparse share', min: 0.15, max: 0.85, default: 0.42, help: 'The authors\' CT set has 42 % of them.' }),
  unlabelled: float({ label: 'Visible but not labelled, q', min: 0, max: 1, default: 0.5, help: 'Of sparse slices.' }),
  classCount: int({ label: 'Kinds of object', min: 1, max: organs.length, default: 3 }),
  contrast: float({ label: 'Contrast', min: 0.5, max: 4, default: 2 }),
  noise: float({ label: 'Noise', min: 0, max: 0.3, default: 0.05 }),
} as const;
type Values = ValuesOf<typeof knobs>;
function specOf(k: Values, seed: number, split: string): VolumeSpec {
  return { ...k, seed, split, side: Number(k.side), channels: k.channels === '3' ? 3 : 1 };
}

export const dataset = defineDataset({
  id: 'segmentation',
  title: 'Volumes to segment',
  family: 'segmentation',
  says: 'Slices of volumes in which an object grows and shrinks: nearly empty ones at the ends, full ones between, pixel labels for all. In the nearly empty ones the object may be there without a label, at a known rate; the true label is kept beside.',
  knobs,
  open: ({ knobs: k }) => {
    const places = slicesOf(k, k.only === 'all' ? undefined : k.only);
    return {
      example: ({ seed, split, index }) => {
        const spec = specOf(k, seed, split);
        const { image, label, trueLabel, ...rest } = sliceOf(spec, Math.floor(index / places.length), places[index % places.length]!);
        return { x: tensor(image, [spec.channels, spec.side, spec.side]), y: int32(label, [spec.side, spec.side]), trueLabel: int32(trueLabel, [spec.side, spec.side]), ...rest };
      },
      preview: ({ seed }) => previewOf(k, seed),
    };
  },
});

function previewOf(k: Values, seed: number): Preview[] {
  const spec = specOf(k, seed, 'train');
  const { side, channels, slices, classCount } = spec;
  const picture = (s: Slice, label: string) => (channels === 3 ? colourImage(label, s.image, side, side, [0, 1]) : greyImage(label, s.image, side, side));
  const map = (label: Int32Array, says: string) => greyImage(says, label, side, side, [0, classCount]);
  const volume = Array.from({ length: slices }, (_, s) => sliceOf(spec, 0, s));
  const many = Array.from({ length: 6 }, (_, v) => Float32Array.from({ length: slices }, (_s, s) => shareOf(objectOf(spec, v, s).inside)));
  const middle = volume[Math.floor(slices / 2)]!;
  const views = Array.from({ length: 6 }, (_, i) => viewOf(middle, drawView(Random.seed(seed).fork('preview', i))));
  return [
    { title: 'One volume', says: 'Slice by slice, with the share of its pixels that the object takes.', picture: images(volume.map((s) => picture(s, `${(100 * s.fraction).toFixed(1)} %${s.sparse ? ', sparse' : ''}${s.missing ? ', not labelled' : ''}`))) },
    { title: 'Its labels', says: 'As given; empty where the object is there but not labelled.', picture: images(volume.map((s, i) => map(s.label, `slice ${i}`))) },
    { title: 'Kinds of object', picture: images(Array.from({ length: classCount }, (_, v) => sliceOf(spec, v, Math.floor(slices / 2))).flatMap((s) => [picture(s, organs[s.organ - 1]!), map(s.trueLabel, organs[s.organ - 1]!)])) },
    { title: 'Image and label under one view', picture: images(views.flatMap(({ image, label }, i) => [picture({ ...middle, image }, `view ${i}`), map(label, `view ${i}`)])) },
    { title: 'Foreground by slice', says: 'Share of the pixels, six volumes.', picture: { kind: 'lines', xLabel: 'slice', yLabel: 'share', series: many.map((y, v) => ({ label: `volume ${v}`, x: y.map((_, s) => s), y })) } },
  ];
}
