/**
 * A lesson: steps that lead through experiments. Plain data, whether it ships or a teacher wrote it, and as hostile as any file: bounded, every field checked, shown as
 * text and never executed. docs/teaching.md tells how to write one.
 */
import { InputError } from '../base/errors';
import type { Card, Quantity } from './card';
import { median } from './claim';
import { readLink } from './link';
import type { Outcome } from './result';

/** What the page shows brightly while a step is on: a part of the experiment's screen. */
export type LookAt =
  | { readonly kind: 'chart' | 'picture' | 'light' | 'knob' | 'ask'; readonly name: string }
  | { readonly kind: 'run' | 'results' | 'claim' | 'share' | 'about' };
/** When a step is done. */
export type Until =
  | { readonly kind: 'finished' }
  | { readonly kind: 'knob'; readonly name: string; readonly from?: number; readonly to?: number; readonly is?: string | number | boolean }
  | { readonly kind: 'seeds'; readonly least: number }
  | { readonly kind: 'answered' };
/** What the text says will be seen at the end of the step's run: the page says whether it was. */
export interface Foretold {
  readonly says: string;
  readonly left: Quantity;
  readonly right: Quantity | number;
  readonly comparison: '>' | '<';
}
export interface Question {
  readonly asks: string;
  readonly options: readonly { readonly text: string; /** Shown when it was chosen. */ readonly why: string }[];
  /** Which option is right. */
  readonly right: number;
}
export interface LessonStep {
  readonly title: string;
  /** Paragraphs of plain text. */
  readonly text: readonly string[];
  /** The experiment of this step, as a link; absent, the one before stays. */
  readonly link?: string;
  /** What to do, in one sentence. */
  readonly task?: string;
  readonly look?: LookAt;
  readonly until?: Until;
  readonly foretold?: Foretold;
  readonly question?: Question;
}
export interface Lesson {
  readonly version: 1;
  readonly id: string;
  readonly title: string;
  /** What it is about, in a sentence. */
  readonly says: string;
  readonly family: Card['family'];
  readonly audience: string;
  /** About how long it takes. */
  readonly minutes: number;
  readonly steps: readonly LessonStep[];
}
export const lessonLimits = { steps: 30, paragraphs: 8, text: 1500, short: 300, options: 6, bytes: 200_000 } as const;

type Fields = Readonly<Record<string, unknown>>;
const isRecord = (v: unknown): v is Fields => typeof v === 'object' && v !== null && !Array.isArray(v);
const fail = (where: string, expected: string, came: unknown): never => {
  throw new InputError(`${where}: expected ${expected}, but ${(JSON.stringify(came) ?? 'nothing').slice(0, 60)} came.`);
};
const record = (where: string, v: unknown): Fields => (isRecord(v) ? v : fail(where, 'an object', v));
function text(where: string, v: unknown, most: number): string {
  if (typeof v !== 'string' || v.trim() === '' || v.length > most || /[\p{Cc}\p{Cs}\u202A-\u202E\u2066-\u2069]/u.test(v)) return fail(where, `plain text of 1 to ${most} characters on one line`, v);
  return v;
}
function number(where: string, v: unknown, least: number, most: number): number {
  return typeof v === 'number' && Number.isFinite(v) && v >= least && v <= most ? v : fail(where, `a number from ${least} to ${most}`, v);
}
function list(where: string, v: unknown, least: number, most: number): readonly unknown[] {
  return Array.isArray(v) && v.length >= least && v.length <= most ? v : fail(where, `a list of ${least} to ${most}`, v);
}
function oneOf<T extends string>(where: string, v: unknown, options: readonly T[]): T {
  return options.find((o) => o === v) ?? fail(where, `one of ${options.join(', ')}`, v);
}
/** A name that the card has. */
function named(where: string, v: unknown, has: Readonly<Record<string, unknown>>): string {
  return typeof v === 'string' && Object.hasOwn(has, v) ? v : fail(where, `one of ${Object.keys(has).slice(0, 40).join(', ')}`, v);
}

