/**
 * Speech-like sequences of frames: 24 log-band energies of utterances made of twelve phones (vowels, glides, noises, a stop), with the phone
 * of every frame, from a target domain (reverberation, background noise), another domain (other formants), or spoilt by junk (hum, clicks,
 * broadband noise) whose frames are known. The pool of Ask2Mask (Baskar et al. 2022, arXiv:2202.12719) in small: where should masks fall?
 */
import { InputError } from '../../base/errors';
import { cos, exp, log, pow } from '../../base/math';
import { Random } from '../../base/random';
import { int32, tensor, type Tensor } from '../../base/tensor';
import { defineDataset, type At, type Example, type Preview } from '../../spec/dataset';
import { choice, float, int } from '../../spec/knobs';
import type { HeatMap } from '../../spec/picture';
import { choices, choose, end, type Choices } from '../grammar';
import { histogramOf, rounded, tableOf } from '../preview';

export const frameBands = 24;
export const frameLengths = { min: 64, max: 128 } as const;
/** Energy below which a band is silent, as in `stft.ts`. */
const floor = 1e-10;

/** A resonance: its band (0 to 23, fractions allowed), its width in bands and its gain. */
type Resonance = readonly [band: number, width: number, gain: number];
interface Phone {
  readonly name: string;
  /** Vowels and glides are voiced: harmonics of a pitch show in the low bands. */
  readonly kind: 'vowel' | 'glide' | 'noise' | 'stop';
  readonly from: readonly Resonance[];
  /** Where a glide ends. */
  readonly to?: readonly Resonance[];
}
export const phones: readonly Phone[] = [
  { name: 'a', kind: 'vowel', from: [[7, 1.5, 1], [10.5, 1.5, 0.7], [18, 2, 0.1]] },
  { name: 'e', kind: 'vowel', from: [[5, 1.5, 1], [15, 1.5, 0.5], [18, 2, 0.2]] },
  { name: 'i', kind: 'vowel', from: [[3, 1.2, 1], [17, 1.5, 0.4], [20, 2, 0.2]] },
  { name: 'o', kind: 'vowel', from: [[5, 1.5, 1], [8, 1.5, 0.6], [17, 2, 0.05]] },
  { name: 'u', kind: 'vowel', from: [[3, 1.2, 1], [6.5, 1.2, 0.4], [16, 2, 0.03]] },
  { name: 'w', kind: 'glide', from: [[3, 1.2, 0.7], [6, 1.2, 0.3]], to: [[6, 1.5, 1], [12, 1.5, 0.5]] },
  { name: 'y', kind: 'glide', from: [[3, 1.2, 0.7], [18, 1.5, 0.4]], to: [[6, 1.5, 1], [12, 1.5, 0.5]] },
  { name: 'm', kind: 'glide', from: [[2, 1.2, 0.6], [10, 3, 0.03]], to: [[2.5, 1.2, 0.5], [11, 3, 0.05]] },
  { name: 's', kind: 'noise', from: [[21, 2, 0.5]] },
  { name: 'sh', kind: 'noise', from: [[17, 2.5, 0.6]] },
  { name: 'f', kind: 'noise', from: [[14, 7, 0.08]] },
  { name: 't', kind: 'stop', from: [[18, 5, 0.8]] },
];
/** Label of frames that no phone fills: pauses, and junk that stands in place of speech. */
export const silence = phones.length;
export const frameLabels: readonly string[] = [...phones.map(({ name }) => name), 'none'];

/** Syllables: a consonant, perhaps a glide, a vowel, perhaps a consonant; pauses between words. By phone: what may follow. */
const after: readonly Choices[] = ((): readonly Choices[] => {
  const index = (name: string): number => frameLabels.indexOf(name);
  const vowels = (weight: number): [number, number][] => ['a', 'e', 'i', 'o', 'u'].map((v) => [index(v), weight / 5]);
  const consonants = (weight: number): [number, number][] => ['s', 'sh', 'f', 't', 'm'].map((c) => [index(c), weight / 5]);
  return frameLabels.map((name, k) => {
    const kind = phones[k]?.kind;
    if (kind === 'vowel') return choices([...consonants(0.7), [index('w'), 0.05], [index('y'), 0.05], [silence, 0.2]]);
    if (name === 'w' || name === 'y') return choices(vowels(1));
    if (k === silence) return choices([...consonants(0.6), ...vowels(0.2), [index('w'), 0.1], [index('y'), 0.1]]);
    return choices([...vowels(0.7), [index('w'), 0.1], [index('y'), 0.1], [silence, 0.1]]);
  });
})();
/** P(next phone | phone), rows and columns in the order of `frameLabels`: [13, 13] float32. Phones last 3 to 8 frames, pauses too. */
export function phoneTransitions(): Tensor {
  const data = new Float32Array(after.length * after.length);
  after.forEach(({ items, probs }, k) => items.forEach((item, j) => item !== end && (data[k * after.length + item] = probs[j]!)));
  return tensor(data, [after.length, after.length]);
}

