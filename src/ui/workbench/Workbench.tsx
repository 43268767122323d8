/** Kept runs, side by side. Fetched when first opened. */
import { memo, Suspense, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { KeptRun } from '../../keep/kept-runs';
import { formatOf, metricLabel, type Card } from '../../spec/card';
import { brokenOf } from '../../spec/lights';
import { paired } from '../../spec/paired';
import { startOf } from '../../spec/place';
import { axes, bySeed, chosenColours, curveMetrics, curvesFor, differing, figureOf, metricsOf, recoloured, runColumns, sidesOf, sorted, sortedRuns, withoutAxis, type Axis, type RunColumn, type Side } from '../../store/compare';
import { bytesText, numberText, valueText, whenText } from '../../store/format';
import { experimentOf } from '../../store/workbench-slice';
import { useApp, useAppStore } from '../app-context';
import { Legend, LogX, Smoothing, useHiddenArms } from '../charts/controls';
import { armStyle, type Coloured } from '../colours';
import { saveFile } from '../pictures/save-file';
import { fetched } from '../fetched';
import './style.css';
import { texts as chartTexts } from '../charts/texts';
import { texts } from './texts';

const LineChart = fetched(async () => ({ default: (await import('../charts/LineChart')).LineChart }));

export default function Workbench() {
  const kept = useApp((app) => app.kept);
  const compared = useApp((app) => app.compared);
  const chosen = useMemo(() => compared.flatMap((id) => kept.find((run) => run.id === id) ?? []), [kept, compared]);
  return (
    <div className="workbench">
      <main id="experiment" tabIndex={-1} aria-label={texts.title}>
        <div className="head"><h1>{texts.title}</h1><p className="claim">{texts.claim}</p><Actions /></div>
        {kept.length === 0 ? <p className="blank tall">{texts.none}</p> : <RunList runs={kept} compared={compared} />}
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
      <button type="button" className="quiet" onClick={() => store.getState().placeChosen(startOf('storage'))}>{texts.storage}</button>
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
  const cards = useApp((app) => app.cards);
  const [by, setBy] = useState<{ readonly column: RunColumn; readonly descending: boolean }>({ column: 'when', descending: true }); // the newest first
  const rows = useMemo(() => sortedRuns(runs, by.column, by.descending, (run) => experimentOf(run, cards)), [runs, by, cards]);
  const shown = useGrowing(rows.length, by);
  const t = texts.columns;
  const press = (column: RunColumn): void => setBy({ column, descending: by.column === column ? !by.descending : column === 'when' });
  const [name, when, seeds, lights, proof] = runColumns.map((column) => (
    <th key={column} aria-sort={by.column !== column ? 'none' : by.descending ? 'descending' : 'ascending'}>
      <button type="button" className="quiet" aria-label={texts.sortBy(t[column])} onClick={() => press(column)}>{t[column]}{by.column === column && (by.descending ? ' ↓' : ' ↑')}</button>
    </th>
  ));
  return (
    <section className="panel" aria-label={texts.list}>
      <div className="table-scroll">
        <table className="bench-table">
          <thead><tr><th>{t.compare}</th><th aria-hidden="true" />{name}{when}{seeds}{lights}{proof}<th>{t.note}</th><th aria-hidden="true" /></tr></thead>
          <tbody>{rows.slice(0, shown).map((run) => <RunRow key={run.id} run={run} on={compared.includes(run.id)} />)}</tbody>
        </table>
      </div>
    </section>
  );
}
/** Rows that are added in one frame. */
const slice = 25;
/** How many of so many rows are drawn: some more with every frame, and from the beginning in another order, so that no task is long however many there are. */
function useGrowing(total: number, order: object): number {
  const [grown, setGrown] = useState({ order, count: slice });
  const count = grown.order === order ? grown.count : slice;
  useEffect(() => {
    if (count >= total) return;
    const frame = requestAnimationFrame(() => setGrown({ order, count: count + slice }));
    return () => cancelAnimationFrame(frame);
  }, [count, total, order]);
  return count;
}
/** Two hundred of them may stand here: only those that changed are drawn again. */
const RunRow = memo(function RunRow({ run, on }: { run: KeptRun; on: boolean }) {
  const store = useAppStore();
  const cards = useApp((app) => app.cards);
  const experiment = useMemo(() => experimentOf(run, cards), [run, cards]);
  const { off, wereOff } = brokenOf(run.lights);
  const act = store.getState();
  const title = experiment ? cards[experiment.method]!.title : texts.unknown;
  return (
    <tr>
      <td><input type="checkbox" aria-label={texts.compareRun(run.name)} checked={on} onChange={(e) => void act.keptCompared(run.id, e.target.checked)} /></td>
      <td><button type="button" className="quiet pin" aria-pressed={run.pinned} aria-label={texts.pin(run.name, run.pinned)} onClick={() => void act.keptChanged(run.id, { pinned: !run.pinned })}>{run.pinned ? '★' : '☆'}</button></td>
      <td><BenchText label={texts.nameOf(run.name)} value={run.name} commit={(name) => name.trim() !== '' && void act.keptChanged(run.id, { name: name.trim() })} /><small className="soft">{title}</small></td>
      <td>{whenText(run.finishedAtMs)}</td>
      <td>{experiment ? (experiment.seeds === 1 ? experiment.seed : `${experiment.seed}–${experiment.seed + experiment.seeds - 1}`) : '–'}</td>
      <td><span className={off + wereOff > 0 ? 'verdict no' : 'verdict yes'}>{off > 0 ? texts.off(off) : wereOff > 0 ? texts.wereOff(wereOff) : texts.allOn(run.lights.length)}</span>{off > 0 && wereOff > 0 && <small>{texts.wereOff(wereOff)}</small>}</td>
      <td><code>{run.proof.fingerprint.slice(0, 8)}</code> <small className="soft">{run.proof.provider}</small></td>
      <td><BenchText label={texts.noteOf(run.name)} value={run.note} commit={(note) => void act.keptChanged(run.id, { note })} /></td>
      <td className="row-actions">
        <button type="button" disabled={!experiment} aria-label={texts.openRun(run.name)} onClick={() => act.keptOpened(run.id)}>{texts.open}</button>
        <button type="button" className="quiet" aria-label={texts.forget(run.name)} onClick={() => void act.keptForgotten(run.id)}>×</button>
      </td>
    </tr>
  );
});

/** A text that is taken when one leaves it, if it was typed in: another tab may have changed it meanwhile, and what merely stood here must not be written over that. */
function BenchText({ label, value, commit }: { readonly label: string; readonly value: string; readonly commit: (text: string) => void }) {
  const field = useRef<HTMLInputElement>(null);
  const typed = useRef(false);
  useEffect(() => {
    if (field.current && !typed.current) field.current.value = value;
  }, [value]);
  const leave = (text: string): void => {
    if (typed.current && text !== value) commit(text);
    typed.current = false;
  };
  return <input ref={field} className="bench-text" aria-label={label} defaultValue={value} onChange={() => (typed.current = true)} onBlur={(e) => leave(e.target.value)} onKeyDown={(e) => e.key === 'Enter' && e.currentTarget.blur()} />;
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
  const metrics = useMemo(() => curveMetrics(runs, curves), [runs, curves]);
  const [asked, setAsked] = useState<string>();
  const [axis, setAxis] = useState<Axis>('step');
  const [smoothing, setSmoothing] = useState(1);
  const [logX, setLogX] = useState(false);
  const [hidden, toggle] = useHiddenArms();
  const metric = asked !== undefined && metrics.includes(asked) ? asked : metrics[0];
  const series = useMemo(() => (metric === undefined ? [] : curvesFor(sides, curves, metric, axis)), [sides, curves, metric, axis]);
  // Colours and dashes by side, whatever the method: as if each were an arm of one card.
  const card = useMemo((): Coloured => ({ arms: Object.fromEntries(sides.map((s) => [s.key, { label: s.label, says: '', role: 'baseline' as const }])), colours: chosenColours(sides) }), [sides]);
  const arms = useMemo(() => sides.map(({ key }) => key).filter((key) => !hidden.has(key)), [sides, hidden]);
  if (metric === undefined) return null;
  const missing = withoutAxis(sides, curves, metric, axis);
  const seeds = new Set(series.map(({ seed }) => seed)).size;
  return (
    <section className="panel" aria-label={texts.curves}>
      <h2>{texts.curves}</h2>
      <div className="bench-controls">
        <label>{texts.metric} <select value={metric} onChange={(e) => setAsked(e.target.value)}>{metrics.map((m) => <option key={m} value={m}>{labelOf(m, shared)}</option>)}</select></label>
        <label>{texts.axis} <select value={axis} onChange={(e) => setAxis(e.target.value as Axis)}>{axes.map((a) => <option key={a} value={a}>{texts.axes[a]}</option>)}</select></label>
        <Smoothing points={smoothing} onChange={setSmoothing} />
        <LogX on={logX} onChange={setLogX} />
      </div>
      <Legend card={card} arms={sides.map(({ key }) => key)} hidden={hidden} onToggle={toggle} />
      {(seeds > 1 || smoothing > 1) && <p className="soft">{seeds > 1 && chartTexts.bandsOf} {smoothing > 1 && chartTexts.smoothNote}</p>}
      {series.length === 0 ? <p className="soft">{texts.noCurves}</p> : (
        <Suspense fallback={<p className="blank tall">{texts.curves}</p>}>
          <LineChart {...{ card, series, arms, smoothing, logX }} onLogX={setLogX} title={labelOf(metric, shared)} name={`${metric.replaceAll('/', ' ')} by ${axis}`} xLabel={texts.axisLabels[axis]} yLabel={labelOf(metric, shared)} format={formatFor(metric, shared)} version={0} height={320} empty={texts.noCurves} />
        </Suspense>
      )}
      {(axis === 'time' || axis === 'examples') && <p className="soft">{texts.axisSays[axis]}{missing.length > 0 && ` ${texts.notMeasured(missing.map(({ label }) => label))}`}</p>}
      <SideColours sides={sides} card={card} />
    </section>
  );
}
/** Each side's colour, to be chosen from the palette. It is kept with the run. */
function SideColours({ sides, card }: { sides: readonly Side[]; card: Coloured }) {
  const store = useAppStore();
  return (
    <details className="side-colours">
      <summary>{texts.colours}</summary>
      <ul>
        {sides.map(({ key, run, arm, label }) => {
          const { colour, dash } = armStyle(card, key);
          return (
            <li key={key}>
              <svg width="26" height="8" aria-hidden="true"><line x1="1" x2="25" y1="4" y2="4" strokeWidth="2.5" stroke={colour} strokeDasharray={dash} /></svg>
              <label>{label} <select aria-label={texts.colourOf(label)} value={run.colours[arm] ?? ''} onChange={(e) => void store.getState().keptChanged(run.id, { colours: recoloured(run, arm, e.target.value === '' ? undefined : Number(e.target.value)) })}>
                <option value="">{texts.ownColour}</option>
                {texts.palette.map((name, i) => <option key={name} value={i}>{name}</option>)}
              </select></label>
            </li>
          );
        })}
      </ul>
    </details>
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
