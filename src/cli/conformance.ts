/** `stipple conformance`: runs a folder laid out as ONNX's own backend tests, and says by name what passed, failed and is not supported. */
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { InputError, StippleError } from '../base/errors';
import { fromBfloat } from '../base/half';
import { sameShape, showShape, type Tensor } from '../base/tensor';
import type { Executor } from '../engine/executor';
import { toTensor } from '../engine/onnx/border';
import { NodeError } from '../engine/onnx/graph-reader';
import { decodeModel, type OnnxTensor, type OnnxValueInfo } from '../engine/onnx/model';
import { decodeTensor } from '../engine/onnx/tensor-proto';
import { createExecutor, loadModelFile, runModel, type ExecutorName } from './run-model';

/** ONNX's own test runner compares with these; integers and booleans must be equal. */
const RTOL = 1e-3;
const ATOL = 1e-7;

export interface TestReport {
  readonly name: string;
  readonly status: 'passed' | 'failed' | 'unsupported';
  readonly reason?: string;
  /** Largest absolute difference of a float output, over all data sets that ran. */
  readonly largestError?: number;
}
export interface ConformanceReport {
  readonly executor: ExecutorName;
  readonly passed: number;
  readonly failed: number;
  readonly unsupported: number;
  readonly tests: readonly TestReport[];
}

/** @param folder a test (it holds model.onnx), a folder of tests, or a folder of such folders */
export async function conformance(folder: string, executorName: ExecutorName, progress: (done: number, all: number) => void = () => undefined): Promise<ConformanceReport> {
  const found = await testsIn(folder, '', 0);
  if (found.length === 0) throw new InputError(`${folder} holds no test: expected a folder with model.onnx and test_data_set_0, or a folder of such folders.`);
  const executor = await createExecutor(executorName);
  const tests: TestReport[] = [];
  try {
    for (const { name, path } of found) {
      tests.push({ name, ...(await runTest(executor, path)) });
      progress(tests.length, found.length);
    }
  } finally {
    await executor.close();
  }
  const count = (status: TestReport['status']): number => tests.filter((t) => t.status === status).length;
  return { executor: executorName, passed: count('passed'), failed: count('failed'), unsupported: count('unsupported'), tests };
}
/** Folders of folders of tests are looked into: no deeper. */
const DEPTH = 2;
async function testsIn(path: string, name: string, depth: number): Promise<{ name: string; path: string }[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => {
    throw new InputError(`The folder ${path} cannot be read. Check its name.`);
  });
  if (entries.some((e) => e.name === 'model.onnx')) return [{ name: name || basename(path), path }];
  const inner = entries.filter((e) => e.isDirectory() && depth < DEPTH).map((e) => e.name).sort();
  return (await Promise.all(inner.map((entry) => testsIn(join(path, entry), name ? `${name}/${entry}` : entry, depth + 1)))).flat();
}

type Verdict = Omit<TestReport, 'name'>;
async function runTest(executor: Executor, path: string): Promise<Verdict> {
  const sets = (await readdir(path)).filter((entry) => entry.startsWith('test_data_set_')).sort();
  if (sets.length === 0) return { status: 'unsupported', reason: 'it has no data' };
  let verdict: Verdict = { status: 'passed' };
  for (const set of sets) {
    const next = await runSet(executor, path, join(path, set));
    const largestError = Math.max(verdict.largestError ?? 0, next.largestError ?? 0);
    verdict = { ...next, ...((verdict.largestError ?? next.largestError) !== undefined && { largestError }) };
    if (next.status !== 'passed') break;
  }
  return verdict;
}
async function runSet(executor: Executor, path: string, set: string): Promise<Verdict> {
  let ran = false;
  try {
    const file = await loadModelFile(join(path, 'model.onnx'));
    const { graph } = decodeModel(file.bytes, file.files);
    const inputs = widened(await tensorsOf(set, 'input', graph.inputs.map(({ name }) => name)), graph.inputs);
    const wanted = await tensorsOf(set, 'output', graph.outputs.map(({ name }) => name));
    const bfloat = graph.outputs.find(({ half }) => half === 'bfloat16');
    if (bfloat) throw new InputError('its output is bfloat16, whose rounding is not done: it is computed as float32');
    const expected = Object.entries(wanted).map(([name, tensor]) => ({ name, tensor: toTensor(tensor, `output ${name}`) }));
    const { read, outputs } = await runModel({ ...executor, load: (...given) => ((ran = true), executor.load(...given)) }, file, inputs);
    const [note] = read.notes;
    if (note !== undefined) return { status: 'unsupported', reason: note.replace(/^Node .*? \(/, '(') };
    return verdictOf(expected.map(({ name, tensor }) => compared(name, outputs[name], tensor)));
  } catch (error) {
    const reason = error instanceof NodeError ? `${error.node.operator}: ${error.reason}` : error instanceof Error ? error.message : String(error);
    // What the reader refuses is not supported; what runs must run right, and an error that is not one of ours is a defect.
    return { status: !ran && error instanceof StippleError ? 'unsupported' : 'failed', reason };
  }
}
/** Tensors of a data set by the names of the graph's inputs or outputs, whose order they are numbered in. */
async function tensorsOf(set: string, kind: 'input' | 'output', names: readonly string[]): Promise<Record<string, OnnxTensor>> {
  const count = (await readdir(set)).filter((file) => new RegExp(`^${kind}_\\d+\\.pb$`).test(file)).length;
  const found: Record<string, OnnxTensor> = {};
  for (let i = 0; i < count; i++) {
    const { name, tensor } = decodeTensor(new Uint8Array(await readFile(join(set, `${kind}_${i}.pb`))));
    found[names.includes(name) ? name : (names[i] ?? name)] = tensor;
  }
  return found;
}

/** ONNX's test data hold bfloat16 as its bits, in uint16. */
const widened = (tensors: Readonly<Record<string, OnnxTensor>>, infos: readonly OnnxValueInfo[]): Record<string, OnnxTensor> =>
  Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => {
      const isBits = tensor.dtype === 'uint16' && infos.some((info) => info.name === name && info.half === 'bfloat16');
      return [name, isBits ? { ...tensor, dtype: 'float32', data: Float32Array.from(tensor.data as Uint16Array, fromBfloat) } : tensor];
    }),
  );

