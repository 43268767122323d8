import { expect, test } from 'vitest';
import { readAsset } from '../cli/files';
import { tensor } from '../base/tensor';
import { writeNpz } from '../data/files/npz';
import { patchInitializers } from '../engine/onnx/patch';
import { readCheckpoint } from '../engine/onnx/writer';
import { writeSafetensors } from '../engine/safetensors';
import { readCheckpointFile } from './checkpoint-file';

const params = { 'b.weight': tensor([1, 2, 3, 4], [2, 2]), 'a.bias': tensor([-0.5]) };
const counted = { ...params, steps: { dtype: 'int32' as const, shape: [], data: Int32Array.of(7) } };

test('safetensors and NPZ give their floats in order, and say what they leave out', () => {
  expect(readCheckpointFile({ name: 'm.safetensors', bytes: writeSafetensors(counted) })).toEqual({ form: 'safetensors', params, notes: ['1 tensor that holds no floats was left out.'] });
  const npz = writeNpz({ 'b.weight': { dtype: 'float64', shape: [2, 2], data: Float64Array.of(1, 2, 3, 4) }, 'a.bias': { dtype: 'float32', shape: [1], data: Float32Array.of(-0.5) } });
  expect(readCheckpointFile({ name: 'm.npz', bytes: npz })).toEqual({ form: 'npz', params, notes: [] });
});
test('an ONNX file gives its params under the names that numbers can be put back under', async () => {
  const bytes = await readAsset('models/letters.onnx');
  const read = readCheckpointFile({ name: 'letters.onnx', bytes });
  expect(Object.keys(read.params).length).toBeGreaterThan(3);
  const doubled = Object.fromEntries(Object.entries(read.params).map(([name, t]) => [name, tensor(Float32Array.from(t.data, (v) => 2 * v), t.shape)]));
  expect(readCheckpointFile({ name: 'letters.onnx', bytes: patchInitializers(bytes, doubled) }).params).toEqual(doubled);
  const shipped = await readAsset('models/cnn.onnx');
  expect(readCheckpointFile({ name: 'cnn.onnx', bytes: shipped }).params).toEqual(readCheckpoint(shipped).params);
});
test.each<[string, string, Uint8Array, string]>([
  ['nothing', 'm.safetensors', new Uint8Array(), 'empty'],
  ['another kind', 'm.pt', Uint8Array.of(0x80, 2, 1, 4, 5, 6, 7, 8, 9, 10), 'safetensors.torch.save_file'],
  ['a ZIP file of PyTorch', 'm.pth', Uint8Array.of(0x50, 0x4b, 3, 4, 5, 6, 7, 8, 9, 10), 'safetensors.torch.save_file'],
  ['a header that is none', 'm.safetensors', new Uint8Array(40).fill(0x7b), 'is not a safetensors file'],
  ['no floats', 'm.safetensors', writeSafetensors({ n: counted.steps }), 'no tensor of floats'],
  ['a ZIP file that is none', 'm.npz', Uint8Array.of(0x50, 0x4b, 3, 4, 0, 0), 'm.npz'],
])('%s is refused in words', (_, name, bytes, why) => expect(() => readCheckpointFile({ name, bytes })).toThrow(why));
