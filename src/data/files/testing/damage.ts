/** Ways to damage a file of data: what a broken download, a careless program or an enemy of readers makes. */
import { deflateSync, gunzipSync, gzipSync, inflateSync, unzlibSync, zipSync, zlibSync } from 'fflate';
import { crc32 } from '../../../base/crc32';
import { InputError } from '../../../base/errors';
import type { Random } from '../../../base/random';
import { isGzip } from '../gzip';
import { isTar } from '../tar';
import { isZip, readZip } from '../zip';
import { bombs } from './corpus';

/** `other` is another file of the same reader, to take parts from. */
export type Damage = (bytes: Uint8Array, rng: Random, other: Uint8Array) => Uint8Array;

const edges = [0, 1, 2, 7, 127, 128, 255, 256, 1000, 65_535, 65_536, 1_000_000, 2 ** 30, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1] as const;
export const trippingNames = ['../x', '../../etc/passwd', '/etc/passwd', 'C:\\x', 'a/../../b', '__proto__', 'constructor', '', '.', 'a//b', 'x'.repeat(2000), 'a\0b', 'con.png', '..\\x.png', 'ä\ud800.npy'] as const;
const joined = (...parts: readonly Uint8Array[]): Uint8Array => {
  const out = new Uint8Array(parts.reduce((n, part) => n + part.length, 0));
  parts.reduce((at, part) => (out.set(part, at), at + part.length), 0);
  return out;
};
const place = (bytes: Uint8Array, rng: Random): number => rng.int(Math.max(1, bytes.length));
/** Most places near the start, where heads are. */
const headPlace = (bytes: Uint8Array, rng: Random): number => rng.int(Math.max(1, Math.min(bytes.length, rng.bernoulli(0.7) ? 64 : bytes.length)));

const plain: Readonly<Record<string, Damage>> = {
  'bits flipped': (bytes, rng) => {
    const out = bytes.slice();
    for (let n = 1 + rng.int(8); n > 0; n--) out[place(out, rng)]! ^= 1 << rng.int(8);
    return out;
  },
  'bytes replaced': (bytes, rng) => {
    const out = bytes.slice();
    const start = headPlace(out, rng);
    for (let i = start; i < Math.min(out.length, start + 1 + rng.int(16)); i++) out[i] = rng.pick([0, 1, 10, 34, 127, 128, 255, rng.int(256)]);
    return out;
  },
  'cut short': (bytes, rng) => bytes.slice(0, place(bytes, rng)),
  'empty': () => new Uint8Array(0),
  'a piece left out': (bytes, rng) => {
    const start = place(bytes, rng);
    return joined(bytes.subarray(0, start), bytes.subarray(start + 1 + rng.int(64)));
  },
  'a piece a thousand times': (bytes, rng) => {
    const start = place(bytes, rng);
    const piece = bytes.subarray(start, start + 1 + rng.int(40));
    return joined(bytes.subarray(0, start), ...Array.from({ length: 1000 }, () => piece), bytes.subarray(start));
  },
  'two files joined': (bytes, rng, other) => joined(bytes.subarray(0, place(bytes, rng)), other.subarray(place(other, rng))),
  'one file after another': (bytes, _, other) => joined(bytes, other),
  'a number at an edge': (bytes, rng) => {
    const out = bytes.slice();
    const [width, at] = [rng.pick([1, 2, 4, 8]), headPlace(out, rng)];
    if (at + width > out.length) return out;
    const [view, value, little] = [new DataView(out.buffer), rng.pick(edges), rng.bernoulli(0.6)];
    if (width === 1) view.setUint8(at, value & 255);
    else if (width === 2) view.setUint16(at, value & 0xffff, little);
    else if (width === 4) view.setUint32(at, value >>> 0, little);
    else view.setBigUint64(at, rng.pick([BigInt(value), 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n]), little);
    return out;
  },
  'numbers that are none': (bytes, rng) => {
    const out = bytes.slice();
    const view = new DataView(out.buffer);
    for (let n = 0; n < 8; n++) {
      const at = place(out, rng);
      if (at + 8 > out.length) continue;
      if (rng.bernoulli(0.5)) view.setFloat32(at, rng.pick([NaN, Infinity, -Infinity, 3e38, 1e-45]), true);
      else view.setFloat64(at, rng.pick([NaN, Infinity, -Infinity, 1e308, 5e-324]), true);
    }
    return out;
  },
  'another byte order': (bytes) => bytes.slice().reverse(),
  'a word of trouble': (bytes, rng) => {
    const start = place(bytes, rng);
    const words = ['"', '""', "'", '\n', '\r', ',', ';', '\t', '{', '[', '}', '\\', '\u0000', 'NaN', 'Infinity', '-1e999', '1e308', '__proto__', 'null', 'true', '\ufeff', '[['.repeat(5000), '{"a":'.repeat(5000), '"'.repeat(999), 'x'.repeat(100_000)];
    return joined(bytes.subarray(0, start), new TextEncoder().encode(rng.pick(words)), bytes.subarray(start + rng.int(4)));
  },
  'no text at all': (bytes, rng) => joined(bytes.subarray(0, place(bytes, rng)), Uint8Array.of(0xc3, 0x28, 0xff, 0xfe, 0xed, 0xa0, 0x80), bytes),
};
const plainNames = Object.keys(plain);
const plainly = (bytes: Uint8Array, rng: Random, other: Uint8Array): Uint8Array => {
  const how = rng.pick(plainNames);
  return plain[how]!(bytes, rng.fork('inside', how), other);
};

