// The project's own modules in Node, as the command line loads them: nothing is built first.
import { fileURLToPath } from 'node:url';
import { createServer } from 'vite';

const vite = await createServer({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  logLevel: 'error',
  appType: 'custom',
  server: { middlewareMode: true, hmr: false, watch: null, ws: false },
  optimizeDeps: { noDiscovery: true },
});
const { workloads, stepOf } = await vite.ssrLoadModule('/src/bench/workloads.ts');
const { writeOnnx } = await vite.ssrLoadModule('/src/engine/onnx/writer.ts');

/** Batches that a lane goes round in: a real run has new ones, whose making is not what is measured. */
const batchCount = 8;

/**
 * A workload as onnxruntime takes it: the model's bytes, and a step on a session of it that carries the state over.
 * `advance` returns the step's loss and the milliseconds inside `session.run`.
 */
export function stepper(id, ort) {
  const workload = workloads[id]();
  const batches = Array.from({ length: batchCount }, (_, i) => workload.batch(i));
  const { program, initial, feeds } = stepOf({ ...workload, batch: (i) => batches[i % batchCount] });
  const tensors = (named) => Object.fromEntries(Object.entries(named).map(([name, { dtype, data, shape }]) => [name, new ort.Tensor(dtype, data, shape)]));
  const state = tensors(initial);
  let taken = 0;
  return {
    model: writeOnnx(program),
    async advance(session) {
      const given = { ...state, ...tensors(feeds(taken++)) };
      const began = performance.now();
      const made = await session.run(given);
      const runMs = performance.now() - began;
      for (const name of Object.keys(program.state)) state[name] = made[`${name}.next`];
      return { loss: made.loss.data[0], runMs };
    },
  };
}
/** Options of a native session: everything that makes it fast. */
export const nativeOptions = (threads) => ({ intraOpNumThreads: threads, interOpNumThreads: 1, executionMode: 'sequential', graphOptimizationLevel: 'all', logSeverityLevel: 3 });
