/** Arrays and tensors by name. */
import { sizeOf } from '../../base/tensor';
import type { Images, Tiles } from '../../spec/picture';
import { namedParts, type ArraysByName } from '../files/examples';
import { entriesOf } from '../files/loaded';
import type { NpyArray } from '../files/npy';
import type { Found } from '../report';
import { histogramOf, percent, show, summarise } from './numbers';

const shownArrays = 200;
const shownImages = 16;

export function reportArrays(arrays: ArraysByName): Found {
  const warnings: string[] = [];
  const all = Object.entries(arrays);
  const rows = all.slice(0, shownArrays).map(([name, array]) => {
    const { least, greatest, mean, std, zeros, nan, infinite, count } = summarise(array.data);
    if (nan + infinite > 0) warnings.push(`${name} holds ${[nan > 0 ? `${nan} that are not a number (NaN)` : '', infinite > 0 ? `${infinite} infinite` : ''].filter((part) => part !== '').join(' and ')} of ${count} numbers. Replace them, or leave those rows out.`);
    if (count > 1 && least === greatest && nan + infinite === 0) warnings.push(`All ${count} numbers of ${name} are ${show(least)}.`);
    if (count === 0) warnings.push(`${name} holds no number: its shape is [${array.shape.join(', ')}].`);
    return [name, array.dtype, `[${array.shape.join(', ')}]`, show(least), show(greatest), show(mean), show(std), percent(zeros, count), nan, infinite];
  });
  const parts = namedParts(arrays);
  for (const [split, { x, y }] of parts ? entriesOf(parts) : []) if (y && y.shape[0] !== x.shape[0]) warnings.push(`${split} has ${x.shape[0]} rows of x, but ${y.shape[0] ?? 0} of y. Save as many targets as examples.`);
  const x = parts?.train.x;
  const sheet = x && imagesOf(x);
  const table = { title: 'Arrays', says: `${all.length} arrays, ${all.reduce((n, [, { shape }]) => n + sizeOf(shape), 0)} numbers${all.length > shownArrays ? `; the first ${shownArrays} are listed` : ''}.`, picture: { kind: 'table' as const, columns: ['name', 'dtype', 'shape', 'least', 'greatest', 'mean', 'std', 'zeros', 'NaN', 'infinite'], rows } };
  return {
    warnings,
    previews: [table, ...(sheet ? [{ title: 'x as images', says: 'Each from its own least number (black) to its greatest (white).', picture: sheet }] : []), ...(x && x.data.length > 0 ? [{ title: 'Numbers in x', picture: histogramOf(Float64Array.from(x.data as ArrayLike<number>, Number), summarise(x.data), 'value') }] : []), ...matrices(arrays, x)],
  };
}
/** The first few matrices, where there are no examples: what the weights of a model look like. */
function matrices(arrays: ArraysByName, x: NpyArray | undefined): Found['previews'] {
  if (x) return [];
  const tiles = Object.entries(arrays).filter(([, { shape }]) => shape.length === 2 && Math.min(...shape) > 1 && sizeOf(shape) <= 65_536).slice(0, 6);
  if (tiles.length === 0) return [];
  const picture: Tiles = { kind: 'tiles', tiles: tiles.map(([name, { shape, data }]) => ({ kind: 'heatmap', rows: shape[0]!, columns: shape[1]!, values: Float32Array.from(data as ArrayLike<number>, Number), scale: 'diverging', label: name })) };
  return [{ title: 'Matrices', says: 'The first few, around 0.', picture }];
}
/** [n, h, w], [n, c, h, w] or [n, h, w, c] with sides from 6 to 1024 px. */
function imagesOf({ shape, data }: NpyArray): Images | undefined {
  const [, a = 0, b = 0, c = 0] = shape;
  const fits = (h: number, w: number): boolean => Math.min(h, w) >= 6 && Math.max(h, w) <= 1024;
  const form = shape.length === 3 && fits(a, b) ? { height: a, width: b, channels: 1 as const, first: true }
    : shape.length === 4 && (a === 1 || a === 3) && fits(b, c) ? { height: b, width: c, channels: a as 1 | 3, first: true }
    : shape.length === 4 && (c === 1 || c === 3) && fits(a, b) ? { height: a, width: b, channels: c as 1 | 3, first: false } : undefined; // 1 or 3, by the test before
  if (!form) return undefined;
  const { height, width, channels, first } = form;
  const size = height * width * channels;
  const images = Array.from({ length: Math.min(shownImages, shape[0]!) }, (_, i) => {
    const numbers = Float64Array.from({ length: size }, (__, k) => Number(data[i * size + (first ? (k % channels) * height * width + Math.floor(k / channels) : k)]));
    const { least, greatest } = summarise(numbers);
    return { label: String(i + 1), width, height, channels, data: Uint8Array.from(numbers, (v) => Math.round((255 * (v - least)) / Math.max(1e-12, greatest - least))) };
  });
  return { kind: 'images', images };
}
