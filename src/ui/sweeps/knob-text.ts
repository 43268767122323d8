/** A knob's value as people read it. */
import type { Card } from '../../spec/card';
import type { KnobValue } from '../../spec/knobs';
import { numberText } from '../../store/format';
import { texts as page } from '../texts';

export function knobText(card: Card, name: string, value: KnobValue): string {
  const knob = card.knobs[name];
  if (typeof value === 'number') return numberText(value);
  if (typeof value === 'boolean') return page.toggles[value ? 'on' : 'off'];
  return knob?.type === 'choice' && Object.hasOwn(knob.options, value) ? knob.options[value]! : value;
}
export const pointText = (card: Card, knobs: Readonly<Record<string, KnobValue>>): string => Object.entries(knobs).map(([name, value]) => `${card.knobs[name]?.label ?? name} ${knobText(card, name, value)}`).join(', ');
