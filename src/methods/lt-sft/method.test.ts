import { readFile } from 'node:fs/promises';
import { afterAll, expect, test } from 'vitest';
import { floats, type Params } from '../../base/tensor';
import { layoutOf } from '../../engine/layout';
import { defineProgram } from '../../engine/program';
import type { Lab, TrainingRun } from '../../lab/lab';
import { testLab } from '../../lab/testing';
import { createWasmExecutor } from '../../runtime/wasm';
import { readKnobs } from '../../spec/knobs';
import { card } from './card';
import { maskOf } from './difference';
import { method } from './method';
import { pull, trainedOf } from './step';
import { classesOf, openTask, type Knobs } from './task';

const wasm = await createWasmExecutor();
afterAll(() => wasm.close());
const asset = async (path: string): Promise<Uint8Array> => new Uint8Array(await readFile(path));
const knobs = (more: Partial<Record<keyof Knobs, unknown>> = {}): Knobs => readKnobs(card.knobs, { ...card.quick, ...more });
const { lab, close } = testLab(wasm, { asset, seed: 3 });
afterAll(close);
const task = await openTask(lab, knobs());

/** Every training of a run, in order. */
async function trainings(more: Partial<Record<keyof Knobs, unknown>>, arms: readonly string[]): Promise<{ run: TrainingRun; end: Params }[]> {
  const kit = testLab(wasm, { asset, seed: 3, arms });
  const seen: { run: TrainingRun; end: Params }[] = [];
  const spied: Lab = { ...kit.lab, train: async (run) => {
    const end = await kit.lab.train(run);
    seen.push({ run, end });
    return end;
  } };
  await method.run(spied, knobs(more));
  await kit.close();
  return seen;
}
const ones = (params: Params): number => floats(params.mask!).reduce((a, b) => a + b, 0);
const weightOf = (params: Params, name: string): number[] => [...floats(params[name]!)];

