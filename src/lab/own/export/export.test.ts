import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { floats, type Params, type Tensor } from '../../../base/tensor';
import { decodeModel, encodeModel } from '../../../engine/onnx/model';
import { readOnnx } from '../../../engine/onnx/reader';
import { readSafetensors, writeSafetensors } from '../../../engine/safetensors';
import { createWasmExecutor } from '../../../runtime/wasm';
import type { OptimizerChoice } from '../../../spec/own-model';
import { openModel } from '../open';
import { fixture, fixturePath, plainSgd, prepared, trained, type Choices } from '../testing/kit';
import { shapesAt } from '../examples';
import { flatten, layoutOf } from '../../../engine/layout';
import type { OwnStep } from '../step';
import { gradientProgram, type Trained } from '../train';
import { allWeights, bakedModel, maskedModel } from './model';
import { experimentScript } from './script';
import { exportStep } from './step';

const wasm = await createWasmExecutor();
afterAll(() => wasm.close());

/** Output of a file on the data of a step. */
async function outputOf(bytes: Uint8Array, step: OwnStep): Promise<Tensor> {
  const { program, params } = readOnnx(bytes, { shapes: shapesAt(step.examples, step.batch) });
  const session = await wasm.load(program, params);
  const { logits } = await session.run(Object.fromEntries(Object.keys(program.feeds).map((name) => [name, step.next(0)[name]!])));
  await session.release();
  return logits!;
}
const closeTo = (a: Tensor, b: Tensor, tolerance: number): void => {
  expect(a.shape).toEqual(b.shape);
  a.data.forEach((v, i) => expect(Math.abs(v - b.data[i]!)).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(b.data[i]!))));
};
/** A model whose loss is a mean over the logits cannot hide a wrong one: the loss at the trained params, by the training graph itself. */
async function lossAt(step: OwnStep, params: Params): Promise<number> {
  const program = gradientProgram(step);
  const session = await wasm.load(program, { theta: flatten(params, layoutOf(step.spec.params)) });
  const { loss } = await session.run(step.next(0));
  await session.release();
  return floats(loss!)[0]!;
}
async function run(name: string, choices: Choices = {}, steps = 4): Promise<{ step: OwnStep; result: Trained }> {
  const step = prepared(fixture(name), choices);
  return { step, result: await trained(wasm, step, steps, choices.optimizer) };
}

test('a saved model is the user\'s own graph: nodes, names, open sizes, opset and untrained tensors as they were, trained ones as trained', async () => {
  const { step, result } = await run('bert-11-folded', { choice: { trained: '*weight, *MatMul*' } });
  const [before, after] = [step.model.stored, decodeModel(bakedModel(step.model, result))];
  expect({ ...after, graph: { ...after.graph, initializers: {} } }).toEqual({ ...before, graph: { ...before.graph, initializers: {} } });
  for (const [name, tensor] of Object.entries(before.graph.initializers)) {
    const now = after.graph.initializers[name]!;
    if (step.trained.includes(name)) {
      expect(now.data).toEqual(result.weights[name]!.data);
      expect(now.data).not.toEqual(tensor.data);
    } else expect(now).toEqual(tensor);
  }
});
test.each(['mlp-13-folded', 'vit-17-folded'])('%s: out, in, and the training starts where it ended', async (name) => {
  const task = name.startsWith('mlp') ? 'regression' : 'classification';
  const { step, result } = await run(name, { task });
  const saved = bakedModel(step.model, result);
  const again = prepared({ file: { name: 'again.onnx', bytes: saved }, data: fixture(name).data }, { task });
  const whole = await trained(wasm, step, 6);
  const rest = await trained(wasm, again, 2); // SGD without momentum has no state beside the params
  expect(rest.losses).toEqual(whole.losses.slice(4));
  expect(await lossAt(again, result.weights)).toBeCloseTo(rest.losses[0]!, 6);
});
test('masks multiplied in and masks as nodes give the same outputs; the second keeps every node and number of the file', async () => {
  const optimizer: OptimizerChoice = { name: 'adam', learningRate: 0.02 };
  const { step, result } = await run('resnet-13-folded', { choice: { trained: 'fc.*', masked: 'onnx::Conv_44, onnx::Conv_50' }, optimizer }, 6);
  const [baked, masked] = [bakedModel(step.model, result), maskedModel(step.model, result)];
  for (const mask of Object.values(result.masks)) expect(new Set(mask.data)).toEqual(new Set([0, 1])); // some removed, some kept
  closeTo(await outputOf(masked, step), await outputOf(baked, step), 1e-6);
  const { graph } = decodeModel(masked);
  for (const name of step.masked) {
    expect(graph.initializers[name]!.data).toEqual(step.model.stored.graph.initializers[name]!.data);
    expect(Array.from(graph.initializers[`${name}.mask`]!.data, Number)).toEqual([...result.masks[name]!.data]);
    expect(graph.nodes.filter((node) => node.inputs.includes(name)).map((node) => [node.opType, ...node.inputs])).toEqual([['Mul', name, `${name}.mask`]]);
  }
  const nodes = graph.nodes.filter((node) => node.opType !== 'Mul').map((node) => node.name);
  expect(nodes).toEqual(step.model.stored.graph.nodes.map((node) => node.name));
});

