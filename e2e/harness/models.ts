/** One step of a model on both lanes in one worker. */
import { relativeDistance, stepProgram, steps } from '../../src/nn/testing/steps';
import { createWasmExecutor } from '../../src/runtime/wasm';
import { createWebGpuExecutor } from '../../src/runtime/webgpu';

export const modelNames = (): string[] => Object.keys(steps);
/** How far each output lies apart, by name. CPU fallback is forbidden. */
export async function modelSteps({ models }: Readonly<Record<string, unknown>>): Promise<Record<string, Record<string, number>>> {
  const executors = [await createWasmExecutor(), await createWebGpuExecutor({ forbidCpuFallback: true })] as const;
  const found: Record<string, Record<string, number>> = {};
  for (const name of models as string[]) {
    const { program, initial, feeds } = stepProgram(name);
    const [wasm, gpu] = [await executors[0].load(program, initial), await executors[1].load(program, initial)];
    const [expected, got] = [await wasm.run(feeds), await gpu.run(feeds)];
    found[name] = Object.fromEntries(Object.entries(expected).map(([output, value]) => [output, relativeDistance(value, got[output]!)]));
    await wasm.release();
    await gpu.release();
  }
  for (const executor of executors) await executor.close();
  return found;
}