/** Files of a ZIP file by name, by our own reader: another one believes a directory that promises gigabytes. None of what it refuses. */
function unzipped(bytes: Uint8Array): (readonly [string, Uint8Array])[] {
  if (!isZip(bytes)) return [];
  try {
    return readZip(bytes, 'a sample', { entries: 1000, unpackedBytes: 2 ** 26 }).map(({ name, read }) => [name, read()] as const);
  } catch (error) {
    if (error instanceof InputError) return [];
    throw error;
  }
}
/** A file packed anew round a damaged inside, so that checksums are right and what lies behind them is reached. */
const packed: Readonly<Record<string, Damage>> = {
  'damaged inside its gzip': (bytes, rng, other) => (isGzip(bytes) ? gzipSync(plainly(gunzipSync(bytes), rng, other), { mtime: 0, level: 1 }) : gzipSync(bytes, { mtime: 0, level: 1 })),
  'damaged inside its ZIP file': (bytes, rng, other) => {
    const files = unzipped(bytes);
    if (files.length === 0) return plainly(bytes, rng, other);
    const at = rng.int(files.length);
    return zipSync(Object.fromEntries(files.map(([name, content], i) => [name, i === at ? plainly(content, rng, other) : content])), { level: rng.pick([0, 6]), mtime: new Date(1980, 0, 1) });
  },
  'a name that trips in its ZIP file': (bytes, rng) => {
    const files = unzipped(bytes);
    if (files.length === 0) return bytes;
    const at = rng.int(files.length);
    const map = Object.fromEntries(files.map(([name, content], i) => [i === at ? `\u0001${'x'.repeat(20)}` : name, content]));
    const out = zipSync(map, { mtime: new Date(1980, 0, 1) });
    const wanted = new TextEncoder().encode(rng.bernoulli(0.3) ? (files[(at + 1) % files.length]![0]) : rng.pick(trippingNames)).subarray(0, 21); // of one length, so that all places hold
    const mark = new TextEncoder().encode(`\u0001${'x'.repeat(20)}`);
    for (let i = 0; i + mark.length <= out.length; i++) if (mark.every((byte, k) => out[i + k] === byte)) for (let k = 0; k < mark.length; k++) out[i + k] = wanted[k] ?? 0x2f;
    return out;
  },
  'a number at an edge of its ZIP directory': (bytes, rng, other) => {
    if (!isZip(bytes)) return plainly(bytes, rng, other);
    const out = bytes.slice();
    const view = new DataView(out.buffer);
    const start = view.getUint32(out.length - 6, true);
    const from = start < out.length ? start : Math.max(0, out.length - 400); // of one of 64 bits the end alone
    const [at, width] = [from + rng.int(out.length - from), rng.pick([1, 2, 4, 8])];
    if (at + width > out.length) return out;
    const value = rng.pick([...edges, 8, 9, 12, 0x0201, 0x06064b50]);
    if (width === 1) view.setUint8(at, value & 255);
    else if (width === 2) view.setUint16(at, value & 0xffff, true);
    else if (width === 4) view.setUint32(at, value >>> 0, true);
    else view.setBigUint64(at, rng.pick([BigInt(value), BigInt(out.length), 2n ** 53n, 2n ** 64n - 1n]), true);
    return out;
  },
  'damaged inside its tar': (bytes, rng, other) => {
    const inner = isGzip(bytes) ? gunzipSync(bytes) : bytes.slice();
    if (!isTar(inner)) return plainly(bytes, rng, other);
    const blocks: number[] = [];
    for (let at = 0; at + 512 <= inner.length; at += 512) if (isTar(inner.subarray(at, at + 512))) blocks.push(at);
    const at = rng.pick(blocks);
    const head = inner.subarray(at, at + 512);
    const field = rng.pick([[0, 100], [124, 12], [156, 1], [257, 8], [345, 155]] as const);
    const value = new TextEncoder().encode(rng.pick([...trippingNames, '77777777777', '00000000000', '-1', '00000006001', 'L', 'x', '5', '2', '\u0000', 'zzz']));
    for (let k = 0; k < field[1]; k++) head[field[0] + k] = value[k] ?? 0;
    const sum = head.reduce((n, byte, i) => n + (i >= 148 && i < 156 ? 32 : byte), 0);
    head.set(new TextEncoder().encode(`${sum.toString(8).padStart(6, '0')}\0 `), 148);
    return isGzip(bytes) ? gzipSync(inner, { mtime: 0, level: 1 }) : inner;
  },
  'a PNG part with a right checksum': (bytes, rng, other) => {
    const parts = partsOfPng(bytes);
    if (parts.length === 0) return plainly(bytes, rng, other);
    const at = rng.int(parts.length);
    const changed = parts.map((part, i) => (i === at ? { ...part, content: part.name === 'IDAT' && rng.bernoulli(0.5) ? repacked(part.content, rng, other) : plain[rng.pick(['bits flipped', 'bytes replaced', 'cut short', 'a number at an edge', 'a piece left out'])]!(part.content, rng, other) } : part));
    return png(rng.bernoulli(0.1) ? [...changed, changed[at]!] : changed);
  },
  // Bombs are all alike, and take their time: most turns are another damage's.
  'a gzip bomb': (bytes, rng, other) => (rng.bernoulli(0.9) ? plainly(bytes, rng, other) : rng.bernoulli(0.5) ? bombs1().gzip : joined(bombs1().gzip, bombs1().gzip)),
  'a ZIP bomb': (bytes, rng, other) => (rng.bernoulli(0.9) ? plainly(bytes, rng, other) : bombs1().zip(rng.pick(['x.npy', 'a/1.png', 'a/1.jpg', 'a.wav']))),
  'a PNG bomb': (bytes, rng, other) => {
    if (rng.bernoulli(0.9)) return plainly(bytes, rng, other);
    const [side, lie] = [rng.pick([4096, 3000, 65_535, 2 ** 31 - 1]), rng.bernoulli(0.5)];
    const head = new Uint8Array(13);
    new DataView(head.buffer).setUint32(0, side);
    new DataView(head.buffer).setUint32(4, lie ? side : 1);
    head.set([rng.pick([1, 8]), 0, 0, 0, 0], 8);
    return png([{ name: 'IHDR', content: head }, { name: 'IDAT', content: bigDeflate() }, { name: 'IEND', content: new Uint8Array(0) }]);
  },
};
let made: ReturnType<typeof bombs> | undefined;
const bombs1 = (): ReturnType<typeof bombs> => (made ??= bombs());
let big: Uint8Array | undefined;
const bigDeflate = (): Uint8Array => (big ??= zlibSync(new Uint8Array(17 * 2 ** 20), { level: 9 }));

