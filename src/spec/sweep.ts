/** A sweep: one experiment at many points of its knobs, on a grid or at random. Plain data, and a plan that depends on nothing else. */
import { InputError, LinkError } from '../base/errors';
import { exp, log } from '../base/math';
import { Random } from '../base/random';
import type { Card } from './card';
import { limits, type Experiment } from './experiment';
import { checkKnob, type Knob, type KnobValue } from './knobs';
import { linkLimit, parseValue, readable, readLink, writeLink } from './link';

/** One knob's values: those listed, or a range, of which a grid takes `count` at equal distances (equal ratios where `log`) and a random search any. */
export type Axis = { readonly knob: string; readonly values: readonly KnobValue[] } | { readonly knob: string; readonly from: number; readonly to: number; readonly log: boolean; readonly count: number };
export interface Sweep {
  /** Every point runs its arms and seeds, with its own knobs. */
  readonly base: Experiment;
  readonly axes: readonly Axis[];
  /** How many points are drawn at random, from the stream of `seed`; left out, all of the grid. */
  readonly random?: { readonly points: number; readonly seed: number };
}
export interface SweepPoint {
  /** What differs from the base. */
  readonly knobs: Readonly<Record<string, KnobValue>>;
  readonly experiment: Experiment;
}
export const sweepLimits = { axes: 8, valuesPerAxis: 100, points: 1000 } as const;

const number = /^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
/** `rate=0.001,0.01`, `rate=log:1e-4:1e-1:4`, `width=lin:8:64:8`. @throws InputError saying what was expected */
export function parseAxis(card: Card, text: string): Axis {
  const [, name = '', what = ''] = /^([^=]*)=(.*)$/s.exec(text) ?? [];
  const knob = Object.hasOwn(card.knobs, name) ? card.knobs[name] : undefined;
  if (!knob) throw new InputError(`A sweep varies a knob, as in rate=0.001,0.01; "${text.slice(0, 60)}" names none of ${Object.keys(card.knobs).join(', ')}.`);
  const [scale, from, to, count] = what.split(':');
  if (scale === 'log' || scale === 'lin') {
    if (![from, to].every((n) => n !== undefined && number.test(n)) || !/^\d+$/.test(count ?? '')) throw new InputError(`${name}: a range is written ${scale}:FROM:TO:COUNT, but "${what.slice(0, 60)}" came.`);
    return checkedAxis(card, { knob: name, from: Number(from), to: Number(to), log: scale === 'log', count: Number(count) });
  }
  return checkedAxis(card, { knob: name, values: what.split(',').map((value) => (knob.type === 'choice' || knob.type === 'text' ? value : parseValue(value))) });
}
/** @throws InputError naming what the knob does not allow */
function checkedAxis(card: Card, axis: Axis): Axis {
  const knob = Object.hasOwn(card.knobs, axis.knob) ? card.knobs[axis.knob] : undefined;
  if (!knob) throw new InputError(`A sweep varies "${axis.knob.slice(0, 60)}", which is no knob of ${card.id}.`);
  const count = 'values' in axis ? axis.values.length : axis.count;
  if (!(Number.isInteger(count) && count >= 1 && count <= sweepLimits.valuesPerAxis)) throw new InputError(`${axis.knob}: expected 1 to ${sweepLimits.valuesPerAxis} values, but ${count} came.`);
  if ('from' in axis) {
    if (knob.type !== 'int' && knob.type !== 'float' && knob.type !== 'logFloat') throw new InputError(`${axis.knob} is no number, so it has no range. List its values: ${axis.knob}=A,B.`);
    if (!(axis.from < axis.to) || (axis.log && axis.from <= 0)) throw new InputError(`${axis.knob}: a range goes from a smaller number to a larger one${axis.log ? ', and a logarithmic one begins above 0' : ''}, but ${axis.from} to ${axis.to} came.`);
  }
  for (const value of 'values' in axis ? axis.values : [axis.from, axis.to]) {
    const checked = checkKnob(axis.knob, knob, value);
    if ('problem' in checked) throw new InputError(checked.problem);
  }
  return axis;
}

/** A number of the range at `share` of the way, whole where the knob is. */
function within({ from, to, log: byRatio }: Extract<Axis, { from: number }>, share: number, knob: Knob): number {
  if (share === 0 || share === 1) return share === 0 ? from : to;
  const value = byRatio ? Number(exp(log(from) + share * (log(to) - log(from))).toPrecision(6)) : from + share * (to - from);
  return knob.type === 'int' ? Math.round(value) : Number(value.toPrecision(12));
}
const valuesOf = (axis: Axis, knob: Knob): readonly KnobValue[] =>
  'values' in axis ? axis.values : [...new Set(Array.from({ length: axis.count }, (_, i) => within(axis, axis.count === 1 ? 0 : i / (axis.count - 1), knob)))];

