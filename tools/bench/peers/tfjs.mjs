// TensorFlow.js's lane. Batches stay on the device, losses are read only where asked for: its fastest use.
import '../site/meters.ts';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import { serve } from '../site/lane.ts';
import { adopt, adoptBatch, hold, losses } from './tfjs-models.mjs';

const loaders = {
  cpu: () => import('@tensorflow/tfjs-backend-cpu'),
  webgl: () => import('@tensorflow/tfjs-backend-webgl'),
  webgpu: () => import('@tensorflow/tfjs-backend-webgpu'),
  async wasm(threads) {
    const [wasm, plain, simd, threaded] = await Promise.all([
      import('@tensorflow/tfjs-backend-wasm'),
      import('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url'),
      import('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url'),
      import('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url'),
    ]);
    wasm.setWasmPaths({ 'tfjs-backend-wasm.wasm': plain.default, 'tfjs-backend-wasm-simd.wasm': simd.default, 'tfjs-backend-wasm-threaded-simd.wasm': threaded.default });
    // One thread has a binary of its own.
    tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', threads > 1);
    wasm.setThreadsCount(threads);
    return wasm;
  },
};
/** Steps between waits for the device: it computes behind, and must not be left too far behind. */
const stepsBetweenWaits = 4;

let advance;
let taken = 0;
async function open({ task, backend, threads }) {
  const library = await loaders[backend](threads);
  if (!(await tf.setBackend(backend))) throw new Error(`tf.js has no ${backend} backend in this browser`);
  await tf.ready();
  lane.facts = () => ({ backend, threads: backend === 'wasm' && threads > 1 ? library.getThreadsCount() : 1 });
  const params = Object.fromEntries(Object.entries(task.params).map(([name, value]) => [name, tf.variable(tf.tidy(() => adopt(task.id, name, value)), true, name)]));
  const batches = task.batches.map((batch) => Object.fromEntries(Object.entries(batch).map(([name, value]) => [name, tf.tidy(() => adoptBatch(task.id, value))])));
  const held = hold(task.id, task.shape);
  const { learningRate, beta1, beta2, epsilon } = task.adam;
  const optimizer = tf.train.adam(learningRate, beta1, beta2, epsilon);
  const loss = losses[task.id];
  advance = () => optimizer.minimize(() => loss(params, batches[taken++ % batches.length], task.shape, held), true);
  return step();
}
async function step() {
  const loss = advance();
  const [value] = await loss.data();
  loss.dispose();
  return value;
}
async function run(steps) {
  for (let i = 0; i < steps; i++) {
    const loss = advance();
    if ((i + 1) % stepsBetweenWaits === 0 || i === steps - 1) await loss.data();
    loss.dispose();
  }
}
const lane = { open, step, run, facts: () => ({}) };
serve(lane);
