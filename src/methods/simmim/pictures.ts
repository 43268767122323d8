/** What is hidden, what is told of it, and how hard each kind of mask is. */
import { Random } from '../../base/random';
import { floats, tensor } from '../../base/tensor';
import { squaresHidden } from '../../data/masks';
import { imageAt } from '../../lab/pictures';
import type { HeatMap, Images, Scatter, Table } from '../../spec/picture';
import { isHidden } from './judge';
import { meanDistance } from './masks';
import { across, area, patch, raw, type Task } from './task';

type Image = Images['images'][number];
/** Picture by picture: whole, as the model sees it, with the hidden patches as it tells them, and where it errs (white: by two standard deviations or more). */
export function completions(task: Task, masks: readonly Uint8Array[], completed: Float32Array, shown: number): Images {
  const { validation, range, shape: { channels } } = task;
  const x = floats(validation);
  const pasted = tensor(x.map((v, at) => (isHidden(masks, at, channels) ? completed[at]! : v)), validation.shape);
  const [whole, told] = [raw(task, validation), raw(task, pasted)];
  const middle = (range[0] + range[1]) / 2;
  const seen = tensor(floats(whole).map((v, at) => (isHidden(masks, at, channels) ? middle : v)), validation.shape);
  const error = Float32Array.from({ length: shown * area }, (_, at) => {
    const [i, p] = [Math.floor(at / area), at % area];
    return Array.from({ length: channels }, (_c, c) => (i * channels + c) * area + p).reduce((sum, k) => sum + Math.abs(x[k]! - floats(pasted)[k]!) / channels, 0);
  });
  const errors = tensor(error, [shown, 1, Math.sqrt(area), Math.sqrt(area)]);
  return { kind: 'images', columns: 4, images: Array.from({ length: shown }, (_, i): Image[] => [imageAt(whole, i, 'original', range), imageAt(seen, i, 'masked', range), imageAt(told, i, 'completed', range), imageAt(errors, i, 'error', [0, 2])]).flat() };
}
export const squares = [4, 8, 16] as const;
export const ratios = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9] as const;
/** AvgDist by side of the squares and share of cells, from six masks each; 0 where all is hidden. */
export function distanceGrid(): HeatMap {
  const values = squares.flatMap((square) => ratios.map((ratio) => meanDistance(Array.from({ length: 6 }, (_, i) => squaresHidden(Random.seed(1).fork('grid', square, ratio, i), across, square / patch, ratio))) ?? 0));
  return { kind: 'heatmap', rows: squares.length, columns: ratios.length, values: Float32Array.from(values), scale: 'sequential', xLabel: 'share of cells hidden', yLabel: 'side of the squares', rowLabels: squares.map((q) => `${q} px`), columnLabels: ratios.map(String) };
}
export interface Point {
  readonly arm: string;
  readonly label: string;
  readonly distance: number | undefined;
  readonly masked: number | undefined;
  readonly probe: number;
  readonly accuracy: number;
}
/** AvgDist against accuracy, for each way of hiding that was trained. */
export const distanceScatter = (points: readonly Point[]): Scatter => ({
  kind: 'scatter', xLabel: 'AvgDist, pixels', yLabel: 'test accuracy, fine-tuned',
  points: points.flatMap(({ arm, label, distance, accuracy }) => (distance === undefined ? [] : [{ arm, label, shape: arm === 'simmim' ? 'star' as const : 'dot' as const, x: distance, y: accuracy }])),
});
const digits = (v: number | undefined, places: number): string => (v === undefined ? '-' : v.toFixed(places));
export const comparison = (points: readonly Point[]): Table => ({
  kind: 'table', columns: ['Arm', 'AvgDist (px)', 'Masked L1', 'Linear probe', 'Fine-tuned'],
  rows: points.map(({ label, distance, masked, probe, accuracy }) => [label, digits(distance, 2), digits(masked, 3), `${(100 * probe).toFixed(1)} %`, `${(100 * accuracy).toFixed(1)} %`]),
});
