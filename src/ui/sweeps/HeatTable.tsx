/** Two knobs against each other: a table whose cells are coloured, and open their best point. */
import { useState } from 'react';
import { cellsOf } from '../../store/sweep-results';
import { colourAt, inkAt } from '../colours';
import { extent } from '../ticks';
import { knobText } from './knob-text';
import type { SweepView } from './Sweeps';
import { texts } from './texts';

/** Yellow, the light end of the scale, is best. */
export const shareOfBest = (value: number, [least, most]: readonly [number, number], less: boolean): number => (most === least ? 1 : less ? (most - value) / (most - least) : (value - least) / (most - least));

export function HeatTable({ shown: { card, points }, rows, less, label, text, open }: SweepView) {
  const knobs = Object.keys(points[0]!.knobs);
  const [asked, setAsked] = useState<{ readonly x?: string; readonly y?: string }>({});
  const x = asked.x !== undefined && knobs.includes(asked.x) ? asked.x : knobs[0]!;
  const y = asked.y !== undefined && asked.y !== x && knobs.includes(asked.y) ? asked.y : knobs.find((k) => k !== x)!;
  const cells = cellsOf(rows, x, y, less);
  const range = extent([cells.flat().flatMap((c) => (c.value === undefined ? [] : [c.value]))]);
  const name = (k: string): string => card.knobs[k]?.label ?? k;
  const choose = (which: 'x' | 'y', says: string, value: string) => <label>{says} <select value={value} onChange={(e) => setAsked(which === 'x' ? { x: e.target.value, y: e.target.value === y ? x : y } : { y: e.target.value, x: e.target.value === x ? y : x })}>{knobs.map((k) => <option key={k} value={k}>{name(k)}</option>)}</select></label>;
  return (
    <section className="panel" aria-label={texts.heat}>
      <h2>{texts.heat}</h2>
      <p className="soft">{texts.heatSays}</p>
      <div className="bench-controls">{choose('x', texts.across, x)} {choose('y', texts.down, y)}</div>
      <div className="table-scroll">
        <table className="sweep-heat">
          <caption>{label}: {name(y)} × {name(x)}</caption>
          <thead><tr><th aria-hidden="true" />{cells[0]?.map((c, i) => <th key={i} scope="col">{knobText(card, x, c.x)}</th>)}</tr></thead>
          <tbody>{cells.map((row, i) => (
            <tr key={i}>
              <th scope="row">{knobText(card, y, row[0]!.y)}</th>
              {row.map((cell, j) => {
                if (cell.value === undefined) return <td key={j} className="soft">{texts.empty}</td>;
                const share = shareOfBest(cell.value, range, less);
                return <td key={j}><button type="button" style={{ background: colourAt('sequential', share), color: inkAt('sequential', share) }} aria-label={texts.cell(`${name(x)} ${knobText(card, x, cell.x)}`, `${name(y)} ${knobText(card, y, cell.y)}`, text(cell.value))} onClick={() => open(cell.at[0]!)}>{text(cell.value)}</button></td>;
              })}
            </tr>
          ))}</tbody>
        </table>
      </div>
    </section>
  );
}
