/** The data as a person wants to see them before anything is run. */
import { sizeOf, type Tensor } from '../../base/tensor';
import type { NpyArray } from '../../data/files/npy';
import type { ArrayDescription, DataView } from '../../spec/own-screen';
import type { Images } from '../../spec/picture';
import type { OwnData } from './data';
import type { Prepared } from './prepare';

type Image = Images['images'][number];
type ArrayLikeTensor = Pick<NpyArray, 'shape' | 'data'>;
const sampleCount = 8;
/** So many numbers are looked at for the range of an array. */
const mostLookedAt = 4_000_000;
const mostExcerpt = 80;

/** Height, width and channels of one example, and whether the channels come first; undefined where it does not look like an image. */
function imageShape(shape: readonly number[]): { height: number; width: number; channels: 1 | 3; first: boolean } | undefined {
  const fits = (height: number, width: number): boolean => Math.min(height, width) >= 6 && Math.max(height, width) <= 1024;
  const [a = 0, b = 0, c = 0] = shape;
  if (shape.length === 2 && fits(a, b)) return { height: a, width: b, channels: 1, first: true };
  if (shape.length === 3 && (a === 1 || a === 3) && fits(b, c)) return { height: b, width: c, channels: a, first: true };
  if (shape.length === 3 && (c === 1 || c === 3) && fits(a, b)) return { height: a, width: b, channels: c, first: false };
  return undefined;
}
/** Example `place` of [n, ...] as an image, its own least number black and its greatest white. */
export function imageOf({ shape, data }: ArrayLikeTensor | Tensor, place: number, label: string): Image | undefined {
  const image = imageShape(shape.slice(1));
  if (!image) return undefined;
  const { height, width, channels, first } = image;
  const size = height * width * channels;
  const numbers = Float64Array.from({ length: size }, (_, i) => Number(data[place * size + i]!));
  const [least, greatest] = [numbers.reduce((a, b) => Math.min(a, b), Infinity), numbers.reduce((a, b) => Math.max(a, b), -Infinity)];
  const byte = (v: number): number => Math.round((255 * (v - least)) / Math.max(1e-12, greatest - least));
  const at = (pixel: number, channel: number): number => byte(numbers[first ? channel * height * width + pixel : pixel * channels + channel]!);
  return { label, width, height, channels, data: Uint8Array.from({ length: size }, (_, i) => at(Math.floor(i / channels), i % channels)) };
}

function describeArray(name: string, { dtype, shape, data }: NpyArray): ArrayDescription {
  const step = Math.max(1, Math.ceil(data.length / mostLookedAt));
  let [least, greatest, sum, n] = [Infinity, -Infinity, 0, 0];
  for (let i = 0; i < data.length; i += step) {
    const v = Number(data[i]!);
    if (v < least) least = v;
    if (v > greatest) greatest = v;
    sum += v;
    n++;
  }
  return { name, dtype, shape, least: n > 0 ? least : NaN, greatest: n > 0 ? greatest : NaN, mean: n > 0 ? sum / n : NaN };
}
const described = new WeakMap<OwnData, readonly ArrayDescription[]>();

function classCounts({ arrays, classes }: OwnData): DataView['classes'] {
  const y = Object.hasOwn(arrays, 'y') ? arrays.y! : undefined;
  if (!y || y.dtype.startsWith('float') || sizeOf(y.shape) !== y.shape[0]) return undefined;
  const counts = new Map<number, number>();
  for (const label of y.data) counts.set(Number(label), (counts.get(Number(label)) ?? 0) + 1);
  if (counts.size > 1000) return undefined; // numbers, not classes
  return [...counts].sort(([a], [b]) => a - b).map(([label, count]) => ({ label: classes?.[label] ?? String(label), count }));
}
function excerptsOf({ arrays, alphabet }: OwnData): readonly string[] | undefined {
  const x = Object.values(arrays)[0];
  if (!x || !alphabet || x.shape.length !== 2) return undefined;
  const length = x.shape[1]!;
  return [0, 1, 2].flatMap((row) => (row < x.shape[0]! ? [Array.from({ length: Math.min(length, mostExcerpt) }, (_, i) => alphabet[Number(x.data[row * length + i]!)] ?? '?').join('')] : []));
}

export function viewOf(data: OwnData, split: Pick<Prepared, 'train' | 'validation' | 'notes'> | undefined): DataView {
  const arrays = described.get(data) ?? Object.entries(data.arrays).map(([name, array]) => describeArray(name, array));
  described.set(data, arrays);
  const x = Object.entries(data.arrays).find(([name]) => name !== 'y')?.[1];
  const y = Object.hasOwn(data.arrays, 'y') ? data.arrays.y : undefined;
  const labelOf = (i: number): string => (y && sizeOf(y.shape) === y.shape[0] ? (data.classes?.[Number(y.data[i])] ?? String(y.data[i])) : String(i + 1));
  const count = x?.shape[0] ?? 0;
  const images = x ? Array.from({ length: Math.min(sampleCount, count) }, (_, i) => imageOf(x, i, labelOf(i))).filter((image) => image !== undefined) : [];
  const classes = classCounts(data);
  const excerpts = excerptsOf(data);
  return {
    from: data.from, shipped: data.shipped, arrays, notes: [...data.notes, ...(split?.notes ?? [])],
    split: { train: split?.train.count ?? count, validation: split?.validation.count ?? 0 },
    ...(classes && { classes }),
    ...(images.length > 0 && { samples: { kind: 'images', images } }),
    ...(excerpts && { excerpts }),
  };
}
