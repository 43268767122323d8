import { expect, test } from 'vitest';
import { fromBfloat, fromHalf, toBfloat, toHalf } from './half';

test('every half comes back from its number as the same bits', () => {
  const all = Array.from({ length: 65536 }, (_, bits) => bits);
  expect(all.filter((bits) => !Number.isNaN(fromHalf(bits)) && toHalf(fromHalf(bits)) !== bits)).toEqual([]);
  expect(all.filter((bits) => !Number.isNaN(fromBfloat(bits)) && toBfloat(fromBfloat(bits)) !== bits)).toEqual([]);
});
test('numbers between two halves go to the nearer one, and from the middle to the even one', () => {
  const wrong = Array.from({ length: 0x7bff }, (_, bits) => bits).filter((bits) => {
    const [low, high] = [fromHalf(bits), fromHalf(bits + 1)];
    const even = bits % 2 === 0 ? bits : bits + 1;
    return toHalf(low + (high - low) * 0.49) !== bits || toHalf(low + (high - low) * 0.51) !== bits + 1 || toHalf((low + high) / 2) !== even;
  });
  expect(wrong).toEqual([]);
});
// By hand from the standard's layout.
test.each([[1, 0x3c00], [-2, 0xc000], [65504, 0x7bff], [65519, 0x7bff], [65520, 0x7c00], [Infinity, 0x7c00], [-0, 0x8000], [2 ** -24, 1], [2 ** -25, 0], [0.1, 0x2e66]])('%s is the half %s', (value, bits) => expect(toHalf(value)).toBe(bits));
test.each([[1, 0x3f80], [-0, 0x8000], [3.140625, 0x4049], [3.4e38, 0x7f80]])('%s is the bfloat %s', (value, bits) => expect(toBfloat(value)).toBe(bits));
test('what is not a number stays so', () => {
  expect(fromHalf(toHalf(NaN))).toBeNaN();
  expect(fromBfloat(toBfloat(NaN))).toBeNaN();
});
