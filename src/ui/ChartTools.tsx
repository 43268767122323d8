/** What can be done with a chart: a part of it looked at closely, and all of it taken away. */
import { useRef, useState, type PointerEvent, type RefObject } from 'react';
import type { Card, Chart } from '../spec/card';
import type { Series } from '../store/series';
import { saveFile } from './pictures/save-file';
import { svgFile } from './pictures/svg-file';
import { texts } from './texts';

export type Range = readonly [from: number, to: number];
/** Where the plot lies within the frame, in pixels. */
export interface Inset {
  readonly left: number;
  readonly right: number;
}

/** A stretch that is dragged over a chart becomes its whole width. `whole`: all that there is to show. */
export function useZoom(frame: RefObject<HTMLElement | null>, inset: Inset, whole: Range | undefined): {
  readonly range: Range | undefined;
  readonly dragged: { readonly left: number; readonly width: number } | undefined;
  readonly handlers: Readonly<Record<'onPointerDown' | 'onPointerMove' | 'onPointerUp' | 'onPointerCancel', (e: PointerEvent<HTMLElement>) => void>>;
  readonly show: (range: Range | undefined) => void;
} {
  const [range, setRange] = useState<Range>();
  const shown = range ?? whole;
  const [drag, setDrag] = useState<{ readonly from: number; readonly to: number }>();
  const began = useRef<number>(undefined);
  const at = (e: PointerEvent<HTMLElement>): number => {
    const box = frame.current!.getBoundingClientRect(); // the handlers are on it
    return Math.min(box.width - inset.right, Math.max(inset.left, e.clientX - box.left));
  };
  const end = (): void => {
    began.current = undefined;
    setDrag(undefined);
  };
  const stepAt = (x: number): number => {
    const width = frame.current!.getBoundingClientRect().width - inset.left - inset.right;
    return shown![0] + ((x - inset.left) / width) * (shown![1] - shown![0]);
  };
  return {
    range, show: setRange,
    dragged: drag && { left: Math.min(drag.from, drag.to), width: Math.abs(drag.to - drag.from) },
    handlers: {
      onPointerDown: (e) => {
        if (e.button === 0 && e.pointerType === 'mouse' && shown) began.current = at(e);
      },
      onPointerMove: (e) => {
        if (began.current === undefined) return;
        const to = at(e);
        if (Math.abs(to - began.current) > 4) setDrag({ from: began.current, to });
      },
      onPointerUp: () => {
        if (drag && shown) {
          const [a, b] = [stepAt(Math.min(drag.from, drag.to)), stepAt(Math.max(drag.from, drag.to))];
          if (b - a > 0) setRange([a, b]);
        }
        end();
      },
      onPointerCancel: end,
    },
  };
}
/** Buttons for a chart that shows a part: to either side, closer, farther, and back to all. Also for the keyboard, where nothing is dragged. */
export function ZoomButtons({ range, whole, title, onShow }: { range: Range | undefined; whole: Range | undefined; title: string; onShow: (range: Range | undefined) => void }) {
  if (!whole || whole[1] <= whole[0]) return null;
  const t = texts.chart;
  const [from, to] = range ?? whole;
  const width = to - from;
  const moved = (by: number): Range => {
    const start = Math.min(Math.max(from + by * width, whole[0]), whole[1] - width);
    return [start, start + width];
  };
  const closer = (): Range => [from + width / 4, to - width / 4];
  return (
    <>
      {range && <button type="button" className="quiet" aria-label={`${t.earlier}: ${title}`} title={t.earlier} onClick={() => onShow(moved(-0.5))}>◂</button>}
      {range && <button type="button" className="quiet" aria-label={`${t.later}: ${title}`} title={t.later} onClick={() => onShow(moved(0.5))}>▸</button>}
      <button type="button" className="quiet" aria-label={`${t.closer}: ${title}`} title={t.closer} onClick={() => onShow(closer())}>+</button>
      {range && <button type="button" className="quiet" aria-label={`${t.all}: ${title}`} title={t.all} onClick={() => onShow(undefined)}>{t.all}</button>}
    </>
  );
}

/** Every point of every seed, a row each. */
export function csvOf(card: Pick<Card, 'arms'>, metric: string, series: readonly Series[]): string {
  const cell = (text: string): string => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const rows = series.flatMap((s) => Array.from({ length: s.length }, (_, i) => `${cell(card.arms[s.arm]?.label ?? s.arm)},${s.seed},${s.steps[i]!},${s.values[i]!}`));
  return `arm,seed,step,${cell(metric)}\n${rows.join('\n')}\n`;
}
/** The chart as a table of numbers or a picture. */
export function SaveMenu({ card, chart, series, frame }: { card: Card; chart: Chart; series: readonly Series[]; frame: RefObject<HTMLElement | null> }) {
  const menu = useRef<HTMLDetailsElement>(null);
  const t = texts.chart;
  const name = `${card.id} ${chart.metric.replaceAll('/', ' ')}`;
  const save = (kind: 'csv' | 'svg' | 'png') => async (): Promise<void> => {
    menu.current?.removeAttribute('open');
    if (kind === 'csv') return saveFile(`${name}.csv`, new Blob([csvOf(card, chart.metric, series)], { type: 'text/csv' }));
    const svg = frame.current?.querySelector('svg.recharts-surface');
    if (svg instanceof SVGSVGElement) saveFile(`${name}.${kind}`, await svgFile(svg, kind, chart.title));
  };
  return (
    <details className="save-menu" ref={menu}>
      <summary aria-label={`${t.save}: ${chart.title}`} title={t.save}>{t.save}</summary>
      <div>{(['csv', 'svg', 'png'] as const).map((kind) => <button key={kind} type="button" className="quiet" aria-label={`${t.saveAs[kind]}: ${chart.title}`} onClick={() => void save(kind)()}>{t.saveAs[kind]}</button>)}</div>
    </details>
  );
}
