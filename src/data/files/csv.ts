/** A table of comma-separated values, the last column the label: a class, or a number to be predicted. Hostile input. */
import { InputError } from '../../base/errors';
import type { NpyArray } from './npy';

export interface CsvTable {
  /** [n, columns] float32. */
  readonly x: NpyArray;
  /** [n] int32 classes, or float32 numbers. */
  readonly y: NpyArray;
  /** What the classes are called; absent for numbers. */
  readonly classes?: readonly string[];
  readonly notes: readonly string[];
}
const limits = { rows: 1_000_000, classes: 1000 };

/**
 * Commas or semicolons; quotes round a field are taken off; a first row that holds no number in x is a header. The last column is classes
 * if it holds words or at most 1000 whole numbers from 0 on, else numbers.
 * @throws InputError naming the first line that does not fit
 */
export function readCsv(bytes: Uint8Array, name: string): CsvTable {
  const lines = new TextDecoder().decode(bytes).split(/\r?\n/).filter((line) => line.trim() !== '');
  const separator = lines[0]?.includes(';') && !lines[0].includes(',') ? ';' : ',';
  const rows = lines.map((line) => line.split(separator).map((field) => field.trim().replace(/^"(.*)"$/, '$1')));
  const header = rows[0] !== undefined && rows[0].length > 1 && rows[0].slice(0, -1).every((field) => !isNumber(field));
  const body = header ? rows.slice(1) : rows;
  const columns = body[0]?.length ?? 0;
  if (body.length < 1 || columns < 2) throw new InputError(`${name}: expected rows of at least two columns, the last the label, but ${columns === 1 ? 'one column' : 'no row'} came. Separate columns by commas.`);
  if (body.length > limits.rows) throw new InputError(`${name} holds ${body.length} rows; at most ${limits.rows} are read. Use a smaller table.`);
  const x = new Float32Array(body.length * (columns - 1));
  body.forEach((row, i) => {
    const line = i + 1 + (header ? 1 : 0);
    if (row.length !== columns) throw new InputError(`${name}: row ${line} has ${row.length} columns where the first has ${columns}. Check for a separator within a field.`);
    for (let c = 0; c < columns - 1; c++) {
      if (!isNumber(row[c]!)) throw new InputError(`${name}: expected a number in row ${line}, column ${c + 1}, but "${row[c]!.slice(0, 40)}" came. Only the last column may hold words.`);
      x[i * (columns - 1) + c] = Number(row[c]);
    }
  });
  return { x: { dtype: 'float32', shape: [body.length, columns - 1], data: x }, ...labelsOf(body.map((row) => row.at(-1)!), name), notes: header ? ['The first row is taken as a header.'] : [] };
}
const isNumber = (field: string): boolean => field !== '' && Number.isFinite(Number(field));

function labelsOf(fields: readonly string[], name: string): Pick<CsvTable, 'y' | 'classes'> {
  const numeric = fields.every(isNumber);
  const labels = numeric ? fields.map(Number) : [];
  if (numeric && labels.every((v) => Number.isInteger(v) && v >= 0 && v < limits.classes)) return { y: { dtype: 'int32', shape: [fields.length], data: Int32Array.from(labels) } };
  if (numeric) return { y: { dtype: 'float32', shape: [fields.length], data: Float32Array.from(labels) } };
  const classes = [...new Set(fields)].sort();
  if (classes.length > limits.classes) throw new InputError(`${name}: the last column holds ${classes.length} different words; at most ${limits.classes} classes are read. Put the label last.`);
  const places = new Map(classes.map((word, i) => [word, i]));
  return { y: { dtype: 'int32', shape: [fields.length], data: Int32Array.from(fields, (word) => places.get(word)!) }, classes };
}
