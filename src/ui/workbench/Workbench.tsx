/** Kept runs, side by side. Fetched when first opened. */
import { useCallback, useMemo, useRef, useState } from 'react';
import type { KeptRun } from '../../keep/kept-runs';
import { formatOf, metricLabel, type Card } from '../../spec/card';
import { paired } from '../../spec/paired';
import { bySeed, curveMetrics, curvesFor, differing, figureOf, metricsOf, sidesOf, sorted, type Axis, type Side } from '../../store/compare';
import { bytesText, numberText, valueText, whenText } from '../../store/format';
import { experimentOf } from '../../store/workbench-slice';
import { useApp, useAppStore } from '../app-context';
import { saveFile } from '../pictures/save-file';
import { LinesPicture } from '../pictures/shapes';
import './style.css';
import { texts } from './texts';

export default function Workbench() {
  const kept = useApp((app) => app.kept);
  const compared = useApp((app) => app.compared);
  const chosen = useMemo(() => compared.flatMap((id) => kept.find((run) => run.id === id) ?? []), [kept, compared]);
  return (
    <div className="workbench">
      <main id="experiment" tabIndex={-1} aria-label={texts.title}>
        <div className="head"><h1>{texts.title}</h1><p className="claim">{texts.claim}</p><Actions /></div>
        {kept.length === 0 ? <p className="blank tall">{texts.none}</p> : <RunList runs={kept.toReversed()} compared={compared} />}
        {kept.length > 0 && chosen.length === 0 && <p className="soft">{texts.hint}</p>}
        {chosen.length > 0 && <Comparison runs={chosen} />}
      </main>
    </div>
  );
}

function Actions() {
  const store = useAppStore();
  const kept = useApp((app) => app.kept);
  const bytes = useApp((app) => app.keptBytes);
  const input = useRef<HTMLInputElement>(null);
  const [asking, setAsking] = useState(false);
  const save = async (): Promise<void> => {
    const file = await store.getState().benchExported();
    if (file) saveFile('runs.stipple', new Blob([file as BlobPart], { type: 'application/octet-stream' }));
  };
  return (
    <div className="actions bench-actions">
      <span className="soft">{texts.size(kept.length, bytesText(bytes))}</span>
      <button type="button" disabled={kept.length === 0} onClick={() => void save()}>{texts.save}</button>
      <button type="button" onClick={() => input.current?.click()}>{texts.take}</button>
      <input ref={input} type="file" hidden aria-label={texts.take} accept=".stipple" onChange={(e) => {
        for (const file of e.target.files ?? []) void store.getState().benchImported(file);
        e.target.value = '';
      }} />
      {!asking && <button type="button" className="quiet" disabled={kept.length === 0} onClick={() => setAsking(true)}>{texts.forgetAll}</button>}
      {asking && (
        <span role="alertdialog" aria-label={texts.sure}>
          {texts.sure} <button type="button" onClick={() => {
            setAsking(false);
            void store.getState().allForgotten();
          }}>{texts.yes}</button> <button type="button" className="quiet" onClick={() => setAsking(false)}>{texts.no}</button>
        </span>
      )}
    </div>
  );
}

