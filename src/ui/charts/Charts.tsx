/** The live charts of the card, with one legend for all of them. The chart library is fetched in idle time, never before the page stands. */
import { Suspense, useCallback, useEffect, useState, type ReactNode } from 'react';
import type { Chart } from '../../spec/card';
import { selectCard } from '../../store/app';
import { useApp } from '../app-context';
import { Legend, LogX, Smoothing, useHiddenArms } from './controls';
import { Masonry } from '../Masonry';
import { fetched } from '../fetched';
import { Later } from '../Later';
import { texts } from './texts';

const loadChart = () => import('./MetricChart');
const MetricChart = fetched(async () => ({ default: (await loadChart()).MetricChart }));
const ChartSample = fetched(async () => ({ default: (await loadChart()).ChartSample }));

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
  const arms = useApp((app) => (app.run?.experiment ?? app.experiment)?.arms) ?? [];
  const [hidden, toggle] = useHiddenArms();
  const [smoothing, setSmoothing] = useState(1);
  const [logX, setLogX] = useState(false);
  if (!card) return null;
  const shown = run?.experiment.method === card.id ? run : undefined;
  const draw = (chart: Chart) => shown
    ? <Suspense key={chart.metric} fallback={<ChartBlank title={chart.title} />}><MetricChart {...{ card, chart, hidden, smoothing, logX }} onLogX={setLogX} run={shown} /></Suspense>
    : <ChartBlank key={chart.metric} title={chart.title} />;
  return (
    <div className="charts">
      <h2 className="unseen">{texts.heading}</h2>
      <div className="legend-row">
        <Legend card={card} arms={arms} hidden={hidden} onToggle={toggle} />
        <div className="minis"><Smoothing points={smoothing} onChange={setSmoothing} /><LogX on={logX} onChange={setLogX} /></div>
      </div>
      {(smoothing > 1 || (shown && shown.experiment.seeds > 1)) && (
        <p className="soft">{shown && shown.experiment.seeds > 1 && texts.bands(shown.experiment.seeds)} {smoothing > 1 && texts.smoothNote}</p>
      )}
      <div className="hero">
        <div className="hero-main">{children}</div>
        <div className="hero-side">{card.charts.slice(0, beside).map(draw)}</div>
      </div>
      {between}
      <Later><Masonry>{[...card.charts.slice(beside).map(draw), ...more]}</Masonry></Later>
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
      loadChart().then(() => later(() => setStage('drawing')), () => undefined); // where it cannot be had, the charts say so themselves
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
  <section className="chart" aria-label={title}><header><h3>{title}</h3></header><div className="chart-frame blank-frame"><p className="blank">{texts.empty(title)}</p></div></section>
);
