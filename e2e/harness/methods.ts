/** Whole methods in the harness's worker, as the app would run them. */
import { testLab } from '../../src/lab/testing';
import { loadMethod } from '../../src/methods';
import { createWasmExecutor } from '../../src/runtime/wasm';
import { createWebGpuExecutor } from '../../src/runtime/webgpu';
import { readKnobs } from '../../src/spec/knobs';
import { fetchAsset } from '../../src/worker/assets';
import { twinExecutor, type Comparison } from './twin';

export interface MethodTwin {
  readonly comparisons: readonly Comparison[];
  /** Lights that went out. */
  readonly broken: readonly string[];
  readonly seconds: number;
}
/** A method at its card's quick setting, every arm, each of its programs on both lanes. CPU fallback is forbidden. */
export async function methodTwin({ method: id, steps }: Readonly<Record<string, unknown>>): Promise<MethodTwin> {
  const start = performance.now();
  const method = await loadMethod(String(id));
  const twin = twinExecutor(await createWasmExecutor(), await createWebGpuExecutor({ forbidCpuFallback: true }), { steps: Number(steps) });
  const kit = testLab(twin, { asset: fetchAsset, arms: Object.keys(method.card.arms) });
  await method.run(kit.lab, readKnobs(method.card.knobs, { ...method.card.quick }));
  await kit.close();
  await twin.close();
  return { comparisons: twin.comparisons(), broken: kit.lights.filter((light) => !light.holds).map((light) => `${light.id}: ${light.detail}`), seconds: (performance.now() - start) / 1000 };
}
