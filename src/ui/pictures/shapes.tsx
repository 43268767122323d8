/** Pictures drawn as shapes: curves, histograms, points, and a plane with its level lines. */
import { useCallback, useMemo } from 'react';
import type { Histogram, Lines, Plane, Scatter } from '../../spec/picture';
import { numberText } from '../../store/format';
import { armStyle, type Coloured, gradientCss, groupColour, lookup } from '../colours';
import { placeLabels, type Named } from '../labels';
import { levelLines } from '../level-lines';
import { Marker, Plot, type Frame } from '../Plot';
import { extent, linearTicks, scaleOver } from '../ticks';
import { PixelCanvas } from './PixelCanvas';
import { texts } from './texts';

export interface ShapeProps<P> {
  readonly picture: P;
  readonly card: Coloured;
  readonly title: string;
  readonly height: number;
}

/** An SVG path; where there are more points than pixels, the least and the greatest of each pixel. */
export function pathOf(xs: Float32Array, ys: Float32Array, frame: Frame): string {
  const length = Math.min(xs.length, ys.length);
  const point = (i: number): string => `${frame.px(xs[i]!).toFixed(1)} ${frame.py(ys[i]!).toFixed(1)}`;
  const keep = (i: number): boolean => Number.isFinite(frame.px(xs[i]!)) && Number.isFinite(frame.py(ys[i]!));
  const perPixel = Math.ceil(length / Math.max(1, frame.width));
  const order: number[] = [];
  for (let from = 0; from < length; from += perPixel) {
    let low = from;
    let high = from;
    for (let i = from; i < Math.min(length, from + perPixel); i++) {
      if (ys[i]! < ys[low]!) low = i;
      if (ys[i]! > ys[high]!) high = i;
    }
    order.push(...(low === high ? [low] : low < high ? [low, high] : [high, low]));
  }
  let path = '';
  let pen = false;
  for (const i of order) {
    if (!keep(i)) {
      pen = false;
      continue;
    }
    path += `${pen ? 'L' : 'M'}${point(i)}`;
    pen = true;
  }
  return path;
}

export function LinesPicture({ picture, card, title, height }: ShapeProps<Lines>) {
  const { series, logX = false, logY = false } = picture;
  const [x, y] = useMemo(() => [
    scaleOver(...extent(series.map((s) => s.x), logX), { log: logX, room: 0 }),
    scaleOver(...extent(series.map((s) => s.y), logY), { log: logY }),
  ], [series, logX, logY]);
  const ofArm = (s: Lines['series'][number]) => {
    const style = armStyle(card, s.arm);
    return { stroke: style.colour, strokeDasharray: s.dashed ? '5 4' : s.arm ? style.dash : '' };
  };
  return (
    <>
      <Plot label={texts.lines(title, series.map((s) => s.label), picture.yLabel, picture.xLabel)} xLabel={picture.xLabel} yLabel={picture.yLabel} x={x} y={y} height={height}>
        {(frame) => (
          <>
            {series.map((s, i) => <path key={i} d={pathOf(s.x, s.y, frame)} fill="none" {...ofArm(s)} className={s.arm ? 'curve' : 'curve plain'} />)}
            {picture.markers?.map((m, i) => <Marker key={i} frame={frame} {...m} />)}
          </>
        )}
      </Plot>
      <ul className="shape-key">
        {series.map((s, i) => <li key={i}><svg width="22" height="8" aria-hidden="true"><line x1="1" x2="21" y1="4" y2="4" strokeWidth="2" {...ofArm(s)} /></svg>{s.label}</li>)}
      </ul>
    </>
  );
}

export function HistogramPicture({ picture, title, height }: ShapeProps<Histogram>) {
  const { edges, counts } = picture;
  const x = scaleOver(...extent([edges, (picture.markers ?? []).map((m) => m.x)]), { room: 0.01 });
  const y = scaleOver(0, extent([counts])[1], { room: 0 });
  const total = counts.reduce((sum, c) => sum + c, 0);
  return (
    <Plot label={texts.histogram(title, numberText(total), counts.length, picture.xLabel)} xLabel={picture.xLabel} yLabel={texts.count} x={x} y={y} height={height}>
      {(frame) => (
        <>
          {Array.from(counts, (count, i) => {
            const left = frame.px(edges[i]!);
            const top = frame.py(count);
            return <rect key={i} x={left + 0.5} width={Math.max(0.5, frame.px(edges[i + 1]!) - left - 1)} y={top} height={frame.height - top} className="bar" />;
          })}
          {picture.markers?.map((m, i) => <Marker key={i} frame={frame} {...m} />)}
        </>
      )}
    </Plot>
  );
}

const star = Array.from({ length: 10 }, (_, i) => {
  const [angle, size] = [(Math.PI * i) / 5 - Math.PI / 2, i % 2 === 0 ? 9 : 3.8];
  return `${(size * Math.cos(angle)).toFixed(1)},${(size * Math.sin(angle)).toFixed(1)}`;
}).join(' ');

function Labels({ named, others = [], frame }: { named: readonly Named[]; others?: readonly { readonly x: number; readonly y: number }[]; frame: Frame }) {
  const placed = placeLabels(named, others, frame.width, frame.height).flatMap((at, i) => (at ? [{ at, ...named[i]! }] : []));
  return (
    <>
      {placed.map(({ at, x, y }, i) => at.leader && <line key={i} x1={x} y1={y} x2={at.x + (at.anchor === 'start' ? -3 : at.anchor === 'end' ? 3 : 0)} y2={at.y} className="leader" />)}
      {placed.map(({ at, label }, i) => <text key={i} x={at.x} y={at.y} dy="0.32em" textAnchor={at.anchor}>{label}</text>)}
    </>
  );
}

