/**
 * What a picture of one object on a plain background shows, read by rule: the judge of pictures that a model drew. The background is the
 * median of the border; the object is the kind, place, size and turn whose silhouette explains most of what differs from it; its colour is
 * that of whose two inks, and what lies between them, the pixels inside are nearest.
 */
import { cos, sin } from '../../base/math';
import { InputError } from '../../base/errors';
import { tintOf } from './background';
import { kinds, partAt, plainKinds } from './kinds';
import { colours, inkList, type Rgb } from './parts';
import { tones } from './world';

export interface PictureReading {
  /** Indices into `tones`, `colours` and `kinds`. */
  readonly tone: number;
  readonly colour: number;
  readonly kind: number;
  /** Middle and radius of the object in pixels. */
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  /** Share of the squared difference from the background that one silhouette in one colour explains, 0..1; 0 for an empty picture. */
  readonly explained: number;
}

/** A silhouette around the middle of a (2 reach + 1)-pixel square, scaled to unit length; `shift` is the middle's place within its pixel. */
interface Silhouette {
  readonly kind: number;
  readonly radius: number;
  readonly shiftX: number;
  readonly shiftY: number;
  readonly reach: number;
  readonly weights: Float64Array;
  /** Share of each pixel inside, unscaled. */
  readonly cover: Float64Array;
}
const fine = 3;
const turns = [-0.13, 0, 0.13];
const shifts = [0.25, 0.75];
const bySide = new Map<number, readonly Silhouette[]>();

function silhouettesOf(side: number): readonly Silhouette[] {
  let known = bySide.get(side);
  if (!known) {
    const radii = Array.from({ length: 6 }, (_, i) => side * (0.19 + 0.035 * i));
    known = radii.flatMap((radius) => plainKinds.flatMap((kind) => turns.flatMap((turn) => shifts.flatMap((shiftX) => shifts.map((shiftY) => silhouette(kind, radius, turn, shiftX, shiftY))))));
    bySide.set(side, known);
  }
  return known;
}
function silhouette(kind: number, radius: number, turn: number, shiftX: number, shiftY: number): Silhouette {
  const reach = Math.ceil(1.15 * radius + 1);
  const width = 2 * reach + 1;
  const [c, s] = [cos(turn), sin(turn)];
  const cover = new Float64Array(width * width);
  for (let at = 0; at < width * width; at++)
    for (let p = 0; p < fine * fine; p++) {
      const u = ((at % width) - reach + ((p % fine) + 0.5) / fine - shiftX) / radius;
      const v = (Math.floor(at / width) - reach + (Math.floor(p / fine) + 0.5) / fine - shiftY) / radius;
      if (partAt(kind, u * c + v * s, v * c - u * s) > 0) cover[at]! += 1 / (fine * fine);
    }
  const norm = Math.sqrt(cover.reduce((total, w) => total + w * w, 0));
  return { kind, radius, shiftX, shiftY, reach, cover, weights: cover.map((w) => w / norm) };
}

