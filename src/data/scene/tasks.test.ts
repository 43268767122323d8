import { describe, expect, test } from 'vitest';
import { InputError } from '../../base/errors';
import { floats } from '../../base/tensor';
import { iou } from '../boxes';
import { degradationNames, meanSquareError } from '../degrade';
import { makeBiased, partnersOf } from './biased';
import { makeDegraded } from './degraded';
import { borders, gradientMagnitude, patchLabels } from './dense';
import { baseKinds, cropBox, makeCrops, makeDetection, novelKinds, proposalSources, verdictOf } from './detection';
import { compoundKinds, kinds, usualPairs } from './kinds';
import { inkList } from './parts';
import { makeSceneSet, sceneAt, slots } from './set';
import { inNotch } from './subject';
import { makeSubject, subjectPrompts } from './subjects';
import { makeTwins } from './twins';
import { positionOf } from './world';

const at = { seed: 11, split: 'train' } as const;
const expectRate = (hits: number, n: number, p: number): void => expect(Math.abs(hits - n * p), `${hits} of ${n}, planted ${p}`).toBeLessThanOrEqual(5 * Math.sqrt(n * p * (1 - p)) + 1e-9);
const sum = (values: ArrayLike<number>): number => Array.from(values).reduce((a, b) => a + b, 0);

