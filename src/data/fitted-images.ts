/** A set of images in the size and the colours that something wants. */
import { resizeImage } from './raster';
import { mapSplits, type ImageSplit, type LoadedImages } from './files/loaded';

export interface Wanted {
  /** 1: the luma of the colours (ITU-R BT.601); 3: grey three times. Absent: as they are. */
  readonly channels?: 1 | 3;
  /** Cropped to the centred square, and resized (area average where it shrinks, bilinear where it grows). Absent: as they are. */
  readonly side?: number;
}
/** The set itself where it is as wanted; what was done is said in its notes. */
export function fittedImages(set: LoadedImages, { channels = set.channels, side }: Wanted): LoadedImages {
  const [width, height] = side === undefined ? [set.width, set.height] : [side, side];
  if (channels === set.channels && width === set.width && height === set.height) return set;
  const notes = [...set.notes];
  if (channels !== set.channels) notes.push(channels === 1 ? 'Colours were turned to grey (luma).' : 'Grey was taken three times, as red, green and blue.');
  if (width !== set.width || height !== set.height) notes.push(`Images of ${set.width} x ${set.height} were ${set.width === set.height ? '' : 'cropped to their centred square and '}resized to ${width} x ${height}.`);
  const split = ({ pixels, ...part }: ImageSplit): ImageSplit => {
    const [from, to] = [set.width * set.height * set.channels, width * height * channels];
    const out = new Uint8Array(part.count * to);
    for (let i = 0; i < part.count; i++) out.set(fitted(pixels.subarray(i * from, (i + 1) * from), set, { width, height, channels }), i * to);
    return { ...part, pixels: out };
  };
  return { ...set, width, height, channels, notes, splits: mapSplits(set.splits, split) };
}
interface Size {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
}
function fitted(pixels: Uint8Array, from: Size, to: Size): Uint8Array {
  const sized = from.width === to.width && from.height === to.height ? pixels : Uint8Array.from(resizeImage({ ...from, data: Float32Array.from(pixels) }, to.width).data, Math.round);
  if (from.channels === to.channels) return sized;
  const out = new Uint8Array(to.width * to.height * to.channels);
  for (let p = 0; p < to.width * to.height; p++) {
    if (to.channels === 3) out.fill(sized[p]!, 3 * p, 3 * p + 3);
    else out[p] = Math.round(0.299 * sized[3 * p]! + 0.587 * sized[3 * p + 1]! + 0.114 * sized[3 * p + 2]!);
  }
  return out;
}
