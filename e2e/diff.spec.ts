/** Two models side by side: chosen, dropped, sorted, looked at closely, saved; masks against chance. */
import { readFile } from 'node:fs/promises';
import { expect, test, type Page } from 'playwright/test';
import { tensor } from '../src/base/tensor';
import { writeSafetensors } from '../src/engine/safetensors';

const region = (page: Page, name: string) => page.getByRole('region', { name, exact: true });
const drop = (page: Page, name: string, buffer: Buffer) => page.locator('input[type=file][accept*=".safetensors"]').setInputFiles({ name, mimeType: 'application/octet-stream', buffer });

test('shipped models are compared by tensors, nodes and masks, by keyboard too, and the table is saved', async ({ page }, testInfo) => {
  await page.goto('./#library/diff');
  await page.getByRole('combobox', { name: 'Model A' }).selectOption('shipped:cnn-noise-0');
  await page.getByRole('combobox', { name: 'Model B' }).selectOption('shipped:cnn-noise-50');
  await expect(page).toHaveURL(/k\.a=shipped:cnn-noise-0&k\.b=shipped:cnn-noise-50/);
  const table = region(page, 'Tensors in both');
  await expect(table.locator('tbody tr').first()).toBeVisible({ timeout: 30_000 });
  await expect(region(page, 'Graphs')).toContainText('The graphs are the same');

  await table.getByRole('button', { name: 'Sort by Relative change' }).click();
  await expect(table.getByRole('columnheader', { name: /Relative change/ })).toHaveAttribute('aria-sort', 'descending');
  await table.getByLabel('Find by name').fill('weight');
  await table.getByRole('button', { name: /^Look closely at/ }).first().press('Enter');
  const close = page.getByRole('region', { name: /, closely$/ });
  await expect(close.getByRole('heading', { level: 2 })).toBeFocused();
  await expect(close.getByRole('img').or(close.locator('canvas')).first()).toBeVisible({ timeout: 30_000 });
  await expect(close.getByRole('row', { name: /^B − A/ })).toBeVisible();
  await page.screenshot({ path: testInfo.outputPath('diff.png'), fullPage: true });

  const overlap = region(page, 'Overlap of masks');
  await expect(overlap.locator('table').first().locator('tbody tr')).toHaveCount(1);
  await overlap.getByText(/^Models:/).click();
  await overlap.getByRole('checkbox', { name: /^cnn-noise-10:/ }).check();
  await expect(overlap.locator('table').first().locator('tbody tr')).toHaveCount(3);

  const [download] = await Promise.all([page.waitForEvent('download'), table.getByRole('button', { name: 'Save as CSV' }).click()]);
  expect((await readFile(await download.path(), 'utf8')).split('\n')[0]).toContain('relative_l2_change');
  await page.reload();
  await expect(page.getByRole('combobox', { name: 'Model B' })).toHaveValue('shipped:cnn-noise-50');
  await expect(table.locator('tbody tr').first()).toBeVisible({ timeout: 30_000 });

  await page.setViewportSize({ width: 390, height: 844 });
  await table.getByRole('button', { name: /^Look closely at/ }).first().click();
  await expect(close.locator('canvas').first()).toBeVisible({ timeout: 30_000 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBeLessThanOrEqual(0);
  await page.screenshot({ path: testInfo.outputPath('diff-phone.png'), fullPage: true });
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.screenshot({ path: testInfo.outputPath('diff-dark.png'), fullPage: true });
});
test('dropped files: what changed is what was planted, and a file that is none is refused', async ({ page }) => {
  const w = Float32Array.from({ length: 12 }, (_, i) => i + 1);
  const changed = w.map((x, i) => (i === 7 ? -x : x));
  await page.goto('./#library/diff');
  await drop(page, 'one.safetensors', Buffer.from(writeSafetensors({ w: tensor(w, [3, 4]), b: tensor([1]), only: tensor([2]) })));
  await drop(page, 'two.safetensors', Buffer.from(writeSafetensors({ w: tensor(changed, [3, 4]), b: tensor([1]) })));
  await drop(page, 'broken.safetensors', Buffer.from([255, 255, 255, 255, 255, 255, 255, 0, 123]));
  await expect(page.getByRole('log', { name: 'Messages' })).toContainText('broken.safetensors');
  await page.getByRole('combobox', { name: 'Model A' }).selectOption({ label: 'one' });
  await page.getByRole('combobox', { name: 'Model B' }).selectOption({ label: 'two' });
  const rows = region(page, 'Tensors in both').locator('tbody tr');
  await expect(rows).toHaveCount(2);
  await expect(rows.filter({ hasText: 'identical' })).toHaveCount(1);
  await expect(rows.first()).toContainText('8.3 %'); // one in twelve
  await expect(rows.first()).toContainText('16');
  await expect(region(page, 'Tensors that do not match')).toContainText('Only in A: 1');
  await region(page, 'Tensors in both').getByLabel('Only those that differ').check();
  await expect(rows).toHaveCount(1);
});
