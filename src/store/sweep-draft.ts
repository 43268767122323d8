/** A sweep while it is put together: what stands in the fields, and what that makes. Pure. */
import { InputError } from '../base/errors';
import type { Card } from '../spec/card';
import { limits, type Experiment } from '../spec/experiment';
import type { Knob } from '../spec/knobs';
import { parseAxis, planSweep, sweepLimits, type Axis, type Sweep } from '../spec/sweep';
import { storeTexts } from './texts';

const t = storeTexts.draft;

/** One knob that varies, as its fields have it. */
export interface AxisDraft {
  readonly knob: string;
  readonly form: 'log' | 'lin' | 'list';
  readonly from: string;
  readonly to: string;
  readonly count: string;
  /** With 'list': numbers between commas, or options that are chosen. */
  readonly list: string;
}
export interface SweepDraft {
  /** Of which method the knobs are; another method begins with none. */
  readonly method: string;
  readonly axes: readonly AxisDraft[];
  /** Points at random in place of the grid. */
  readonly random: boolean;
  readonly points: string;
  readonly draw: string;
  readonly seeds: string;
  /** How many points run side by side. */
  readonly jobs: number;
}
/** Workers that a page may have beside the one of the experiment: a core is left to the page. */
export const mostJobs = (cores = globalThis.navigator?.hardwareConcurrency ?? 2): number => Math.min(8, Math.max(1, cores - 1));
export const emptyDraft = (method: string): SweepDraft => ({ method, axes: [], random: false, points: '16', draw: '1', seeds: '1', jobs: mostJobs() });

const isNumber = (knob: Knob): knob is Extract<Knob, { type: 'int' | 'float' | 'logFloat' }> => knob.type === 'int' || knob.type === 'float' || knob.type === 'logFloat';
/** The draft as it stands for a method. */
export const draftFor = (card: Card, draft: SweepDraft): SweepDraft => (draft.method === card.id ? draft : { ...draft, method: card.id, axes: [] });
export const variable = (card: Card): readonly string[] => Object.entries(card.knobs).flatMap(([name, knob]) => (knob.type === 'text' ? [] : [name]));
/** Values of a knob that is no number. */
export const optionsOf = (knob: Knob): readonly (string | boolean)[] => (knob.type === 'choice' ? Object.keys(knob.options) : [false, true]);
/** A knob as it first varies: round its value for numbers, all options otherwise. */
export function axisFor(card: Card, { knobs }: Pick<Experiment, 'knobs'>, name: string): AxisDraft {
  const knob = card.knobs[name]!;
  const blank = { knob: name, from: '', to: '', count: '3', list: '' };
  if (!isNumber(knob)) return { ...blank, form: 'list', list: optionsOf(knob).join(',') };
  const now = Number(knobs[name] ?? knob.default);
  const within = (v: number): number => Math.min(knob.max, Math.max(knob.min, knob.type === 'int' ? Math.round(v) : Number(v.toPrecision(3))));
  if (knob.type === 'logFloat') return { ...blank, form: 'log', from: String(within(now / 10)), to: String(within(now * 10)) };
  const reach = now === 0 ? (knob.max - knob.min) / 4 : Math.abs(now) / 2;
  return { ...blank, form: 'lin', from: String(within(now - reach)), to: String(within(now + reach)) };
}
const textOf = ({ knob, form, from, to, count, list }: AxisDraft): string => `${knob}=${form === 'list' ? list.replaceAll(' ', '') : [form, from, to, count].map((part) => part.trim()).join(':')}`;
function whole(what: string, text: string, least: number, most: number): number {
  if (!/^\d{1,10}$/.test(text.trim()) || Number(text) < least || Number(text) > most) throw new InputError(t.whole(what, least, most, text.slice(0, 40)));
  return Number(text);
}
/** The sweep that the fields make. It runs on WASM unless the experiment asks for WebGPU: a race for each point would make points differ. @throws InputError saying which field cannot be, and what was expected */
export function readDraft(card: Card, experiment: Experiment, draft: SweepDraft): Sweep {
  const axes = draftFor(card, draft).axes.map((axis) => {
    if (axis.form === 'list' && axis.list.trim() === '') throw new InputError(t.noValue(card.knobs[axis.knob]?.label ?? axis.knob));
    return parseAxis(card, textOf(axis));
  });
  const base: Experiment = { ...experiment, backend: experiment.backend === 'webgpu' ? 'webgpu' : 'wasm', seeds: whole(t.seeds, draft.seeds, 1, limits.seeds) };
  const sweep: Sweep = { base, axes, ...(draft.random && { random: { points: whole(t.points, draft.points, 1, sweepLimits.points), seed: whole(t.draw, draft.draw, 0, limits.seed) } }) };
  planSweep(card, sweep);
  return sweep;
}
const fieldsOf = (axis: Axis): AxisDraft => ('values' in axis
  ? { knob: axis.knob, form: 'list', from: '', to: '', count: '3', list: axis.values.map(String).join(',') }
  : { knob: axis.knob, form: axis.log ? 'log' : 'lin', from: String(axis.from), to: String(axis.to), count: String(axis.count), list: '' });
/** The fields that make this sweep. */
export const draftOf = ({ base, axes, random }: Sweep, jobs: number): SweepDraft =>
  ({ ...emptyDraft(base.method), axes: axes.map(fieldsOf), random: random !== undefined, ...(random && { points: String(random.points), draw: String(random.seed) }), seeds: String(base.seeds), jobs });
