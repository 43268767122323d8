/** One experiment at many settings. Fetched when first opened. */
import { useMemo, useState } from 'react';
import { formatOf, metricLabel } from '../../spec/card';
import { selectCard } from '../../store/app';
import { bytesText, durationText, percentText, valueText, whenText } from '../../store/format';
import { lessIsBetter, lookable, passes, rowsOf, sweepCsv, type Filters, type Looked } from '../../store/sweep-results';
import type { ShownSweep } from '../../store/sweep-slice';
import { useApp, useAppStore } from '../app-context';
import { saveFile } from '../pictures/save-file';
import { useCommands } from '../palette/use-commands';
import { BestSoFar } from './BestSoFar';
import { Filtering } from './Filtering';
import { HeatTable } from './HeatTable';
import { Parallel } from './Parallel';
import { Plan } from './Plan';
import { PointTable } from './PointTable';
import '../workbench/style.css';
import './style.css';
import { texts } from './texts';

export default function Sweeps() {
  const shown = useApp((app) => app.shownSweep);
  return (
    <div className="workbench sweeps">
      <main id="experiment" tabIndex={-1} aria-label={texts.title}>
        <div className="head"><h1>{texts.title}</h1><p className="claim">{texts.claim}</p></div>
        {shown ? <Shown shown={shown} /> : <Plan />}
        <Kept />
      </main>
    </div>
  );
}

function Shown({ shown }: { shown: ShownSweep }) {
  const [asked, setAsked] = useState<Looked>();
  const [turned, setTurned] = useState<boolean>();
  const [filters, setFilters] = useState<Filters>({});
  const { card, points, results } = shown;
  const choices = useMemo(() => lookable(results), [results]);
  const looked = (asked && choices.find((c) => c.arm === asked.arm && c.metric === asked.metric)) ?? choices.find((c) => card.arms[c.arm]?.role === 'method') ?? choices[0];
  const less = turned ?? (looked ? lessIsBetter(looked.metric) : false);
  const rows = useMemo(() => rowsOf(points, results, looked), [points, results, looked]);
  const store = useAppStore();
  const open = (at: number): void => store.getState().pointOpened(at);
  const format = looked ? formatOf(card, looked.metric) : 'number';
  const view = { shown, rows, less, label: looked ? metricLabel(card, looked.metric) : '', text: (value: number): string => valueText(value, format), open, filters, setFilters };
  const passing = rows.filter((row) => passes(row, filters)).length;
  return (
    <>
      <Progress shown={shown} />
      {!looked ? <p className="blank">{texts.none}</p> : (
        <>
          <div className="bench-controls">
            <label>{texts.look} <select value={choices.indexOf(looked)} onChange={(e) => {
              setAsked(choices[Number(e.target.value)]);
              setTurned(undefined);
            }}>{choices.map((c, i) => <option key={i} value={i}>{metricLabel(card, c.metric)} {texts.arm} {card.arms[c.arm]?.label ?? c.arm}</option>)}</select></label>
            <label>{texts.direction} <select value={less ? 'less' : 'more'} onChange={(e) => setTurned(e.target.value === 'less')}><option value="more">{texts.more}</option><option value="less">{texts.less}</option></select></label>
            {passing < rows.length && <output className="soft">{texts.passing(passing, rows.length)}</output>}
          </div>
          <BestSoFar {...view} />
          <Parallel {...view} />
          <Filtering {...view} />
          {Object.keys(points[0]!.knobs).length > 1 && <HeatTable {...view} />}
        </>
      )}
      <PointTable {...view} />
    </>
  );
}
export interface SweepView {
  readonly shown: ShownSweep;
  readonly rows: readonly ReturnType<typeof rowsOf>[number][];
  readonly less: boolean;
  /** What is looked at, and how its values read. */
  readonly label: string;
  readonly text: (value: number) => string;
  readonly open: (at: number) => void;
  readonly filters: Filters;
  readonly setFilters: (filters: Filters) => void;
}

