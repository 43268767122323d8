/** The four protocols' figures. */
import { exp, log } from '../../base/math';
import { ridge } from '../../base/linear';
import type { Random } from '../../base/random';
import { kMeans } from '../../data/k-means';
import { floats } from '../../base/tensor';
import { blockNumbers, rolled, side, without, withoutObject } from './masks';
import { featureWidth, type Reader } from './read';
import { area, classNames, type Task } from './task';

const classes = classNames.length;
const mean = (values: readonly number[]): number => (values.length === 0 ? 0 : values.reduce((a, b) => a + b, 0) / values.length);
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

export interface CurvePoint {
  readonly accuracy: number;
  /** Share that is read as the whole picture was. */
  readonly unchanged: number;
  /** Of the histogram of classes that are named, in nats: low where a mask pushes all to one class. */
  readonly entropy: number;
  /** Mean likeness of what is said now to what was said of the whole picture. */
  readonly similarity: number;
}
/** A. `said` under a mask, against the truth and what the whole pictures were read as. */
export function curvePoint(said: readonly number[], clean: readonly number[], { labels }: Task, likeness: readonly (readonly number[])[]): CurvePoint {
  const shares = classNames.map((_, k) => mean(said.map((s) => Number(s === k))));
  return {
    accuracy: mean(said.map((s, i) => Number(s === labels[i]))),
    unchanged: mean(said.map((s, i) => Number(s === clean[i]))),
    entropy: shares.reduce((sum, p) => (p > 0 ? sum - p * log(p) : sum), 0),
    similarity: mean(said.map((s, i) => likeness[s]![clean[i]!]!)),
  };
}

/** B. Accuracy without the object, its own silhouette removed, and with the same silhouette rolled elsewhere; of pictures that are read rightly when whole. */
export async function shapeLeak(read: Reader, task: Task, clean: readonly number[]): Promise<{ object: number; broken: number; ratio: number }> {
  const right = clean.flatMap((s, i) => (s === task.labels[i] ? [i] : []));
  const masks = right.map((image) => withoutObject(task.objects[image]!));
  const accuracy = async (of: readonly Float32Array[]): Promise<number> => {
    const { said } = await read(of.map((mask, k) => ({ image: right[k]!, mask })));
    return mean(said.map((s, k) => Number(s === task.labels[right[k]!])));
  };
  const [object, broken] = [await accuracy(masks), await accuracy(masks.map(rolled))];
  return { object, broken, ratio: object / Math.max(broken, 1 / Math.max(1, right.length)) };
}

export type Segments = Int32Array;
/** Blocks of a grid, or superpixels: clusters of pixels by place and colour, as many as there are blocks (after Achanta et al. 2012). */
export function segmentsOf(kind: 'blocks' | 'superpixels', { x }: Task, image: number, block: number, rng: Random): Segments {
  if (kind === 'blocks') return blockNumbers(block);
  const colours = floats(x).subarray(image * 3 * area, (image + 1) * 3 * area);
  const rows = Array.from({ length: area }, (_, p) => [(p % side) / block, Math.floor(p / side) / block, ...[0, 1, 2].map((c) => 2 * colours[c * area + p]!)]).flat();
  return kMeans(rows, { k: (side / block) ** 2, width: 5, rng, rounds: 8 }).labels;
}
export interface Explanation {
  readonly segments: Segments;
  /** Of each segment: how much it speaks for the class. */
  readonly weights: Float64Array;
  /** The segments with the greatest weights, as many as the object covers. */
  readonly top: readonly number[];
  /** |top and object| / |top or object|, in pixels. */
  readonly jaccard: number;
}
/**
 * C. LIME (Ribeiro et al. 2016, arXiv:1602.04938): which segments are kept is drawn by fair coins, the first sample keeps all; the probability of the
 * class is fitted by ridge regression (penalty 1), samples weighted by exp(-d^2 / 0.25^2), d the cosine distance to the whole picture.
 */
