/** What is taken away is tried by onnxruntime alone, fed from the files: none of the project's own executors has a part in it. */
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import * as ort from 'onnxruntime-web';
import { afterAll, describe, expect, test } from 'vitest';
import { floats, type Params, type Tensor } from '../base/tensor';
import { readCheckpoint } from '../engine/onnx/writer';
import { readSafetensors } from '../engine/safetensors';
import { RunRecord } from '../lab/record';
import { loadMethod } from '../methods';
import { defaultExperiment } from '../spec/experiment';
import type { RunEvent } from '../spec/messages';
import type { TakeAwayInfo, Taken, TrainingInfo } from '../spec/take-away';
import { readAsset, root } from '../cli/files';
import { createExecutors } from './backends';
import { RunControl } from './control';
import { runExperiment } from './run';
import { takeAway } from './take-away';

const executors = createExecutors(async () => ({ webgpu: { available: false, software: false, adapter: 'none' } }));
afterAll(() => executors.close());

interface Ran {
  readonly taken: Taken;
  readonly events: readonly RunEvent[];
  readonly file: (path: string) => Params;
}
async function ran(id: string, knobs = {}, { seeds = 1, control = new RunControl(), arms }: { seeds?: number; control?: RunControl; arms?: readonly string[] } = {}): Promise<Ran> {
  const method = await loadMethod(id);
  const record = new RunRecord();
  const events: RunEvent[] = [];
  const base = defaultExperiment(method.card);
  await runExperiment({ runId: 'r', experiment: { ...base, backend: 'wasm', seeds, arms: arms ?? base.arms, knobs: { ...base.knobs, ...method.card.quick, ...knobs } }, method, files: [], executors, control, asset: readAsset, emit: (e) => void events.push(e), record });
  const taken = await takeAway(record, method.card);
  return { taken, events, file: (path) => readSafetensors(taken.files.find((f) => f.path === path)!.bytes).params };
}
const toOrt = ({ dtype, shape, data }: Tensor): ort.Tensor => new ort.Tensor(dtype, data.slice(), shape);
const zero = ({ dtype, shape }: { dtype: Tensor['dtype']; shape: readonly number[] }): Tensor => {
  const size = shape.reduce((n, d) => n * d, 1);
  return { dtype, shape, data: dtype === 'float32' ? new Float32Array(size) : dtype === 'int32' ? new Int32Array(size) : new Uint8Array(size) };
};
/** The recorded steps of a training, by onnxruntime from the files: each step's outputs, and the state after the last. */
async function repeated({ taken: { files, info }, file }: Ran, training: TrainingInfo): Promise<{ readonly outputs: Record<string, number>[]; readonly state: Record<string, ort.Tensor> }> {
  const step = info.steps.find((s) => s.file === training.step)!;
  const session = await ort.InferenceSession.create(files.find((f) => f.path === step.file)!.bytes, { executionProviders: ['wasm'], graphOptimizationLevel: 'basic' });
  const [initial, batches, constants] = [file(training.initial), file(training.batches), training.frozen ? file(training.frozen) : {}];
  let state = Object.fromEntries(Object.entries(step.state).map(([name, as]) => [name, toOrt(initial[name] ?? zero(as))]));
  const count = Math.max(...Object.values(batches).map(({ shape }) => shape[0]!));
  const outputs: Record<string, number>[] = [];
  for (let i = 0; i < Math.min(count, training.steps); i++) {
    const feeds = Object.fromEntries(Object.entries(batches).map(([name, { dtype, shape, data }]) => {
      const size = data.length / shape[0]!;
      return [name, toOrt({ dtype, shape: shape.slice(1), data: data.slice(i * size, (i + 1) * size) })];
    }));
    const came = await session.run({ ...state, ...feeds, ...Object.fromEntries(Object.entries(constants).map(([name, t]) => [name, toOrt(t)])) });
    outputs.push(Object.fromEntries(step.outputs.map((name) => [name, Number(came[name]!.data[0])])));
    state = Object.fromEntries(Object.keys(state).map((name) => [name, came[`${name}.next`]!]));
  }
  await session.release();
  return { outputs, state };
}
const everyReported = (info: TakeAwayInfo): void => {
  for (const t of info.trainings) expect(Object.values(t.reported).every((values) => values.length > 0), `${t.arm} has reported`).toBe(true);
};

