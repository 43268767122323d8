/** Pictures for previews: tensors of scenes as images, enlarged, with boxes drawn on them. */
import type { HeatMap, Images, Tiles } from '../../spec/picture';
import { kinds } from './kinds';
import type { Box } from './render';

export type OneImage = Images['images'][number];
/** Left, top, right, bottom and, if not white, the line's colour 0..255. */
export interface DrawnBox {
  readonly box: Box | ArrayLike<number>;
  readonly colour?: readonly [number, number, number];
}
const white = [255, 255, 255] as const;

/** x [3, side, side] in [-1, 1] as an image, each pixel `zoom` x `zoom`; boxes are lines one zoomed pixel wide, just inside their edges. */
export function imageOf(x: ArrayLike<number>, side: number, label: string, { boxes = [], zoom = boxes.length > 0 ? 4 : 1 }: { readonly boxes?: readonly DrawnBox[]; readonly zoom?: number } = {}): OneImage {
  const width = side * zoom;
  const data = new Uint8Array(width * width * 3);
  for (let row = 0; row < width; row++) {
    for (let column = 0; column < width; column++) {
      const at = Math.floor(row / zoom) * side + Math.floor(column / zoom);
      for (let c = 0; c < 3; c++) data[(row * width + column) * 3 + c] = Math.round(127.5 * (1 + Math.max(-1, Math.min(1, x[c * side * side + at]!))));
    }
  }
  for (const { box, colour = white } of boxes) frame(data, width, [0, 1, 2, 3].map((k) => Math.round(box[k]! * zoom)), colour);
  return { label, width, height: width, channels: 3, data };
}
function frame(data: Uint8Array, width: number, [left, top, right, bottom]: readonly number[], colour: readonly number[]): void {
  const dot = (row: number, column: number): void => {
    if (row >= 0 && row < width && column >= 0 && column < width) data.set(colour, (row * width + column) * 3);
  };
  for (let column = left!; column < right!; column++) for (const row of [top!, bottom! - 1]) dot(row, column);
  for (let row = top!; row < bottom!; row++) for (const column of [left!, right! - 1]) dot(row, column);
}
/** A map of one number a pixel (or patch), 0..1 or as told, as a tile. */
export const mapTile = (values: Float32Array, rows: number, label: string, caption?: string, range: readonly [number, number] = [0, 1]): Tiles['tiles'][number] =>
  ({ kind: 'heatmap', rows, columns: values.length / rows, values, scale: 'sequential', range, label, ...(caption === undefined ? {} : { caption }) });

/** How often the kind of a column is in a scene if that of the row is, over scenes given by the kinds that are in them. */
export function companyMap(scenes: readonly ReadonlySet<number>[], shown: readonly number[]): HeatMap {
  const rates = shown.flatMap((row) => {
    const having = scenes.filter((scene) => scene.has(row));
    return shown.map((column) => (row === column || having.length === 0 ? 0 : having.filter((scene) => scene.has(column)).length / having.length));
  });
  const labels = shown.map((kind) => kinds[kind]!);
  return { kind: 'heatmap', rows: shown.length, columns: shown.length, values: Float32Array.from(rates), scale: 'sequential', range: [0, 1], xLabel: 'is there too', yLabel: 'is there', rowLabels: labels, columnLabels: labels };
}
