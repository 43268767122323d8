import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeNpz, readNpz } from '../data/files/npz';
import { readSafetensors } from '../engine/safetensors';
import { decodeModel } from '../engine/onnx/model';
import { fixturePath } from '../lab/own/testing/kit';
import { runCli } from './testing';
import type { TrainReport } from './train';

let folder = '';
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'stipple-train-'))));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, name);

const run = (...argv: readonly string[]) => runCli(argv);
const trainArguments = (name: string, ...more: readonly string[]): string[] => ['train', fixturePath(name, 'model.onnx'), '--data', fixturePath(name, 'data.npz'), ...more];
const reportOf = (out: string): TrainReport => JSON.parse(out) as TrainReport; // what the command just wrote

test('train --json reports the losses, and writes the model, gradients, weights, masks, step and script that were asked for', async () => {
  const { status, out, problem } = await run(
    ...trainArguments('resnet-13-folded', '--loss', 'cross-entropy', '--optimizer', 'sgd', '--learning-rate', '0.05', '--steps', '5', '--json'),
    ...['--save', at('out.onnx'), '--save-masked', at('masked.onnx'), '--gradients', at('g.safetensors'), '--weights', at('w.safetensors'), '--mask', at('m.safetensors'), '--script', at('run.py'), '--masked', 'onnx::Conv_50'],
  );
  expect({ status, problem }).toEqual({ status: 0, problem: '' });
  const report = reportOf(out);
  expect(report).toMatchObject({ task: 'classification', batch: 4, executor: 'wasm', masked: ['onnx::Conv_50'], frozen: [], sparsity: { 'onnx::Conv_50': expect.any(Number) } });
  expect(report.losses.length).toBe(5);
  expect(report.elapsedMs).toBeGreaterThan(0);
  const tensors = (file: string) => readSafetensors(new Uint8Array(readFileSync(at(file)))).params;
  expect(Object.keys(tensors('g.safetensors'))).toEqual([...report.trained, 'onnx::Conv_50.score']);
  expect(Object.keys(tensors('m.safetensors'))).toEqual(['onnx::Conv_50']);
  const saved = decodeModel(new Uint8Array(readFileSync(at('out.onnx'))));
  expect(saved.graph.initializers['fc.weight']!.data).toEqual(tensors('w.safetensors')['fc.weight']!.data);
  expect(saved.graph.inputs[0]!.dims).toEqual(['batch', 3, 12, 12]);
  expect(decodeModel(new Uint8Array(readFileSync(at('masked.onnx')))).graph.initializers['onnx::Conv_50.mask']).toBeDefined();
  expect(readFileSync(at('run.py'), 'utf8')).toContain('"step_graph": "run.step.onnx"');
  expect(decodeModel(new Uint8Array(readFileSync(at('run.step.onnx')))).graph.outputs.map((o) => o.name)).toContain('theta.next');
});
test('twice the same command gives the same losses; the reference executor agrees with WASM', async () => {
  const arguments_ = trainArguments('vit-17-folded', '--task', 'classification', '--steps', '4', '--json');
  const [one, two, slow] = [await run(...arguments_), await run(...arguments_), await run(...arguments_, '--executor', 'reference')];
  expect(reportOf(two.out).losses).toEqual(reportOf(one.out).losses);
  reportOf(slow.out).losses.forEach((loss, i) => expect(loss).toBeCloseTo(reportOf(one.out).losses[i]!, 5));
});
test('infer on a saved file gives what training goes on from', async () => {
  const train = (model: string, ...more: readonly string[]) => run('train', model, '--data', fixturePath('mlp-13-folded', 'data.npz'), '--loss', 'mse', '--optimizer', 'sgd', '--learning-rate', '0.05', '--json', ...more);
  const first = await train(fixturePath('mlp-13-folded', 'model.onnx'), '--steps', '3', '--save', at('mlp.onnx'));
  const data = readNpz(new Uint8Array(readFileSync(fixturePath('mlp-13-folded', 'data.npz'))), 'data');
  writeFileSync(at('in.npz'), writeNpz({ x: data.x! }));
  expect((await run('infer', at('mlp.onnx'), '--inputs', at('in.npz'), '--outputs', at('out.npz'))).status).toBe(0);
  const output = readNpz(new Uint8Array(readFileSync(at('out.npz'))), 'out').logits!;
  const error = Array.from(output.data as Float32Array, (v, i) => (v - Number(data.y!.data[i])) ** 2).reduce((n, v) => n + v, 0) / output.data.length;
  const [next] = reportOf((await train(at('mlp.onnx'), '--steps', '1')).out).losses;
  expect(next).toBeCloseTo(error, 6);
  expect(next).toBeLessThan(reportOf(first.out).losses[2]!);
});
test('without --json, progress goes to standard error and a summary to standard output', async () => {
  const { out, problem } = await run(...trainArguments('mlp-13-folded', '--loss', 'mse', '--steps', '20', '--executor', 'reference'));
  expect(problem).toMatch(/^model\.onnx: 6 tensors trained, 0 masked, 146 numbers; regression, 7 examples, batches of 7; about [\d.]+ MiB/);
  expect(problem).toMatch(/step 0 {2}loss 0\.437522\n/);
  expect(out).toMatch(/^20 steps on reference in [\d.]+ s: loss 0\.437522 to [\d.]+\n$/);
});
const good = ['--loss', 'mse'];
test.each<[string, () => readonly string[], RegExp]>([
  ['no model', () => ['train'], /takes one model/],
  ['no data', () => ['train', 'm.onnx', ...good], /needs --data/],
  ['no loss', () => trainArguments('mlp-13-folded'), /needs --loss cross-entropy or mse, or --task/],
  ['an unknown loss', () => trainArguments('mlp-13-folded', '--loss', 'hinge'), /--loss must be cross-entropy or mse, but "hinge" came/],
  ['a loss against the task', () => trainArguments('mlp-13-folded', '--loss', 'mse', '--task', 'embedding'), /--task embedding has the loss contrastive/],
  ['an unknown optimiser', () => trainArguments('mlp-13-folded', ...good, '--optimizer', 'lion'), /--optimizer must be sgd or adam or adamw/],
  ['momentum for Adam', () => trainArguments('mlp-13-folded', ...good, '--momentum', '0.9'), /--momentum belongs to sgd/],
  ['steps that are no number', () => trainArguments('mlp-13-folded', ...good, '--steps', '1e3'), /--steps must be a whole number from 1/],
  ['a negative learning rate', () => trainArguments('mlp-13-folded', ...good, '--learning-rate=-1'), /--learning-rate must be a number from 0 up/],
  ['an unknown option', () => trainArguments('mlp-13-folded', ...good, '--speed', '9'), /Unknown option '--speed'/],
  ['a model that is not there', () => ['train', at('none.onnx'), '--data', at('none.npz'), ...good], /The model .*none\.onnx cannot be read/],
  ['data that are not there', () => ['train', fixturePath('mlp-13-folded', 'model.onnx'), '--data', at('none.npz'), ...good], /none\.npz cannot be read/],
  ['data that are no archive', () => ['train', fixturePath('mlp-13-folded', 'model.onnx'), '--data', fixturePath('mlp-13-folded', 'model.onnx'), ...good], /none of the kinds that can be read/],
  ['a model that is an archive', () => ['train', fixturePath('mlp-13-folded', 'data.npz'), '--data', fixturePath('mlp-13-folded', 'data.npz'), ...good], /./],
  ['a pattern that matches nothing', () => trainArguments('mlp-13-folded', ...good, '--trainable', 'zzz'), /"zzz" matches no tensor\. The names are: net\.0\.weight/],
  ['labels of another kind', () => trainArguments('mlp-13-folded', '--loss', 'cross-entropy'), /row sums to/],
])('%s: status 1, and one message that says why', async (_, argv, says) => {
  const { status, out, problem } = await run(...argv());
  expect({ status, out }).toEqual({ status: 1, out: '' });
  expect(problem).toMatch(says);
  expect(problem.trimEnd().split('\n').length).toBe(1); // a sentence of ours, no stack
});
test('a training that diverges ends with status 1 and the step', async () => {
  const { status, problem } = await run(...trainArguments('mlp-13-folded', ...good, '--optimizer', 'sgd', '--learning-rate', '1e30', '--steps', '50', '--json'));
  expect(status).toBe(1);
  expect(problem).toMatch(/loss (became|grew to) .* at step \d+.*Lower the learning rate/);
});
