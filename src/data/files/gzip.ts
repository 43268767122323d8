/**
 * Gzip files (RFC 1952), within bounds: no more is unpacked than a caller has room for, nor more than `mostRatio` times the packed bytes.
 * Lengths and checksums are compared at the end. Hostile input.
 */
import { Gunzip, Inflate } from 'fflate';
import { crc32 } from '../../base/crc32';
import { InputError } from '../../base/errors';

/** Deflate packs at most about 1030 to 1; honest data beyond 200 to 1 are small. */
export const mostRatio = 200;
/** Unpacked, below this no ratio is too high. */
export const freeBytes = 16 * 2 ** 20;
/** Packed bytes at a time: at most about 17 MB come of them. */
const pieceBytes = 16 * 1024;

export const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;
export const withoutGz = (name: string): string => name.replace(/\.gz$/i, '').replace(/\.tgz$/i, '.tar');
const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
const size = (bytes: number): string => (bytes < 2 ** 20 ? `${bytes} bytes` : `${(bytes / 2 ** 20).toFixed(1)} MiB`);

/**
 * A gzip file unpacked; other bytes as they are.
 * @throws InputError for what does not unzip, is cut short, is larger than `limit` bytes unpacked, or is packed too tightly to be honest
 */
export function gunzip(bytes: Uint8Array, name: string, limit: number): Uint8Array {
  if (!isGzip(bytes)) {
    if (bytes.length > limit) throw new InputError(`${name} holds ${size(bytes.length)}; at most ${size(limit)} are read. Use a smaller file.`);
    return bytes;
  }
  const out = new Growing(name, bytes, limit);
  try {
    const stream = new Gunzip((piece) => out.add(piece));
    for (let at = 0; at < bytes.length; at += pieceBytes) {
      out.packed = Math.min(bytes.length, at + pieceBytes);
      stream.push(bytes.subarray(at, at + pieceBytes), at + pieceBytes >= bytes.length);
    }
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`${name} (${bytes.length} bytes) does not unzip: ${reasonOf(error)}. It is damaged or cut short; download it again.`);
  }
  return checked(out.finish(), bytes, name);
}
/** The last eight bytes tell checksum and length of the last member; of several members (rare) only the last could be told apart, so they are let pass. */
function checked(out: Uint8Array, bytes: Uint8Array, name: string): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [sum, length] = bytes.length < 18 ? [-1, -1] : [view.getUint32(bytes.length - 8, true), view.getUint32(bytes.length - 4, true)];
  if (length === out.length % 2 ** 32 && sum === crc32(out)) return out;
  if (length < out.length && length >= 0 && sum === crc32(out.subarray(out.length - length))) return out;
  throw new InputError(`${name} unzips to ${out.length} bytes whose checksum or length is not the one that it tells. It is damaged or cut short; download it again.`);
}

class Growing {
  packed = 0;
  private came = 0;
  private room: Uint8Array;

  constructor(private readonly name: string, file: Uint8Array, private readonly limit: number) {
    const told = file.length < 18 ? 0 : new DataView(file.buffer, file.byteOffset, file.byteLength).getUint32(file.length - 4, true);
    this.room = new Uint8Array(told <= Math.min(limit, mostRatio * file.length + 2 ** 16) ? told : 2 ** 16); // believed where it may be true
  }
  add(piece: Uint8Array): void {
    const needed = this.came + piece.length;
    if (needed > this.limit) throw new InputError(`${this.name} unzips to more than ${size(this.limit)}, the most that is read. Use a smaller file.`);
    if (needed > freeBytes && needed > mostRatio * this.packed) throw new InputError(`${this.name} unzips to more than ${mostRatio} times its size, which no honest data do. Save it without compression.`);
    if (needed > this.room.length) {
      const larger = new Uint8Array(Math.min(this.limit, Math.max(needed, 2 * this.room.length)));
      larger.set(this.room.subarray(0, this.came));
      this.room = larger;
    }
    this.room.set(piece, this.came);
    this.came = needed;
  }
  finish(): Uint8Array {
    return this.room.subarray(0, this.came);
  }
}

/**
 * Raw deflate (RFC 1951) into exactly as much room as was told. @param who for messages: 'a.png in images.zip'
 * @throws InputError where it is damaged, shorter or longer than told
 */
export function inflateExactly(packed: Uint8Array, told: number, who: string): Uint8Array {
  if (told > freeBytes && told > mostRatio * packed.length) throw new InputError(`${who} unpacks to more than ${mostRatio} times its size, which no honest data do. Save it without compression.`);
  const out = new Uint8Array(told);
  let came = 0;
  const stream = new Inflate((piece) => {
    if (came + piece.length > told) throw new InputError(`${who} should unpack to ${told} bytes, but more came. The file is damaged.`);
    out.set(piece, came);
    came += piece.length;
  });
  try {
    for (let at = 0; at < packed.length; at += pieceBytes) stream.push(packed.subarray(at, at + pieceBytes), at + pieceBytes >= packed.length);
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`${who} does not unpack: ${reasonOf(error)}. The file is damaged.`);
  }
  if (came !== told) throw new InputError(`${who} should unpack to ${told} bytes, but ${came} came. The file is damaged or was cut short.`);
  return out;
}

const headBytes = 1024;
/** The first bytes of a file; of a gzip file, those of what is in it (none where it does not unzip). */
export function headOf(bytes: Uint8Array): Uint8Array {
  if (!isGzip(bytes)) return bytes.subarray(0, headBytes);
  const parts: number[] = [];
  try {
    const stream = new Gunzip((piece) => parts.length < headBytes && parts.push(...piece.subarray(0, headBytes)));
    stream.push(bytes.subarray(0, 4096), false);
  } catch {
    // What could be unzipped is enough to tell; the reader says what is wrong.
  }
  return Uint8Array.from(parts.slice(0, headBytes));
}
