/** The live charts of the card, with one legend for all of them. The chart library is fetched in idle time, never before the page stands. */
import { lazy, Suspense, useCallback, useEffect, useState, type ReactNode } from 'react';
import type { Card, Chart } from '../spec/card';
import { selectCard } from '../store/app';
import { useApp } from './app-context';
import { armStyle } from './colours';
import { Masonry } from './Masonry';
import { texts } from './texts';

const loadChart = () => import('./MetricChart');
const MetricChart = lazy(() => loadChart().then((module) => ({ default: module.MetricChart })));
const ChartSample = lazy(() => loadChart().then((module) => ({ default: module.ChartSample })));
const windows = [1, 5, 20, 100];

/** How many charts stand beside the main picture, so that Run moves a curve in sight. */
const beside = 2;

export interface ChartsProps {
  /** What stands beside the first charts: the main picture. */
  readonly children: ReactNode;
  /** Between the first screen and the rest. */
  readonly between?: ReactNode;
  /** Cards that flow with the other charts. */
  readonly more: readonly ReactNode[];
}
/** The legend, then the main picture with the first charts beside it, then the other charts and cards. */
export function Charts({ children, between, more }: ChartsProps) {
  const card = useApp(selectCard);
  const run = useApp((app) => app.run);
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const [smoothing, setSmoothing] = useState(1);
  const toggle = useCallback((arm: string) => setHidden((now) => {
    const next = new Set(now);
    if (!next.delete(arm)) next.add(arm);
    return next;
  }), []);
  if (!card) return null;
  const shown = run?.experiment.method === card.id ? run : undefined;
  const draw = (chart: Chart) => shown
    ? <Suspense key={chart.metric} fallback={<ChartBlank title={chart.title} />}><MetricChart {...{ card, chart, hidden, smoothing }} run={shown} /></Suspense>
    : <ChartBlank key={chart.metric} title={chart.title} />;
  return (
    <div className="charts">
      <h2 className="unseen">{texts.chart.heading}</h2>
      <div className="legend-row">
        <Legend card={card} hidden={hidden} onToggle={toggle} />
        <label className="mini" title={texts.chart.smoothNote}>
          {texts.chart.smoothing}{' '}
          <select value={smoothing} onChange={(e) => setSmoothing(Number(e.target.value))}>{windows.map((w) => <option key={w} value={w}>{w === 1 ? texts.chart.smoothOff : w}</option>)}</select>
        </label>
      </div>
      {(smoothing > 1 || (shown && shown.experiment.seeds > 1)) && (
        <p className="soft">{shown && shown.experiment.seeds > 1 && texts.chart.bands(shown.experiment.seeds)} {smoothing > 1 && texts.chart.smoothNote}</p>
      )}
      <div className="hero">
        <div className="hero-main">{children}</div>
        <div className="hero-side">{card.charts.slice(0, beside).map(draw)}</div>
      </div>
      {between}
      <Masonry>{[...card.charts.slice(beside).map(draw), ...more]}</Masonry>
      <WarmUp />
    </div>
  );
}

/** That somebody is at the page. Until then the charts, half of its scripts, are not fetched. */
const signs = ['pointermove', 'pointerdown', 'keydown', 'scroll'] as const;
/** In idle time the library draws a chart that nobody sees: its first drawing takes longer than a frame, and must not fall into a run. */
function WarmUp() {
  const [stage, setStage] = useState<'waiting' | 'drawing' | 'done'>('waiting');
  useEffect(() => {
    const later = window.requestIdleCallback ?? ((work: () => void) => window.setTimeout(work, 500));
    const begin = (): void => {
      for (const sign of signs) window.removeEventListener(sign, begin);
      void loadChart().then(() => later(() => setStage('drawing')));
    };
    for (const sign of signs) window.addEventListener(sign, begin, { passive: true });
    return () => {
      for (const sign of signs) window.removeEventListener(sign, begin);
    };
  }, []);
  const drawn = useCallback(() => setStage('done'), []);
  return stage === 'drawing' ? <div className="warm-up" aria-hidden="true"><Suspense fallback={null}><ChartSample onDrawn={drawn} /></Suspense></div> : null;
}

const ChartBlank = ({ title }: { title: string }) => (
  <section className="chart" aria-label={title}><header><h3>{title}</h3></header><div className="chart-frame blank-frame"><p className="blank">{texts.chart.empty(title)}</p></div></section>
);

function Legend({ card, hidden, onToggle }: { card: Card; hidden: ReadonlySet<string>; onToggle: (arm: string) => void }) {
  const experiment = useApp((app) => app.run?.experiment ?? app.experiment);
  return (
    <ul className="legend" aria-label={texts.legend}>
      {experiment?.arms.filter((arm) => card.arms[arm]).map((arm) => {
        const { colour, dash } = armStyle(card, arm);
        return (
          <li key={arm}>
            <button type="button" aria-pressed={!hidden.has(arm)} title={card.arms[arm]!.says} onClick={() => onToggle(arm)}>
              <svg width="26" height="8" aria-hidden="true"><line x1="1" x2="25" y1="4" y2="4" stroke={colour} strokeWidth="2.5" strokeDasharray={dash} /></svg>
              {card.arms[arm]!.label}
            </button>
          </li>
        );
      })}
    </ul>
  );
}
