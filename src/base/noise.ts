/**
 * Noise that can be made anywhere: numbers that depend on a stream's key, a step and their own place alone, so that the CPU and a GPU
 * kernel (runtime/noise.ts) make the same bits. All that could round is integer arithmetic; what becomes a float is an integer below
 * 2^24 times a power of two, which no compiler can get wrong by fusing or reordering.
 */
import { erf, exp, log } from './math';
import { philox, type Random } from './random';
import { sizeOf, type Shape, type Tensor } from './tensor';

/** Uniform on (0, 1); standard normal; or 1 with probability `p`, else 0. Scale and shift them in the graph. */
export type Distribution = { readonly kind: 'uniform' } | { readonly kind: 'normal' } | { readonly kind: 'bernoulli'; readonly p: number };
/** A request for noise, to be filled where it is needed. Plain data. */
export interface Noise {
  readonly distribution: Distribution;
  /** Of the stream. */
  readonly key: readonly [number, number];
  /** Steps of one stream are independent of each other. At least 0, below 2^32. */
  readonly step: number;
}
export const isNoise = (feed: Tensor | Noise): feed is Noise => 'distribution' in feed;
/** What was asked for, as numbers on this side: a tensor of this shape. */
export const made = (feed: Tensor | Noise, shape: Shape): Tensor => (isNoise(feed) ? { dtype: 'float32', shape, data: fillNoise(feed, new Float32Array(sizeOf(shape))) } : feed);
export const noise = (stream: Random, step: number, distribution: Distribution): Noise => ({ distribution, key: stream.key, step });

/** Keeps these blocks apart from those that the stream itself draws, whose last word is 0. */
export const NOISE_DOMAIN = 0x6e6f6973;
/** The normal's numbers are whole multiples of this. */
export const NORMAL_QUANTUM = 2 ** -21;
const PER_OCTAVE = 256;

/** P(z > x) for x >= 0, to 1e-12 of itself: near zero by erf, in the tail by the continued fraction of the Mills ratio. */
function upperTail(x: number): number {
  if (x < 2) return (1 - erf(x * Math.SQRT1_2)) / 2;
  let fraction = 0;
  for (let n = 80; n >= 1; n--) fraction = n / (x + fraction);
  return exp((-x * x) / 2) / Math.sqrt(2 * Math.PI) / (x + fraction);
}
/** The x >= 0 with P(z > x) = t, for 0 < t <= 0.5: Newton's method on log P, which is nearly a parabola. */
function upperQuantile(t: number): number {
  if (t === 0.5) return 0;
  let x = Math.sqrt(-2 * log(2 * t));
  for (let i = 0; i < 40; i++) {
    const tail = upperTail(x);
    const density = exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
    const change = ((log(tail) - log(t)) * tail) / density;
    x = Math.max(0, x + change);
    if (Math.abs(change) < 1e-12) break;
  }
  return x;
}
let table: Uint32Array | undefined;
/**
 * Quantiles of the normal's upper half in units of `NORMAL_QUANTUM`: 256 knots in each of the 32 octaves of the tail's probability, from
 * 2^-33 to 1/2. Between knots the quantile is taken as a line, which errs by less than 1e-6.
 */
export function normalTable(): Uint32Array {
  table ??= Uint32Array.from({ length: 32 * PER_OCTAVE + 1 }, (_, i) => {
    const [octave, knot] = [Math.floor(i / PER_OCTAVE), i % PER_OCTAVE];
    return Math.round(upperQuantile(2 ** (octave - 33) * (1 + knot / PER_OCTAVE)) / NORMAL_QUANTUM);
  });
  return table;
}
/** Top bit: the sign. The other 31 bits m: the tail's probability (2 m + 1) / 2^33, looked up in its octave. */
export function normalOf(word: number, quantiles: Uint32Array = normalTable()): number {
  const odd = (((word & 0x7fffffff) << 1) | 1) >>> 0;
  const zeros = Math.clz32(odd);
  const rest = (odd << zeros) << 1; // what follows the leading one
  const knot = (31 - zeros) * PER_OCTAVE + (rest >>> 24);
  const [high, low] = [quantiles[knot]!, quantiles[knot + 1]!];
  const size = high - (((high - low) * ((rest >>> 8) & 0xffff) + 0x8000) >>> 16);
  return (word >>> 31 === 1 ? 0 - size : size) * NORMAL_QUANTUM; // an integer has no -0
}
/** 31 bits of a word are below this with probability p. */
export const bernoulliThreshold = (p: number): number => Math.round(Math.min(Math.max(p, 0), 1) * 2 ** 31);

/** Fills `out`: number i is made of word i % 4 of the block whose counter is (i / 4, step). */
export function fillNoise({ distribution, key, step }: Noise, out: Float32Array): Float32Array {
  const words = new Uint32Array(4);
  const of = floatOf(distribution);
  for (let i = 0; i < out.length; i++) {
    if (i % 4 === 0) philox(i / 4, step, 0, NOISE_DOMAIN, key[0], key[1], words);
    out[i] = of(words[i % 4]!);
  }
  return out;
}
function floatOf(distribution: Distribution): (word: number) => number {
  switch (distribution.kind) {
    case 'uniform': return (word) => ((word >>> 9) * 2 + 1) * 2 ** -24;
    case 'normal': {
      const quantiles = normalTable();
      return (word) => normalOf(word, quantiles);
    }
    case 'bernoulli': {
      const threshold = bernoulliThreshold(distribution.p);
      return (word) => (word >>> 1 < threshold ? 1 : 0);
    }
  }
}