function RunList({ runs, compared }: { runs: readonly KeptRun[]; compared: readonly string[] }) {
  const t = texts.columns;
  return (
    <section className="panel" aria-label={texts.list}>
      <div className="table-scroll">
        <table className="bench-table">
          <thead><tr><th>{t.compare}</th><th aria-hidden="true" /><th>{t.name}</th><th>{t.when}</th><th>{t.seeds}</th><th>{t.lights}</th><th>{t.proof}</th><th>{t.note}</th><th aria-hidden="true" /></tr></thead>
          <tbody>{runs.map((run) => <RunRow key={run.id} run={run} on={compared.includes(run.id)} />)}</tbody>
        </table>
      </div>
    </section>
  );
}
function RunRow({ run, on }: { run: KeptRun; on: boolean }) {
  const store = useAppStore();
  const cards = useApp((app) => app.cards);
  const experiment = useMemo(() => experimentOf(run, cards), [run, cards]);
  const off = run.lights.filter((l) => !l.holds).length;
  const act = store.getState();
  const title = experiment ? cards[experiment.method]!.title : texts.unknown;
  return (
    <tr>
      <td><input type="checkbox" aria-label={texts.compareRun(run.name)} checked={on} onChange={(e) => void act.keptCompared(run.id, e.target.checked)} /></td>
      <td><button type="button" className="quiet pin" aria-pressed={run.pinned} aria-label={texts.pin(run.name, run.pinned)} onClick={() => void act.keptChanged(run.id, { pinned: !run.pinned })}>{run.pinned ? '★' : '☆'}</button></td>
      <td><input className="bench-text" aria-label={texts.nameOf(run.name)} defaultValue={run.name} onBlur={(e) => e.target.value.trim() !== '' && e.target.value !== run.name && void act.keptChanged(run.id, { name: e.target.value.trim() })} onKeyDown={(e) => e.key === 'Enter' && e.currentTarget.blur()} /><small className="soft">{title}</small></td>
      <td>{whenText(run.finishedAtMs)}</td>
      <td>{experiment ? (experiment.seeds === 1 ? experiment.seed : `${experiment.seed}–${experiment.seed + experiment.seeds - 1}`) : '–'}</td>
      <td><span className={off > 0 ? 'verdict no' : 'verdict yes'}>{off > 0 ? texts.off(off) : texts.allOn(run.lights.length)}</span></td>
      <td><code>{run.proof.fingerprint.slice(0, 8)}</code> <small className="soft">{run.proof.provider}</small></td>
      <td><input className="bench-text" aria-label={texts.noteOf(run.name)} defaultValue={run.note} onBlur={(e) => e.target.value !== run.note && void act.keptChanged(run.id, { note: e.target.value })} onKeyDown={(e) => e.key === 'Enter' && e.currentTarget.blur()} /></td>
      <td className="row-actions">
        <button type="button" disabled={!experiment} aria-label={texts.openRun(run.name)} onClick={() => act.keptOpened(run.id)}>{texts.open}</button>
        <button type="button" className="quiet" aria-label={texts.forget(run.name)} onClick={() => void act.keptForgotten(run.id)}>×</button>
      </td>
    </tr>
  );
}

function Comparison({ runs }: { runs: readonly KeptRun[] }) {
  const cards = useApp((app) => app.cards);
  const cardOf = useCallback((run: KeptRun): Card | undefined => {
    const experiment = experimentOf(run, cards);
    return experiment && cards[experiment.method];
  }, [cards]);
  const sides = useMemo(() => sidesOf(runs, cardOf), [runs, cardOf]);
  return (
    <>
      {runs.length > 1 && <Differences runs={runs} />}
      <Curves runs={runs} sides={sides} cardOf={cardOf} />
      <Figures runs={runs} sides={sides} cardOf={cardOf} />
      <Pairs runs={runs} sides={sides} cardOf={cardOf} />
    </>
  );
}
interface Shared {
  readonly runs: readonly KeptRun[];
  readonly sides: readonly Side[];
  readonly cardOf: (run: KeptRun) => Card | undefined;
}
const labelOf = (metric: string, { runs, cardOf }: Pick<Shared, 'runs' | 'cardOf'>): string => {
  for (const run of runs) {
    const card = cardOf(run);
    const label = card && metricLabel(card, metric);
    if (label !== undefined && label !== metric) return label;
  }
  return metric;
};
const formatFor = (metric: string, { runs, cardOf }: Pick<Shared, 'runs' | 'cardOf'>): 'number' | 'percent' => (runs.some((run) => cardOf(run) && formatOf(cardOf(run)!, metric) === 'percent') ? 'percent' : 'number');

