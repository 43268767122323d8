/** Knobs: the controls on a card, as plain data. The page draws them, the link stores them, `readKnobs` guards them. */
import { InputError } from '../base/errors';

interface Common {
  readonly label: string;
  /** One sentence for the reader who hovers: what it does, in which unit, what the authors used. */
  readonly help?: string;
  /** Heading under which the page groups it; knobs without one come first. */
  readonly group?: string;
}
export interface IntKnob extends Common { readonly type: 'int'; readonly min: number; readonly max: number; readonly step?: number; readonly default: number }
export interface FloatKnob extends Common { readonly type: 'float'; readonly min: number; readonly max: number; readonly step?: number; readonly default: number }
/** A float on a logarithmic slider; min > 0. */
export interface LogFloatKnob extends Common { readonly type: 'logFloat'; readonly min: number; readonly max: number; readonly default: number }
export interface ChoiceKnob<C extends string = string> extends Common { readonly type: 'choice'; readonly options: Readonly<Record<C, string>>; readonly default: C }
export interface ToggleKnob extends Common { readonly type: 'toggle'; readonly default: boolean }
/** A line of text: printable, without line breaks, at most `maxLength` UTF-16 units, so that a link can carry it. */
export interface TextKnob extends Common { readonly type: 'text'; readonly maxLength: number; readonly default: string }
export type Knob = IntKnob | FloatKnob | LogFloatKnob | ChoiceKnob | ToggleKnob | TextKnob;
export type Knobs = Readonly<Record<string, Knob>>;
export type KnobValue = number | string | boolean;
export type KnobValues = Readonly<Record<string, KnobValue>>;

/** The values' types, read off the knobs. */
export type ValuesOf<K extends Knobs> = {
  readonly [N in keyof K]: K[N] extends ChoiceKnob<infer C> ? C : K[N] extends ToggleKnob ? boolean : K[N] extends TextKnob ? string : number;
};

export const int = (k: Omit<IntKnob, 'type'>): IntKnob => ({ type: 'int', ...k });
export const float = (k: Omit<FloatKnob, 'type'>): FloatKnob => ({ type: 'float', ...k });
export const logFloat = (k: Omit<LogFloatKnob, 'type'>): LogFloatKnob => ({ type: 'logFloat', ...k });
/** Generic over the options, not over their names: those would be widened to string by the knobs that surround it. */
export const choice = <O extends Readonly<Record<string, string>>>(k: Common & { readonly options: O; readonly default: keyof O & string }): ChoiceKnob<keyof O & string> => ({ type: 'choice', ...k });
export const toggle = (k: Omit<ToggleKnob, 'type'>): ToggleKnob => ({ type: 'toggle', ...k });
export const text = (k: Omit<TextKnob, 'type'>): TextKnob => ({ type: 'text', ...k });

export const defaultsOf = <K extends Knobs>(knobs: K): ValuesOf<K> =>
  Object.fromEntries(Object.entries(knobs).map(([name, k]) => [name, k.default])) as ValuesOf<K>;

/** The value if the knob allows it, else a sentence saying what was expected and what came. */
export function checkKnob(name: string, knob: Knob, value: unknown): { value: KnobValue } | { problem: string } {
  switch (knob.type) {
    case 'toggle':
      return typeof value === 'boolean' ? { value } : { problem: `${name} must be true or false, but ${show(value)} came.` };
    case 'choice':
      return typeof value === 'string' && Object.hasOwn(knob.options, value)
        ? { value }
        : { problem: `${name} must be one of ${Object.keys(knob.options).join(', ')}, but ${show(value)} came.` };
    case 'text':
      return typeof value === 'string' && value.length <= knob.maxLength && !/[\p{Cc}\p{Cs}]/u.test(value)
        ? { value }
        : { problem: `${name} must be one line of at most ${knob.maxLength} characters, but ${show(value)} came.` };
    default: {
      const whole = knob.type !== 'int' || Number.isInteger(value);
      return typeof value === 'number' && Number.isFinite(value) && whole && value >= knob.min && value <= knob.max
        ? { value }
        : { problem: `${name} must be ${knob.type === 'int' ? 'a whole number' : 'a number'} from ${knob.min} to ${knob.max}, but ${show(value)} came.` };
    }
  }
}
const show = (value: unknown): string => String(JSON.stringify(value) ?? value).slice(0, 40);

/** All knobs of a card, from untrusted values; a knob that is absent takes its default. @throws InputError naming the first bad one. */
export function readKnobs<K extends Knobs>(knobs: K, values: Readonly<Record<string, unknown>>): ValuesOf<K> {
  const read = Object.entries(knobs).map(([name, knob]) => {
    if (!Object.hasOwn(values, name)) return [name, knob.default];
    const checked = checkKnob(name, knob, values[name]);
    if ('problem' in checked) throw new InputError(checked.problem);
    return [name, checked.value];
  });
  return Object.fromEntries(read) as ValuesOf<K>;
}
