// A workload as onnxruntime takes it, in Node.
import { openSource } from './source.mjs';

const { load } = await openSource();
const { workloads, stepOf } = await load('/src/bench/workloads.ts');
const { wasmModel } = await load('/src/runtime/wasm.ts');

/** Processor time of this process since `process.cpuUsage()` was `before`. */
export function processorMs(before) {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** Batches that a lane goes round in: a real run has new ones, whose making is not what is measured. */
const batchCount = 8;

/**
 * The model's bytes, and a step on a session of it that carries the state over.
 * `advance` returns the step's loss and the processor milliseconds inside `session.run`.
 */
export function stepper(id, ort) {
  const workload = workloads[id]();
  const batches = Array.from({ length: batchCount }, (_, i) => workload.batch(i));
  const { program, initial, feeds } = stepOf({ ...workload, batch: (i) => batches[i % batchCount] });
  const tensors = (named) => Object.fromEntries(Object.entries(named).map(([name, { dtype, data, shape }]) => [name, new ort.Tensor(dtype, data, shape)]));
  const state = tensors(initial);
  let taken = 0;
  return {
    model: wasmModel(program),
    async advance(session) {
      const given = { ...state, ...tensors(feeds(taken++)) };
      const before = process.cpuUsage();
      const made = await session.run(given);
      const runMs = processorMs(before);
      for (const name of Object.keys(program.state)) state[name] = made[`${name}.next`];
      return { loss: made.loss.data[0], runMs };
    },
  };
}
/** Options of a native session: everything that makes it fast. */
export const nativeOptions = (threads) => ({ intraOpNumThreads: threads, interOpNumThreads: 1, executionMode: 'sequential', graphOptimizationLevel: 'all', logSeverityLevel: 3 });
