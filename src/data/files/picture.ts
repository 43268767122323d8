/** One picture out of a PNG, JPEG or WebP file as bytes, the same bytes in Node and in every browser: no decoder of the browser's own is asked. */
import { InputError } from '../../base/errors';
import { jpegInfo, readJpeg } from './jpeg';
import type { Picture8, PictureInfo } from './pixels';
import { pngInfo, readPng } from './png';
import { isWebp, readWebp, webpInfo } from './webp';

export type { Picture8, PictureInfo } from './pixels';
export const pictureLimits = { fileBytes: 32 * 2 ** 20, pixels: 16 * 2 ** 20 } as const;
export const pictureEndings = ['.png', '.jpg', '.jpeg', '.webp'] as const;

type Format = 'png' | 'jpeg' | 'webp';
const known = 'PNG, JPEG or WebP';
/** By the first bytes, whatever the name says. */
export function pictureFormat(head: Uint8Array): Format | undefined {
  if (head[0] === 0x89 && head[1] === 0x50 && head[2] === 0x4e && head[3] === 0x47) return 'png';
  if (head[0] === 0xff && head[1] === 0xd8 && head[2] === 0xff) return 'jpeg';
  return isWebp(head) ? 'webp' : undefined;
}
const infos: Readonly<Record<Format, (bytes: Uint8Array) => PictureInfo>> = { png: pngInfo, jpeg: jpegInfo, webp: webpInfo };
const decoders: Readonly<Record<Format, (bytes: Uint8Array) => Picture8 | Promise<Picture8>>> = { png: (bytes) => toBytes(readPng(bytes)), jpeg: readJpeg, webp: readWebp };

function formatOf(bytes: Uint8Array): Format {
  const format = pictureFormat(bytes);
  if (!format) throw new InputError(`A ${known} file was expected, but this one does not start like one. Save it as ${known} again.`);
  if (bytes.length > pictureLimits.fileBytes) throw new InputError(`A picture file of at most ${pictureLimits.fileBytes / 2 ** 20} MiB was expected, but ${(bytes.length / 2 ** 20).toFixed(1)} MiB came. Make it smaller.`);
  return format;
}
/** Sizes and channels without decoding. @throws InputError for what is none of the three, or beyond `pictureLimits` */
export function pictureInfo(bytes: Uint8Array): PictureInfo {
  const info = infos[formatOf(bytes)](bytes);
  if (info.width * info.height > pictureLimits.pixels || info.width < 1 || info.height < 1)
    throw new InputError(`A picture of 1 to ${pictureLimits.pixels} pixels was expected, but the file says ${info.width} x ${info.height}. Make it smaller.`);
  return info;
}
/** @throws InputError as `pictureInfo`, and for what is damaged */
export async function readPicture(bytes: Uint8Array): Promise<Picture8> {
  pictureInfo(bytes);
  return decoders[formatOf(bytes)](bytes);
}
const toBytes = ({ width, height, channels, data }: ReturnType<typeof readPng>): Picture8 => ({ width, height, channels, data: Uint8Array.from(data, (v) => Math.round(255 * v)) });
