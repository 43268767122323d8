import { checkKnob, defaultsOf, type Knobs, type KnobValues } from '../../spec/knobs';

/** The knobs' defaults, and what a place says otherwise where the set allows it. */
export function knobsAt(knobs: Knobs, given: KnobValues): KnobValues {
  const allowed = Object.entries(given).filter(([name, value]) => Object.hasOwn(knobs, name) && !('problem' in checkKnob(name, knobs[name]!, value)));
  return { ...defaultsOf(knobs), ...Object.fromEntries(allowed) };
}
