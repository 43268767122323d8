/**
 * What an object of a scene can be: the eight shapes, a bar, and three compounds, parts of which look like other kinds (a table's legs
 * like bars). The rules hold in a frame where an object fills about [-1, 1] x [-1, 1], v downwards, never more than 1.1 either way.
 */
import { insideShape, shapes } from './parts';

type Rule = (u: number, v: number) => boolean;
const within = (t: number, low: number, high: number): boolean => t >= low && t < high;
const bar: Rule = (u, v) => Math.abs(u) < 0.26 && Math.abs(v) < 1.05;
const ring = shapes.indexOf('ring');
const triangle = shapes.indexOf('triangle');

interface Compound {
  /** What is left of the object when its parts are taken away. */
  readonly body: Rule;
  /** Parts by themselves, and the kind that each looks like. */
  readonly parts: readonly Rule[];
  readonly like: string;
}
const compounds: Readonly<Record<string, Compound>> = {
  table: {
    body: (u, v) => within(v, -0.72, -0.36) && Math.abs(u) < 0.95,
    parts: [-0.7, 0.7].map((at): Rule => (u, v) => within(v, -0.36, 0.88) && Math.abs(u - at) < 0.17),
    like: 'bar',
  },
  wagon: {
    body: (u, v) => within(v, -0.6, 0.1) && Math.abs(u) < 0.95,
    parts: [-0.52, 0.52].map((at): Rule => (u, v) => v >= 0.1 && insideShape(ring, (u - at) / 0.4, (v - 0.5) / 0.4)),
    like: 'ring',
  },
  house: {
    body: (u, v) => within(v, -0.1, 0.9) && Math.abs(u) < 0.62,
    parts: [(u, v) => v < -0.1 && insideShape(triangle, u / 0.9, (v + 0.49) / 0.49)],
    like: 'triangle',
  },
};
/** Names of all kinds: the eight shapes first, in their order, then 'bar', then the compounds. */
export const kinds: readonly string[] = [...shapes, 'bar', ...Object.keys(compounds)];
/** Indices of the kinds that scenes are made of unless told otherwise: the eight shapes. */
export const plainKinds: readonly number[] = shapes.map((_, kind) => kind);
/** Indices of the kinds with parts that look like another kind. */
export const compoundKinds: readonly number[] = Object.keys(compounds).map((name) => kinds.indexOf(name));
/** Number of parts of a kind that look like another, and which one: { count: 0 } for all but compounds. */
export const partsOf = (kind: number): { readonly count: number; readonly like?: number } => {
  const compound = compounds[kinds[kind]!];
  return compound ? { count: compound.parts.length, like: kinds.indexOf(compound.like) } : { count: 0 };
};

/** Outside 0; in the body 1; in part number p of a compound 2 + p. */
type PartRule = (u: number, v: number) => number;
const partRules: readonly PartRule[] = kinds.map((name, kind): PartRule => {
  const compound = compounds[name];
  if (!compound) return name === 'bar' ? (u, v) => (bar(u, v) ? 1 : 0) : (u, v) => (insideShape(kind, u, v) ? 1 : 0);
  return (u, v) => {
    if (compound.body(u, v)) return 1;
    const part = compound.parts.findIndex((rule) => rule(u, v));
    return part < 0 ? 0 : part + 2;
  };
});
/** Where (u, v) lies in an object of this kind: 0 outside, 1 in its body, 2 + p in its part number p. */
export const partAt = (kind: number, u: number, v: number): number => (u > -1.1 && u < 1.1 && v > -1.1 && v < 1.1 ? partRules[kind]!(u, v) : 0);
/** No kind reaches farther from its middle than this, in units of its radius. */
export const reach = 1.2;
/** Kinds that keep company where pairs are planted and none are told: circle with star, square with ring, triangle with heart, diamond with cross. */
export const usualPairs: readonly (readonly [number, number])[] = ([['circle', 'star'], ['square', 'ring'], ['triangle', 'heart'], ['diamond', 'cross']] as const).map(([a, b]) => [kinds.indexOf(a), kinds.indexOf(b)]);