/** A fixture whose initializers are Constant nodes, as some optimisers leave them. */
function inConstants(name: string): Uint8Array {
  const model = decodeModel(fixture(name).file.bytes);
  const constants = Object.entries(model.graph.initializers).map(([output, value]) => ({ name: `keeps ${output}`, opType: 'Constant', domain: '', inputs: [], outputs: [output], attributes: { value: { type: 'tensor', value } as const } }));
  return encodeModel({ ...model, graph: { ...model.graph, nodes: [...constants, ...model.graph.nodes], initializers: {} } });
}
test('weights in Constant nodes are trained as initializers are, and saved in those nodes', async () => {
  const task = 'regression';
  const { data } = fixture('mlp-13-folded');
  const file = { name: 'constants.onnx', bytes: inConstants('mlp-13-folded') };
  const [inside, beside] = [prepared({ file, data }, { task }), prepared(fixture('mlp-13-folded'), { task })];
  expect(inside.trained).toEqual(beside.trained);
  expect(inside.notes).toContain("The file keeps weights in Constant nodes: each is trained, and saved, under the name of its node's output.");
  const [result, expected] = [await trained(wasm, inside, 4), await trained(wasm, beside, 4)];
  expect(result.losses).toEqual(expected.losses);
  const saved = bakedModel(inside.model, result);
  expect(Object.keys(decodeModel(saved).graph.initializers)).toEqual([]);
  expect(decodeModel(saved).graph.nodes.map((node) => node.name)).toEqual(decodeModel(file.bytes).graph.nodes.map((node) => node.name));
  const again = openModel({ name: 'again.onnx', bytes: saved }).stored.graph.initializers;
  for (const name of inside.trained) expect(again[name]!.data).toEqual(expected.weights[name]!.data);
});
test('a mask over a Constant is multiplied in behind its node', async () => {
  const file = { name: 'constants.onnx', bytes: inConstants('mlp-13-folded') };
  const step = prepared({ file, data: fixture('mlp-13-folded').data }, { task: 'regression', choice: { masked: '*' } });
  const result = await trained(wasm, step, 6, { name: 'adam', learningRate: 0.02 });
  expect(Object.values(result.masks).some(({ data }) => data.includes(0))).toBe(true);
  expect(await outputOf(maskedModel(step.model, result), step)).toEqual(await outputOf(bakedModel(step.model, result), step));
});
test('beside initializers a Constant is no weight', () => {
  const model = decodeModel(fixture('mlp-13-folded').file.bytes);
  const [first] = Object.entries(model.graph.initializers);
  const constant = { name: '', opType: 'Constant', domain: '', inputs: [], outputs: [first![0]], attributes: { value: { type: 'tensor', value: first![1] } as const } };
  const initializers = Object.fromEntries(Object.entries(model.graph.initializers).slice(1));
  const bytes = encodeModel({ ...model, graph: { ...model.graph, nodes: [constant, ...model.graph.nodes], initializers } });
  const { tensors, notes } = openModel({ name: 'mixed.onnx', bytes }).description;
  expect(tensors.map(({ name }) => name)).toEqual(Object.keys(initializers));
  expect(notes).toContain(`In Constant nodes, beside the file's initializers, and so not trained: ${first![0]}. To train them, store them as initializers.`);
});
test('weights and masks survive a safetensors file under the file\'s names', async () => {
  const { step, result } = await run('resnet-13-folded', { choice: { trained: 'fc.*', masked: 'onnx::Conv_50' } });
  const weights = readSafetensors(writeSafetensors(allWeights(step.model, result))).params;
  expect(Object.keys(weights)).toEqual(Object.keys(step.model.stored.graph.initializers));
  expect(weights['fc.weight']).toEqual(result.weights['fc.weight']);
  expect(readSafetensors(writeSafetensors(result.masks)).params).toEqual(result.masks);
});

