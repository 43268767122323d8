/** The right column: knobs, arms, run settings, data, sharing. */
import { useId, useRef, useState } from 'react';
import { limits, type Backend } from '../spec/experiment';
import { startOf } from '../spec/place';
import { selectCard, type AppState } from '../store/app';
import { embedCode, oEmbed, type Turnable } from '../store/embed';
import { missingFiles } from '../store/experiment-slice';
import { fileEndings, kindNames } from '../store/files';
import { bytesText, percentText } from '../store/format';
import { writeSaved } from '../store/saved';
import { currentProof, shareHash } from '../store/shell';
import type { Agreement } from '../store/proof';
import { useApp, useAppStore } from './app-context';
import { armStyle } from './colours';
import { KnobList } from './Knobs';
import { texts as palette } from './palette/texts';
import { useCommands } from './palette/use-commands';
import { saveFile } from './pictures/save-file';
import { texts } from './texts';

/** `only`: names of the knobs that are shown, without the buttons; absent, all are. */
export function KnobPanel({ only }: { only?: readonly string[] }) {
  const card = useApp(selectCard);
  const values = useApp((app) => app.experiment?.knobs);
  const store = useAppStore();
  if (!card || !values) return null;
  return (
    <section className="side-panel" aria-label={texts.knobs.title}>
      <header className="panel-head"><h2>{texts.knobs.title}</h2>{!only && <span><button type="button" className="quiet" onClick={() => store.getState().placeChosen(startOf('sweeps'))}>{texts.knobs.sweep}</button><button type="button" className="quiet" onClick={() => store.getState().defaultsRestored()}>{texts.knobs.restore}</button></span>}</header>
      <KnobList knobs={only ? Object.fromEntries(Object.entries(card.knobs).filter(([name]) => only.includes(name))) : card.knobs} values={values} onTurn={store.getState().knobTurned} />
    </section>
  );
}

