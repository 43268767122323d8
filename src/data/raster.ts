/** Pictures as numbers: what a PNG becomes, and two built-in targets for fitting an image. */
import { InputError } from '../base/errors';
import { cos, exp, sin } from '../base/math';
import { Random } from '../base/random';

/** A picture with values in [0, 1]: [height, width, channels], row-major, channels interleaved. */
export interface Raster {
  readonly width: number;
  readonly height: number;
  /** 1 grey, 3 RGB. */
  readonly channels: 1 | 3;
  readonly data: Float32Array;
}

/**
 * The largest centred square of a picture, resized to side x side: area average where it shrinks, bilinear where it grows.
 * @throws InputError if side is no whole number from 1 to 4096
 */
export function resizeImage(image: Raster, side: number): Raster {
  if (!Number.isInteger(side) || side < 1 || side > 4096) throw new InputError(`A side from 1 to 4096 pixels was expected, but ${side} came.`);
  const { width, height, channels } = image;
  const cropped = Math.min(width, height);
  const columns = weights(cropped, side, Math.floor((width - cropped) / 2));
  const rows = weights(cropped, side, Math.floor((height - cropped) / 2));
  const data = new Float32Array(side * side * channels);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        for (const row of rows[y]!) for (const column of columns[x]!) sum += row.weight * column.weight * image.data[(row.at * width + column.at) * channels + c]!;
        data[(y * side + x) * channels + c] = sum;
      }
    }
  }
  return { width: side, height: side, channels, data };
}

/** For each of `to` places, the source places it is made of and their weights (sum 1). Source places start at `first`. */
function weights(from: number, to: number, first: number): { at: number; weight: number }[][] {
  return Array.from({ length: to }, (_, i) => {
    const step = from / to;
    if (step <= 1) {
      const centre = Math.max(0, Math.min(from - 1, (i + 0.5) * step - 0.5));
      const low = Math.min(from - 1, Math.floor(centre));
      const share = centre - low;
      return share === 0 ? [{ at: first + low, weight: 1 }] : [{ at: first + low, weight: 1 - share }, { at: first + low + 1, weight: share }];
    }
    const parts: { at: number; weight: number }[] = [];
    for (let k = Math.floor(i * step); k < Math.min(from, (i + 1) * step); k++) {
      const covered = Math.min(k + 1, (i + 1) * step) - Math.max(k, i * step);
      if (covered > 0) parts.push({ at: first + k, weight: covered / step });
    }
    return parts;
  });
}

export type PictureKind = 'noise-like' | 'camera-like';
/**
 * A built-in target. 'noise-like': white noise, every pixel uniform in [0, 1]. 'camera-like': a person with a camera on a tripod before
 * a bright sky, smooth areas, hard edges and a rough lawn, as in the photograph often used for such tests. Depends on the seed alone.
 */
export function makePicture({ kind, side = 64, channels = 1, seed }: { kind: PictureKind; side?: number; channels?: 1 | 3; seed: number }): Raster {
  if (!Number.isInteger(side) || side < 8 || side > 512) throw new InputError(`A side from 8 to 512 pixels was expected, but ${side} came.`);
  const rng = Random.seed(seed).fork('picture', kind);
  const data = new Float32Array(side * side * channels);
  if (kind === 'noise-like') return { width: side, height: side, channels, data: rng.fillUniform(data) };
  const lawn = rng.fork('lawn').fillUniform(new Float32Array(side * side), -1, 1);
  const turn = rng.fork('clouds').uniform(0, 2 * Math.PI);
  const fine = 3; // fine x fine points a pixel, averaged
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const sum = [0, 0, 0];
      for (let s = 0; s < fine * fine; s++) {
        const u = (x + ((s % fine) + 0.5) / fine) / side;
        const v = (y + (Math.floor(s / fine) + 0.5) / fine) / side;
        const colour = cameraColour(u, v, turn, lawn[y * side + x]!);
        for (let c = 0; c < 3; c++) sum[c]! += colour[c]! / (fine * fine);
      }
      const at = (y * side + x) * channels;
      if (channels === 1) data[at] = 0.299 * sum[0]! + 0.587 * sum[1]! + 0.114 * sum[2]!; // luma, ITU-R BT.601
      else data.set(sum, at);
    }
  }
  return { width: side, height: side, channels, data };
}

type Rgb = readonly [number, number, number];
const square = (t: number): number => t * t; // not **, which the language leaves to the engine, as it does Math.pow
/** Whether (u, v) is within `reach` of the straight line between two points. */
function near(u: number, v: number, [u0, v0]: readonly [number, number], [u1, v1]: readonly [number, number], reach: number): boolean {
  const [du, dv] = [u1 - u0, v1 - v0];
  const t = Math.max(0, Math.min(1, ((u - u0) * du + (v - v0) * dv) / (du * du + dv * dv)));
  return square(u - u0 - t * du) + square(v - v0 - t * dv) < reach * reach;
}
const inEllipse = (u: number, v: number, cu: number, cv: number, ru: number, rv: number): boolean => square((u - cu) / ru) + square((v - cv) / rv) < 1;

/** Colour at (u, v) in the unit square, v downwards: things in front first. */
function cameraColour(u: number, v: number, turn: number, roughness: number): Rgb {
  if (u > 0.5 && u < 0.68 && v > 0.3 && v < 0.4) return inEllipse(u, v, 0.64, 0.35, 0.03, 0.035) ? [0.85, 0.88, 0.92] : [0.12, 0.12, 0.13]; // camera, lens
  if (near(u, v, [0.58, 0.4], [0.46, 0.98], 0.011) || near(u, v, [0.58, 0.4], [0.6, 0.98], 0.011) || near(u, v, [0.58, 0.4], [0.76, 0.98], 0.011)) return [0.2, 0.18, 0.15]; // tripod
  if (inEllipse(u, v, 0.36, 0.2, 0.085, 0.06) && v < 0.2) return [0.08, 0.07, 0.07]; // hair
  if (inEllipse(u, v, 0.37, 0.24, 0.075, 0.1)) return [0.78, 0.6, 0.5]; // face
  if (near(u, v, [0.34, 0.42], [0.52, 0.37], 0.04)) return [0.16, 0.14, 0.18]; // arm
  if (inEllipse(u, v, 0.31, 0.6, 0.16, 0.28)) return [0.1 + 0.15 * exp(-30 * square(u - 0.42)), 0.1, 0.15]; // coat, lit from the right
  if (near(u, v, [0.27, 0.8], [0.22, 0.97], 0.04) || near(u, v, [0.36, 0.8], [0.4, 0.97], 0.04)) return [0.22, 0.22, 0.28]; // legs
  if (v > 0.74 + 0.02 * sin(9 * u)) return [0.42 + 0.16 * roughness, 0.5 + 0.16 * roughness, 0.3 + 0.12 * roughness]; // lawn
  if (u > 0.78 && u < 0.92 && v > 0.48) return (u * 50) % 2 < 1 && v > 0.53 && v < 0.7 ? [0.45, 0.45, 0.47] : [0.66, 0.63, 0.6]; // tower with windows
  const cloud = 0.03 * cos(7 * u + 4 * v + turn) * sin(6 * v - 3 * u);
  return [0.7 + 0.1 * v + cloud, 0.76 + 0.06 * v + cloud, 0.86 - 0.04 * v + cloud]; // sky
}
