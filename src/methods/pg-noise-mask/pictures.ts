/** Masks and the distributions that they come from. */
import { floats, tensor, type Tensor } from '../../base/tensor';
import { imageAt } from '../../lab/pictures';
import { imageSize } from '../../nn/cnn';
import type { HeatMap, Images, Tiles } from '../../spec/picture';
import { momentsOf, type Moments } from './judge';
import { kinds, type Task } from './task';

/** For each picture: as it is, its mask, and their product. */
export function masksPicture(x: Tensor, masks: Float32Array, labels: readonly string[], { mean, std }: Pick<Task, 'mean' | 'std'>): Images {
  const range = [-mean / std, (1 - mean) / std] as const;
  const shape = [labels.length, 1, imageSize, imageSize];
  const product = tensor(floats(x).map((v, i) => v * masks[i]!), shape);
  const mask = tensor(masks, shape);
  return { kind: 'images', columns: 3, images: labels.flatMap((label, i) => [imageAt(x, i, label, range), imageAt(mask, i, 'mask'), imageAt(product, i, 'product', range)]) };
}
/** The base's mean and variance, and the policy's mean for each kind. a, b: logarithms of concentrations, by cell. */
export function distributionsPicture(base: readonly [ArrayLike<number>, ArrayLike<number>], byKind: readonly (readonly [ArrayLike<number>, ArrayLike<number>])[], grid: number): Tiles {
  const map = (label: string, [a, b]: readonly [ArrayLike<number>, ArrayLike<number>], of: (m: Moments) => number, range: readonly [number, number]): HeatMap & { label: string } =>
    ({ kind: 'heatmap', label, rows: grid, columns: grid, scale: 'sequential', range, values: Float32Array.from({ length: grid * grid }, (_, j) => of(momentsOf(a[j]!, b[j]!))) });
  return { kind: 'tiles', tiles: [map('Base, mean', base, (m) => m.mean, [0, 1]), map('Base, variance', base, (m) => m.variance, [0, 0.25]), ...byKind.map((logs, k) => map(`Mean, ${kinds[k]!}`, logs, (m) => m.mean, [0, 1]))] };
}
export const kindsPicture = (rows: readonly { readonly label: string; readonly shares: readonly number[] }[]): HeatMap =>
  ({ kind: 'heatmap', rows: rows.length, columns: kinds.length, scale: 'sequential', range: [0, 1], values: Float32Array.from(rows.flatMap((r) => [...r.shares])), rowLabels: rows.map((r) => r.label), columnLabels: [...kinds] });
