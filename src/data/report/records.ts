/** Records: which fields there are, of which types, how often. */
import { entriesOf, type Json, type LoadedRecords } from '../files/loaded';
import { arrayOf } from '../files/records';
import type { Found } from '../report';

const [shownFields, shownRows, shownLetters] = [100, 8, 60];
function typeOf(value: Json): string {
  if (value === null) return 'null';
  if (!Array.isArray(value)) return typeof value;
  const numbers = arrayOf(value);
  return numbers ? `numbers [${numbers.shape.join(', ')}]` : 'list';
}
export function reportRecords({ splits }: LoadedRecords): Found {
  const records = splits.train;
  const fields = new Map<string, { count: number; types: Map<string, number>; letters: number }>();
  for (const record of records)
    for (const [name, value] of Object.entries(record)) {
      const field = fields.get(name) ?? { count: 0, types: new Map<string, number>(), letters: 0 };
      field.count++;
      field.types.set(typeOf(value), (field.types.get(typeOf(value)) ?? 0) + 1);
      if (typeof value === 'string') field.letters += value.length;
      fields.set(name, field);
    }
  const warnings: string[] = [];
  const rows = [...fields].slice(0, shownFields).map(([name, { count, types, letters }]) => {
    const kinds = [...types].sort(([, a], [, b]) => b - a);
    if (count < records.length) warnings.push(`Field "${name.slice(0, 60)}" stands in ${count} of ${records.length} records.`);
    if (kinds.length > 1) warnings.push(`Field "${name.slice(0, 60)}" holds ${kinds.slice(0, 4).map(([kind, n]) => `${kind} (${n})`).join(', ')}${kinds.length > 4 ? ` and ${kinds.length - 4} more shapes` : ''}: examples must be alike.`);
    return [name.slice(0, 60), count, kinds.slice(0, 3).map(([kind]) => kind).join(', '), letters > 0 ? Math.round(letters / count) : ''];
  });
  const names = [...fields.keys()].slice(0, 8);
  return {
    warnings: warnings.slice(0, 20),
    previews: [
      { title: 'Fields', says: `${entriesOf(splits).map(([name, some]) => `${some.length} records of ${name}`).join(', ')}.`, picture: { kind: 'table', columns: ['field', 'in records', 'types', 'letters on average'], rows } },
      { title: 'First records', picture: { kind: 'table', columns: names, rows: records.slice(0, shownRows).map((record) => names.map((name) => (Object.hasOwn(record, name) ? (JSON.stringify(record[name])?.slice(0, shownLetters) ?? '') : ''))) } },
    ],
  };
}
