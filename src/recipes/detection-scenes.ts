/** What the detector learns from: scenes of 64 px with boxes for five kinds of object, and fixed proposals around all eight. */
import { Random } from '../base/random';
import { floats, int32, tensor, type Tensor } from '../base/tensor';
import { matchBoxes } from '../data/boxes';
import { boxOffsets, proposalsAround, roiMatrix, type RoiSpec } from '../data/roi';
import { kinds, plainKinds } from '../data/scene/kinds';
import { makeSceneSet } from '../data/scene/set';

export const side = 64;
export const proposalCount = 40;
export const copies = 5;
const seed = 20240731;

/** All eight, and those of them that have boxes: the first five. */
export const kindNames: readonly string[] = plainKinds.map((kind) => kinds[kind]!);
export const baseNames = kindNames.slice(0, 5);
/** The label of what is none of the base kinds. */
export const backgroundLabel = baseNames.length;

export interface DetectionScene {
  /** [3, 64, 64] in [-1, 1]. */
  readonly pixels: Float32Array;
  /** [4 proposals]. */
  readonly proposals: Float32Array;
  /** Of base objects alone: [4 boxes], and their labels. */
  readonly boxes: readonly number[];
  readonly labels: readonly number[];
}
/** Proposals are five jittered copies of the box of every object, named or not, and random boxes. */
export function detectionScenes(split: string, count: number): DetectionScene[] {
  const set = makeSceneSet({ seed, split, count, side, objects: [1, 4] });
  return set.scenes.map(({ objects }, i) => {
    const boxAt = (k: number): number[] => [...floats(set.boxes).subarray((4 * i + k) * 4, (4 * i + k + 1) * 4)];
    const base = objects.flatMap(({ kind }, k) => (plainKinds.indexOf(kind) < baseNames.length ? [k] : []));
    return {
      pixels: floats(set.x).subarray(i * 3 * side * side, (i + 1) * 3 * side * side),
      proposals: proposalsAround(Random.seed(seed).fork('proposals', split, i), objects.flatMap((_, k) => boxAt(k)), { side, count: proposalCount, copies, jitter: 0.25 }),
      boxes: base.flatMap(boxAt),
      labels: base.map((k) => plainKinds.indexOf(objects[k]!.kind)),
    };
  });
}
function joined(arrays: readonly Float32Array[], shape: readonly number[]): Tensor {
  const out = new Float32Array(arrays.reduce((sum, a) => sum + a.length, 0));
  arrays.reduce((at, a) => (out.set(a, at), at + a.length), 0);
  return tensor(out, shape);
}
/** images [n, 3, 64, 64] and, of each, the matrix that reads its proposals off the feature map. */
export const detectorInputs = (scenes: readonly DetectionScene[], { grid, bins }: Pick<RoiSpec, 'grid' | 'bins'>): { images: Tensor; pool: Tensor } => ({
  images: joined(scenes.map(({ pixels }) => pixels), [scenes.length, 3, side, side]),
  pool: joined(scenes.map(({ proposals }) => roiMatrix(proposals, { side, grid, bins })), [scenes.length, proposalCount * bins * bins, grid * grid]),
});
/** Each proposal has the label of the base box that it overlaps most, by half or more; else it is background, whatever else it may show. */
export function detectorTargets(scenes: readonly DetectionScene[]): { labels: Tensor; foreground: Tensor; offsets: Tensor } {
  const shape = [scenes.length, proposalCount];
  const each = scenes.map(({ proposals, boxes, labels }) => {
    const { target } = matchBoxes(proposals, boxes);
    // Background leads nowhere: its target is itself.
    const to = proposals.map((edge, at) => (target[Math.floor(at / 4)]! < 0 ? edge : boxes[4 * target[Math.floor(at / 4)]! + (at % 4)]!));
    return { labels: Array.from(target, (t) => (t < 0 ? backgroundLabel : labels[t]!)), offsets: boxOffsets(proposals, to) };
  });
  const labels = each.flatMap((e) => e.labels);
  return { labels: int32(labels, shape), foreground: tensor(labels.map((label) => Number(label !== backgroundLabel)), shape), offsets: joined(each.map((e) => e.offsets), [...shape, 4]) };
}
