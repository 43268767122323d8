import { describe, expect, test } from 'vitest';
import { InputError } from '../../base/errors';
import { Fingerprint } from '../../base/hash';
import { floats } from '../../base/tensor';
import { captionTemplates } from './captions';
import { checkWorld } from './check-world';
import { kinds, partAt, partsOf, compoundKinds } from './kinds';
import { boxOf, renderScene } from './render';
import { makeSceneSet, plannedScene, sceneAt, type SceneSetOptions } from './set';
import { styleNames } from './styles';
import { inNotch, subjectOf } from './subject';
import { encodeTexts, sceneVocabulary, textOf } from './words';
import { colours, textures } from './parts';
import { patterns, type Scene, type Side, sides, tones } from './world';

const base: SceneSetOptions = { seed: 7, split: 'train', side: 32, count: 1 };
const scenesOf = (more: Partial<SceneSetOptions>): readonly Scene[] => {
  checkWorld({ ...base, ...more });
  return Array.from({ length: more.count ?? 1 }, (_, i) => plannedScene({ ...base, ...more }, i));
};
/** Whether `hits` of `n` is within five standard deviations of rate p. */
const expectRate = (hits: number, n: number, p: number): void => expect(Math.abs(hits - n * p), `${hits} of ${n}, planted ${p}`).toBeLessThanOrEqual(5 * Math.sqrt(n * p * (1 - p)) + 1e-9);

