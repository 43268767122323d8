/** Plain data as it lies in storage: with a kind, a version and a checksum, so that what is half written, damaged or of another time is told from what is sound. */
import { crc32 } from '../base/crc32';
import { InputError } from '../base/errors';
import { pack, unpack } from '../base/pack';
import type { Blobs } from './blobs';

/** 'STIP', then u16 version, u16 length of the kind, u32 CRC-32 of all that follows, u32 length of all that follows; the kind in ASCII; the packed data. */
const magic = 0x50495453;
const headBytes = 16;

/** What a kind of data is called, and how its versions are read: `readers[v]` makes of version v's data what is used today. */
export interface Format<T> {
  readonly kind: string;
  readonly version: number;
  /** Checks what came: it may be anything. @throws InputError */
  readonly readers: Readonly<Record<number, (data: unknown) => T>>;
}
export function seal<T>({ kind, version }: Format<T>, data: T): Uint8Array {
  const body = pack(data);
  const out = new Uint8Array(headBytes + kind.length + body.length);
  out.set(new TextEncoder().encode(kind), headBytes);
  out.set(body, headBytes + kind.length);
  const view = new DataView(out.buffer);
  view.setUint32(0, magic, true);
  view.setUint16(4, version, true);
  view.setUint16(6, kind.length, true);
  view.setUint32(12, out.length - headBytes, true);
  view.setUint32(8, crc32(out.subarray(12)), true);
  return out;
}
/** @throws InputError for what is damaged, cut off, of another kind, or of a version that has no reader */
export function unseal<T>({ kind, readers }: Format<T>, bytes: Uint8Array): T {
  if (bytes.length < headBytes) throw new InputError(`Expected a ${kind}, but ${bytes.length} bytes came, too few for one.`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0, true) !== magic) throw new InputError(`Expected a ${kind}, but bytes of something else came.`);
  if (view.getUint32(12, true) !== bytes.length - headBytes || view.getUint32(8, true) !== crc32(bytes.subarray(12))) throw new InputError(`This ${kind} is damaged or cut off: its checksum is not that of its bytes.`);
  const kindLength = view.getUint16(6, true);
  const came = new TextDecoder().decode(bytes.subarray(headBytes, headBytes + kindLength));
  if (came !== kind) throw new InputError(`Expected a ${kind}, but a ${came.slice(0, 40)} came.`);
  const version = view.getUint16(4, true);
  const reader = Object.hasOwn(readers, version) ? readers[version] : undefined;
  if (!reader) throw new InputError(`This ${kind} is of version ${version}; versions ${Object.keys(readers).join(', ')} can be read here. Open it with the version of the page that made it.`);
  return reader(unpack(bytes.subarray(headBytes + kindLength)));
}
/** What is kept under a name; undefined where nothing is, or nothing sound. */
export async function getSealed<T>(blobs: Blobs, name: string, format: Format<T>): Promise<T | undefined> {
  const bytes = await blobs.get(name);
  if (!bytes) return undefined;
  try {
    return unseal(format, bytes);
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}
