import { afterAll, beforeAll, expect, test } from 'vitest';
import { readAsset } from '../cli/files';
import { memoryBlobs, type Blobs } from '../keep/blobs';
import { keepCheckpoint, tensorsOf } from '../keep/checkpoints';
import { readCheckpointFile } from '../lab/checkpoint-file';
import { sameBits } from '../lab/combine';
import { loadMethod } from '../methods';
import { createWasmExecutor } from '../runtime/wasm';
import { tensor } from '../base/tensor';
import type { Executor } from '../engine/executor';
import { defaultExperiment } from '../spec/experiment';
import { measuredBy, type Checkpoint } from '../spec/checkpoint';
import { readKnobs, type KnobValues } from '../spec/knobs';
import { cookingKinds, type Cooking, type GreedyStep } from '../spec/kitchen';
import type { RunResult } from '../spec/result';
import { createExecutors } from './backends';
import { RunControl } from './control';
import { answers, type LibraryHost } from './library';
import { runExperiment } from './run';

const executors = createExecutors(async () => ({ webgpu: { available: false, software: false, adapter: 'none' } }));
let executor: Executor;
beforeAll(async () => void (executor = await createWasmExecutor()));
afterAll(async () => {
  await executors.close();
  await executor.close();
});
const hostOf = (blobs: Blobs, control = new RunControl()): LibraryHost => ({ asset: readAsset, executor: async () => executor, blobs, control });

/** A run at the card's quick setting, its checkpoints kept. */
async function kept(id: string, blobs: Blobs, arms: readonly string[] | undefined, knobs: KnobValues = {}): Promise<{ checkpoints: readonly Checkpoint[]; result: RunResult }> {
  const method = await loadMethod(id);
  const experiment = { ...defaultExperiment(method.card), knobs: readKnobs(method.card.knobs, { ...method.card.quick, ...knobs }), backend: 'wasm' as const, ...(arms && { arms }) };
  const { result, models, problem } = await runExperiment({ runId: 'r', experiment, method, files: [], executors, control: new RunControl(), asset: readAsset, emit: () => undefined });
  if (!result || !models || problem) throw new Error(problem?.message ?? 'no result');
  const checkpoints: Checkpoint[] = [];
  await models.keep(method.card, experiment, (one) => void checkpoints.push(one), blobs);
  return { checkpoints, result };
}
const tuned = memoryBlobs();
let runs: Awaited<ReturnType<typeof kept>>;
beforeAll(async () => void (runs = await kept('fine-tune', tuned, ['tuned', 'layer-first', 'scratch'])), 120_000);

