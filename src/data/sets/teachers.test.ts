/** The sets whose truth is a function, a mixture or a map that the seed fixes. */
import { expect, test } from 'vitest';
import { Random } from '../../base/random';
import { floats } from '../../base/tensor';
import { featurePair } from './feature-pairs';
import { bayesAccuracy, gaussianTask, makeGaussianTask, type GaussianTaskSpec } from './gaussian-tasks';
import { plant } from './planted-features';
import { makeRegression, teacherOf, teachers } from './regression';

test('the sine teacher is sin(3 w.x) with w of length 1: its slope at 0 is 3, and it is flat across', () => {
  for (const inputs of [1, 2, 5, 8]) {
    const f = teacherOf({ seed: 2, teacher: 'sine', inputs, frequency: 3 });
    const h = 1e-4;
    const gradient = Array.from({ length: inputs }, (_, i) => f(Float64Array.from({ length: inputs }, (_n, j) => (j === i ? h : 0))) / h);
    expect(Math.hypot(...gradient)).toBeCloseTo(3, 5);
    const x = Random.seed(1).fillUniform(new Float32Array(inputs), -1, 1);
    expect(f(x)).toBeCloseTo(Math.sin(gradient.reduce((s, g, i) => s + g * x[i]!, 0)), 4);
  }
});
test('all splits have one teacher and examples of their own; noise is added beside the clean value', () => {
  for (const teacher of teachers) {
    const spec = { seed: 5, teacher, inputs: 3, frequency: 3, count: 400 };
    const [train, other] = [makeRegression({ ...spec, split: 'train', noise: 0.2 }), makeRegression({ ...spec, split: 'test' })];
    expect(other.y).toEqual(other.clean);
    const f = teacherOf(spec);
    for (const set of [train, other]) for (let i = 0; i < 20; i++) expect(set.clean.data[i]).toBeCloseTo(f(floats(set.x).subarray(3 * i, 3 * i + 3)), 5);
    expect(floats(train.x).some((v) => floats(other.x).includes(v))).toBe(false);
    const errors = floats(train.y).map((y, i) => y - train.clean.data[i]!);
    expect(Math.sqrt(errors.reduce((s, e) => s + e * e, 0) / 400)).toBeCloseTo(0.2, 1);
    expect(Math.max(...floats(train.x).map(Math.abs))).toBeLessThanOrEqual(1);
  }
});