interface Comparison {
  readonly problem?: string;
  readonly largestError: number;
}
function verdictOf(comparisons: readonly Comparison[]): Verdict {
  const largestError = Math.max(0, ...comparisons.map((c) => c.largestError));
  const problems = comparisons.flatMap(({ problem }) => problem ?? []);
  return problems.length === 0 ? { status: 'passed', largestError } : { status: 'failed', reason: problems.join('; '), largestError };
}
function compared(name: string, got: Tensor | undefined, wanted: Tensor): Comparison {
  if (!got) return { problem: `output ${name} is missing`, largestError: 0 };
  const show = ({ dtype, shape }: Tensor): string => `${dtype}${showShape(shape)}`;
  if (got.dtype !== wanted.dtype || !sameShape(got.shape, wanted.shape)) return { problem: `output ${name} is ${show(got)}, expected ${show(wanted)}`, largestError: 0 };
  let [wrong, first, largestError] = [0, -1, 0];
  wanted.data.forEach((want, i) => {
    const came = got.data[i]!;
    const error = Object.is(came, want) || came === want || (Number.isNaN(came) && Number.isNaN(want)) ? 0 : Math.abs(came - want);
    const within = error === 0 || (wanted.dtype === 'float32' && error <= ATOL + RTOL * Math.abs(want)); // NaN beside a number is not within
    if (Number.isFinite(error)) largestError = Math.max(largestError, error);
    if (within) return;
    wrong++;
    if (first < 0) first = i;
  });
  return wrong === 0 ? { largestError } : { largestError, problem: `output ${name}: ${wrong} of ${wanted.data.length} numbers are wrong, by up to ${largestError.toPrecision(3)}; at ${first} it is ${got.data[first]}, expected ${wanted.data[first]}` };
}

/** What refusals have in common, whatever the opset and the advice. */
const kindOf = (reason: string): string => reason.replace(/ \(opset \d+\)\. Export .*$/, '').replace(/^The graph input or output \S+ /, 'An input or output ');

/** The report as text: counts, failures with figures, what is not supported by reason. */
export function showConformance({ executor, passed, failed, unsupported, tests }: ConformanceReport): string {
  const failures = tests.filter((t) => t.status === 'failed').map((t) => `  ${t.name}: ${t.reason}`);
  const byReason = new Map<string, string[]>();
  for (const { name, status, reason = '' } of tests) if (status === 'unsupported') byReason.set(kindOf(reason), [...(byReason.get(kindOf(reason)) ?? []), name]);
  const groups = [...byReason].sort(([, a], [, b]) => b.length - a.length).map(([reason, names]) => `  ${names.length} ${reason}\n    ${names.join(', ')}`);
  return [
    `${passed} passed, ${failed} failed, ${unsupported} unsupported (${executor})`,
    ...(failures.length > 0 ? ['Failed:', ...failures] : []),
    ...(groups.length > 0 ? ['Unsupported, by reason:', ...groups] : []),
  ].join('\n');
}
