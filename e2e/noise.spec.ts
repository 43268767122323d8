/** Noise made by a WGSL kernel has the bits of its TypeScript twin: uniform, normal and Bernoulli. NOISE_TIMES=1 times both. */
import { expect, test } from 'playwright/test';
import type { RunScenario } from './harness/page';

for (const count of [1, 1021, 300_000])
  test(`noise is the same on the device and on the host, ${count} numbers at a time`, async ({ page }) => {
    await page.goto(process.env.STIPPLE_HARNESS_URL!);
    await page.waitForFunction(() => 'runScenario' in window);
    const answer = await page.evaluate((n) => (window as unknown as { runScenario: RunScenario }).runScenario('noiseBits', { count: n, steps: 3 }), count);
    expect(answer).toEqual({ made: 9 * (count + 3), differing: 0 });
  });
test('the time of a million normal numbers, made on the host and made on the device', async ({ page }) => {
  test.skip(!process.env.NOISE_TIMES, 'a measurement: NOISE_TIMES=1 prints it');
  await page.goto(process.env.STIPPLE_HARNESS_URL!);
  await page.waitForFunction(() => 'runScenario' in window);
  console.log(await page.evaluate(() => (window as unknown as { runScenario: RunScenario }).runScenario('noiseTimes', { count: 1_000_000, rounds: 5 })));
});
