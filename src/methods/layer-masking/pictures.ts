/** What is drawn: feature maps with the mask's outline, the neighbour-padded picture, silhouettes, explanations. */
import { floats, tensor, type Params } from '../../base/tensor';
import { imageAt } from '../../lab/pictures';
import type { Lab } from '../../lab/lab';
import { shapesOf } from '../../lab/evaluate';
import { mean, sqrt } from '../../engine/ops';
import { square } from '../../engine/ops/compose';
import type { Images, Table } from '../../spec/picture';
import type { Explanation } from './judge';
import { rolled, side, withoutObject } from './masks';
import { neighbourPadded } from './network';
import { readAs, type Request } from './read';
import { area, type Knobs, type Task } from './task';

type Image = Images['images'][number];
type Rgb = readonly [number, number, number];
const shownSide = 96;
const outline: Rgb = [255, 80, 0];

/**
 * A map of `cells` x `cells` colours, drawn large, with a line wherever the mask (1 kept) changes between neighbouring cells.
 * The line lies inside the hole.
 */
export function outlined(label: string, cells: number, colourOf: (cell: number) => Rgb, mask: ArrayLike<number>, line: Rgb = outline): Image {
  const zoom = shownSide / cells;
  const data = new Uint8Array(3 * shownSide * shownSide);
  const kept = (row: number, column: number): boolean => row >= 0 && column >= 0 && row < cells && column < cells && mask[row * cells + column]! > 0;
  for (let y = 0; y < shownSide; y++)
    for (let x = 0; x < shownSide; x++) {
      const [row, column] = [Math.floor(y / zoom), Math.floor(x / zoom)];
      const [top, left, bottom, right] = [y % zoom === 0, x % zoom === 0, y % zoom === zoom - 1, x % zoom === zoom - 1];
      const [above, below, before, after] = [kept(row - 1, column), kept(row + 1, column), kept(row, column - 1), kept(row, column + 1)];
      const edge = !kept(row, column) && ((top && above) || (bottom && below) || (left && before) || (right && after));
      data.set(edge ? line : colourOf(row * cells + column), 3 * (y * shownSide + x));
    }
  return { label, width: shownSide, height: shownSide, channels: 3, data };
}
const byte = (v: number): number => Math.min(255, Math.max(0, Math.round(255 * v)));
/** Picture [3, side, side] in [-1, 1] as a colour for each cell. */
const coloursOf = (x: Float32Array) => (cell: number): Rgb => [0, 1, 2].map((c) => byte((x[c * area + cell]! + 1) / 2)) as unknown as Rgb; // three channels
const greysOf = (values: Float32Array, most: number) => (cell: number): Rgb => {
  const v = byte(most > 0 ? values[cell]! / most : 0);
  return [v, v, v];
};

