/**
 * Images with a known spectrum: white noise, its transform multiplied by a real gain H(u, v). What a model fills in where frequencies were
 * taken away can then be held against what the law of the spectrum says. Frequencies are cycles per image.
 */
import { InputError } from '../../base/errors';
import { cos, pow, sin } from '../../base/math';
import { Random } from '../../base/random';
import { tensor } from '../../base/tensor';
import { defineDataset, type Preview } from '../../spec/dataset';
import { choice, float, type ValuesOf } from '../../spec/knobs';
import { fft2 } from '../fft';
import { colourImage, greyImage, images } from '../pictures';
import { amplitudeSpectrum, centred, imageOf, radialMean, signedBin } from '../spectrum2d';

export const spectrumKinds = ['low-pass', 'band-limited', 'broadband', 'oriented', 'natural'] as const;
export type SpectrumKind = (typeof spectrumKinds)[number];
export interface SpectrumSpec {
  readonly kind: SpectrumKind;
  readonly side: number;
  /** Bounds of the band in cycles per image, low <= f < high. 'low-pass' keeps f < low, 'band-limited' and 'oriented' the band; the others look at neither. */
  readonly low: number;
  readonly high: number;
  /** Way of the waves, for 'oriented': 0 from left to right, 90 from top to bottom; those within `spreadDegrees` are kept. */
  readonly angleDegrees: number;
  readonly spreadDegrees: number;
  /** For 'natural': amplitudes fall as f^-slope; photographs have about 1 (Field 1987). */
  readonly slope: number;
}

/** Gain of each bin, as `fft2` orders them, DC left out: [side * side], symmetric. */
export function spectrumGain({ kind, side, low, high, angleDegrees, spreadDegrees, slope }: SpectrumSpec): Float64Array {
  const [co, si, reach] = [cos((angleDegrees * Math.PI) / 180), sin((angleDegrees * Math.PI) / 180), cos((spreadDegrees * Math.PI) / 180)];
  return Float64Array.from({ length: side * side }, (_, at) => {
    const [u, v] = [signedBin(at % side, side), signedBin(Math.floor(at / side), side)];
    const f = Math.sqrt(u * u + v * v);
    if (f === 0) return 0;
    const band = f >= low && f < high;
    switch (kind) {
      case 'low-pass': return f < low ? 1 : 0;
      case 'band-limited': return band ? 1 : 0;
      case 'oriented': return band && 2 * Math.abs(u) < side && 2 * Math.abs(v) < side && Math.abs(u * co + v * si) >= reach * f ? 1 : 0; // a bin at Nyquist has no sign, hence no way
      case 'natural': return pow(f, -slope);
      case 'broadband': return 1;
    }
  });
}

/** One channel: filtered white noise round 1/2, scaled to reach 0 or 1 at its farthest: [side * side] in [0, 1]. @throws InputError if the gain keeps no bin */
export function spectralImage(gain: ArrayLike<number>, side: number, rng: Random): Float32Array {
  const { re, im } = fft2(rng.fillNormal(new Float32Array(side * side)), side, side);
  const image = imageOf({ re: re.map((r, i) => r * gain[i]!), im: im.map((v, i) => v * gain[i]!) }, side);
  const peak = image.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
  if (peak === 0) throw new InputError('No frequency of an image this size lies in the band. Widen the band.');
  return Float32Array.from(image, (v) => 0.5 + v / (2 * peak));
}

const knobs = {
  kind: choice({ label: 'Spectrum', options: { mixed: 'One of all five, which is the class', 'low-pass': 'Low-pass', 'band-limited': 'Band-limited', broadband: 'Broadband', oriented: 'Oriented', natural: 'As photographs have it' }, default: 'mixed' }),
  side: choice({ label: 'Pixels a side', options: { '16': '16', '32': '32', '64': '64' }, default: '32' }),
  channels: choice({ label: 'Channels', options: { '1': 'Grey', '3': 'RGB, each of its own' }, default: '1' }),
  low: float({ label: 'Band from', min: 0.05, max: 0.9, default: 0.2, group: 'Band', help: 'Share of half the side. Low-pass ends here.' }),
  high: float({ label: 'Band to', min: 0.15, max: 1, default: 0.5, group: 'Band', help: 'Share of half the side.' }),
  spread: float({ label: 'Spread of the ways', min: 10, max: 90, default: 20, group: 'Band', help: 'Degrees either side; the way itself is drawn for each image.' }),
  slope: float({ label: 'Slope', min: 0, max: 2, default: 1, group: 'Band', help: 'Of the natural spectrum: amplitude falls as frequency to this power.' }),
} as const;
type Values = ValuesOf<typeof knobs>;

