/** Graph capture: recorded steps have the bits of plain ones, and a recording that has not is found and not used. CAPTURE_REPEATS=50 loads that often. */
import { expect, test } from 'playwright/test';
import { onSoftware } from '../tools/gpu.mjs';
import type { RunScenario } from './harness/page';

type Window = { readonly runScenario: RunScenario };
/** What the executor says of itself where nothing went wrong. */
const note = onSoftware() ? 'software adapter' : undefined;
const repeats = Number(process.env.CAPTURE_REPEATS ?? 5);
test.beforeEach(async ({ page }) => {
  await page.goto(process.env.STIPPLE_HARNESS_URL!);
  await page.waitForFunction(() => 'runScenario' in window);
});
for (const build of ['jspi', 'asyncify'])
  test(`a program loaded again and again replays the bits of plain steps (${build})`, async ({ page }) => {
    const answer = await page.evaluate((args) => (window as unknown as Window).runScenario('captureTrial', { program: 'mlp', steps: 4, ...args }), { repeats, build });
    expect(answer).toEqual({ compared: 5 * repeats, differing: 0, note });
  });
test('tokens looked up and labels picked out are recorded, too, and replay the bits of plain steps', async ({ page }) => {
  const answer = await page.evaluate(() => (window as unknown as Window).runScenario('captureTrial', { program: 'words', steps: 4, repeats: 2 }));
  expect(answer).toEqual({ compared: 14, differing: 0, note }); // four losses and three parts of the state, twice
});
test('a program that hands an input out is not recorded', async ({ page }) => {
  const answer = await page.evaluate(() => (window as unknown as Window).runScenario('captureTrial', { program: 'counting', steps: 5, repeats: 2 }));
  expect(answer).toMatchObject({ differing: 0, note });
});
test('a replay that is planted wrong is found before the training begins, and the training is right', async ({ page }) => {
  const answer = await page.evaluate(() => (window as unknown as Window).runScenario('wrongReplay', { steps: 4 }));
  expect(answer).toEqual({ differing: 0, note: [...(note ? [note] : []), 'graph capture is off: output "loss" of replay 1 differs from the plain step\'s'].join('; ') });
});
