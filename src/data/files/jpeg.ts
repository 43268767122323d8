/**
 * JPEG files in (ITU T.81; baseline and progressive, 8 bits, grey or YCbCr). All markers are walked before the decoder sees the file: sizes,
 * number of scans and the end are checked. Files are hostile input.
 */
import { InputError } from '../../base/errors';
import { decodeWith } from './codec';
import { onWhite, type Picture8, type PictureInfo } from './pixels';

/** Each scan of a progressive file passes over the whole picture: scans times pixels bound the work. */
export const jpegLimits = { scans: 100, scanPixels: 2 ** 28 } as const;
const again = 'Save it as JPEG again.';
const cutOff = (): InputError => new InputError(`The JPEG file is cut off: no end marker came. Copy it again.`);

interface Head extends PictureInfo {
  readonly scans: number;
}
/** Kinds of JPEG that are not read, by their frame marker. */
const others: Readonly<Record<number, string>> = { 0xc3: 'lossless', 0xc5: 'hierarchical', 0xc6: 'hierarchical', 0xc7: 'hierarchical', 0xc9: 'arithmetic-coded', 0xca: 'arithmetic-coded', 0xcb: 'arithmetic-coded', 0xcd: 'hierarchical', 0xce: 'hierarchical', 0xcf: 'hierarchical' };

/** Walks from marker to marker up to the end. */
function headOf(bytes: Uint8Array): Head {
  let frame: Pick<PictureInfo, 'width' | 'height' | 'channels'> | undefined;
  let [scans, turned] = [0, false];
  for (let at = 2; ; ) {
    while (bytes[at] === 0xff && bytes[at + 1] === 0xff) at++; // fill bytes
    if (at + 2 > bytes.length) throw cutOff();
    if (bytes[at] !== 0xff) throw new InputError(`The JPEG file is damaged: a marker was expected at byte ${at}. ${again}`);
    const marker = bytes[at + 1]!;
    if (marker === 0xd9) break;
    if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7)) {
      at += 2;
      continue;
    }
    const length = (bytes[at + 2] ?? 0) * 256 + (bytes[at + 3] ?? 0);
    if (length < 2 || at + 2 + length > bytes.length) throw cutOff();
    const body = bytes.subarray(at + 4, at + 2 + length);
    if (others[marker]) throw new InputError(`Baseline or progressive JPEG files are read, but this one is ${others[marker]}. ${again}`);
    if (marker >= 0xc0 && marker <= 0xc2) {
      if (frame) throw new InputError(`A JPEG file holds one picture, but this one has two frames. ${again}`);
      frame = frameOf(body);
    }
    if (marker === 0xe1) turned ||= isTurned(body);
    at += 2 + length;
    if (marker === 0xda) {
      scans++;
      at = afterScan(bytes, at);
    }
  }
  if (!frame || scans === 0) throw new InputError(`A JPEG file holds a frame and at least one scan, but ${frame ? 'no scan' : 'no frame'} came. ${again}`);
  if (scans > jpegLimits.scans || scans * frame.width * frame.height > jpegLimits.scanPixels) throw new InputError(`The JPEG file has ${scans} scans of ${frame.width} x ${frame.height}, more than an honest picture. ${again}`);
  return { ...frame, scans, ...(turned && { note: 'turned by their EXIF orientation only in viewers: the pixels are read as they are stored' }) };
}
function frameOf(body: Uint8Array): Pick<PictureInfo, 'width' | 'height' | 'channels'> {
  const [precision, h1, h0, w1, w0, components] = [0, 1, 2, 3, 4, 5].map((i) => body[i] ?? 0) as [number, number, number, number, number, number]; // six
  if (precision !== 8) throw new InputError(`JPEG files of 8 bits are read, but this one has ${precision}. ${again}`);
  if (components !== 1 && components !== 3) throw new InputError(`Grey or colour JPEG files (1 or 3 components) are read, but this one has ${components}${components === 4 ? ', for printing (CMYK)' : ''}. Save it as RGB.`);
  const [width, height] = [w1 * 256 + w0, h1 * 256 + h0];
  if (width === 0 || height === 0) throw new InputError(`A JPEG file of at least one pixel was expected, but this one says ${width} x ${height}. ${again}`);
  return { width, height, channels: components };
}
/** Past entropy-coded data: to the next marker that is no stuffed zero and no restart. */
function afterScan(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    const next = bytes[at + 1];
    if (next === undefined) break;
    if (next !== 0 && next !== 0xff && !(next >= 0xd0 && next <= 0xd7)) return at;
  }
  throw cutOff();
}
/** Whether EXIF's first table says an orientation (tag 0x0112) other than upright. */
function isTurned(body: Uint8Array): boolean {
  if (String.fromCharCode(...body.subarray(0, 6)) !== 'Exif\0\0' || body.length < 14) return false;
  const view = new DataView(body.buffer, body.byteOffset + 6, body.length - 6);
  const little = view.getUint16(0) === 0x4949;
  const table = view.getUint32(4, little);
  if (table + 2 > view.byteLength) return false;
  for (let i = 0, at = table + 2; i < view.getUint16(table, little) && at + 12 <= view.byteLength; i++, at += 12)
    if (view.getUint16(at, little) === 0x0112) return view.getUint16(at + 8, little) > 1;
  return false;
}

export const isJpeg = (head: Uint8Array): boolean => head[0] === 0xff && head[1] === 0xd8 && head[2] === 0xff;
/** @throws InputError as `readJpeg`, but for damage within the scans */
export function jpegInfo(bytes: Uint8Array): PictureInfo {
  if (!isJpeg(bytes)) throw new InputError(`A JPEG file was expected, but this one does not start like one. ${again}`);
  return headOf(bytes);
}
/** EXIF orientation and colour profiles are not applied. @throws InputError for what is damaged, cut off, of another kind, or too large */
export async function readJpeg(bytes: Uint8Array): Promise<Picture8> {
  const info = jpegInfo(bytes);
  const { data } = await decodeWith('jpeg', bytes, info);
  return onWhite(data, info.width, info.height, info.channels);
}
