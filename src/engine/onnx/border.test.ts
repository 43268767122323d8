import { expect, test } from 'vitest';
import { int32, tensor } from '../../base/tensor';
import { fromTensor, toTensor } from './border';

test('what comes in and goes out again is the same, in every element type', () => {
  const whole = [['int8', Int8Array.of(-128, 127)], ['uint8', Uint8Array.of(0, 255)], ['int16', Int16Array.of(-32768, 32767)], ['uint16', Uint16Array.of(0, 65535)], ['int32', Int32Array.of(-(2 ** 31), 2 ** 31 - 1)], ['uint32', Uint32Array.of(0, 2 ** 31 - 1)], ['int64', BigInt64Array.of(-(2n ** 31n), 2n ** 31n - 1n)], ['uint64', BigUint64Array.of(0n, 2n ** 31n - 1n)], ['bool', Uint8Array.of(0, 1)], ['float32', Float32Array.of(0.1, -Infinity)], ['float64', Float64Array.of(0.5, -3)]] as const;
  for (const [dtype, data] of whole) {
    const file = { dtype, dims: [2], data };
    expect(fromTensor(toTensor(file, 'x'), dtype, 'x')).toEqual(file);
  }
});
test('integers beyond int32 are refused with the number, doubles become the nearest float', () => {
  expect(() => toTensor({ dtype: 'int64', dims: [2], data: BigInt64Array.of(1n, 2n ** 31n) }, 'x')).toThrow(/x holds the integer 2147483648, which does not fit int32/);
  expect(() => toTensor({ dtype: 'uint32', dims: [1], data: Uint32Array.of(2 ** 32 - 1) }, 'x')).toThrow(/4294967295/);
  expect(toTensor({ dtype: 'float64', dims: [1], data: Float64Array.of(0.1) }, 'x')).toEqual(tensor([0.1]));
});
test('another kind of numbers than the file declares is refused', () => {
  expect(() => fromTensor(int32([1]), 'float32', 'Output y')).toThrow('Output y is int32 here, but float32 in the file.');
  expect(() => fromTensor(tensor([1]), 'bool', 'Output y')).toThrow('Output y is float32 here, but bool in the file.');
});
