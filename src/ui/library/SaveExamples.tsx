/** Examples of a generator as a file. */
import { useId, useState } from 'react';
import type { SetCard } from '../../spec/library';
import type { LibraryPlace } from '../../spec/place';
import { saveFile } from '../pictures/save-file';
import { library as client } from '../../store/library-client';
import { knobsAt } from './knobs-at';
import { texts } from './texts';

const t = texts.saving;
const counts = [10, 100, 1000, 5000] as const;
const splits = ['train', 'validation', 'test'] as const;

export function SaveExamples({ set, place }: { readonly set: SetCard; readonly place: LibraryPlace }) {
  const id = useId();
  const [count, setCount] = useState<number>(100);
  const [split, setSplit] = useState<string>('train');
  const [form, setForm] = useState<'npz' | 'jsonl'>('npz');
  const [state, setState] = useState<{ readonly busy: boolean; readonly says: readonly string[]; readonly failed?: boolean }>({ busy: false, says: [] });
  const save = async (): Promise<void> => {
    setState({ busy: true, says: [] });
    try {
      const { file, notes } = await client.ask('save', { set: set.id, seed: place.seed, knobs: knobsAt(set.knobs, place.knobs), split, count, form });
      saveFile(file.name, new Blob([file.bytes as Uint8Array<ArrayBuffer>])); // it came from a worker, so no shared memory
      setState({ busy: false, says: notes });
    } catch (error) {
      setState({ busy: false, says: [error instanceof Error ? error.message : String(error)], failed: true });
    }
  };
  const choice = (label: string, name: string, value: string, options: readonly (readonly [string, string])[], choose: (value: string) => void, help?: string) => (
    <div className="knob knob-toggle">
      <label htmlFor={`${id}${name}`} className="knob-label">{label}</label>
      <select id={`${id}${name}`} value={value} onChange={(e) => choose(e.target.value)}>{options.map(([option, text]) => <option key={option} value={option}>{text}</option>)}</select>
      {help && <p className="help">{help}</p>}
    </div>
  );
  return (
    <section className="side-panel" aria-label={t.title}>
      <h2>{t.title}</h2>
      {choice(t.count, 'count', String(count), counts.map((n) => [String(n), n.toLocaleString('en')]), (value) => setCount(Number(value)))}
      {choice(t.split, 'split', split, splits.map((s) => [s, s]), setSplit, t.splitHelp)}
      {choice(t.form, 'form', form, Object.entries(t.forms), (value) => setForm(value === 'jsonl' ? 'jsonl' : 'npz'))}
      <div className="row"><button type="button" disabled={state.busy} onClick={() => void save()}>{state.busy ? t.busy : t.save}</button></div>
      {state.says.map((text) => <p key={text} className={state.failed ? 'note problem' : 'soft'} role={state.failed ? 'alert' : undefined}>{text}</p>)}
    </section>
  );
}
