/** A knob's name and a value, typed in one line: `hidden 64`, `learning rate = 0.003`, `noise on`. Pure. */
import { checkKnob, type Knob, type Knobs, type KnobValue } from '../../spec/knobs';
import { fitOf, longestLine } from './ranking';
import { texts } from './texts';

export interface KnobWish {
  readonly name: string;
  readonly knob: Knob;
  readonly value: KnobValue;
}
const on = ['on', 'yes', 'true', '1'];
const off = ['off', 'no', 'false', '0'];

/** The value that a text means for this knob; undefined where it means none that the knob takes. */
export function valueOf(name: string, knob: Knob, text: string): KnobValue | undefined {
  const typed = text.trim();
  const lower = typed.toLowerCase();
  let value: KnobValue | undefined;
  if (knob.type === 'toggle') value = on.includes(lower) ? true : off.includes(lower) ? false : undefined;
  else if (knob.type === 'choice') value = Object.entries(knob.options).find(([option, label]) => lower.length > 0 && (option.toLowerCase() === lower || label.toLowerCase() === lower))?.[0];
  else if (knob.type === 'text') value = typed;
  else if (/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?%?$/i.test(typed)) value = typed.endsWith('%') ? Number(typed.slice(0, -1)) / 100 : Number(typed);
  return value !== undefined && 'value' in checkKnob(name, knob, value) ? value : undefined;
}
/** No knob is called longer. */
const longestName = 80;
/** Every division of the line into a knob's name and a value that it takes, best name first. */
export function wishesOf(line: string, knobs: Knobs): readonly KnobWish[] {
  if (line.length > longestLine) return [];
  const wishes: (KnobWish & { readonly score: number })[] = [];
  for (const { index, 0: gap } of line.matchAll(/\s*[=:]\s*|\s+/g)) {
    const named = line.slice(0, index);
    const rest = line.slice(index + gap.length);
    if (named.length > longestName) break;
    if (named.trim() === '' || rest.trim() === '') continue;
    for (const [name, knob] of Object.entries(knobs)) {
      const score = fitOf(named, { label: knob.label, also: name });
      const value = score > 0 ? valueOf(name, knob, rest) : undefined;
      // A line of text takes anything: it is meant only where its name is typed whole.
      if (value === undefined || (knob.type === 'text' && named.trim().toLowerCase() !== knob.label.toLowerCase())) continue;
      wishes.push({ name, knob, value, score });
    }
  }
  return wishes.sort((a, b) => b.score - a.score).filter((wish, i, all) => all.findIndex((w) => w.name === wish.name && w.value === wish.value) === i).map(({ name, knob, value }) => ({ name, knob, value }));
}
/** What the knob takes, in words. */
export function rangeOf(knob: Knob): string {
  switch (knob.type) {
    case 'toggle': return texts.ranges.toggle;
    case 'choice': return Object.values(knob.options).join(', ');
    case 'text': return texts.ranges.text(knob.maxLength);
    default: return texts.ranges.number(knob.min, knob.max);
  }
}
