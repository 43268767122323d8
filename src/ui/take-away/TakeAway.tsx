/** Everything that the experiment and its run can be taken away as: a list to choose from, or all in one ZIP file. */
import { useEffect, useId, useRef, useState } from 'react';
import { createPortal } from 'react-dom';
import { selectCard } from '../../store/app';
import { bytesText } from '../../store/format';
import { isActive } from '../../store/run';
import { sameRun } from '../../store/run-slice';
import type { TakeAwayFile } from '../../store/take-away/assemble';
import { takeTexts, type Kind } from '../../store/take-away/texts';
import type { TakenAway } from '../../store/take-away-slice';
import { useApp, useAppStore } from '../app-context';
import { Modal } from '../Modal';
import { saveFile } from '../pictures/save-file';
import { useCommands } from '../palette/use-commands';
import './style.css';
import { texts as t } from './texts';

const sizeOf = (files: readonly TakeAwayFile[]): string => bytesText(files.reduce((sum, { bytes }) => sum + bytes.length, 0));
const blobOf = (bytes: Uint8Array): Blob => new Blob([bytes as Uint8Array<ArrayBuffer>]); // made here or from a message: its buffer is not shared

export default function TakeAway() {
  const [open, setOpen] = useState(false);
  const show = (): void => setOpen(true);
  useCommands('take away', () => [{ id: 'take-away', group: 'share', label: t.command, also: 'export download onnx safetensors csv zip python params weights', act: show }]);
  return (
    <section className="side-panel" aria-label={t.title}>
      <h2>{t.title}</h2>
      <p className="soft">{t.intro}</p>
      <div className="row"><button type="button" aria-haspopup="dialog" onClick={show}>{t.open}</button></div>
      {open && createPortal(<Listed onClose={() => setOpen(false)} />, document.body)}
    </section>
  );
}

function Listed({ onClose }: { onClose: () => void }) {
  const store = useAppStore();
  const card = useApp(selectCard);
  const running = useApp((app) => isActive(app.run));
  const any = useApp((app) => app.run !== undefined);
  const stale = useApp((app) => Boolean(app.run && app.experiment && !sameRun(app.run.experiment, app.experiment)));
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  const [taken, setTaken] = useState<TakenAway>();
  const [said, setSaid] = useState('');
  const [packing, setPacking] = useState(false);
  useEffect(() => {
    let here = true;
    void store.getState().takenAway().then((made) => here && setTaken(made), (error: unknown) => here && setTaken({ files: [], note: error instanceof Error ? error.message : String(error) }));
    return () => void (here = false);
  }, [store]);
  const save = (name: string, bytes: Uint8Array): void => {
    saveFile(name, blobOf(bytes));
    setSaid(t.saved(name, bytesText(bytes.length)));
  };
  const all = async (files: readonly TakeAwayFile[]): Promise<void> => {
    setPacking(true);
    try {
      const { zipped } = await import('../../store/take-away/zip');
      save(`${card?.id ?? 'stipple'}.zip`, await zipped(files, new Date()));
    } catch (error) {
      setSaid(error instanceof Error ? error.message : String(error));
    } finally {
      setPacking(false);
    }
  };
  const kinds = Object.keys(takeTexts.kinds) as Kind[];
  return (
    <Modal dialog={dialog} className="taken" labelledBy={heading} onClose={onClose}>
      <header className="panel-head"><h2 id={heading}>{t.heading(card?.title ?? '')}</h2><button type="button" className="quiet" onClick={() => dialog.current?.close()}>{t.close}</button></header>
      {!taken ? <output className="blank">{t.making}</output> : (
        <>
          {running && <p className="soft">{t.running}</p>}
          {stale && <p className="note">{t.stale}</p>}
          {!any && <p className="soft">{t.beforeRun}</p>}
          {taken.note !== undefined && <p className="note problem">{t.without(taken.note)}</p>}
          <div className="row"><button type="button" className="primary" disabled={packing || taken.files.length === 0} onClick={() => void all(taken.files)}>{packing ? t.zipping : t.all(taken.files.length, sizeOf(taken.files))}</button></div>
          <output className="soft">{said}</output>
          {kinds.map((kind) => {
            const files = taken.files.filter((file) => file.kind === kind);
            return files.length === 0 ? null : (
              <details key={kind} open={files.length <= 6}>
                <summary>{takeTexts.kinds[kind]} <small>{t.of(files.length, sizeOf(files))}</small></summary>
                <ul>{files.map(({ path, says, bytes }) => (
                  <li key={path}>
                    <span><b>{path}</b><small>{says}</small></span>
                    <small className="figure">{bytesText(bytes.length)}</small>
                    <button type="button" aria-label={t.saveFile(path)} onClick={() => save(path.replaceAll('/', ' '), bytes)}>{t.save}</button>
                  </li>
                ))}</ul>
              </details>
            );
          })}
        </>
      )}
    </Modal>
  );
}
