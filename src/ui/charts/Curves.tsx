/** The curves of a chart: a line for each arm, and its range over seeds as a band. */
import { bandOf, type Row } from '../../store/chart-rows';
import type { Axis } from '../../store/chart-view';
import { armStyle, type Coloured } from '../colours';

/** Where a plot lies in its frame, in pixels. */
export interface Plot {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}
/** Places of values in a plot: 0 at the bottom of its axis, in pixels of the frame. */
export const placer = ({ top, height }: Plot, low: number, high: number, log: boolean) =>
  (value: number): number => top + height * (1 - (log ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low)));

export interface CurvesProps {
  readonly card: Coloured;
  readonly rows: readonly Row[];
  readonly arms: readonly string[];
  readonly axis: Axis;
  readonly low: number;
  readonly high: number;
  readonly logY: boolean;
  readonly plot: Plot;
}
export function Curves({ card, rows, arms, axis, low, high, logY, plot }: CurvesProps) {
  const px = (x: number): number => plot.left + plot.width * axis.at(x);
  const py = placer(plot, low, high, logY);
  // Clipped by a nested drawing: points outside what is in view lead to its edges.
  return (
    <svg x={plot.left} y={plot.top} width={plot.width} height={plot.height} viewBox={`${plot.left} ${plot.top} ${plot.width} ${plot.height}`} className="curves">
      {arms.map((arm) => {
        const d = bandPath(rows, arm, px, py);
        return d === '' ? null : <path key={arm} className="band" d={d} fill={armStyle(card, arm).colour} fillOpacity={0.16} stroke="none" />;
      })}
      {arms.map((arm) => {
        const { colour, dash } = armStyle(card, arm);
        const { d, single } = linePath(rows, arm, px, py);
        if (d === '') return null;
        return single ? <circle key={arm} className="curve" cx={single[0]} cy={single[1]} r="3" fill={colour} /> : <path key={arm} className="curve" d={d} fill="none" stroke={colour} strokeDasharray={dash} />;
      })}
    </svg>
  );
}
const at = (x: number, y: number): string => `${x.toFixed(1)},${y.toFixed(1)}`;
/** `single`: one point makes no line. */
function linePath(rows: readonly Row[], arm: string, px: (x: number) => number, py: (v: number) => number): { readonly d: string; readonly single?: readonly [number, number] } {
  let [d, count] = ['', 0];
  let last: readonly [number, number] = [0, 0];
  for (const row of rows) {
    const value = row[arm];
    if (typeof value !== 'number') continue;
    last = [px(row.step), py(value)];
    d += `${count++ === 0 ? 'M' : 'L'}${at(...last)}`;
  }
  return count === 1 ? { d, single: last } : { d };
}
function bandPath(rows: readonly Row[], arm: string, px: (x: number) => number, py: (v: number) => number): string {
  const column = bandOf(arm);
  let [upper, lower] = ['', ''];
  for (const row of rows) {
    const band = row[column];
    if (band === undefined || typeof band === 'number') continue;
    upper += `${upper === '' ? 'M' : 'L'}${at(px(row.step), py(band[1]))}`;
    lower = `L${at(px(row.step), py(band[0]))}${lower}`;
  }
  return upper === '' ? '' : `${upper}${lower}Z`;
}
