/** Curves of several arms over one axis: looked at closely, read point by point by pointer or keyboard, shown as a table, and taken away. Fetched late: it brings the chart library. */
import { createContext, memo, startTransition, useCallback, useContext, useEffect, useId, useMemo, useRef, useState, type KeyboardEvent, type ReactNode, type RefObject } from 'react';
import { CartesianGrid, ComposedChart, XAxis, YAxis } from 'recharts';
import { chartRows, nearest, readAt, rowsExtent, type Points, type Row } from '../../store/chart-rows';
import { axisOver, followed, moved, roundEnd, shownOf, wholeView, zoomed, type Range, type View } from '../../store/chart-view';
import { tickText, valueText } from '../../store/format';
import { useHeight, useWidth } from '../redraw';
import { texts as t } from './texts';
import { linearTicks, logTicks, shareAxis, snugAxis } from '../ticks';
import { crosshair, markCrosshair } from './crosshair';
import { Curves, type CurvesProps, type Plot } from './Curves';
import { useGestures } from './gestures';
import { ReadingTable } from './ReadingTable';
import { Readings, type Read } from './Readings';
import { SaveMenu } from './SaveMenu';
import { ViewButtons } from './ViewButtons';

export interface LineChartProps extends Omit<Read, 'axis'> {
  readonly title: string;
  readonly part?: string;
  /** Of its files. */
  readonly name: string;
  readonly yLabel: string;
  /** Changes when the columns have grown: they grow in place. */
  readonly version: number | string;
  readonly logX: boolean;
  readonly onLogX: (on: boolean) => void;
  /** Whether the axis of values is logarithmic at first. */
  readonly logY?: boolean;
  readonly height?: number;
  /** What stands here while there is nothing to draw. */
  readonly empty: string;
  /** More points are to come: the first axis ends on a round value, so that it seldom moves. */
  readonly growing?: boolean;
  /** Its frame is watched by whoever decides when it is drawn anew. */
  readonly frame?: RefObject<HTMLDivElement | null>;
}
/** At least; charts beside the main picture grow with it. */
export const leastHeight = 200;

