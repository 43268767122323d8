/** Tables: each column's range or words, what is missing. */
import { entriesOf, type LoadedTable } from '../files/loaded';
import type { Found } from '../report';
import { histogramOf, percent, show, summarise } from './numbers';

const [shownColumns, shownRows] = [100, 8];

export function reportTable({ splits, label }: LoadedTable): Found {
  const warnings: string[] = [];
  const { columns, rows: count } = splits.train;
  const rows = columns.slice(0, shownColumns).map((column, place) => {
    const role = place === label ? 'label' : '';
    if (column.type === 'words') {
      const distinct = new Set(column.values).size;
      const empty = column.values.filter((word) => word === '').length;
      if (distinct === count && count > 20) warnings.push(`Column "${column.name}" holds another word in every row: it names the examples rather than describing them.`);
      return [column.name, role, 'words', `${distinct} different`, '', '', empty];
    }
    const { least, greatest, mean, nan } = summarise(column.values);
    if (nan > 0) warnings.push(`Column "${column.name}" has no number in ${nan} of ${count} rows (${percent(nan, count)}). Fill them in, or leave those rows out.`);
    if (least === greatest && count > 1) warnings.push(`Column "${column.name}" holds ${show(least)} in every row: it tells nothing.`);
    return [column.name, role, 'numbers', show(least), show(greatest), show(mean), nan];
  });
  const target = label === undefined ? undefined : columns[label];
  const spread = target?.type === 'numbers' ? [{ title: `"${target.name}", to be predicted`, picture: histogramOf(target.values, summarise(target.values), target.name) }] : [];
  return {
    warnings,
    previews: [
      { title: 'Columns', says: `${entriesOf(splits).map(([name, part]) => `${part.rows} rows of ${name}`).join(', ')}${columns.length > shownColumns ? `; the first ${shownColumns} of ${columns.length} columns` : ''}.`, picture: { kind: 'table', columns: ['column', 'role', 'type', 'least', 'greatest', 'mean', 'missing'], rows } },
      { title: 'First rows', picture: { kind: 'table', columns: columns.slice(0, shownColumns).map(({ name }) => name), rows: Array.from({ length: Math.min(shownRows, count) }, (_, i) => columns.slice(0, shownColumns).map(({ values }) => values[i]!)) } },
      ...spread,
    ],
  };
}
