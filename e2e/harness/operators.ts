/** The conformance figures of some operators and blocks on WebGPU, measured where the app runs its programs. CPU fallback is forbidden. */
import { measure, modelsOf, type Figures } from '../../src/engine/onnx/testing/conformance';
import { wasmLane } from '../../src/runtime/ort';
import { createWebGpuExecutor } from '../../src/runtime/webgpu';

export async function operatorFigures({ subjects, seed, cases }: Readonly<Record<string, unknown>>): Promise<Figures[]> {
  const { ort } = await wasmLane();
  const gpu = await createWebGpuExecutor({ forbidCpuFallback: true });
  const figures: Figures[] = [];
  for (const subject of subjects as readonly string[]) figures.push(await measure(subject, modelsOf(subject, Number(seed), Number(cases)), ort, [gpu]));
  await gpu.close();
  return figures;
}
