/** Ways to draw the same scene: domains to move between. Boxes, masks and words stay what they are. */
import { cos, sin } from '../../base/math';
import { Random } from '../../base/random';
import { latticeAt } from './background';
import type { Rgb } from './parts';
import type { Scene } from './world';

/** flat: even inks; outlined: dark lines round everything; painted: warm palette and brush strokes; sketch: lines on paper, colours faint; inverted: 1 - x; camera: blurred, vignetted and noisy. */
export const styleNames = ['flat', 'outlined', 'painted', 'sketch', 'inverted', 'camera'] as const;
export type StyleName = (typeof styleNames)[number];
export interface Style {
  readonly name: StyleName;
  /** 0 (flat, bit for bit) to 1. */
  readonly strength: number;
}
/** How a style changes what is drawn with. */
interface Inks {
  /** What becomes of a channel's value in the background, and of an object's ink. */
  readonly paper?: (value: number) => number;
  readonly object?: (ink: Rgb) => Rgb;
  /** Ink of the outlines, if there are any. */
  readonly line?: Rgb;
}
export function styleInks(style: StyleName): Inks {
  if (style === 'outlined') return { line: [0.02, 0.02, 0.03] };
  if (style === 'sketch') return { paper: (value) => 0.95 - 0.12 * (1 - value), object: ([r, g, b]) => [0.67 + 0.3 * r, 0.67 + 0.3 * g, 0.67 + 0.3 * b], line: [0.15, 0.14, 0.16] };
  return {};
}
/** What a style does to the finished picture [3, side, side], in place. */
export function finishStyle(style: StyleName, image: Float32Array, { side, noise }: Pick<Scene, 'side' | 'noise'>): Float32Array {
  const rng = Random.seed(noise).fork('style', style);
  if (style === 'inverted') for (let i = 0; i < image.length; i++) image[i] = 1 - image[i]!;
  if (style === 'painted') brush(image, side, rng);
  if (style === 'camera') photograph(image, side, rng);
  return image;
}
/** Paint: each channel drawn towards a warm mixture, lightness in strokes about 6 px long and 1.5 px wide that run one way. */
function brush(image: Float32Array, side: number, rng: Random): void {
  const width = Math.ceil(1.5 * side) + 4;
  const strokes = rng.fork('strokes').fillUniform(new Float32Array(width * width), -1, 1);
  const angle = rng.uniform(0.3, 1.2);
  const [c, s] = [cos(angle), sin(angle)];
  const area = side * side;
  for (let p = 0; p < area; p++) {
    const [x, y] = [p % side, Math.floor(p / side)];
    const stroke = latticeAt(strokes, width, (x * c + y * s) / 6, (y * c - x * s + side) / 1.5);
    const light = 0.3 * image[p]! + 0.59 * image[area + p]! + 0.11 * image[2 * area + p]!;
    for (let k = 0; k < 3; k++) {
      const warm = 0.62 * image[k * area + p]! + [0.3, 0.2, 0.08][k]! * (0.4 + light);
      image[k * area + p] = Math.min(1, Math.max(0, warm + 0.14 * stroke));
    }
  }
}
/** A poor camera: a 3 x 3 blur, darker corners, a warm cast, noise of standard deviation 0.06. */
function photograph(image: Float32Array, side: number, rng: Random): void {
  blurThree(image, side, 0.25);
  const noise = rng.fork('noise').fillNormal(new Float32Array(image.length), 0.06);
  const area = side * side;
  const cast = [1.05, 0.98, 0.86];
  for (let i = 0; i < image.length; i++) {
    const [x, y] = [((i % side) + 0.5) / side - 0.5, (Math.floor((i % area) / side) + 0.5) / side - 0.5];
    image[i] = Math.min(1, Math.max(0, image[i]! * cast[Math.floor(i / area)]! * (1 - 0.7 * (x * x + y * y)) + noise[i]!));
  }
}
/** Each value becomes (1 - 2w) of itself and w of both neighbours, along rows, then along columns; edges repeat. In place. image [channels, side, side] */
export function blurThree(image: Float32Array, side: number, w: number): void {
  for (const step of [1, side]) {
    const before = image.slice();
    for (let i = 0; i < image.length; i++) {
      const place = step === 1 ? i % side : Math.floor(i / side) % side;
      image[i] = (1 - 2 * w) * before[i]! + w * (before[place === 0 ? i : i - step]! + before[place === side - 1 ? i : i + step]!);
    }
  }
}
