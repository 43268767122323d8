import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { encodeModel, type OnnxDType, type OnnxTensor } from '../engine/onnx/model';
import { encodeTensor } from '../engine/onnx/tensor-proto';
import { conformance, showConformance } from './conformance';
import { main } from './main';

const floats = (...values: number[]): OnnxTensor => ({ dtype: 'float32', dims: [values.length], data: Float32Array.from(values) });
/** A test of one node, x [n] -> y, laid out as ONNX's own. */
async function writeTest(folder: string, name: string, opType: string, x: OnnxTensor, y: OnnxTensor, made: OnnxDType = 'float32'): Promise<void> {
  const set = join(folder, name, 'test_data_set_0');
  await mkdir(set, { recursive: true });
  const graph = {
    name,
    nodes: [{ name: '', opType, domain: '', inputs: ['x'], outputs: ['y'], attributes: {} }],
    initializers: {},
    inputs: [{ name: 'x', dtype: x.dtype, dims: x.dims }],
    outputs: [{ name: 'y', dtype: made, dims: y.dims }],
  };
  await writeFile(join(folder, name, 'model.onnx'), encodeModel({ opset: 17, irVersion: 8, graph, metadata: {} }));
  await writeFile(join(set, 'input_0.pb'), encodeTensor(x, 'x'));
  await writeFile(join(set, 'output_0.pb'), encodeTensor(y, 'y'));
}
test('tests pass within tolerance, fail with figures, or are not supported by name; NaN is NaN, dtypes and shapes count', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'stipple-conformance-'));
  await writeTest(folder, 'a/near', 'Neg', floats(1000, NaN), floats(-1000.5, NaN));
  await writeTest(folder, 'a/far', 'Neg', floats(1, 2, 3), floats(-1, -2, -3.1));
  await writeTest(folder, 'a/nan', 'Neg', floats(1), floats(NaN));
  await writeTest(folder, 'b/shape', 'Neg', floats(1), floats(-1, -1));
  await writeTest(folder, 'b/dtype', 'IsNaN', floats(1), { dtype: 'int32', dims: [1], data: Int32Array.of(0) }, 'bool');
  await writeTest(folder, 'b/unknown', 'NonMaxSuppression', floats(1), floats(1));
  const report = await conformance(folder, 'reference');
  expect(report).toMatchObject({ executor: 'reference', passed: 1, failed: 4, unsupported: 1 });
  const of = (name: string) => report.tests.find((t) => t.name === name)!;
  expect(of('a/near')).toEqual({ name: 'a/near', status: 'passed', largestError: 0.5 });
  expect(of('a/far')).toMatchObject({ status: 'failed', reason: expect.stringMatching(/output y: 1 of 3 numbers are wrong, by up to 0\.1\d*; at 2 it is -3, expected -3\.09/) as string });
  expect(of('a/nan').reason).toMatch(/at 0 it is -1, expected NaN/);
  expect(of('b/shape').reason).toBe('output y is float32[1], expected float32[2]');
  expect(of('b/dtype').reason).toBe('output y is bool[1], expected int32[1]');
  expect(of('b/unknown')).toMatchObject({ status: 'unsupported', reason: expect.stringMatching(/^NonMaxSuppression: this operator is not supported/) as string });
  expect(showConformance(report)).toMatch(/^1 passed, 4 failed, 1 unsupported \(reference\)\nFailed:\n/);
  expect((await conformance(join(folder, 'a/near'), 'wasm')).tests).toMatchObject([{ name: 'near', status: 'passed' }]);
  await expect(conformance(join(folder, 'a/near/test_data_set_0'), 'wasm')).rejects.toThrow(/holds no test/);
});

/** ONNX's own backend tests, where the package libonnx-testdata is installed. */
const data = '/usr/share/libonnx-testdata/data';
describe.skipIf(!existsSync(data))("ONNX's backend tests (skipped where libonnx-testdata is not installed)", () => {
  const folders = [['node', 820], ['simple', 14], ['pytorch-operator', 35], ['pytorch-converted', 81]] as const;
  for (const executor of ['wasm', 'reference'] as const)
    test.each(folders)(`%s: none fails on ${executor}, at least %i pass`, async (folder, least) => {
      const report = await conformance(join(data, folder), executor);
      expect(report.tests.filter((t) => t.status === 'failed')).toEqual([]);
      expect(report.passed).toBeGreaterThanOrEqual(least);
    });
});

test('the command says its counts and exits with 1 if a test fails', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'stipple-conformance-'));
  await writeTest(folder, 'right', 'Neg', floats(1), floats(-1));
  const said: string[] = [];
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => said.push(String(text)) > 0);
  try {
    expect(await main(['conformance', folder, '--executor', 'reference'])).toBe(0);
    await writeTest(folder, 'wrong', 'Neg', floats(1), floats(1));
    expect(await main(['conformance', folder, '--executor', 'reference', '--json'])).toBe(1);
  } finally {
    write.mockRestore();
  }
  expect(said[0]).toBe('1 passed, 0 failed, 0 unsupported (reference)\n');
  expect(JSON.parse(said[1]!)).toMatchObject({ executor: 'reference', passed: 1, failed: 1, unsupported: 0, tests: [{ name: 'right', status: 'passed' }, { name: 'wrong', status: 'failed', largestError: 2 }] });
});
