// The near-physical limit: the very graph of a workload on native onnxruntime, in a process of its own. Spoken to by messages
// { call: 'open', task, threads } | { call: 'run', steps } | { call: 'step' }; each is answered by { value } or { problem }.
import { fileURLToPath } from 'node:url';
import { createServer } from 'vite';
import { requirePeer } from './install.mjs';

const ort = requirePeer('onnxruntime-node');
const vite = await createServer({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  logLevel: 'error',
  appType: 'custom',
  server: { middlewareMode: true, hmr: false, watch: null, ws: false },
  optimizeDeps: { noDiscovery: true },
});
const [{ workloads, stepOf }, { writeOnnx }] = [await vite.ssrLoadModule('/src/bench/workloads.ts'), await vite.ssrLoadModule('/src/engine/onnx/writer.ts')];

const toOrt = ({ dtype, data, shape }) => new ort.Tensor(dtype, data, shape);
const batchCount = 8;
let session;
let program;
let state;
let feeds;
let taken = 0;

async function advance() {
  const made = await session.run({ ...state, ...feeds(taken++) });
  for (const name of Object.keys(program.state)) state[name] = made[`${name}.next`];
  return made.loss.data[0];
}
const calls = {
  async open({ task, threads }) {
    const workload = workloads[task]();
    const batches = Array.from({ length: batchCount }, (_, i) => workload.batch(i));
    const step = stepOf({ ...workload, batch: (i) => batches[i % batchCount] });
    program = step.program;
    state = Object.fromEntries(Object.entries(step.initial).map(([name, value]) => [name, toOrt(value)]));
    feeds = (i) => Object.fromEntries(Object.entries(step.feeds(i)).map(([name, value]) => [name, toOrt(value)]));
    const model = writeOnnx(program);
    const began = performance.now();
    session = await ort.InferenceSession.create(model, { intraOpNumThreads: threads, interOpNumThreads: 1, executionMode: 'sequential', graphOptimizationLevel: 'all', logSeverityLevel: 3 });
    const loss = await advance();
    return { loss, firstStepMs: performance.now() - began };
  },
  step: advance,
  async run({ steps }) {
    const began = performance.now();
    for (let i = 0; i < steps; i++) await advance();
    return performance.now() - began;
  },
};
process.on('message', async (message) => {
  process.send(await calls[message.call](message).then((value) => ({ value }), (error) => ({ problem: error.message })));
});
process.on('disconnect', () => process.exit(0));
process.send({ value: 'ready' });
