/** Rows of separated fields (RFC 4180): quotes hold separators and line ends, and a doubled quote is one. Hostile input. */
import { InputError } from '../../base/errors';

export const fieldLimits = { rows: 1_000_000, columns: 16_384, fields: 50_000_000, letters: 1_000_000 } as const;

const separators = ['\t', ';', ',', '|'] as const;
/** Of the usual separators the one that stands most often in the first line, outside quotes; a tab before others. */
export function separatorOf(text: string): string {
  const end = text.search(/[\r\n]/);
  const line = text.slice(0, end < 0 ? Math.min(text.length, 65_536) : Math.min(end, 65_536)).replace(/"[^"]*"/g, '');
  const counts = separators.map((separator) => line.split(separator).length - 1);
  if (counts[0]! > 0) return '\t';
  // A comma in any number is before a semicolon: "1,5;2" has both, "a;b,c" too; semicolons count where there are no commas.
  return counts[2]! > 0 ? ',' : counts[1]! > 0 ? ';' : counts[3]! > 0 ? '|' : ',';
}

/**
 * @param name of the file, for messages
 * @throws InputError for a quote that never ends or ends within a field, and beyond `fieldLimits`
 */
export function splitFields(text: string, separator: string, name: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let [at, total] = [0, 0];
  const endRow = (): void => {
    if (row.length > 1 || row[0] !== '') rows.push(row); // an empty line is none
    row = [];
    if (rows.length > fieldLimits.rows) throw new InputError(`${name} holds more than ${fieldLimits.rows} rows, the most that are read. Use a smaller table.`);
  };
  const endField = (field: string): void => {
    row.push(field);
    if (++total > fieldLimits.fields || row.length > fieldLimits.columns) throw new InputError(`${name}: row ${rows.length + 1} makes it more than ${fieldLimits.columns} columns or ${fieldLimits.fields} fields, the most that are read. Use a smaller table.`);
  };
  while (at <= text.length) {
    let end = at;
    if (quotedAt(text, at)) {
      const start = text.indexOf('"', at);
      const close = closingQuote(text, start + 1);
      if (close < 0) throw new InputError(`${name}: a quote that is opened in row ${rows.length + 1} never ends. Close it, or double a quote that is part of a field.`);
      if (close - start > fieldLimits.letters) throw new InputError(`${name}: a field in row ${rows.length + 1} holds more than ${fieldLimits.letters} letters. A quote may be missing.`);
      end = close + 1;
      while (text[end] === ' ' && separator !== ' ') end++;
      const next = text[end];
      if (next !== undefined && next !== separator && next !== '\n' && next !== '\r') throw new InputError(`${name}: after a quoted field in row ${rows.length + 1}, a separator was expected, but ${JSON.stringify(text.slice(end, end + 10))} came. Double a quote that is part of a field.`);
      endField(text.slice(start + 1, close).replaceAll('""', '"'));
    } else {
      while (end < text.length && text[end] !== separator && text[end] !== '\n' && text[end] !== '\r') end++;
      endField(text.slice(at, end).trim());
    }
    if (end >= text.length) break;
    if (text[end] === separator) at = end + 1;
    else {
      endRow();
      at = end + (text[end] === '\r' && text[end + 1] === '\n' ? 2 : 1);
    }
  }
  endRow();
  return rows;
}
/** A field begins with a quote, blanks before it let pass. */
function quotedAt(text: string, at: number): boolean {
  while (text[at] === ' ') at++;
  return text[at] === '"';
}
function closingQuote(text: string, from: number): number {
  for (let at = text.indexOf('"', from); at >= 0; at = text.indexOf('"', at + 2)) if (text[at + 1] !== '"') return at;
  return -1;
}
