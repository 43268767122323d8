/**
 * The one door to onnxruntime-web. Two lanes, each its own module instance with its own heap, so both may live in one worker:
 * - `wasm`: the CPU-only binary, the same file in Node and in every browser, because a link promises the same bits anywhere;
 * - `webgpu`: the binary with the WebGPU provider, in its JSPI form where the browser can suspend WebAssembly (a third smaller), else
 *   in its Asyncify form.
 * Nothing is fetched before a lane is asked for.
 */
import type * as Ort from 'onnxruntime-web';
import asyncifyMjs from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs?url';
import asyncifyWasm from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url';
import jspiMjs from 'onnxruntime-web/ort-wasm-simd-threaded.jspi.mjs?url';
import jspiWasm from 'onnxruntime-web/ort-wasm-simd-threaded.jspi.wasm?url';
import cpuMjs from 'onnxruntime-web/ort-wasm-simd-threaded.mjs?url';
import cpuWasm from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import { RuntimeProblem } from '../base/errors';
import { Lock } from './lock';

export type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-web';
export type OrtModule = typeof Ort;
export type GpuBuild = 'jspi' | 'asyncify';
export type OptimizationLevel = 'disabled' | 'basic' | 'extended' | 'layout' | 'all';

export interface OrtLane {
  readonly ort: OrtModule;
  /** Held round every create, run and release: onnxruntime-web breaks when two of them overlap. */
  readonly lock: Lock;
  readonly threads: number;
}

/** Which form of the WebGPU binary this browser runs. */
export const gpuBuild = (): GpuBuild => ('Suspending' in WebAssembly ? 'jspi' : 'asyncify');

/**
 * The most threads that the WASM lane may have here. One is the default, and the only choice in a page that is not cross-origin
 * isolated: the bits of Gemm, MatMul and the convolution's gradients depend on how many threads share them, so more must be asked for.
 */
export const maxThreads = (): number => (import.meta.env.SSR || globalThis.crossOriginIsolated === true ? Math.min(16, Math.max(1, navigatorCores())) : 1);
/** Node 20 has no `navigator`; two threads run there on any machine. */
const navigatorCores = (): number => (typeof navigator === 'undefined' ? 2 : navigator.hardwareConcurrency);

interface Parts {
  readonly wasmPaths: { mjs: string; wasm?: string };
  readonly wasmBinary?: Uint8Array;
}
/** Hashed assets beside the page. */
const partsByUrl = (mjs: string, wasm: string): Parts => ({ wasmPaths: { mjs: new URL(mjs, location.href).href, wasm: new URL(wasm, location.href).href } });
/** Node: files of the installed package. The binary is read here, as `fetch` there refuses files. */
async function partsByFile(): Promise<Parts> {
  const [{ createRequire }, { pathToFileURL }, { readFile }] = await Promise.all([import('node:module'), import('node:url'), import('node:fs/promises')]);
  const { resolve } = createRequire(import.meta.url);
  const mjs = pathToFileURL(resolve('onnxruntime-web/ort-wasm-simd-threaded.mjs')).href;
  return { wasmPaths: { mjs }, wasmBinary: await readFile(resolve('onnxruntime-web/ort-wasm-simd-threaded.wasm')) };
}

function prepare(ort: OrtModule, threads: number, parts: Parts): OrtLane {
  Object.assign(ort.env.wasm, parts, { numThreads: threads });
  ort.env.logLevel = 'error';
  return { ort, lock: new Lock(), threads };
}

async function openWasm(threads: number): Promise<OrtLane> {
  // Under Node the package's main entry is its CPU-only JavaScript for Node; it runs the same binary.
  if (import.meta.env.SSR) return prepare(await import('onnxruntime-web'), threads, await partsByFile());
  return prepare(await import('onnxruntime-web/wasm'), threads, partsByUrl(cpuMjs, cpuWasm));
}
async function openGpu(build: GpuBuild): Promise<OrtLane> {
  if (import.meta.env.SSR) throw new RuntimeProblem('WebGPU was asked for, but Node has none. Choose the WASM provider.');
  // One thread: this lane computes on the GPU, and idle workers would only cost memory.
  if (build === 'jspi') return prepare(await import('onnxruntime-web/jspi'), 1, partsByUrl(jspiMjs, jspiWasm));
  return prepare(await import('onnxruntime-web/webgpu'), 1, partsByUrl(asyncifyMjs, asyncifyWasm));
}

let wasm: Promise<OrtLane> | undefined;
const gpu = new Map<GpuBuild, Promise<OrtLane>>();

/**
 * The lane of the CPU-only binary, opened once.
 * @param threads at most `maxThreads`; counts only at the first call
 */
export function wasmLane(threads = 1): Promise<OrtLane> {
  wasm ??= openWasm(Math.min(threads, maxThreads())).catch((error: unknown) => {
    wasm = undefined; // a failed download may be tried again
    throw toRuntimeProblem('onnxruntime-web (WASM) should load', error, 'Check the connection and reload the page.');
  });
  return wasm;
}
/** The lane of the WebGPU binary, opened once for each build. */
export function gpuLane(build: GpuBuild = gpuBuild()): Promise<OrtLane> {
  const known = gpu.get(build);
  if (known) return known;
  const opened = openGpu(build).catch((error: unknown) => {
    gpu.delete(build);
    throw toRuntimeProblem('onnxruntime-web (WebGPU) should load', error, 'Check the connection and reload the page, or choose the WASM provider.');
  });
  gpu.set(build, opened);
  return opened;
}

/** An error of the library as one of ours: what was expected, what came, what to do next. Ours pass unchanged. */
export function toRuntimeProblem(expected: string, error: unknown, next: string): RuntimeProblem {
  if (error instanceof RuntimeProblem) return error;
  const came = (error instanceof Error ? error.message : String(error)).trim().replace(/\.$/, '');
  if (/NetworkError|failed to fetch|Failed to load|load failed|dynamically imported|importing a module|magic word|BufferSource|previous call to/i.test(came)) return new RuntimeProblem(`${expected}, but a part of onnxruntime-web could not be fetched. Check the connection, then press Run, or Go on where it is offered.`);
  // Where WebAssembly could not grow, the library goes on with addresses that are none: what the browser then says of tables, functions and bounds is of the same cause.
  const memory = /out of memory|bad_alloc|allocat|Aborted|memory access|WebAssembly\.|table index|out of bounds|null function|signature mismatch|unreachable/i.test(came);
  return new RuntimeProblem(`${expected}, but: ${came}. ${memory ? 'Memory ran out or was damaged: make the model or the batch smaller and reload the page.' : next}`);
}
