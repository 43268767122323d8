/** A sweep, as a person makes one: two knobs, points side by side, its views, a reload in the middle, and a point as an experiment. */
import { expect, test, type Page } from 'playwright/test';

const link = '#winner?v=1&k.steps=40&k.hidden=16&k.layers=2';
async function planned(page: Page): Promise<void> {
  await page.goto(`/${link}`);
  await page.getByRole('button', { name: 'Sweep …' }).first().click();
  await page.getByLabel('Add a knob').selectOption('learningRate');
  const rate = page.getByRole('group', { name: 'Learning rate' });
  await rate.getByLabel('From').fill('0.0005');
  await rate.getByLabel('To').fill('0.005');
  await rate.getByLabel('Number').fill('2');
  await page.getByLabel('Add a knob').selectOption('hidden');
}
const finished = (page: Page) => expect(page.getByRole('status').filter({ hasText: 'Finished' })).toBeVisible({ timeout: 120_000 });
/** Figures of the table, row by row. */
const figures = (page: Page): Promise<string[]> => page.getByRole('region', { name: 'Every point' }).locator('tbody tr').evaluateAll((rows) => rows.map((row) => [...row.querySelectorAll('td')].slice(0, 3).map((cell) => cell.textContent).join(' | ')));

test('two knobs run side by side, every view shows them, and a point opens as an experiment', async ({ page }, testInfo) => {
  await planned(page);
  const hidden = page.getByRole('group', { name: 'Width H' });
  await hidden.getByRole('combobox').selectOption('list');
  await hidden.getByLabel('Values, between commas').fill('16, 9999');
  await expect(page.getByRole('status').filter({ hasText: 'from' })).toContainText('9999'); // refused in words
  await expect(page.getByRole('button', { name: 'Run the sweep' })).toBeDisabled();
  await hidden.getByLabel('Values, between commas').fill('16, 32');
  await page.getByLabel('Side by side').selectOption('2');
  await expect(page.getByText(/^4 points, 1 seed each, .*: 4 trials\.$/)).toBeVisible();
  await page.getByRole('button', { name: 'Run the sweep' }).click();
  await finished(page);
  expect((await figures(page)).length).toBe(4);
  await expect(page.getByText(/^Best so far: /)).toBeVisible();
  await expect(page.locator('.sweep-parallel .line')).toHaveCount(4);
  await expect(page.locator('.sweep-heat button')).toHaveCount(4);
  // Filtered by the keyboard: two points keep their colour.
  await page.getByText('Filters', { exact: true }).click();
  await page.getByLabel('Learning rate, from').fill('0.001');
  await expect(page.getByText('2 of 4 points pass the filters.')).toBeVisible();
  await page.getByRole('button', { name: 'Clear filters' }).click();
  // The same by dragging along the first axis.
  const grip = (await page.locator('.grip').first().boundingBox())!;
  await page.mouse.move(grip.x + grip.width / 2, grip.y + 2);
  await page.mouse.down();
  await page.mouse.move(grip.x + grip.width / 2, grip.y + grip.height / 2, { steps: 4 });
  await page.mouse.up();
  await expect(page.locator('.sweep-parallel .line.dimmed')).toHaveCount(2);
  await page.screenshot({ path: testInfo.outputPath('sweep.png'), fullPage: true });
  for (const [name, size, scheme] of [['phone', { width: 390, height: 844 }, 'light'], ['dark', { width: 1280, height: 900 }, 'dark']] as const) {
    await page.setViewportSize(size);
    await page.emulateMedia({ colorScheme: scheme });
    await page.screenshot({ path: testInfo.outputPath(`sweep-${name}.png`), fullPage: true });
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
  }
  await page.setViewportSize({ width: 1280, height: 900 });
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save as CSV' }).click();
  expect((await download).suggestedFilename()).toBe('sweep-winner.csv');
  const best = page.locator('.sweep-heat button').first();
  await best.focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1 })).toContainText('WINNER');
  await expect(page.getByRole('textbox', { name: 'Learning rate' })).toHaveValue('0.0005');
});

test('a sweep that is paused, reloaded in the middle and taken up again ends with the figures of one that was not', async ({ page }) => {
  await planned(page);
  const hidden = page.getByRole('group', { name: 'Width H' });
  await hidden.getByRole('combobox').selectOption('list');
  await hidden.getByLabel('Values, between commas').fill('16, 32, 48');
  await page.getByLabel('Side by side').selectOption('1');
  await page.getByRole('button', { name: 'Run the sweep' }).click();
  await finished(page);
  const whole = await figures(page);
  await page.getByRole('button', { name: 'New sweep' }).click();
  await page.getByRole('button', { name: 'Run the sweep' }).click();
  await expect(page.getByRole('status').filter({ hasText: /[1-4] of 6 points/ })).toBeVisible({ timeout: 60_000 });
  await page.getByRole('button', { name: 'Pause' }).click();
  await expect(page.getByText('Paused', { exact: true })).toBeVisible();
  await page.reload();
  await finished(page); // it goes on by itself: this tab was at it
  expect(await figures(page)).toEqual(whole);
  await expect(page.getByRole('region', { name: 'Kept sweeps' }).locator('tbody tr')).toHaveCount(2);
  await expect(page.locator('.unfinished')).toHaveCount(0); // its points are not offered as runs
});

test('a script runs a sweep, and is refused where a person is', async ({ page }) => {
  await page.goto(`/${link}`);
  const swept = (vary: string[]) => page.evaluate((v) => (window as unknown as { stipple: { sweep(vary: string[]): Promise<{ knobs: object; outcomes: { value: number }[] }[]> } }).stipple.sweep(v).catch((error: Error) => error.message), vary);
  expect(await swept(['hidden=9999'])).toContain('16 to 256');
  const points = await swept(['hidden=16,32']);
  expect(points).toMatchObject([{ knobs: { hidden: 16 } }, { knobs: { hidden: 32 } }]);
});
