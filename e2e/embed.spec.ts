/** The page inside another: one experiment, with its controls folded or locked away. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'playwright/test';

const small = '#winner?v=1&backend=wasm&arms=siren%2Csiren2&k.samples=512&k.hidden=16&k.layers=2&k.steps=40';

test('embedded, one experiment runs in an iframe of another page, and leads to the whole laboratory', async ({ page, baseURL }) => {
  // Another site: a name of its own, without the headers that isolate ours.
  const school = createServer((_, answer) => answer.setHeader('content-type', 'text/html').end(`<h1>Lesson</h1><iframe src="${baseURL!}?embed${small}" width="900" height="800" title="x"></iframe>`));
  await new Promise<void>((resolve) => school.listen(0, '127.0.0.1', resolve));
  await page.goto(`http://127.0.0.1:${(school.address() as AddressInfo).port}/`);
  const frame = page.frameLocator('iframe');
  await expect(frame.getByRole('heading', { level: 1 })).toContainText('WINNER');
  await expect(frame.getByRole('navigation')).toHaveCount(0);
  await expect(frame.locator('.notice')).toHaveCount(0); // that nothing is kept in a frame of another site is said when there is something to keep
  await frame.getByRole('button', { name: 'Run', exact: true }).click();
  await expect(frame.locator('.status-line output')).toContainText('Finished', { timeout: 120_000 });
  await expect(frame.locator('.chart path.curve').first()).toBeAttached();
  await page.waitForTimeout(1500); // what is said at the end of a run comes after it
  expect(await frame.locator('.notice').count(), 'that nothing is kept is said once').toBeLessThanOrEqual(1);
  await expect(frame.getByText('Knobs and settings')).toBeVisible();
  expect(await frame.getByRole('link', { name: /whole laboratory/ }).getAttribute('href')).toMatch(/\/#winner\?v=1/);
  await page.screenshot({ path: 'test-results/screens/embedded.png' });
  school.close();
});
test('locked, there is nothing to turn, and the code to paste says so', async ({ page, context, baseURL }) => {
  await page.goto(`./?embed&lock${small}`);
  await expect(page.getByRole('button', { name: 'Run', exact: true })).toBeVisible();
  await expect(page.locator('details.disclosed')).toHaveCount(0);
  await expect(page.getByRole('region', { name: 'Knobs' })).toHaveCount(0);
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.goto(`./${small}`);
  await page.getByText('Embed it in a page').click();
  await page.getByLabel('Readers may turn').selectOption('none');
  await page.getByRole('button', { name: 'Copy embed code' }).click();
  await expect(page.getByText('Copied')).toBeVisible();
  const code = await page.evaluate(() => navigator.clipboard.readText());
  expect(code).toContain(`src="${baseURL!}?embed&amp;lock#winner?v=1`);
});
test('with chosen knobs, those alone are there to turn; the code that is copied is what works', async ({ page, context, baseURL }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.goto(`./${small}`);
  await page.getByText('Embed it in a page').click();
  await page.getByLabel('Readers may turn').selectOption('some');
  await page.getByRole('region', { name: 'Share' }).getByLabel('Width H').check();
  await page.getByRole('button', { name: 'Copy embed code' }).click();
  await expect(page.getByText('Copied')).toBeVisible();
  const code = await page.evaluate(() => navigator.clipboard.readText());
  expect(code).toContain(`src="${baseURL!}?embed&amp;show=hidden#winner?v=1`);
  const school = createServer((_, answer) => answer.setHeader('content-type', 'text/html').end(`<!doctype html><title>Lesson</title>${code}`));
  await new Promise<void>((resolve) => school.listen(0, '127.0.0.1', resolve));
  await page.goto(`http://127.0.0.1:${(school.address() as AddressInfo).port}/`);
  const frame = page.frameLocator('iframe');
  await expect(frame.getByRole('textbox', { name: 'Width H' })).toHaveValue('16');
  await expect(frame.locator('.shown-knobs .knob')).toHaveCount(1);
  await expect(frame.getByRole('button', { name: 'Restore defaults' })).toHaveCount(0);
  school.close();
});
