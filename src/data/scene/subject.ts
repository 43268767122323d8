/**
 * A subject: one thing with a look that no other scene has, to be learnt from a few pictures. A plain shape in two colours, parted by a
 * straight line, with a notch cut out of its rim. All of it depends on the subject's number alone.
 */
import { cos, sin } from '../../base/math';
import { Random } from '../../base/random';
import { colours, shapes } from './parts';

export interface Subject {
  /** Index into `kinds`: a circle, a square, a diamond or a heart. */
  readonly kind: number;
  /** Indices into `colours`: of the two sides of the line. */
  readonly colours: readonly [number, number];
  /** Direction of the line's normal, and of the notch, in radians, as [cos, sin]. */
  readonly line: readonly [number, number];
  readonly notch: readonly [number, number];
}
const bases = ['circle', 'square', 'diamond', 'heart'].map((name) => shapes.indexOf(name));
/** Half width of the notch, and how near to the middle it comes. */
const notchHalf = 0.2;
const notchFrom = 0.4;

/** Subject number `number`, 0, 1, 2, ...: always the same one. Shapes take turns, and 56 numbers in a row have 56 different pairs of colours. */
export function subjectOf(number: number): Subject {
  const rng = Random.seed(number).fork('subject');
  const others = colours.length - 1;
  const pair = (number * 11 + 5) % (colours.length * others);
  const first = Math.floor(pair / others);
  const direction = (angle: number): readonly [number, number] => [cos(angle), sin(angle)];
  return { kind: bases[number % bases.length]!, colours: [first, (first + 1 + (pair % others)) % colours.length], line: direction(rng.uniform(0, 2 * Math.PI)), notch: direction(rng.uniform(0, 2 * Math.PI)) };
}
/** Whether the notch takes (u, v) away. */
export function inNotch({ notch: [c, s] }: Subject, u: number, v: number): boolean {
  return u * c + v * s > notchFrom && Math.abs(v * c - u * s) < notchHalf;
}
/** Whether (u, v) is on the second colour's side. */
export const onSecondSide = ({ line: [c, s] }: Subject, u: number, v: number): boolean => u * c + v * s > 0;
