/** Parallel coordinates: an upright axis for each knob that varies and one for the outcome, a line for each point. */
import { useMemo, useRef, useState, type PointerEvent } from 'react';
import { passes, valuesOf, type Filters, type SweepRow } from '../../store/sweep-results';
import type { KnobValue } from '../../spec/knobs';
import { tickText } from '../../store/format';
import { colourAt } from '../colours';
import { useWidth } from '../redraw';
import { extent, scaleOver, type Scale } from '../ticks';
import { shareOfBest } from './HeatTable';
import { knobText, pointText } from './knob-text';
import type { SweepView } from './Sweeps';
import { texts } from './texts';

const [height, top, bottom, side] = [300, 34, 16, 46];
/** An axis: where a row stands on it, from 0 at the bottom to 1, and what stretch of it keeps. */
interface Upright {
  readonly name: string;
  readonly label: string;
  readonly ticks: readonly { readonly at: number; readonly text: string }[];
  at(row: SweepRow): number | undefined;
  /** The filter of a stretch from `low` to `high`; undefined where it keeps all. */
  filter(low: number, high: number): Filters[string];
}
/** A drag is no more exact than this. */
const rounded = (v: number): number => Number(v.toPrecision(4));
const valueAt = ({ from, to, log }: Scale, share: number): number => {
  if (!log) return from + share * (to - from);
  return 10 ** (Math.log10(from) + share * (Math.log10(to) - Math.log10(from)));
};
function ofNumbers(name: string, label: string, scale: Scale, value: (row: SweepRow) => number | undefined, text: (v: number) => string): Upright {
  return {
    name, label, ticks: scale.ticks.map((t) => ({ at: scale.at(t), text: text(t) })),
    at: (row) => {
      const v = value(row);
      return v === undefined ? undefined : scale.at(v);
    },
    filter: (low, high) => ({ from: rounded(valueAt(scale, low)), to: rounded(valueAt(scale, high)) }),
  };
}
function ofOptions(name: string, label: string, values: readonly KnobValue[], text: (v: KnobValue) => string): Upright {
  const at = (i: number): number => (values.length === 1 ? 0.5 : 0.05 + (0.9 * i) / (values.length - 1));
  return {
    name, label, ticks: values.map((v, i) => ({ at: at(i), text: text(v) })),
    at: (row) => at(values.indexOf(row.knobs[name]!)),
    filter: (low, high) => ({ only: values.filter((_, i) => at(i) >= low && at(i) <= high) }),
  };
}

export function Parallel({ shown: { card, points }, rows, less, label, text, open, filters, setFilters }: SweepView) {
  const box = useRef<HTMLElement>(null);
  const width = Math.max(useWidth(box), 120 * (Object.keys(points[0]!.knobs).length + 1));
  const uprights = useMemo(() => {
    const knobs = Object.keys(points[0]!.knobs).map((name): Upright => {
      const values = valuesOf(rows, name);
      const title = card.knobs[name]?.label ?? name;
      if (typeof values[0] !== 'number') return ofOptions(name, title, values, (v) => knobText(card, name, v));
      return ofNumbers(name, title, scaleOver(...extent([values as number[]]), { log: card.knobs[name]?.type === 'logFloat' }), (row) => Number(row.knobs[name]), tickText);
    });
    return [...knobs, ofNumbers('figure', label, scaleOver(...extent([rows.flatMap((r) => (r.figure ? [r.figure.median] : []))])), (row) => row.figure?.median, text)];
  }, [card, points, rows, label, text]);
  const range = extent([rows.flatMap((r) => (r.figure ? [r.figure.median] : []))]);
  const px = (i: number): number => side + (i * (width - 2 * side)) / (uprights.length - 1);
  const py = (share: number): number => top + (1 - share) * (height - top - bottom);
  // The best are drawn last, over the others.
  const drawn = rows.filter((row) => row.figure && Number.isFinite(row.figure.median)).toSorted((a, b) => (a.figure!.median - b.figure!.median) * (less ? -1 : 1));
  return (
    <section className="panel" aria-label={texts.parallel}>
      <h2>{texts.parallel}</h2>
      <p className="soft">{texts.parallelSays}</p>
      {/* It may be wider than the page, and holds nothing that can be focused: so it scrolls by keyboard itself. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <figure ref={box} className="table-scroll" tabIndex={0} aria-label={`${texts.parallel}: ${uprights.map((u) => u.label).join(', ')}`}>
        <svg className="sweep-parallel" width={width} height={height} aria-hidden="true">
          {drawn.map((row) => {
            const kept = passes(row, filters);
            const d = uprights.map((u, i) => `${i === 0 ? 'M' : 'L'}${px(i)} ${py(u.at(row)!)}`).join('');
            return (
              <g key={row.at} className={kept ? 'line' : 'line dimmed'} onClick={() => open(row.at)}>
                <title>{`${pointText(card, row.knobs)}: ${text(row.figure!.median)}`}</title>
                <path d={d} className="hit" /><path d={d} stroke={kept ? colourAt('sequential', shareOfBest(row.figure!.median, range, less)) : undefined} />
              </g>
            );
          })}
          {uprights.map((u, i) => <Axis key={u.name} upright={u} x={px(i)} py={py} filter={filters[u.name]} change={(filter) => setFilters({ ...filters, [u.name]: filter })} />)}
        </svg>
      </figure>
    </section>
  );
}

function Axis({ upright, x, py, filter, change }: { upright: Upright; x: number; py: (share: number) => number; filter: Filters[string] | undefined; change: (filter: Filters[string]) => void }) {
  const [drag, setDrag] = useState<{ readonly from: number; readonly to: number }>();
  const shareOf = (e: PointerEvent<SVGRectElement>): number => {
    const rect = e.currentTarget.getBoundingClientRect();
    return Math.min(1, Math.max(0, 1 - (e.clientY - rect.top) / rect.height));
  };
  const finish = (): void => {
    if (!drag) return;
    setDrag(undefined);
    // A click, and not a stretch, keeps all again.
    change(Math.abs(drag.to - drag.from) < 0.02 ? {} : upright.filter(Math.min(drag.from, drag.to), Math.max(drag.from, drag.to)));
  };
  const active = filter && (filter.from !== undefined || filter.to !== undefined || filter.only !== undefined);
  return (
    <g className={active ? 'upright filtered' : 'upright'}>
      <text x={x} y={14} textAnchor="middle" className="axis-label">{upright.label.length > 24 ? `${upright.label.slice(0, 23)}…` : upright.label}<title>{upright.label}</title></text>
      <line x1={x} x2={x} y1={py(1)} y2={py(0)} />
      {upright.ticks.map((t, i) => <g key={i}><line x1={x - 4} x2={x + 4} y1={py(t.at)} y2={py(t.at)} /><text x={x + 8} y={py(t.at)} dy="0.32em" className="tick">{t.text}</text></g>)}
      {drag && <rect className="brush" x={x - 8} width={16} y={py(Math.max(drag.from, drag.to))} height={Math.abs(py(drag.from) - py(drag.to))} />}
      <rect
        className="grip" data-axis={upright.name} x={x - 14} width={28} y={py(1)} height={py(0) - py(1)}
        onPointerDown={(e) => {
          e.currentTarget.setPointerCapture(e.pointerId);
          setDrag({ from: shareOf(e), to: shareOf(e) });
        }}
        onPointerMove={(e) => drag && setDrag({ ...drag, to: shareOf(e) })} onPointerUp={finish} onPointerCancel={() => setDrag(undefined)}
      />
    </g>
  );
}
