/** Spectra, spectral centroids and the error measures of signal fitting. Frequencies are fractions of Nyquist (1). */
import { ShapeError } from '../base/errors';
import { log10 } from '../base/math';
import { rfft } from './fft';

/** |rfft(y)|: y [N] -> [floor(N/2) + 1], unscaled. Bin k lies at 2k/N of Nyquist. */
export function magnitudeSpectrum(y: ArrayLike<number>): Float64Array {
  const { re, im } = rfft(y);
  return re.map((r, k) => Math.sqrt(r * r + im[k]! * im[k]!));
}

/** Power in each bin of a real signal y [N] -> [floor(N/2) + 1]; bins other than DC and Nyquist count twice, so that the sum is mean y^2. */
export function powerSpectrum(y: ArrayLike<number>): Float64Array {
  const n = y.length;
  return magnitudeSpectrum(y).map((m, k) => ((k === 0 || 2 * k === n ? 1 : 2) * m * m) / (n * n));
}

/** Frequency of every bin of a spectrum of N samples, as a fraction of Nyquist: 2k/N, [floor(N/2) + 1]. */
export const binFrequencies = (n: number): Float32Array => Float32Array.from({ length: (n >> 1) + 1 }, (_, k) => (2 * k) / n);

/** sum_k q_k |Y_k| / sum_k |Y_k| with q_k = k/N in [0, 0.5]: magnitudes, not powers; DC included; 0 if silent. */
function meanFrequency(y: ArrayLike<number>): number {
  const magnitudes = magnitudeSpectrum(y);
  let weighted = 0;
  let total = 0;
  for (let k = 0; k < magnitudes.length; k++) {
    weighted += (k / y.length) * magnitudes[k]!;
    total += magnitudes[k]!;
  }
  return total === 0 ? 0 : weighted / total;
}

/** Spectral centroid psi in [0, 1] of one real signal y [N]: 0 for a constant, about 0.5 for white noise. Source: Chandravamsi et al. 2025, arXiv:2509.09719. */
export const spectralCentroid1d = (y: ArrayLike<number>): number => 2 * meanFrequency(y);

/** Values of one channel out of interleaved ones: data [..., channels] -> [data.length / channels]. */
function channelOf(data: ArrayLike<number>, channels: number, channel: number): Float64Array {
  return Float64Array.from({ length: data.length / channels }, (_, i) => data[i * channels + channel]!);
}
/** (mean over channels x 2) / C, as the released code has it (the paper has sqrt(C)). */
function overChannels(channels: number, centroid: (channel: number) => number): number {
  let sum = 0;
  for (let c = 0; c < channels; c++) sum += centroid(c);
  return ((sum / channels) * 2) / channels;
}

/**
 * psi of an image [height, width, channels], row-major and interleaved: a centroid per row, their mean, x2, over channels by the
 * released code's rule (a division by C). @throws ShapeError if data.length is not width * height * channels
 */
export function spectralCentroid2d(data: ArrayLike<number>, width: number, height: number, channels = 1): number {
  checkLength('spectralCentroid2d', data.length, width * height * channels);
  return overChannels(channels, (c) => {
    const values = channelOf(data, channels, c);
    let sum = 0;
    for (let row = 0; row < height; row++) sum += meanFrequency(values.subarray(row * width, (row + 1) * width));
    return sum / height;
  });
}

/**
 * psi of interleaved values [N, channels] as one sequence a channel. On an image this is what the authors' image script computes: the
 * centroid of the row-major pixel sequence, not the mean over rows. @throws ShapeError if data.length is no multiple of channels
 */
export function spectralCentroidFlattened(data: ArrayLike<number>, channels = 1): number {
  checkLength('spectralCentroidFlattened', data.length, Math.ceil(data.length / channels) * channels);
  return overChannels(channels, (c) => meanFrequency(channelOf(data, channels, c)));
}

/** Mean of a spectrum's values [bins] in each of `bands` equal parts of the frequency axis -> [bands]; a band without a bin is 0. */
export function bandMeans(spectrum: ArrayLike<number>, bands: number): Float32Array {
  const sums = new Float64Array(bands);
  const counts = new Float64Array(bands);
  for (let k = 0; k < spectrum.length; k++) {
    const band = Math.min(bands - 1, Math.floor((k * bands) / Math.max(1, spectrum.length - 1)));
    sums[band]! += spectrum[k]!;
    counts[band]!++;
  }
  return Float32Array.from(sums, (sum, b) => (counts[b] === 0 ? 0 : sum / counts[b]!));
}

/** Error spectrum by band: mean over a band's bins of |FFT(prediction) - FFT(target)|; both [N] -> [bands]. @throws ShapeError if lengths differ */
export function errorSpectrum(prediction: ArrayLike<number>, target: ArrayLike<number>, bands: number): Float32Array {
  checkLength('errorSpectrum', prediction.length, target.length);
  return bandMeans(magnitudeSpectrum(Float64Array.from(prediction, (p, i) => p - target[i]!)), bands); // the transform is linear
}

/** Mean of (prediction - target)^2; both [N], N >= 1. @throws ShapeError if lengths differ or are 0 */
export function meanSquaredError(prediction: ArrayLike<number>, target: ArrayLike<number>): number {
  checkLength('meanSquaredError', prediction.length, Math.max(1, target.length));
  let sum = 0;
  for (let i = 0; i < target.length; i++) {
    const error = prediction[i]! - target[i]!;
    sum += error * error;
  }
  return sum / target.length;
}
/** PSNR = 20 log10(1 / sqrt(mse)) in dB: peak 1, although the range is [-1, 1], as the authors have it. Infinity for mse = 0. */
export const psnrOf = (mse: number): number => 20 * log10(1 / Math.sqrt(mse));
/** PSNR of a prediction in dB; both [N]. @throws ShapeError if lengths differ */
export const psnr = (prediction: ArrayLike<number>, target: ArrayLike<number>): number => psnrOf(meanSquaredError(prediction, target));
/** PSNR of the answer 0 everywhere: 10 log10(1 / mean y^2) in dB. */
export const zeroPredictorPsnr = (target: ArrayLike<number>): number => psnr(new Float32Array(target.length), target);

function checkLength(who: string, came: number, expected: number): void {
  if (came !== expected) throw new ShapeError(`${who}: ${expected} values were expected, but ${came} came. Pass arrays that agree in size.`);
}
