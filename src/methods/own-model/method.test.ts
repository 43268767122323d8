import { readFile } from 'node:fs/promises';
import { unzipSync } from 'fflate';
import { afterAll, describe, expect, test } from 'vitest';
import { InputError } from '../../base/errors';
import { floats } from '../../base/tensor';
import { readNpz, writeNpz } from '../../data/files/npz';
import { decodeModel } from '../../engine/onnx/model';
import { readSafetensors } from '../../engine/safetensors';
import { testLab, type TestLab } from '../../lab/testing';
import { createWasmExecutor } from '../../runtime/wasm';
import { readKnobs } from '../../spec/knobs';
import type { FileBytes } from '../../spec/messages';
import { card } from './card';
import { inspect } from './inspect';
import { method } from './method';
import type { Knobs } from './prepare';
import { take, type Kept } from './take';

const wasm = await createWasmExecutor();
afterAll(() => wasm.close());
const file = async (path: string, name = path.split('/').at(-1)!): Promise<FileBytes> => ({ name, bytes: new Uint8Array(await readFile(path)) });
const asset = async (path: string): Promise<Uint8Array> => (await file(path.startsWith('models/') ? path : `public/${path}`)).bytes;
const exported = (id: string): Promise<FileBytes[]> => Promise.all(['model.onnx', 'data.npz'].map((name) => file(`src/lab/own/testing/fixtures/${id}/${name}`)));
const knobsOf = (values: Partial<Knobs> = {}): Knobs => readKnobs(card.knobs, { steps: 10, batch: 2, validation: 0.3, ...values });

async function trial(files: readonly FileBytes[], values: Partial<Knobs> = {}, arms: readonly string[] = Object.keys(card.arms)): Promise<TestLab & { kept: Kept }> {
  const kit = testLab(wasm, { asset, arms, files });
  const kept = (await method.run(kit.lab, knobsOf(values))) as Kept; // what this method returns
  await kit.close();
  return { ...kit, kept };
}
const asked = async (files: readonly FileBytes[], values: Partial<Knobs> = {}) => {
  const kit = testLab(wasm, { asset, files });
  const answer = await inspect(kit.lab, knobsOf(values));
  await kit.close();
  return answer;
};
const of = (kit: TestLab, arm: string, metric: string): number => kit.outcomes.find((o) => o.arm === arm && o.metric === metric)!.value;

describe.each([
  ['mlp-13-folded', 'regression'],
  ['gpt-13-folded', 'classification'],
  ['vit-17-folded', 'classification'],
  ['bert-11-folded', 'classification'],
  ['resnet-17-folded-training', 'classification'],
  ['lstm-11', 'classification'],
  ['unet-13-folded', 'classification'],
])('%s, as PyTorch exports it', (id, task) => {
  test('fits its data, trains in every arm with every light on, and the loss of what is trained falls', async () => {
    const files = await exported(id);
    const batch = /^(gpt|unet)/.test(id) ? 1 : 2; // they bring two or three examples
    const { details, blocked } = await asked(files, { batch });
    expect([blocked, details?.task, details?.problems]).toEqual([undefined, task, []]);
    const kit = await trial(files, { batch, learningRate: 0.01 });
    expect(kit.lights.filter((light) => !light.holds)).toEqual([]);
    const losses = kit.points.filter((p) => p.arm === 'everything' && p.metric === 'train/loss').map((p) => p.value);
    expect(Math.min(...losses.slice(-3))).toBeLessThan(losses[0]!);
  });
});

