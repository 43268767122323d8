import { expect, test } from 'vitest';
import { Random } from '../../base/random';
import { centres, densityOf, pointOf, shapes2d, type Toy2dSpec } from './toy-2d';

const spec = (shape: Toy2dSpec['shape'], parts = 4): Toy2dSpec => ({ shape, std: 0.1, parts });
const sample = (s: Toy2dSpec, n: number) => Array.from({ length: n }, (_, i) => pointOf(s, Random.seed(1).fork(s.shape, i)));
const known = ['mixture', 'grid', 'checkerboard'] as const;

test.each(known)('the density of a %s sums to one, with noise and without', (shape) => {
  const { density } = densityOf(spec(shape))!;
  for (const sigma of [0, 0.1, 0.4]) {
    let sum = 0;
    const h = 0.05;
    for (let x = -3; x < 3; x += h) for (let y = -3; y < 3; y += h) sum += density([x + h / 2, y + h / 2], sigma) * h * h;
    expect(sum).toBeCloseTo(1, 2);
  }
});
test.each(known)('the score of a %s is the gradient of the logarithm of its density (central differences)', (shape) => {
  const { density, score } = densityOf(spec(shape))!;
  for (const [x, y] of [[0.1, 0.2], [-0.7, 0.4], [1.2, -0.9]] as const)
    for (const sigma of [0.15, 0.5]) {
      const h = 1e-5;
      const slope = (dx: number, dy: number): number => (Math.log(density([x + dx, y + dy], sigma)) - Math.log(density([x - dx, y - dy], sigma))) / (2 * h);
      const [sx, sy] = score([x, y], sigma);
      expect(sx).toBeCloseTo(slope(h, 0), 4);
      expect(sy).toBeCloseTo(slope(0, h), 4);
    }
});
test.each(known)('points of a %s fall into cells as often as the density says', (shape) => {
  const s = spec(shape, shape === 'grid' ? 3 : 5);
  const { density } = densityOf(s)!;
  const points = sample(s, 4000);
  for (const [x, y, side] of [[0, 0, 1.5], [-1.5, 0, 1.5], [0.25, -0.75, 0.5], [-0.5, -0.5, 0.5]] as const) {
    const h = side / 60;
    let mass = 0;
    for (let i = 0; i < 60; i++) for (let j = 0; j < 60; j++) mass += density([x + (i + 0.5) * h, y + (j + 0.5) * h], 0) * h * h;
    const seen = points.filter(({ point: [u, v] }) => u >= x && u < x + side && v >= y && v < y + side).length / 4000;
    expect(Math.abs(seen - mass)).toBeLessThan(3.5 * Math.sqrt(0.25 / 4000));
  }
});
test('classes lie where their shapes do', () => {
  for (const { point: [x, y], label } of sample({ ...spec('rings', 3), std: 1e-6 }, 60)) expect(Math.hypot(x, y)).toBeCloseTo((label + 1) / 3, 4);
  for (const { point: [x, y], label } of sample(spec('xor'), 60)) expect(label).toBe(x * y > 0 ? 0 : 1);
  for (const { point, label } of sample(spec('mixture', 6), 200)) {
    const d = centres(spec('mixture', 6)).map(([cx, cy]) => Math.hypot(point[0] - cx, point[1] - cy));
    expect(d[label]).toBeLessThan(0.5);
  }
  for (const { point: [x, y] } of sample(spec('checkerboard'), 200)) expect((Math.floor(2 * x + 2) + Math.floor(2 * y + 2)) % 2).toBe(0);
  for (const { point: [x, y], label } of sample({ ...spec('spirals', 2), std: 1e-6 }, 60)) {
    const r = Math.hypot(x, y);
    const angle = Math.atan2(y, x) - 3 * Math.PI * r - Math.PI * label;
    expect(Math.cos(angle)).toBeCloseTo(1, 3);
  }
});
test('every shape stays near the square from -1 to 1, all its classes come up, and what is not known is not told', () => {
  for (const shape of shapes2d) {
    const points = sample(spec(shape, 3), 400);
    for (const { point } of points) for (const v of point) expect(Math.abs(v)).toBeLessThan(1.9);
    expect(new Set(points.map((p) => p.label)).size).toBe({ mixture: 3, grid: 9, checkerboard: 8, rings: 3, moons: 2, spirals: 3, xor: 2, pinwheel: 3 }[shape]);
    expect(densityOf(spec(shape)) !== undefined).toBe((known as readonly string[]).includes(shape));
  }
});
