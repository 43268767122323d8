/**
 * PNG files in: every colour type, depth and interlacing. Files are hostile input: the signature, the header, every part's length and
 * checksum and the size of the unpacked pixels are checked.
 * Source: Portable Network Graphics Specification, third edition (W3C 2025).
 */
import { Unzlib } from 'fflate';
import { crc32 } from '../../base/crc32';
import { InputError } from '../../base/errors';
import type { Raster } from '../raster';
import type { PictureInfo } from './pixels';

export { resizeImage, type Raster } from '../raster';
export const pngLimits = { fileBytes: 32 * 2 ** 20, pixels: 16 * 2 ** 20 } as const;

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** Numbers a pixel holds, by the header's colour type: grey, RGB, palette, grey + alpha, RGB + alpha. */
const numbersOf: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
const depthsOf: Readonly<Record<number, readonly number[]>> = { 0: [1, 2, 4, 8, 16], 2: [8, 16], 3: [1, 2, 4, 8], 4: [8, 16], 6: [8, 16] };
const needed = new Set(['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND']);
const again = 'Save it as PNG again.';

interface Header {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly colourType: number;
  readonly interlaced: boolean;
}

/**
 * A PNG as values in [0, 1]. Palettes are looked up, 16 bits are kept, and whatever is transparent is laid on white; colour profiles and
 * gamma are not applied, and of an animation the still picture is taken.
 * @throws InputError saying what is wrong with the file and what to do
 */
export function readPng(bytes: Uint8Array): Raster {
  if (bytes.length > pngLimits.fileBytes)
    throw new InputError(`A PNG file of at most ${pngLimits.fileBytes / 2 ** 20} MiB was expected, but ${(bytes.length / 2 ** 20).toFixed(1)} MiB came. Make it smaller.`);
  if (signature.some((byte, i) => bytes[i] !== byte)) throw new InputError(`A PNG file was expected, but this one does not start like one. ${again}`);
  const parts = partsOf(bytes);
  const header = readHeader(parts);
  for (const { name, whole } of parts) {
    const [sum, told] = [crc32(whole.subarray(4, -4)), new DataView(whole.buffer, whole.byteOffset + whole.length - 4, 4).getUint32(0)];
    if (sum !== told) throw damaged(`the CRC of its ${JSON.stringify(name)} part is wrong`);
  }
  return toRaster(header, samplesOf(unpack(parts, header), header), coloursOf(parts));
}
/** What the head tells. @throws InputError for a head that is none */
export function pngInfo(bytes: Uint8Array): PictureInfo {
  if (signature.some((byte, i) => bytes[i] !== byte)) throw new InputError(`A PNG file was expected, but this one does not start like one. ${again}`);
  const { width, height, depth, colourType } = readHeader(partsOf(bytes));
  return { width, height, channels: colourType === 0 || colourType === 4 ? 1 : 3, ...(depth === 16 && { note: 'of 16 bits a channel, rounded to 8' }) };
}

interface Part {
  readonly name: string;
  /** Length, name, content and checksum: as in the file. */
  readonly whole: Uint8Array;
  readonly content: Uint8Array;
}
/** The parts that make pixels, in order, up to IEND. */
function partsOf(bytes: Uint8Array): Part[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts: Part[] = [];
  for (let at = 8; at + 12 <= bytes.length; ) {
    const size = view.getUint32(at);
    const name = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    const end = at + 12 + size;
    if (end > bytes.length) throw new InputError(`The PNG file's ${JSON.stringify(name)} part should hold ${size} bytes, but only ${bytes.length - at - 12} are left: the file is cut off. Copy it again.`);
    if (needed.has(name)) parts.push({ name, whole: bytes.subarray(at, end), content: bytes.subarray(at + 8, end - 4) });
    if (name === 'IEND') return parts;
    at = end;
  }
  throw new InputError('A PNG file ends with an "IEND" part, but none came: the file is cut off. Copy it again.');
}

