/**
 * Every graph that the methods ship with, on the true WebGPU provider (software adapter) against WASM: 20 steps (fewer where they
 * would take long on that adapter; three runs where nothing is carried from one to the next), CPU fallback
 * forbidden, so that a graph of which one node would run on the CPU is refused. SHOW_WORST lists every graph; TWIN_SECONDS=600 gives
 * each graph the time for all 20 steps.
 */
import { expect, test } from 'playwright/test';
import type { MethodTwin } from './harness/methods';
import type { RunScenario } from './harness/page';
import { harness, methodIds } from './lab';

/** Shares that a method shows, not numbers that it trains by: before the masks move, one of the two gradients is nothing but rounding. */
const countsOfSigns = ['disagree', 'dropped', 'wronglyDropped'];
const seconds = Number(process.env.TWIN_SECONDS ?? 8);

for (const method of methodIds)
  test(`WebGPU agrees with WASM on every graph of ${method}`, async ({ page }) => {
    test.setTimeout(600_000 + 4000 * seconds);
    await page.goto(harness);
    await page.waitForFunction(() => 'runScenario' in window);
    const found = await page.evaluate((args) => (window as unknown as { runScenario: RunScenario }).runScenario('methodTwin', args), { method, steps: 20, seconds, countsOfSigns });
    const { comparisons, broken, seconds: took } = found as MethodTwin; // what that scenario returns
    if (process.env.SHOW_WORST) {
      console.log(`${method}: ${comparisons.length} graphs, ${took.toFixed(1)} s`);
      for (const { program, steps, output, state } of comparisons) console.log(`  ${program}: ${steps} steps; output ${output.value.toExponential(1)} (${output.at}); state ${state.value.toExponential(1)} (${state.at})`);
    }
    expect(broken).toEqual([]);
    expect(comparisons.length).toBeGreaterThan(0);
    for (const { program, steps, output, state, states, kinked } of comparisons) {
      expect.soft(steps, `${program} was loaded, but never run`).toBeGreaterThan(0);
      expect.soft(output.value, `${program}: ${output.at}`).toBeLessThanOrEqual(1e-4);
      // One unit of many thousand that lies on a kink makes up to a hundredth of a gradient that has nearly averaged out. It is an accident of single steps: an op that is wrong is so in all.
      const off = states.filter((value) => !(value <= 1e-4)).length;
      if (kinked) expect.soft(off, `${program}: ${state.at}, ${off} of ${states.length} steps`).toBeLessThanOrEqual(Math.floor(states.length / 4));
      expect.soft(state.value, `${program}: ${state.at}`).toBeLessThanOrEqual(kinked && off > 0 ? 1e-2 : 1e-4);
    }
  });
