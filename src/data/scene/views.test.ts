import { expect, test } from 'vitest';
import { Fingerprint } from '../../base/hash';
import { Random } from '../../base/random';
import { floats, tensor } from '../../base/tensor';
import { classTasks, makeSceneClassSet } from './classes';
import { captionOf } from './captions';
import { grown } from './dense';
import { kinds } from './kinds';
import { colours, textures } from './parts';
import { coverScene } from './render';
import { plannedScene } from './set';
import { makeViews, redrawn, valueOf, viewAttributes, withValue } from './views';
import { patterns, positionNames, positionOf, sizeNames, tones } from './world';

const at = { seed: 4, split: 'train', side: 32 } as const;
const expectRate = (hits: number, n: number, p: number): void => expect(Math.abs(hits - n * p), `${hits} of ${n}, planted ${p}`).toBeLessThanOrEqual(5 * Math.sqrt(n * p * (1 - p)) + 1e-9);
const scenes = Array.from({ length: 60 }, (_, i) => plannedScene({ ...at, objects: [1, 1] }, i));

test.each(viewAttributes)('%s can be set and drawn anew, and nothing else changes', (attribute) => {
  for (const [i, scene] of scenes.entries()) {
    const other = redrawn(scene, attribute, Random.seed(i));
    expect(valueOf(other, attribute)).not.toBe(valueOf(scene, attribute));
    for (const kept of viewAttributes) if (kept !== attribute) expect(valueOf(other, kept), kept).toBe(valueOf(scene, kept));
    expect(withValue(scene, attribute, valueOf(scene, attribute))).toBe(scene);
    const { x, y, radius } = other.objects[0]!;
    const [mask] = coverScene(other).masks;
    expect(mask!.visibleShare).toBe(1);
    expect(Math.min(x, y) - radius > -1e-9 && Math.max(x, y) + radius < 32 + 1e-9).toBe(true);
  }
  const values = new Set(Array.from({ length: 200 }, (_, k) => valueOf(redrawn(scenes[0]!, attribute, Random.seed(k)), attribute)));
  const all = { kind: 8, colour: colours.length, texture: textures.length, size: sizeNames.length, position: positionNames.length, tone: tones.length, pattern: patterns.length };
  expect(values.size).toBe(all[attribute] - 1); // every other value comes
});
test('attributes are redrawn as often as planted, and what is told is true', () => {
  const set = makeViews({ ...at, side: 16, count: 300, disrupt: { colour: 0.7, position: 0.2, tone: 1 } });
  for (const attribute of viewAttributes) {
    const differ = set.scenes.map((scene, i) => valueOf(scene, attribute) !== valueOf(set.changedScenes[i]!, attribute));
    differ.forEach((d, i) => expect(d, `${attribute} of pair ${i}`).toBe(set.redrawn[i]!.includes(attribute)));
    expectRate(differ.filter((d) => d).length, 300, { colour: 0.7, position: 0.2, tone: 1 }[attribute as 'colour'] ?? 0);
  }
  expect(set.first.shape).toEqual([300, 3, 16, 16]);
  expect(floats(set.first)).not.toEqual(floats(set.second));
  const print = new Fingerprint().addFloats(floats(set.first)).addFloats(floats(set.second)).hex();
  expect(print).toMatchInlineSnapshot(`"ab7417c2d10a2a7f"`);
  expect(floats(makeViews({ ...at, side: 16, count: 5, first: 10, disrupt: { colour: 0.7, position: 0.2, tone: 1 } }).second)).toEqual(floats(set.second).slice(10 * 768, 15 * 768));
  expect(() => makeViews({ ...at, count: 1, disrupt: { colour: 2 } })).toThrow(/from 0 to 1/);
});
test.each(classTasks)('classes by %s are balanced, in turns, and true of their scenes', (task) => {
  const { x, y, classes, scenes: drawn } = makeSceneClassSet({ ...at, side: 16, task, perClass: 3 });
  expect(x.shape).toEqual([classes.length * 3, 3, 16, 16]);
  drawn.forEach((scene, i) => {
    const [object] = scene.objects;
    expect(y.data[i]).toBe(i % classes.length);
    const told = {
      shape: kinds[object!.kind]!, 'shape and texture': `${textures[object!.texture]} ${kinds[object!.kind]}`, colour: colours[object!.colour]!, texture: textures[object!.texture]!, size: sizeNames[object!.size]!,
      position: positionNames[positionOf(object!, 16)]!, tone: tones[scene.background.tone]!, pattern: patterns[scene.background.pattern]!, count: ['one', 'two', 'three', 'four'][scene.objects.length - 1]!,
    };
    expect(classes[y.data[i]!]).toBe(told[task]);
    if (task !== 'count') expect(scene.objects).toHaveLength(1);
  });
  const more = makeSceneClassSet({ ...at, side: 16, task, perClass: 4 });
  expect(floats(more.x).slice(0, x.data.length)).toEqual(floats(x));
});
test('a mask grows and shrinks by steps along rows and columns', () => {
  const mask = new Float32Array(64);
  mask[3 * 8 + 4] = 1;
  const more = floats(grown(tensor(mask, [1, 64]), 8, 2));
  more.forEach((v, p) => expect(v).toBe(Math.abs((p % 8) - 4) + Math.abs(Math.floor(p / 8) - 3) <= 2 ? 1 : 0));
  expect(floats(grown(tensor(more, [1, 64]), 8, -2))).toEqual(mask);
  expect(floats(grown(tensor(mask, [1, 64]), 8, 0))).toEqual(mask);
});
test('a picture is captioned as such', () => {
  const [scene] = scenes;
  expect(captionOf(scene!, 'picture')).toBe(captionOf(scene!, 'list').replace('photo', 'picture'));
});