export const LineChart = memo(function LineChart({ card, title, part, name, xLabel, yLabel, format, series, version, arms, smoothing, logX, onLogX, logY: logYFirst = false, height: least = leastHeight, empty, growing = false, frame: given }: LineChartProps) {
  const own = useRef<HTMLDivElement>(null);
  const frame = given ?? own;
  const width = useWidth(frame, 420);
  const height = useHeight(frame, least);
  const [logY, setLogY] = useState(logYFirst);
  const [asTable, setAsTable] = useState(false);
  const [view, setView] = useState<View>(wholeView);
  const keys = useId();
  const whole = useMemo(
    () => spanOf(series, arms, logX),
    // eslint-disable-next-line react-hooks/exhaustive-deps -- `version` stands for what the columns hold
    [series, version, arms, logX],
  );
  const shown = whole && shownOf(view, whole, logX);
  const [from, to] = shown ?? [0, 1];
  const partial = view.range !== undefined;
  const rows = useMemo(
    () => chartRows(series, arms, { buckets: Math.max(60, Math.floor(width / 3)), smoothing, positiveOnly: logY, logX, ...(partial && { range: [from, to] }) }),
    // eslint-disable-next-line react-hooks/exhaustive-deps -- as above
    [series, version, arms, width, smoothing, logY, logX, partial, from, to],
  );
  const end = growing && !partial && !logX ? roundEnd(from, to) : to > from ? to : from + 1;
  const axis = useMemo(() => axisOver([from, end], logX), [from, end, logX]);
  const { domain, ticks } = useMemo(() => (format === 'percent' ? shareAxis : snugAxis)(...rowsExtent(rows), logY), [rows, format, logY]);
  const longest = useMemo(() => arms.flatMap((arm) => series.filter((s) => s.arm === arm)).reduce<Points | undefined>((most, s) => (s.length > (most?.length ?? 0) ? s : most), undefined), [series, arms, version]); // eslint-disable-line react-hooks/exhaustive-deps -- as above
  const leastShare = longest ? Math.min(1, 2 / Math.max(2, longest.length - 1)) : 1;
  /** Later turns of a wheel build on earlier ones that are not drawn yet. */
  const latest = useRef(view);
  const change = (next: (view: View, whole: Range) => View): void => {
    if (!whole) return;
    latest.current = next(latest.current, whole);
    startTransition(() => setView(latest.current));
  };
  const zoom = (factor: number, about: number): void => change((v, all) => zoomed(v, all, logX, factor, about, leastShare));
  const move = (by: number): void => change((v, all) => moved(v, all, logX, by));
  const follow = (): void => change((v, all) => followed(v, all, logX));
  const showAll = (): void => change(() => wholeView);
  /** Onto the nearest point of the longest curve, so that what is read is a point. */
  const mark = (x: number, pinned: boolean): void => {
    if (longest) markCrosshair({ axis: xLabel, at: longest.steps[nearest(longest, x)]!, pinned });
  };
  const isPinned = (): boolean => crosshair()?.pinned ?? false;
  /** Where the pointer rests: what moves under it is read anew. */
  const hovering = useRef<number>(undefined);
  useEffect(() => {
    if (hovering.current === undefined || crosshair()?.pinned || !longest) return;
    markCrosshair({ axis: xLabel, at: longest.steps[nearest(longest, axis.back(hovering.current))]!, pinned: false });
  }, [axis, longest, xLabel]);
  const reader = useRef<HTMLInputElement>(null);
  const tableButton = useRef<HTMLButtonElement>(null);
  const { dragged, handlers } = useGestures(frame, plotInset, partial, {
    hovered: (share) => {
      hovering.current = share;
      if (isPinned()) return;
      if (share === undefined) markCrosshair(undefined);
      else mark(axis.back(share), false);
    },
    pressed: (share) => {
      reader.current?.focus({ preventScroll: true }); // its keys are this chart's from here on
      const before = crosshair();
      mark(axis.back(share), true);
      if (before?.pinned && before.at === crosshair()?.at) markCrosshair({ ...before, pinned: false });
    },
    stretched: (a, b) => change(() => ({ range: [axis.back(a), axis.back(b)], following: false })),
    moved: move,
    zoomed: zoom,
  });
  const step = (by: number): void => {
    if (!longest) return;
    const now = crosshair();
    const place = now?.axis === xLabel ? nearest(longest, now.at) + by : nearest(longest, by > 0 ? from : to);
    const at = longest.steps[Math.min(longest.length - 1, Math.max(0, place))]!;
    mark(at, true);
    const share = axis.at(at);
    if (share < 0 || share > 1) move(share < 0 ? share - 0.1 : share - 0.9); // what is read comes into view
  };
  const inView = longest && nearest(longest, to) - nearest(longest, from);
  const pressedKey = (e: KeyboardEvent<HTMLElement>): void => {
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    const now = crosshair();
    const about = now?.axis === xLabel ? Math.min(1, Math.max(0, axis.at(now.at))) : 0.5;
    const page = Math.max(1, Math.round((inView ?? 10) / 10));
    const does: Readonly<Record<string, () => void>> = {
      ArrowLeft: () => (e.shiftKey ? move(-0.25) : step(-1)), ArrowRight: () => (e.shiftKey ? move(0.25) : step(1)), ArrowDown: () => step(-1), ArrowUp: () => step(1),
      PageDown: () => step(-page), PageUp: () => step(page), Home: () => longest && mark(longest.steps[0]!, true), End: () => longest && mark(longest.steps[longest.length - 1]!, true),
      '+': () => zoom(0.5, about), '=': () => zoom(0.5, about), '-': () => zoom(2, about), '0': showAll,
      f: follow, l: () => setLogY(!logY), x: () => onLogX(!logX), t: () => {
        setAsTable(true);
        tableButton.current?.focus();
      },
      Escape: () => markCrosshair(undefined),
    };
    const doIt = does[e.key.length === 1 ? e.key.toLowerCase() : e.key];
    if (!doIt || (e.key === 'Escape' && !now)) return;
    e.preventDefault();
    doIt();
  };
  const drawn = !asTable && rows.length > 0 && whole;
  return (
    <section className="chart" {...(part !== undefined && { 'data-part': part })} aria-label={title}>
      <header>
        <h3>{title}</h3>
        <div className="chart-tools">
          {series.length > 0 && <SaveMenu {...{ card, title, name, xLabel, yLabel, series, frame }} />}
          <label className="mini"><input type="checkbox" name="log" checked={logY} onChange={(e) => setLogY(e.target.checked)} /> {t.logY}</label>
          <button ref={tableButton} type="button" className="quiet" aria-pressed={asTable} aria-label={`${t.asTable}: ${title}`} title={t.asTable} onClick={() => setAsTable(!asTable)}>{t.table}</button>
        </div>
      </header>
      <div ref={frame} className="chart-frame" style={{ minHeight: least }} {...(drawn && handlers)} onDoubleClick={showAll}>
        {asTable ? <ReadingTable {...{ card, title, series, arms, smoothing, format, xLabel, axis }} /> : !drawn
          ? <p className="blank">{series.some((s) => s.length > 0) && (logY || logX) ? t.noPositive : empty}</p>
          : (
            <div className="chart-layer">
              {dragged && <i className="drag-stretch" style={dragged} />}
              <Drawing {...{ card, xLabel, yLabel, rows, arms, width, height, axis, logY, format }} low={domain[0]} high={domain[1]} ticks={ticks.join()} />
              <Reader input={reader} {...{ title, card, series, arms, smoothing, format, xLabel, axis, keys }} onKey={pressedKey} onPlace={(x) => mark(x, true)} />
              <Readings {...{ card, series, arms, smoothing, format, xLabel, axis, logY, version }} low={domain[0]} high={domain[1]} plot={plotOf(width, height)} />
              {whole[1] > whole[0] && <ViewButtons title={title} part={partial} following={view.following} {...{ move, zoom, follow, showAll }} />}
            </div>
          )}
        <p id={keys} className="chart-keys">{t.keys}</p>
      </div>
    </section>
  );
});

