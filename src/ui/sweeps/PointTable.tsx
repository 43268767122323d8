/** Every point of a sweep as a row: the text of all the pictures. */
import { useState } from 'react';
import { percentText } from '../../store/format';
import { passes, sortedRows, type SweepRow } from '../../store/sweep-results';
import { knobText } from './knob-text';
import type { SweepView } from './Sweeps';
import { texts } from './texts';

const stateOf = ({ result, at }: SweepRow, shares: Readonly<Record<number, number>>): string => {
  if (!result) return shares[at] === undefined ? texts.waiting : texts.running(percentText(shares[at]!));
  if (result.problem !== undefined) return texts.failedBecause(result.problem);
  return result.lightsOff > 0 ? texts.lightsOff(result.lightsOff) : texts.finished;
};
export function PointTable({ shown: { card, points, shares }, rows, less, label, text, open, filters }: SweepView) {
  const [by, setBy] = useState<{ readonly what: { readonly knob: string } | 'figure'; readonly descending: boolean }>();
  const knobs = Object.keys(points[0]!.knobs);
  const shownRows = sortedRows(rows, by?.what, by?.descending ?? false).filter((row) => passes(row, filters));
  const heading = (what: { readonly knob: string } | 'figure', name: string) => {
    const on = by !== undefined && (by.what === 'figure' ? what === 'figure' : what !== 'figure' && by.what.knob === what.knob);
    return (
      <th key={name} scope="col" aria-sort={on ? (by.descending ? 'descending' : 'ascending') : 'none'}>
        <button type="button" className="quiet" aria-label={texts.sortBy(name)} onClick={() => setBy({ what, descending: on ? !by.descending : what === 'figure' && !less })}>{name}{on && (by.descending ? ' ↓' : ' ↑')}</button>
      </th>
    );
  };
  return (
    <section className="panel" aria-label={texts.table}>
      <h2>{texts.table}</h2>
      <p className="soft">{texts.tableSays}</p>
      <div className="table-scroll sweep-table">
        <table className="bench-table figures">
          <thead><tr><th scope="col">{texts.point}</th>{knobs.map((k) => heading({ knob: k }, card.knobs[k]?.label ?? k))}{heading('figure', label || texts.figure)}<th scope="col">{texts.state}</th><th aria-hidden="true" /></tr></thead>
          <tbody>{shownRows.map((row) => (
            <tr key={row.at}>
              <th scope="row">{row.at + 1}</th>
              {knobs.map((k) => <td key={k}>{knobText(card, k, row.knobs[k]!)}</td>)}
              <td>{row.figure ? <>{text(row.figure.median)}{row.figure.count > 1 && <small>[{text(row.figure.least)} – {text(row.figure.most)}]</small>}</> : '–'}</td>
              <td>{stateOf(row, shares)}</td>
              <td className="row-actions"><button type="button" aria-label={texts.openPoint(row.at + 1)} onClick={() => open(row.at)}>{texts.openLabel}</button></td>
            </tr>
          ))}</tbody>
        </table>
      </div>
    </section>
  );
}