describe('degraded pairs', () => {
  test('at strength 0 both are equal, bit for bit; else degradations and strengths are those that were asked for', () => {
    const none = makeDegraded({ ...at, side: 16, count: 6, strength: 0 });
    expect(floats(none.degraded)).toEqual(floats(none.clean));
    const some = makeDegraded({ ...at, side: 16, count: 60, strength: [0.4, 0.6], degradations: ['blur', 'rain', 'haze'], together: 2 });
    for (const list of some.how) {
      expect(new Set(list.map(({ name }) => name)).size).toBe(2);
      for (const { name, strength } of list) expect(['blur', 'rain', 'haze'].includes(name) && strength >= 0.4 && strength <= 0.6).toBe(true);
    }
    expect(floats(some.clean)).toEqual(floats(makeSceneSet({ ...at, side: 16, count: 60 }).x));
    for (let i = 0; i < 60; i++) expect(meanSquareError(floats(some.degraded).subarray(i * 768, (i + 1) * 768), floats(some.clean).subarray(i * 768, (i + 1) * 768))).toBeGreaterThan(0);
    expect(degradationNames[some.first.data[0]!]).toBe(some.how[0]![0]!.name);
    expect(() => makeDegraded({ ...at, side: 16, count: 1, strength: [0.5, 0.2] })).toThrow(InputError);
  });
});
describe('biased sets', () => {
  const options = { ...at, side: 16, count: 300, kinds: [0, 1, 2, 3], patterns: [2, 3, 4, 5], colours: [0, 1, 2, 3] } as const;
  test('two cues agree at their own strengths, each told for every picture', () => {
    const { y, values, agrees, set } = makeBiased({ ...options, cues: [{ cue: 'pattern', rho: 0.9 }, { cue: 'colour', rho: 0.6, mode: 'reversed' }] });
    const partners = [partnersOf('pattern', options), partnersOf('colour', options)];
    expect(partners).toEqual([[2, 3, 4, 5], [0, 1, 2, 3]]);
    set.scenes.forEach(({ objects, background }, i) => {
      expect(y.data[i]).toBe(objects[0]!.kind);
      expect([values[0]!.data[i], values[1]!.data[i]]).toEqual([background.pattern, objects[0]!.colour]);
      expect(agrees.map((a) => a.data[i])).toEqual([Number(background.pattern === partners[0]![objects[0]!.kind]), Number(objects[0]!.colour === partners[1]![objects[0]!.kind])]);
    });
    expectRate(sum(agrees[0]!.data), 300, 0.9);
    expectRate(sum(agrees[1]!.data), 300, 0.4);
  });
  test('conflicting sets never agree, free ones agree by chance', () => {
    expect(sum(makeBiased({ ...options, cues: [{ cue: 'pattern', rho: 0.9, mode: 'conflicting' }] }).agrees[0]!.data)).toBe(0);
    expectRate(sum(makeBiased({ ...options, cues: [{ cue: 'pattern', rho: 0.9, mode: 'free' }] }).agrees[0]!.data), 300, 0.25);
  });
});
describe('dense labels', () => {
  const set = makeSceneSet({ ...at, side: 32, count: 20, masks: true });
  test('a patch has the label of what covers most of it, counted point by point', () => {
    const { labels, foreground } = patchLabels(set, 4);
    expect(labels.shape).toEqual([20, 64]);
    set.scenes.forEach((scene, i) => {
      const { masks } = sceneAt({ ...at, side: 32 }, i).rendered;
      for (let cell = 0; cell < 64; cell++) {
        const counts = masks.map(({ visible }) => sum(visible.filter((_, p) => Math.floor(p / 32 / 4) * 8 + Math.floor((p % 32) / 4) === cell)));
        const total = sum(counts);
        expect(floats(foreground)[i * 64 + cell]).toBeCloseTo(total / 144, 5);
        const most = Math.max(...counts);
        if (Math.abs(most - (144 - total)) > 0 && counts.filter((n) => n === most).length === 1) expect(labels.data[i * 64 + cell]).toBe(most > 144 - total ? 1 + scene.objects[counts.indexOf(most)]!.kind : 0);
      }
    });
  });
  test('borders are where neighbours differ; what cannot be is refused', () => {
    const { labels } = patchLabels(set, 1);
    const edges = borders(labels, 32);
    for (let p = 0; p < 1024; p++) {
      const [x, y] = [p % 32, Math.floor(p / 32)];
      const differs = (x < 31 && labels.data[p + 1] !== labels.data[p]) || (y < 31 && labels.data[p + 32] !== labels.data[p]);
      expect(edges.data[p]).toBe(differs ? 1 : 0);
    }
    expect(() => patchLabels(set, 5)).toThrow(/divides/);
    expect(() => patchLabels(makeSceneSet({ ...at, side: 16, count: 1 }), 4)).toThrow(/masks: true/);
  });
  test('a step of height h has gradient h / 2 on both sides of it, an even picture none', () => {
    const x = Float32Array.from({ length: 3 * 256 }, (_, i) => (i % 16 < 8 ? 0 : 0.6));
    const g = floats(gradientMagnitude({ dtype: 'float32', shape: [1, 3, 16, 16], data: x }));
    g.forEach((v, p) => expect(v).toBeCloseTo(p % 16 === 7 || p % 16 === 8 ? 0.3 : 0, 6));
  });
});
describe('detection', () => {
  const made = makeDetection({ ...at, count: 60, side: 32, proposals: { count: 80 } });
  const boxAt = (i: number): Float32Array => floats(made.set.boxes).subarray(4 * i, 4 * i + 4);
  test('base objects are labelled, novel ones known but not, compounds of no category', () => {
    const seen = new Set<string>();
    made.set.scenes.forEach(({ objects }, i) => objects.forEach(({ kind }, k) => {
      const c = made.category.data[i * slots + k]!;
      seen.add(kinds[kind]!);
      expect(c).toBe([...baseKinds, ...novelKinds].indexOf(kind));
      expect(floats(made.labelled)[i * slots + k]).toBe(baseKinds.includes(kind) ? 1 : 0);
      expect(c === -1).toBe(compoundKinds.includes(kind));
      if (c >= 0) expect(made.categories[c]).toBe(kinds[kind]);
    }));
    expect(seen.size).toBe(11);
    expect(made.baseCount).toBe(5);
    const all = made.set.scenes.flatMap(({ objects }) => objects);
    expectRate(all.filter(({ kind }) => compoundKinds.includes(kind)).length, all.length, 1 / 3); // a weight of a half beside one
  });
  test('proposals lie inside the picture, those around objects on them, in an order that tells nothing', () => {
    const places = proposalSources.map(() => [] as number[]);
    for (let p = 0; p < made.source.data.length; p++) {
      const box = floats(made.proposals).subarray(4 * p, 4 * p + 4);
      expect(box[0]! >= 0 && box[1]! >= 0 && box[2]! <= 32 && box[3]! <= 32 && box[2]! - box[0]! >= 1.99 && box[3]! - box[1]! >= 1.99).toBe(true);
      const source = proposalSources[made.source.data[p]!]!;
      const around = made.around.data[p]!;
      expect(around === -1).toBe(source === 'random');
      if (source === 'object') expect(iou(box, boxAt(Math.floor(p / 80) * slots + around))).toBeGreaterThan(0.25); // (1 - 0.4)^2 / (1 + ...) at the worst
      if (source === 'part') expect(compoundKinds).toContain(made.set.kind.data[Math.floor(p / 80) * slots + around]);
      places[made.source.data[p]!]!.push(p % 80);
    }
    for (const list of places) {
      expect(list.length).toBeGreaterThan(100);
      expect(Math.abs(sum(list) / list.length - 39.5)).toBeLessThan((5 * 23.1) / Math.sqrt(list.length));
    }
  });
  test('verdicts: the true box with its category is true, with another misclassified, far away noise', () => {
    for (let i = 0; i < made.category.data.length; i++) {
      const c = made.category.data[i]!;
      if (c < 0) continue;
      const picture = Math.floor(i / slots);
      expect(verdictOf(made, picture, boxAt(i), c)).toBe('true');
      expect(verdictOf(made, picture, boxAt(i), (c + 1) % 8)).toBe('misclassified');
      expect(verdictOf(made, picture, [0, 0, 2, 2], c)).toBe('noise');
    }
  });
  test('crops hold their object alone, one for each with a category', () => {
    const crops = makeCrops(made, 32);
    expect(crops.picture.length).toBe(Array.from(made.category.data).filter((c) => c >= 0).length);
    const image = Float32Array.from({ length: 3 * 1024 }, (_, p) => (p % 32) / 31);
    expect(cropBox(image, 32, [0, 0, 32, 32], 32)).toEqual(image); // the whole picture at its own size
    const part = cropBox(image, 32, [8, 8, 16, 16], 16); // a ramp is still a ramp, half as steep
    for (let x = 0; x < 16; x++) expect(part[x]).toBeCloseTo((8 + (x + 0.5) / 2 - 0.5) / 31, 6);
    expect(crops.prompts[0]).toBe('a photo of a circle');
  });
});
describe('subjects', () => {
  test('pictures show the two colours and lack the notch, on different tones; the caption names the subject', () => {
    for (let number = 0; number < 6; number++) {
      const { subject, scenes, x, captions } = makeSubject({ ...at, number, count: 4, side: 32 });
      expect(new Set(scenes.map(({ background }) => background.tone)).size).toBe(4);
      scenes.forEach(({ objects }, i) => {
        const [object] = objects;
        expect(captions[i]).toContain(`a <subject> ${kinds[subject.kind]}`);
        const rgb = (p: number): number[] => [0, 1, 2].map((c) => (floats(x)[i * 3072 + c * 1024 + p]! + 1) / 2 / object!.shade);
        const near = subject.colours.map((colour) => Array.from({ length: 1024 }, (_, p) => p).filter((p) => rgb(p).every((v, c) => Math.abs(v - inkList[colour]!.ink[c]!) < 0.02)).length);
        for (const pixels of near) expect(pixels).toBeGreaterThan(15);
        // In the middle of the notch the background shows.
        const [u, v] = subject.notch.map((d) => 0.6 * d) as [number, number];
        expect(inNotch(subject, u, v)).toBe(true);
      });
      expect(subjectPrompts(number)).toEqual({ subject: `a <subject> ${kinds[subject.kind]}`, class: `a ${kinds[subject.kind]}` });
    }
    const few = makeSubject({ ...at, number: 2, count: 2, side: 16 });
    expect(floats(makeSubject({ ...at, number: 2, count: 4, side: 16 }).x).slice(0, 2 * 768)).toEqual(floats(few.x));
  });
});
describe('twins', () => {
  const twins = makeTwins({ ...at, side: 32, count: 60, couples: { pairs: usualPairs, probability: 0.9 } });
  const size = 3 * 1024;
  test('a twin is its picture outside the box, and black inside', () => {
    for (let i = 0; i < 60; i++) {
      const [left, top, right, bottom] = [0, 1, 2, 3].map((k) => floats(twins.boxes)[4 * i + k]!);
      const expected = floats(twins.normal).slice(i * size, (i + 1) * size).map((v, p) => (p % 32 >= left! && p % 32 < right! && Math.floor(p / 32) % 32 >= top! && Math.floor(p / 32) % 32 < bottom! ? -1 : v));
      expect(floats(twins.twin).slice(i * size, (i + 1) * size)).toEqual(expected);
    }
  });
  test('what is hidden is the only one of its kind, its partner stays, and the others keep half of what was seen', () => {
    twins.scenes.forEach(({ objects }, i) => {
      const hidden = objects[twins.hidden[i]!]!;
      expect(objects.filter((o) => o.kind === hidden.kind)).toHaveLength(1);
      const pair = usualPairs.find((couple) => couple.includes(hidden.kind))!;
      expect(objects.some((o) => pair.includes(o.kind) && o !== hidden)).toBe(true);
      expect(twins.prompts[i]).toBe(`is there a ${kinds[hidden.kind]} ?`);
      expect(twins.kind.data[i]).toBe(hidden.kind);
    });
    expect(() => makeTwins({ ...at, side: 16, count: 1, objects: [1, 1] })).toThrow(/hidden alone/);
  });
});
test('positions are quadrants of the middle', () => {
  expect([[1, 1], [20, 1], [1, 20], [16, 16]].map(([x, y]) => positionOf({ x: x!, y: y! }, 32))).toEqual([0, 1, 2, 3]);
});