export function ScatterPicture({ picture, card, title, height }: ShapeProps<Scatter>) {
  const x = scaleOver(...extent([picture.points.map((p) => p.x)]), { room: 0.08 });
  const y = scaleOver(...extent([picture.points.map((p) => p.y)]), { room: 0.08 });
  const inFront = [...picture.points].sort((a, b) => Number(a.shape !== 'dot') - Number(b.shape !== 'dot'));
  const named = inFront.filter((p) => p.shape !== 'dot');
  const { groups } = picture;
  const said = groups?.map((group, g) => `${picture.points.filter((p) => (p.group ?? 0) === g).length} of ${group}`) ?? picture.points.map((p) => `${p.label} at ${numberText(p.x)}, ${numberText(p.y)}`);
  const radius = picture.points.length > 60 ? 3.2 : 4.5;
  return (
    <>
    <Plot label={`${title}: ${said.join('; ')}`} xLabel={picture.xLabel} yLabel={picture.yLabel} x={x} y={y} height={height}>
      {(frame) => {
        const at = (p: Scatter['points'][number]) => ({ label: p.label, x: frame.px(p.x), y: frame.py(p.y) });
        return (
          <>
            {inFront.map((p, i) => {
              const colour = groups ? groupColour(p.group ?? 0) : armStyle(card, p.arm).colour;
              return (
                <g key={i} transform={`translate(${frame.px(p.x)} ${frame.py(p.y)})`} className="point">
                  <title>{`${p.label}: ${numberText(p.x)}, ${numberText(p.y)}`}</title>
                  {p.shape === 'star' && <polygon points={star} fill={colour} className="halo" />}
                  {p.shape === 'dot' && <circle r={radius} fill={colour} className="halo" />}
                  {p.shape === 'ring' && <circle r={6} fill="none" stroke={colour} strokeWidth={2} />}
                </g>
              );
            })}
            <g className="point"><Labels named={named.map(at)} others={inFront.filter((p) => p.shape === 'dot').map(at)} frame={frame} /></g>
          </>
        );
      }}
    </Plot>
    {groups && <ul className="group-legend">{groups.map((group, g) => <li key={group}><svg width="10" height="10" aria-hidden="true"><circle cx="5" cy="5" r="4" fill={groupColour(g)} /></svg> {group}</li>)}</ul>}
    </>
  );
}

export function PlanePicture({ picture, title, height }: ShapeProps<Plane>) {
  const { x: xs, y: ys, values } = picture;
  const [columns, rows] = [xs.length, ys.length];
  const [least, greatest] = useMemo(() => extent([values]), [values]);
  const x = scaleOver(xs[0] ?? 0, xs[columns - 1] ?? 1, { room: 0 });
  const y = scaleOver(ys[0] ?? 0, ys[rows - 1] ?? 1, { room: 0 });
  const paint = useCallback((words: Uint32Array) => {
    const factor = 255 / (greatest - least || 1);
    const colours = lookup('sequential');
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < columns; c++) {
        const at = Math.round((values[(rows - 1 - r) * columns + c]! - least) * factor); // y points up, the canvas down
        words[r * columns + c] = Number.isNaN(at) ? 0 : colours[Math.min(255, Math.max(0, at))]!;
      }
    }
  }, [values, rows, columns, least, greatest]);
  const lines = useMemo(() => linearTicks(least, greatest, 9).map((level) => levelLines(values, rows, columns, level)), [values, rows, columns, least, greatest]);
  return (
    <>
      <Plot
        label={texts.plane(title, picture.valueLabel, numberText(least), numberText(greatest), picture.points.map((p) => p.label))}
        xLabel={picture.xLabel} yLabel={picture.yLabel} x={x} y={y} height={height} grid={false}
        under={() => <PixelCanvas rows={rows} columns={columns} paint={paint} smooth />}
      >
        {(frame) => (
          <>
            {lines.map((segments, i) => (
              <path key={i} className="level" d={segments.map(([a, b, c, d]) => `M${place(a, columns, frame.width).toFixed(1)} ${(frame.height - place(b, rows, frame.height)).toFixed(1)}L${place(c, columns, frame.width).toFixed(1)} ${(frame.height - place(d, rows, frame.height)).toFixed(1)}`).join('')} />
            ))}
            <g className="plane-point">
              {picture.points.map((p, i) => <circle key={i} cx={frame.px(p.x)} cy={frame.py(p.y)} r={5}><title>{p.label}</title></circle>)}
              <Labels named={picture.points.map((p) => ({ label: p.label, x: frame.px(p.x), y: frame.py(p.y) }))} frame={frame} />
            </g>
          </>
        )}
      </Plot>
      <div className="key">{picture.valueLabel}: {numberText(least)} <i className="ramp" style={{ background: gradientCss('sequential') }} /> {numberText(greatest)}</div>
    </>
  );
}
/** A grid index to pixels, ends on ends. */
const place = (index: number, count: number, pixels: number): number => (index / Math.max(1, count - 1)) * pixels;
