/** A chart in words: what each curve has come to, and what all of them say at places along what is in view. */
import { readAt, type Points } from '../../store/chart-rows';
import { valueText } from '../../store/format';
import { Scrolled } from '../Scrolled';
import { useCrosshair } from './crosshair';
import type { Read } from './Readings';
import { texts as t } from './texts';

/** Rows of readings, at equal distances along the axis. */
const places = 11;

export function ReadingTable({ card, title, series, arms, smoothing, format, xLabel, axis }: Read & { readonly title: string }) {
  const mark = useCrosshair(xLabel);
  const rows = Array.from({ length: places }, (_, i) => axis.back(i / (places - 1)));
  const at = [...new Set((mark ? [...rows, mark.at] : rows).flatMap((x) => readAt(series, arms, x, smoothing).slice(0, 1).map((r) => r.at)))].sort((a, b) => a - b);
  return (
    <Scrolled label={`${t.table}: ${title}`}>
      <table>
        <caption>{t.allOf}</caption>
        <thead><tr>{[t.arm, t.seed, t.last, t.range, t.points].map((h, i) => <th key={h} scope="col" className={i > 0 ? 'figure' : undefined}>{h}</th>)}</tr></thead>
        <tbody>
          {series.filter((s) => arms.includes(s.arm)).map((s) => (
            <tr key={`${s.arm} ${s.seed}`}>
              <th scope="row">{card.arms[s.arm]?.label ?? s.arm}</th><td className="figure">{s.seed}</td>
              <td className="figure">{valueText(s.values[s.length - 1] ?? NaN, format)}</td><td className="figure">{rangeOf(s, format)}</td><td className="figure">{s.length}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <table>
        <caption>{t.along}</caption>
        <thead><tr><th scope="col" className="figure">{xLabel}</th>{arms.map((arm) => <th key={arm} scope="col" className="figure">{card.arms[arm]?.label ?? arm}</th>)}</tr></thead>
        <tbody>
          {at.map((x) => {
            const readings = readAt(series, arms, x, smoothing);
            return (
              <tr key={x} className={x === mark?.at ? 'marked' : undefined}>
                <th scope="row" className="figure">{valueText(x)}</th>
                {arms.map((arm) => {
                  const reading = readings.find((r) => r.arm === arm);
                  return <td key={arm} className="figure">{reading ? valueText(reading.value, format) : '–'}</td>;
                })}
              </tr>
            );
          })}
        </tbody>
      </table>
    </Scrolled>
  );
}
function rangeOf({ values, length }: Points, format: 'number' | 'percent'): string {
  let [least, most] = [Infinity, -Infinity];
  for (let i = 0; i < length; i++) {
    if (!Number.isFinite(values[i]!)) continue;
    least = Math.min(least, values[i]!);
    most = Math.max(most, values[i]!);
  }
  return least <= most ? `${valueText(least, format)} – ${valueText(most, format)}` : '–';
}