function Differences({ runs }: { runs: readonly KeptRun[] }) {
  const cards = useApp((app) => app.cards);
  const experiments = runs.map((run) => experimentOf(run, cards));
  if (experiments.some((e) => e === undefined)) return null;
  const rows = differing(experiments.map((e) => e!), cards);
  return (
    <section className="panel" aria-label={texts.differs}>
      <h2>{texts.differs}</h2>
      {rows.length === 0 ? <p className="soft">{texts.same}</p> : (
        <div className="table-scroll"><table className="bench-table"><thead><tr><th aria-hidden="true" />{runs.map((run) => <th key={run.id}>{run.name}</th>)}</tr></thead>
          <tbody>{rows.map(({ label, values }) => <tr key={label}><th scope="row">{label}</th>{values.map((value, i) => <td key={i}>{value}</td>)}</tr>)}</tbody></table></div>
      )}
    </section>
  );
}
function Curves(shared: Shared) {
  const { runs, sides } = shared;
  const curves = useApp((app) => app.curves);
  const metrics = curveMetrics(runs, curves);
  const [asked, setAsked] = useState<string>();
  const [axis, setAxis] = useState<Axis>('step');
  const metric = asked !== undefined && metrics.includes(asked) ? asked : metrics[0];
  if (metric === undefined) return null;
  const series = curvesFor(sides, curves, metric, axis);
  // Colours and dashes by side, whatever the method: as if each were an arm of one card.
  const card = { arms: Object.fromEntries(sides.map((s) => [s.key, { label: s.label, says: '', role: 'baseline' as const }])) };
  return (
    <section className="panel" aria-label={texts.curves}>
      <h2>{texts.curves}</h2>
      <div className="bench-controls">
        <label>{texts.metric} <select value={metric} onChange={(e) => setAsked(e.target.value)}>{metrics.map((m) => <option key={m} value={m}>{labelOf(m, shared)}</option>)}</select></label>
        <label>{texts.axis} <select value={axis} onChange={(e) => setAxis(e.target.value as Axis)}>{(['step', 'share'] as const).map((a) => <option key={a} value={a}>{texts.axes[a]}</option>)}</select></label>
      </div>
      {series.length === 0 ? <p className="soft">{texts.noCurves}</p> : <LinesPicture picture={{ kind: 'lines', xLabel: texts.axisLabels[axis], yLabel: labelOf(metric, shared), series }} card={card} title={labelOf(metric, shared)} height={300} />}
    </section>
  );
}
function Figures(shared: Shared) {
  const { runs, sides } = shared;
  const metrics = metricsOf(runs);
  const [by, setBy] = useState<{ readonly metric: string; readonly descending: boolean }>();
  const rows = sorted(sides, by && metrics.includes(by.metric) ? by.metric : undefined, by?.descending ?? true);
  return (
    <section className="panel" aria-label={texts.results}>
      <h2>{texts.results}</h2>
      <p className="soft">{texts.over}</p>
      <div className="table-scroll">
        <table className="bench-table figures">
          <thead><tr><th>{texts.arm}</th>{metrics.map((m) => (
            <th key={m} aria-sort={by?.metric === m ? (by.descending ? 'descending' : 'ascending') : 'none'}>
              <button type="button" className="quiet" aria-label={texts.sortBy(labelOf(m, shared))} onClick={() => setBy({ metric: m, descending: by?.metric === m ? !by.descending : true })}>{labelOf(m, shared)}{by?.metric === m && (by.descending ? ' ↓' : ' ↑')}</button>
            </th>
          ))}</tr></thead>
          <tbody>{rows.map((side) => <tr key={side.key}><th scope="row">{side.label}</th>{metrics.map((m) => {
            const figure = figureOf(side, m);
            return <td key={m}>{figure === undefined ? '–' : valueText(figure, formatFor(m, shared))}</td>;
          })}</tr>)}</tbody>
        </table>
      </div>
    </section>
  );
}
function Pairs(shared: Shared) {
  const { runs, sides } = shared;
  const metrics = metricsOf(runs);
  const [asked, setAsked] = useState<{ readonly left?: string; readonly right?: string; readonly metric?: string }>({});
  const side = (key: string | undefined, fallback: number): Side | undefined => sides.find((s) => s.key === key) ?? sides[fallback];
  const [left, right] = [side(asked.left, 0), side(asked.right, 1)];
  const metric = asked.metric !== undefined && metrics.includes(asked.metric) ? asked.metric : metrics[0];
  if (!left || !right || metric === undefined) return null;
  const found = paired(bySeed(left, metric), bySeed(right, metric));
  const choose = (which: 'left' | 'right', value: Side) => (
    <label>{texts[which]} <select value={value.key} onChange={(e) => setAsked({ ...asked, [which]: e.target.value })}>{sides.map((s) => <option key={s.key} value={s.key}>{s.label}</option>)}</select></label>
  );
  const text = (v: number): string => valueText(v, formatFor(metric, shared));
  return (
    <section className="panel" aria-label={texts.pairs}>
      <h2>{texts.pairs}</h2>
      <p className="soft">{texts.pairHow}</p>
      <div className="bench-controls">
        {choose('left', left)} {choose('right', right)}
        <label>{texts.metric} <select value={metric} onChange={(e) => setAsked({ ...asked, metric: e.target.value })}>{metrics.map((m) => <option key={m} value={m}>{labelOf(m, shared)}</option>)}</select></label>
      </div>
      {!found ? <p>{texts.pairNone}</p> : (
        <>
          <output>{texts.pairSays(text(found.mean), found.interval && `${text(found.interval[0])} to ${text(found.interval[1])}`, found.above, found.differences.length)}{!found.interval && ` ${texts.pairFew}`}</output>
          <p className="soft">{found.differences.map((d) => `${d.seed}: ${numberText(d.difference)}`).join(' · ')}</p>
        </>
      )}
    </section>
  );
}
