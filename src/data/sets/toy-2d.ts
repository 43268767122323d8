/**
 * Points of the plane from shapes that generative models are tried on, each with a class. Where a shape is made of Gaussians or squares its
 * density is known, also after Gaussian noise was added, and with it the score, which a diffusion model is to learn.
 */
import { cos, erf, exp, log, sin } from '../../base/math';
import { Random } from '../../base/random';
import { tensor } from '../../base/tensor';
import { defineDataset, type Preview } from '../../spec/dataset';
import { choice, float, int, type ValuesOf } from '../../spec/knobs';

export const shapes2d = ['mixture', 'grid', 'checkerboard', 'rings', 'moons', 'spirals', 'xor', 'pinwheel'] as const;
export type Shape2d = (typeof shapes2d)[number];
type Point = readonly [x: number, y: number];
export interface Toy2dSpec {
  readonly shape: Shape2d;
  /** Standard deviation of the noise round each shape; for mixtures that of the parts. */
  readonly std: number;
  /** Parts of a mixture, rings, or arms of spirals and pinwheels; moons have 2, a grid parts^2, a checkerboard its 8 squares. */
  readonly parts: number;
}

/** A point and its class; all shapes lie within about ±1 before the noise. */
export function pointOf(spec: Toy2dSpec, rng: Random): { readonly point: Point; readonly label: number } {
  const where = shapes[spec.shape](rng.fork('shape'), spec);
  const noise = rng.fork('noise');
  const std = spec.shape === 'checkerboard' || spec.shape === 'xor' ? 0 : spec.std;
  return { point: [where.point[0] + std * noise.normal(), where.point[1] + std * noise.normal()], label: where.label };
}
const shapes: Readonly<Record<Shape2d, (rng: Random, spec: Toy2dSpec) => { readonly point: Point; readonly label: number }>> = {
  mixture: (rng, spec) => centred(rng, spec),
  grid: (rng, spec) => centred(rng, spec),
  checkerboard: (rng) => {
    const label = rng.int(squares.length);
    const [x, y] = squares[label]!;
    return { point: [x + rng.uniform(0, 0.5), y + rng.uniform(0, 0.5)], label };
  },
  rings: (rng, { parts }) => {
    const label = rng.int(parts);
    return { point: polar((label + 1) / parts, rng.uniform(0, 2 * Math.PI)), label };
  },
  moons: (rng) => {
    const [label, angle] = [rng.int(2), rng.uniform(0, Math.PI)];
    const [x, y] = polar(0.6, angle);
    return { point: label === 0 ? [x - 0.3, y - 0.15] : [0.3 - x, 0.15 - y], label };
  },
  spirals: (rng, { parts }) => {
    const [label, t] = [rng.int(parts), Math.sqrt(rng.uniform())];
    return { point: polar(t, 3 * Math.PI * t + (2 * Math.PI * label) / parts), label };
  },
  xor: (rng) => {
    const [x, y] = [rng.uniform(-1, 1), rng.uniform(-1, 1)];
    return { point: [x, y], label: x > 0 === y > 0 ? 0 : 1 };
  },
  pinwheel: (rng, { parts }) => {
    const label = rng.int(parts);
    const [r, across] = [0.55 + 0.18 * rng.normal(), 0.05 * rng.normal()];
    const angle = (2 * Math.PI * label) / parts + 1.5 * r;
    return { point: [r * cos(angle) - across * sin(angle), r * sin(angle) + across * cos(angle)], label };
  },
};
const polar = (r: number, angle: number): Point => [r * cos(angle), r * sin(angle)];
function centred(rng: Random, spec: Toy2dSpec): { point: Point; label: number } {
  const all = centres(spec);
  const label = rng.int(all.length);
  return { point: all[label]!, label };
}
/** Lower left corners of the dark squares of a 4 x 4 board on [-1, 1]^2. */
const squares: readonly Point[] = Array.from({ length: 16 }, (_, i): readonly [number, number, number] => [-1 + 0.5 * (i % 4), -1 + 0.5 * Math.floor(i / 4), ((i % 4) + Math.floor(i / 4)) % 2]).filter(([, , odd]) => odd === 0).map(([x, y]) => [x, y]);
/** Middles of a mixture's parts: on a circle of radius 0.8, or on a square grid to ±0.8. */
export function centres({ shape, parts }: Pick<Toy2dSpec, 'shape' | 'parts'>): readonly Point[] {
  if (shape === 'mixture') return Array.from({ length: parts }, (_, i) => polar(0.8, (2 * Math.PI * i) / parts));
  const place = (i: number): number => (parts === 1 ? 0 : -0.8 + (1.6 * i) / (parts - 1));
  return Array.from({ length: parts * parts }, (_, i) => [place(i % parts), place(Math.floor(i / parts))]);
}

