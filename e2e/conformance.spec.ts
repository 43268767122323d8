/** Every op with its gradients, on the true WebGPU provider (software adapter) with CPU fallback forbidden, against WASM. SEED, CASES_PER_OP and SHOW_WORST serve a search by hand. */
import { expect, test } from 'playwright/test';
import { families, wideFamilies } from '../src/engine/testing/cases';
import { worstByOp } from '../src/engine/testing/conformance';
import type { RunScenario } from './harness/page';

for (const family of Object.keys({ ...families, ...wideFamilies }))
  test(`WebGPU agrees with WASM on random cases of ${family}, and on their gradients`, async ({ page }) => {
    await page.goto(process.env.STIPPLE_HARNESS_URL!);
    await page.waitForFunction(() => 'runScenario' in window);
    const args = { program: `conformance-${family}`, seed: Number(process.env.SEED ?? 3), casesPerOp: Number(process.env.CASES_PER_OP ?? 4) };
    const byOutput = await page.evaluate((a) => (window as unknown as { runScenario: RunScenario }).runScenario('conformance', a), args);
    const worst = worstByOp(byOutput as Record<string, number>); // what that scenario returns
    if (process.env.SHOW_WORST) console.log(family, worst);
    for (const [op, difference] of Object.entries(worst)) expect.soft(difference, op).toBeLessThan(1e-4);
  });
