/**
 * ZIP archives (APPNOTE 6.3), stored or deflated, within bounds. Read by the directory at the end, which is compared with what is there;
 * every name is looked at before anything is unpacked. Hostile input.
 */
import { crc32 } from '../../base/crc32';
import { InputError } from '../../base/errors';
import { freeBytes, inflateExactly, mostRatio } from './gzip';

export const zipLimits = { entries: 200_000, unpackedBytes: 2 ** 31, nameLetters: 1024 } as const;

export interface Entry {
  /** A path within the archive, checked: no '..', no drive, no leading '/', and no two alike. */
  readonly name: string;
  readonly sizeBytes: number;
  /** Unpacks. @throws InputError where it is damaged */
  readonly read: () => Uint8Array;
}
export const isZip = (bytes: Uint8Array): boolean => bytes[0] === 0x50 && bytes[1] === 0x4b && (bytes[2] === 3 || bytes[2] === 5) && bytes[3] === bytes[2] + 1;

const [endMark, end64Mark, entryMark, localMark] = [0x06054b50, 0x06064b50, 0x02014b50, 0x04034b50];
interface Limits {
  readonly entries?: number;
  readonly unpackedBytes?: number;
}
/** Files of an archive, folders left out. @throws InputError for what is no ZIP file, is damaged or encrypted, has unsafe or double names, or is beyond the limits */
export function readZip(bytes: Uint8Array, name: string, { entries: mostEntries = zipLimits.entries, unpackedBytes = zipLimits.unpackedBytes }: Limits = {}): Entry[] {
  const file = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { count, start } = directoryOf(file, name);
  if (count > mostEntries) throw new InputError(`${name} holds ${count} files; at most ${mostEntries} are read. Use a smaller archive.`);
  const entries: Entry[] = [];
  const seen = new Set<string>();
  let [at, total] = [start, 0];
  for (let i = 0; i < count; i++) {
    if (at + 46 > bytes.length || file.getUint32(at, true) !== entryMark) throw damaged(name, `its directory tells of ${count} files, but ends after ${i}`);
    const head = headAt(file, at, name);
    at = head.end;
    const path = nameOf(bytes, head.nameAt, head.nameLength, name);
    if (path.endsWith('/')) continue; // a folder
    if (seen.has(path)) throw new InputError(`${name} holds two files of the name "${path}". Pack it again.`);
    seen.add(path);
    total += head.unpacked;
    if (total > unpackedBytes) throw new InputError(`${name} would unpack to more than ${Math.round(unpackedBytes / 2 ** 20)} MiB, the most that is read. Use a smaller archive.`);
    // Many small files may come to more than one large one is allowed, and entries may share their packed bytes.
    if (total > freeBytes && total > mostRatio * bytes.length) throw new InputError(`${name} would unpack to more than ${mostRatio} times its size, which no honest data do. Save it without compression.`);
    entries.push({ name: path, sizeBytes: head.unpacked, read: () => unpack(bytes, file, head, `${path} in ${name}`) });
  }
  return entries;
}
const damaged = (name: string, why: string): InputError => new InputError(`${name} cannot be unpacked: ${why}. The file is damaged or was cut short; download or pack it again.`);

