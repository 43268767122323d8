/** Data of every kind, as a model's data: what the page is told before anything runs. */
import { readFile } from 'node:fs/promises';
import { encode } from 'fast-png';
import { zipSync } from 'fflate';
import { expect, test } from 'vitest';
import { tensor } from '../../base/tensor';
import { writeNpy } from '../../data/files/npy';
import { writeNpz } from '../../data/files/npz';
import { writeSafetensors } from '../../engine/safetensors';
import { testLab } from '../../lab/testing';
import { createReferenceExecutor } from '../../runtime/reference';
import { readKnobs } from '../../spec/knobs';
import type { FileBytes } from '../../spec/messages';
import { card } from './card';
import { inspect } from './inspect';
import type { Knobs } from './prepare';

const file = async (path: string): Promise<FileBytes> => ({ name: path.split('/').at(-1)!, bytes: new Uint8Array(await readFile(path)) });
const exported = (id: string): Promise<FileBytes[]> => Promise.all(['model.onnx', 'data.npz'].map((name) => file(`src/lab/own/testing/fixtures/${id}/${name}`)));
const asked = async (files: readonly FileBytes[], values: Partial<Knobs> = {}) => {
  const kit = testLab(createReferenceExecutor(), { asset: (path) => Promise.reject(new Error(`${path} is not needed here`)), files });
  return inspect(kit.lab, readKnobs(card.knobs, { steps: 10, batch: 2, validation: 0.3, ...values }));
};
const npz = (arrays: Parameters<typeof writeNpz>[0]): FileBytes => ({ name: 'data.npz', bytes: writeNpz(arrays) });
const numbers = (shape: readonly number[]) => ({ dtype: 'float32' as const, shape, data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => (i % 7) / 7) });

const record = (label: number, value: number): number[] => [label, ...new Array<number>(3072).fill(value)];
const jsonl = (lines: readonly object[]): FileBytes => ({ name: 'a.jsonl', bytes: new TextEncoder().encode(lines.map((line) => JSON.stringify(line)).join('\n')) });
test('every kind of data that fits a model trains it: JSON lines, safetensors, .npy files', async () => {
  const model = (await exported('mlp-13-folded'))[0]!;
  const [x, y] = [numbers([20, 6]), numbers([20, 2])];
  const row = (data: Float32Array, i: number, width: number): number[] => [...data.subarray(i * width, (i + 1) * width)];
  const rows = Array.from({ length: 20 }, (_, i) => ({ x: row(x.data, i, 6), y: row(y.data, i, 2) }));
  const sources: [string, FileBytes[]][] = [
    ['records', [jsonl(rows)]],
    ['safetensors', [{ name: 'data.safetensors', bytes: writeSafetensors({ x: tensor(x.data, x.shape), y: tensor(y.data, y.shape) }) }]],
    ['npy', [{ name: 'x.npy', bytes: writeNpy(x) }, { name: 'y.npy', bytes: writeNpy(y) }]],
  ];
  for (const [name, files] of sources) {
    const { details, blocked } = await asked([model, ...files]);
    expect([blocked, details?.data?.arrays.map(({ shape }) => shape), details?.task], name).toEqual([undefined, [[20, 6], [20, 2]], 'regression']);
  }
});
test('pictures, CIFAR and images of other sizes are fitted to what the input fixes, and the page is told', async () => {
  const model = (await exported('vit-17-folded'))[0]!; // reads [batch, 3, 8, 8], and tells 4 classes apart
  const cifar: FileBytes = { name: 'data_batch_1.bin', bytes: Uint8Array.from(Array.from({ length: 40 }, (_, i) => record(i % 4, 10 * (i % 4))).flat()) };
  const seen = await asked([model, cifar], { batch: 4 });
  expect([seen.blocked, seen.details?.data?.arrays[0]?.shape, seen.details?.task]).toEqual([undefined, [40, 3, 8, 8], 'classification']);
  expect(seen.details?.data?.notes.join(' ')).toMatch(/CIFAR-10.*32 x 32 were resized to 8 x 8/);
  expect(seen.details?.data?.classes?.[0]).toEqual({ label: 'airplane', count: 10 });
  const png = encode({ width: 12, height: 12, channels: 1, depth: 8, data: new Uint8Array(144).fill(51) });
  const zip: FileBytes = { name: 'set.zip', bytes: zipSync(Object.fromEntries(Array.from({ length: 16 }, (_, i) => [`${'abcd'[i % 4]}/${i}.png`, new Uint8Array(png)]))) };
  const { details, blocked } = await asked([model, zip], { batch: 4 });
  expect([blocked, details?.data?.arrays[0]?.shape, details?.data?.arrays[0]?.mean]).toEqual([undefined, [16, 3, 8, 8], expect.closeTo(0.2, 5)]);
});
test('texts of records train a model of language; a test split is left aside, and the page is told', async () => {
  const model = (await exported('gpt-13-folded'))[0]!;
  const { details, blocked } = await asked([model, jsonl(Array.from({ length: 40 }, () => ({ text: 'abc bca aab ccb ' })))]);
  expect([blocked, details?.task, details?.data?.arrays[0]?.shape[1]]).toEqual([undefined, 'language-modelling', 8]);
  const two = await asked([(await exported('mlp-13-folded'))[0]!, npz({ x_train: numbers([20, 6]), y_train: numbers([20, 2]), x_test: numbers([4, 6]), y_test: numbers([4, 2]) })]);
  expect([two.blocked, two.details?.data?.arrays[0]?.shape, two.details?.data?.notes.join()]).toEqual([undefined, [20, 6], expect.stringMatching(/Arrays of test are left aside/)]);
});
