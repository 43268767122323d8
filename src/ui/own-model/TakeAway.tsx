/** What a run leaves behind, as files: made by the worker, saved by the user. */
import { useId, useState } from 'react';
import { selectCard } from '../../store/app';
import { canAsk } from '../../store/asks-slice';
import { bytesText } from '../../store/format';
import { useApp, useAppStore } from '../app-context';
import { saveFile } from '../pictures/save-file';
import { texts } from './texts';

const t = texts.take;
type What = keyof typeof t.what;

export function TakeAway() {
  const card = useApp(selectCard);
  const run = useApp((app) => app.run);
  const store = useAppStore();
  const id = useId();
  const arms = Object.entries(card?.arms ?? {}).filter(([arm, { role }]) => role !== 'control' && (run ?? store.getState()).experiment?.arms.includes(arm));
  const [wanted, setWanted] = useState<string>();
  const [state, setState] = useState<{ readonly tone: 'soft' | 'note problem'; readonly says: string }>();
  const [making, setMaking] = useState(false);
  const ask = card?.asks?.take;
  const ready = ask !== undefined && canAsk(ask, run) && arms.length > 0;
  const arm = arms.some(([name]) => name === wanted) ? wanted : arms[0]?.[0];
  const take = async (what: What): Promise<void> => {
    setMaking(true);
    setState({ tone: 'soft', says: t.working });
    try {
      const { files = [] } = await store.getState().askedOnce('take', { what, arm: arm ?? '' });
      for (const { name, bytes } of files) saveFile(name, new Blob([bytes as Uint8Array<ArrayBuffer>])); // from a message: its buffer is not shared
      setState({ tone: 'soft', says: files.map(({ name, bytes }) => t.saved(name, bytesText(bytes.length))).join(' ') });
    } catch (error) {
      setState({ tone: 'note problem', says: error instanceof Error ? error.message : String(error) });
    } finally {
      setMaking(false);
    }
  };
  return (
    <section className="panel own-take" aria-label={t.label}>
      <div className="own-take-row">
        <h3>{t.label}</h3>
        <fieldset disabled={!ready || making}>
          {(Object.keys(t.what) as What[]).map((what) => <button key={what} type="button" title={t.whole[what]} onClick={() => void take(what)}>{t.what[what]}</button>)}
          <label className="mini" htmlFor={id}>{t.arm}</label>
          <select id={id} value={arm} onChange={(e) => setWanted(e.target.value)}>{arms.map(([name, { label }]) => <option key={name} value={name}>{label}</option>)}</select>
        </fieldset>
      </div>
      <output className={state?.tone ?? 'soft'}>{state?.says ?? (ready ? t.made : t.needs)}</output>
    </section>
  );
}
