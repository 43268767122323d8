/**
 * A linear probe: how well classes can be told apart by a straight cut through frozen features (Alain and Bengio 2016, arXiv:1610.01644). Multinomial
 * logistic regression in float64, without any chance: the same features give the same bits everywhere.
 */
import { InputError, ShapeError } from '../base/errors';
import { inversePositive } from '../base/linear';
import { exp } from '../base/math';

export interface ProbeOptions {
  readonly classes: number;
  /** Of l2/2 |W|^2 beside the mean cross-entropy of standardised features; the bias is not penalised. Above 0. */
  readonly l2?: number;
  readonly iterations?: number;
  /** Ends where no entry of the gradient is larger. */
  readonly tolerance?: number;
}
export interface Probe {
  /** Features are standardised by the mean and the standard deviation that they had in training. */
  readonly centre: Float64Array;
  readonly scale: Float64Array;
  /** [d + 1, classes], the bias last. */
  readonly weights: Float64Array;
  readonly classes: number;
  /** Largest entry of the gradient where it ended. */
  readonly gradient: number;
}
/** Rows of features, standardised, with a 1 at the end: [n, d + 1]. */
function rowsOf(features: ArrayLike<number>, { centre, scale }: Pick<Probe, 'centre' | 'scale'>): Float64Array {
  const d = centre.length;
  const n = features.length / d;
  if (!Number.isInteger(n)) throw new ShapeError(`A probe of ${d} features was expected to get whole rows of ${d}, but ${features.length} numbers came.`);
  return Float64Array.from({ length: n * (d + 1) }, (_, at) => {
    const [i, j] = [Math.floor(at / (d + 1)), at % (d + 1)];
    return j === d ? 1 : (features[i * d + j]! - centre[j]!) / scale[j]!;
  });
}
/** Mean and standard deviation of each column; 1 for a column that does not vary. */
function standardOf(features: ArrayLike<number>, n: number): Pick<Probe, 'centre' | 'scale'> {
  const d = features.length / n;
  const [centre, scale] = [new Float64Array(d), new Float64Array(d)];
  for (let at = 0; at < n * d; at++) centre[at % d]! += features[at]! / n;
  for (let at = 0; at < n * d; at++) scale[at % d]! += (features[at]! - centre[at % d]!) ** 2 / n;
  return { centre, scale: scale.map((v) => (v > 0 ? Math.sqrt(v) : 1)) };
}
const product = (rows: Float64Array, weights: Float64Array, k: number): Float64Array => {
  const width = weights.length / k;
  const out = new Float64Array((rows.length / width) * k);
  for (let i = 0; i < rows.length / width; i++) for (let j = 0; j < width; j++) for (let c = 0; c < k; c++) out[i * k + c]! += rows[i * width + j]! * weights[j * k + c]!;
  return out;
};
/** Logits, row by row, into probs minus the one-hot labels. */
function residuals(logits: Float64Array, labels: ArrayLike<number>, k: number): Float64Array {
  for (let i = 0; i < labels.length; i++) {
    const row = logits.subarray(i * k, (i + 1) * k);
    const top = row.reduce((a, b) => Math.max(a, b), -Infinity);
    const total = row.reduce((sum, z) => sum + exp(z - top), 0);
    for (let c = 0; c < k; c++) row[c] = exp(row[c]! - top) / total - Number(labels[i] === c);
  }
  return logits;
}
/** Gradient of the mean cross-entropy plus the penalty, [width, k]. */
function gradientOf(rows: Float64Array, labels: ArrayLike<number>, weights: Float64Array, k: number, l2: number): Float64Array {
  const [n, width] = [labels.length, weights.length / k];
  const error = residuals(product(rows, weights, k), labels, k);
  const out = weights.map((w, at) => (at < (width - 1) * k ? l2 * w : 0));
  for (let i = 0; i < n; i++) for (let j = 0; j < width; j++) for (let c = 0; c < k; c++) out[j * k + c]! += (rows[i * width + j]! * error[i * k + c]!) / n;
  return out;
}
/**
 * Fits it. The curvature of the cross-entropy is nowhere above X'X / 2n (Böhning 1992), so a step by that matrix's inverse always descends; momentum
 * (Nesterov 1983), given up whenever it points uphill (O'Donoghue and Candès 2015, arXiv:1204.3982), makes it fast.
 * @param features [n, d] row-major @param labels [n], classes from 0 @throws InputError for labels that are no class, or a penalty of 0
 */
export function fitProbe(features: ArrayLike<number>, labels: ArrayLike<number>, { classes: k, l2 = 1e-2, iterations = 200, tolerance = 1e-5 }: ProbeOptions): Probe {
  const n = labels.length;
  if (n === 0 || !Number.isInteger(features.length / n)) throw new ShapeError(`A probe wants as many rows of features as labels, but ${features.length} numbers and ${n} labels came.`);
  if (!(l2 > 0)) throw new InputError(`A probe's l2 was expected above 0, but ${l2} came: without it, classes that can be told apart have no best weights.`);
  if (Array.from(labels).some((y) => !(Number.isInteger(y) && y >= 0 && y < k))) throw new InputError(`A probe of ${k} classes was expected to get labels from 0 to ${k - 1}.`);
  const standard = standardOf(features, n);
  const rows = rowsOf(features, standard);
  const width = standard.centre.length + 1;
  const bound = new Float64Array(width * width);
  for (let i = 0; i < n; i++) for (let a = 0; a < width; a++) for (let b = 0; b < width; b++) bound[a * width + b]! += (rows[i * width + a]! * rows[i * width + b]!) / (2 * n);
  for (let a = 0; a < width - 1; a++) bound[a * width + a]! += l2;
  const inverse = inversePositive(bound, width);
  let [weights, ahead, age, largest] = [new Float64Array(width * k), new Float64Array(width * k), 1, Infinity];
  for (let i = 0; i < iterations; i++) {
    const gradient = gradientOf(rows, labels, ahead, k, l2);
    largest = gradient.reduce((most, g) => Math.max(most, Math.abs(g)), 0);
    if (largest <= tolerance) {
      weights = ahead;
      break;
    }
    const change = product(inverse, gradient, k);
    const next = ahead.map((w, at) => w - change[at]!);
    const uphill = gradient.reduce((sum, g, at) => sum + g * (next[at]! - weights[at]!), 0) > 0;
    const older = uphill ? 1 : (1 + Math.sqrt(1 + 4 * age * age)) / 2;
    const momentum = uphill ? 0 : (age - 1) / older;
    ahead = next.map((w, at) => w + momentum * (w - weights[at]!));
    [weights, age] = [next, older];
  }
  return { ...standard, weights, classes: k, gradient: largest };
}
/** [n, classes], row by row. */
export const probeLogits = (probe: Probe, features: ArrayLike<number>): Float64Array => product(rowsOf(features, probe), probe.weights, probe.classes);
/** Share of rows whose largest logit is their label's. */
export function probeAccuracy(probe: Probe, features: ArrayLike<number>, labels: ArrayLike<number>): number {
  const logits = probeLogits(probe, features);
  const k = probe.classes;
  let right = 0;
  for (let i = 0; i < labels.length; i++) {
    const row = logits.subarray(i * k, (i + 1) * k);
    if (row.indexOf(row.reduce((a, b) => Math.max(a, b), -Infinity)) === labels[i]) right++;
  }
  return right / labels.length;
}
