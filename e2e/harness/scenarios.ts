/** Scenarios of the runtime; their answers are plain data that a test can judge. */
import { Fingerprint } from '../../src/base/hash';
import type { Tensor } from '../../src/base/tensor';
import type { Executor, Outputs, Session } from '../../src/engine/executor';
import { add } from '../../src/engine/ops';
import { defineProgram } from '../../src/engine/program';
import { runtimeFacts } from '../../src/runtime/facts';
import { race } from '../../src/runtime/race';
import { counting, dtypes, kernels, mlp, type TestProgram } from '../../src/runtime/test-programs';
import { createWasmExecutor } from '../../src/runtime/wasm';
import { createWebGpuExecutor, type WebGpuOptions } from '../../src/runtime/webgpu';
import { conformance } from './conformance';
import { captureTrial, wrongReplay } from './capture';
import { modelNames, modelSteps } from './models';
import { operatorFigures } from './operators';
import { noiseBits, noiseTimes } from './noise';

export type Args = Readonly<Record<string, unknown>>;
const programs: Readonly<Record<string, () => TestProgram>> = { counting, dtypes, mlp, kernels };
const programOf = (args: Args): TestProgram => programs[String(args.program)]!();

const open = (provider: unknown, options?: WebGpuOptions): Promise<Executor> => (provider === 'wasm' ? createWasmExecutor() : createWebGpuExecutor({ forbidCpuFallback: true, ...options }));
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const bitsOf = ({ data }: Tensor): string => new Fingerprint().addWords(data instanceof Uint8Array ? Uint32Array.from(data) : new Uint32Array(data.buffer, data.byteOffset, data.length)).hex();
const ms = (start: number): number => Math.round((performance.now() - start) * 10) / 10;
const settled = async (work: Promise<unknown>): Promise<string> => work.then(() => 'no error', (error: Error) => `${error.name}: ${error.message}`);

async function steps(executor: Executor, { program, initial, feeds }: TestProgram, n: number): Promise<{ outputs: readonly Outputs[]; state: Record<string, Tensor> }> {
  const session = await executor.load(program, initial);
  for (let i = 0; i < n; i++) await session.step(feeds(i));
  const outputs = await session.drain();
  const state: Record<string, Tensor> = {};
  for (const name of Object.keys(program.state)) state[name] = await session.read(name);
  await session.release();
  return { outputs, state };
}
/** Largest error, relative to the largest number of each tensor. */
function distance(a: Readonly<Record<string, Tensor>>, b: Readonly<Record<string, Tensor>>): number {
  let worst = 0;
  for (const [name, { data }] of Object.entries(b)) {
    const scale = [...data].reduce((most, x) => Math.max(most, Math.abs(x)), 1e-6);
    data.forEach((x: number, i: number) => (worst = Math.max(worst, Math.abs(x - a[name]!.data[i]!) / scale)));
  }
  return worst;
}