/** Which object is in front at a point, asked point by point from the front: -1 the background. Written without the renderer. */
function frontAt({ objects }: Scene, x: number, y: number): { object: number; covers: boolean[] } {
  const covers = objects.map(({ kind, x: cx, y: cy, radius, turn }) => {
    const [dx, dy] = [(x - cx) / radius, (y - cy) / radius];
    return partAt(kind, dx * Math.cos(turn) + dy * Math.sin(turn), dy * Math.cos(turn) - dx * Math.sin(turn)) > 0;
  });
  return { object: covers.lastIndexOf(true), covers };
}
describe('masks and boxes', () => {
  test.each(sides)('at %i px they are those of every point asked by itself', (side) => {
    for (let i = 0; i < 6; i++) {
      const { scene, rendered } = sceneAt({ ...base, side, kinds: kinds.map((_, k) => k), minVisible: 0.3 }, i);
      const full = scene.objects.map(() => new Uint8Array(side * side));
      const visible = scene.objects.map(() => new Uint8Array(side * side));
      for (let p = 0; p < side * side; p++) for (let k = 0; k < 9; k++) {
        const { object, covers } = frontAt(scene, (p % side) + ((k % 3) + 0.5) / 3, Math.floor(p / side) + (Math.floor(k / 3) + 0.5) / 3);
        covers.forEach((covered, o) => { if (covered) full[o]![p]!++; });
        if (object >= 0) visible[object]![p]!++;
      }
      rendered.masks.forEach((mask, k) => {
        expect(mask.full).toEqual(full[k]);
        expect(mask.visible).toEqual(visible[k]);
        const count = (m: Uint8Array): number => m.reduce((a, b) => a + b, 0);
        expect(mask.visibleShare).toBe(count(visible[k]!) / count(full[k]!));
      });
    }
  });
  test('a box is the extent of its mask: every edge touches it, and nothing lies outside', () => {
    for (let i = 0; i < 30; i++) {
      const { rendered } = sceneAt({ ...base, minVisible: 0.3 }, i);
      for (const { visible, full, box, fullBox, visibleShare } of rendered.masks) for (const [mask, [left, top, right, bottom]] of [[visible, box], [full, fullBox]] as const) {
        const on = Array.from(mask.keys()).filter((p) => mask[p]! > 0);
        const [columns, rows] = [on.map((p) => p % 32), on.map((p) => Math.floor(p / 32))];
        expect([left, top, right, bottom]).toEqual([Math.min(...columns), Math.min(...rows), Math.max(...columns) + 1, Math.max(...rows) + 1]);
        expect(visibleShare).toBeGreaterThanOrEqual(0.3);
      }
    }
    expect(boxOf(new Uint8Array(16), 4)).toEqual([0, 0, 0, 0]);
  });
  test.each([0.4, 0.8, 1])('at least %f of every object is seen, and all of it lies in the picture', (minVisible) => {
    const set = makeSceneSet({ ...base, count: 120, minVisible, objects: [2, 4] });
    set.scenes.forEach(({ objects }, i) => objects.forEach((object, k) => {
      expect(floats(set.visible)[i * 4 + k]).toBeGreaterThanOrEqual(minVisible - 1e-6);
      expect(Math.min(object.x, object.y) - 1.1 * object.radius).toBeGreaterThan(0);
      expect(Math.max(object.x, object.y) + 1.1 * object.radius).toBeLessThan(32);
    }));
    const hidden = floats(set.visible).filter((share) => share > 0 && share < 1).length;
    if (minVisible < 1) expect(hidden).toBeGreaterThan(20); // occlusion does happen
    else expect(hidden).toBe(0);
  });
  test('a compound has the boxes of its parts inside its own, and its parts are where it has no body', () => {
    for (const kind of compoundKinds) {
      const { scene, rendered } = sceneAt({ ...base, side: 64, kinds: [kind], objects: [1, 1] }, 0);
      const { partBoxes, fullBox } = rendered.masks[0]!;
      expect(partBoxes).toHaveLength(partsOf(scene.objects[0]!.kind).count);
      for (const [left, top, right, bottom] of partBoxes) {
        expect(left >= fullBox[0] && top >= fullBox[1] && right <= fullBox[2] && bottom <= fullBox[3] && right > left && bottom > top).toBe(true);
        expect((right - left) * (bottom - top)).toBeLessThan(0.7 * (fullBox[2] - fullBox[0]) * (fullBox[3] - fullBox[1]));
      }
    }
  });
});
describe('pictures', () => {
  test('the same options give the same bytes, on every machine', () => {
    const hash = (side: Side, style: SceneSetOptions['style']): string => new Fingerprint().addFloats(floats(makeSceneSet({ ...base, side, style: style!, count: 12, kinds: kinds.map((_, k) => k) }).x)).hex();
    expect(sides.map((side) => hash(side, styleNames))).toMatchInlineSnapshot(`
      [
        "53aba801d03cdab4",
        "e1de69fcdc69eaae",
        "2712984741377a46",
      ]
    `);
    expect(styleNames.map((style) => hash(32, style))).toMatchInlineSnapshot(`
      [
        "031d641d10ab31bf",
        "63c0fae40d20a8ad",
        "96340cdda5c4fe43",
        "372b3b22ce218500",
        "34af51f4918ffd95",
        "753b71cb555bb447",
      ]
    `);
  });
  test('x is [n, 3, side, side] in [-1, 1]; scene i depends on neither count nor neighbours, but on seed and split', () => {
    const [few, many] = [makeSceneSet({ ...base, count: 3 }), makeSceneSet({ ...base, count: 8 })];
    const size = 3 * 32 * 32;
    expect(many.x.shape).toEqual([8, 3, 32, 32]);
    expect(floats(many.x).every((v) => v >= -1 && v <= 1)).toBe(true);
    expect(floats(few.x)).toEqual(floats(many.x).slice(0, 3 * size));
    expect(few.captions).toEqual(many.captions.slice(0, 3));
    const seen = new Set<string>();
    for (const more of [{}, { seed: 8 }, { split: 'test' }]) for (let i = 0; i < 8; i++) {
      seen.add(new Fingerprint().addFloats(floats(makeSceneSet({ ...base, count: 8, ...more }).x).slice(i * size, (i + 1) * size)).hex());
    }
    expect(seen.size).toBe(24);
  });
  test('where the mask is full and the texture plain, the picture shows the ink; where there is no object, the background', () => {
    const plain = { ...base, textures: [0], patterns: [0] };
    for (let i = 0; i < 10; i++) {
      const { scene, rendered } = sceneAt(plain, i);
      const lone = renderScene({ ...scene, objects: [] }).image;
      for (let p = 0; p < 1024; p++) {
        const k = rendered.masks.findIndex((mask) => mask.visible[p] === 9);
        const rgb = [0, 1, 2].map((c) => rendered.image[c * 1024 + p]!);
        if (rendered.masks.every((mask) => mask.visible[p] === 0)) expect(rgb).toEqual([0, 1, 2].map((c) => lone[c * 1024 + p]!));
        if (k < 0) continue;
        const { colour, shade } = scene.objects[k]!;
        const [r, g, b] = rgb.map((v) => v / shade) as [number, number, number];
        if (colours[colour] === 'red') expect(r > 0.8 && g < 0.2 && b < 0.2).toBe(true);
        if (colours[colour] === 'yellow') expect(r > 0.9 && g > 0.85 && b < 0.3).toBe(true);
        if (colours[colour] === 'blue') expect(b > 0.9 && r < 0.3).toBe(true);
      }
    }
  });
  test('a style changes the picture and nothing else; at strength 0 it is flat, bit for bit, and at 1/2 halfway', () => {
    const flat = sceneAt(base, 3);
    for (const name of styleNames) {
      const styled = sceneAt({ ...base, style: name }, 3);
      expect(styled.scene).toEqual(flat.scene);
      expect(styled.rendered.masks).toEqual(flat.rendered.masks);
      expect(renderScene(flat.scene, { name, strength: 0 }).image).toEqual(flat.rendered.image);
      if (name === 'flat') continue;
      expect(styled.rendered.image).not.toEqual(flat.rendered.image);
      renderScene(flat.scene, { name, strength: 0.5 }).image.forEach((v, p) => expect(v).toBeCloseTo((flat.rendered.image[p]! + styled.rendered.image[p]!) / 2, 6));
    }
    expect(sceneAt({ ...base, style: 'inverted' }, 3).rendered.image).toEqual(flat.rendered.image.map((v) => 1 - v));
  });
});
describe('planted rates', () => {
  test('partners come with each other as often as planted, and never else more than by chance', () => {
    const pairs = [[0, 4], [1, 6], [2, 7], [3, 5]] as const;
    const scenes = scenesOf({ count: 1500, side: 16, couples: { pairs, probability: 0.9 } });
    const has = (kind: number) => scenes.filter(({ objects }) => objects.some((o) => o.kind === kind));
    for (const [a, b] of pairs) for (const [kind, partner] of [[a, b], [b, a]] as const) {
      const with_ = has(kind);
      expectRate(with_.filter(({ objects }) => objects.some((o) => o.kind === partner)).length, with_.length, 0.9);
      expect(with_.length).toBeGreaterThan(300);
    }
  });
  test('counts and kinds are uniform, weights are kept, and no kind comes twice where that is ruled out', () => {
    const scenes = scenesOf({ count: 800, side: 16, objects: [1, 4], repeats: false });
    for (let n = 1; n <= 4; n++) expectRate(scenes.filter(({ objects }) => objects.length === n).length, 800, 0.25);
    expect(scenes.every(({ objects }) => new Set(objects.map((o) => o.kind)).size === objects.length)).toBe(true);
    const weighted = scenesOf({ count: 800, side: 16, objects: [1, 1], kinds: [2, 5], weights: [3, 1] });
    expectRate(weighted.filter(({ objects }) => objects[0]!.kind === 2).length, 800, 0.75);
  });
  test('a tie holds at its strength, never where it conflicts, and by chance where it is free', () => {
    const tie = (mode: 'tied' | 'conflicting' | 'free', to: 'pattern' | 'tone' | 'colour'): readonly Scene[] => scenesOf({ count: 500, side: 16, objects: [1, 1], kinds: [0, 1, 2, 3], patterns: [2, 3, 4, 5], tones: [0, 1, 2, 3], colours: [0, 1, 2, 3], ties: [{ to, strength: 0.85, mode }] });
    for (const to of ['pattern', 'tone', 'colour'] as const) {
      const partnerSeen = (scenes: readonly Scene[]): number => scenes.filter(({ objects, background }) => {
        const kind = objects[0]!.kind; // kinds 0..3 go with the first to the fourth value
        return to === 'pattern' ? background.pattern === [2, 3, 4, 5][kind] : to === 'tone' ? background.tone === kind : objects[0]!.colour === kind;
      }).length;
      expectRate(partnerSeen(tie('tied', to)), 500, 0.85);
      expect(partnerSeen(tie('conflicting', to))).toBe(0);
      expectRate(partnerSeen(tie('free', to)), 500, 0.25);
      const tied = tie('tied', to);
      expect(tied.filter(({ aligned }) => aligned[0]).length).toBe(partnerSeen(tied));
    }
  });
  test('conditions are met, and what cannot be is refused', () => {
    const scenes = scenesOf({ count: 60, side: 16, objects: [1, 3], contains: [4], lacks: [0] });
    expect(scenes.every(({ objects }) => objects.some((o) => o.kind === 4) && !objects.some((o) => o.kind === 0))).toBe(true);
    expect(() => scenesOf({ contains: [4], lacks: [4] })).toThrow(/did not come up/);
    expect(() => scenesOf({ side: 20 as Side })).toThrow(/16, 32 or 64/);
    expect(() => scenesOf({ objects: [0, 2] })).toThrow(InputError);
    expect(() => scenesOf({ ties: [{ to: 'tone', strength: 2 }] })).toThrow(/from 0 to 1/);
    expect(() => scenesOf({ kinds: [99] })).toThrow(/kinds 0 to 11/);
    expect(() => scenesOf({ couples: { pairs: [[0, 1], [1, 2]], probability: 0.5 } })).toThrow(/no kind in two/);
  });
});
describe('words', () => {
  test('captions are true: every object named once, in order, with its own colour', () => {
    for (let i = 0; i < 40; i++) {
      const { scene, caption } = sceneAt({ ...base, captions: ['clauses'] }, i);
      const told = caption.replace(' .', '').split(' , ').map((clause) => clause.split(' ').slice(1).join(' '));
      const there = scene.objects.slice().sort((a, b) => a.x - b.x).map((o) => `${colours[o.colour]} ${kinds[o.kind]}`);
      expect(told).toEqual(there);
      const { caption: full } = sceneAt({ ...base, captions: ['full'], objects: [1, 1] }, i);
      const one = sceneAt({ ...base, captions: ['full'], objects: [1, 1] }, i).scene;
      const words = full.split(' ');
      for (const word of [colours[one.objects[0]!.colour]!, textures[one.objects[0]!.texture]!, kinds[one.objects[0]!.kind]!, tones[one.background.tone]!, patterns[one.background.pattern]!]) expect(words).toContain(word);
    }
  });
  test('every caption is made of the vocabulary, and comes back from its tokens', () => {
    const { captions } = makeSceneSet({ ...base, count: 200, side: 16, objects: [1, 4], kinds: kinds.map((_, k) => k) });
    const ids = encodeTexts(captions, 34);
    captions.forEach((caption, i) => expect(textOf(ids.tokens.data.subarray(i * 34, (i + 1) * 34))).toBe(caption));
    expect(sceneVocabulary.size).toBeLessThan(128);
    expect(() => encodeTexts(['a purple elephant'], 8)).toThrow(/elephant/);
    expect(() => encodeTexts(['a red circle'], 4)).toThrow(/At most 2 words/);
    expect(captionTemplates).toHaveLength(5);
  });
});
test('subjects are two-toned and notched, and no two alike', () => {
  const many = Array.from({ length: 20 }, (_, n) => subjectOf(n));
  expect(new Set(many.map((s) => JSON.stringify(s))).size).toBe(20);
  for (const subject of many) {
    expect(subject.colours[0]).not.toBe(subject.colours[1]);
    const [c, s] = subject.notch;
    expect(inNotch(subject, 0.7 * c, 0.7 * s)).toBe(true);
    expect(inNotch(subject, -0.7 * c, -0.7 * s)).toBe(false);
  }
});