test('the shipped model on its letters: masks alone change no weight and still learn', async () => {
  const kit = await trial([], { steps: 60, batch: 32, learningRateOfMasks: 1e-3 }, ['masks', 'untrained']);
  expect(of(kit, 'masks', 'validation/score')).toBeGreaterThan(of(kit, 'untrained', 'validation/score') + 0.1);
  const [model] = take(kit.kept, 'model', 'masks');
  const [before, after] = [decodeModel(await asset('models/letters.onnx')), decodeModel(model!.bytes)].map((m) => m.graph.initializers);
  for (const [name, { data }] of Object.entries(before!)) {
    const now = after![name]!.data;
    expect(Array.from(now as Float32Array).every((v, i) => v === 0 || Object.is(v, data[i])), name).toBe(true);
  }
});
test('a frozen tensor goes out as it came in, byte for byte, and the others do not', async () => {
  const kit = await trial(await exported('mlp-13-folded'), { frozen: 'net.0.*' }, ['chosen']);
  const [model] = take(kit.kept, 'model', 'chosen');
  const [before, after] = [decodeModel((await exported('mlp-13-folded'))[0]!.bytes), decodeModel(model!.bytes)].map((m) => m.graph.initializers);
  for (const [name, { data }] of Object.entries(before!)) expect(Buffer.from(data.buffer, data.byteOffset, data.byteLength).equals(Buffer.from(after![name]!.data.buffer, after![name]!.data.byteOffset, after![name]!.data.byteLength)), name).toBe(name.startsWith('net.0.'));
});
test('what can be taken away: weights and masks under their names, the step with its state, the script with all that it reads', async () => {
  const kit = await trial(await exported('mlp-13-folded'), { masked: 'net.2.weight' }, ['chosen']);
  const [weights, masks] = take(kit.kept, 'weights', 'chosen');
  expect(Object.keys(readSafetensors(weights!.bytes, weights!.name).params)).toContain('net.0.weight');
  const mask = Array.from(readSafetensors(masks!.bytes, masks!.name).params['net.2.weight']!.data, Number);
  expect([mask.length, mask.every((m) => m === 0 || m === 1)]).toEqual([64, true]);
  expect(take(kit.kept, 'step', 'chosen').map((f) => f.name)).toEqual(['model-chosen-step.onnx', 'model-chosen-state.safetensors']);
  const [zip] = take(kit.kept, 'script', 'chosen');
  const inside = unzipSync(zip!.bytes);
  expect(Object.keys(inside).sort()).toEqual(['data.npz', 'state.safetensors', 'step.onnx', 'train.py']);
  expect(Object.keys(readNpz(inside['data.npz']!, 'data.npz')).sort()).toEqual(['x', 'y']);
  expect(() => take(kit.kept, 'model', 'everything')).toThrow(/did not train this arm/);
});
test('what a run has kept so far can be asked for before it ends', async () => {
  const kit = await trial(await exported('mlp-13-folded'), { steps: 10 }, ['chosen']);
  const keeps = kit.keeps as Kept[];
  expect(keeps.map((kept) => kept.arms.chosen!.losses.length)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  const before = decodeModel((await exported('mlp-13-folded'))[0]!.bytes).graph.initializers;
  const [first, later] = [keeps[0]!, keeps[5]!].map((kept) => decodeModel(take(kept, 'model', 'chosen')[0]!.bytes).graph.initializers);
  expect(first).toEqual(before);
  expect(later).not.toEqual(before);
});

const npz = (arrays: Parameters<typeof writeNpz>[0]): FileBytes => ({ name: 'data.npz', bytes: writeNpz(arrays) });
const numbers = (shape: readonly number[], value: (i: number) => number = (i) => (i % 7) / 7) => ({ dtype: 'float32' as const, shape, data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => value(i)) });
test.each<[string, () => Promise<FileBytes[]>, Partial<Knobs>, RegExp]>([
  ['x of another size', async () => [(await exported('mlp-13-folded'))[0]!, npz({ x: numbers([20, 5]), y: numbers([20, 2]) })], {}, /takes float32 \[batch, 6\], but float32\[20,5\] came/],
  ['a model without data of its own', async () => [(await exported('mlp-13-folded'))[0]!], {}, /There are no data for model\.onnx yet\. Drop an NPZ/],
  ['y that is missing', async () => [(await exported('mlp-13-folded'))[0]!, npz({ x: numbers([20, 6]) })], {}, /must hold "y"/],
  ['labels beyond the classes', async () => [(await exported('vit-17-folded'))[0]!, npz({ x: numbers([20, 3, 8, 8]), y: { dtype: 'int64', shape: [20], data: BigInt64Array.from({ length: 20 }, (_, i) => BigInt(i)) } })], {}, /from 0 to 3 .* but \d+ came/],
  ['too few examples', () => exported('mlp-13-folded'), { batch: 8 }, /There are 7 examples: too few for a batch of 8 .* Lower the batch size to 3 or less/],
  ['three examples', async () => [(await exported('mlp-13-folded'))[0]!, npz({ x: numbers([3, 6]), y: numbers([3, 2]) })], { batch: 2 }, /Lower the batch size to 1\.$/],
  ['a pattern that finds nothing', () => exported('mlp-13-folded'), { trained: 'head.*' }, /matches no tensor/],
  ['an input that is not there', () => exported('mlp-13-folded'), { input: 'image' }, /no input "image"\. It has: x/],
])('%s blocks the run, in words for the page', async (_, files, values, reason) => {
  const { blocked, details } = await asked(await files(), values);
  expect(blocked).toMatch(reason);
  expect(blocked).not.toContain('--');
  expect(details?.model.layers.length).toBeGreaterThan(0);
});
test.each<[string, () => Promise<FileBytes[]>, Partial<Knobs>, RegExp]>([
  ['half a model', async () => [{ name: 'half.onnx', bytes: (await exported('mlp-13-folded'))[0]!.bytes.subarray(0, 900) }], {}, /./],
  ['no model', async () => [{ name: 'words.onnx', bytes: new TextEncoder().encode('no model at all') }], {}, /./],
  ['an output that is not there', () => exported('mlp-13-folded'), { output: 'probs' }, /no output "probs"\. It has: /],
  ['two models', async () => [...(await exported('mlp-13-folded')), { name: 'b.onnx', bytes: new Uint8Array(4) }], {}, /one ONNX file, but model\.onnx and b\.onnx/],
])('%s is refused as a whole', async (_, files, values, reason) => {
  const given = await files();
  await expect(asked(given, values)).rejects.toThrow(InputError);
  await expect(asked(given, values)).rejects.toThrow(reason);
});
test('a text trains a model of language, in rows as long as its table of positions allows', async () => {
  const text = { name: 'words.txt', bytes: new TextEncoder().encode('abc bca aab ccb '.repeat(40)) };
  const files = [(await exported('gpt-13-folded'))[0]!, text];
  const { details, blocked } = await asked(files);
  expect([blocked, details?.task, details?.data?.arrays[0]?.shape]).toEqual([undefined, 'language-modelling', [80, 8]]);
  expect(details?.data?.excerpts?.[0]).toBe('abc bca ');
  const kit = await trial(files, { steps: 40, batch: 8, learningRate: 0.01 }, ['chosen', 'untrained']);
  expect(kit.lights.filter((light) => !light.holds)).toEqual([]);
  expect(of(kit, 'chosen', 'validation/score')).toBeGreaterThan(of(kit, 'untrained', 'validation/score') + 0.2);
});
test('examples in another arrangement are read as the input wants them, and the page is told', async () => {
  const { details } = await asked([(await exported('mlp-13-folded'))[0]!, npz({ x: numbers([20, 2, 3]), y: numbers([20, 2]) })]);
  expect([details?.problems, details?.data?.notes[0]]).toEqual([[], 'x [20, 2, 3] is read as [20, 6].']);
});
test('the same seed divides and orders the examples alike, another otherwise', async () => {
  const marks = async (seed: number) => {
    const kit = testLab(wasm, { asset, arms: ['chosen'], files: await exported('vit-17-folded'), seed });
    await method.run(kit.lab, knobsOf({ steps: 5 }));
    await kit.close();
    return [...kit.marks.values()];
  };
  expect(await marks(1)).toEqual(await marks(1));
  expect(await marks(1)).not.toEqual(await marks(2));
});
test('R² is 1 where every answer is right, and accuracy counts what is right', async () => {
  const { decisions } = await import('./judge');
  const logits = { dtype: 'float32' as const, shape: [2, 3], data: Float32Array.of(0, 2, 1, 5, 0, 0) };
  expect([...decisions(logits, { dtype: 'int32', shape: [2], data: Int32Array.of(1, 2) })]).toEqual([[1, 1], [0, 2]]);
  const wide = { dtype: 'float32' as const, shape: [1, 2, 2], data: Float32Array.of(0, 3, 1, 2) }; // [n, classes, positions]
  expect([...decisions(wide, { dtype: 'int32', shape: [1, 2], data: Int32Array.of(1, -1) })]).toEqual([[1, 1]]);
  expect(floats(logits)).toHaveLength(6);
});
test('what is set aside for validation is not trained on, though it came twice; where nearly everything is a double, that is said', async () => {
  const [model] = await exported('mlp-13-folded');
  const rows = (distinct: number): FileBytes => {
    const data = Float32Array.from({ length: 40 * 6 }, (_, i) => ((Math.floor(i / 6) % distinct) + 1) * ((i % 6) + 1));
    return { name: 'data.npz', bytes: writeNpz({ x: { dtype: 'float32', shape: [40, 6], data }, y: { dtype: 'float32', shape: [40, 2], data: Float32Array.from({ length: 80 }, (_, i) => i) } }) };
  };
  const split = async (distinct: number) => (await asked([model!, rows(distinct)])).details!.data!;
  expect((await split(40)).split).toEqual({ train: 28, validation: 12 });
  const pairs = await split(20); // each row stands twice
  expect(pairs.split.train).toBeLessThan(28);
  expect(pairs.notes.join(' ')).toMatch(/examples that stand among the validation examples, too, are not trained on/);
  const heaps = await split(2);
  expect([heaps.split.train, heaps.notes.join(' ')]).toEqual([28, expect.stringContaining('what is learned by heart')]);
});
