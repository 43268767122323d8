/** Controls drawn from knobs: a slider with a number field, a choice, a switch, a line of text. They know nothing of any method. */
import { useId, useState } from 'react';
import type { Knob, Knobs, KnobValue, KnobValues } from '../spec/knobs';
import { numberText } from '../store/format';
import { texts } from './texts';

type NumberKnob = Extract<Knob, { type: 'int' | 'float' | 'logFloat' }>;
const ticks = 1000;

/** Where a value stands on the slider, and back. */
export const toSlider = (knob: NumberKnob, value: number): number =>
  knob.type === 'logFloat' ? (ticks * Math.log(value / knob.min)) / Math.log(knob.max / knob.min) : value;
export function fromSlider(knob: NumberKnob, at: number): number {
  if (knob.type !== 'logFloat') return clean(Math.min(knob.max, Math.max(knob.min, at)));
  const value = knob.min * (knob.max / knob.min) ** (at / ticks);
  return Math.min(knob.max, Math.max(knob.min, Number(value.toPrecision(2))));
}
/** 0.30000000000000004 -> 0.3. */
const clean = (value: number): number => Number(value.toPrecision(12));
const stepOf = (knob: NumberKnob): number | 'any' => (knob.type === 'logFloat' ? 1 : knob.type === 'int' ? (knob.step ?? 1) : (knob.step ?? (knob.max - knob.min) / 200));

interface ControlProps<K extends Knob> {
  readonly name: string;
  readonly knob: K;
  readonly value: KnobValue;
  readonly onChange: (value: KnobValue) => void;
}

function NumberControl({ name, knob, value, onChange }: ControlProps<NumberKnob>) {
  const id = useId();
  const number = Number(value);
  // What is being typed, until it is accepted or the knob is turned elsewhere.
  const [draft, setDraft] = useState<{ readonly text: string; readonly from: number }>();
  const typed = draft?.from === number ? draft.text : undefined;
  const accept = (text: string): void => {
    const parsed = Number(text.replace(',', '.'));
    if (text.trim() !== '' && Number.isFinite(parsed)) onChange(Math.min(knob.max, Math.max(knob.min, knob.type === 'int' ? Math.round(parsed) : parsed)));
    setDraft(undefined);
  };
  return (
    <div className="knob" data-part={`knob ${name}`}>
      <KnobLabel id={id} knob={knob} value={value} />
      <div className="knob-row">
        <input
          type="range" name={`${id}-slider`} aria-label={knob.label} aria-valuetext={numberText(number)} tabIndex={0}
          min={knob.type === 'logFloat' ? 0 : knob.min} max={knob.type === 'logFloat' ? ticks : knob.max} step={stepOf(knob)}
          value={toSlider(knob, number)} onChange={(e) => onChange(fromSlider(knob, Number(e.target.value)))}
          style={{ '--fill': `${((toSlider(knob, number) - (knob.type === 'logFloat' ? 0 : knob.min)) / (knob.type === 'logFloat' ? ticks : knob.max - knob.min || 1)) * 100}%` } as React.CSSProperties}
        />
        <input
          id={id} className="number" type="text" inputMode={knob.type === 'int' ? 'numeric' : 'decimal'} value={typed ?? String(number)}
          aria-describedby={knob.help ? `${id}-help` : undefined}
          onChange={(e) => setDraft({ text: e.target.value, from: number })} onBlur={(e) => typed !== undefined && accept(e.target.value)}
          onKeyDown={(e) => e.key === 'Enter' && accept(e.currentTarget.value)}
        />
      </div>
    </div>
  );
}

function KnobLabel({ id, knob, value }: { id: string; knob: Knob; value: KnobValue }) {
  const changed = value !== knob.default;
  return (
    <>
      <span className="knob-label">
        <label htmlFor={id} title={knob.help}>{knob.label}</label>
        {changed && <span className="changed" title={`${texts.knobs.changed} ${String(knob.default) || texts.knobs.automatic}`} aria-hidden="true" />}
      </span>
      {knob.help && <p className="help" id={`${id}-help`}>{knob.help}</p>}
    </>
  );
}

function ChoiceControl({ name, knob, value, onChange }: ControlProps<Extract<Knob, { type: 'choice' }>>) {
  const id = useId();
  return (
    <div className="knob" data-part={`knob ${name}`}>
      <KnobLabel id={id} knob={knob} value={value} />
      <select id={id} value={String(value)} aria-describedby={knob.help ? `${id}-help` : undefined} onChange={(e) => onChange(e.target.value)}>
        {Object.entries(knob.options).map(([option, label]) => <option key={option} value={option}>{label}</option>)}
      </select>
    </div>
  );
}

function ToggleControl({ name, knob, value, onChange }: ControlProps<Extract<Knob, { type: 'toggle' }>>) {
  const id = useId();
  return (
    <div className="knob knob-toggle" data-part={`knob ${name}`}>
      <KnobLabel id={id} knob={knob} value={value} />
      <input id={id} type="checkbox" role="switch" className="switch" checked={value === true} aria-checked={value === true} aria-describedby={knob.help ? `${id}-help` : undefined} onChange={(e) => onChange(e.target.checked)} />
    </div>
  );
}

function TextControl({ name, knob, value, onChange }: ControlProps<Extract<Knob, { type: 'text' }>>) {
  const id = useId();
  // What is being typed goes out on Enter or on leaving: half a pattern is no pattern.
  const [draft, setDraft] = useState<{ readonly text: string; readonly from: KnobValue }>();
  const shown = draft?.from === value ? draft.text : String(value);
  const accept = (): void => {
    if (shown !== value) onChange(shown);
    setDraft(undefined);
  };
  return (
    <div className="knob" data-part={`knob ${name}`}>
      <KnobLabel id={id} knob={knob} value={value} />
      <input
        id={id} className="text" type="text" spellCheck={false} autoComplete="off" maxLength={knob.maxLength} value={shown} placeholder={texts.knobs.automatic}
        aria-describedby={knob.help ? `${id}-help` : undefined} onChange={(e) => setDraft({ text: e.target.value, from: value })} onBlur={accept} onKeyDown={(e) => e.key === 'Enter' && accept()}
      />
    </div>
  );
}

export function KnobControl(props: ControlProps<Knob>) {
  const { knob } = props;
  switch (knob.type) {
    case 'choice': return <ChoiceControl {...props} knob={knob} />;
    case 'toggle': return <ToggleControl {...props} knob={knob} />;
    case 'text': return <TextControl {...props} knob={knob} />;
    default: return <NumberControl {...props} knob={knob} />;
  }
}

/** All knobs of a card or an ask: those without a group first, then group by group. */
export function KnobList({ knobs, values, onTurn }: { knobs: Knobs; values: KnobValues; onTurn: (name: string, value: KnobValue) => void }) {
  const groups = new Map<string, string[]>([['', []]]);
  for (const [name, knob] of Object.entries(knobs)) groups.set(knob.group ?? '', [...(groups.get(knob.group ?? '') ?? []), name]);
  return [...groups].filter(([, names]) => names.length > 0).map(([group, names]) => (
    <fieldset key={group} className="group">
      {group && <legend>{group}</legend>}
      {names.map((name) => <KnobControl key={name} name={name} knob={knobs[name]!} value={values[name] ?? knobs[name]!.default} onChange={(value) => onTurn(name, value)} />)}
    </fieldset>
  ));
}
