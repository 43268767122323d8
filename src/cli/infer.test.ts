import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { NpyArray } from '../data/files/npy';
import { readNpz, writeNpz } from '../data/files/npz';
import { ProtoWriter } from '../engine/onnx/protobuf';
import { infer } from './infer';
import { root } from './files';

type NpyArrays = Readonly<Record<string, NpyArray>>;
const fixtures = join(root, 'src/engine/onnx/testing/fixtures');
const scratch = (): Promise<string> => mkdtemp(join(tmpdir(), 'stipple-infer-'));
const arraysIn = async (path: string): Promise<NpyArrays> => readNpz(new Uint8Array(await readFile(path)), path);

describe('models that PyTorch exported give what PyTorch gives', async () => {
  for (const name of await readdir(fixtures))
    test.each(['wasm', 'reference'] as const)(`${name} on %s`, async (executor) => {
      const [folder, out] = [join(fixtures, name), join(await scratch(), 'out.npz')];
      await infer({ model: join(folder, 'model.onnx'), inputs: join(folder, 'inputs.npz'), outputs: out, executor });
      const [got, wanted] = [await arraysIn(out), await arraysIn(join(folder, 'outputs.npz'))];
      expect(Object.keys(got)).toEqual(Object.keys(wanted));
      for (const [output, { dtype, shape, data }] of Object.entries(wanted)) {
        expect([got[output]!.dtype, got[output]!.shape]).toEqual([dtype, shape]);
        data.forEach((want, i) => expect(Math.abs(Number(got[output]!.data[i]) - Number(want)), `${output}[${i}]`).toBeLessThan(1e-5 * (1 + Math.abs(Number(want)))));
      }
    });
});

/** y = x + w, w [2] kept in w.bin beside the model. */
function externalModel(): Uint8Array {
  const out = new ProtoWriter();
  const info = (i: ProtoWriter, name: string): ProtoWriter => i.text(1, name).message(2, (t) => t.message(1, (tt) => tt.int(1, 1).message(2, (s) => s.message(1, (d) => d.text(2, 'n')).message(1, (d) => d.int(1, 2)))));
  out.int(1, 8).message(8, (o) => o.int(2, 17)).message(7, (g) => {
    g.message(1, (n) => n.text(1, 'x').text(1, 'w').text(2, 'y').text(4, 'Add'));
    g.message(5, (t) => t.packedInts(1, [2]).int(2, 1).text(8, 'w').int(14, 1).message(13, (e) => e.text(1, 'location').text(2, 'w.bin')));
    g.message(11, (i) => info(i, 'x')).message(12, (i) => info(i, 'y'));
  });
  return out.finish();
}
async function prepared(arrays: NpyArrays): Promise<{ model: string; inputs: string; outputs: string; executor: 'reference' }> {
  const folder = await scratch();
  await writeFile(join(folder, 'model.onnx'), externalModel());
  await writeFile(join(folder, 'w.bin'), new Uint8Array(Float32Array.of(10, 20).buffer));
  await writeFile(join(folder, 'in.npz'), writeNpz(arrays));
  return { model: join(folder, 'model.onnx'), inputs: join(folder, 'in.npz'), outputs: join(folder, 'out.npz'), executor: 'reference' };
}
const x = { dtype: 'float64', shape: [3, 2], data: Float64Array.of(1, 2, 3, 4, 5, 6) } as const;
test('weights beside the model are found, the batch is as large as the data, doubles are floats', async () => {
  const given = await prepared({ x });
  expect(await infer(given)).toEqual([]);
  expect((await arraysIn(given.outputs))['y']).toEqual({ dtype: 'float32', shape: [3, 2], data: Float32Array.of(11, 22, 13, 24, 15, 26) });
});
test('the only array is taken for the only input, and the user is told; an array too many is not used', async () => {
  expect(await infer(await prepared({ anything: x }))).toEqual(['The only array, "anything", is taken for the only input, "x".']);
  expect(await infer(await prepared({ x, labels: x }))).toEqual(['Not used, as the model has no such input: labels.']);
});
test('missing inputs, other kinds of numbers and a missing weight file are named', async () => {
  await expect(infer(await prepared({ a: x, b: x }))).rejects.toThrow(/has the inputs x; .* holds a, b\. Save the arrays/);
  await expect(infer(await prepared({ x: { dtype: 'int64', shape: [1, 2], data: BigInt64Array.of(1n, 2n) } }))).rejects.toThrow(/Input x is float32 in the model, but the array is int64/);
  const given = await prepared({ x });
  await writeFile(given.model, Buffer.from(externalModel()).toString('latin1').replace('w.bin', 'v.bin'), 'latin1');
  await expect(infer(given)).rejects.toThrow(/keeps weights in "v.bin", which is not beside it/);
});
test('a folder that is not there is named before anything runs', async () =>
  expect(infer({ ...(await prepared({ x })), outputs: join('no-such-folder', 'out.npz') })).rejects.toThrow(/cannot be written: there is no folder no-such-folder/));