test('of a file with norms and a tied decoder, all but the norms is trained, and the decoder is the embedding turned round', () => {
  const names = Object.keys(trainedOf(task, 'task'));
  expect(names.some((name) => name.includes('norm'))).toBe(false);
  expect(Object.keys(task.frozen).filter((name) => name !== 'head.weight').every((name) => name.includes('norm'))).toBe(true);
  const embedding = task.layout.entries.find(({ name }) => name === 'token.weight')!;
  const [rows, columns] = embedding.shape as [number, number];
  for (const [r, c] of [[0, 0], [7, 31], [rows - 1, columns - 1]] as const) expect(floats(task.frozen['head.weight']!)[c * rows + r]).toBe(task.start[embedding.offset + r * columns + c]);
});
test('a mask names its entries and the whole head, wherever they lie in theta', () => {
  const chosen = Uint32Array.of(5, 1000, task.layout.size - 1);
  const layout = layoutOf(trainedOf(task, 'task'));
  const mask = floats(maskOf(task, 'task', chosen).mask!);
  const head = Object.values(task.head).reduce((n, { data }) => n + data.length, 0);
  expect(mask.reduce((a, b) => a + b, 0)).toBe(chosen.length + head);
  for (const at of chosen) {
    const own = task.layout.entries.find(({ offset, size }) => at >= offset && at < offset + size)!;
    expect(mask[layout.entries.find(({ name }) => name === own.name)!.offset + at - own.offset]).toBe(1);
  }
});
test('the pull is λ over the number of all weights times the distance, and its gradient the signs', async () => {
  const program = defineProgram({ name: 'pull', feeds: { a: { shape: [4] }, start: { shape: [4] } } }, ({ feeds }) => ({ outputs: { out: pull({ a: feeds.a! }, { 'start.a': feeds.start! }, ['a'], 0.1, 50) } }));
  const session = await wasm.load(program, {});
  const { out } = await session.run({ a: { dtype: 'float32', shape: [4], data: Float32Array.of(1, -2, 3, 0.5) }, start: { dtype: 'float32', shape: [4], data: Float32Array.of(1, 0, 2, 0) } });
  await session.release();
  expect(floats(out!)[0]).toBeCloseTo((0.1 / 50) * 3.5, 8);
});
test('phases: everything, then K entries from the same start with a fresh head; the task on A\'s vector', async () => {
  const seen = await trainings({ kTask: 0.01, kLanguage: 0.005 }, ['lt-sft']);
  expect(seen.map(({ run }) => run.trainer.spec.name)).toEqual(['sparse-language', 'sparse-language', 'sparse-language', 'sparse-language', 'sparse-task', 'sparse-task']);
  const { size } = task.layout;
  const head = Object.values(task.head).reduce((n, { data }) => n + data.length, 0);
  expect(seen.map(({ run }) => ones(run.frozen!))).toEqual([size, Math.round(0.005 * size), size, Math.round(0.005 * size), size + head, Math.round(0.01 * size) + head]);
  for (const k of [0, 2, 4]) for (const name of Object.keys(seen[k]!.run.from)) expect(weightOf(seen[k + 1]!.run.from, name)).toEqual(weightOf(seen[k]!.run.from, name));
  // D begins at the model, the task where A's vector has led.
  expect(weightOf(seen[2]!.run.from, 'block1.up.weight')).toEqual(weightOf(seen[0]!.run.from, 'block1.up.weight'));
  const afterA = seen[1]!.end;
  for (const name of task.layout.entries.map((e) => e.name)) weightOf(seen[4]!.run.from, name).forEach((v, i) => expect(v).toBeCloseTo(floats(afterA[name]!)[i]!, 6));
  // The entries of the second phase are those that the first has moved most: none outside moved further than any inside.
  const [first, second] = [seen[4]!, seen[5]!];
  const layout = layoutOf(trainedOf(task, 'task'));
  const mask = floats(second.run.frozen!.mask!);
  let [inside, outside] = [Infinity, 0];
  for (const { name, offset, size: n } of layout.entries.filter((e) => !e.name.startsWith('tag.')))
    for (let i = 0; i < n; i++) {
      const moved = Math.abs(Math.fround(floats(first.end[name]!)[i]! - floats(first.run.from[name]!)[i]!));
      if (mask[offset + i] === 1) inside = Math.min(inside, moved);
      else outside = Math.max(outside, moved);
    }
  expect(inside).toBeGreaterThanOrEqual(outside);
});
test('iterations unfreeze K / n more each, from where the last one ended; without rewinding the second phase goes on', async () => {
  const { size } = task.layout;
  const twice = await trainings({ iterations: 2, kLanguage: 0.01, kTask: 0.01, source: false }, ['lt-sft']);
  expect(twice.slice(0, 4).map(({ run }) => ones(run.frozen!))).toEqual([size, Math.round(0.005 * size), size, Math.round(0.01 * size)]);
  expect(weightOf(twice[2]!.run.from, 'position.weight')).toEqual(weightOf(twice[1]!.end, 'position.weight'));
  const on = await trainings({ rewind: false, source: false }, ['task']);
  expect(weightOf(on[1]!.run.from, 'block0.up.weight')).toEqual(weightOf(on[0]!.end, 'block0.up.weight'));
});
test('classes are named on words alone', () => {
  const { testSentences } = task;
  const { targets, weights } = classesOf(testSentences[0]!);
  testSentences[0]!.classes.data.forEach((c: number, i: number) => expect([weights.data[i], targets.data[i]]).toEqual(c < 0 ? [0, 0] : [1, c]));
});
test('the board with nothing added is the bare model, and with both the arm\'s own figure', async () => {
  const kit = testLab(wasm, { asset, seed: 3, arms: ['lt-sft'] });
  const kept = await method.run(kit.lab, knobs());
  const ask = async (values: Record<string, number>): Promise<number[]> => {
    const { pictures = {} } = await method.asks!.board!(kit.lab, knobs(), values, kept);
    const map = pictures.accuracy!;
    return map.kind === 'heatmap' ? [...map.values] : [];
  };
  const target = kit.outcomes.find((o) => o.metric === 'target/accuracy')!.value;
  expect((await ask({ task: 1, target: 1, source: 0 }))[3]).toBeCloseTo(target, 6);
  expect(await ask({ task: 0, target: 0, source: 0 })).not.toEqual(await ask({ task: 1, target: 1, source: 0 }));
  await kit.close();
});
