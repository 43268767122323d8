/** A picture as bytes, and what its file's head tells of it. */
/** [height, width, channels], row-major, interleaved, 0 to 255; what is transparent was laid on white. */
export interface Picture8 {
  readonly width: number;
  readonly height: number;
  /** 1 grey, 3 RGB. */
  readonly channels: 1 | 3;
  readonly data: Uint8Array;
}
/** What a file's head tells. */
export interface PictureInfo {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  /** What was not done to it or lost, for a note on all of a set; absent: nothing. */
  readonly note?: string;
}
/** RGBA to grey (red alone is taken) or RGB, laid on white: round(value alpha + 255 (1 - alpha)). */
export function onWhite(rgba: ArrayLike<number>, width: number, height: number, channels: 1 | 3): Picture8 {
  const data = new Uint8Array(width * height * channels);
  for (let p = 0; p < width * height; p++) {
    const alpha = rgba[4 * p + 3]!;
    for (let c = 0; c < channels; c++) data[p * channels + c] = Math.round((rgba[4 * p + c]! * alpha + 255 * (255 - alpha)) / 255);
  }
  return { width, height, channels, data };
}