interface ReaderProps extends Read {
  readonly input: RefObject<HTMLInputElement | null>;
  readonly title: string;
  /** The id of what says which keys there are. */
  readonly keys: string;
  readonly onKey: (e: KeyboardEvent<HTMLElement>) => void;
  readonly onPlace: (x: number) => void;
}
/** The chart to a keyboard and to a screen reader: a slider along the first axis that says what every arm has there. */
function Reader({ input, title, card, series, arms, smoothing, format, xLabel, axis, keys, onKey, onPlace }: ReaderProps) {
  const [said, setSaid] = useState<{ readonly at: number; readonly text: string }>();
  const [from, to] = axis.range;
  const say = useCallback((): void => {
    const now = crosshair();
    const at = now?.axis === xLabel ? now.at : to;
    setSaid({ at, text: t.says(xLabel, valueText(at), readAt(series, arms, at, smoothing).map(({ arm, value }) => `${card.arms[arm]?.label ?? arm} ${valueText(value, format)}`)) });
  }, [series, arms, smoothing, card, format, xLabel, to]);
  return (
    <input ref={input} className="chart-reader" type="range" step="any" min={from} max={to} value={Math.min(to, Math.max(from, said?.at ?? to))} aria-label={t.label(title, xLabel)} aria-valuetext={said?.text} aria-describedby={keys}
      onFocus={say} onKeyDown={(e) => {
        onKey(e);
        say();
      }} onChange={(e) => {
        onPlace(Number(e.target.value));
        say();
      }} />
  );
}

