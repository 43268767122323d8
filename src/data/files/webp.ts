/**
 * WebP files in (RFC 9649): lossy, lossless, with alpha; no animations. The container's parts are walked before the decoder sees the file.
 * Files are hostile input.
 */
import { InputError } from '../../base/errors';
import { decodeWith } from './codec';
import { onWhite, type Picture8, type PictureInfo } from './pixels';

const again = 'Save it as WebP again.';
const textAt = (bytes: Uint8Array, at: number): string => String.fromCharCode(...bytes.subarray(at, at + 4));
export const isWebp = (head: Uint8Array): boolean => head.length >= 16 && textAt(head, 0) === 'RIFF' && textAt(head, 8) === 'WEBP';

/** The first frame's own head tells the size: that of the canvas may lie. @throws InputError as `readWebp`, but for damage within the pixels */
export function webpInfo(bytes: Uint8Array): PictureInfo {
  if (!isWebp(bytes)) throw new InputError(`A WebP file was expected, but this one does not start like one. ${again}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const told = view.getUint32(4, true) + 8;
  if (told > bytes.length) throw new InputError(`The WebP file should hold ${told} bytes, but ${bytes.length} came: it is cut off. Copy it again.`);
  let canvas: PictureInfo | undefined;
  for (let at = 12; at + 8 <= told; ) {
    const [id, size] = [textAt(bytes, at), view.getUint32(at + 4, true)];
    const [start, end] = [at + 8, at + 8 + size];
    if (end > told) throw new InputError(`The WebP file's ${JSON.stringify(id)} part should hold ${size} bytes, but only ${told - start} are left: it is cut off. Copy it again.`);
    if (id === 'VP8X') {
      if (size < 10) throw new InputError(`The WebP file's "VP8X" part should hold 10 bytes, but ${size} came. ${again}`);
      if (view.getUint8(start) & 2) throw new InputError('A still picture was expected, but this WebP file is an animation. Save one of its pictures.');
      canvas = { width: 1 + (view.getUint32(start + 4, true) & 0xffffff), height: 1 + (view.getUint32(start + 6, true) >>> 8), channels: 3 };
    }
    const frame = id === 'VP8 ' ? lossySize(view, start, size) : id === 'VP8L' ? losslessSize(view, start, size) : undefined;
    if (frame) {
      if (canvas && (canvas.width !== frame.width || canvas.height !== frame.height)) throw new InputError(`The WebP file says ${canvas.width} x ${canvas.height}, but holds ${frame.width} x ${frame.height}. ${again}`);
      return frame;
    }
    at = end + (size % 2);
  }
  throw new InputError(`A WebP file holds a "VP8 " or "VP8L" part, but none came. ${again}`);
}
/** RFC 6386, 9.1: three bytes of tag, the start code 9d 01 2a, then 14 bits of width and of height. */
function lossySize(view: DataView, at: number, size: number): PictureInfo {
  if (size < 10 || view.getUint8(at + 3) !== 0x9d || view.getUint8(at + 4) !== 0x01 || view.getUint8(at + 5) !== 0x2a) throw new InputError(`The WebP file's lossy picture does not start like one. ${again}`);
  return { width: view.getUint16(at + 6, true) & 0x3fff, height: view.getUint16(at + 8, true) & 0x3fff, channels: 3 };
}
/** RFC 9649, 3.4: the byte 2f, then 14 bits each of width - 1 and height - 1. */
function losslessSize(view: DataView, at: number, size: number): PictureInfo {
  if (size < 5 || view.getUint8(at) !== 0x2f) throw new InputError(`The WebP file's lossless picture does not start like one. ${again}`);
  const bits = view.getUint32(at + 1, true);
  return { width: 1 + (bits & 0x3fff), height: 1 + ((bits >>> 14) & 0x3fff), channels: 3 };
}
/** @throws InputError for what is damaged, cut off, an animation, or too large */
export async function readWebp(bytes: Uint8Array): Promise<Picture8> {
  const info = webpInfo(bytes);
  const { data } = await decodeWith('webp', bytes, info);
  return onWhite(data, info.width, info.height, info.channels);
}
