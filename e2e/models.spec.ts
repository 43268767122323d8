/** One step of every model (loss, gradient in all params, other outputs) on the true WebGPU provider (software adapter) against WASM; CPU fallback forbidden. */
import { expect, test } from 'playwright/test';
import type { RunScenario } from './harness/page';
import { harness } from './lab';

test('every model takes the same step on WebGPU as on WASM', async ({ page }) => {
  test.setTimeout(600_000);
  await page.goto(harness);
  await page.waitForFunction(() => 'runScenario' in window);
  const run = <T>(name: 'modelNames' | 'modelSteps', args = {}): Promise<T> => page.evaluate(([n, a]) => (window as unknown as { runScenario: RunScenario }).runScenario(n, a), [name, args] as const) as Promise<T>; // what that scenario returns
  const models = await run<string[]>('modelNames');
  expect(models.length).toBeGreaterThan(20);
  const chunk = 6; // each call opens a device of its own
  for (let first = 0; first < models.length; first += chunk) {
    const found = await run<Record<string, Record<string, number>>>('modelSteps', { models: models.slice(first, first + chunk) });
    for (const [model, outputs] of Object.entries(found)) {
      if (process.env.SHOW_WORST) console.log(model, JSON.stringify(outputs));
      expect.soft(Object.keys(outputs), model).toContain('gradient');
      for (const [output, distance] of Object.entries(outputs)) expect.soft(distance, `${model}: ${output}`).toBeLessThanOrEqual(1e-4);
    }
  }
});
