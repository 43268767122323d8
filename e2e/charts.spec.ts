/** Charts: a part looked at closely, and what can be taken away of them. */
import { readFile } from 'node:fs/promises';
import { decode } from 'fast-png';
import { expect, test, type Page } from 'playwright/test';

const small = 'winner?v=1&backend=wasm&arms=siren%2Csiren2&k.samples=512&k.hidden=16&k.layers=2&k.steps=60&seeds=2';
const chart = (page: Page) => page.locator('.chart').first();
const ticks = (page: Page) => chart(page).locator('[class*=xAxis] .recharts-cartesian-axis-tick-value').allTextContents();
async function finished(page: Page): Promise<void> {
  await page.goto(`./#${small}`);
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await expect(page.locator('.status-line output')).toContainText('Finished', { timeout: 120_000 });
}
const saved = async (page: Page, kind: string): Promise<Buffer> => {
  await chart(page).locator('.save-menu summary').click();
  const [download] = await Promise.all([page.waitForEvent('download'), chart(page).getByRole('button', { name: new RegExp(`^${kind}`) }).click()]);
  return readFile(await download.path());
};

test('a stretch that is dragged fills the chart; buttons move, come closer and go back', async ({ page }) => {
  await finished(page);
  await chart(page).locator('.chart-frame').scrollIntoViewIfNeeded(); // out of sight it is not drawn anew
  await expect.poll(() => ticks(page)).toContain('40');
  const whole = await ticks(page);
  const box = (await chart(page).locator('.chart-frame').boundingBox())!;
  await page.mouse.move(box.x + box.width * 0.4, box.y + 60);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.6, box.y + 60, { steps: 4 });
  await expect(chart(page).locator('.drag-stretch')).toBeVisible();
  await page.mouse.up();
  await expect.poll(() => ticks(page)).not.toEqual(whole);
  const part = (await ticks(page)).map(Number);
  expect(part.at(-1)! - part[0]!).toBeLessThan(25);
  await chart(page).getByRole('button', { name: /^Later/ }).click();
  await expect.poll(async () => Number((await ticks(page))[0])).toBeGreaterThan(part[0]!);
  await chart(page).getByRole('button', { name: /^All/ }).click();
  await expect.poll(() => ticks(page)).toEqual(whole);
  await chart(page).getByRole('button', { name: /^Closer/ }).focus();
  await page.keyboard.press('Enter');
  await expect.poll(() => ticks(page)).not.toEqual(whole);
});
test('a chart is saved as every point, as a drawing and as pixels', async ({ page }) => {
  await finished(page);
  const csv = (await saved(page, 'CSV')).toString().trim().split('\n');
  expect(csv[0]).toMatch(/^arm,seed,step,/);
  expect(csv.length).toBe(1 + 2 * 2 * 60); // two arms, two seeds, sixty steps
  const svg = (await saved(page, 'SVG')).toString();
  expect(svg).toContain('<title>');
  expect(svg).not.toContain('var(--');
  expect(svg.match(/<path/g)!.length).toBeGreaterThan(1);
  const png = decode(await saved(page, 'PNG'));
  const colours = new Set(Array.from({ length: png.data.length / png.channels }, (_, i) => Array.from(png.data.subarray(i * png.channels, i * png.channels + 3)).join()));
  expect(png.width).toBeGreaterThan(300);
  expect(colours.size).toBeGreaterThan(8);
});
