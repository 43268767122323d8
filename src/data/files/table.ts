/** Tables (CSV, TSV): columns of numbers or of words, and which of them is the label. Hostile input. */
import { InputError } from '../../base/errors';
import { separatorOf, splitFields } from './fields';
import { withoutGz } from './gzip';
import { gather, listOf, mapSplits, type Column, type LoadedTable, type NamedBytes, type Reader, type ReadOptions, type TableSplit } from './loaded';
import { decodeText, isPlainText } from './text-file';

export const tableLimits = { classes: 1000 } as const;
/** Names that people give the column to be predicted, best first. */
const labelNames = ['label', 'labels', 'class', 'target', 'species', 'category', 'y', 'outcome', 'diagnosis', 'quality'];
const missing = new Set(['', 'na', 'n/a', 'nan', 'null', 'none', '?']);
const isMissing = (field: string): boolean => missing.has(field.toLowerCase());
export const isNumber = (field: string): boolean => field !== '' && Number.isFinite(Number(field));

interface Raw {
  readonly name: string;
  /** Names of the columns; absent where there is no header. */
  readonly header?: readonly string[];
  readonly rows: readonly (readonly string[])[];
}
function rawOf({ name, bytes }: NamedBytes): Raw {
  const text = decodeText(bytes, name);
  const separator = /\.(tsv|tab)$/i.test(withoutGz(name)) ? '\t' : separatorOf(text);
  const all = splitFields(text, separator, name);
  const [first, ...others] = all;
  if (!first) throw new InputError(`${name}: expected rows of numbers or words, but no row came. Choose another file.`);
  // A header names all but the last column in words, above a row in which one of those is a number or which is unlike it; a lone row is data.
  const named = others.length > 0 && first.every((field) => !isNumber(field) && field !== '') && (first.length === 1 ? isNumber(others[0]![0] ?? '') : true) && new Set(first).size === first.length;
  const header = named && others.some((row) => row.some(isNumber)) ? first : undefined;
  const rows = header ? others : all;
  const columns = first.length;
  const odd = rows.findIndex((row) => row.length !== columns);
  if (odd >= 0) throw new InputError(`${name}: row ${odd + 1 + (header ? 1 : 0)} has ${rows[odd]!.length} columns where the first has ${columns}. Check for a separator within a field.`);
  return { name, rows, ...(header && { header }) };
}
/** Types that hold in every file: a column is numbers where every field of it is a number or missing, and one is a number. */
function typesOf(parts: readonly Raw[], columns: number): Column['type'][] {
  return Array.from({ length: columns }, (_, c) => {
    const fields = parts.flatMap(({ rows }) => rows.map((row) => row[c]!));
    return fields.every((field) => isNumber(field) || isMissing(field)) && fields.some(isNumber) ? 'numbers' : 'words';
  });
}
/** The first word in a column of which half or more are numbers: a slip of the pen rather than a word. */
function slipIn({ name, header, rows }: Raw, place: number): string | undefined {
  const at = rows.findIndex((row) => !isNumber(row[place]!) && !isMissing(row[place]!));
  const numbers = rows.filter((row) => isNumber(row[place]!)).length;
  return at < 0 || 2 * numbers < rows.length ? undefined : `${name}: expected a number in row ${at + 1 + (header ? 1 : 0)}, column ${place + 1}, as in most rows, but "${rows[at]![place]!.slice(0, 40)}" came. Correct it, or choose that column as the label.`;
}
function split(parts: readonly Raw[], names: readonly string[], types: readonly Column['type'][]): TableSplit {
  const rows = parts.flatMap((part) => part.rows);
  const columns = names.map((name, c): Column =>
    types[c] === 'numbers' ? { name, type: 'numbers', values: Float64Array.from(rows, (row) => (isMissing(row[c]!) ? NaN : Number(row[c]))) } : { name, type: 'words', values: rows.map((row) => row[c]!) });
  return { rows: rows.length, columns };
}

