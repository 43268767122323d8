import { expect, test } from 'vitest';
import { tensor } from '../base/tensor';
import { evaluate } from '../engine/evaluate';
import { constant } from '../engine/value';
import { channelsToPixels, pixelsToChannels } from './fold';

const x = constant(tensor(Float32Array.from({ length: 2 * 3 * 4 * 6 }, (_, i) => i), [2, 3, 4, 6]));
test('a square of pixels becomes channels of one place', () => {
  const folded = pixelsToChannels(x, 2);
  expect(folded.shape).toEqual([2, 12, 2, 3]);
  const { data } = evaluate([folded], new Map())[0]!;
  for (let i = 0; i < data.length; i++) {
    const [n, channel, row, column] = [Math.floor(i / 72), Math.floor(i / 6) % 12, Math.floor(i / 3) % 2, i % 3];
    const [c, dy, dx] = [Math.floor(channel / 4), Math.floor(channel / 2) % 2, channel % 2];
    expect(data[i]).toBe(((n * 3 + c) * 4 + 2 * row + dy) * 6 + 2 * column + dx);
  }
});
test('there and back changes nothing, and what does not divide is refused', () => {
  expect(evaluate([channelsToPixels(pixelsToChannels(x, 2), 2)], new Map())[0]!.data).toEqual(Float64Array.from({ length: 144 }, (_, i) => i));
  expect(() => pixelsToChannels(x, 4)).toThrow('squares of 4');
  expect(() => channelsToPixels(x, 2)).toThrow('3 channels');
});