export const frameDomains = ['target', 'other', 'junk'] as const;
export type FrameDomain = (typeof frameDomains)[number];
export const junkKinds = ['hum', 'clicks', 'noise'] as const;
export interface FramesKnobs {
  /** Where utterances come from; 'pool': from all three. Absent: 'target'. */
  readonly domain?: FrameDomain | 'pool';
  /** Shares of the pool; the rest is of the target domain. Absent: 0.3 and 0.3. */
  readonly otherShare?: number;
  readonly junkShare?: number;
  /** Background noise of the target and junk domains over its usual level, in dB: 0 matched, 15 mismatched. Absent: 0. */
  readonly noiseDb?: number;
}
export interface Utterance {
  /** [frames, 24] natural logarithms of energies. */
  readonly x: Float32Array;
  readonly frames: number;
  /** Phone of each frame, `silence` where there is none. */
  readonly labels: readonly number[];
  /** Whether each frame is junk: over speech or in its place. */
  readonly junk: readonly boolean[];
  readonly domain: FrameDomain;
  /** Kinds of junk in it. */
  readonly junkKinds: readonly string[];
}

/** Utterance `index` of a split. @throws InputError for shares or a level out of range */
export function utterance({ seed, split, index }: At, { domain: from = 'target', otherShare = 0.3, junkShare = 0.3, noiseDb = 0 }: FramesKnobs = {}): Utterance {
  if (!(otherShare >= 0 && junkShare >= 0 && otherShare + junkShare <= 1)) throw new InputError(`Frames: expected shares of other domain and junk from 0 to 1 in all, but ${otherShare} and ${junkShare} came.`);
  if (!(noiseDb >= -20 && noiseDb <= 60)) throw new InputError(`Frames: expected background noise from -20 to 60 dB over its usual level, but ${noiseDb} came.`);
  const rng = Random.seed(seed).fork('frames', split, from, index);
  const lot = rng.fork('domain').uniform();
  const domain = from !== 'pool' ? from : lot < junkShare ? 'junk' : lot < junkShare + otherShare ? 'other' : 'target';
  const frames = frameLengths.min + rng.fork('length').int(frameLengths.max - frameLengths.min + 1);
  const { energies, labels } = speech(frames, domain, rng.fork('speech'));
  if (domain !== 'other') reverberate(energies, frames);
  const spoilt = domain === 'junk' ? spoil(energies, labels, frames, rng.fork('junk')) : { junk: new Array<boolean>(frames).fill(false), kinds: [] };
  addBackground(energies, frames, domain === 'other' ? 1e-5 : 1e-4 * pow(10, noiseDb / 10), domain, rng.fork('background'));
  return { x: Float32Array.from(energies, (energy) => log(Math.max(energy, floor))), frames, labels, junk: spoilt.junk, domain, junkKinds: spoilt.kinds };
}

