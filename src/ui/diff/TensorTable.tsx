/** Every tensor of both models, a row each: sorted by any column, found by name, saved as CSV. */
import { useState } from 'react';
import type { TensorDiff } from '../../spec/diff';
import { cellOf, diffColumns, diffCsv, diffRows, type DiffColumn, type DiffOrder } from '../../store/diff-rows';
import { numberText, percentText } from '../../store/format';
import { saveFile } from '../pictures/save-file';
import { cosineText, shapeText } from './figures';
import { texts } from './texts';

/** Rows that are drawn at once. */
const page = 100;
const shares: readonly DiffColumn[] = ['changed', 'sparsityA', 'sparsityB', 'signFlips'];
function cellText(row: TensorDiff, column: DiffColumn): string {
  if (column === 'cosine') return cosineText(row);
  const cell = cellOf(row, column);
  return typeof cell === 'string' ? cell : shares.includes(column) ? percentText(cell) : numberText(cell);
}

export function TensorTable({ rows, chosen, choose }: { rows: readonly TensorDiff[]; chosen: string | undefined; choose: (name: string) => void }) {
  const [order, setOrder] = useState<DiffOrder>({ descending: true, find: '', differing: false });
  const [drawn, setDrawn] = useState(page);
  const shown = diffRows(rows, order);
  const sort = (by: DiffColumn): void => setOrder({ ...order, by, descending: order.by === by ? !order.descending : by !== 'name' });
  const t = texts.columns;
  return (
    <section className="panel" aria-label={texts.tensors}>
      <header className="panel-head"><h2>{texts.tensors}</h2><button type="button" onClick={() => saveFile(texts.csvName, new Blob([diffCsv(shown)], { type: 'text/csv' }))}>{texts.csv}</button></header>
      <p className="soft">{texts.tensorsSay}</p>
      <div className="diff-choice">
        <label>{texts.find} <input type="search" className="text" value={order.find} onChange={(e) => setOrder({ ...order, find: e.target.value })} /></label>
        <label><input type="checkbox" checked={order.differing} onChange={(e) => setOrder({ ...order, differing: e.target.checked })} /> {texts.differing}</label>
      </div>
      <div className="table-scroll">
        <table className="diff-table">
          <thead><tr>{diffColumns.map((column) => (
            <th key={column} scope="col" className={column === 'name' ? undefined : 'figure'} aria-sort={order.by === column ? (order.descending ? 'descending' : 'ascending') : 'none'}>
              <button type="button" className="quiet" aria-label={texts.sortBy(t[column])} onClick={() => sort(column)}>{t[column]}{order.by === column && (order.descending ? ' ↓' : ' ↑')}</button>
            </th>
          ))}</tr></thead>
          <tbody>{shown.slice(0, drawn).map((row) => (
            <tr key={row.name} className={row.name === chosen ? 'chosen' : undefined}>
              <th scope="row"><button type="button" className="quiet name" aria-label={texts.look(row.name)} aria-pressed={row.name === chosen} onClick={() => choose(row.name)}><code>{row.name}</code></button> <small className="soft">{shapeText(row.shape)}</small></th>
              {diffColumns.slice(1).map((column) => <td key={column} className="figure">{column === 'relativeL2' && row.identical ? <span className="verdict yes">{texts.same}</span> : cellText(row, column)}</td>)}
            </tr>
          ))}</tbody>
        </table>
      </div>
      {shown.length === 0 && <p className="blank">{texts.noRows}</p>}
      {shown.length > drawn && <p><button type="button" onClick={() => setDrawn(drawn + page)}>{texts.more(Math.min(page, shown.length - drawn), shown.length - drawn)}</button></p>}
    </section>
  );
}