/** The column to be predicted: the one that is asked for, else one whose name says so, else the only column of words (`mixed` ones not counted), else the last. */
export function labelColumn(columns: readonly Column[], named: boolean, asked: string | undefined, from: string, mixed: ReadonlySet<number> = new Set()): { readonly place: number; readonly says: string } {
  if (asked !== undefined) {
    const place = columns.findIndex(({ name }) => name === asked);
    if (place < 0) throw new InputError(`${from} has no column "${asked}". It has: ${columns.slice(0, 20).map(({ name }) => name).join(', ')}.`);
    return { place, says: `The label is column "${asked}", as asked.` };
  }
  const byName = labelNames.map((word) => columns.findIndex(({ name }) => name.toLowerCase() === word)).find((place) => place >= 0);
  if (named && byName !== undefined) return { place: byName, says: `The label is taken to be column "${columns[byName]!.name}", by its name.` };
  const last = columns.length - 1;
  const worded = columns.flatMap(({ type }, place) => (type === 'words' && !mixed.has(place) ? [place] : []));
  const [only] = worded;
  if (only !== undefined && worded.length === 1 && only !== last) return { place: only, says: `The label is taken to be ${named ? `column "${columns[only]!.name}"` : `column ${only + 1}`}, the only one of words.` };
  return { place: last, says: `The label is taken to be the last column${named ? `, "${columns[last]!.name}"` : ''}.` };
}
/** Classes of a label column over all splits: its words, or whole numbers from 0 on (as many as the largest says); undefined for other numbers. */
export function classesOf(columns: readonly Column[]): readonly string[] | undefined {
  const words = columns.flatMap((column) => (column.type === 'words' ? column.values : []));
  if (words.length > 0) {
    const classes = [...new Set(words)].sort();
    return classes.length <= tableLimits.classes ? classes : undefined;
  }
  const numbers = columns.map((column) => column.values as Float64Array); // no words came
  const most = numbers.reduce((high, values) => values.reduce((a, b) => Math.max(a, b), high), -1);
  if (!(most < tableLimits.classes) || numbers.some((values) => values.some((v) => !(Number.isInteger(v) && v >= 0)))) return undefined;
  return Array.from({ length: most + 1 }, (_, i) => String(i));
}

function readTables(files: readonly NamedBytes[], { label }: ReadOptions = {}): LoadedTable {
  const raws = files.map(rawOf);
  const [first, ...others] = raws as [Raw, ...Raw[]]; // a reader gets at least one file
  const count = first.rows[0]?.length ?? 0;
  for (const raw of others) {
    if ((raw.rows[0]?.length ?? 0) !== count) throw new InputError(`${raw.name} has ${raw.rows[0]?.length ?? 0} columns, and ${first.name} ${count}. Bring tables of the same columns.`);
    if (raw.header && first.header && raw.header.join('\n') !== first.header.join('\n')) throw new InputError(`${raw.name} and ${first.name} have columns of different names. Bring tables of the same columns.`);
  }
  const names = first.header ?? Array.from({ length: count }, (_, c) => `column ${c + 1}`);
  const types = typesOf(raws, count);
  const parts = mapSplits(gather(raws.map((raw) => ({ name: raw.name, thing: raw }))), (some) => split(some, names, types));
  const notes = first.header ? ['The first row is taken as a header.'] : [];
  const holes = raws.reduce((n, { rows }) => n + rows.reduce((m, row) => m + row.filter((field, c) => types[c] === 'numbers' && isMissing(field)).length, 0), 0);
  if (holes > 0) notes.push(`${holes} ${holes === 1 ? 'field is' : 'fields are'} missing.`);
  if (count < 2) return { kind: 'table', from: listOf(files), notes, splits: parts };
  const slips = new Map(types.flatMap((type, place) => {
    const slip = type === 'words' ? raws.map((raw) => slipIn(raw, place)).find((found) => found !== undefined) : undefined;
    return slip === undefined ? [] : [[place, slip] as const];
  }));
  const { place, says } = labelColumn(parts.train.columns, first.header !== undefined, label, listOf(files), new Set(slips.keys()));
  slips.delete(place); // a label may be a word here and a number there
  for (const slip of slips.values()) throw new InputError(slip);
  const classes = classesOf([parts.train, parts.validation, parts.test].flatMap((part) => (part ? [part.columns[place]!] : [])));
  return { kind: 'table', from: listOf(files), notes: [...notes, says], label: place, ...(classes && { classes }), splits: parts };
}
export const tableReader: Reader = {
  id: 'table', title: 'Table (CSV, TSV)', extensions: ['.csv', '.tsv', '.tab'],
  says: 'A table: separated by commas, semicolons or tabs, with or without a header. The label is the column of that name, else the only one of words, else the last.',
  recognises: (name, head) => /\.(csv|tsv|tab)$/i.test(withoutGz(name)) && isPlainText(head),
  read: async (files, options) => readTables(files, options),
};
