/** Whether a step fits into memory, and what to do where it is tight. */
import { estimateMemory, wasmHeapLimit } from '../../lab/own/memory';
import type { OwnStep } from '../../lab/own/step';
import type { OwnModelDetails } from '../../spec/own-screen';

type Estimate = OwnModelDetails['memory'][number];
/** What a page may count on of a device's memory: WebGPU tells no figure, and a device that gives less fails with its own message. */
const webgpuLimit = 2 * 2 ** 30;
const limits = { wasm: wasmHeapLimit, webgpu: webgpuLimit } as const;

/** `problem`: no provider has room. `hint`: one of them has none. */
export function memoryOf(step: OwnStep, batch: number): { readonly memory: readonly Estimate[]; readonly hint?: string; readonly problem?: string } {
  const memory = (['wasm', 'webgpu'] as const).map((provider): Estimate => {
    const estimate = estimateMemory(step, provider);
    return { ...estimate, limit: limits[provider], fits: estimate.total <= limits[provider] };
  });
  const tight = memory.filter((m) => !m.fits);
  if (tight.length === 0) return { memory };
  const hint = hintFor(tight[0]!, batch);
  return { memory, hint, ...(tight.length === memory.length && { problem: `This training would take more memory than there is. ${hint}` }) };
}
/** A batch that would fit, if what does not depend on the batch leaves room. */
function hintFor({ params, frozen, gradients, optimizer, activations, inputs, limit }: Estimate, batch: number): string {
  const room = limit - (params + frozen + gradients + optimizer);
  const fits = Math.floor((batch * room) / Math.max(1, activations + inputs));
  return fits >= 1 && fits < batch ? `A batch of ${fits} or less would fit.` : 'Freeze tensors, or use SGD, which keeps fewer numbers than Adam.';
}
