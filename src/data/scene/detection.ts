/**
 * Pictures for detectors: objects of base categories, whose boxes may be seen in training; of novel ones, whose boxes are known and held
 * back; and compounds, of no category, whose parts look like novel things. With a fixed set of proposals for each picture.
 */
import { InputError } from '../../base/errors';
import { Random } from '../../base/random';
import { floats, int32, tensor, type Tensor } from '../../base/tensor';
import { bilinear } from '../augment';
import { iou } from '../boxes';
import { compoundKinds, kinds, partsOf } from './kinds';
import { renderScene } from './render';
import { makeSceneSet, slots, type SceneSet, type SceneSetOptions } from './set';

const named = (...names: string[]): number[] => names.map((name) => kinds.indexOf(name));
/** Five kinds to be taught, and the three that parts of compounds look like: indices into `kinds`. */
export const baseKinds: readonly number[] = named('circle', 'square', 'star', 'cross', 'heart');
export const novelKinds: readonly number[] = named('bar', 'ring', 'triangle');

/** Where a proposal comes from: around an object, around a part of a compound, or from nowhere. */
export const proposalSources = ['object', 'part', 'random'] as const;
export type ProposalSource = (typeof proposalSources)[number];
/** What a proposal that is said to show a category is: right, on another object, or on none (overlap below 0.5 with all). */
export type Verdict = 'true' | 'misclassified' | 'noise';

export interface DetectionOptions extends Pick<SceneSetOptions, 'seed' | 'split' | 'count' | 'style' | 'objects' | 'patterns' | 'minVisible' | 'first'> {
  /** Absent: 64. */
  readonly side?: 16 | 32 | 64;
  /** Absent: `baseKinds` and `novelKinds`. */
  readonly base?: readonly number[];
  readonly novel?: readonly number[];
  /** How much likelier a compound is than a category, all compounds together: 1 makes every second object a compound. Absent: 0.5. */
  readonly distractors?: number;
  readonly proposals?: ProposalOptions;
}
export interface ProposalOptions {
  /** P, proposals a picture; absent: 64. */
  readonly count?: number;
  /** Jittered copies of every object's box and of every part's; absent: 6 and 4. */
  readonly perObject?: number;
  readonly perPart?: number;
  /** Edges move by up to this share of the width or height; absent: 0.2. */
  readonly jitter?: number;
}
export interface DetectionSet {
  readonly set: SceneSet;
  /** Names of the categories, base ones first; how many of them are base. */
  readonly categories: readonly string[];
  readonly baseCount: number;
  /** [n, 4] int32: category of each object; -1 for compounds and empty places. */
  readonly category: Tensor;
  /** [n, 4] float32: 1 where training may see the box (base objects), else 0. */
  readonly labelled: Tensor;
  /** [n, P, 4] float32, in an order that tells nothing; all inside the picture, at least 2 pixels wide and high. */
  readonly proposals: Tensor;
  /** [n, P] int32: index into `proposalSources`, and the object that it lies around (-1 for random ones). */
  readonly source: Tensor;
  readonly around: Tensor;
}
/** @throws InputError for options that cannot be */
export function makeDetection({ side = 64, base = baseKinds, novel = novelKinds, distractors = 0.5, proposals = {}, ...options }: DetectionOptions): DetectionSet {
  const categories = [...base, ...novel];
  if (new Set(categories).size !== categories.length || categories.length === 0) throw new InputError('Different base and novel kinds were expected, but one came twice or none at all.');
  if (!(distractors >= 0)) throw new InputError(`A weight of at least 0 was expected for distractors, but ${distractors} came.`);
  const compounds = compoundKinds.filter((kind) => !categories.includes(kind));
  const weights = [...categories.map(() => 1), ...compounds.map(() => (distractors * categories.length) / compounds.length)];
  const set = makeSceneSet({ ...options, side, kinds: [...categories, ...compounds], weights });
  const category = Int32Array.from(set.kind.data, (kind) => categories.indexOf(kind));
  const root = Random.seed(options.seed).fork('proposals', options.split);
  const made = set.scenes.map((_, i) => proposalsFor(root.fork((options.first ?? 0) + i), set, i, proposals));
  const count = proposals.count ?? 64;
  const n = set.scenes.length;
  return {
    set, categories: categories.map((kind) => kinds[kind]!), baseCount: base.length,
    category: int32(category, [n, slots]), labelled: tensor(Float32Array.from(category, (c) => (c >= 0 && c < base.length ? 1 : 0)), [n, slots]),
    proposals: tensor(Float32Array.from(made.flatMap((list) => list.flatMap(({ box }) => box))), [n, count, 4]),
    source: int32(made.flatMap((list) => list.map(({ source }) => proposalSources.indexOf(source))), [n, count]),
    around: int32(made.flatMap((list) => list.map(({ around }) => around)), [n, count]),
  };
}
interface Proposal {
  readonly box: readonly number[];
  readonly source: ProposalSource;
  readonly around: number;
}
function proposalsFor(rng: Random, set: SceneSet, i: number, { count = 64, perObject = 6, perPart = 4, jitter = 0.2 }: ProposalOptions): Proposal[] {
  const scene = set.scenes[i]!;
  const { side } = scene;
  const boxes = floats(set.boxes);
  const parts = scene.objects.some(({ kind }) => partsOf(kind).count > 0) ? renderScene(scene).masks.map(({ partBoxes }) => partBoxes) : [];
  const around = scene.objects.flatMap((_, k): Proposal[] => [
    ...Array.from({ length: perObject }, (_unused, c) => ({ box: jittered(rng.fork('object', k, c), boxes.subarray((i * slots + k) * 4, (i * slots + k + 1) * 4), jitter, side), source: 'object', around: k }) as const),
    ...(parts[k] ?? []).flatMap((box, p) => Array.from({ length: perPart }, (_unused, c) => ({ box: jittered(rng.fork('part', k, p, c), box, jitter, side), source: 'part', around: k }) as const)),
  ]);
  if (around.length > count) throw new InputError(`Room for at least ${around.length} proposals a picture was expected, but there are ${count}. Ask for more, or for fewer copies.`);
  const random = Array.from({ length: count - around.length }, (_, r): Proposal => ({ box: randomBox(rng.fork('random', r), side), source: 'random', around: -1 }));
  const all = [...around, ...random];
  return Array.from(rng.fork('order').permutation(count), (at) => all[at]!);
}
/** Inside the picture, at least 2 pixels wide and high. */
function fitted(box: readonly [number, number, number, number], side: number): number[] {
  const axis = (low: number, high: number): readonly [number, number] => {
    const from = Math.min(side - 2, Math.max(0, low));
    return [from, Math.max(from + 2, Math.min(side, high))];
  };
  const [[left, right], [top, bottom]] = [axis(box[0], box[2]), axis(box[1], box[3])];
  return [left, top, right, bottom];
}
function jittered(rng: Random, box: ArrayLike<number>, jitter: number, side: number): number[] {
  const [width, height] = [box[2]! - box[0]!, box[3]! - box[1]!];
  const moved = (edge: number, size: number): number => edge + size * rng.uniform(-jitter, jitter);
  return fitted([moved(box[0]!, width), moved(box[1]!, height), moved(box[2]!, width), moved(box[3]!, height)], side);
}
/** A tenth to six tenths of the side wide and high, anywhere. */
function randomBox(rng: Random, side: number): number[] {
  const [width, height] = [side * rng.uniform(0.1, 0.6), side * rng.uniform(0.1, 0.6)];
  const [left, top] = [rng.uniform(0, side - width), rng.uniform(0, side - height)];
  return fitted([left, top, left + width, top + height], side);
}
/** What a box that is said to show `category` truly is, in picture i: by the object that it overlaps most, compounds left out. */
export function verdictOf({ set, category }: Pick<DetectionSet, 'set' | 'category'>, i: number, box: ArrayLike<number>, said: number): Verdict {
  let [best, found] = [0, -1];
  for (let k = 0; k < slots; k++) {
    const c = category.data[i * slots + k]!;
    const overlap = c < 0 ? 0 : iou(box, floats(set.boxes).subarray((i * slots + k) * 4, (i * slots + k + 1) * 4));
    if (overlap > best) [best, found] = [overlap, c];
  }
  return best < 0.5 ? 'noise' : found === said ? 'true' : 'misclassified';
}

