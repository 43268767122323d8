import { expect, test } from 'vitest';
import { Fingerprint } from '../../base/hash';
import { floats } from '../../base/tensor';
import { binomial, countIf } from '../testing/rates';
import { frameBands, frameLabels, frameLengths, makeFrames, phoneTransitions, phones, silence, utterance, type FramesKnobs, type Utterance } from './frames';

const draw = (count: number, knobs: FramesKnobs = {}, split = 'train'): Utterance[] => Array.from({ length: count }, (_, index) => utterance({ seed: 1, split, index }, knobs));

test('the same spec gives the same bytes, and an utterance does not depend on how many there are', () => {
  const rows = makeFrames({ seed: 1, split: 'train', count: 20, domain: 'pool' });
  expect(new Fingerprint().addFloats(floats(rows.x)).addWords(Uint32Array.from(rows.labels.data, (v) => v >>> 0)).addFloats(floats(rows.junk)).hex()).toMatchInlineSnapshot(`"b205687f93c876de"`);
  expect(floats(makeFrames({ seed: 1, split: 'train', count: 2, domain: 'pool' }).x)).toEqual(floats(rows.x).slice(0, 2 * 128 * 24));
  expect(draw(3, {}, 'test')[0]!.x).not.toEqual(draw(3)[0]!.x);
});
test('there are twelve phones, and each is heard', () => {
  expect(phones).toHaveLength(12);
  expect(frameLabels).toHaveLength(13);
  const heard = new Set(draw(20).flatMap(({ labels }) => labels));
  expect(heard.size).toBe(13);
});
test('lengths, padding and masks', () => {
  const { x, mask, labels, junk, frames } = makeFrames({ seed: 2, split: 'train', count: 30, domain: 'junk' });
  for (let i = 0; i < 30; i++) {
    const n = frames.data[i]!;
    expect(n).toBeGreaterThanOrEqual(frameLengths.min);
    expect(n).toBeLessThanOrEqual(frameLengths.max);
    expect(countIf(mask.data.subarray(i * 128, (i + 1) * 128), (m, t) => m === Number(t < n))).toBe(128);
    expect(countIf(labels.data.subarray(i * 128, (i + 1) * 128), (label, t) => (label === -1) === (t >= n))).toBe(128);
    expect(countIf(junk.data.subarray(i * 128 + n, (i + 1) * 128), (j) => j !== 0)).toBe(0);
    expect(countIf(x.data.subarray((i * 128 + n) * 24, (i + 1) * 128 * 24), (v) => v !== 0)).toBe(0);
  }
});
test('phones last 3 to 8 frames and follow one another as often as the grammar says', () => {
  const transitions = floats(phoneTransitions());
  for (let k = 0; k < 13; k++) expect(transitions.subarray(k * 13, (k + 1) * 13).reduce((a, b) => a + b, 0)).toBeCloseTo(1, 6);
  const counts = new Float64Array(169);
  for (const { labels } of draw(300)) {
    const changes = [...labels.keys()].filter((t) => t > 0 && labels[t] !== labels[t - 1]);
    const runs = changes.slice(1).map((t, k) => t - changes[k]!); // the first may begin, the last end anywhere
    expect(Math.min(...runs)).toBeGreaterThanOrEqual(3);
    expect(Math.max(...runs)).toBeLessThanOrEqual(8);
    changes.forEach((t) => counts[labels[t - 1]! * 13 + labels[t]!]!++);
  }
  for (let k = 0; k < 13; k++) {
    const total = counts.subarray(k * 13, (k + 1) * 13).reduce((a, b) => a + b, 0);
    for (let j = 0; j < 13; j++) expect(binomial(counts[k * 13 + j]!, total, transitions[k * 13 + j]!)).toBe(true);
  }
});
test('a pool has the shares it should have', () => {
  const { domain } = makeFrames({ seed: 3, split: 'pool', count: 400, domain: 'pool', otherShare: 0.3, junkShare: 0.3 });
  [0.4, 0.3, 0.3].forEach((share, d) => expect(binomial(countIf(domain.data, (v) => v === d), 400, share)).toBe(true));
});
test('junk is in junk utterances alone, over 40 % or more; half of it leaves no speech', () => {
  expect(draw(30).concat(draw(30, { domain: 'other' })).flatMap(({ junk }) => junk).includes(true)).toBe(false);
  let [junkFrames, silenced] = [0, 0];
  for (const { junk, labels, frames } of draw(150, { domain: 'junk' })) {
    const share = junk.filter(Boolean).length / frames;
    expect(share).toBeGreaterThanOrEqual(0.39);
    junkFrames += junk.filter(Boolean).length;
    silenced += countIf(labels, (label, t) => junk[t]! && label === silence);
  }
  // Half of the segments, and pauses among the rest.
  expect(silenced / junkFrames).toBeGreaterThan(0.45);
  expect(silenced / junkFrames).toBeLessThan(0.75);
});
test('background noise is louder by what the knob says', () => {
  const quietest = (knobs: FramesKnobs): number => {
    // Mean energy of pauses in the top band, where reverberation of voices is weakest, four frames and more after speech.
    const values = draw(60, knobs).flatMap(({ x, labels }) => [...labels.keys()].filter((t) => t > 5 && labels.slice(t - 5, t + 1).every((l) => l === silence)).map((t) => Math.exp(x[t * frameBands + 23]!)));
    return values.reduce((a, b) => a + b, 0) / values.length;
  };
  expect(10 * Math.log10(quietest({ noiseDb: 30 }) / quietest({ noiseDb: 20 }))).toBeCloseTo(10, 0);
});
test('a nearest-mean classifier learns the phones, and is worse where domain or noise do not match', () => {
  const means = new Float64Array(13 * frameBands);
  const counts = new Float64Array(13);
  for (const { x, labels } of draw(80)) labels.forEach((label, t) => (counts[label]!++, x.subarray(t * 24, (t + 1) * 24).forEach((v, b) => (means[label * 24 + b]! += v))));
  means.forEach((sum, c) => (means[c] = sum / counts[Math.floor(c / 24)]!));
  const accuracy = (knobs: FramesKnobs): number => {
    let [right, all] = [0, 0];
    for (const { x, labels } of draw(30, knobs, 'test')) {
      labels.forEach((label, t) => {
        const distances = Array.from({ length: 13 }, (_, k) => x.subarray(t * 24, (t + 1) * 24).reduce((sum, v, b) => sum + (v - means[k * 24 + b]!) ** 2, 0));
        all++;
        if (distances.indexOf(Math.min(...distances)) === label) right++;
      });
    }
    return right / all;
  };
  const matched = accuracy({});
  expect(matched).toBeGreaterThan(Math.max(...counts) / counts.reduce((a, b) => a + b, 0) + 0.2);
  expect(accuracy({ noiseDb: 15 })).toBeLessThan(matched);
  expect(accuracy({ domain: 'other' })).toBeLessThan(matched);
});
test('what cannot be is refused', () => {
  expect(() => draw(1, { otherShare: 0.7, junkShare: 0.7 })).toThrow(/in all/);
  expect(() => draw(1, { noiseDb: 100 })).toThrow(/-20 to 60 dB/);
});
