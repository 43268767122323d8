/** One metric of the run, live: it follows a few times a second, and only while it is seen. */
import { memo, useEffect, useMemo, useRef, useState } from 'react';
import type { Card, Chart } from '../../spec/card';
import { selectCard } from '../../store/app';
import { rowsExtent, type Row } from '../../store/chart-rows';
import { axisOver } from '../../store/chart-view';
import { isActive, type Run } from '../../store/run';
import type { Series } from '../../store/series';
import { useApp } from '../app-context';
import { useCalmVersion } from '../redraw';
import { texts } from './texts';
import { snugAxis } from '../ticks';
import { Drawing, leastHeight, LineChart } from './LineChart';

export interface MetricChartProps {
  readonly card: Card;
  readonly chart: Chart;
  readonly run: Run;
  readonly hidden: ReadonlySet<string>;
  readonly smoothing: number;
  readonly logX: boolean;
  readonly onLogX: (on: boolean) => void;
}
const none: readonly Series[] = [];

export const MetricChart = memo(function MetricChart({ card, chart, run, hidden, smoothing, logX, onLogX }: MetricChartProps) {
  const frame = useRef<HTMLDivElement>(null);
  const arms = useMemo(() => run.experiment.arms.filter((arm) => !hidden.has(arm)), [run.experiment.arms, hidden]);
  const { book } = run;
  const [begun, setBegun] = useState(false);
  // Off screen a chart is drawn when it first has something, and when the run has ended.
  const version = useCalmVersion(`${run.id}:${run.seriesVersion}`, frame, isActive(run) && (begun || !book.byMetric.has(chart.metric)));
  // Taken with each redraw in its turn, not as soon as there is one: else all charts would be made in the task of the first message.
  // eslint-disable-next-line react-hooks/exhaustive-deps
  const series = useMemo(() => (version === undefined ? none : (book.byMetric.get(chart.metric) ?? none)), [version, chart.metric]);
  if (series.length > 0 !== begun) setBegun(series.length > 0);
  return (
    <LineChart {...{ card, arms, series, smoothing, logX, onLogX, frame }} version={version ?? ''} growing={isActive(run)} title={chart.title} part={`chart ${chart.metric}`} name={`${card.id} ${chart.metric.replaceAll('/', ' ')}`}
      xLabel={chart.xLabel ?? texts.step} yLabel={chart.yLabel} format={chart.format ?? 'number'} logY={chart.logY ?? false} empty={texts.empty(chart.title)} />
  );
});

/** A chart to warm the library up with; it is drawn a few times over, as a live one is, and then `onDrawn` is told. */
export function ChartSample({ onDrawn }: { onDrawn: () => void }) {
  const card = useApp(selectCard);
  const [times, setTimes] = useState(0);
  useEffect(() => {
    const timer = setTimeout(() => (times < sampleDrawings ? setTimes(times + 1) : onDrawn()), 60);
    return () => clearTimeout(timer);
  }, [times, onDrawn]);
  const arms = useMemo(() => Object.keys(card?.arms ?? {}), [card]);
  const rows = useMemo(() => Array.from({ length: 2 + 4 * times }, (_, step): Row => ({ step, ...Object.fromEntries(arms.map((arm, a) => [arm, a + (step % 3)])) })), [times, arms]);
  const axis = useMemo(() => axisOver([0, rows.length - 1], false), [rows]);
  const { domain: [low, high], ticks } = snugAxis(...rowsExtent(rows));
  return card ? <Drawing {...{ card, rows, arms, axis, low, high }} xLabel="" yLabel="" ticks={ticks.join()} width={320} height={leastHeight} logY={false} format="number" /> : null;
}
const sampleDrawings = 4;
