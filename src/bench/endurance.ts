/** A long training through the lab, and what memory it holds meanwhile: it must not grow with the number of steps. */
import type { Executor } from '../engine/executor';
import { createLab } from '../lab/create-lab';
import type { Host } from '../lab/host';
import { smallWorkload } from './small';

const ignored = (): void => undefined;
const free = async (): Promise<void> => undefined;

/** Trains the small workload for `steps` steps as a method would; `look` is awaited after every `every` of them. */
export async function endure(executor: Executor, steps: number, every: number, look: (step: number) => Promise<void>): Promise<void> {
  const host: Host = {
    backends: { choose: async () => executor, current: async () => executor },
    sink: { point: ignored, picture: ignored, light: ignored, outcome: ignored, mark: ignored, keep: ignored, progress: ignored },
    control: { beforeStep: free, breathe: free, pausePoint: free },
    asset: async (path) => Promise.reject(new Error(`This training reads no files, but ${path} was asked for.`)),
    files: [],
    now: () => performance.now(),
  };
  const { lab, close } = createLab(host, 1, []);
  const { trainer, initial, batch, hyper } = smallWorkload();
  const watch = { every, call: async ({ step }: { step: number }) => look(step) };
  await lab.train({ trainer: lab.trainer(trainer), arm: 'endurance', from: initial(), steps, hyper: () => hyper, next: batch, watch });
  await close();
}

/** Bytes that are not garbage's to give back: WebAssembly heaps, and GPU buffers made and not destroyed. */
export interface Holdings {
  readonly wasmBytes: () => number;
  readonly gpuBytes: () => number;
  readonly gpuBuffers: () => number;
}
/** Counts from now on: to be called before any runtime is loaded. */
export function countHoldings(): Holdings {
  const memories: WebAssembly.Memory[] = [];
  const { Memory } = WebAssembly;
  WebAssembly.Memory = new Proxy(Memory, {
    construct(target, args: ConstructorParameters<typeof Memory>) {
      const memory = new target(...args);
      memories.push(memory);
      return memory;
    },
  });
  const alive = new Map<GPUBuffer, number>();
  if (typeof GPUDevice !== 'undefined') {
    const { createBuffer } = GPUDevice.prototype;
    const { destroy } = GPUBuffer.prototype;
    GPUDevice.prototype.createBuffer = function (descriptor) {
      const buffer = createBuffer.call(this, descriptor);
      alive.set(buffer, descriptor.size);
      return buffer;
    };
    GPUBuffer.prototype.destroy = function () {
      alive.delete(this);
      return destroy.call(this);
    };
  }
  return {
    wasmBytes: () => memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0),
    gpuBytes: () => [...alive.values()].reduce((sum, size) => sum + size, 0),
    gpuBuffers: () => alive.size,
  };
}
