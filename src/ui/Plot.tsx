/** An SVG frame with axes, for pictures that are drawn as shapes. Children are drawn in pixels inside the frame. */
import { useRef, type ReactNode } from 'react';
import { tickText } from '../store/format';
import { useHeight, useWidth } from './redraw';
import type { Scale } from './ticks';

export interface Frame {
  readonly width: number;
  readonly height: number;
  px(x: number): number;
  py(y: number): number;
}
export interface PlotProps {
  readonly label: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly x: Scale;
  readonly y: Scale;
  /** At least; a frame in a card that stretches grows with it. */
  readonly height: number;
  /** Drawn under the shapes, e.g. a canvas; placed over the frame's inside. */
  readonly under?: (frame: Frame) => ReactNode;
  readonly children?: (frame: Frame) => ReactNode;
  readonly grid?: boolean;
}
const margin = { left: 62, right: 14, top: 10, bottom: 40 };

export function Plot({ label, xLabel, yLabel, x, y, height: least, under, children, grid = true }: PlotProps) {
  const box = useRef<HTMLElement>(null);
  const total = useWidth(box);
  const height = useHeight(box, least);
  const width = total - margin.left - margin.right;
  const inner = height - margin.top - margin.bottom;
  const frame: Frame = { width, height: inner, px: (v) => x.at(v) * width, py: (v) => (1 - y.at(v)) * inner };
  const every = Math.ceil(x.ticks.length / Math.max(2, Math.floor(width / 56)));
  return (
    <figure ref={box} className="plot" aria-label={label} style={{ minHeight: least }}>
      {under && <div className="plot-under" style={{ left: margin.left, top: margin.top, width, height: inner }}>{under(frame)}</div>}
      <svg width={total} height={height} aria-hidden="true">
        <g transform={`translate(${margin.left} ${margin.top})`}>
          {y.ticks.map((t) => (
            <g key={t} transform={`translate(0 ${frame.py(t)})`}>
              {grid && <line x2={width} className="grid" />}
              <text x={-8} dy="0.32em" textAnchor="end" className="tick">{tickText(t)}</text>
            </g>
          ))}
          {x.ticks.filter((_, i) => i % every === 0).map((t) => (
            <text key={t} x={frame.px(t)} y={inner + 16} textAnchor="middle" className="tick">{tickText(t)}</text>
          ))}
          <line x1={0} x2={width} y1={inner} y2={inner} className="axis" />
          <text x={width / 2} y={inner + 34} textAnchor="middle" className="axis-label">{xLabel}</text>
          <text transform={`translate(${-margin.left + 11} ${inner / 2}) rotate(-90)`} textAnchor="middle" className="axis-label">{yLabel}</text>
          {children?.(frame)}
        </g>
      </svg>
    </figure>
  );
}

/** A vertical line with its name, for something that stands at one x. */
export function Marker({ frame, x, label }: { frame: Frame; x: number; label: string }) {
  const at = frame.px(x);
  if (!(at >= -1 && at <= frame.width + 1)) return null;
  const right = at > frame.width * 0.7;
  return (
    <g className="marker">
      <line x1={at} x2={at} y1={0} y2={frame.height} />
      <text x={right ? at - 5 : at + 5} y={11} textAnchor={right ? 'end' : 'start'}>{label}</text>
    </g>
  );
}
