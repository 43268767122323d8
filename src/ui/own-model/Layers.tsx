/** The model's operators in order, with their tensors, and what becomes of each. Only the rows in view are drawn. */
import { useCallback, useMemo, useState } from 'react';
import { choiceOf } from '../../spec/cover';
import { tensorUses, type ModelDescription, type TensorUse } from '../../spec/own-model';
import { isFixed, lastLayer, type OwnModelDetails } from '../../spec/own-screen';
import { resolveUses } from '../../spec/pattern';
import { numberText } from '../../store/format';
import { useApp, useAppStore } from '../app-context';
import { useMedia } from '../redraw';
import { commonUse, countUses, openIn, rowsOf, windowOf, type Row } from './rows';
import { texts } from './texts';

type Uses = Readonly<Record<string, TensorUse>>;
const t = texts.layers;

/** What the three knobs say now, and how to say something else by them. */
function useChoice(model: ModelDescription) {
  const store = useAppStore();
  const trained = useApp((app) => String(app.experiment?.knobs.trained ?? ''));
  const masked = useApp((app) => String(app.experiment?.knobs.masked ?? ''));
  const frozen = useApp((app) => String(app.experiment?.knobs.frozen ?? ''));
  const limit = useApp((app) => {
    const knob = app.cards[app.experiment?.method ?? '']?.knobs.trained;
    return knob?.type === 'text' ? knob.maxLength : 0;
  });
  const [tooLong, setTooLong] = useState(false);
  const found = useMemo((): { uses: Uses; problem?: string } => {
    try {
      return { uses: resolveUses(model, { ...(trained && { trained }), ...(masked && { masked }), ...(frozen && { frozen }) }).uses };
    } catch (error) {
      return { uses: resolveUses(model, {}).uses, problem: error instanceof Error ? error.message : String(error) };
    }
  }, [model, trained, masked, frozen]);
  const set = useCallback((wish: Uses): void => {
    const choice = choiceOf(model, { ...found.uses, ...wish }, limit);
    setTooLong(choice === undefined);
    if (!choice) return;
    for (const name of ['trained', 'masked', 'frozen'] as const) store.getState().knobTurned(name, choice[name] ?? '');
  }, [model, found, limit, store]);
  return { ...found, tooLong, set };
}

export function LayersPanel({ details: { model, shipped } }: { details: OwnModelDetails }) {
  const { uses, problem, tooLong, set } = useChoice(model);
  const counts = useMemo(() => countUses(model.tensors, uses), [model, uses]);
  // A model of one's own is opened to be looked at; the shipped one waits for a press.
  return (
    <details className="panel own-layers" key={shipped ? 'shipped' : 'own'} open={!shipped || undefined}>
      <summary><h3>{t.label}</h3><span className="soft">{t.counts(counts.trained.numbers, counts.masked.numbers, counts.frozen.numbers)}</span><span className="own-open">{t.open}</span></summary>
      {problem && <p className="note problem" role="alert">{t.pattern} {problem}</p>}
      {tooLong && <p className="note problem" role="alert">{t.tooLong}</p>}
      <Chooser model={model} uses={uses} set={set} />
    </details>
  );
}

function Chooser({ model, uses, set }: { model: ModelDescription; uses: Uses; set: (wish: Uses) => void }) {
  const [filter, setFilter] = useState('');
  const [withTensors, setWithTensors] = useState(false);
  const rows = useMemo(() => rowsOf(model, { filter, withTensors }), [model, filter, withTensors]);
  const shown = useMemo(() => openIn(rows), [rows]);
  const all = (names: readonly string[], use: TensorUse): Uses => Object.fromEntries(names.map((name) => [name, use]));
  const open = useMemo(() => model.tensors.filter((tensor) => !isFixed(tensor)), [model]);
  const only = (names: readonly string[]): Uses => ({ ...all(open.map((o) => o.name), 'frozen'), ...all(names, 'trained') });
  const presets: readonly (readonly [string, () => Uses])[] = [
    [t.preset.default, () => Object.fromEntries(model.tensors.map((tensor) => [tensor.name, tensor.defaultUse]))],
    [t.preset.all, () => all(open.map((o) => o.name), 'trained')],
    [t.preset.masks, () => all(open.map((o) => o.name), 'masked')],
    [t.preset.biases, () => only(open.filter((o) => o.role === 'bias').map((o) => o.name))],
    [t.preset.last, () => only(lastLayer(model))],
    [t.preset.none, () => only([])],
  ];
  return (
    <>
      <fieldset className="own-presets" aria-label={t.presets}>{presets.map(([label, wish]) => <button key={label} type="button" onClick={() => set(wish())}>{label}</button>)}</fieldset>
      <div className="own-tools">
        <input className="text" type="search" aria-label={t.filter} placeholder={t.filter} value={filter} onChange={(e) => setFilter(e.target.value)} />
        <label className="mini"><input type="checkbox" checked={withTensors} onChange={(e) => setWithTensors(e.target.checked)} /> {t.withTensors}</label>
        <fieldset className="own-set" aria-label={t.set(shown.length)}>
          <span className="soft">{t.set(shown.length)}</span>
          {tensorUses.map((use) => <button key={use} type="button" className="quiet" disabled={shown.length === 0} onClick={() => set(all(shown, use))}>{t.use[use]}</button>)}
        </fieldset>
      </div>
      <RowList rows={rows} uses={uses} set={set} />
    </>
  );
}