interface DrawingProps extends Omit<CurvesProps, 'plot'> {
  readonly xLabel: string;
  readonly yLabel: string;
  readonly width: number;
  readonly height: number;
  /** Of values, with commas between. */
  readonly ticks: string;
  readonly format: 'number' | 'percent';
}
/**
 * The library draws the frame, axes and grid, and draws them anew only when they change; the curves are paths of our own inside it, which reach it
 * past the library, by a context. A redraw of the whole chart by the library takes ten times as long, and in pieces that nothing can come between.
 */
export const Drawing = memo(function Drawing({ card, xLabel, yLabel, rows, arms, width, height, axis, low, high, ticks, logY, format }: DrawingProps): ReactNode {
  const { range: [from, to], log } = axis;
  const frame = useMemo(() => (
    <ComposedChart data={noRows} width={width} height={height} margin={margin} accessibilityLayer={false}>
      <XAxis dataKey="step" type="number" scale={log ? 'log' : 'linear'} domain={[from, to]} ticks={[...(log ? logTicks(from, to, 6) : stepTicks(from, to))]} interval={0} tickFormatter={plainTick} tickLine={false} allowDataOverflow height={xAxisHeight} label={{ value: xLabel, position: 'insideBottom', offset: -12, className: 'axis-label' }} />
      <YAxis width={axisWidth} scale={logY ? 'log' : 'linear'} domain={[low, high]} ticks={ticks.split(',').map(Number)} interval={0} tickFormatter={format === 'percent' ? percentTick : plainTick} tickLine={false} axisLine={false} allowDataOverflow
        label={{ value: yLabel, angle: -90, position: 'insideLeft', offset: 4, className: 'axis-label', style: { textAnchor: 'middle' } }} />
      <CartesianGrid vertical={false} className="grid" />
      <CurvesInside />
    </ComposedChart>
  ), [xLabel, yLabel, from, to, log, low, high, ticks, logY, format, width, height]);
  const curves = useMemo(() => ({ card, rows, arms, axis, low, high, logY, plot: plotOf(width, height) }), [card, rows, arms, axis, low, high, logY, width, height]);
  return <div aria-hidden="true"><CurvesContext.Provider value={curves}>{frame}</CurvesContext.Provider></div>;
});
const noRows: Row[] = [];
const CurvesContext = createContext<CurvesProps | undefined>(undefined);
function CurvesInside() {
  const curves = useContext(CurvesContext);
  return curves ? <Curves {...curves} /> : null;
}
const stepTicks = (from: number, to: number): readonly number[] => {
  const few = linearTicks(from, to, 4);
  return few.length < 3 ? linearTicks(from, to, 8) : few;
};
const margin = { top: 6, right: 12, bottom: 18, left: 4 };
const axisWidth = 54;
const xAxisHeight = 30;
const plotInset = { left: margin.left + axisWidth, right: margin.right };
/** Where the library puts the plot, in pixels of the frame. */
const plotOf = (width: number, height: number): Plot => ({ left: plotInset.left, top: margin.top, width: Math.max(1, width - plotInset.left - plotInset.right), height: Math.max(1, height - margin.top - margin.bottom - xAxisHeight) });
/** From the least to the greatest step of the series drawn; on a logarithmic axis of those that are positive. */
function spanOf(series: readonly Points[], arms: readonly string[], logX: boolean): Range | undefined {
  let [least, greatest] = [Infinity, -Infinity];
  for (const { arm, steps, length } of series) {
    if (length === 0 || !arms.includes(arm)) continue;
    const first = logX ? steps.subarray(0, length).find((step) => step > 0) : steps[0]!;
    if (first === undefined) continue;
    least = Math.min(least, first);
    greatest = Math.max(greatest, steps[length - 1]!);
  }
  return least <= greatest ? [least, greatest] : undefined;
}
const plainTick = (value: number): string => tickText(value);
const percentTick = (value: number): string => tickText(value, 'percent');