/** Phones in an order drawn from the grammar. A speaker has a pitch and formants a little off; in the other domain they lie a sixth higher and high bands are weaker. */
function speech(frames: number, domain: FrameDomain, rng: Random): { energies: Float64Array; labels: number[] } {
  const energies = new Float64Array(frames * frameBands);
  const labels: number[] = [];
  const scale = (domain === 'other' ? 7 / 6 : 1) * (1 + 0.04 * rng.fork('tract').normal());
  const spacing = 2.2 + rng.fork('pitch').uniform(); // bands from harmonic to harmonic
  const loudness = exp(0.3 * rng.fork('loudness').normal());
  const tilt = domain === 'other' ? -0.06 : 0; // nats a band
  let phone = silence;
  for (let turn = 0; labels.length < frames; turn++) {
    const draw = rng.fork('phone', turn);
    phone = turn === 0 && draw.fork('start').bernoulli(0.5) ? silence : choose(after[phone]!, draw);
    const duration = 3 + draw.fork('duration').int(6);
    for (let k = 0; k < duration && labels.length < frames; k++) {
      if (phone < silence) voice(energies.subarray(labels.length * frameBands, (labels.length + 1) * frameBands), phones[phone]!, duration > 1 ? k / (duration - 1) : 0, { scale, spacing, loudness, tilt }, draw.fork('frame', k));
      labels.push(phone);
    }
  }
  return { energies, labels };
}
/** One frame of a phone at `progress` in [0, 1] of its time. */
function voice(out: Float64Array, { kind, from, to }: Phone, progress: number, { scale, spacing, loudness, tilt }: { scale: number; spacing: number; loudness: number; tilt: number }, rng: Random): void {
  const voiced = kind === 'vowel' || kind === 'glide';
  // A stop is closed in its first half, then bursts and dies away.
  const envelope = kind === 'stop' ? (progress < 0.5 ? 1e-3 : exp(-3 * (progress - 0.5))) : 1;
  const spread = voiced ? 0.2 : 0.5; // standard deviation of log-energies within a phone
  for (let b = 0; b < frameBands; b++) {
    let energy = 0;
    for (const [r, [band, width, gain]] of from.entries()) {
      const [endBand, , endGain] = to?.[r] ?? [band, width, gain];
      const centre = (band + progress * (endBand - band)) * scale;
      const distance = (b - centre) / width;
      energy += (gain + progress * (endGain - gain)) * exp(-0.5 * distance * distance);
    }
    if (voiced && b < 12) energy *= 1 + 0.5 * cos((2 * Math.PI * b) / spacing);
    out[b] = energy * envelope * loudness * exp(tilt * b + spread * rng.normal());
  }
}
/** A tail of each frame's energy in those after it: 6 dB down a frame, at half strength. */
function reverberate(energies: Float64Array, frames: number): void {
  const tail = new Float64Array(frameBands);
  for (let t = 0; t < frames; t++) {
    for (let b = 0; b < frameBands; b++) {
      const dry = energies[t * frameBands + b]!;
      energies[t * frameBands + b] = dry + 0.5 * tail[b]!;
      tail[b] = dry + 0.25 * tail[b]!;
    }
  }
}
/** Junk segments over 40 % to all of the frames. Each is of one kind; in half of them no speech is left, and their labels become `silence`. */
function spoil(energies: Float64Array, labels: number[], frames: number, rng: Random): { junk: boolean[]; kinds: string[] } {
  const junk = new Array<boolean>(frames).fill(false);
  const kinds = new Set<string>();
  const wanted = Math.round(frames * rng.fork('share').uniform(0.4, 1));
  for (let turn = 0, covered = 0; covered < wanted; turn++) {
    const draw = rng.fork('segment', turn);
    const kind = draw.pick(junkKinds);
    const length = Math.min(frames, 10 + draw.int(21));
    const start = draw.int(frames - length + 1);
    const instead = draw.bernoulli(0.5);
    const level = 0.3 * exp(0.3 * draw.normal());
    kinds.add(kind);
    for (let t = start; t < start + length && covered < wanted; t++) {
      if (junk[t]) continue;
      junk[t] = true;
      covered++;
      if (instead) labels[t] = silence;
      addJunk(energies.subarray(t * frameBands, (t + 1) * frameBands), kind, instead, level, draw.fork(t));
    }
  }
  return { junk, kinds: [...kinds] };
}
function addJunk(out: Float64Array, kind: (typeof junkKinds)[number], instead: boolean, level: number, rng: Random): void {
  const clicks = kind === 'clicks' && rng.fork('click').bernoulli(0.3);
  for (let b = 0; b < frameBands; b++) {
    const shape = kind === 'hum' ? (b === 1 ? 3 : b === 3 ? 1 : b === 5 ? 0.3 : 0) : kind === 'noise' ? 0.4 : clicks ? 2 : 0;
    out[b] = (instead ? 0 : out[b]!) + level * shape * exp((kind === 'hum' ? 0.05 : 0.4) * rng.normal());
  }
}
/** Steady noise whose energy falls towards high bands in the target domain, and is flat in the other. */
function addBackground(energies: Float64Array, frames: number, level: number, domain: FrameDomain, rng: Random): void {
  for (let c = 0; c < frames * frameBands; c++) energies[c]! += level * exp((domain === 'other' ? 0 : -0.1) * (c % frameBands) + 0.5 * rng.normal());
}