/** Reads x [3, side, side] in [-1, 1]. A few milliseconds at 16 pixels. @throws InputError if the numbers are not those of such a picture */
export function readPicture(x: ArrayLike<number>, side: number): PictureReading {
  const area = side * side;
  if (x.length !== 3 * area) throw new InputError(`A picture of 3 x ${side} x ${side} numbers was expected, but ${x.length} came.`);
  const image = Float64Array.from({ length: 3 * area }, (_, i) => (x[i]! + 1) / 2);
  const border = Array.from({ length: area }, (_, at) => at).filter((at) => at % side === 0 || at % side === side - 1 || at < side || at >= area - side);
  const ground = [0, 1, 2].map((c) => border.map((at) => image[c * area + at]!).sort((a, b) => a - b)[border.length >> 1]!) as [number, number, number]; // three channels
  const difference = image.map((v, i) => v - ground[Math.floor(i / area)]!);
  const energy = difference.reduce((total, d) => total + d * d, 0);

  let best: { shape: Silhouette; column: number; row: number } | undefined;
  let most = -1;
  // The middle is looked for near the centre of gravity of all that differs.
  const byPlace = Array.from({ length: area }, (_, at) => difference[at]! * difference[at]! + difference[area + at]! * difference[area + at]! + difference[2 * area + at]! * difference[2 * area + at]!);
  const gravity = (of: (at: number) => number): number => (energy > 1e-9 ? Math.floor(byPlace.reduce((total, e, at) => total + e * (of(at) + 0.5), 0) / energy) : side >> 1);
  const [middleX, middleY] = [gravity((at) => at % side), gravity((at) => Math.floor(at / side))];
  const about = Math.ceil(side / 8);
  for (const shape of silhouettesOf(side))
    for (let row = middleY - about; row <= middleY + about; row++)
      for (let column = middleX - about; column <= middleX + about; column++) {
        const found = explainedBy(shape, difference, side, column, row);
        if (found > most) [most, best] = [found, { shape, column, row }];
      }
  const { shape, column, row } = best!; // there are silhouettes and places, and none explains less than 0
  return {
    tone: nearestOf(tones.length, (tone) => distance(tintOf(tone), ground)),
    colour: colourInside(image, side, shape, column, row),
    kind: shape.kind, x: column + shape.shiftX, y: row + shape.shiftY, radius: shape.radius,
    explained: energy > 1e-9 ? most / energy : 0,
  };
}
/** sum over channels of (silhouette . difference)^2. */
function explainedBy({ reach, weights }: Silhouette, difference: Float64Array, side: number, column: number, row: number): number {
  const width = 2 * reach + 1;
  const [top, bottom, left, right] = [Math.max(0, row - reach), Math.min(side - 1, row + reach), Math.max(0, column - reach), Math.min(side - 1, column + reach)];
  let total = 0;
  for (let c = 0; c < 3; c++) {
    let along = 0;
    for (let y = top; y <= bottom; y++) {
      const from = (y - row + reach) * width - column + reach;
      const line = (c * side + y) * side;
      for (let x = left; x <= right; x++) along += weights[from + x]! * difference[line + x]!;
    }
    total += along * along;
  }
  return total;
}
/** Mean distance of the pixels inside to the line between a colour's two inks, at the brightness that fits best. */
function colourInside(image: Float64Array, side: number, { reach, cover }: Silhouette, column: number, row: number): number {
  const width = 2 * reach + 1;
  const inside: Rgb[] = [];
  for (const threshold of [0.99, 0.6, 0.2]) {
    for (let at = 0; at < cover.length; at++) {
      const [px, py] = [column - reach + (at % width), row - reach + Math.floor(at / width)];
      if (cover[at]! < threshold || px < 0 || py < 0 || px >= side || py >= side) continue;
      const place = py * side + px;
      inside.push([image[place]!, image[side * side + place]!, image[2 * side * side + place]!]);
    }
    if (inside.length >= 4) break;
    inside.length = 0;
  }
  return nearestOf(colours.length, (colour) => {
    const { ink, second } = inkList[colour]!;
    return Math.min(...[0.85, 0.92, 1].map((shade) => inside.reduce((total, pixel) => total + toSegment(pixel, scaled(ink, shade), scaled(second, shade)), 0)));
  });
}
const scaled = (a: Rgb, by: number): Rgb => [a[0] * by, a[1] * by, a[2] * by];
const distance = (a: Rgb, b: Rgb): number => (a[0] - b[0]) * (a[0] - b[0]) + (a[1] - b[1]) * (a[1] - b[1]) + (a[2] - b[2]) * (a[2] - b[2]);
function toSegment(p: Rgb, a: Rgb, b: Rgb): number {
  const along = ((p[0] - a[0]) * (b[0] - a[0]) + (p[1] - a[1]) * (b[1] - a[1]) + (p[2] - a[2]) * (b[2] - a[2])) / distance(a, b);
  const t = Math.max(0, Math.min(1, along));
  return Math.sqrt(distance(p, [a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1]), a[2] + t * (b[2] - a[2])]));
}
function nearestOf(count: number, cost: (i: number) => number): number {
  const costs = Array.from({ length: count }, (_, i) => cost(i));
  return costs.indexOf(Math.min(...costs));
}
/** The name of what was read: "red circle on navy". */
export const nameOfReading = ({ tone, colour, kind }: PictureReading): string => `${colours[colour]} ${kinds[kind]} on ${tones[tone]}`;