function RowList({ rows, uses, set }: { rows: readonly Row[]; uses: Uses; set: (wish: Uses) => void }) {
  const narrow = useMedia('(max-width: 760px)');
  const rowHeight = narrow ? 76 : 38;
  const height = Math.min(rows.length, narrow ? 6 : 12) * rowHeight;
  const [scrollTop, setScrollTop] = useState(0);
  const { from, to } = windowOf(rows.length, rowHeight, Math.min(scrollTop, Math.max(0, rows.length * rowHeight - height)), height);
  if (rows.length === 0) return <p className="soft">{t.none}</p>;
  return (
    <div className="own-table" style={{ '--row': `${rowHeight}px` } as React.CSSProperties}>
      <div className="own-row own-head" aria-hidden="true"><span>{t.columns.name}</span><span className="figure">{t.columns.shape}</span><span className="figure">{t.columns.numbers}</span><span className="figure">{t.columns.multiplyAdds}</span><span>{t.columns.use}</span></div>
      <div className="own-scroll" tabIndex={-1} style={{ height }} onScroll={(e) => setScrollTop(e.currentTarget.scrollTop)}>
        <ul aria-label={t.list(rows.length)} style={{ height: rows.length * rowHeight, paddingTop: from * rowHeight }}>
          {rows.slice(from, to).map((row, i) => (
            <li key={row.kind === 'layer' ? `${from + i}` : row.tensor.name} className={`own-row ${row.kind}`} aria-posinset={from + i + 1} aria-setsize={rows.length}>
              {row.kind === 'layer' ? <LayerRow row={row} uses={uses} set={set} /> : <TensorRow row={row} uses={uses} set={set} />}
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}

interface RowProps<K extends Row['kind']> {
  readonly row: Extract<Row, { kind: K }>;
  readonly uses: Uses;
  readonly set: (wish: Uses) => void;
}
function LayerRow({ row: { layer, open }, uses, set }: RowProps<'layer'>) {
  return (
    <>
      <span className="own-what"><b>{layer.operator}</b> <span className="own-quiet" title={layer.name}>{layer.name}</span>{layer.blocked && <em className="own-blocked" title={layer.blocked}>{t.notDifferentiable}</em>}</span>
      <span className="figure">{layer.output?.join('×')}</span>
      <span className="figure">{layer.parameters > 0 && numberText(layer.parameters)}</span>
      <span className="figure">{layer.multiplyAdds > 0 && numberText(layer.multiplyAdds)}</span>
      <span>{open.length > 1 && <Switch label={t.ofLayer(layer.name)} use={commonUse(open, uses)} onChange={(use) => set(Object.fromEntries(open.map((name) => [name, use])))} />}</span>
    </>
  );
}
function TensorRow({ row: { tensor, readers }, uses, set }: RowProps<'tensor'>) {
  const fixed = isFixed(tensor);
  return (
    <>
      <span className="own-what"><code title={tensor.name}>{tensor.name}</code> <small>{t.role[tensor.role]}{readers > 1 && `, ${t.shared(readers)}`}</small></span>
      <span className="figure">{tensor.shape.join('×') || '1'}</span>
      <span className="figure">{numberText(tensor.count)}</span>
      <span />
      <span>{fixed ? <small title={tensor.blocked}>{t.stays}</small> : <Switch label={t.of(tensor.name)} use={uses[tensor.name]} onChange={(use) => set({ [tensor.name]: use })} />}</span>
    </>
  );
}
/** Three radio buttons side by side: arrow keys move between them, Tab past them. */
function Switch({ label, use, onChange }: { label: string; use: TensorUse | undefined; onChange: (use: TensorUse) => void }) {
  return (
    <span className="own-switch" role="radiogroup" aria-label={label}>
      {tensorUses.map((option) => (
        <label key={option} className={option === use ? `on ${option}` : undefined}>
          <input type="radio" name={label} checked={option === use} onChange={() => onChange(option)} />{t.use[option]}
        </label>
      ))}
    </span>
  );
}
