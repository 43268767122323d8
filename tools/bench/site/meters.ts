/**
 * Counts what a library asks of the browser, in the worker that it runs in: GPU dispatches, GPU buffers, WebAssembly memories. Imported
 * before the library, which then meets the counting methods.
 */
export interface Counts {
  /** Since the worker began. */
  readonly dispatches: number;
  readonly gpuBytes: number;
  /** Of all WebAssembly memories that were made or exported here; they never shrink. */
  readonly wasmBytes: number;
}
let dispatches = 0;
let gpuBytes = 0;
const memories = new Set<WebAssembly.Memory>();

/** After every call of a method of a browser class, if the browser has it, calls `after` with its object and result. */
function wrap<K extends string>(owner: { readonly prototype: object } | undefined, name: K, after: (self: object, result: unknown) => void): void {
  const prototype = owner?.prototype as Record<K, (...args: unknown[]) => unknown> | undefined; // a browser class: its methods are functions
  const method = prototype?.[name];
  if (!prototype || !method) return;
  prototype[name] = function (this: object, ...args: unknown[]) {
    const result = method.apply(this, args);
    after(this, result);
    return result;
  };
}
wrap(globalThis.GPUComputePassEncoder, 'dispatchWorkgroups', () => dispatches++);
wrap(globalThis.GPUComputePassEncoder, 'dispatchWorkgroupsIndirect', () => dispatches++);
const alive = new WeakSet<object>();
wrap(globalThis.GPUDevice, 'createBuffer', (_, buffer) => {
  alive.add(buffer as GPUBuffer);
  gpuBytes += (buffer as GPUBuffer).size;
});
wrap(globalThis.GPUBuffer, 'destroy', (buffer) => {
  if (alive.delete(buffer)) gpuBytes -= (buffer as GPUBuffer).size;
});

WebAssembly.Memory = new Proxy(WebAssembly.Memory, {
  construct(target, args: [WebAssembly.MemoryDescriptor]) {
    const memory = new target(...args);
    memories.add(memory);
    return memory;
  },
});
/** A module may also make its memory itself, and export it. */
function noteExports(result: WebAssembly.Instance | WebAssembly.WebAssemblyInstantiatedSource): void {
  const { exports } = 'instance' in result ? result.instance : result;
  for (const value of Object.values(exports)) if (value instanceof WebAssembly.Memory) memories.add(value);
}
for (const name of ['instantiate', 'instantiateStreaming'] as const) {
  const plain = WebAssembly[name] as (...args: unknown[]) => Promise<WebAssembly.Instance | WebAssembly.WebAssemblyInstantiatedSource>;
  Object.assign(WebAssembly, {
    [name]: async (...args: unknown[]) => {
      const result = await plain(...args);
      noteExports(result);
      return result;
    },
  });
}

export const counts = (): Counts => ({ dispatches, gpuBytes, wasmBytes: [...memories].reduce((sum, { buffer }) => sum + buffer.byteLength, 0) });