export function ArmPanel() {
  const card = useApp(selectCard);
  const arms = useApp((app) => app.experiment?.arms);
  const store = useAppStore();
  if (!card || !arms) return null;
  return (
    <section className="side-panel" aria-label={texts.knobs.arms}>
      <h2>{texts.knobs.arms}</h2>
      <ul className="arms">
        {Object.entries(card.arms).map(([id, arm]) => {
          const { colour, dash } = armStyle(card, id);
          return (
            <li key={id}>
              <label title={arm.says}>
                <input type="checkbox" name={id} checked={arms.includes(id)} disabled={arms.length === 1 && arms[0] === id} onChange={(e) => store.getState().armToggled(id, e.target.checked)} />
                <svg width="26" height="8" aria-hidden="true"><line x1="1" x2="25" y1="4" y2="4" stroke={colour} strokeWidth="2.5" strokeDasharray={dash} /></svg>
                <span>{arm.label}</span><small>{texts.knobs.role[arm.role]}</small>
              </label>
              <p className="help">{arm.says}</p>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function WholeNumber({ label, value, min, max, help, onChange }: { label: string; value: number; min: number; max: number; help?: string; onChange: (value: number) => void }) {
  const id = useId();
  return (
    <div className="knob knob-toggle">
      <label htmlFor={id} className="knob-label" title={help}>{label}</label>
      <input id={id} className="number" type="number" min={min} max={max} step={1} value={value} onChange={(e) => e.target.value !== '' && onChange(Number(e.target.value))} />
      {help && <p className="help">{help}</p>}
    </div>
  );
}

export function RunSettings() {
  const experiment = useApp((app) => app.experiment);
  const store = useAppStore();
  const id = useId();
  if (!experiment) return null;
  const t = texts.knobs;
  return (
    <section className="side-panel" aria-label={t.run}>
      <h2>{t.run}</h2>
      <WholeNumber label={t.seed} value={experiment.seed} min={0} max={limits.seed} help={t.seedHelp} onChange={store.getState().seedChanged} />
      <WholeNumber label={t.seeds} value={experiment.seeds} min={1} max={limits.seeds} onChange={store.getState().seedsChanged} />
      <div className="knob knob-toggle">
        <label htmlFor={id} className="knob-label">{t.backend}</label>
        <select id={id} value={experiment.backend} onChange={(e) => store.getState().backendChosen(e.target.value as Backend)}>
          {Object.entries(texts.backend).map(([value, label]) => <option key={value} value={value}>{label}</option>)}
        </select>
      </div>
      <WholeNumber label={t.threads} value={experiment.threads} min={1} max={limits.threads} help={t.threadsHelp} onChange={store.getState().threadsChanged} />
    </section>
  );
}

export function FilePanel() {
  const card = useApp(selectCard);
  const refs = useApp((app) => app.experiment?.files);
  const files = useApp((app) => app.files);
  const store = useAppStore();
  const input = useRef<HTMLInputElement>(null);
  useCommands('files', () => (input.current ? [{ id: 'files/choose', group: 'share', label: palette.data, also: 'open data drop upload own', act: () => input.current?.click() }] : []));
  // A screen of the card's own has its own place for files; what a link asks for and is missing can be struck off here.
  if (!card || !refs || (!card.accepts?.length && refs.length === 0) || (card.screen && refs.every((ref) => Object.hasOwn(files, ref.sha256)))) return null;
  const t = texts.files;
  const kinds = card.accepts ?? [];
  return (
    <section className="side-panel" aria-label={t.title}>
      <h2>{t.title}</h2>
      <p className="soft">{card.acceptsSays} {t.kinds(kinds.map((k) => kindNames[k]).join(', '))}</p>
      <div className="drop-zone">
        <button type="button" onClick={() => input.current?.click()}>{t.choose}</button>
        <span className="soft">{t.drop}</span>
        <input ref={input} type="file" name="files" multiple hidden aria-label={t.choose} accept={kinds.map((k) => fileEndings[k]).join(',')} onChange={(e) => {
          void store.getState().filesDropped([...(e.target.files ?? [])]);
          e.target.value = '';
        }} />
      </div>
      <ul className="files">
        {refs.map((ref) => (
          <li key={ref.sha256}>
            <span className="file-name" title={`SHA-256 ${ref.sha256}`}>{ref.name}</span>
            <small>{Object.hasOwn(files, ref.sha256) ? bytesText(ref.sizeBytes) : t.missing}</small>
            <button type="button" className="quiet" aria-label={t.remove(ref.name)} onClick={() => store.getState().fileRemoved(ref.sha256)}>×</button>
          </li>
        ))}
      </ul>
    </section>
  );
}

const hasProof = (app: AppState): boolean => currentProof(app) !== undefined;

export function SharePanel() {
  const store = useAppStore();
  const proof = useApp(hasProof);
  const [copied, setCopied] = useState<boolean>();
  const input = useRef<HTMLInputElement>(null);
  const refs = useApp((app) => app.experiment?.files);
  const t = texts.share;
  const [turnable, setTurnable] = useState<Turnable>('all');
  const knobs = useApp((app) => selectCard(app)?.knobs);
  const title = (): string => selectCard(store.getState())?.title ?? '';
  const copy = async (how: 'link' | 'embed'): Promise<void> => {
    const hash = shareHash(store.getState());
    window.history.replaceState(window.history.state, '', hash);
    try {
      await navigator.clipboard.writeText(how === 'link' ? new URL(hash, window.location.href).href : embedCode(window.location.href, hash, title(), turnable));
      setCopied(true);
    } catch {
      setCopied(false);
    }
    setTimeout(() => setCopied(undefined), 4000);
  };
  const save = (): void => {
    const app = store.getState();
    const card = selectCard(app);
    if (card && app.experiment) saveFile(`${card.id}.stipple.json`, new Blob([writeSaved(card, app.experiment, currentProof(app))], { type: 'application/json' }));
  };
  useCommands('share', () => [
    { id: 'share/link', group: 'share', label: palette.copyLink, also: 'share url address clipboard proof', act: () => void copy('link') },
    { id: 'share/save', group: 'share', label: palette.saveExperiment, also: 'keep download export file', act: save },
    { id: 'share/open', group: 'share', label: palette.openFile, also: 'load import file json', act: () => input.current?.click() },
    { id: 'share/embed', group: 'share', label: palette.embed, also: 'iframe teach lecture', act: () => void copy('embed') },
  ]);
  return (
    <section className="side-panel" data-part="share" aria-label={t.title}>
      <h2>{t.title}</h2>
      <p className="soft">{proof ? t.withProof : t.plain}</p>
      {refs && refs.length > 0 && <p className="soft">{t.needs(refs.map((ref) => `${ref.name} (SHA-256 ${ref.sha256.slice(0, 8)}…)`).join(', '))}</p>}
      <div className="row">
        <button type="button" onClick={() => void copy('link')}>{t.copy}</button>
        <button type="button" onClick={save}>{t.save}</button>
        <button type="button" onClick={() => input.current?.click()}>{t.open}</button>
        <input ref={input} type="file" name="files" hidden accept=".json,application/json" aria-label={t.open} onChange={(e) => {
          void store.getState().filesDropped([...(e.target.files ?? [])]);
          e.target.value = '';
        }} />
      </div>
      <details className="embed-options">
        <summary>{t.embedding}</summary>
        <p className="soft">{t.embedHelp}</p>
        <label>{t.turnable} <select name="turnable" value={typeof turnable === 'string' ? turnable : 'some'} onChange={(e) => setTurnable(e.target.value === 'some' ? [] : (e.target.value as 'all' | 'none'))}><option value="all">{t.all}</option><option value="some">{t.some}</option><option value="none">{t.nothing}</option></select></label>
        {typeof turnable !== 'string' && knobs && <fieldset className="plain">{Object.entries(knobs).map(([name, knob]) => <label key={name}><input type="checkbox" checked={turnable.includes(name)} onChange={(e) => setTurnable(Object.keys(knobs).filter((k) => (k === name ? e.target.checked : turnable.includes(k))))} /> {knob.label}</label>)}</fieldset>}
        <p className="row">
          <button type="button" onClick={() => void copy('embed')}>{t.embed}</button>
          <button type="button" onClick={() => saveFile('stipple.oembed.json', new Blob([oEmbed(window.location.href, shareHash(store.getState()), title(), turnable)], { type: 'application/json' }))}>{t.oEmbed}</button>
        </p>
      </details>
      <output className="soft">{copied === undefined ? '' : copied ? t.copied : t.failed}</output>
    </section>
  );
}

/** Files that the experiment reads and the page does not have: asked for where nobody can miss it. */
export function WantedFiles() {
  const refs = useApp((app) => app.experiment?.files);
  const files = useApp((app) => app.files);
  const claimed = useApp((app) => app.claimedProof !== undefined);
  const store = useAppStore();
  const input = useRef<HTMLInputElement>(null);
  const wanted = refs?.filter((ref) => !Object.hasOwn(files, ref.sha256)) ?? [];
  if (wanted.length === 0) return null;
  const t = texts.files;
  return (
    <section className="wanted" aria-label={t.title}>
      <ul>{wanted.map((ref) => <li key={ref.sha256}><b>{t.wanted(ref.name)}</b> <small title={ref.sha256}>{t.digest(ref.sha256, bytesText(ref.sizeBytes))}</small></li>)}</ul>
      <p>{t.give} <button type="button" onClick={() => input.current?.click()}>{t.giveChoose}</button></p>
      <p className="soft">{claimed && t.thenRuns} {t.neverTravels}</p>
      <input ref={input} type="file" name="files" multiple hidden aria-label={t.giveChoose} onChange={(e) => {
        void store.getState().filesDropped([...(e.target.files ?? [])]);
        e.target.value = '';
      }} />
    </section>
  );
}

/** What a link's proof says about the run here. */
export function ProofNote() {
  const claimed = useApp((app) => app.claimedProof);
  const agreement = useApp((app) => app.agreement);
  const active = useApp((app) => app.run !== undefined && app.run.result === undefined);
  const waiting = useApp((app) => app.experiment !== undefined && missingFiles(app.experiment, app.files).length > 0);
  const t = texts.proof;
  if (agreement) return <output className={agreement.kind === 'different bits' ? 'note problem' : agreement.kind === 'same bits' ? 'note good' : 'note'}>{agreementText(agreement)}</output>;
  return claimed && !waiting ? <output className="note">{active ? t.waiting : t.pending}</output> : null;
}
function agreementText({ kind, claimed, came, largestRelativeDifference: difference }: Agreement): string {
  const t = texts.proof;
  const by = difference === undefined ? t.incomparable : t.by(difference === 0 ? '0' : difference < 0.001 ? difference.toExponential(1) : percentText(difference));
  if (kind === 'same bits') return t.same;
  return kind === 'different bits' ? t.different(by) : t.compared(texts.provider[claimed], texts.provider[came], by);
}