interface Drawn {
  readonly x: Float32Array;
  readonly spec: SpectrumSpec;
  readonly gain: Float64Array;
}
function draw(k: Values, seed: number, split: string, index: number): Drawn {
  const rng = Random.seed(seed).fork('spectral images', split, index);
  const [side, channels] = [Number(k.side), Number(k.channels)];
  const half = side / 2;
  const low = Math.max(1.5, k.low * half); // at least the first ring
  const spec: SpectrumSpec = { kind: k.kind === 'mixed' ? spectrumKinds[index % spectrumKinds.length]! : k.kind, side, low, high: Math.max(k.high * half, low + 2), angleDegrees: rng.fork('way').uniform(0, 180), spreadDegrees: k.spread, slope: k.slope };
  const gain = spectrumGain(spec);
  const x = new Float32Array(channels * side * side);
  for (let c = 0; c < channels; c++) x.set(spectralImage(gain, side, rng.fork('channel', c)), c * side * side);
  return { x, spec, gain };
}

export const dataset = defineDataset({
  id: 'spectral-images',
  title: 'Images of a known spectrum',
  family: 'signals',
  says: 'Noise shaped in frequency: low-pass, a band, all frequencies, waves that go one way, or amplitudes that fall as in photographs. The gain of every frequency stands beside each image.',
  knobs,
  open: ({ knobs: k }) => ({
    example: ({ seed, split, index }) => {
      const { x, spec, gain } = draw(k, seed, split, index);
      return { x: tensor(x, [Number(k.channels), spec.side, spec.side]), y: spectrumKinds.indexOf(spec.kind), kind: spec.kind, gain: tensor(Float32Array.from(gain), [spec.side, spec.side]), angleDegrees: spec.kind === 'oriented' ? spec.angleDegrees : -1 };
    },
    preview: ({ seed }) => previewOf(k, seed),
  }),
});

function previewOf(k: Values, seed: number): Preview[] {
  const [side, kinds] = [Number(k.side), k.kind === 'mixed' ? spectrumKinds : [k.kind]];
  const drawn = Array.from({ length: 20 }, (_, i) => draw(k, seed, 'train', i));
  const picture = ({ x, spec }: Drawn) => (k.channels === '3' ? colourImage(spec.kind, x, side, side, [0, 1]) : greyImage(spec.kind, x, side, side));
  const spectra = drawn.slice(0, kinds.length).map(({ x, spec }) => ({ spec, amplitude: amplitudeSpectrum(x.subarray(0, side * side).map((v) => v - 0.5), side) }));
  return [
    { title: 'Examples', picture: images(drawn.map(picture)) },
    { title: 'Amplitudes of the first', says: 'Frequency 0 in the middle; square roots, so that weak ones are seen.', picture: images(spectra.map(({ spec, amplitude }) => {
      const roots = centred(amplitude, side).map((a) => Math.sqrt(a));
      return greyImage(spec.kind, roots, side, side, [0, roots.reduce((a, b) => Math.max(a, b), 1e-6)]);
    })) },
    { title: 'Mean amplitude by frequency', says: 'Over rings of equal frequency, in cycles per image.', picture: { kind: 'lines', xLabel: 'cycles per image', yLabel: 'amplitude', series: spectra.map(({ spec, amplitude }) => ({ label: spec.kind, x: Float32Array.from({ length: side / 2 + 1 }, (_, f) => f), y: radialMean(amplitude, side) })) } },
  ];
}
