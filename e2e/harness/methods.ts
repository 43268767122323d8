/** Whole methods in the harness's worker, as the app would run them. */
import { testLab } from '../../src/lab/testing';
import { loadMethod } from '../../src/methods';
import { createWasmExecutor } from '../../src/runtime/wasm';
import { createWebGpuExecutor } from '../../src/runtime/webgpu';
import type { Card } from '../../src/spec/card';
import { readKnobs, type KnobValues } from '../../src/spec/knobs';
import { fetchAsset } from '../../src/worker/assets';
import { twinExecutor, type Comparison } from './twin';

export interface MethodTwin {
  readonly comparisons: readonly Comparison[];
  /** Lights that went out. */
  readonly broken: readonly string[];
  readonly seconds: number;
}
/**
 * The card's quick setting, but no learning rate above 1e-4: rates are fed, so the graphs are the same, and at large ones a training
 * is chaotic: Adam turns the rounding of a gradient near 0 into a whole step, and after ten more even two CPUs would disagree.
 */
function calm(card: Card): KnobValues {
  const knobs = readKnobs(card.knobs, { ...card.quick });
  return Object.fromEntries(Object.entries(knobs).map(([name, value]) => {
    const knob = card.knobs[name]!;
    return [name, knob.type === 'logFloat' && name.startsWith('learningRate') ? Math.max(knob.min, Math.min(Number(value), 1e-4)) : value];
  }));
}
/** A method with every arm, each of its programs on both lanes. CPU fallback is forbidden. */
export async function methodTwin({ method: id, steps, seconds, countsOfSigns }: Readonly<Record<string, unknown>>): Promise<MethodTwin> {
  const start = performance.now();
  const method = await loadMethod(String(id));
  const twin = twinExecutor(await createWasmExecutor(), await createWebGpuExecutor({ forbidCpuFallback: true }), { steps: Number(steps), budgetMs: 1000 * Number(seconds), countsOfSigns: countsOfSigns as string[] });
  const kit = testLab(twin, { asset: fetchAsset, arms: Object.keys(method.card.arms) });
  await method.run(kit.lab, calm(method.card));
  await kit.close();
  await twin.close();
  return { comparisons: twin.comparisons(), broken: kit.lights.filter((light) => !light.holds).map((light) => `${light.id}: ${light.detail}`), seconds: (performance.now() - start) / 1000 };
}
