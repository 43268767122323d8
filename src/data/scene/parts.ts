/** Shapes, textures and colours of the scenes: shapes and textures are rules on the plane, one line each. */
import { cos, sin } from '../../base/math';

/** Whether (u, v) is inside, in a frame where the shape fills about [-1, 1] x [-1, 1]; v points down. */
type Inside = (u: number, v: number) => boolean;

/** Ten corners, outer and inner in turn, the first straight up. */
const reachOf = (k: number): number => (k % 2 === 0 ? 1.05 : 0.46);
const starU = Float64Array.from({ length: 10 }, (_, k) => reachOf(k) * sin((Math.PI * k) / 5));
const starV = Float64Array.from({ length: 10 }, (_, k) => -reachOf(k) * cos((Math.PI * k) / 5) + 0.06);
/** Even-odd rule: a ray to the right crosses the border an odd number of times. */
function inPolygon(u: number, v: number, cornerU: Float64Array, cornerV: Float64Array): boolean {
  let inside = false;
  for (let i = 0, j = cornerU.length - 1; i < cornerU.length; j = i++) {
    const [vi, vj] = [cornerV[i]!, cornerV[j]!];
    if (vi > v !== vj > v && u < cornerU[i]! + ((v - vi) * (cornerU[j]! - cornerU[i]!)) / (vj - vi)) inside = !inside;
  }
  return inside;
}
/** (u^2 + v^2 - 1)^3 < u^2 v^3, the well-known heart curve, turned over and made to fit. */
function inHeart(u: number, v: number): boolean {
  const a = 1.18 * u;
  const b = 0.18 - 1.15 * v;
  const r = a * a + b * b - 1;
  return r * r * r < a * a * b * b * b;
}

const shapeRules: Readonly<Record<string, Inside>> = {
  circle: (u, v) => u * u + v * v < 0.92,
  square: (u, v) => Math.abs(u) < 0.84 && Math.abs(v) < 0.84,
  triangle: (u, v) => v < 0.8 && v > -0.95 && Math.abs(u) < ((v + 0.95) / 1.75) * 1.02,
  diamond: (u, v) => Math.abs(u) / 0.72 + Math.abs(v) / 1.05 < 1,
  star: (u, v) => inPolygon(u, v, starU, starV),
  cross: (u, v) => Math.max(Math.abs(u), Math.abs(v)) < 0.96 && Math.min(Math.abs(u), Math.abs(v)) < 0.34,
  ring: (u, v) => u * u + v * v < 1 && u * u + v * v > 0.27,
  heart: inHeart,
};
export const shapes: readonly string[] = Object.keys(shapeRules);
const shapeList = Object.values(shapeRules);
/** Whether (u, v) lies in shape number `shape`. */
export const insideShape = (shape: number, u: number, v: number): boolean => u > -1.1 && u < 1.1 && v > -1.1 && v < 1.1 && shapeList[shape]!(u, v);

/** Whether a point takes the second ink. x and y in pixels, turned with the texture; phases in [0, 1) of a period. */
type Tone = (x: number, y: number, phaseX: number, phaseY: number) => boolean;
const square = (t: number): number => t * t; // not **, which the language leaves to the engine, as it does Math.pow
const fraction = (t: number): number => t - Math.floor(t);

const textureRules: Readonly<Record<string, Tone>> = {
  plain: () => false,
  /** Level stripes, a period of 6 pixels. */
  striped: (_x, y, _px, py) => fraction(y / 6 + py) < 0.5,
  /** Round dots on a square lattice of 6.4 pixels. */
  dotted: (x, y, px, py) => square(fraction(x / 6.4 + px) - 0.5) + square(fraction(y / 6.4 + py) - 0.5) < 0.09,
  /** A board of 4.4-pixel squares. */
  checked: (x, y, px, py) => fraction(x / 8.8 + px) < 0.5 !== fraction(y / 8.8 + py) < 0.5,
};
export const textures: readonly string[] = Object.keys(textureRules);
const textureList = Object.values(textureRules);
/** Whether texture number `texture` shows its second ink at a point. */
export const textureTone = (texture: number, x: number, y: number, phaseX: number, phaseY: number): boolean => textureList[texture]!(x, y, phaseX, phaseY);

/** Red, green and blue, 0..1. */
export type Rgb = readonly [number, number, number];
/** Two inks of every colour: the colour itself, and what its stripes, dots and checks are made of: white, or a dark shade of it. */
const inks: Readonly<Record<string, { readonly ink: Rgb; readonly second: Rgb }>> = {
  red: { ink: [0.88, 0.1, 0.1], second: [1, 0.95, 0.95] },
  orange: { ink: [1, 0.52, 0.05], second: [0.42, 0.16, 0] },
  yellow: { ink: [1, 0.92, 0.15], second: [0.44, 0.36, 0] },
  green: { ink: [0.1, 0.62, 0.16], second: [0.95, 1, 0.95] },
  cyan: { ink: [0.2, 0.88, 0.92], second: [0, 0.34, 0.4] },
  blue: { ink: [0.14, 0.3, 0.95], second: [0.95, 0.97, 1] },
  purple: { ink: [0.52, 0.14, 0.72], second: [0.98, 0.93, 1] },
  pink: { ink: [1, 0.55, 0.78], second: [0.5, 0.08, 0.3] },
};
export const colours: readonly string[] = Object.keys(inks);
/** The inks of each colour, in the order of `colours`. */
export const inkList = Object.values(inks);

export const mix = (a: number, b: number, share: number): number => a + (b - a) * share;
export const mixRgb = (a: Rgb, b: Rgb, share: number): Rgb => [mix(a[0], b[0], share), mix(a[1], b[1], share), mix(a[2], b[2], share)];