interface Part {
  readonly name: string;
  readonly content: Uint8Array;
}
function partsOfPng(bytes: Uint8Array): Part[] {
  if (bytes[0] !== 0x89 || bytes[1] !== 0x50) return [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts: Part[] = [];
  for (let at = 8; at + 12 <= bytes.length; at += 12 + view.getUint32(at)) parts.push({ name: String.fromCharCode(...bytes.subarray(at + 4, at + 8)), content: bytes.slice(at + 8, at + 8 + view.getUint32(at)) });
  return parts;
}
function png(parts: readonly Part[]): Uint8Array {
  return joined(Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a), ...parts.map(({ name, content }) => {
    const out = new Uint8Array(12 + content.length);
    const view = new DataView(out.buffer);
    view.setUint32(0, content.length);
    out.set(new TextEncoder().encode(name).subarray(0, 4), 4);
    out.set(content, 8);
    view.setUint32(8 + content.length, crc32(out.subarray(4, 8 + content.length)));
    return out;
  }));
}
function repacked(content: Uint8Array, rng: Random, other: Uint8Array): Uint8Array {
  try {
    return zlibSync(plainly(unzlibSync(content), rng, other));
  } catch {
    return deflateSync(inflateSync(Uint8Array.of(3, 0))); // of several IDAT parts one alone does not unpack
  }
}
export const damages: Readonly<Record<string, Damage>> = { ...plain, ...packed };
