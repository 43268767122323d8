/**
 * Where the tensors of a safetensors file lie (https://github.com/huggingface/safetensors): an 8-byte length, a JSON header, then the
 * numbers. What they become is the reader's work. Hostile input.
 */
import { InputError } from './errors';
import { sizeOf } from './tensor';

/** One tensor's bytes: `from` to `to` in the whole file. */
export interface StoredTensor {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly from: number;
  readonly to: number;
}
export interface SafetensorsLayout {
  /** In the order of their bytes. */
  readonly tensors: readonly StoredTensor[];
  readonly metadata: Readonly<Record<string, string>>;
}
const headerLimit = 100_000_000; // as in the format's own reader
const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
const isCount = (n: unknown): n is number => Number.isSafeInteger(n) && (n as number) >= 0; // isSafeInteger says that it is a number

/**
 * @param widths bytes of a number, by each dtype that the caller reads
 * @throws InputError where the header is not what the format says, a dtype is not among `widths`, or tensors overlap, leave gaps or reach out of the file
 */
export function layoutOfSafetensors(bytes: Uint8Array, name: string, widths: ReadonlyMap<string, number>): SafetensorsLayout {
  const { header, start } = headerOf(bytes, name);
  const { __metadata__: metadata = {}, ...entries } = header;
  if (!isRecord(metadata) || Object.values(metadata).some((v) => typeof v !== 'string')) throw new InputError(`${name}: its metadata should be plain strings. The file is damaged.`);
  const places = Object.entries(entries).map(([tensor, entry]) => placeOf(entry, `${name}: tensor ${tensor.slice(0, 200)}`, tensor, widths)).sort((a, b) => a.from - b.from || a.to - b.to);
  let end = 0;
  for (const { name: tensor, from, to } of places) {
    if (from !== end) throw new InputError(`${name}: tensor ${tensor.slice(0, 200)} begins at byte ${from}, where ${end} was expected: tensors must follow one another without overlaps or gaps. The file is damaged.`);
    end = to;
  }
  if (bytes.length - start !== end) throw new InputError(`${name}: its header tells of ${end} bytes of numbers, but ${bytes.length - start} are there. The file is damaged or was cut short.`);
  return { tensors: places.map((place) => ({ ...place, from: start + place.from, to: start + place.to })), metadata: metadata as Record<string, string> }; // checked above
}
function headerOf(bytes: Uint8Array, name: string): { header: Record<string, unknown>; start: number } {
  if (bytes.length < 8) throw new InputError(`${name} is not a safetensors file: it is shorter than the length of its header.`);
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true));
  if (length > headerLimit || 8 + length > bytes.length) throw new InputError(`${name} is not a safetensors file, or was cut short: its header would be ${length} bytes long, and ${bytes.length - 8} follow.`);
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(8, 8 + length)));
  } catch {
    throw new InputError(`${name} is not a safetensors file: its header is not JSON.`);
  }
  if (!isRecord(header)) throw new InputError(`${name} is not a safetensors file: its header is not a table of tensors.`);
  return { header, start: 8 + length };
}
function placeOf(entry: unknown, who: string, name: string, widths: ReadonlyMap<string, number>): StoredTensor {
  const { dtype, shape, data_offsets: offsets } = isRecord(entry) ? entry : {};
  const width = typeof dtype === 'string' ? widths.get(dtype) : undefined;
  if (width === undefined) throw new InputError(`${who} is of dtype ${JSON.stringify(dtype)?.slice(0, 40) ?? 'none'}; ${[...widths.keys()].join(', ')} can be read.`);
  if (!Array.isArray(shape) || !shape.every(isCount) || !Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount)) throw new InputError(`${who} has no proper shape or place in the file. The file is damaged.`);
  const [from, to] = offsets as [number, number]; // two counts, by the line above
  if (to - from !== sizeOf(shape) * width) throw new InputError(`${who} of shape [${shape.slice(0, 16).join(',')}] should take ${sizeOf(shape) * width} bytes, but its place is ${from} to ${to}. The file is damaged.`);
  return { name, dtype: dtype as string, shape, from, to }; // found among the widths
}
