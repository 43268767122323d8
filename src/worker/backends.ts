/** Chooses where a run's programs go: as the user asked, or by a race on the real training step. */
import { RuntimeProblem } from '../base/errors';
import type { Executor } from '../engine/executor';
import type { Backends } from '../lab/host';
import { race } from '../runtime/race';
import { createWasmExecutor } from '../runtime/wasm';
import type { Backend, Provider } from '../spec/experiment';

/** Executors of this worker: made when first needed, shared by its runs, made anew after a failure. */
export interface Executors {
  /** With as many threads as asked for at the first call, or fewer where the page allows only one. */
  wasm(threads?: number): Promise<Executor & { readonly threads: number }>;
  /** Undefined, with the reason, where there is no adapter. */
  webgpu(): Promise<{ executor: Executor; note?: string } | { executor?: undefined; reason: string }>;
  close(): Promise<void>;
}

export function createExecutors(facts: () => Promise<{ webgpu: { available: boolean; software: boolean; adapter: string } }>): Executors {
  let wasm: Promise<Executor & { readonly threads: number }> | undefined;
  let webgpu: Promise<Executor> | undefined;
  return {
    wasm: (threads = 1) => (wasm ??= createWasmExecutor({ threads })),
    webgpu: async () => {
      const { available, software, adapter } = (await facts()).webgpu;
      if (!available) return { reason: 'this browser offers no WebGPU adapter' };
      try {
        const executor = await (webgpu ??= import('../runtime/webgpu').then(({ createWebGpuExecutor }) => createWebGpuExecutor())); // fetched where it is wanted
        return { executor, ...(software && { note: `software adapter, ${adapter}` }) };
      } catch (error) {
        webgpu = undefined;
        return { reason: (error instanceof Error ? error.message : String(error)).replace(/\.$/, '') };
      }
    },
    close: async () => {
      for (const made of [wasm, webgpu]) await made?.then((e) => e.close()).catch(() => undefined);
      wasm = webgpu = undefined;
    },
  };
}

/** Backends for one run. `chosen` is told which provider runs, and why. */
export function createBackends({ backend, threads }: { backend: Backend; threads: number }, executors: Executors, chosen: (provider: Provider, why: string) => void): Backends {
  let choice: Promise<Executor> | undefined;
  const wasm = async (): Promise<Executor> => {
    const executor = await executors.wasm(threads);
    if (executor.threads !== threads) throw new RuntimeProblem(`This experiment asks for ${threads} threads, and this worker has ${executor.threads}. ${executor.threads === 1 ? 'The page is not cross-origin isolated, or has started with one: reload it, or set threads to 1.' : 'Reload the page.'}`);
    return executor;
  };
  const settle = (executor: Executor, why: string): Executor => {
    chosen(executor.provider, why);
    return executor;
  };
  /** The executor where there is nothing to race; undefined where there is. */
  const only = async (): Promise<Executor | undefined> => {
    if (backend === 'wasm') return settle(await wasm(), 'Chosen by you.');
    const gpu = await executors.webgpu();
    if (backend === 'webgpu') {
      if (!gpu.executor) throw new RuntimeProblem(`WebGPU was asked for, but ${gpu.reason}. Choose WASM, or let the page choose.`);
      return settle(gpu.executor, `Chosen by you${gpu.note ? ` (${gpu.note})` : ''}.`);
    }
    return gpu.executor ? undefined : settle(await wasm(), `No race: ${gpu.reason}.`);
  };
  const decide: Backends['choose'] = async (program, initial, feeds) => {
    const fixed = await only();
    if (fixed) return fixed;
    const [cpu, gpu] = [await wasm(), await executors.webgpu()];
    const racers = gpu.executor ? [cpu, { ...bound(gpu.executor), note: gpu.note }] : [cpu];
    const { winner, figures } = await race(program, initial, feeds, racers, { steps: 3, budgetMs: 1500 });
    return settle(winner && winner !== cpu && gpu.executor ? gpu.executor : cpu, `Won a race on this step: ${figures}.`);
  };
  return {
    choose: (program, initial, feeds) => (choice ??= decide(program, initial, feeds)),
    current: async () => {
      if (choice) return choice;
      if (backend === 'auto') return wasm();
      const fixed = only().then((executor) => executor!); // not auto: there is nothing to race
      choice = fixed;
      return fixed;
    },
  };
}
/** The executor's methods as own properties, so that a note can stand beside them. */
const bound = (executor: Executor): Executor => ({ provider: executor.provider, load: (p, i) => executor.load(p, i), close: () => executor.close() });