function readHeader(parts: readonly Part[]): Header {
  const [first, ...others] = parts;
  if (first?.name !== 'IHDR' || first.content.length !== 13 || others.some(({ name }) => name === 'IHDR'))
    throw new InputError(`A PNG file starts with one header of 13 bytes, but this one does not. ${again}`);
  const view = new DataView(first.content.buffer, first.content.byteOffset, 13);
  const [width, height, depth, colourType] = [view.getUint32(0), view.getUint32(4), view.getUint8(8), view.getUint8(9)];
  const [compression, filter, interlace] = [view.getUint8(10), view.getUint8(11), view.getUint8(12)];
  if (width === 0 || height === 0 || width * height > pngLimits.pixels)
    throw new InputError(`A picture of 1 to ${pngLimits.pixels} pixels was expected, but the PNG file says ${width} x ${height}. Make it smaller.`);
  if (!depthsOf[colourType]?.includes(depth)) throw new InputError(`A PNG file does not have ${depth} bits with colour type ${colourType}. ${again}`);
  if (compression !== 0 || filter !== 0 || interlace > 1) throw new InputError(`The PNG file's methods should be 0, 0 and 0 or 1, but ${compression}, ${filter} and ${interlace} came. ${again}`);
  return { width, height, depth, colourType, interlaced: interlace === 1 };
}

/** Adam7: [first column, first row, column step, row step] of the seven passes. */
const passes = [[0, 0, 8, 8], [4, 0, 8, 8], [0, 4, 4, 8], [2, 0, 4, 4], [0, 2, 2, 4], [1, 0, 2, 2], [0, 1, 1, 2]] as const;
/** Bytes of the unpacked pixels, filter bytes included. */
function unpackedBytes({ width, height, depth, colourType, interlaced }: Header): number {
  const bits = depth * numbersOf[colourType]!;
  const rows = (w: number, h: number): number => (w > 0 && h > 0 ? h * (1 + Math.ceil((w * bits) / 8)) : 0);
  if (!interlaced) return rows(width, height);
  return passes.reduce((sum, [x, y, dx, dy]) => sum + rows(Math.ceil((width - x) / dx), Math.ceil((height - y) / dy)), 0);
}

/** Rows of bytes with their filters, unpacked in small pieces: a small file may not unpack to more than its header says. */
function unpack(parts: readonly Part[], header: Header): Uint8Array {
  const expected = unpackedBytes(header);
  const raw = new Uint8Array(expected);
  let came = 0;
  const inflate = new Unzlib((piece) => {
    if (came + piece.length > expected) throw new InputError(`The PNG file's pixels take ${expected} bytes by its header, but more came. ${again}`);
    raw.set(piece, came);
    came += piece.length;
  });
  try {
    for (const { name, content } of parts) {
      const pieceBytes = 16384; // at most about 16 MiB of output a piece
      if (name === 'IDAT') for (let at = 0; at < content.length; at += pieceBytes) inflate.push(content.slice(at, at + pieceBytes), false);
    }
    inflate.push(new Uint8Array(0), true);
  } catch (error) {
    throw error instanceof InputError ? error : damaged(error instanceof Error ? error.message : String(error));
  }
  if (came < expected) throw new InputError(`The PNG file's pixels take ${expected} bytes by its header, but only ${came} came: the file is cut off. Copy it again.`);
  return raw;
}
const damaged = (why: string): InputError => new InputError(`The PNG file is damaged (${why}). ${again}`);

/** Undoes the filter of one row in place (section 9.2). `before`: the row above, absent above the first; `step`: bytes of a pixel, at least 1. */
function unfilter(filter: number, row: Uint8Array, before: Uint8Array | undefined, step: number): void {
  if (filter > 4) throw damaged(`filter ${filter} is none of 0 to 4`);
  if (filter === 0) return;
  for (let i = 0; i < row.length; i++) {
    const [a, b, c] = [i >= step ? row[i - step]! : 0, before ? before[i]! : 0, before && i >= step ? before[i - step]! : 0]; // left, above, above left
    row[i]! += filter === 1 ? a : filter === 2 ? b : filter === 3 ? (a + b) >> 1 : paeth(a, b, c);
  }
}
function paeth(a: number, b: number, c: number): number {
  const [pa, pb, pc] = [Math.abs(b - c), Math.abs(a - c), Math.abs(a + b - 2 * c)];
  return pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
}