test('a checkpoint is measured as its run measured it, and the kitchen knows how far apart they lie', async () => {
  const { checkpoints, result } = runs;
  const parts: number[] = [];
  const { measure, scores, norms, distances } = await answers.kitchen({ ids: checkpoints.map(({ id }) => id), measuredBy: measuredBy(checkpoints[0]!)!, files: [] }, hostOf(tuned), ({ at }) => void parts.push(at));
  expect([measure?.unit, measure?.accuracy, measure?.gradient, parts]).toEqual(['nats an example', true, true, [0, 1, 2]]);
  for (const [i, { source }] of checkpoints.entries()) {
    const arm = source.from === 'run' ? source.arm : '';
    const outcome = (metric: string): number => result.outcomes.find((o) => o.arm === arm && o.metric === metric)!.value;
    expect(scores[i]!.reporting.accuracy).toBeCloseTo(outcome('test/accuracy'), 6);
    expect(scores[i]!.reporting.loss).toBeCloseTo(outcome('test/loss'), 4);
  }
  expect(norms.every((n) => n > 0)).toBe(true);
  expect([distances[0], distances[1]! > 0, distances[1] === distances[3]]).toEqual([0, true, true]);
});
test('every merge is made, measured, and holds what it promises; weights, decisions and steps are told', async () => {
  const { checkpoints } = runs;
  const [a, b, c] = checkpoints.map(({ id }) => id) as [string, string, string];
  const asks = { ids: [a, b, c], measuredBy: measuredBy(checkpoints[0]!)! };
  await answers.kitchen({ ...asks, files: [] }, hostOf(tuned));
  const cookings: Readonly<Record<Cooking['kind'], Cooking>> = {
    uniform: { kind: 'uniform' }, weighted: { kind: 'weighted', weights: [1, 0, 3] }, greedy: { kind: 'greedy' }, learned: { kind: 'learned', steps: 6, by: 'model' }, ema: { kind: 'ema', decay: 0.5 }, slerp: { kind: 'slerp', t: 0.5 },
    sum: { kind: 'sum', base: a, scale: 0.5 }, ties: { kind: 'ties', base: a, scale: 1, keep: 0.2 }, dare: { kind: 'dare', base: a, scale: 0.5, drop: 0.5, seed: 1 },
  };
  const told: GreedyStep[] = [];
  const fingerprints = new Set<string>();
  for (const kind of cookingKinds) {
    const cooked = await answers.cook({ ...asks, cooking: cookings[kind] }, hostOf(tuned), (part) => 'greedy' in part && void told.push(part.greedy));
    expect(cooked.lights.length, kind).toBeGreaterThan(0);
    expect(cooked.lights.filter(({ holds }) => !holds), kind).toEqual([]);
    expect(Number.isFinite(cooked.scores!.reporting.loss), kind).toBe(true);
    fingerprints.add(cooked.fingerprint);
    if (kind === 'weighted') expect(cooked.weights).toEqual([0.25, 0, 0.75]);
    if (kind === 'learned') {
      expect(cooked.learning!.length).toBe(6);
      expect(cooked.weights!.reduce((s, w) => s + w, 0)).toBeCloseTo(1, 9);
    }
    if (kind === 'greedy') {
      expect(cooked.greedy).toEqual(told);
      expect(cooked.greedy!.map(({ alone }) => alone.accuracy!)).toEqual(cooked.greedy!.map(({ alone }) => alone.accuracy!).toSorted((x, y) => y - x));
      expect(cooked.scores!.choosing.accuracy!).toBeGreaterThanOrEqual(cooked.greedy![0]!.alone.accuracy!);
    }
  }
  expect(fingerprints.size).toBeGreaterThan(6);
});
test('a merge is kept, is an ingredient like any other, and is measured as the others are', async () => {
  const { checkpoints } = runs;
  const by = measuredBy(checkpoints[0]!)!;
  const asks = { ids: checkpoints.slice(0, 2).map(({ id }) => id), measuredBy: by };
  await answers.kitchen({ ...asks, files: [] }, hostOf(tuned));
  const { checkpoint } = await answers.keepSoup({ ...asks, cooking: { kind: 'uniform' }, name: 'soup', how: 'Uniform soup' }, hostOf(tuned));
  expect(checkpoint.source).toEqual({ from: 'merge', how: 'Uniform soup', of: checkpoints.slice(0, 2).map(({ name }) => name), measuredBy: by });
  const copies = await answers.cook({ ids: [checkpoint.id, checkpoint.id], measuredBy: by, cooking: { kind: 'uniform' } }, hostOf(tuned));
  expect(copies.fingerprint).toBe(checkpoint.fingerprint);
  const { points } = await answers.segment({ ...asks, ends: [checkpoints[0]!.id, checkpoints[1]!.id] }, hostOf(tuned));
  const { scores } = await answers.kitchen({ ...asks, files: [] }, hostOf(tuned));
  expect(points.find(({ t }) => t === 0)!.score).toEqual(scores[0]!.choosing);
  expect(points.find(({ t }) => t === 1)!.score).toEqual(scores[1]!.choosing);
  const three = { ids: checkpoints.map(({ id }) => id), measuredBy: by };
  await answers.cook({ ...three, cooking: { kind: 'uniform' } }, hostOf(tuned));
  const drawn = await answers.plane({ ...three, corners: checkpoints.map(({ id }) => id) as [string, string, string], size: 3, soups: [{ label: 'mean', cooking: { kind: 'uniform' } }, { label: 'never made', cooking: { kind: 'ema', decay: 0.123 } }] }, hostOf(tuned));
  expect([drawn.picture.values.every(Number.isFinite), drawn.picture.points.map(({ label }) => label), drawn.accuracy?.values.length]).toEqual([true, [...checkpoints.map(({ name }) => name), 'mean'], 9]);
});
test('other shapes are refused by name; where nothing can measure, merging goes on and the reason is said', async () => {
  const { checkpoints } = runs;
  const file = { name: 'other', source: { from: 'file', file: 'other.npz', form: 'npz' } as const };
  const other = await keepCheckpoint(tuned, { ...file, params: { 'conv1.weight': tensor([1, 2]) } }, 1);
  await expect(answers.kitchen({ ids: [checkpoints[0]!.id, other.id], files: [] }, hostOf(tuned))).rejects.toThrow('different architectures: tensor');
  const bare = await keepCheckpoint(tuned, { ...file, name: 'bare', params: { 'conv1.weight': tensor([3, 5]) } }, 1);
  const { why, scores } = await answers.kitchen({ ids: [other.id, bare.id], files: [] }, hostOf(tuned));
  expect([why, scores]).toEqual([expect.stringContaining('a file of tensors alone'), [undefined, undefined]]);
  const { fingerprint, scores: none } = await answers.cook({ ids: [other.id, bare.id], cooking: { kind: 'uniform' } }, hostOf(tuned));
  expect([fingerprint.length, none]).toEqual([16, undefined]);
  const { checkpoint } = await answers.keepSoup({ ids: [other.id, bare.id], cooking: { kind: 'uniform' }, name: 's', how: 'u' }, hostOf(tuned));
  expect([...(await tensorsOf(tuned, checkpoint.id))['conv1.weight']!.data]).toEqual([2, 3.5]);
  await expect(answers.cook({ ids: [other.id, bare.id], cooking: { kind: 'greedy' } }, hostOf(tuned))).rejects.toThrow('nothing can measure');
  // Measured by an experiment of another model.
  expect((await answers.kitchen({ ids: [other.id, bare.id], measuredBy: measuredBy(checkpoints[0]!)!, files: [] }, hostOf(tuned))).why).toContain('has another model');
});
test('a question that is called off ends', async () => {
  const { checkpoints } = runs;
  const asks = { ids: checkpoints.map(({ id }) => id), measuredBy: measuredBy(checkpoints[0]!)! };
  await answers.kitchen({ ...asks, files: [] }, hostOf(tuned));
  const control = new RunControl();
  const asked = answers.plane({ ...asks, corners: asks.ids as unknown as [string, string, string], size: 9, soups: [] }, hostOf(tuned, control), ({ share }) => share > 0.1 && control.stop());
  await expect(asked).rejects.toThrow('Stopped');
});
test.each<[string, readonly string[] | undefined, string | undefined]>([
  ['model-soups', ['uniform', 'best-single'], 'test/accuracy'],
  ['text-model', ['transformer'], undefined],
  ['winner', ['siren', 'finer'], undefined],
  ['own-model', ['chosen', 'everything'], undefined],
  ['pg-noise-mask', ['plain', 'policy'], undefined],
  ['adawac', ['adawac'], undefined],
  ['simmim', ['scratch', 'simmim'], undefined],
  ['lora-vs-full', ['rank-1'], 'test/accuracy'],
  ['lt-sft', ['lt-sft'], undefined],
  ['r-amt', ['r-amt'], undefined],
])('checkpoints of %s are measured, on data with a gradient', async (id, arms, metric) => {
  const blobs = memoryBlobs();
  const { checkpoints, result } = await kept(id, blobs, arms);
  const { source } = checkpoints.at(-1)!;
  const { why, measure, scores } = await answers.kitchen({ ids: [checkpoints.at(-1)!.id], measuredBy: measuredBy(checkpoints.at(-1)!)!, files: [] }, hostOf(blobs));
  expect([why, measure?.gradient]).toEqual([undefined, true]);
  expect(Number.isFinite(scores[0]!.choosing.loss) && Number.isFinite(scores[0]!.reporting.loss)).toBe(true);
  const arm = source.from === 'run' ? source.arm : '';
  if (metric) expect(scores[0]!.reporting.accuracy).toBeCloseTo(result.outcomes.find((o) => o.arm === arm && o.metric === metric)!.value, 6);
  expect(checkpoints.at(-1)!.inOnnx).toBe(id === 'own-model');
  if (checkpoints.at(-1)!.inOnnx) {
    // A merge goes back into the user's own file.
    const { checkpoint } = await answers.keepSoup({ ids: checkpoints.map((one) => one.id), cooking: { kind: 'uniform' }, name: 'soup', how: 'Uniform soup' }, hostOf(blobs));
    const { file } = await answers.checkpointFile({ id: checkpoint.id, form: 'onnx' }, hostOf(blobs));
    const back = readCheckpointFile({ name: 'soup.onnx', bytes: file.bytes }).params;
    for (const [name, value] of Object.entries(await tensorsOf(blobs, checkpoint.id))) if (value.shape.length > 0) expect(back[name], name).toEqual(value);
  }
  const learned = await answers.cook({ ids: [checkpoints.at(-1)!.id, checkpoints.at(-1)!.id], measuredBy: measuredBy(checkpoints.at(-1)!)!, cooking: { kind: 'learned', steps: 2, by: 'tensor' } }, hostOf(blobs));
  expect(learned.learning!.every(Number.isFinite)).toBe(true);
}, 180_000);
test('shipped checkpoints of one network are merged and measured by their recipe', async () => {
  const blobs = memoryBlobs();
  const all: Checkpoint[] = [];
  for (const model of ['cnn', 'cnn-noise-0']) all.push((await answers.keepShipped({ model }, hostOf(blobs))).checkpoint);
  const asks = { ids: all.map(({ id }) => id), measuredBy: measuredBy(all[0]!)! };
  const { measure, scores } = await answers.kitchen({ ...asks, files: [] }, hostOf(blobs));
  expect([measure?.accuracy, scores[0]!.reporting.accuracy! > 0.8]).toEqual([true, true]);
  const { checkpoint } = await answers.keepSoup({ ...asks, cooking: { kind: 'slerp', t: 0 }, name: 'end', how: 'SLERP' }, hostOf(blobs));
  expect(checkpoint.inOnnx).toBe(true);
  expect(sameBits(await tensorsOf(blobs, checkpoint.id), await tensorsOf(blobs, all[0]!.id))).toBe(true);
  const { file } = await answers.checkpointFile({ id: checkpoint.id, form: 'onnx' }, hostOf(blobs));
  expect(file.bytes).toEqual(await readAsset('models/cnn.onnx'));
  const why = (await answers.kitchen({ ids: [(await answers.keepShipped({ model: 'unet' }, hostOf(blobs))).checkpoint.id], measuredBy: { by: 'recipe', model: 'unet' }, files: [] }, hostOf(blobs))).why;
  expect(why).toContain('It can be merged all the same');
}, 60_000);