export const stageNames = ['stem', 'stage 1', 'stage 2', 'stage 3'] as const;
export interface Strips {
  /** Arms from top to bottom, layers from left to right. */
  draw(task: Task, request: Request): Promise<Images>;
}
/** Feature maps (root mean square over channels) of one picture after each part, for several arms under one mask; a part's maps share their scale. */
export function stripsOf(lab: Lab, arms: Readonly<Record<string, string>>, params: Params, grey: Task['grey'], knobs: Pick<Knobs, 'passes' | 'parts'>): Strips {
  const forward = lab.forward({
    name: 'strips', params: shapesOf(params), inputs: { images: { shape: [1, 3, side, side] }, mask: { shape: [1, 1, side, side] } },
    outputs: ({ params: p, inputs }) => Object.fromEntries(Object.keys(arms).flatMap((arm) => {
      const { input, stages } = readAs(arm, p, inputs.images!, inputs.mask!, grey, knobs);
      const maps = stages.map(({ x }, i) => [`${arm} ${i}`, sqrt(mean(square(x), { axes: [1] }))] as const);
      const masks = stages.map(({ m }, i) => [`${arm} mask ${i}`, m] as const);
      // What comes in does not go out again: the host has it.
      return [[`${arm} input`, input] as const, ...maps, ...masks].filter(([, value]) => value !== inputs.images && value !== inputs.mask);
    })),
  });
  return {
    draw: async (task, { image, mask }) => {
      const x = floats(task.x).slice(image * 3 * area, (image + 1) * 3 * area);
      const out = await forward.run(params, { images: tensor(x, [1, 3, side, side]), mask: tensor(mask, [1, 1, side, side]) });
      const shown = (name: string): Float32Array | undefined => (out[name] ? floats(out[name]) : undefined);
      const most = stageNames.map((_, i) => Object.keys(arms).reduce((top, arm) => shown(`${arm} ${i}`)!.reduce((a, b) => Math.max(a, b), top), 0));
      const images = Object.entries(arms).flatMap(([arm, label]) => [
        outlined(`${label}: input`, side, coloursOf(shown(`${arm} input`) ?? x.map((v, at) => v * mask[at % area]!)), mask),
        ...stageNames.map((name, i) => {
          const values = shown(`${arm} ${i}`)!;
          const cells = Math.sqrt(values.length);
          return outlined(`${label}: ${name}`, cells, greysOf(values, most[i]!), shown(`${arm} mask ${i}`) ?? shrunk(mask, cells));
        }),
      ]);
      return { kind: 'images', images };
    },
  };
}
/** The mask at another resolution: a cell is kept if its first pixel is. */
export const shrunk = (mask: Float32Array, cells: number): Float32Array => {
  const step = side / cells;
  return Float32Array.from({ length: cells * cells }, (_, c) => mask[Math.floor(c / cells) * step * side + (c % cells) * step]!);
};

export const padPasses = [0, 1, 2, 3, 4, 5, 6, 7] as const;
/** One picture after each number of padding passes. */
export async function paddedPictures(lab: Lab, task: Task, { image, mask }: Request): Promise<Images> {
  const forward = lab.forward({
    name: 'padding', params: {}, inputs: { images: { shape: [1, 3, side, side] }, mask: { shape: [1, 1, side, side] } },
    outputs: ({ inputs }) => Object.fromEntries(padPasses.map((passes) => [`T = ${passes}`, neighbourPadded(inputs.images!, inputs.mask!, passes)])),
  });
  const x = floats(task.x).slice(image * 3 * area, (image + 1) * 3 * area);
  const out = await forward.run({}, { images: tensor(x, [1, 3, side, side]), mask: tensor(mask, [1, 1, side, side]) });
  return { kind: 'images', images: padPasses.map((passes) => outlined(`T = ${passes}`, side, coloursOf(floats(out[`T = ${passes}`]!)), mask)) };
}
/** Silhouettes that are removed in protocol B, whole and broken. */
export function silhouettes(task: Task, shown: number): Images {
  return { kind: 'images', images: Array.from({ length: Math.min(shown, task.labels.length) }, (_, image) => {
    const x = floats(task.x).subarray(image * 3 * area, (image + 1) * 3 * area);
    const own = withoutObject(task.objects[image]!);
    const cut = (label: string, mask: Float32Array): Image => outlined(label, side, coloursOf(x.map((v, at) => v * mask[at % area]!)), mask);
    return [cut('object removed', own), cut('broken silhouette', rolled(own))];
  }).flat() };
}
/** Where an explanation points: its top segments lit, the rest dimmed. */
export function explained(label: string, task: Task, image: number, { segments, top, jaccard }: Explanation): Image {
  const lit = new Set(top);
  const shown = Float32Array.from(segments, (s) => Number(lit.has(s)));
  const x = floats(task.x).subarray(image * 3 * area, (image + 1) * 3 * area);
  const dimmed = x.map((v, at) => (shown[at % area] ? v : (v + 1) / 4 - 1));
  return outlined(`${label}: overlap ${(100 * jaccard).toFixed(0)} %`, side, coloursOf(dimmed), shown);
}
export const whole = (task: Task, image: number, label: string): Image => imageAt(task.x, image, label, [-1, 1]);

export const table = (columns: readonly string[], rows: Table['rows']): Table => ({ kind: 'table', columns, rows });
