import { expect, test } from 'vitest';
import { tensor } from '../base/tensor';
import { writeSafetensors } from './safetensors';

test('a safetensors file holds names, shapes, offsets and the numbers, little-endian', () => {
  const bytes = writeSafetensors({ 'a.weight': tensor([1, -2, 0.5, 4, 5, 6], [2, 3]), b: tensor([7], []) }, { step: '3' });
  const view = new DataView(bytes.buffer);
  const length = Number(view.getBigUint64(0, true));
  expect(length % 8).toBe(0);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))) as Record<string, { data_offsets: [number, number] }>;
  expect(header).toEqual({ __metadata__: { step: '3' }, 'a.weight': { dtype: 'F32', shape: [2, 3], data_offsets: [0, 24] }, b: { dtype: 'F32', shape: [], data_offsets: [24, 28] } });
  const read = (name: string): number[] => Array.from({ length: (header[name]!.data_offsets[1] - header[name]!.data_offsets[0]) / 4 }, (_, i) => view.getFloat32(8 + length + header[name]!.data_offsets[0] + 4 * i, true));
  expect([read('a.weight'), read('b')]).toEqual([[1, -2, 0.5, 4, 5, 6], [7]]);
  expect(bytes.length).toBe(8 + length + 28);
});