function Progress({ shown }: { shown: ShownSweep }) {
  const store = useAppStore();
  const { status, results, points, shares, jobs, card, head } = shown;
  const act = store.getState();
  const done = results.filter((r) => r !== undefined);
  const failed = done.filter((r) => r.problem !== undefined).length;
  const partly = Object.values(shares).reduce((sum, share) => sum + share, 0);
  const spentMs = done.reduce((sum, r) => sum + r.elapsedMs, 0);
  const leftMs = done.length > 0 && spentMs > 0 ? ((spentMs / done.length) * (points.length - done.length - partly)) / Math.min(jobs, points.length - done.length || 1) : undefined;
  const save = (): void => saveFile(`sweep-${card.id}.csv`, new Blob([sweepCsv(card, points, results)], { type: 'text/csv' }));
  useCommands('sweep', () => (status === 'running' ? [{ id: 'sweep/pause', group: 'run' as const, label: `${texts.title}: ${texts.pause}`, act: act.sweepPaused }, { id: 'sweep/stop', group: 'run' as const, label: `${texts.title}: ${texts.stop}`, act: act.sweepStopped }] : []));
  return (
    <section className="panel sweep-progress" aria-label={texts.status[status]}>
      <h2>{card.title}</h2>
      <output className="row"><b>{texts.status[status]}</b> {texts.progress(done.length, points.length)}{failed > 0 && <span className="verdict no">{texts.failed(failed)}</span>}{status === 'running' && leftMs !== undefined && <span className="soft">{texts.left(durationText(leftMs))}</span>}</output>
      <progress aria-label={texts.progress(done.length, points.length)} max={points.length} value={done.length + partly} />
      {status === 'running' && Object.keys(shares).length > 0 && <p className="soft">{texts.now}: {Object.entries(shares).map(([at, share]) => `${Number(at) + 1} (${percentText(share)})`).join(', ')}</p>}
      <p className="row actions">
        {status === 'running' && <button type="button" onClick={act.sweepPaused}>{texts.pause}</button>}
        {status === 'paused' && <button type="button" onClick={act.sweepResumed}>{texts.resume}</button>}
        {(status === 'running' || status === 'paused') && <button type="button" onClick={act.sweepStopped}>{texts.stop}</button>}
        {status === 'stopped' && <button type="button" onClick={() => void act.sweepOpened(head.id, true)}>{texts.resumeStopped}</button>}
        {(status === 'stopped' || status === 'finished') && <button type="button" onClick={act.sweepClosed}>{texts.close}</button>}
        <button type="button" disabled={done.length === 0} onClick={save}>{texts.csv}</button>
        <CopyLink />
      </p>
    </section>
  );
}
export function CopyLink() {
  const store = useAppStore();
  const link = useApp((app) => app.sweepLink());
  const copy = (): void => void navigator.clipboard.writeText(`${window.location.href.split('#')[0]}${link}`).then(() => store.getState().noticeGiven('info', texts.copied));
  return <button type="button" className="quiet" disabled={link === undefined} onClick={copy}>{texts.link}</button>;
}

function Kept() {
  const store = useAppStore();
  const kept = useApp((app) => app.keptSweeps);
  const shown = useApp((app) => app.shownSweep);
  const card = useApp(selectCard);
  const act = store.getState();
  const busy = shown?.status === 'running' || shown?.status === 'paused';
  const t = texts.columns;
  if (!card) return null;
  return (
    <section className="panel" aria-label={texts.kept}>
      <h2>{texts.kept}</h2>
      {kept.length === 0 ? <p className="soft">{texts.keptNone}</p> : (
        <>
          <p className="soft">{texts.keptSize(bytesText(kept.reduce((sum, s) => sum + s.sizeBytes, 0)))}</p>
          <div className="table-scroll"><table className="bench-table">
            <thead><tr><th>{t.name}</th><th>{t.when}</th><th>{t.points}</th><th>{t.size}</th><th aria-hidden="true" /></tr></thead>
            <tbody>{kept.map((s) => {
              const name = `${s.name}, ${whenText(s.startedAtMs)}`;
              const here = shown?.head.id === s.id;
              return (
                <tr key={s.id} aria-current={here ? 'true' : undefined}>
                  <th scope="row">{s.name}</th><td>{whenText(s.startedAtMs)}</td><td>{texts.progress(s.done, s.points)}</td><td>{bytesText(s.sizeBytes)}</td>
                  <td className="row-actions">
                    {!here && <button type="button" disabled={busy} aria-label={texts.openOf(name)} onClick={() => void act.sweepOpened(s.id, false)}>{texts.open}</button>}{' '}
                    {!here && s.done < s.points && <button type="button" disabled={busy} aria-label={texts.goOnOf(name)} onClick={() => void act.sweepOpened(s.id, true)}>{texts.goOn}</button>}{' '}
                    <button type="button" className="quiet" disabled={here && busy} aria-label={texts.forget(name)} onClick={() => void act.sweepForgotten(s.id)}>{texts.forgetLabel}</button>
                  </td>
                </tr>
              );
            })}</tbody>
          </table></div>
        </>
      )}
    </section>
  );
}