export const scenarios = {
  facts: () => runtimeFacts(),
  /** What the executor found out of its device. */
  device: async () => {
    const gpu = await createWebGpuExecutor();
    const { adapter, build, sineError, ownSine, device } = gpu;
    const { maxBufferSize, maxStorageBufferBindingSize, maxStorageBuffersPerShaderStage } = device.limits;
    const facts = { adapter, build, sineError, ownSine, features: [...device.features], limits: { maxBufferSize, maxStorageBufferBindingSize, maxStorageBuffersPerShaderStage } };
    await gpu.close();
    return facts;
  },
  conformance,
  captureTrial,
  modelNames,
  modelSteps,
  operatorFigures,
  wrongReplay,
  noiseBits,
  noiseTimes,
  methodTwin: async (args: Args) => (await import('./methods')).methodTwin(args), // looks for shipped files beside its worker: not for Node
  dataHashes: async (args: Args) => (await import('./data')).dataHashes(args), // as above
  decodedPicture: async (args: Args) => (await import('./pictures')).decodedPicture(args), // as above
  loadedSet: async (args: Args) => (await import('./pictures')).loadedSet(args),
  dataIds: async () => (await import('./data')).dataIds(),
  /** Fingerprints of all outputs and state after n steps. */
  bits: async (args: Args) => {
    const executor = await open(args.provider, { build: args.build as WebGpuOptions['build'] });
    const { outputs, state } = await steps(executor, programOf(args), Number(args.steps));
    await executor.close();
    return Object.fromEntries(Object.entries({ ...outputs.at(-1), ...state }).map(([name, value]) => [name, bitsOf(value)]));
  },
  /** Both lanes in this one worker. */
  agreement: async (args: Args) => {
    const [wasm, gpu] = [await open('wasm'), await open('webgpu', { build: args.build as WebGpuOptions['build'] })];
    const [a, b] = await Promise.all([wasm, gpu].map((executor) => steps(executor, programOf(args), Number(args.steps))));
    await Promise.all([wasm.close(), gpu.close()]);
    return { counts: [a!.outputs.length, b!.outputs.length], distance: Math.max(distance(b!.state, a!.state), ...a!.outputs.map((o, i) => distance(b!.outputs[i]!, o))) };
  },
  concurrent: async () => {
    const gpu = await open('webgpu');
    const { program, initial, feeds } = counting();
    const [a, b] = await Promise.all([gpu.load(program, initial), gpu.load(program, initial)]);
    const [, , , , , , alone] = await Promise.all([...[1, 2, 3].flatMap((i) => [a.step(feeds(i)), b.step(feeds(i))]), a.run(feeds(4))]);
    const totals = (outputs: readonly Outputs[]): number[] => outputs.map(({ total }) => total!.data[0]!);
    const result = { a: totals(await a.drain()), b: totals(await b.drain()), alone: (alone as Outputs).total!.data[0], empty: (await a.drain()).length };
    await gpu.close();
    return result;
  },
  /** write, read, release, then a second session on the same device. */
  life: async () => {
    const gpu = await open('webgpu');
    const { program, initial, feeds } = counting();
    const first = await gpu.load(program, initial);
    await first.write('s', { dtype: 'float32', shape: [3], data: Float32Array.of(5, 5, 5) });
    await first.write('k', { dtype: 'float32', shape: [3], data: Float32Array.of(2, 2, 2) });
    await first.step(feeds(1));
    const state = [...(await first.read('s')).data];
    await first.release();
    const afterRelease = await settled(first.step(feeds(1)));
    const second = await gpu.load(program, initial);
    const total = (await second.run(feeds(1))).total!.data[0];
    await gpu.close();
    const afterClose = await settled(gpu.load(program, initial));
    const again = await open('webgpu');
    const third = await again.load(program, initial);
    return { state, afterRelease, total, afterClose, reopened: (await third.run(feeds(1))).total!.data[0] };
  },
  /** The device is destroyed while steps are queued; then a new executor is tried in the same worker. */
  loss: async () => {
    const gpu = await createWebGpuExecutor();
    const { program, initial, feeds } = mlp();
    const session: Session = await gpu.load(program, initial);
    await session.step(feeds(0));
    const pending = settled(Promise.all([session.step(feeds(1)), session.step(feeds(2)), session.drain()]));
    const start = performance.now();
    gpu.device.destroy();
    const during = await pending;
    const tookMs = ms(start);
    await sleep(10);
    const after = [await settled(session.step(feeds(3))), await settled(session.drain()), await settled(session.read('theta')), await settled(gpu.load(program, initial))];
    const closing = performance.now();
    await gpu.close();
    const closeMs = ms(closing);
    const fresh = await createWebGpuExecutor();
    const recovered = await steps(fresh, counting(), 2);
    return { during, tookMs, after, closeMs, recovered: recovered.outputs.map(({ total }) => total!.data[0]) };
  },
  /** A program too large for the device is refused, and the device still works. */
  tooLarge: async () => {
    const gpu = await createWebGpuExecutor();
    const n = gpu.device.limits.maxStorageBufferBindingSize / 4 + 16;
    const huge = defineProgram({ name: 'huge', feeds: { x: { shape: [n] } } }, ({ feeds }) => ({ outputs: { y: add(feeds.x, feeds.x) } }));
    const refused = await settled(gpu.load(huge, {}));
    const { outputs } = await steps(gpu, counting(), 1);
    await gpu.close();
    return { refused, total: outputs[0]!.total!.data[0] };
  },
  times: async (args: Args) => {
    const start = performance.now();
    const executor = await open(args.provider, { build: args.build as WebGpuOptions['build'] });
    const openMs = ms(start);
    const { program, initial, feeds } = mlp(784, 256, 10, 64);
    const loading = performance.now();
    const session = await executor.load(program, initial);
    const loadMs = ms(loading);
    const first = performance.now();
    await session.run(feeds(0));
    const firstStepMs = ms(first);
    const given = Array.from({ length: Number(args.steps) }, (_, i) => feeds(i));
    const timed = performance.now();
    for (const feed of given) await session.step(feed);
    await session.drain();
    const stepMs = ms(timed) / given.length;
    await executor.close();
    return { openMs, loadMs, firstStepMs, stepMs };
  },
  /** Many steps, drained now and then: the GPU buffers alive at the start and at the end. */
  manySteps: async (args: Args) => {
    let alive = 0;
    const create = GPUDevice.prototype.createBuffer;
    const destroy = GPUBuffer.prototype.destroy;
    GPUDevice.prototype.createBuffer = function (descriptor) {
      alive++;
      return create.call(this, descriptor);
    };
    GPUBuffer.prototype.destroy = function () {
      alive--;
      return destroy.call(this);
    };
    const gpu = await open('webgpu');
    const session = await gpu.load(counting().program, counting().initial);
    const counts: number[] = [];
    const feed = counting().feeds(0);
    for (let round = 0; round < 4; round++) {
      for (let i = 0; i < Number(args.steps) / 4; i++) await session.step(feed);
      const drained = (await session.drain()).length;
      counts.push(alive);
      if (drained !== Number(args.steps) / 4) throw new Error(`${drained} outputs were drained.`);
    }
    await gpu.close();
    return { counts, afterClose: alive };
  },
  race: async () => {
    const { program, initial, feeds } = mlp(784, 256, 10, 64);
    const executors = [await open('wasm'), await open('webgpu')];
    const { winner, figures } = await race(program, initial, feeds(0), executors, { steps: 3, budgetMs: 60_000 });
    return { winner: winner?.provider, figures };
  },
};
export type ScenarioName = keyof typeof scenarios;