const task: GaussianTaskSpec = { seed: 1, task: 0, inputs: 64, classCount: 10, parts: 4, separation: 0.4, sharedDimensions: 16, sharedShare: 0.5 };
test('posteriors sum to one and are calibrated: among examples given about p, about p are right', () => {
  const made = gaussianTask({ ...task, separation: 0.25 });
  let [sum, right] = [0, 0];
  for (let i = 0; i < 1000; i++) {
    const { x, label } = made.example('train', i);
    const p = made.posterior(x);
    expect(p.reduce((a, b) => a + b)).toBeCloseTo(1, 9);
    sum += Math.max(...p);
    if (p.indexOf(Math.max(...p)) === label) right++;
  }
  expect(Math.abs(sum - right) / 1000).toBeLessThan(0.04);
});
test('two classes of one Gaussian each have the accuracy that the distance of the centres says', () => {
  const made = gaussianTask({ ...task, classCount: 2, parts: 1, inputs: 8, sharedDimensions: 4, separation: 0.4 });
  const [a, b] = [floats(made.centres).subarray(0, 8), floats(made.centres).subarray(8)];
  const distance = Math.hypot(...a.map((v, i) => v - b[i]!));
  // Phi(distance / 2), by a plain sum over the normal density.
  let phi = 0.5;
  for (let z = 0; z < distance / 2; z += 1e-4) phi += (1e-4 * Math.exp((-z * z) / 2)) / Math.sqrt(2 * Math.PI);
  expect(Math.abs(bayesAccuracy(made, 4000) - phi)).toBeLessThan(0.03);
});
test('centres of task 0 lie in the shared space; those of another do as far as asked', () => {
  /** Share of the squared length that lies in the span of the rows of `basis` [k, n]. */
  const within = (vectors: Float32Array, basis: Float32Array, n: number): number => {
    const rows: number[][] = [];
    for (let j = 0; j < basis.length / n; j++) {
      const row = [...basis.subarray(j * n, (j + 1) * n)];
      for (const before of rows) { const p = row.reduce((s, v, i) => s + v * before[i]!, 0); row.forEach((v, i) => (row[i] = v - p * before[i]!)); }
      const length = Math.hypot(...row);
      if (length > 1e-3) rows.push(row.map((v) => v / length));
    }
    let [inside, all] = [0, 0];
    for (let k = 0; k < vectors.length / n; k++) {
      const v = vectors.subarray(k * n, (k + 1) * n);
      all += v.reduce((s, x) => s + x * x, 0);
      for (const row of rows) inside += row.reduce((s, b, i) => s + b * v[i]!, 0) ** 2;
    }
    expect(rows.length).toBe(16);
    return inside / all;
  };
  const space = floats(gaussianTask(task).centres);
  expect(within(space, space, 64)).toBeCloseTo(1, 4);
  expect(within(floats(gaussianTask({ ...task, task: 1, sharedShare: 1 }).centres), space, 64)).toBeCloseTo(1, 4);
  expect(within(floats(gaussianTask({ ...task, task: 1, sharedShare: 0 }).centres), space, 64)).toBeCloseTo(16 / 64, 1);
  expect(Math.abs(within(floats(gaussianTask({ ...task, task: 1 }).centres), space, 64) - (0.5 + 0.5 * 0.25))).toBeLessThan(0.08);
  expect(floats(gaussianTask({ ...task, task: 1 }).centres)).not.toEqual(floats(gaussianTask({ ...task, task: 2 }).centres));
});
test('classes take turns', () => {
  const { x, y } = makeGaussianTask(gaussianTask(task), 'train', 25);
  expect(x.shape).toEqual([25, 64]);
  expect([...y.data.slice(0, 12)]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]);
});

test('a planted map has its rank, its columns, and outputs of variance 1', () => {
  const { relevant, weights } = plant({ seed: 1, inputs: 20, relevant: 6, outputs: 8, rank: 2, correlation: 0 });
  expect(relevant.reduce((a, b) => a + b)).toBe(6);
  const rows = Array.from({ length: 8 }, (_, o) => [...weights.data.subarray(o * 20, (o + 1) * 20)]);
  for (const row of rows) {
    row.forEach((v, i) => expect(v !== 0).toBe(relevant[i] === 1));
    expect(row.reduce((s, v) => s + v * v, 0)).toBeCloseTo(1, 5);
  }
  // Rank 2: every row is a combination of the first two.
  const [a, b] = [rows[0]!, rows[1]!];
  const dot = (p: number[], q: number[]): number => p.reduce((s, v, i) => s + v * q[i]!, 0);
  const det = dot(a, a) * dot(b, b) - dot(a, b) ** 2;
  expect(det).toBeGreaterThan(1e-3);
  for (const row of rows) {
    const [u, v] = [(dot(row, a) * dot(b, b) - dot(row, b) * dot(a, b)) / det, (dot(row, b) * dot(a, a) - dot(row, a) * dot(a, b)) / det];
    row.forEach((value, i) => expect(value).toBeCloseTo(u * a[i]! + v * b[i]!, 5));
  }
});

test('pairs of views have the second moments that were asked for', () => {
  const spec = { moments: [1, 1, 0.5, 0.25], survival: [1, 0.2, 0.9, 0] };
  const pairs = Array.from({ length: 4000 }, (_, i) => featurePair(spec, Random.seed(1).fork(i)));
  const mean = (f: (p: { x: Float32Array; other: Float32Array }) => number): number => pairs.reduce((s, p) => s + f(p), 0) / pairs.length;
  spec.moments.forEach((m, j) => {
    expect(Math.abs(mean(({ x }) => x[j]! ** 2) - m)).toBeLessThan(4 * m * Math.sqrt(2 / 4000));
    expect(Math.abs(mean(({ x, other }) => x[j]! * other[j]!) - m * spec.survival[j]!)).toBeLessThan(4 * m * Math.sqrt(2 / 4000));
  });
  expect(Math.abs(mean(({ x, other }) => x[0]! * other[1]!))).toBeLessThan(0.08);
});