const python = spawnSync('python3', ['-c', 'import numpy'], { encoding: 'utf8' }).status === 0 ? 'python3' : spawnSync('/usr/bin/python3', ['-c', 'import numpy']).status === 0 ? '/usr/bin/python3' : undefined;
const scripts: [string, Choices][] = [
  ['mlp-13-folded', { task: 'regression', optimizer: { name: 'adam', learningRate: 0.01 } }],
  ['bert-11-folded', { optimizer: { name: 'sgd', learningRate: 0.05, momentum: 0.9, weightDecay: 0.1 }, batch: 3 }],
  ['resnet-17-folded-training', { optimizer: { name: 'adamw', learningRate: 0.01 } }],
  ['gpt-13-folded', { task: 'classification', optimizer: { name: 'adam', learningRate: 0.01, weightDecay: 0.1 } }],
];
// Skips, saying so, where Python or NumPy is absent. Python's onnxruntime is stood in for: see testing/stand-in.
test.skipIf(python === undefined).each(scripts)('the Python script of %s (%j) gives the same losses, every line of it run', async (name, choices) => {
  const folder = mkdtempSync(join(tmpdir(), 'stipple-script-'));
  try {
    const optimizer = choices.optimizer ?? plainSgd;
    const { step, result } = await run(name, choices, 5);
    const { onnx, state } = exportStep(step);
    writeFileSync(join(folder, 'step.onnx'), onnx);
    writeFileSync(join(folder, 'state.safetensors'), state);
    copyFileSync(fixturePath(name, 'data.npz'), join(folder, 'data.npz'));
    const script = experimentScript(step, { stepGraph: 'step.onnx', state: 'state.safetensors', data: 'data.npz', optimizer, losses: result.losses });
    writeFileSync(join(folder, 'run.py'), script);
    const { status, stdout, stderr } = spawnSync(python!, ['run.py'], { cwd: folder, encoding: 'utf8', env: { ...process.env, PYTHONPATH: new URL('../testing/stand-in', import.meta.url).pathname, PYTHONDONTWRITEBYTECODE: '1' } });
    expect(stderr).toBe('');
    expect(stdout.split('\n').filter((line) => line.startsWith('step')).length).toBe(5);
    const largest = Number(/largest difference ([\d.e+-]+)/.exec(stdout)![1]);
    expect(largest).toBeLessThan(1e-6); // the same kernels, so closer than the 1e-4 that is promised
    expect(status).toBe(0);
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 60_000);
test.skipIf(python === undefined)('a script whose losses differ says so and fails', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'stipple-script-'));
  try {
    const { step, result } = await run('mlp-13-folded', { task: 'regression' }, 2);
    const { onnx, state } = exportStep(step);
    writeFileSync(join(folder, 'step.onnx'), onnx);
    writeFileSync(join(folder, 'state.safetensors'), state);
    writeFileSync(join(folder, 'run.py'), experimentScript(step, { stepGraph: 'step.onnx', state: 'state.safetensors', data: 'data.npz', optimizer: plainSgd, losses: result.losses.map((loss) => loss + 0.001) }));
    const { status } = spawnSync(python!, ['run.py', fixturePath('mlp-13-folded', 'data.npz')], { cwd: folder, env: { ...process.env, PYTHONPATH: new URL('../testing/stand-in', import.meta.url).pathname, PYTHONDONTWRITEBYTECODE: '1' } });
    expect(status).toBe(1);
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 60_000);
