/** One metric of all arms: the median over seeds as a line, least to greatest as a band. Loaded when the first run starts. */
import { memo, useEffect, useMemo, useRef, useState } from 'react';
import { Area, CartesianGrid, ComposedChart, Line, Tooltip, XAxis, YAxis } from 'recharts';
import type { Card, Chart } from '../spec/card';
import { bandOf, chartRows, rowsExtent, type Row } from '../store/chart-rows';
import { tickText, valueText } from '../store/format';
import type { Run } from '../store/run';
import { selectCard } from '../store/app';
import { useApp } from './app-context';
import { armStyle } from './colours';
import { useCalmVersion, useHeight, useWidth } from './redraw';
import { texts } from './texts';
import { SaveMenu, useZoom, ZoomButtons, type Range } from './ChartTools';
import type { Series } from '../store/series';
import { linearTicks, shareAxis, snugAxis } from './ticks';

export interface MetricChartProps {
  readonly card: Card;
  readonly chart: Chart;
  readonly run: Run;
  readonly hidden: ReadonlySet<string>;
  readonly smoothing: number;
}
/** At least; charts beside the main picture grow with it. */
const leastHeight = 200;

export const MetricChart = memo(function MetricChart({ card, chart, run, hidden, smoothing }: MetricChartProps) {
  const frame = useRef<HTMLDivElement>(null);
  const width = useWidth(frame, 420);
  const height = useHeight(frame, leastHeight);
  const [logY, setLogY] = useState(chart.logY ?? false);
  const [asTable, setAsTable] = useState(false);
  const version = useCalmVersion(`${run.id}:${run.seriesVersion}`, frame);
  const series = run.book.byMetric.get(chart.metric);
  const arms = useMemo(() => run.experiment.arms.filter((arm) => !hidden.has(arm)), [run.experiment.arms, hidden]);
  const whole = spanOf(series ?? []);
  const zoom = useZoom(frame, plotInset, whole);
  const rows = useMemo(
    // `version` stands for what the book holds: it grows in place.
    () => chartRows(series ?? [], arms, { buckets: Math.max(60, Math.floor(width / 3)), smoothing, positiveOnly: logY, ...(zoom.range && { range: zoom.range }) }),
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [version, arms, width, smoothing, logY, series, zoom.range],
  );
  const format = chart.format ?? 'number';
  const several = run.experiment.seeds > 1;
  return (
    <section className="chart" aria-label={chart.title}>
      <header>
        <h3>{chart.title}</h3>
        <div className="chart-tools">
          {!asTable && <ZoomButtons range={zoom.range} whole={whole} title={chart.title} onShow={zoom.show} />}
          {series && <SaveMenu card={card} chart={chart} series={series} frame={frame} />}
          <label className="mini"><input type="checkbox" checked={logY} onChange={(e) => setLogY(e.target.checked)} /> {texts.chart.logY}</label>
          <button type="button" className="quiet" aria-pressed={asTable} aria-label={`${texts.chart.asTable}: ${chart.title}`} title={texts.chart.asTable} onClick={() => setAsTable(!asTable)}>{texts.chart.table}</button>
        </div>
      </header>
      <div ref={frame} className="chart-frame" style={{ minHeight: leastHeight }} {...(!asTable && zoom.handlers)} onDoubleClick={() => zoom.show(undefined)}>
        {asTable ? <SeriesTable card={card} chart={chart} run={run} /> : rows.length === 0
          ? <p className="blank">{series && logY ? texts.chart.noPositive : texts.chart.empty(chart.title)}</p>
          : <div className="chart-layer">{zoom.dragged && <i className="drag-stretch" style={zoom.dragged} />}<Drawing {...{ card, chart, rows, arms, width, height, logY, format, several }} /></div>}
      </div>
    </section>
  );
});

