/**
 * Tape archives (POSIX ustar, with GNU's and pax's long names): the plain files in them, as views into the archive, within bounds.
 * Links, devices and folders are passed over; nothing is written anywhere. Hostile input.
 */
import { InputError } from '../../base/errors';
import type { NamedBytes } from './loaded';
import { safePath } from './zip';

export const tarLimits = { entries: 200_000 } as const;
const block = 512;

/** Whether the head of a file is that of an archive: by its checksum, since the oldest have no other mark. */
export const isTar = (head: Uint8Array): boolean => head.length >= block && head[0] !== 0 && checksumFits(head);

function checksumFits(head: Uint8Array): boolean {
  let sum = 0;
  for (let i = 0; i < block; i++) sum += i >= 148 && i < 156 ? 0x20 : head[i]!;
  return numberAt(head, 148, 8) === sum;
}
/** Octal digits, or (first bit set) a binary number, high byte first. NaN for neither. */
function numberAt(head: Uint8Array, at: number, length: number): number {
  if (head[at]! & 0x80) return head.subarray(at + 1, at + length).reduce((n, byte) => n * 256 + byte, head[at]! & 0x7f);
  const text = textAt(head, at, length).trim();
  return /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : text === '' ? 0 : NaN;
}
function textAt(bytes: Uint8Array, at: number, length: number): string {
  const field = bytes.subarray(at, at + length);
  const end = field.indexOf(0);
  return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end));
}
/** `path` of a pax header: lines of "length key=value". */
const paxPath = (body: Uint8Array): string | undefined => /(?:^|\n)\d{1,10} path=([^\n]*)/.exec(new TextDecoder().decode(body))?.[1];

/** @throws InputError for what is no archive, is damaged or cut short, has unsafe or double names, or is beyond the limits */
export function readTar(bytes: Uint8Array, name: string): NamedBytes[] {
  const files: NamedBytes[] = [];
  const seen = new Set<string>();
  let longName: string | undefined;
  for (let [at, entries] = [0, 0]; at + block <= bytes.length; ) {
    const head = bytes.subarray(at, at + block);
    if (head.every((byte) => byte === 0)) break; // the end is two blocks of zeros
    if (!checksumFits(head)) throw new InputError(`${name} is no tar archive, or is damaged: the checksum of the header at byte ${at} is wrong. Download it again.`);
    if (++entries > tarLimits.entries) throw new InputError(`${name} holds more than ${tarLimits.entries} files. Use a smaller archive.`);
    const [size, type] = [numberAt(head, 124, 12), String.fromCharCode(head[156]!)];
    const start = at + block;
    if (!Number.isSafeInteger(size)) throw new InputError(`${name} is damaged: the header at byte ${at} tells no size. Download it again.`);
    if (start + size > bytes.length) throw new InputError(`${name}: a file in it should hold ${size} bytes, but ${bytes.length - start} are left. It is damaged or cut short; download it again.`);
    const body = bytes.subarray(start, start + size);
    at = start + Math.ceil(size / block) * block;
    if (type === 'L' || type === 'x') {
      longName = type === 'L' ? textAt(body, 0, Math.min(size, 4096)) : (paxPath(body.subarray(0, 65_536)) ?? longName);
      continue;
    }
    if (type === '0' || type === '\0' || type === '7') {
      const prefix = textAt(head, 257, 5) === 'ustar' && head[263] === 0x30 ? textAt(head, 345, 155) : '';
      const path = safePath(longName ?? (prefix === '' ? textAt(head, 0, 100) : `${prefix}/${textAt(head, 0, 100)}`), name);
      if (seen.has(path)) throw new InputError(`${name} holds two files of the name "${path}". Pack it again.`);
      seen.add(path);
      if (!path.endsWith('/')) files.push({ name: path, bytes: body });
    }
    if (type !== 'g') longName = undefined;
  }
  if (files.length === 0) throw new InputError(`${name} is an archive without any file in it, or is cut short. Download it again.`);
  return files;
}
