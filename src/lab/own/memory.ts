/**
 * What a training would take, estimated from the step's graph before anything is allocated. Activations are the largest sum of values
 * alive at one time, in the order in which the graph is written; what the runtime keeps beside them (its arena grows in steps, kernels
 * need scratch space) is not in it. On WASM the heap grows by between half of `total` and twice as much, plus what an empty session
 * takes: a test measures that.
 */
import { InputError } from '../../base/errors';
import { sizeOf } from '../../base/tensor';
import type { Program } from '../../engine/program';
import { constantOp, inputOp, topological, type Value } from '../../engine/value';
import { programInputs, programOutputs } from '../../engine/verify';
import type { MemoryEstimate } from '../../spec/own-model';
import { trainingProgram } from '../training';
import type { OwnStep } from './step';

const bytesOf = ({ shape, dtype }: Pick<Value, 'shape' | 'dtype'>): number => sizeOf(shape) * (dtype === 'bool' ? 1 : 4);
const total = (values: Iterable<Value>): number => [...values].reduce((n, v) => n + bytesOf(v), 0);

/** WASM: 32-bit addresses, and onnxruntime-web's heap goes no further. */
export const wasmHeapLimit = 4 * 2 ** 30;

export const estimateMemory = (step: OwnStep, provider: MemoryEstimate['provider']): MemoryEstimate => estimateProgram(trainingProgram(step.spec).program, provider);

export function estimateProgram(program: Program, provider: MemoryEstimate['provider']): MemoryEstimate {
  const theta = program.state.theta ? bytesOf(program.state.theta.input) : 0;
  const states = total(Object.values(program.state).map((s) => s.input));
  const order = topological(programOutputs(program).map(([, value]) => value));
  const frozen = total(order.filter((v) => v.op === constantOp)) + total(Object.values(program.constants));
  const inputs = total(Object.values(program.feeds));
  // State goes in and its successor comes out: both are there at the end of a step. On WASM the file's bytes are there beside what is read of them.
  const copies = provider === 'wasm' ? 2 : 1;
  const activations = Math.max(0, peakOf(program, order) - theta); // the joined gradient is counted by itself
  const parts = { params: 2 * theta, frozen: copies * frozen, gradients: theta, optimizer: 2 * (states - theta), activations, inputs };
  return { provider, ...parts, total: Object.values(parts).reduce((n, v) => n + v, 0) };
}
/** The largest sum of values that are made by the step and still to be read, over the order in which they are made. */
function peakOf(program: Program, order: readonly Value[]): number {
  const roots = new Map<Value, Value>();
  const rootOf = (value: Value): Value => roots.get(value) ?? value;
  const lastUse = new Map<Value, number>();
  for (const [at, value] of order.entries()) {
    // A reshape is its input under another shape; ops that write no node are their input.
    if (value.op.name === 'reshape' || value.op.name === 'stopGradient') roots.set(value, rootOf(value.inputs.x!));
    lastUse.set(rootOf(value), at);
    for (const from of Object.values(value.inputs)) lastUse.set(rootOf(from), at);
  }
  for (const [, value] of programOutputs(program)) lastUse.set(rootOf(value), order.length);
  const held = new Set<Value>(programInputs(program).map(([, value]) => value));
  const ending = new Map<number, Value[]>();
  for (const [value, at] of lastUse) ending.set(at, [...(ending.get(at) ?? []), value]);
  let [now, peak] = [0, 0];
  for (const [at, value] of order.entries()) {
    const counts = (v: Value): boolean => v.op !== constantOp && v.op !== inputOp && !held.has(v);
    if (rootOf(value) === value && counts(value)) now += bytesOf(value);
    peak = Math.max(peak, now);
    for (const done of ending.get(at) ?? []) if (counts(done)) now -= bytesOf(done);
  }
  return peak;
}

/** @throws InputError if the step cannot fit into what the provider can address */
export function checkMemory({ provider, total: bytes }: MemoryEstimate): void {
  if (provider === 'wasm' && bytes > wasmHeapLimit) throw new InputError(`This training would take about ${mebibytes(bytes)}, and WASM can address ${mebibytes(wasmHeapLimit)}. Take a smaller batch (--batch), or freeze tensors.`);
}
const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(bytes < 100 * 2 ** 20 ? 1 : 0)} MiB`;
export const showMemory = ({ params, frozen, gradients, optimizer, activations, inputs, total: bytes }: MemoryEstimate): string =>
  `about ${mebibytes(bytes)} (params ${mebibytes(params)}, frozen ${mebibytes(frozen)}, gradients ${mebibytes(gradients)}, optimiser ${mebibytes(optimizer)}, activations ${mebibytes(activations)}, inputs ${mebibytes(inputs)})`;