export interface Density {
  /** Density at a point after noise of standard deviation sigma was added, per unit of area. */
  readonly density: (point: Point, sigma: number) => number;
  /** Gradient of its logarithm; sigma > 0 for the checkerboard, whose own has edges. */
  readonly score: (point: Point, sigma: number) => Point;
}
/** What is known in closed form of a shape: mixtures, grids and the checkerboard; undefined for others. */
export function densityOf(spec: Toy2dSpec): Density | undefined {
  if (spec.shape === 'mixture' || spec.shape === 'grid') return mixtureDensity(centres(spec), spec.std);
  return spec.shape === 'checkerboard' ? boardDensity : undefined;
}
/** mean_k N(x; c_k, s^2 + sigma^2); score = sum_k w_k (c_k - x) / (s^2 + sigma^2), w the posterior of the parts, by a log-sum-exp: far out it stays finite. */
function mixtureDensity(parts: readonly Point[], std: number): Density {
  const logs = ([x, y]: Point, variance: number): number[] => parts.map(([cx, cy]) => -((x - cx) * (x - cx) + (y - cy) * (y - cy)) / (2 * variance));
  return {
    density: (point, sigma) => {
      const variance = std * std + sigma * sigma;
      return logs(point, variance).reduce((sum, l) => sum + exp(l), 0) / (parts.length * 2 * Math.PI * variance);
    },
    score: ([x, y], sigma) => {
      const variance = std * std + sigma * sigma;
      const l = logs([x, y], variance);
      const most = Math.max(...l);
      const w = l.map((v) => exp(v - most));
      const total = w.reduce((a, b) => a + b, 0);
      const pull = (axis: 0 | 1, at: number): number => parts.reduce((sum, c, k) => sum + (w[k]! / total) * (c[axis] - at), 0) / variance;
      return [pull(0, x), pull(1, y)];
    },
  };
}
/** 1/2 in each of eight squares of side 1/2; with noise a product of differences of normal distribution functions for each. */
const boardDensity: Density = {
  density: ([x, y], sigma) => squares.reduce((sum, [left, bottom]) => sum + 0.5 * interval(x, left, sigma).mass * interval(y, bottom, sigma).mass, 0),
  score: ([x, y], sigma) => {
    let [mass, dx, dy] = [0, 0, 0];
    for (const [left, bottom] of squares) {
      const [a, b] = [interval(x, left, sigma), interval(y, bottom, sigma)];
      mass += a.mass * b.mass;
      dx += a.slope * b.mass;
      dy += a.mass * b.slope;
    }
    return [dx / mass, dy / mass];
  },
};
/** Of a point noised by sigma: chance to have come from [low, low + 1/2], per unit of its uniform density, and that chance's derivative. */
function interval(x: number, low: number, sigma: number): { mass: number; slope: number } {
  if (sigma === 0) return { mass: x >= low && x < low + 0.5 ? 1 : 0, slope: 0 };
  const [a, b] = [(x - low) / sigma, (x - low - 0.5) / sigma];
  const bell = (z: number): number => exp(-(z * z) / 2) / (sigma * Math.sqrt(2 * Math.PI));
  return { mass: (erf(a / Math.SQRT2) - erf(b / Math.SQRT2)) / 2, slope: bell(a) - bell(b) };
}

const knobs = {
  shape: choice({ label: 'Shape', options: { mixture: 'Gaussians on a circle', grid: 'Gaussians on a grid', checkerboard: 'Checkerboard', rings: 'Rings', moons: 'Two moons', spirals: 'Spirals', xor: 'Quadrants (XOR)', pinwheel: 'Pinwheel' }, default: 'mixture' }),
  std: float({ label: 'Noise', min: 0.01, max: 0.3, default: 0.06, help: 'Standard deviation; the checkerboard and the quadrants have none.' }),
  parts: int({ label: 'Parts', min: 2, max: 10, default: 8, help: 'Gaussians, rings or arms; per side of a grid.' }),
} as const;
type Values = ValuesOf<typeof knobs>;

export const dataset = defineDataset({
  id: 'toy-2d',
  title: 'Points of the plane',
  family: 'toy',
  says: 'Rings, moons, spirals, a checkerboard and mixtures of Gaussians, with classes. Density and score of the mixtures and the checkerboard are known at every level of noise, so that a model of them can be graded.',
  knobs,
  open: ({ knobs: k }) => ({
    example: ({ seed, split, index }) => {
      const { point, label } = pointOf(k, Random.seed(seed).fork('toy-2d', k.shape, split, index));
      const logDensity = densityOf(k)?.density(point, 0);
      return { x: tensor([...point]), y: label, ...(logDensity !== undefined && { logDensity: log(logDensity) }) };
    },
    preview: ({ seed }) => previewOf(k, seed),
  }),
});

const cells = 64;
function previewOf(k: Values, seed: number): Preview[] {
  const axis = Float32Array.from({ length: cells }, (_, i) => -1.3 + (2.6 * (i + 0.5)) / cells);
  const plane = (title: string, says: string, valueLabel: string, value: (p: Point) => number): Preview => ({ title, says, picture: { kind: 'plane', x: axis, y: axis, xLabel: 'x', yLabel: 'y', valueLabel, points: [], values: Float32Array.from({ length: cells * cells }, (_, at) => value([axis[at % cells]!, axis[Math.floor(at / cells)]!])) } });
  const points = Array.from({ length: 1500 }, (_, i) => pointOf(k, Random.seed(seed).fork('toy-2d', k.shape, 'train', i)));
  const known = densityOf(k);
  return [
    { title: 'Examples', says: '1500 of them; classes by their numbers.', picture: { kind: 'scatter', xLabel: 'x', yLabel: 'y', points: points.map(({ point: [x, y], label }) => ({ label: `class ${label}`, arm: String(label), shape: 'dot' as const, x, y })) } },
    ...(known
      ? [plane('Density', 'Of the examples themselves.', 'density', (p) => known.density(p, k.shape === 'checkerboard' ? 0.01 : 0)), plane('Density under noise', 'After noise of standard deviation 0.2: what a diffusion model sees half-way.', 'density', (p) => known.density(p, 0.2)), plane('Length of the score under that noise', 'How hard a denoiser pulls.', 'score', (p) => { const [a, b] = known.score(p, 0.2); return Math.sqrt(a * a + b * b); })]
      : []),
  ];
}