describe.each([['winner', { steps: 20 }], ['pg-noise-mask', {}], ['lt-sft', {}], ['adawac', {}]])('of %s', async (id, knobs) => {
  const run = await ran(id, knobs);
  const { taken: { files, info }, events, file } = run;
  test('every exported step, fed from the files, gives the very numbers that the run had', async () => {
    expect(events.at(-1)?.type).toBe('finished');
    expect(info.trainings.length).toBeGreaterThan(0);
    everyReported(info);
    for (const training of info.trainings) {
      const { outputs } = await repeated(run, training);
      for (const [name, values] of Object.entries(training.reported)) expect(outputs.slice(0, values.length).map((o) => o[name]), `${training.arm}: ${name}`).toEqual(values);
    }
  });
  test('names, paths and sizes agree with the files, and each path is there once', () => {
    expect(new Set(files.map(({ path }) => path)).size).toBe(files.length);
    for (const { path } of files) expect(path).toMatch(/^[A-Za-z0-9._/-]+$/);
    for (const t of info.trainings) for (const path of [t.step, t.initial, t.batches, t.params!]) expect(files.map((f) => f.path)).toContain(path);
    for (const { layout, state } of info.steps) expect(layout.theta.reduce((sum, { size }) => sum + size, 0)).toBe(state.theta!.shape[0]);
  });
  test('each forward model loads in onnxruntime, takes the inputs that it is said to take, and has its params inside', async () => {
    expect(info.models.length).toBeGreaterThan(0);
    for (const model of info.models) {
      const { bytes } = files.find((f) => f.path === model.file)!;
      const session = await ort.InferenceSession.create(bytes, { executionProviders: ['wasm'] });
      const came = await session.run(Object.fromEntries(Object.entries(model.inputs).map(([name, as]) => [name, toOrt(zero(as))])));
      for (const [name, { shape }] of Object.entries(model.outputs)) expect(came[name]!.dims).toEqual(shape);
      expect(Object.keys(readCheckpoint(bytes).params).length).toBeGreaterThan(0);
      await session.release();
    }
  });
  test('masks are zeros and ones', () => {
    for (const mask of info.masks) for (const { data } of Object.values(file(mask.file))) expect(data.every((v) => v === 0 || v === 1)).toBe(true);
  });
});

test('after as many steps as were recorded, the state holds the params that the run gave back', async () => {
  const run = await ran('winner', { steps: 20 }, { seeds: 2 });
  expect([...new Set(run.taken.info.trainings.map((t) => t.seed))]).toEqual([1, 2]);
  for (const training of run.taken.info.trainings) {
    const { state } = await repeated(run, training);
    const params = run.file(training.params!);
    const places = run.taken.info.steps.find((s) => s.file === training.step)!.layout.theta;
    for (const { name, offset, size } of places) expect([...floats(params[name]!)]).toEqual([...(state.theta!.data as Float32Array).slice(offset, offset + size)]);
  }
});
test('a mask that training keeps is among what is taken', async () => {
  const { info } = (await ran('lt-sft')).taken;
  expect(info.masks.length).toBeGreaterThan(0);
  for (const { density } of info.masks) expect(density > 0 && density < 1).toBe(true);
});
test('a run that was stopped is taken as far as it came', async () => {
  const control = new RunControl();
  let steps = 0;
  const before = control.beforeStep.bind(control);
  control.beforeStep = async (show) => {
    if (++steps === 9) control.stop();
    await before(show);
  };
  const { taken: { info }, file } = await ran('winner', { steps: 300 }, { control });
  for (const t of info.trainings) {
    expect(t.taken).toBeLessThan(12);
    expect(Object.values(file(t.params!)).every((p) => floats(p).every(Number.isFinite))).toBe(true);
  }
});

const python = spawnSync('python3', ['-c', 'import numpy']).status === 0;
test.skipIf(!python)('the Python script repeats the recorded steps, goes on from there, and saves params by their names', async () => {
  const run = await ran('winner', { steps: 40 });
  const dir = await mkdtemp(join(tmpdir(), 'stipple-taken-'));
  try {
    for (const { path, bytes } of [...run.taken.files, { path: 'take-away.json', bytes: new TextEncoder().encode(JSON.stringify(run.taken.info)) }, { path: 'train.py', bytes: await readFile(join(root, 'src/store/take-away/train.py')) }]) {
      await mkdir(dirname(join(dir, path)), { recursive: true });
      await writeFile(join(dir, path), bytes);
    }
    const [training] = run.taken.info.trainings;
    const script = (...args: string[]) => spawnSync('python3', ['train.py', ...args], { cwd: dir, encoding: 'utf8', env: { ...process.env, PYTHONPATH: join(root, 'src/worker/testing'), PYTHONDONTWRITEBYTECODE: '1' } });
    expect(script().stdout).toContain(`${training!.arm} --seed ${training!.seed}`);
    const { stdout, stderr, status } = script(training!.arm, '--seed', String(training!.seed), '--which', '0', '--steps', '30', '--save', 'trained.safetensors');
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/Largest relative difference from the run, over \d+ steps: 0\./);
    const saved = readSafetensors(new Uint8Array(await readFile(join(dir, 'trained.safetensors')))).params;
    const params = run.file(training!.params!);
    expect(Object.fromEntries(Object.entries(saved).map(([name, { shape }]) => [name, shape]))).toEqual(Object.fromEntries(Object.entries(params).map(([name, { shape }]) => [name, shape])));
    expect(script('no-such-arm').status).not.toBe(0);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
});
