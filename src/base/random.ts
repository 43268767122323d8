/**
 * Named streams of random numbers (Philox4x32-10, Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3").
 * Counter-based: number n of a stream depends on (key, n) alone, so the order of work cannot change a result, and a GPU kernel
 * can make the same integers. Fork a stream for every purpose (`seed.fork('data', i)`); never share one between two.
 */
import { cos, log, sin } from './math';

const M0 = 0xd2511f53;
const M1 = 0xcd9e8d57;
const W0 = 0x9e3779b9;
const W1 = 0xbb67ae85;

/** High 32 bits of a 32 x 32 bit product. */
function mulHigh(a: number, b: number): number {
  const aHigh = a >>> 16;
  const aLow = a & 0xffff;
  const bHigh = b >>> 16;
  const bLow = b & 0xffff;
  const low = aLow * bLow;
  const middle = aHigh * bLow + (low >>> 16);
  const middle2 = aLow * bHigh + (middle & 0xffff);
  return (aHigh * bHigh + Math.floor(middle / 65536) + Math.floor(middle2 / 65536)) >>> 0;
}

/** One Philox4x32-10 block: four 32-bit words from a 128-bit counter and a 64-bit key, written to `out`. */
export function philox(c0: number, c1: number, c2: number, c3: number, k0: number, k1: number, out: Uint32Array): void {
  for (let round = 0; round < 10; round++) {
    const high0 = mulHigh(M0, c0);
    const low0 = Math.imul(M0, c0) >>> 0;
    const high1 = mulHigh(M1, c2);
    const low1 = Math.imul(M1, c2) >>> 0;
    c0 = (high1 ^ c1 ^ k0) >>> 0;
    c1 = low1;
    c2 = (high0 ^ c3 ^ k1) >>> 0;
    c3 = low0;
    k0 = (k0 + W0) >>> 0;
    k1 = (k1 + W1) >>> 0;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}

/** 64-bit FNV-1a in two halves, to turn names into keys. */
function hashInto(key: readonly [number, number], text: string): [number, number] {
  let [a, b] = key;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    a = Math.imul(a ^ code, 0x01000193) >>> 0;
    b = Math.imul(b ^ ((code * 0x9e37) & 0xffff) ^ (a >>> 7), 0x01000193) >>> 0;
  }
  return [a, b];
}

export class Random {
  private counter = 0;
  private readonly words = new Uint32Array(4);
  private left = 0;

  private constructor(
    /** What tells this stream from every other: with a counter, it is all that another maker of the same numbers needs. */
    readonly key: readonly [number, number],
  ) {}

  /** Root of all randomness of an experiment. */
  static seed(seed: number): Random {
    return new Random(hashInto([0x811c9dc5, 0x1b873593], `seed:${seed}`));
  }
  /** An independent stream with a name: `rng.fork('data', 7)`. Forking does not advance this stream. */
  fork(...path: readonly (string | number)[]): Random {
    return new Random(hashInto(this.key, `/${path.join('/')}`));
  }
  /** The next 32-bit word. */
  word(): number {
    if (this.left === 0) {
      philox(this.counter >>> 0, Math.floor(this.counter / 2 ** 32), 0, 0, this.key[0], this.key[1], this.words);
      this.counter++;
      this.left = 4;
    }
    return this.words[4 - this.left--]!;
  }
  /** Uniform on (0, 1), with 24 bits: exact in float32, never 0 and never 1. */
  uniform(low = 0, high = 1): number {
    return low + (high - low) * (((this.word() >>> 9) + 0.5) / 2 ** 23);
  }
  /** Integer in [0, n), unbiased to 1 part in 2^32 / n. */
  int(n: number): number {
    return Math.floor((this.word() / 2 ** 32) * n);
  }
  bernoulli(p: number): boolean {
    return this.word() / 2 ** 32 < p;
  }
  /** Standard normal (Box-Muller; one draw uses two words). */
  normal(): number {
    const u = (this.word() + 0.5) / 2 ** 32;
    const v = this.word() / 2 ** 32;
    return Math.sqrt(-2 * log(u)) * cos(2 * Math.PI * v);
  }
  pick<T>(items: readonly T[]): T {
    return items[this.int(items.length)]!;
  }
  /** 0..n-1 in random order (Fisher and Yates). */
  permutation(n: number): Uint32Array {
    const order = Uint32Array.from({ length: n }, (_, i) => i);
    for (let i = n - 1; i > 0; i--) {
      const j = this.int(i + 1);
      const swap = order[i]!;
      order[i] = order[j]!;
      order[j] = swap;
    }
    return order;
  }
  fillUniform(out: Float32Array, low = 0, high = 1): Float32Array {
    for (let i = 0; i < out.length; i++) out[i] = this.uniform(low, high);
    return out;
  }
  fillNormal(out: Float32Array, std = 1): Float32Array {
    for (let i = 0; i < out.length; i += 2) {
      const radius = std * Math.sqrt(-2 * log((this.word() + 0.5) / 2 ** 32));
      const angle = (2 * Math.PI * this.word()) / 2 ** 32;
      out[i] = radius * cos(angle);
      if (i + 1 < out.length) out[i + 1] = radius * sin(angle);
    }
    return out;
  }
}
