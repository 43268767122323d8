/** Noise as a feed: made on the device by the WebGPU lane, on the host by the WASM lane. */
import { fillNoise, noise, type Distribution } from '../../src/base/noise';
import { Random } from '../../src/base/random';
import { floats, tensor } from '../../src/base/tensor';
import type { Feed } from '../../src/engine/executor';
import { reshape, sum } from '../../src/engine/ops';
import { defineProgram } from '../../src/engine/program';
import { createWasmExecutor } from '../../src/runtime/wasm';
import { createWebGpuExecutor } from '../../src/runtime/webgpu';

const distributions: readonly Distribution[] = [{ kind: 'uniform' }, { kind: 'normal' }, { kind: 'bernoulli', p: 0.3 }];
const stream = Random.seed(11).fork('noise');

/** Numbers whose bits differ between the lanes, and between both and the TypeScript twin, of all that were made. */
export async function noiseBits({ count, steps }: Readonly<Record<string, unknown>>): Promise<{ made: number; differing: number; first?: string }> {
  const executors = [await createWasmExecutor(), await createWebGpuExecutor({ forbidCpuFallback: true })];
  const program = defineProgram({ name: 'noise', feeds: { x: { shape: [Number(count)] }, y: { shape: [3] } } }, ({ feeds }) => ({ outputs: { 'x.out': reshape(feeds.x, [Number(count), 1]), 'y.out': reshape(feeds.y, [3, 1]) } }));
  const sessions = await Promise.all(executors.map((executor) => executor.load(program, {})));
  let [made, differing] = [0, 0];
  let first: string | undefined;
  for (let step = 0; step < Number(steps); step++)
    for (const distribution of distributions) {
      const feeds = { x: noise(stream, step, distribution), y: noise(stream.fork('y'), step, distribution) };
      const [wasm, gpu] = await Promise.all(sessions.map((session) => session.run(feeds)));
      const twin = { x: fillNoise(feeds.x, new Float32Array(Number(count))), y: fillNoise(feeds.y, new Float32Array(3)) };
      for (const name of ['x', 'y'] as const) {
        const [a, b] = [wasm, gpu].map((outputs) => floats(outputs![`${name}.out`]!)) as [Float32Array, Float32Array];
        made += a.length;
        twin[name].forEach((v, i) => {
          if (Object.is(v, a[i]) && Object.is(v, b[i])) return;
          differing++;
          first ??= `${distribution.kind} ${i} of step ${step}: ${[v, a[i]!, b[i]!].map((x) => (Object.is(x, -0) ? '-0' : x)).join(', ')}`;
        });
      }
    }
  await Promise.all(executors.map((executor) => executor.close()));
  return { made, differing, ...(first === undefined ? {} : { first }) };
}
/** Milliseconds a step of summing `count` normal numbers on the GPU: made on the host and uploaded, and made on the device; medians, taken in turn. */
export async function noiseTimes({ count, rounds }: Readonly<Record<string, unknown>>): Promise<{ hostMs: number; deviceMs: number }> {
  const gpu = await createWebGpuExecutor();
  const size = Number(count);
  const session = await gpu.load(defineProgram({ name: 'noise', feeds: { x: { shape: [size] } } }, ({ feeds }) => ({ outputs: { total: sum(feeds.x) } })), {});
  const times: { host: number[]; device: number[] } = { host: [], device: [] };
  const timed = async (into: number[], make: () => Feed): Promise<void> => {
    const began = performance.now();
    await session.run({ x: make() });
    into.push(performance.now() - began);
  };
  for (let round = 0; round < Number(rounds) + 1; round++) {
    const request = noise(stream, round, { kind: 'normal' });
    await timed(times.host, () => tensor(fillNoise(request, new Float32Array(size))));
    await timed(times.device, () => request);
  }
  await gpu.close();
  const median = (list: number[]): number => list.slice(1).sort((a, b) => a - b)[Math.floor((list.length - 1) / 2)]!; // the first round compiles
  return { hostMs: median(times.host), deviceMs: median(times.device) };
}