/** What lies in a box, [left, top, right, bottom] in pixels, resized to `to` x `to` pixels by bilinear interpolation: image [3, side, side] -> [3, to, to]. */
export function cropBox(image: Float32Array, side: number, box: ArrayLike<number>, to: number): Float32Array {
  const out = new Float32Array(3 * to * to);
  const [scaleX, scaleY] = [(box[2]! - box[0]!) / to, (box[3]! - box[1]!) / to];
  for (let c = 0; c < 3; c++) {
    const plane = image.subarray(c * side * side, (c + 1) * side * side);
    for (let y = 0; y < to; y++) for (let x = 0; x < to; x++) out[(c * to + y) * to + x] = bilinear(plane, side, side, box[0]! + (x + 0.5) * scaleX - 0.5, box[1]! + (y + 0.5) * scaleY - 0.5);
  }
  return out;
}
export interface CropSet {
  /** [m, 3, to, to] float32 in [-1, 1]: one crop an object of a category, base or novel, over its exact box; no background, no parts. */
  readonly x: Tensor;
  /** [m] int32: its category, and the picture that it was cut from. */
  readonly category: Tensor;
  readonly picture: Int32Array;
  /** "a photo of a circle" for each category. */
  readonly prompts: readonly string[];
}
/** Crops of single objects with their names: what a classifier of regions learns from that has never seen background or parts. */
export function makeCrops({ set, category, categories }: DetectionSet, to = 32): CropSet {
  const { side } = set.scenes[0]!;
  const cuts = Array.from(category.data.keys()).filter((at) => category.data[at]! >= 0);
  const x = new Float32Array(cuts.length * 3 * to * to);
  cuts.forEach((at, m) => {
    const i = Math.floor(at / slots);
    x.set(cropBox(floats(set.x).subarray(i * 3 * side * side, (i + 1) * 3 * side * side), side, floats(set.boxes).subarray(at * 4, at * 4 + 4), to), m * 3 * to * to);
  });
  const picture = Int32Array.from(cuts, (at) => Math.floor(at / slots));
  return { x: tensor(x, [cuts.length, 3, to, to]), category: int32(cuts.map((at) => category.data[at]!)), picture, prompts: categories.map((name) => `a photo of a ${name}`) };
}