export async function explain(read: Reader, task: Task, image: number, segments: Segments, samples: number, rng: Random): Promise<Explanation> {
  const count = segments.reduce((most, s) => Math.max(most, s), 0) + 1;
  const kept = Array.from({ length: samples }, (_, i) => Array.from({ length: count }, () => (i === 0 || rng.bernoulli(0.5) ? 1 : 0)));
  const { logits } = await read(kept.map((on) => ({ image, mask: without(segments, on.flatMap((v, s) => (v ? [] : [s]))) })));
  const probs = kept.map((_, i) => probsOf(logits.subarray(i * classes, (i + 1) * classes)));
  const target = probs[0]!.indexOf(Math.max(...probs[0]!));
  // cos between a row of k ones and all ones is sqrt(k / count).
  const closeness = kept.map((on) => exp(-((1 - Math.sqrt(on.reduce((a: number, b) => a + b, 0) / count)) ** 2) / 0.25 ** 2));
  const { weights } = ridge(kept.flat(), probs.map((p) => p[target]!), 1, closeness);
  return { segments, weights, ...overlap(segments, weights, task.objects[image]!) };
}
function probsOf(logits: Float32Array): number[] {
  const top = Math.max(...logits);
  const e = Array.from(logits, (v) => exp(v - top));
  const total = e.reduce((a, b) => a + b, 0);
  return e.map((v) => v / total);
}
/** The top segments, as many as are at least half the object's (at least one), against the object. */
export function overlap(segments: Segments, weights: ArrayLike<number>, object: Float32Array): Pick<Explanation, 'top' | 'jaccard'> {
  const sizes = new Float64Array(weights.length);
  const covered = new Float64Array(weights.length);
  segments.forEach((s, p) => {
    sizes[s]!++;
    covered[s]! += object[p]!;
  });
  const wanted = Math.max(1, covered.filter((c, s) => 2 * c >= sizes[s]! && c > 0).length);
  const top = Array.from(weights).map((_, s) => s).sort((a, b) => weights[b]! - weights[a]! || a - b).slice(0, wanted);
  const chosen = new Set(top);
  let [both, either] = [0, 0];
  segments.forEach((s, p) => {
    both += Number(chosen.has(s) && object[p] === 1);
    either += Number(chosen.has(s) || object[p] === 1);
  });
  return { top, jaccard: both / either };
}

/** D. Features of four patches one at a time, against those of all four: cos(sum f_i, f_all) and |sum f_i - f_all| / |f_all|, means over pictures. */
export async function linearity(read: Reader, task: Task, rng: Random): Promise<{ cosine: number; distance: number }> {
  const patches = blockNumbers(8);
  const asked = task.labels.flatMap((_, image) => {
    const four = [...rng.fork(image).permutation(16)].slice(0, 4);
    const shown = (keep: readonly number[]): Float32Array => Float32Array.from(patches, (p) => Number(keep.includes(p)));
    return [four, ...four.map((one) => [one])].map((keep) => ({ image, mask: shown(keep) }));
  });
  const { features } = await read(asked);
  const at = (row: number): Float32Array => features.subarray(row * featureWidth, (row + 1) * featureWidth);
  const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => Array.from(a).reduce((sum, v, i) => sum + v * b[i]!, 0);
  const pairs = task.labels.map((_, image) => {
    const all = at(5 * image);
    const added = Array.from(all, (_v, i) => [1, 2, 3, 4].reduce((sum, k) => sum + at(5 * image + k)[i]!, 0));
    const difference = added.map((v, i) => v - all[i]!);
    const length = Math.sqrt(dot(all, all));
    return { cosine: dot(added, all) / (Math.sqrt(dot(added, added)) * length + 1e-12), distance: Math.sqrt(dot(difference, difference)) / (length + 1e-12) };
  });
  return { cosine: mean(pairs.map((p) => p.cosine)), distance: mean(pairs.map((p) => p.distance)) };
}
