/** The long training in a worker, as the app runs its own. It stops at each look until it is told to go on, so that the page can measure. */
import { createWasmExecutor } from '../runtime/wasm';
import { createWebGpuExecutor } from '../runtime/webgpu';
import { countHoldings, endure } from './endurance';

export interface Endurance {
  readonly provider: 'wasm' | 'webgpu';
  readonly steps: number;
  readonly every: number;
}
export type Look = { readonly step: number; readonly wasmBytes: number; readonly gpuBytes: number; readonly gpuBuffers: number } | { readonly done: true } | { readonly problem: string };

let goOn = (): void => undefined;
async function run({ provider, steps, every }: Endurance): Promise<void> {
  const { wasmBytes, gpuBytes, gpuBuffers } = countHoldings();
  const executor = await (provider === 'wasm' ? createWasmExecutor() : createWebGpuExecutor());
  await endure(executor, steps, every, async (step) => {
    const told = new Promise<void>((resolve) => (goOn = resolve));
    say({ step, wasmBytes: wasmBytes(), gpuBytes: gpuBytes(), gpuBuffers: gpuBuffers() });
    await told;
  });
  await executor.close();
}
const say = (look: Look): void => self.postMessage(look);

self.onmessage = ({ data }: MessageEvent<Endurance | 'go on'>) => {
  if (data === 'go on') return goOn();
  run(data).then(
    () => say({ done: true }),
    (error: unknown) => say({ problem: error instanceof Error ? error.message : String(error) }),
  );
};
