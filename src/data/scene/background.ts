/** Backgrounds: eight quiet tints, plain or covered with a pattern of low contrast. */
import { cos, sin } from '../../base/math';
import { Random } from '../../base/random';
import { fine } from './cover';
import { mix, type Rgb } from './parts';
import { type Background, patterns, tones } from './world';

const tints: Readonly<Record<(typeof tones)[number], Rgb>> = {
  black: [0.07, 0.07, 0.08],
  grey: [0.45, 0.46, 0.48],
  white: [0.88, 0.88, 0.86],
  brown: [0.36, 0.23, 0.12],
  navy: [0.07, 0.11, 0.32],
  olive: [0.33, 0.36, 0.12],
  teal: [0.06, 0.34, 0.34],
  maroon: [0.38, 0.07, 0.13],
};
/** The tint of tone number `tone`. */
export const tintOf = (tone: number): Rgb => tints[tones[tone]!];

/** How far towards white (dark tints) or black (light ones) a pattern goes at most: seen well, and never an object's ink. */
const contrast = 0.3;
const fraction = (t: number): number => t - Math.floor(t);
const square = (t: number): number => t * t;

/** A pattern's value 0..1 at a point in pixels, in a turned frame; periods are in pixels of a 32-pixel side. */
type Pattern = (x: number, y: number, phaseX: number, phaseY: number) => number;
const hardPatterns: Readonly<Record<string, Pattern>> = {
  striped: (_x, y, _px, py) => Number(fraction(y / 8 + py) < 0.5),
  dotted: (x, y, px, py) => Number(square(fraction(x / 7 + px) - 0.5) + square(fraction(y / 7 + py) - 0.5) < 0.075),
  checked: (x, y, px, py) => Number(fraction(x / 12 + px) < 0.5 !== fraction(y / 12 + py) < 0.5),
};

/** [3, side, side] in [0, 1]. Depends on the background alone. */
export function paintBackground(background: Background, side: number): Float32Array {
  const tint = tintOf(background.tone);
  const far: Rgb = tint[0] + tint[1] + tint[2] > 1.5 ? [tint[0] * (1 - contrast), tint[1] * (1 - contrast), tint[2] * (1 - contrast)] : [mix(tint[0], 1, contrast), mix(tint[1], 1, contrast), mix(tint[2], 1, contrast)];
  const amount = patternOf(background, side);
  const area = side * side;
  const image = new Float32Array(3 * area);
  for (let c = 0; c < 3; c++) for (let p = 0; p < area; p++) image[c * area + p] = mix(tint[c]!, far[c]!, amount[p]!);
  return image;
}
/** The pattern's value at each pixel, 0..1: [side * side]; hard edges are means of 3 x 3 points. */
function patternOf({ pattern, angle, phaseX, phaseY, noise }: Background, side: number): Float32Array {
  const out = new Float32Array(side * side);
  const name = patterns[pattern]!;
  const [c, s] = [cos(angle), sin(angle)];
  const scale = 32 / Math.max(side, 24); // at 16 pixels a period would be too small to see
  const hard = hardPatterns[name];
  if (hard) {
    for (let p = 0; p < out.length; p++) {
      let sum = 0;
      for (let k = 0; k < fine * fine; k++) {
        const x = ((p % side) + ((k % fine) + 0.5) / fine) * scale;
        const y = (Math.floor(p / side) + (Math.floor(k / fine) + 0.5) / fine) * scale;
        sum += hard(x * c + y * s, y * c - x * s, phaseX, phaseY);
      }
      out[p] = sum / (fine * fine);
    }
  } else if (name === 'gradient') {
    // From one side to the other along a direction that may be any: the phase turns it.
    const [dx, dy] = [cos(2 * Math.PI * phaseX), sin(2 * Math.PI * phaseX)];
    const span = Math.abs(dx) + Math.abs(dy);
    for (let p = 0; p < out.length; p++) out[p] = 0.5 + ((((p % side) + 0.5) / side - 0.5) * dx + ((Math.floor(p / side) + 0.5) / side - 0.5) * dy) / span;
  } else if (name === 'cloudy') cloudInto(out, side, Random.seed(noise).fork('clouds'));
  return out;
}
/** Smooth noise of two sizes, 1/4 and 1/10 of the side. */
function cloudInto(out: Float32Array, side: number, rng: Random): void {
  const layers = [4, 10].map((cells) => ({ cells, lattice: rng.fork(cells).fillUniform(new Float32Array((cells + 2) * (cells + 2))) }));
  for (let p = 0; p < out.length; p++) {
    let sum = 0;
    for (const { cells, lattice } of layers) sum += 0.5 * latticeAt(lattice, cells + 2, (((p % side) + 0.5) * cells) / side, ((Math.floor(p / side) + 0.5) * cells) / side);
    out[p] = sum;
  }
}
/** Bilinear value of a lattice of numbers, `width` a row, at (x, y) in lattice steps. */
export function latticeAt(lattice: Float32Array, width: number, x: number, y: number): number {
  const [column, row] = [Math.floor(x), Math.floor(y)];
  const at = row * width + column;
  return mix(mix(lattice[at]!, lattice[at + 1]!, x - column), mix(lattice[at + width]!, lattice[at + width + 1]!, x - column), y - row);
}
