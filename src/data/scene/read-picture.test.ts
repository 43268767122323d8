import { expect, test } from 'vitest';
import { floats } from '../../base/tensor';
import { nameOfReading, readPicture } from './read-picture';
import { makeSceneSet } from './set';

const size = 3 * 16 * 16;
const count = 40;
/** Of 300 pictures with all textures, background and colour were right on all, the shape on 293; of 300 plain ones on all. */
test.each([{ textures: [0], least: 0.975 }, { textures: [0, 1, 2, 3], least: 0.9 }])('pictures of the generator are read as what they are, textures $textures', ({ textures, least }) => {
  const set = makeSceneSet({ seed: 21, split: 'reading', count, side: 16, objects: [1, 1], patterns: [0], textures });
  const read = Array.from({ length: count }, (_, i) => readPicture(floats(set.x).subarray(i * size, (i + 1) * size), 16));
  const right = (wanted: (i: number) => unknown, found: (i: number) => unknown): number => read.filter((_, i) => wanted(i) === found(i)).length / count;
  expect(right((i) => set.tone.data[i], (i) => read[i]!.tone)).toBe(1);
  expect(right((i) => set.colour.data[4 * i], (i) => read[i]!.colour)).toBeGreaterThanOrEqual(0.975);
  expect(right((i) => set.kind.data[4 * i], (i) => read[i]!.kind)).toBeGreaterThanOrEqual(least);
  expect(nameOfReading(read[0]!)).toMatch(/^\w+ \w+ on \w+$/);
  read.forEach(({ x, y }, i) => {
    const { objects } = set.scenes[i]!;
    expect(Math.abs(x - objects[0]!.x) + Math.abs(y - objects[0]!.y)).toBeLessThan(2.5);
  });
});
test('an empty picture explains nothing, and numbers that are no picture are refused', () => {
  expect(readPicture(new Float32Array(size).fill(-0.8), 16).explained).toBe(0);
  expect(() => readPicture(new Float32Array(10), 16)).toThrow('3 x 16 x 16');
});
