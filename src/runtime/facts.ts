/** What this browser (or Node) can run on: shown to the user, and kept with results. */
import { adapterFacts, findAdapter } from './device';
import { gpuBuild, maxThreads, type GpuBuild } from './ort';

export interface Facts {
  readonly webgpu: { readonly available: boolean; readonly adapter: string; readonly software: boolean; readonly build: GpuBuild | 'none' };
  readonly wasm: { readonly threads: number; readonly crossOriginIsolated: boolean };
}

/** Never throws, and loads nothing of onnxruntime-web. */
export async function runtimeFacts(): Promise<Facts> {
  const adapter = await findAdapter();
  const facts = adapter && adapterFacts(adapter);
  return {
    webgpu: facts ? { available: true, adapter: facts.name, software: facts.software, build: gpuBuild() } : { available: false, adapter: 'none', software: false, build: 'none' },
    wasm: { threads: maxThreads(), crossOriginIsolated: globalThis.crossOriginIsolated === true },
  };
}
