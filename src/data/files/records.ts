/** JSON lines: one object a line. Hostile input. */
import { InputError } from '../../base/errors';
import { withoutGz } from './gzip';
import { gather, listOf, mapSplits, type Json, type JsonRecord, type LoadedRecords, type NamedBytes, type Reader } from './loaded';
import { decodeText, isPlainText } from './text-file';

export const recordLimits = { records: 1_000_000, depth: 32 } as const;
const isRecord = (value: unknown): value is JsonRecord => typeof value === 'object' && value !== null && !Array.isArray(value);

/** How deeply brackets are nested at most, outside strings: looked at before parsing, since parsers recurse. */
function depthOf(line: string): number {
  let [depth, most] = [0, 0];
  for (let i = 0, quoted = false; i < line.length; i++) {
    const c = line[i];
    if (c === '\\') i++;
    else if (c === '"') quoted = !quoted;
    else if (!quoted && (c === '[' || c === '{')) most = Math.max(most, ++depth);
    else if (!quoted && (c === ']' || c === '}')) depth--;
  }
  return most;
}
function recordsOf({ name, bytes }: NamedBytes): JsonRecord[] {
  const text = decodeText(bytes, name);
  const records: JsonRecord[] = [];
  let number = 0;
  for (let at = 0; at < text.length; ) {
    const end = text.indexOf('\n', at);
    const line = text.slice(at, end < 0 ? text.length : end).trim();
    at = end < 0 ? text.length : end + 1;
    number++;
    if (line === '') continue;
    if (records.length >= recordLimits.records) throw new InputError(`${name} holds more than ${recordLimits.records} records, the most that are read. Use a smaller file.`);
    records.push(recordIn(line, `${name}: line ${number}`));
  }
  if (records.length === 0) throw new InputError(`${name}: expected one JSON object a line, but no line came. Choose another file.`);
  return records;
}
function recordIn(line: string, who: string): JsonRecord {
  if (depthOf(line) > recordLimits.depth) throw new InputError(`${who} is nested more than ${recordLimits.depth} deep. Flatten it.`);
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new InputError(`${who}: expected one JSON object, but ${JSON.stringify(line.slice(0, 60))} is not JSON. Write one whole object on each line.`);
  }
  if (!isRecord(value)) throw new InputError(`${who}: expected a JSON object such as {"x": [1, 2], "y": 0}, but ${JSON.stringify(value)?.slice(0, 60)} came.`);
  return value;
}
/** Numbers in nested lists of equal lengths, flat, with their shape; undefined for anything else. */
export function arrayOf(value: Json | undefined): { readonly shape: number[]; readonly numbers: number[] } | undefined {
  if (typeof value === 'number') return { shape: [], numbers: [value] };
  if (typeof value === 'boolean') return { shape: [], numbers: [Number(value)] };
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const parts = (value as readonly Json[]).map(arrayOf);
  const first = parts[0];
  if (!first || parts.some((part) => !part || part.shape.join() !== first.shape.join())) return undefined;
  return { shape: [parts.length, ...first.shape], numbers: parts.flatMap((part) => part!.numbers) };
}

export const recordsReader: Reader = {
  id: 'records', title: 'JSON lines', extensions: ['.jsonl', '.ndjson', '.jsonl.gz'],
  says: 'One JSON object a line: {"x": numbers, "y": label}, or {"text": words} with or without a label.',
  recognises: (name, head) => /\.(jsonl|ndjson)$/i.test(withoutGz(name)) && isPlainText(head),
  read: async (files): Promise<LoadedRecords> => ({ kind: 'records', from: listOf(files), notes: [], splits: mapSplits(gather(files.map((file) => ({ name: file.name, thing: recordsOf(file) }))), (parts) => parts.flat()) }),
};