/** The record at the end: how many entries there are, and where the first begins. */
function directoryOf(file: DataView, name: string): { count: number; start: number } {
  const size = file.byteLength;
  for (let at = size - 22; at >= Math.max(0, size - 22 - 65_535); at--) {
    if (file.getUint32(at, true) !== endMark || at + 22 + file.getUint16(at + 20, true) !== size) continue;
    const [count, start] = [file.getUint16(at + 10, true), file.getUint32(at + 16, true)];
    if (count !== 0xffff && start !== 0xffffffff) return { count, start };
    const place = at >= 20 ? Number(file.getBigUint64(at - 12, true)) : -1; // the 64-bit record, by its locator
    if (place < 0 || place + 56 > size || file.getUint32(place, true) !== end64Mark) throw damaged(name, 'its 64-bit directory is missing');
    return { count: Number(file.getBigUint64(place + 32, true)), start: Number(file.getBigUint64(place + 48, true)) };
  }
  throw damaged(name, 'the directory at its end is missing');
}
interface Head {
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly unpacked: number;
  readonly local: number;
  readonly nameAt: number;
  readonly nameLength: number;
  readonly end: number;
}
function headAt(file: DataView, at: number, name: string): Head {
  const [flags, method] = [file.getUint16(at + 8, true), file.getUint16(at + 10, true)];
  if (flags & 1) throw new InputError(`${name} is encrypted. Pack it again without a password.`);
  if (method !== 0 && method !== 8) throw new InputError(`${name} is packed by method ${method}; "stored" (0) and "deflated" (8) can be read. Pack it again as an ordinary ZIP file.`);
  const [nameLength, extraLength, commentLength] = [file.getUint16(at + 28, true), file.getUint16(at + 30, true), file.getUint16(at + 32, true)];
  const [nameAt, extraAt] = [at + 46, at + 46 + nameLength];
  const end = extraAt + extraLength + commentLength;
  if (end > file.byteLength) throw damaged(name, 'its directory is cut off');
  const wide = wideSizes(file, extraAt, extraLength, [file.getUint32(at + 24, true), file.getUint32(at + 20, true), file.getUint32(at + 42, true)]);
  if (!wide) throw damaged(name, 'sizes of 64 bits are missing');
  const [unpacked, packed, local] = wide;
  return { method, crc: file.getUint32(at + 16, true), packed, unpacked, local, nameAt, nameLength, end };
}
/** [unpacked, packed, place]: those of 0xffffffff stand as 64 bits in the extra field 1, in this order. */
function wideSizes(file: DataView, extraAt: number, extraLength: number, sizes: readonly [number, number, number]): [number, number, number] | undefined {
  const out: [number, number, number] = [...sizes];
  if (!sizes.includes(0xffffffff)) return out;
  for (let at = extraAt; at + 4 <= extraAt + extraLength; at += 4 + file.getUint16(at + 2, true)) {
    if (file.getUint16(at, true) !== 1) continue;
    let from = at + 4;
    const end = Math.min(from + file.getUint16(at + 2, true), extraAt + extraLength);
    for (const i of [0, 1, 2] as const) {
      if (sizes[i] !== 0xffffffff) continue;
      if (from + 8 > end) return undefined;
      out[i] = Number(file.getBigUint64(from, true));
      from += 8;
    }
    return out;
  }
  return undefined;
}
function nameOf(bytes: Uint8Array, at: number, length: number, archive: string): string {
  const path = new TextDecoder().decode(bytes.subarray(at, at + length)).replaceAll('\\', '/');
  return safePath(path, archive);
}
/** A path that stays within its archive. @throws InputError for one that does not */
export function safePath(path: string, archive: string): string {
  const bare = path.replace(/^(?:\.\/)+/, '');
  const parts = bare.replace(/\/$/, '').split('/');
  if (bare === '' || bare.length > zipLimits.nameLetters || bare.includes('\0') || /^[a-z]:/i.test(bare) || parts.some((part) => part === '' || part === '.' || part === '..'))
    throw new InputError(`${archive} holds a file of the name ${JSON.stringify(path.slice(0, 80))}, which leads out of the archive or is no name. Pack it again from within its folder.`);
  return bare;
}

function unpack(bytes: Uint8Array, file: DataView, { method, crc, packed, unpacked, local }: Head, who: string): Uint8Array {
  if (local + 30 > bytes.length || file.getUint32(local, true) !== localMark) throw damaged(who, 'it is not where the directory says');
  const start = local + 30 + file.getUint16(local + 26, true) + file.getUint16(local + 28, true);
  if (start + packed > bytes.length) throw damaged(who, `it should take ${packed} bytes, but ${Math.max(0, bytes.length - start)} are left`);
  const content = bytes.subarray(start, start + packed);
  if (method === 0 && packed !== unpacked) throw damaged(who, `it is stored as it is, but its two sizes are ${packed} and ${unpacked}`);
  const out = method === 0 ? content.slice() : inflateExactly(content, unpacked, who);
  if (crc32(out) !== crc) throw damaged(who, 'its checksum is wrong');
  return out;
}
