/** Kept runs: they survive a reload, stand side by side, and travel as one file. */
import { readFile } from 'node:fs/promises';
import { expect, test, type Page } from 'playwright/test';

const small = 'winner?v=1&backend=wasm&arms=siren%2Csiren2&k.samples=512&k.layers=2&k.steps=40';
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
async function run(page: Page, hash: string): Promise<void> {
  await page.goto(`./#${hash}`);
  await button(page, 'Run').click();
  await expect(page.locator('.status-line output')).toContainText('Finished', { timeout: 120_000 });
}
const toRuns = async (page: Page): Promise<void> => {
  await page.getByRole('navigation', { name: 'Places' }).getByRole('button', { name: /^Runs/ }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Runs' })).toBeVisible();
};
const rows = (page: Page) => page.getByRole('region', { name: 'Kept runs' }).locator('tbody tr');

test('finished runs are kept over a reload, named, compared, sorted, paired by seed, saved, removed and taken in again', async ({ page }) => {
  test.setTimeout(300_000);
  await run(page, `${small}&seeds=3&k.hidden=16`);
  await expect(page.getByRole('navigation', { name: 'Places' }).getByRole('button', { name: 'Runs 1' })).toBeVisible();
  await page.goto('about:blank');
  await run(page, `${small}&seeds=3&k.hidden=24`);
  await expect(page.getByRole('navigation', { name: 'Places' }).getByRole('button', { name: 'Runs 2' })).toBeVisible();
  await toRuns(page);
  await page.reload();
  await expect(rows(page)).toHaveCount(2);
  await expect(page).toHaveURL(/#library\/runs/);

  // The newest comes first: name it, note something, pin it.
  const name = rows(page).first().getByLabel(/^Name of/);
  await name.fill('wide');
  await name.press('Enter');
  await rows(page).first().getByLabel(/^Note on/).fill('24 units');
  await rows(page).first().getByLabel(/^Note on/).press('Enter');
  await rows(page).first().getByRole('button', { name: 'Pin wide' }).click();
  await rows(page).nth(1).getByLabel(/^Name of/).fill('narrow');
  await rows(page).nth(1).getByLabel(/^Name of/).press('Enter');

  await page.getByLabel('Compare wide').check();
  await page.getByLabel('Compare narrow').check();
  const differs = page.getByRole('region', { name: 'What differs' });
  await expect(differs.getByRole('row')).toHaveCount(2);
  await expect(differs.getByRole('row').nth(1)).toContainText(/24.*16/);
  await expect(page.getByRole('region', { name: 'Curves' }).locator('path.curve')).toHaveCount(4);
  await page.getByRole('region', { name: 'Curves' }).getByRole('combobox', { name: 'By' }).selectOption('share');
  await expect(page.getByRole('region', { name: 'Curves' }).locator('svg').first()).toBeVisible();
  const curves = page.getByRole('region', { name: 'Curves' });
  for (const [axis, says] of [['time', 'Compiling, pauses'], ['examples', 'Rows of the batches']] as const) {
    await curves.getByRole('combobox', { name: 'By' }).selectOption(axis);
    await expect(curves).toContainText(says);
    await expect(curves.locator('path.curve')).toHaveCount(4);
    await expect(curves, 'every arm was measured').not.toContainText('Not measured');
  }
  await curves.getByText('Colours', { exact: true }).click();
  await curves.getByRole('combobox', { name: /^Colour of wide/ }).first().selectOption({ label: 'green' });
  await expect(curves.locator('path.curve').first()).toHaveAttribute('stroke', 'var(--arm-2)');

  const results = page.getByRole('region', { name: 'Results' });
  await expect(results.locator('tbody tr')).toHaveCount(4);
  await results.getByRole('button', { name: /^Sort by/ }).first().click();
  const figures = (await results.locator('tbody tr td:nth-child(2)').allTextContents()).map((text) => Number(text.replace('−', '-')));
  expect(figures).toEqual(figures.toSorted((a, b) => b - a));

  const pairs = page.getByRole('region', { name: 'Paired by seed' });
  await expect(pairs.locator('output')).toContainText(/95 % interval .* above 0 on \d of 3 seeds/);
  await page.screenshot({ path: 'test-results/screens/workbench.png', fullPage: true });

  const [download] = await Promise.all([page.waitForEvent('download'), button(page, 'Save all as a file').click()]);
  const file = await readFile(await download.path());
  await button(page, 'Remove all').click();
  await button(page, 'Yes, remove').click();
  await expect(page.getByText('Nothing is kept yet.')).toBeVisible();

  const input = page.locator('input[type=file][accept=".stipple"]');
  const damaged = Buffer.from(file);
  damaged[damaged.length - 9]! ^= 1;
  await input.setInputFiles({ name: 'damaged.stipple', mimeType: 'application/octet-stream', buffer: damaged });
  await expect(page.getByRole('log', { name: 'Messages' })).toContainText('damaged or cut off');
  await input.setInputFiles({ name: 'runs.stipple', mimeType: 'application/octet-stream', buffer: file });
  await expect(rows(page)).toHaveCount(2);
  await page.reload();
  await expect(rows(page)).toHaveCount(2);
  await expect(rows(page).first().getByLabel('Name of wide')).toHaveValue('wide');
  await expect(rows(page).first().getByLabel(/^Note on/)).toHaveValue('24 units');
  await page.getByLabel('Compare wide').check();
  await expect(page.getByRole('region', { name: 'Curves' }).locator('path.curve').first(), 'a chosen colour travels with the run').toHaveAttribute('stroke', 'var(--arm-2)');

  await rows(page).first().getByRole('button', { name: /^Open the experiment of wide/ }).click();
  await expect(page.getByRole('region', { name: 'Knobs' }).locator('input[value="24"]').first()).toBeVisible();
});

for (const [name, options] of [['dark', { viewport: { width: 1280, height: 900 }, colorScheme: 'dark' }], ['phone', { viewport: { width: 390, height: 844 } }]] as const)
  test(`the workbench overflows nowhere: ${name}`, async ({ browser, baseURL }) => {
    const page = await browser.newPage({ ...options, baseURL });
    await run(page, small);
    await toRuns(page);
    await rows(page).first().getByRole('checkbox').check();
    await expect(page.getByRole('region', { name: 'Curves' })).toBeVisible();
    expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBeLessThanOrEqual(0);
    await page.screenshot({ path: `test-results/screens/workbench-${name}.png`, fullPage: true });
    await page.close();
  });
