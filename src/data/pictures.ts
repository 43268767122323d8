/** Images for previews of generators, as the page draws them. */
import type { HeatMap, Images } from '../spec/picture';

type Image = Images['images'][number];
const byte = (value: number, low: number, high: number): number => Math.min(255, Math.max(0, Math.round((255 * (value - low)) / (high - low))));

/** [height * width] with values from low to high as a grey image. */
export const greyImage = (label: string, data: ArrayLike<number>, width: number, height: number, [low, high]: readonly [number, number] = [0, 1]): Image =>
  ({ label, width, height, channels: 1, data: Uint8Array.from(data, (v) => byte(v, low, high)) });

/** [3, height, width] with values from low to high as an RGB image. */
export function colourImage(label: string, data: ArrayLike<number>, width: number, height: number, [low, high]: readonly [number, number] = [-1, 1]): Image {
  const pixels = width * height;
  return { label, width, height, channels: 3, data: Uint8Array.from({ length: 3 * pixels }, (_, at) => byte(data[(at % 3) * pixels + Math.floor(at / 3)]!, low, high)) };
}
export const images = (list: readonly Image[]): Images => ({ kind: 'images', images: list });

/** How often a was given for b: counts [rows, columns] as a heat map of shares of each row. */
export function sharesOfRows(counts: readonly (readonly number[])[], labels: { readonly rows: readonly string[]; readonly columns: readonly string[]; readonly xLabel: string; readonly yLabel: string }): HeatMap {
  const values = counts.flatMap((row) => {
    const total = row.reduce((a, b) => a + b, 0);
    return row.map((n) => (total === 0 ? 0 : n / total));
  });
  return { kind: 'heatmap', rows: labels.rows.length, columns: labels.columns.length, values: Float32Array.from(values), scale: 'sequential', range: [0, 1], xLabel: labels.xLabel, yLabel: labels.yLabel, rowLabels: labels.rows, columnLabels: labels.columns };
}