/** A lesson from anything at all. @throws InputError naming the field, what was expected and what came */
export function readLesson(value: unknown, cards: Readonly<Record<string, Card>>): Lesson {
  const v = record('The lesson', value);
  if (v.version !== 1) fail('version', '1', v.version);
  const id = text('id', v.id, 60);
  if (!/^[a-z0-9-]+$/.test(id)) fail('id', 'small letters, digits and hyphens', id);
  let card: Card | undefined;
  const steps = list('steps', v.steps, 1, lessonLimits.steps).map((step, i): LessonStep => {
    const read = readStep(`steps[${i}]`, record(`steps[${i}]`, step), card, cards);
    card = read.card;
    return read.step;
  });
  return {
    version: 1, id, title: text('title', v.title, lessonLimits.short), says: text('says', v.says, lessonLimits.short),
    family: oneOf('family', v.family, ['own', 'masks', 'noise', 'averages']), audience: text('audience', v.audience, lessonLimits.short), minutes: number('minutes', v.minutes, 1, 600), steps,
  };
}
function readStep(at: string, v: Fields, before: Card | undefined, cards: Readonly<Record<string, Card>>): { step: LessonStep; card: Card } {
  let card = before;
  if (v.link !== undefined) {
    const link = text(`${at}.link`, v.link, 4096);
    const { experiment, notes } = readLink(link, cards);
    if (notes.length > 0) throw new InputError(`${at}.link: ${notes.slice(0, 3).join(' ')}${notes.length > 3 ? ` And ${notes.length - 3} more.` : ''}`);
    card = cards[experiment.method];
  }
  if (!card) throw new InputError(`${at}: the first step needs a link, so that there is an experiment.`);
  const step: LessonStep = {
    title: text(`${at}.title`, v.title, lessonLimits.short),
    text: list(`${at}.text`, v.text, 1, lessonLimits.paragraphs).map((p, i) => text(`${at}.text[${i}]`, p, lessonLimits.text)),
    ...(v.link !== undefined && { link: v.link as string }), // a text: it was read
    ...(v.task !== undefined && { task: text(`${at}.task`, v.task, lessonLimits.short) }),
    ...(v.look !== undefined && { look: readLook(`${at}.look`, record(`${at}.look`, v.look), card) }),
    ...(v.until !== undefined && { until: readUntil(`${at}.until`, record(`${at}.until`, v.until), card) }),
    ...(v.foretold !== undefined && { foretold: readForetold(`${at}.foretold`, record(`${at}.foretold`, v.foretold), card) }),
    ...(v.question !== undefined && { question: readQuestion(`${at}.question`, record(`${at}.question`, v.question)) }),
  };
  if (step.until?.kind === 'answered' && !step.question) fail(`${at}.until`, 'a question to be answered', v.until);
  return { step, card };
}
function readLook(at: string, v: Fields, card: Card): LookAt {
  const kind = oneOf(`${at}.kind`, v.kind, ['chart', 'picture', 'light', 'knob', 'ask', 'run', 'results', 'claim', 'share', 'about']);
  switch (kind) {
    case 'chart': return { kind, name: named(`${at}.name`, v.name, Object.fromEntries(card.charts.map((c) => [c.metric, c]))) };
    case 'picture': return { kind, name: named(`${at}.name`, v.name, card.pictures) };
    case 'light': return { kind, name: named(`${at}.name`, v.name, card.invariants) };
    case 'knob': return { kind, name: named(`${at}.name`, v.name, card.knobs) };
    case 'ask': return { kind, name: named(`${at}.name`, v.name, card.asks ?? {}) };
    default: return { kind };
  }
}
function readUntil(at: string, v: Fields, card: Card): Until {
  const kind = oneOf(`${at}.kind`, v.kind, ['finished', 'knob', 'seeds', 'answered']);
  if (kind === 'seeds') return { kind, least: number(`${at}.least`, v.least, 1, 32) };
  if (kind !== 'knob') return { kind };
  const bound = (name: 'from' | 'to'): object => (v[name] === undefined ? {} : { [name]: number(`${at}.${name}`, v[name], -1e12, 1e12) });
  if (v.is !== undefined && !['string', 'number', 'boolean'].includes(typeof v.is)) fail(`${at}.is`, 'a value of the knob', v.is);
  if (v.is === undefined && v.from === undefined && v.to === undefined) fail(at, 'from, to or is', v);
  return { kind, name: named(`${at}.name`, v.name, card.knobs), ...bound('from'), ...bound('to'), ...(v.is !== undefined && { is: v.is as string | number | boolean }) }; // its type was looked at
}
function readQuantity(at: string, v: unknown, card: Card): Quantity {
  const q = record(at, v);
  return { arm: named(`${at}.arm`, q.arm, card.arms), metric: text(`${at}.metric`, q.metric, 200) };
}
function readForetold(at: string, v: Fields, card: Card): Foretold {
  return {
    says: text(`${at}.says`, v.says, lessonLimits.short), left: readQuantity(`${at}.left`, v.left, card),
    right: typeof v.right === 'number' ? number(`${at}.right`, v.right, -1e12, 1e12) : readQuantity(`${at}.right`, v.right, card), comparison: oneOf(`${at}.comparison`, v.comparison, ['>', '<']),
  };
}
function readQuestion(at: string, v: Fields): Question {
  const options = list(`${at}.options`, v.options, 2, lessonLimits.options).map((o, i) => {
    const option = record(`${at}.options[${i}]`, o);
    return { text: text(`${at}.options[${i}].text`, option.text, lessonLimits.short), why: text(`${at}.options[${i}].why`, option.why, lessonLimits.text) };
  });
  const right = number(`${at}.right`, v.right, 0, options.length - 1);
  if (!Number.isInteger(right)) fail(`${at}.right`, 'the number of an option, from 0', v.right);
  return { asks: text(`${at}.asks`, v.asks, lessonLimits.text), options, right };
}

export interface Seen {
  readonly left: number;
  readonly right: number;
  /** Whether it came as foretold. */
  readonly agrees: boolean;
}
/** What a run shows of what was foretold: medians over its seeds; undefined where it has not shown it. Pure. */
export function seenOf({ left, right, comparison }: Foretold, outcomes: readonly Outcome[]): Seen | undefined {
  const of = ({ arm, metric }: { readonly arm: string; readonly metric: string }): number => median(outcomes.filter((o) => o.arm === arm && o.metric === metric).map((o) => o.value));
  const [a, b] = [of(left), typeof right === 'number' ? right : of(right)];
  if (Number.isNaN(a) || Number.isNaN(b)) return undefined;
  return { left: a, right: b, agrees: comparison === '>' ? a > b : a < b };
}
