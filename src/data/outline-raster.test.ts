import { expect, test } from 'vitest';
import { flatten, rasterise, type Affine, type Polygon } from './outline-raster';
import type { Contour } from './typefaces';

const still: Affine = { a: 1, b: 0, c: 0, d: 1, e: 0, f: 0 };
const square = (left: number, top: number, right: number, bottom: number): Polygon => Float64Array.of(left, top, right, top, right, bottom, left, bottom);
/** The same polygon, gone round the other way. */
const reversed = (polygon: Polygon): Polygon => {
  const corners = Array.from({ length: polygon.length / 2 }, (_, i) => [polygon[2 * i]!, polygon[2 * i + 1]!] as const);
  return Float64Array.from(corners.reverse().flat());
};
const sum = (image: Float32Array): number => image.reduce((total, v) => total + v, 0);
/** A circle of four cubics (control points at 0.5523 r, Riskus), in whole units. */
const circle = (r: number): Contour => {
  const k = Math.round(0.5522847 * r);
  return { degrees: Uint8Array.of(3, 3, 3, 3), points: Int16Array.of(r, 0, r, k, k, r, 0, r, -k, r, -r, k, -r, 0, -r, -k, -k, -r, 0, -r, k, -r, r, -k, r, 0) };
};

test('a square covers its pixels and shares of those at its edges', () => {
  // From (1.5, 1) to (3.25, 2.5) in a 5 x 4 image.
  expect([...rasterise([square(1.5, 1, 3.25, 2.5)], still, 5, 4)]).toEqual([0, 0, 0, 0, 0, 0, 0.5, 1, 0.25, 0, 0, 0.25, 0.5, 0.125, 0, 0, 0, 0, 0, 0]);
});
test('the mass of a circle is pi r^2', () => {
  const image = rasterise(flatten([circle(1000)]), { a: 0.01, b: 0, c: 0, d: -0.01, e: 14.3, f: 13.9 }, 28, 28);
  expect(sum(image) / (Math.PI * 100)).toBeCloseTo(1, 2);
  expect(image[14 * 28 + 14]).toBe(1);
});
test('a contour that goes round the other way is a hole, one that goes the same way is not', () => {
  const [outer, inner] = [square(0, 0, 6, 6), square(2, 2, 4, 4)];
  expect(sum(rasterise([outer, reversed(inner)], still, 6, 6))).toBe(32);
  expect(sum(rasterise([outer, inner], still, 6, 6))).toBe(36);
  expect(sum(rasterise([reversed(outer), inner], still, 6, 6))).toBe(32);
});
test('shapes that overlap are filled once', () => {
  expect(sum(rasterise([square(0, 0, 4, 4), square(2, 2, 6, 6)], still, 8, 8))).toBe(28);
});
test('a turned square keeps its mass', () => {
  const turned = rasterise([square(-4, -4, 4, 4)], { a: 0.8, b: 0.6, c: -0.6, d: 0.8, e: 10.2, f: 9.7 }, 20, 20);
  expect(sum(turned)).toBeCloseTo(64, 0);
});
test('what lies outside the image is cut off', () => {
  expect(sum(rasterise([square(-10, -10, 2, 50)], still, 4, 4))).toBe(8);
  expect(sum(rasterise([square(5, 5, 9, 9)], still, 4, 4))).toBe(0);
});
test('y up becomes y down by the transform: the top of an outline is the top of its image', () => {
  const image = rasterise([square(0, 3, 4, 4)], { a: 1, b: 0, c: 0, d: -1, e: 0, f: 4 }, 4, 4);
  expect([...image.subarray(0, 4)]).toEqual([1, 1, 1, 1]);
  expect(sum(image)).toBe(4);
});
test('curves pass through their ends, and a quadratic is at the mean of its middle and ends half way', () => {
  const [corners] = flatten([{ degrees: Uint8Array.of(2, 1), points: Int16Array.of(0, 0, 100, 200, 200, 0, 50, -50) }]);
  expect([...corners!.subarray(0, 2)]).toEqual([0, 0]);
  expect([...corners!.subarray(6, 8)]).toEqual([100, 100]); // t = 1/2: (0 + 2 * 200 + 0) / 4
  expect([...corners!.subarray(12)]).toEqual([200, 0, 50, -50]);
});
