/** Every generator draws in the browser what it draws in Node: the fingerprints of its table, for its defaults and for every knob at its ends. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'playwright/test';
import type { RunScenario } from './harness/page';

const folder = new URL('../src/data/sets/hashes/', import.meta.url);
const ids = readdirSync(folder).map((file) => file.replace(/\.json$/, ''));

test.beforeEach(async ({ page }) => {
  await page.goto(process.env.STIPPLE_HARNESS_URL!);
  await page.waitForFunction(() => 'runScenario' in window);
});
test('every set that the browser knows has a table', async ({ page }) => {
  const known = await page.evaluate(() => (window as unknown as { runScenario: RunScenario }).runScenario('dataIds'));
  expect([...(known as string[])].sort(), 'Run "npx stipple data --hashes", and commit the tables that it writes.').toEqual([...ids].sort()); // the scenario gives names
});
for (const id of ids)
  test(`${id} draws the same examples in this browser`, async ({ page }) => {
    const here = await page.evaluate((which) => (window as unknown as { runScenario: RunScenario }).runScenario('dataHashes', { id: which }), id);
    expect(here, 'Where these differ from the table though Node agrees with it, a function whose last digit is the engine\'s choice was used.').toEqual(JSON.parse(readFileSync(new URL(`${id}.json`, folder), 'utf8')));
  });
