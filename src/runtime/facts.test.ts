import { expect, test } from 'vitest';
import { adapterFacts } from './device';
import { runtimeFacts } from './facts';

const adapter = (info: Partial<GPUAdapterInfo>): GPUAdapter => ({ info: { vendor: '', architecture: '', device: '', description: '', isFallbackAdapter: false, ...info } }) as GPUAdapter; // nothing else of it is read

test('Node has no WebGPU, and may use threads', async () => {
  expect(await runtimeFacts()).toEqual({ webgpu: { available: false, adapter: 'none', software: false, build: 'none' }, wasm: { threads: expect.any(Number), crossOriginIsolated: false } });
});
test('an adapter is named by what its browser tells, and a software one is found out', () => {
  expect(adapterFacts(adapter({ vendor: 'nvidia', architecture: 'ampere' }))).toEqual({ name: 'nvidia ampere', software: false });
  expect(adapterFacts(adapter({ vendor: 'google', architecture: 'swiftshader' })).software).toBe(true);
  expect(adapterFacts(adapter({ vendor: 'mesa', description: 'llvmpipe (LLVM 15)' })).software).toBe(true);
  expect(adapterFacts(adapter({ vendor: 'microsoft', description: 'Microsoft Basic Render Driver' })).software).toBe(true);
  expect(adapterFacts(adapter({ vendor: 'intel', isFallbackAdapter: true })).software).toBe(true);
  expect(adapterFacts(adapter({}))).toEqual({ name: 'unnamed adapter', software: false });
});