/** Every point, the last axis turning fastest. @throws InputError where an axis is not the card's, or there are too many points */
export function planSweep(card: Card, { base, axes, random }: Sweep): SweepPoint[] {
  if (axes.length === 0 || axes.length > sweepLimits.axes) throw new InputError(`A sweep varies 1 to ${sweepLimits.axes} knobs, but ${axes.length} came.`);
  const twice = axes.find(({ knob }, i) => axes.findIndex((a) => a.knob === knob) !== i);
  if (twice) throw new InputError(`${twice.knob} is varied twice. Give all its values at once.`);
  const knobs = axes.map((axis) => card.knobs[checkedAxis(card, axis).knob]!);
  const points = random ? random.points : axes.reduce((product, axis, i) => product * valuesOf(axis, knobs[i]!).length, 1);
  if (!(Number.isInteger(points) && points >= 1 && points <= sweepLimits.points)) throw new InputError(`A sweep has 1 to ${sweepLimits.points} points, but this one would have ${points}. Take fewer values.`);
  const at = (values: readonly (readonly [string, KnobValue])[]): SweepPoint => {
    const changed = Object.fromEntries(values);
    return { knobs: changed, experiment: { ...base, knobs: { ...base.knobs, ...changed } } };
  };
  if (random) return Array.from({ length: points }, (_, i) => at(axes.map((axis, a) => [axis.knob, drawn(axis, knobs[a]!, Random.seed(random.seed).fork('sweep', i, axis.knob))])));
  let grid: (readonly (readonly [string, KnobValue])[])[] = [[]];
  for (const [i, axis] of axes.entries()) grid = grid.flatMap((row) => valuesOf(axis, knobs[i]!).map((value) => [...row, [axis.knob, value] as const]));
  return grid.map(at);
}
function drawn(axis: Axis, knob: Knob, rng: Random): KnobValue {
  const share = rng.uniform();
  return 'values' in axis ? axis.values[Math.floor(share * axis.values.length)]! : within(axis, share, knob);
}

/** What `parseAxis` reads back. */
export const axisText = (axis: Axis): string => `${axis.knob}=${'values' in axis ? axis.values.map(String).join(',') : `${axis.log ? 'log' : 'lin'}:${axis.from}:${axis.to}:${axis.count}`}`;

/**
 * A sweep as a link: its experiment's, and what varies.
 *   #sweep?of=winner%3Fv%3D1%26seed%3D3&vary=learningRate%3Dlog:0.0001:0.01:4&random=20&draw=1
 */
export function writeSweep(card: Card, { base, axes, random }: Sweep): string {
  const fields = [['of', writeLink(card, base).slice(1)], ...axes.map((axis) => ['vary', axisText(axis)]), ...(random ? [['random', String(random.points)], ['draw', String(random.seed)]] : [])];
  return `#sweep?${fields.map(([name, text]) => `${name}=${readable(text!)}`).join('&')}`;
}
/** Whether a hash claims to be a sweep. */
export const isSweepLink = (hash: string): boolean => hash.startsWith('#sweep?');
/** The sweep of a link, planned once so that it is known to be possible. `notes`: what was dropped. @throws LinkError | InputError for one that is damaged, or asks for what cannot be */
export function readSweep(hash: string, cards: Readonly<Record<string, Card>>): { readonly sweep: Sweep; readonly notes: readonly string[] } {
  if (hash.length > 2 * linkLimit) throw new LinkError(`The sweep's link is ${hash.length} characters long; at most ${2 * linkLimit} are read. It was not made by this page.`);
  const notes: string[] = [];
  const found: { of?: string; vary: string[]; random?: number; draw: number } = { vary: [], draw: 1 };
  for (const field of hash.slice('#sweep?'.length).split('&').slice(0, 64)) {
    const at = field.indexOf('=');
    const [name, text] = at < 0 ? [field, ''] : [field.slice(0, at), decoded(field.slice(at + 1))];
    if (name === 'of') found.of = text;
    else if (name === 'vary') found.vary.push(text);
    else if (name === 'random') found.random = whole(name, text, sweepLimits.points);
    else if (name === 'draw') found.draw = whole(name, text, limits.seed);
    else notes.push(`Unknown field "${name.slice(0, 40)}" was dropped.`);
  }
  if (found.of === undefined) throw new LinkError('The sweep\'s link does not say of which experiment it is. Copy it again, whole.');
  const { experiment: base, notes: more } = readLink(`#${found.of}`, cards);
  const card = cards[base.method]!;
  const sweep: Sweep = { base, axes: found.vary.map((text) => parseAxis(card, text)), ...(found.random !== undefined && { random: { points: found.random, seed: found.draw } }) };
  planSweep(card, sweep);
  return { sweep, notes: [...notes, ...more] };
}
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new LinkError('The link is damaged: a % is not followed by two hex digits. Copy it again, whole.');
  }
}
function whole(name: string, text: string, most: number): number {
  if (!/^\d{1,10}$/.test(text) || Number(text) > most) throw new LinkError(`The sweep's ${name} must be a whole number up to ${most}, but "${text.slice(0, 40)}" came. Correct or remove it.`);
  return Number(text);
}
