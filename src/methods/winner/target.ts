/** What is fitted: a generated signal, the loudest part of a WAV, or a PNG; always points x [n, d] in [-1, 1] and values y [n, C] in [-1, 1]. */
import { InputError } from '../../base/errors';
import { tensor, type Tensor } from '../../base/tensor';
import { pictureFormat, readPicture, type Picture8 } from '../../data/files/picture';
import { readPng, resizeImage, type Raster } from '../../data/files/png';
import { grid, makeSignal, type SignalKind } from '../../data/sets/signals';
import { spectralCentroid1d, spectralCentroid2d, spectralCentroidFlattened } from '../../data/spectrum';
import { cutSignal, readWav } from '../../data/files/wav';
import type { FileBytes } from '../../spec/messages';

export interface Target {
  readonly x: Tensor;
  readonly y: Tensor;
  /** Spectral centroid psi in [0, 1]. */
  readonly centroid: number;
  /** Numbers a point, C. */
  readonly channels: number;
  /** S0max for this many samples (our scaling), and as published. */
  readonly s0Max: number;
  readonly s0MaxPublished: number;
  /** Points halfway between the samples, where the truth is known there. */
  readonly between?: { readonly x: Tensor; readonly y: Tensor };
  readonly sound?: { readonly sampleRateHz: number };
  readonly imageSide?: number;
}
/** A generated signal has no natural rate: at 8 kHz, N = 2048 lasts a quarter of a second. */
const generatedRateHz = 8000;
const imageSide = 64;

export interface TargetKnobs {
  readonly signal: SignalKind;
  readonly bandLow: number;
  readonly bandHigh: number;
  readonly samples: string;
  readonly centroid: 'flattened' | 'rows';
}

/** @throws InputError for a file that is neither, or for a band that is upside down. */
export async function makeTarget(knobs: TargetKnobs, seed: number, files: readonly FileBytes[]): Promise<Target> {
  const file = files[0];
  const count = Number(knobs.samples);
  if (!file) {
    if (knobs.signal === 'band-limited' && knobs.bandLow >= knobs.bandHigh) throw new InputError(`The band must rise: it is set from ${knobs.bandLow} to ${knobs.bandHigh}. Move "Band to" above "Band from".`);
    const band = knobs.signal === 'band-limited' ? ([knobs.bandLow, knobs.bandHigh] as const) : undefined;
    const signal = makeSignal({ kind: knobs.signal, count, seed, ...(band && { band }) });
    return { ...fromSamples(signal.samples, generatedRateHz), between: { x: column(signal.midpointX), y: column(signal.midpoints) } };
  }
  const format = pictureFormat(file.bytes.subarray(0, 16));
  if (format === 'png') return fromImage(readPng(file.bytes), knobs.centroid); // 16 bits are kept
  if (format !== undefined) return fromImage(asRaster(await readPicture(file.bytes)), knobs.centroid);
  if (startsWith(file.bytes, [0x52, 0x49, 0x46, 0x46])) {
    const { samples, sampleRateHz } = readWav(file.bytes);
    return fromSamples(cutSignal(samples, count).samples, sampleRateHz);
  }
  throw new InputError(`${file.name} is neither a WAV nor a picture (PNG, JPEG, WebP). Drop one of these, or remove the file.`);
}
const startsWith = (bytes: Uint8Array, head: readonly number[]): boolean => head.every((b, i) => bytes[i] === b);
const column = (values: Float32Array): Tensor => tensor(values, [values.length, 1]);

function fromSamples(samples: Float32Array, sampleRateHz: number): Target {
  const count = samples.length;
  return { x: column(grid(count)), y: column(samples), centroid: spectralCentroid1d(samples), channels: 1, s0Max: (3500 * count) / 150_000, s0MaxPublished: 3500, sound: { sampleRateHz } };
}
const asRaster = ({ data, ...size }: Picture8): Raster => ({ ...size, data: Float32Array.from(data, (v) => v / 255) });
function fromImage(picture: Raster, kind: TargetKnobs['centroid']): Target {
  const image = resizeImage(picture, imageSide);
  const { data, channels } = image;
  const values = Float32Array.from(data, (v) => 2 * v - 1);
  const at = grid(imageSide);
  const x = Float32Array.from({ length: 2 * imageSide * imageSide }, (_, i) => at[i % 2 === 0 ? Math.floor(i / 2 / imageSide) : (i >> 1) % imageSide]!);
  const centroid = kind === 'rows' ? spectralCentroid2d(values, imageSide, imageSide, channels) : spectralCentroidFlattened(values, channels);
  return { x: tensor(x, [imageSide ** 2, 2]), y: tensor(values, [imageSide ** 2, channels]), centroid, channels, s0Max: (50 * imageSide) / 512, s0MaxPublished: 50, imageSide };
}