interface DrawingProps {
  readonly card: Card;
  readonly chart: Chart;
  readonly rows: readonly Row[];
  readonly arms: readonly string[];
  readonly width: number;
  readonly height: number;
  readonly logY: boolean;
  readonly format: 'number' | 'percent';
  readonly several: boolean;
}
/** All that does not change from point to point is made once: only `data` is new at a redraw, and the chart works out little else again. */
const Drawing = memo(function Drawing({ card, chart, rows, arms, width, height, logY, format, several }: DrawingProps) {
  /** One point makes no line: it is drawn as a dot. */
  const single = rows.length === 1;
  const from = rows[0]!.step;
  const to = Math.max(rows.at(-1)!.step, from + 1);
  const { domain: [low, high], ticks } = useMemo(() => (format === 'percent' ? shareAxis : snugAxis)(...rowsExtent(rows), logY), [rows, format, logY]);
  const yTicks = ticks.join();
  const axes = useMemo(() => (
    <>
      <XAxis dataKey="step" type="number" domain={[from, to]} ticks={[...stepTicks(from, to)]} interval={0} tickFormatter={plainTick} tickLine={false} label={{ value: chart.xLabel ?? texts.chart.step, position: 'insideBottom', offset: -12, className: 'axis-label' }} />
      <YAxis width={axisWidth} scale={logY ? 'log' : 'linear'} domain={[low, high]} ticks={yTicks.split(',').map(Number)} interval={0} tickFormatter={format === 'percent' ? percentTick : plainTick} tickLine={false} axisLine={false} allowDataOverflow
        label={{ value: chart.yLabel, angle: -90, position: 'insideLeft', offset: 4, className: 'axis-label', style: { textAnchor: 'middle' } }} />
    </>
  ), [chart, from, to, low, high, yTicks, logY, format]);
  const curves = useMemo(() => (
    <>
      <CartesianGrid vertical={false} className="grid" />
      <Tooltip content={<Readout card={card} format={format} />} isAnimationActive={false} cursor={{ className: 'crosshair' }} />
      {several && arms.map((arm) => <Area key={`${arm} band`} dataKey={bandOf(arm)} stroke="none" fill={armStyle(card, arm).colour} fillOpacity={0.16} isAnimationActive={false} activeDot={false} connectNulls legendType="none" tooltipType="none" />)}
      {arms.map((arm) => <Line key={arm} dataKey={arm} stroke={armStyle(card, arm).colour} strokeDasharray={armStyle(card, arm).dash} strokeWidth={1.8} dot={single} activeDot={{ r: 3 }} isAnimationActive={false} connectNulls />)}
    </>
  ), [card, arms, format, several, single]);
  return <ComposedChart data={rows as Row[]} width={width} height={height} margin={margin} accessibilityLayer aria-label={texts.chart.label(chart.title)}>{axes}{curves}</ComposedChart>;
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
  const chart = card?.charts[0];
  return card && chart ? <Drawing {...{ card, chart, rows, arms }} width={320} height={leastHeight} logY={false} format="number" several={false} /> : null;
}
const sampleDrawings = 4;
const stepTicks = (from: number, to: number): readonly number[] => {
  const few = linearTicks(from, to, 4);
  return few.length < 3 ? linearTicks(from, to, 8) : few;
};
const margin = { top: 6, right: 12, bottom: 18, left: 4 };
const axisWidth = 54;
const plotInset = { left: margin.left + axisWidth, right: margin.right };
/** Least and greatest step that any series has. */
function spanOf(series: readonly Series[]): Range | undefined {
  const some = series.filter((s) => s.length > 0);
  if (some.length === 0) return undefined;
  return [Math.min(...some.map((s) => s.steps[0]!)), Math.max(...some.map((s) => s.steps[s.length - 1]!))];
}
const plainTick = (value: number): string => tickText(value);
const percentTick = (value: number): string => tickText(value, 'percent');

interface ReadoutProps {
  readonly card: Card;
  readonly format: 'number' | 'percent';
  /** Given by recharts. */
  readonly active?: boolean;
  readonly label?: number | string;
  readonly payload?: readonly { readonly payload?: Row }[];
}
function Readout({ card, format, active, label, payload }: ReadoutProps) {
  const row = payload?.[0]?.payload;
  if (!active || !row) return null;
  return (
    <div className="readout">
      <b>{texts.chart.step} {valueText(Math.round(Number(label)))}</b>
      {Object.keys(card.arms).map((arm) => {
        const [value, band] = [row[arm], row[bandOf(arm)]];
        if (typeof value !== 'number') return null;
        return (
          <div key={arm}>
            <i style={{ background: armStyle(card, arm).colour }} /> {card.arms[arm]!.label}
            <span className="figure">{valueText(value, format)}{Array.isArray(band) && <small> [{valueText(Number(band[0]), format)} – {valueText(Number(band[1]), format)}]</small>}</span>
          </div>
        );
      })}
    </div>
  );
}

function SeriesTable({ card, chart, run }: { card: Card; chart: Chart; run: Run }) {
  const series = run.book.byMetric.get(chart.metric) ?? [];
  const format = chart.format ?? 'number';
  const t = texts.chart;
  const rangeOf = (values: Float64Array): string => {
    const finite = values.filter(Number.isFinite);
    const [least, most] = finite.reduce(([a, b], v) => [Math.min(a, v), Math.max(b, v)], [Infinity, -Infinity]);
    return finite.length > 0 ? `${valueText(least, format)} – ${valueText(most, format)}` : '–';
  };
  return (
    <section className="table-scroll" aria-label={`${texts.chart.table}: ${chart.title}`}>
      <table>
        <thead><tr>{[t.arm, t.seed, t.last, t.range, t.points].map((h, i) => <th key={h} scope="col" className={i > 0 ? 'figure' : undefined}>{h}</th>)}</tr></thead>
        <tbody>
          {series.map((s) => (
            <tr key={`${s.arm} ${s.seed}`}>
              <th scope="row">{card.arms[s.arm]?.label ?? s.arm}</th><td className="figure">{s.seed}</td>
              <td className="figure">{valueText(s.values[s.length - 1] ?? NaN, format)}</td><td className="figure">{rangeOf(s.values.subarray(0, s.length))}</td><td className="figure">{s.length}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
