/** The crosshair of a chart with what its curves say there. It is drawn over the chart, which is not drawn anew for it. */
import { readAt, type Points } from '../../store/chart-rows';
import type { Axis } from '../../store/chart-view';
import { valueText } from '../../store/format';
import { armStyle, type Coloured } from '../colours';
import { texts } from './texts';
import { useCrosshair } from './crosshair';
import { placer, type Plot } from './Curves';

/** What readings are taken from, and how they are told. */
export interface Read {
  readonly card: Coloured;
  /** All there is, hidden arms too. */
  readonly series: readonly Points[];
  /** Those that are drawn. */
  readonly arms: readonly string[];
  readonly smoothing: number;
  readonly format: 'number' | 'percent';
  readonly xLabel: string;
  readonly axis: Axis;
}
export interface ReadingsProps extends Read {
  /** The columns grow in place: with it, what stands here is read anew. */
  readonly version: number | string;
  readonly low: number;
  readonly high: number;
  readonly logY: boolean;
  readonly plot: Plot;
}
export function Readings({ card, series, arms, smoothing, format, xLabel, axis, low, high, logY, plot }: ReadingsProps) {
  const mark = useCrosshair(xLabel);
  const share = mark === undefined ? NaN : axis.at(mark.at);
  if (mark === undefined || !(share >= -1e-9 && share <= 1 + 1e-9)) return null;
  const readings = readAt(series, arms, mark.at, smoothing);
  const px = (x: number): number => plot.left + axis.at(x) * plot.width;
  const py = placer(plot, low, high, logY);
  const at = px(mark.at);
  const [named, banded] = [plot.width > 380, plot.width > 480];
  return (
    <>
      <svg className={mark.pinned ? 'crosshair pinned' : 'crosshair'} aria-hidden="true">
        <line x1={at} x2={at} y1={plot.top} y2={plot.top + plot.height} />
        {readings.map((r) => (Number.isFinite(r.value) && r.value >= low && r.value <= high && px(r.at) >= plot.left - 1 && px(r.at) <= plot.left + plot.width + 1 ? <circle key={r.arm} cx={px(r.at)} cy={py(r.value)} r="3.4" fill={armStyle(card, r.arm).colour} /> : null))}
      </svg>
      <div className="readout" style={share > 0.5 ? { right: `calc(100% - ${at - 10}px)` } : { left: at + 10 }}>
        <b>{xLabel} {valueText(mark.at)}{mark.pinned && <span className="unseen">, {texts.pinned}</span>}</b>
        {readings.map(({ arm, at: own, value, band }) => (
          <div key={arm}>
            <i style={{ background: armStyle(card, arm).colour }} /> {named && <span className="name">{card.arms[arm]?.label ?? arm}</span>}
            <span className="figure">{valueText(value, format)}{band && banded && <small> [{valueText(band[0], format)} – {valueText(band[1], format)}]</small>}{own !== mark.at && named && <small> {texts.at(valueText(own))}</small>}</span>
          </div>
        ))}
      </div>
    </>
  );
}
