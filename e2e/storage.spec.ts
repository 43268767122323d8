/** What the page keeps: listed with its size, removed alone or all together, and said where there is no room. */
import { expect, test, type Page } from 'playwright/test';

const small = 'winner?v=1&backend=wasm&arms=siren%2Csiren2&k.samples=512&k.hidden=16&k.layers=2&k.steps=40';
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
async function run(page: Page): Promise<void> {
  await page.goto(`./#${small}`);
  await button(page, 'Run').click();
  await expect(page.locator('.status-line output')).toContainText('Finished', { timeout: 120_000 });
}
test('runs, checkpoints and settings are listed, removed one by one, and all at once after a question', async ({ page }, testInfo) => {
  await run(page);
  await button(page, 'Keep 2 checkpoints').click();
  await expect(page.getByText('2 kept in this browser.')).toBeVisible();
  await page.getByRole('navigation', { name: 'Places' }).getByRole('button', { name: /^Runs/ }).click();
  await button(page, 'Storage').click();
  await expect(page).toHaveURL(/#library\/storage/);
  await expect(page.getByRole('heading', { level: 1, name: 'Storage' })).toBeVisible();
  await expect(page.getByText(/The browser counts .* of the .* that it would give this site/)).toBeVisible();
  const kinds = (name: string) => page.getByRole('region', { name, exact: true });
  await expect(kinds('Finished runs').locator('tbody tr')).toHaveCount(1);
  await expect(kinds('Checkpoints').locator('tbody tr')).toHaveCount(2);
  await expect(kinds('Settings').locator('tbody tr')).toContainText(['theme']);
  await page.screenshot({ path: testInfo.outputPath('storage.png'), fullPage: true });
  await page.setViewportSize({ width: 390, height: 844 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBeLessThanOrEqual(0);
  await page.screenshot({ path: testInfo.outputPath('storage-phone.png'), fullPage: true });
  await kinds('Checkpoints').getByRole('button', { name: /^Remove/ }).first().click();
  await expect(kinds('Checkpoints').locator('tbody tr')).toHaveCount(1);
  await button(page, 'Remove everything').click();
  await button(page, 'Keep them').click();
  await expect(kinds('Finished runs').locator('tbody tr')).toHaveCount(1);
  await button(page, 'Remove everything').click();
  await button(page, 'Yes, remove everything').click();
  await expect(page.getByText('Nothing is kept.')).toBeVisible();
  await page.reload();
  await expect(kinds('Finished runs')).toHaveCount(0);
  await button(page, 'Back to the runs').click();
  await expect(page.getByText('Nothing is kept yet.')).toBeVisible();
});
test('where the browser has no more room it says so, and the results stay', async ({ page }) => {
  await page.addInitScript(() => {
    IDBObjectStore.prototype.put = () => {
      throw new DOMException('full', 'QuotaExceededError');
    };
  });
  await run(page);
  await expect(page.getByRole('log', { name: 'Messages' })).toContainText('no more room');
  await expect(page.getByRole('region', { name: 'Results' }).getByRole('row').nth(1)).toBeVisible();
});