/** Numbers as they are stored, 0 to 2^depth - 1: [height, width, numbers of a pixel]. */
function samplesOf(raw: Uint8Array, header: Header): Uint8Array | Uint16Array {
  const { width, height, depth, colourType, interlaced } = header;
  const numbers = numbersOf[colourType]!;
  const out = depth === 16 ? new Uint16Array(width * height * numbers) : new Uint8Array(width * height * numbers);
  const step = Math.max(1, (depth * numbers) / 8);
  let at = 0;
  for (const [x0, y0, dx, dy] of interlaced ? passes : [[0, 0, 1, 1] as const]) {
    const [columns, rows] = [Math.ceil((width - x0) / dx), Math.ceil((height - y0) / dy)];
    if (columns < 1 || rows < 1) continue;
    const rowBytes = Math.ceil((columns * depth * numbers) / 8);
    let before: Uint8Array | undefined;
    for (let r = 0; r < rows; r++, at += 1 + rowBytes) {
      const row = raw.subarray(at + 1, at + 1 + rowBytes);
      unfilter(raw[at]!, row, before, step);
      before = row;
      for (let k = 0; k < columns * numbers; k++) {
        const x = x0 + dx * Math.floor(k / numbers);
        const bit = k * depth;
        const value = depth === 16 ? row[2 * k]! * 256 + row[2 * k + 1]! : depth === 8 ? row[k]! : (row[bit >> 3]! >> (8 - depth - (bit & 7))) & (2 ** depth - 1);
        out[((y0 + dy * r) * width + x) * numbers + (k % numbers)] = value;
      }
    }
  }
  return out;
}

interface Colours {
  /** Rows of three bytes; absent: none came. */
  readonly palette?: Uint8Array;
  /** Of a palette its alpha, a byte a colour; else the see-through grey or colour, two bytes a number; or empty. */
  readonly clear: Uint8Array;
}
function coloursOf(parts: readonly Part[]): Colours {
  const palette = parts.find(({ name }) => name === 'PLTE')?.content;
  if (palette && (palette.length % 3 !== 0 || palette.length > 768)) throw damaged(`a palette of ${palette.length} bytes`);
  return { ...(palette && { palette }), clear: parts.find(({ name }) => name === 'tRNS')?.content ?? new Uint8Array(0) };
}
/** Looks up and lays on white. */
function toRaster({ width, height, depth, colourType }: Header, samples: Uint8Array | Uint16Array, { palette, clear }: Colours): Raster {
  const numbers = numbersOf[colourType]!;
  const channels = colourType === 0 || colourType === 4 ? 1 : 3;
  const full = 2 ** depth - 1;
  const out = new Float32Array(width * height * channels);
  if (colourType === 3 && !palette) throw new InputError(`The PNG file has a palette by its header, but none came. ${again}`);
  const hasKey = (colourType === 0 || colourType === 2) && clear.length === 2 * numbers;
  for (let p = 0; p < width * height; p++) {
    const [from, to] = [p * numbers, p * channels];
    if (colourType === 3) {
      const place = samples[from]!;
      if (3 * place >= palette!.length) throw new InputError(`The PNG file's palette has ${palette!.length / 3} colours, but number ${place} is used. ${again}`);
      const alpha = (clear[place] ?? 255) / 255;
      for (let c = 0; c < 3; c++) out[to + c] = onWhite(palette![3 * place + c]! / 255, alpha);
      continue;
    }
    let seeThrough = hasKey;
    for (let c = 0; seeThrough && c < numbers; c++) seeThrough = samples[from + c] === clear[2 * c]! * 256 + clear[2 * c + 1]!;
    const alpha = seeThrough ? 0 : numbers > channels ? samples[from + numbers - 1]! / full : 1;
    for (let c = 0; c < channels; c++) out[to + c] = onWhite(samples[from + c]! / full, alpha);
  }
  return { width, height, channels, data: out };
}
const onWhite = (value: number, alpha: number): number => value * alpha + (1 - alpha);
