/** What one step of a workload costs: nodes, WebGPU dispatches, milliseconds on WASM. */
import { toOnnx } from '../engine/onnx/writer';
import { optimised } from '../engine/passes';
import type { Executor } from '../engine/executor';
import type { Target } from '../engine/value';
import { createWasmExecutor } from '../runtime/wasm';
import { createWebGpuExecutor } from '../runtime/webgpu';
import { stepOf, workloads } from './workloads';

/** How many nodes of each type the step's graph has as it is written, most frequent first. */
export function nodesOf(id: string, target: Target = 'cpu'): { readonly total: number; readonly byType: readonly (readonly [string, number])[] } {
  const { nodes } = toOnnx(optimised(stepOf(workloads[id]!()).program, target), {}, {}, target).graph;
  const counts = new Map<string, number>();
  for (const { opType } of nodes) counts.set(opType, (counts.get(opType) ?? 0) + 1);
  return { total: nodes.length, byType: [...counts].sort((a, b) => b[1] - a[1]) };
}

/** Counts compute dispatches on every device of this thread from now on, until `stop`. */
export function countDispatches(): { readonly count: () => number; readonly stop: () => void } {
  const pass = GPUComputePassEncoder.prototype;
  const { dispatchWorkgroups: direct, dispatchWorkgroupsIndirect: indirect } = pass;
  let count = 0;
  pass.dispatchWorkgroups = function (...sizes) {
    count++;
    return direct.apply(this, sizes);
  };
  pass.dispatchWorkgroupsIndirect = function (...from) {
    count++;
    return indirect.apply(this, from);
  };
  return { count: () => count, stop: () => Object.assign(pass, { dispatchWorkgroups: direct, dispatchWorkgroupsIndirect: indirect }) };
}

/** Dispatches of one step on WebGPU, after a first one that compiles shaders; no node may run on the CPU. */
export async function dispatchesOf(id: string): Promise<number> {
  const executor = await createWebGpuExecutor({ forbidCpuFallback: true, timeoutMs: 300_000 });
  const { program, initial, feeds } = stepOf(workloads[id]!());
  const session = await executor.load(program, initial);
  await session.run(feeds(0));
  const counter = countDispatches();
  await session.run(feeds(1));
  counter.stop();
  await executor.close();
  return counter.count();
}

const median = (numbers: readonly number[]): number => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]!;
/** Median milliseconds of a step on WASM, one thread, after three that do not count; `now` is a clock in ms, of the wall or of the processor. */
export async function wasmMs(id: string, steps: number, now: () => number): Promise<number> {
  const executor: Executor = await createWasmExecutor();
  const { program, initial, feeds } = stepOf(workloads[id]!());
  const session = await executor.load(program, initial);
  const batches = [feeds(0), feeds(1), feeds(2)];
  const took: number[] = [];
  for (let i = 0; i < steps + 3; i++) {
    const from = now();
    await session.run(batches[i % 3]!);
    if (i >= 3) took.push(now() - from);
  }
  await executor.close();
  return median(took);
}
