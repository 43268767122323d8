/** The GPU device: asked for by us rather than by onnxruntime-web, so that its limits, its life and its loss are in our hands. */
import { RuntimeProblem } from '../base/errors';
import { Watch } from './watch';

export interface AdapterFacts {
  /** Vendor, architecture and description, as far as the browser tells. */
  readonly name: string;
  /** The CPU computes in its place: right, but slow. */
  readonly software: boolean;
}
export interface GpuDevice {
  readonly device: GPUDevice;
  readonly adapter: AdapterFacts;
  readonly watch: Watch;
  /** Ends the device without calling it lost. */
  destroy(): void;
}

/** All limits that onnxruntime-web's kernels can use; a device has only the defaults unless they are asked for. */
const limitNames = [
  'maxBufferSize', 'maxStorageBufferBindingSize', 'maxStorageBuffersPerShaderStage', 'maxBindGroups', 'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup', 'maxComputeWorkgroupSizeX', 'maxComputeWorkgroupSizeY', 'maxComputeWorkgroupSizeZ', 'maxComputeWorkgroupsPerDimension',
] as const; // prettier-ignore
const featureNames: readonly GPUFeatureName[] = ['shader-f16', 'subgroups'];

export function adapterFacts({ info }: GPUAdapter): AdapterFacts {
  const parts = [info.vendor, info.architecture, info.description || info.device];
  const name = parts.filter((part, i) => part && parts.indexOf(part) === i).join(' ') || 'unnamed adapter';
  return { name, software: info.isFallbackAdapter === true || /swiftshader|llvmpipe|lavapipe|\bwarp\b|basic render|software/i.test(name) };
}

/** The adapter, or undefined where WebGPU is absent, switched off or blocked. Never throws. */
export async function findAdapter(): Promise<GPUAdapter | undefined> {
  try {
    const gpu = (globalThis.navigator as Navigator | undefined)?.gpu as GPU | undefined; // absent in Node and in older browsers
    return (await gpu?.requestAdapter({ powerPreference: 'high-performance' })) ?? undefined;
  } catch {
    return undefined;
  }
}

/** @throws RuntimeProblem if there is no adapter or it gives no device */
export async function requestDevice(): Promise<GpuDevice> {
  const adapter = await findAdapter();
  if (!adapter) throw new RuntimeProblem('WebGPU was asked for, but this browser offers no adapter. Choose the WASM provider, or switch WebGPU on in the browser.');
  let device: GPUDevice;
  try {
    device = await adapter.requestDevice({
      requiredFeatures: featureNames.filter((name) => adapter.features.has(name)),
      requiredLimits: Object.fromEntries(limitNames.map((name) => [name, adapter.limits[name]])),
    });
  } catch (error) {
    throw new RuntimeProblem(`The GPU adapter ${adapterFacts(adapter).name} should give a device, but: ${String(error)}. Reload the page, or choose the WASM provider.`);
  }
  const watch = new Watch();
  let ending = false;
  void device.lost.then(({ reason, message }) => {
    if (!ending) watch.fail(new RuntimeProblem(`The GPU device was lost (${reason}${message ? `: ${message}` : ''}). Run again: it goes on from the last checkpoint; or choose the WASM provider.`));
  });
  device.addEventListener('uncapturederror', ({ error }) => {
    // A browser also prints it; results after it cannot be trusted.
    const memory = error instanceof GPUOutOfMemoryError;
    watch.fail(new RuntimeProblem(memory ? outOfMemory('this program') : `The GPU should carry out every operation, but refused one: ${error.message} Choose the WASM provider.`));
  });
  return {
    device,
    adapter: adapterFacts(adapter),
    watch,
    destroy() {
      ending = true;
      watch.fail(new RuntimeProblem('The WebGPU executor was used after it was closed. Create a new one.'));
      device.destroy();
    },
  };
}

export const outOfMemory = (who: string): string => `The GPU should hold the buffers of ${who}, but its memory ran out. Make the model or the batch smaller, or choose the WASM provider.`;
