/**
 * Elementary functions with the same bits everywhere. The language leaves `Math.sin`, `cos`, `exp`, `log` and `pow` to the engine,
 * and engines differ in the last digit; these use only + - * / and sqrt, which IEEE 754 fixes. A test keeps `Math.sin` and its
 * kin out of every folder where a result depends on them. Accuracy: about 2 units in the last place on the ranges stated.
 */

const LN2_HI = 6.93147180369123816490e-1; // ln 2 in two parts (Cody and Waite), so that k ln 2 loses nothing
const LN2_LO = 1.90821492927058770002e-10;
const PIO2_1 = 1.57079632673412561417; // pi/2 in three parts
const PIO2_2 = 6.07710050630396597660e-11;
const PIO2_3 = 2.02226624879595063154e-21;

/** 2^k for an integer k in [-1074, 1023], exactly. */
function powerOfTwo(k: number): number {
  let result = 1;
  let base = k < 0 ? 0.5 : 2;
  for (let n = Math.abs(k); n > 0; n = Math.floor(n / 2)) {
    if (n % 2 === 1) result *= base;
    base *= base;
  }
  return result;
}

/** e^x. */
export function exp(x: number): number {
  if (Number.isNaN(x)) return x;
  if (x > 709.782712893384) return Infinity;
  if (x < -745.2) return 0;
  const k = Math.round(x / Math.LN2);
  const r = x - k * LN2_HI - k * LN2_LO; // |r| <= ln2 / 2
  let sum = 1;
  for (let n = 14; n >= 1; n--) sum = 1 + (sum * r) / n; // Taylor, Horner form; the tail is below 2^-60
  // Two factors, so that neither end of the exponent's range is left too early.
  const half = Math.trunc(k / 2);
  return sum * powerOfTwo(half) * powerOfTwo(k - half);
}

/** Natural logarithm. */
export function log(x: number): number {
  if (Number.isNaN(x) || x < 0) return NaN;
  if (x === 0) return -Infinity;
  if (x === Infinity) return x;
  let k = 0;
  let m = x;
  while (m >= 1.4142135623730951) {
    m /= 2;
    k++;
  }
  while (m < 0.7071067811865476) {
    m *= 2;
    k--;
  }
  // log m = 2 atanh(s), s = (m - 1)/(m + 1), |s| <= 0.172
  const s = (m - 1) / (m + 1);
  const s2 = s * s;
  let sum = 0;
  for (let n = 23; n >= 1; n -= 2) sum = 1 / n + s2 * sum;
  return k * LN2_HI + (2 * s * sum + k * LN2_LO);
}

/** [quadrant, remainder in [-pi/4, pi/4]] of an angle in radians; |x| up to about 1e6 keeps full accuracy. */
function reduce(x: number): [number, number] {
  const k = Math.round(x / (Math.PI / 2));
  const r = x - k * PIO2_1 - k * PIO2_2 - k * PIO2_3;
  return [((k % 4) + 4) % 4, r];
}
function sinKernel(r: number): number {
  const r2 = r * r;
  let sum = 1;
  for (let n = 20; n >= 2; n -= 2) sum = 1 - (r2 * sum) / (n * (n + 1));
  return r * sum;
}
function cosKernel(r: number): number {
  const r2 = r * r;
  let sum = 1;
  for (let n = 19; n >= 1; n -= 2) sum = 1 - (r2 * sum) / (n * (n + 1));
  return sum;
}

/** Sine of an angle in radians. */
export function sin(x: number): number {
  const [quadrant, r] = reduce(x);
  switch (quadrant) {
    case 0: return sinKernel(r);
    case 1: return cosKernel(r);
    case 2: return -sinKernel(r);
    default: return -cosKernel(r);
  }
}
/** Cosine of an angle in radians. */
export function cos(x: number): number {
  const [quadrant, r] = reduce(x);
  switch (quadrant) {
    case 0: return cosKernel(r);
    case 1: return -sinKernel(r);
    case 2: return -cosKernel(r);
    default: return sinKernel(r);
  }
}

/** x^y for x > 0. */
export const pow = (x: number, y: number): number => (x === 0 ? (y === 0 ? 1 : 0) : exp(y * log(x)));
/** Base-10 logarithm. */
export const log10 = (x: number): number => log(x) / Math.LN10;
/** Hyperbolic tangent. */
export function tanh(x: number): number {
  if (x > 20) return 1;
  if (x < -20) return -1;
  const e = exp(2 * x);
  return (e - 1) / (e + 1);
}
/** Error function, |error| below 1e-15: series near zero, continued fraction in the tails. */
export function erf(x: number): number {
  const a = Math.abs(x);
  if (a > 6) return Math.sign(x);
  if (a < 2.5) {
    // erf x = 2/sqrt(pi) e^(-x^2) sum_n 2^n x^(2n+1) / (2n+1)!!
    let term = a;
    let sum = a;
    for (let n = 1; n < 80; n++) {
      term *= (2 * a * a) / (2 * n + 1);
      sum += term;
    }
    return Math.sign(x) * (2 / Math.sqrt(Math.PI)) * exp(-a * a) * sum;
  }
  let fraction = 0;
  for (let n = 60; n >= 1; n--) fraction = n / 2 / (a + fraction);
  return Math.sign(x) * (1 - exp(-a * a) / Math.sqrt(Math.PI) / (a + fraction));
}