export interface Frames {
  /** [n, 128, 24] float32: log-band energies in nats, 0 behind an utterance's end. */
  readonly x: Tensor;
  /** [n, 128] float32 each: 1 on frames of the utterance; 1 on junk. */
  readonly mask: Tensor;
  readonly junk: Tensor;
  /** [n, 128] int32: phone of each frame, 12 for none, -1 behind the end. */
  readonly labels: Tensor;
  /** [n] int32 each: number of frames; index of the domain. */
  readonly frames: Tensor;
  readonly domain: Tensor;
}
/** `count` utterances, padded to 128 frames. */
export function makeFrames({ seed, split, count, ...knobs }: FramesKnobs & { readonly seed: number; readonly split: string; readonly count: number }): Frames {
  const length = frameLengths.max;
  const x = new Float32Array(count * length * frameBands);
  const [mask, junk] = [new Float32Array(count * length), new Float32Array(count * length)];
  const labels = new Int32Array(count * length).fill(-1);
  const drawn = Array.from({ length: count }, (_, index) => utterance({ seed, split, index }, knobs));
  drawn.forEach((u, i) => {
    x.set(u.x, i * length * frameBands);
    mask.fill(1, i * length, i * length + u.frames);
    labels.set(u.labels, i * length);
    u.junk.forEach((is, t) => is && (junk[i * length + t] = 1));
  });
  return {
    x: tensor(x, [count, length, frameBands]), mask: tensor(mask, [count, length]), junk: tensor(junk, [count, length]), labels: int32(labels, [count, length]),
    frames: int32(drawn.map(({ frames }) => frames)), domain: int32(drawn.map(({ domain }) => frameDomains.indexOf(domain))),
  };
}

export const dataset = defineDataset({
  id: 'frames',
  title: 'Speech-like frames',
  family: 'signals',
  says: 'Utterances of twelve invented phones as 24 log-band energies a frame. The phone of every frame is known, and which frames are junk: hum, clicks, broadband noise. A pool mixes a target domain, another one and spoilt recordings in chosen shares.',
  knobs: {
    domain: choice({ label: 'Domain', options: { pool: 'pool of all', target: 'target', other: 'other', junk: 'junk' }, default: 'pool' }),
    otherShare: float({ label: 'Other domain in the pool', min: 0, max: 0.5, default: 0.3 }),
    junkShare: float({ label: 'Junk in the pool', min: 0, max: 0.5, default: 0.3 }),
    noiseDb: int({ label: 'Background noise', help: 'In dB over its usual level, in the target and junk domains: 0 matched, 15 mismatched.', min: -20, max: 40, default: 0 }),
  },
  open: ({ knobs }) => ({
    example: (at): Example => {
      const { x, frames, labels, junk, domain } = utterance(at, knobs);
      return { x: tensor(x, [frames, frameBands]), labels: int32([...labels]), junk, domain };
    },
    preview: ({ seed }) => previewOf(Array.from({ length: 60 }, (_, index) => utterance({ seed, split: 'train', index }, knobs))),
  }),
});
/** Bands upwards, frames to the right. */
function heatOf({ x, frames }: Utterance): HeatMap {
  const values = Float32Array.from({ length: frames * frameBands }, (_, c) => x[(c % frames) * frameBands + (frameBands - 1 - Math.floor(c / frames))]!);
  return { kind: 'heatmap', rows: frameBands, columns: frames, values, scale: 'sequential', xLabel: 'frame', yLabel: 'band' };
}
function previewOf(drawn: readonly Utterance[]): readonly Preview[] {
  const spelled = ({ labels }: Utterance): string => labels.filter((label, t) => label !== labels[t - 1]).map((label) => (label === silence ? '-' : frameLabels[label]!)).join(' ');
  const shown = frameDomains.flatMap((domain) => drawn.filter((u) => u.domain === domain).slice(0, domain === 'junk' ? 2 : 1));
  const junkOf = ({ junk, frames }: Utterance): number => junk.filter(Boolean).length / frames;
  const all = drawn.flatMap(({ labels }) => labels);
  return [
    { title: 'Utterances', says: 'Log-band energies, low bands below.', picture: { kind: 'tiles', tiles: shown.map((u) => ({ ...heatOf(u), label: u.domain, caption: spelled(u) })) } },
    {
      title: 'Where their junk is', says: 'Bright on frames that are junk.',
      picture: { kind: 'tiles', tiles: shown.map((u) => ({ kind: 'heatmap', rows: 4, columns: u.frames, values: Float32Array.from({ length: 4 * u.frames }, (_, c) => Number(u.junk[c % u.frames])), scale: 'sequential', range: [0, 1], label: u.domain, caption: u.junkKinds.join(' ') })) },
    },
    { title: 'Phones', picture: tableOf(['domain', 'frames', 'phones', 'junk', 'of kind'], drawn.slice(0, 12).map((u) => [u.domain, u.frames, spelled(u), rounded(junkOf(u)), u.junkKinds.join(' ')])) },
    { title: 'Share of labels', picture: tableOf(['phone', 'share of frames'], frameLabels.map((name, k) => [name, rounded(all.filter((label) => label === k).length / all.length)])) },
    { title: 'Length', picture: histogramOf(drawn.map(({ frames }) => frames), 'frames', 13) },
  ];
}
