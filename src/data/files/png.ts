/**
 * PNG files in, by fast-png. Files are hostile input: the signature, the header, every part's length and the size of the unpacked
 * pixels are checked before the decoder sees them, and it is given only the parts that make pixels.
 * Source: Portable Network Graphics Specification, third edition (W3C 2025).
 */
import { decode } from 'fast-png';
import { Unzlib } from 'fflate';
import { InputError } from '../../base/errors';
import type { Raster } from '../raster';

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
  checkUnpackedSize(parts, header);
  // The one see-through grey or colour is read here: the decoder refuses it in pictures of fewer pixels than it has numbers.
  const isKey = ({ name }: Part): boolean => name === 'tRNS' && header.colourType !== 3;
  const key = parts.find(isKey)?.content ?? new Uint8Array(0);
  return toRaster(header, decodeParts(parts.filter((part) => !isKey(part))), key);
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
  if (interlace === 1 && depth < 8) throw new InputError(`An interlaced PNG file of ${depth} bits is not read. Save it without interlacing.`);
  return { width, height, depth, colourType, interlaced: interlace === 1 };
}

/** Bytes of the unpacked pixels, filter bytes included. */
function unpackedBytes({ width, height, depth, colourType, interlaced }: Header): number {
  const bits = depth * numbersOf[colourType]!;
  const rows = (w: number, h: number): number => (w > 0 && h > 0 ? h * (1 + Math.ceil((w * bits) / 8)) : 0);
  if (!interlaced) return rows(width, height);
  // Adam7: [first column, first row, column step, row step] of the seven passes.
  const passes = [[0, 0, 8, 8], [4, 0, 8, 8], [0, 4, 4, 8], [2, 0, 4, 4], [0, 2, 2, 4], [1, 0, 2, 2], [0, 1, 1, 2]] as const;
  return passes.reduce((sum, [x, y, dx, dy]) => sum + rows(Math.ceil((width - x) / dx), Math.ceil((height - y) / dy)), 0);
}

/** Unpacks once, in small pieces that are counted and dropped: a small file may not unpack to more than its header says. */
function checkUnpackedSize(parts: readonly Part[], header: Header): void {
  const expected = unpackedBytes(header);
  let came = 0;
  const inflate = new Unzlib((piece) => {
    came += piece.length;
    if (came > expected) throw new InputError(`The PNG file's pixels take ${expected} bytes by its header, but more came. ${again}`);
  });
  try {
    for (const { name, content } of parts) {
      const pieceBytes = 16384; // at most about 16 MiB of output a piece
      if (name === 'IDAT') for (let at = 0; at < content.length; at += pieceBytes) inflate.push(content.slice(at, at + pieceBytes), false);
    }
    inflate.push(new Uint8Array(0), true);
  } catch (error) {
    throw error instanceof InputError ? error : damaged(error);
  }
  if (came < expected) throw new InputError(`The PNG file's pixels take ${expected} bytes by its header, but only ${came} came: the file is cut off. Copy it again.`);
}

const damaged = (error: unknown): InputError => new InputError(`The PNG file is damaged (${error instanceof Error ? error.message : String(error)}). ${again}`);

type Decoded = ReturnType<typeof decode>;
function decodeParts(parts: readonly Part[]): Decoded {
  const file = new Uint8Array(parts.reduce((size, { whole }) => size + whole.length, 8));
  file.set(signature);
  let at = 8;
  for (const { whole } of parts) {
    file.set(whole, at);
    at += whole.length;
  }
  try {
    return decode(file, { checkCrc: true });
  } catch (error) {
    throw damaged(error);
  }
}

/** Looks up, unpacks and lays on white. `palette` has rows of 3 or 4 bytes; `key` is the see-through grey or colour, two bytes a number, or empty. */
function toRaster({ width, height, depth, colourType }: Header, { data, palette }: Decoded, key: Uint8Array): Raster {
  const numbers = numbersOf[colourType]!;
  const channels = colourType === 0 || colourType === 4 ? 1 : 3;
  const rowLength = depth < 8 ? Math.ceil((width * depth) / 8) : width * numbers;
  const full = 2 ** depth - 1;
  const out = new Float32Array(width * height * channels);
  if (colourType === 3 && !palette) throw new InputError(`The PNG file has a palette by its header, but none came. ${again}`);
  const pixel = new Array<number>(numbers).fill(0); // as stored, 0..full
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < numbers; c++) {
        const bit = x * depth;
        pixel[c] = depth < 8 ? (data[y * rowLength + (bit >> 3)]! >> (8 - depth - (bit & 7))) & full : data[y * rowLength + x * numbers + c]!;
      }
      const at = (y * width + x) * channels;
      if (colourType === 3) {
        const entry = palette![pixel[0]!];
        if (!entry) throw new InputError(`The PNG file's palette has ${palette!.length} colours, but number ${pixel[0]} is used. ${again}`);
        const alpha = (entry[3] ?? 255) / 255;
        for (let c = 0; c < 3; c++) out[at + c] = onWhite(entry[c]! / 255, alpha);
      } else {
        const seeThrough = key.length === 2 * numbers && pixel.every((v, c) => v === key[2 * c]! * 256 + key[2 * c + 1]!);
        const alpha = seeThrough ? 0 : numbers > channels ? pixel[numbers - 1]! / full : 1;
        for (let c = 0; c < channels; c++) out[at + c] = onWhite(pixel[c]! / full, alpha);
      }
    }
  }
  return { width, height, channels, data: out };
}
const onWhite = (value: number, alpha: number): number => value * alpha + (1 - alpha);
