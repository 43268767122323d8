/** Charts: a part looked at closely, points read in all of them at once, and what can be taken away. */
import { readFile, writeFile } from 'node:fs/promises';
import { decode } from 'fast-png';
import { expect, test, type Locator, type Page } from 'playwright/test';
import { memoryBlobs } from '../src/keep/blobs';
import { exportBench, keepRun } from '../src/keep/kept-runs';

const small = 'winner?v=1&backend=wasm&arms=siren%2Csiren2&k.samples=512&k.hidden=16&k.layers=2&k.steps=60&seeds=2';
const chart = (page: Page) => page.locator('.chart').first();
const reader = (of: Locator) => of.getByRole('slider');
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

const numberOf = (tick: string): number => Number(tick.replaceAll(/\s/g, '').replace('−', '-').replace('k', 'e3'));
const numbers = async (page: Page): Promise<readonly number[]> => (await ticks(page)).map(numberOf);
/** How many steps the ticks of the first chart stretch over. */
const stretch = async (page: Page): Promise<number> => {
  const all = await numbers(page);
  return all.at(-1)! - all[0]!;
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
test('a drag that ends outside the chart ends', async ({ page }) => {
  await finished(page);
  await chart(page).locator('.chart-frame').scrollIntoViewIfNeeded();
  await expect.poll(() => ticks(page)).toContain('40');
  const whole = await ticks(page);
  const box = (await chart(page).locator('.chart-frame').boundingBox())!;
  await page.mouse.move(box.x + box.width * 0.6, box.y + 60);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.8, box.y + 60, { steps: 4 });
  await page.mouse.move(box.x + box.width + 60, box.y - 40, { steps: 4 });
  await page.mouse.up();
  await page.mouse.move(box.x + box.width * 0.5, box.y + 60, { steps: 4 });
  await expect(chart(page).locator('.drag-stretch')).toHaveCount(0);
  await expect.poll(() => ticks(page)).not.toEqual(whole);
});
test('a wheel with Ctrl zooms where it is, sideways it moves, Shift and a drag move too, and a plain one scrolls the page', async ({ page }) => {
  await finished(page);
  const frame = chart(page).locator('.chart-frame');
  await frame.scrollIntoViewIfNeeded();
  const box = (await frame.boundingBox())!;
  await page.mouse.move(box.x + box.width * 0.5, box.y + 60);
  await expect.poll(() => numbers(page)).toContain(40);
  const scrolled = await page.evaluate(() => window.scrollY);
  await page.mouse.wheel(0, 40);
  await expect.poll(() => page.evaluate(() => window.scrollY), 'a plain wheel').toBeGreaterThan(scrolled);
  expect(await numbers(page), 'a plain wheel').toContain(0);
  await frame.scrollIntoViewIfNeeded();
  const again = (await frame.boundingBox())!;
  await page.mouse.move(again.x + again.width * 0.5, again.y + 60);
  await page.keyboard.down('Control');
  for (let i = 0; i < 4; i++) await page.mouse.wheel(0, -120);
  await page.keyboard.up('Control');
  await expect.poll(() => stretch(page)).toBeLessThan(20);
  const closer = await numbers(page);
  expect(closer[0]!).toBeGreaterThan(10);
  expect(closer.at(-1)!).toBeLessThan(50);
  await page.mouse.wheel(400, 0);
  await expect.poll(async () => (await numbers(page))[0]!).toBeGreaterThan(closer[0]!);
  const right = await numbers(page);
  await page.keyboard.down('Shift');
  await page.mouse.down();
  await page.mouse.move(again.x + again.width * 0.9, again.y + 60, { steps: 5 });
  await page.mouse.up();
  await page.keyboard.up('Shift');
  await expect.poll(async () => (await numbers(page))[0]!).toBeLessThan(right[0]!);
  expect(await page.evaluate(() => window.visualViewport!.scale), 'the page itself').toBe(1);
  await frame.dblclick({ position: { x: again.width * 0.5, y: 60 } });
  await expect.poll(() => numbers(page)).toContain(0);
});
test('two fingers zoom and one moves', async ({ browser }) => {
  const page = await (await browser.newContext({ hasTouch: true, viewport: { width: 390, height: 844 }, serviceWorkers: 'block' })).newPage();
  await finished(page);
  const frame = chart(page).locator('.chart-frame');
  await frame.scrollIntoViewIfNeeded();
  await expect.poll(() => numbers(page)).toContain(40);
  const box = (await frame.boundingBox())!;
  const touch = await page.context().newCDPSession(page);
  const at = (...xs: number[]) => xs.map((x, id) => ({ x: box.x + x * box.width, y: box.y + 70, id }));
  await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: at(0.5, 0.6) });
  for (const by of [0.05, 0.1, 0.15, 0.2]) await touch.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: at(0.5 - by, 0.6 + by) });
  await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  await expect.poll(() => stretch(page)).toBeLessThan(25);
  const before = await numbers(page);
  await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: at(0.7) });
  for (const x of [0.6, 0.5, 0.4]) await touch.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: at(x) });
  await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  await expect.poll(async () => (await numbers(page))[0]!).toBeGreaterThan(before[0]!);
  await page.context().close();
});
test('the keyboard reads point by point in every chart at once, zooms, moves, and sets logarithmic axes with one key', async ({ page }, info) => {
  await finished(page);
  await reader(chart(page)).focus();
  await page.keyboard.press('Home');
  await expect(reader(chart(page))).toHaveAttribute('aria-valuetext', /^Step 0: SIREN [\d.]+.*SIREN² [\d.]+/);
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await expect(reader(chart(page))).toHaveAttribute('aria-valuetext', /^Step \d+: /);
  const drawn = page.locator('.chart:has(svg.recharts-surface)');
  await expect.poll(() => drawn.count()).toBeGreaterThan(1);
  await expect(page.locator('svg.crosshair.pinned')).toHaveCount(await drawn.count());
  const step = /Step [\d.]+/.exec((await reader(chart(page)).getAttribute('aria-valuetext'))!)![0];
  for (const readout of await page.locator('.chart .readout b').allTextContents()) expect(readout).toContain(step);
  await chart(page).screenshot({ path: info.outputPath('crosshair.png') });
  await page.mouse.move(5, 5);
  await expect(page.locator('svg.crosshair.pinned'), 'it stays when the pointer is elsewhere').toHaveCount(await drawn.count());
  await page.keyboard.press('+');
  await page.keyboard.press('+');
  await expect.poll(() => stretch(page)).toBeLessThan(20);
  const part = await numbers(page);
  await page.keyboard.press('Shift+ArrowRight');
  await expect.poll(async () => (await numbers(page)).at(-1)!).toBeGreaterThan(part.at(-1)!);
  await page.keyboard.press('0');
  await expect.poll(() => numbers(page)).toContain(0);
  const logY = chart(page).getByRole('checkbox', { name: 'Log y' });
  const was = await logY.isChecked();
  await page.keyboard.press('l');
  await expect(logY).toBeChecked({ checked: !was });
  await page.keyboard.press('x');
  await expect(page.getByRole('checkbox', { name: 'Log x' })).toBeChecked();
  await expect.poll(() => numbers(page), 'no step 0 on it').not.toContain(0);
  await page.keyboard.press('Escape');
  await expect(page.locator('svg.crosshair')).toHaveCount(0);
  await page.keyboard.press('t');
  const table = chart(page).getByRole('region', { name: /^Table/ });
  await expect(table.getByRole('table').nth(1).getByRole('row'), 'places at equal distances, those that share a point once').toHaveCount(11);
  await expect(table.getByRole('table').first().getByRole('row').nth(1)).toContainText(/SIREN.*60$/);
});
test('a pointer reads what is under it, and a view that follows goes on with the run', async ({ page }) => {
  await page.goto(`./#${small.replace('k.steps=60', 'k.steps=4000').replace('k.hidden=16', 'k.hidden=64')}`);
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await chart(page).getByRole('slider').waitFor({ timeout: 60_000 });
  await chart(page).locator('.chart-frame').scrollIntoViewIfNeeded();
  await expect.poll(async () => Math.max(...(await numbers(page))), { timeout: 60_000 }).toBeGreaterThan(80);
  await chart(page).getByRole('button', { name: /^Closer/ }).click();
  await chart(page).getByRole('button', { name: /^Follow/ }).click();
  await expect(chart(page).getByRole('button', { name: /^Follow/ })).toHaveAttribute('aria-pressed', 'true');
  const early = await numbers(page);
  const wide = await stretch(page);
  await expect.poll(async () => (await numbers(page))[0]!, { timeout: 60_000 }).toBeGreaterThan(early.at(-1)!);
  expect(await stretch(page)).toBeLessThan(2 * wide + 20);
  const box = (await chart(page).locator('.chart-frame').boundingBox())!;
  await page.mouse.move(box.x + box.width * 0.6, box.y + 60);
  await expect(chart(page).locator('.readout b')).toHaveText(/^Step \d+/);
  await chart(page).getByRole('button', { name: /^Earlier/ }).click();
  await expect(chart(page).getByRole('button', { name: /^Follow/ })).toHaveAttribute('aria-pressed', 'false');
  await page.mouse.move(5, 5);
  await expect(page.locator('.readout')).toHaveCount(0);
});
test('100,000 points side by side are drawn, read one by one, and looked at closely', async ({ page }, info) => {
  const [arms, seeds, points] = [['siren', 'siren2', 'finer', 'fourier', 'siren-wide'], [1, 2], 10_000];
  const blobs = memoryBlobs();
  const outcomes = arms.flatMap((arm) => seeds.map((seed) => ({ arm, seed, metric: 'psnr', value: 20 + seed })));
  const curves = arms.flatMap((arm, a) => seeds.map((seed) => ({
    arm, seed, metric: 'loss', steps: Float64Array.from({ length: points }, (_, i) => i), values: Float64Array.from({ length: points }, (_, i) => (i === 7_003 && a === 0 ? 9 : 1 / (1 + i / 500) + 0.1 * a + 0.05 * Math.sin(i * (seed + a)))),
    timesMs: new Float32Array(points), examples: new Float32Array(points),
  })));
  await keepRun(blobs, { id: 'many', link: `#${small}`, name: 'many', note: '', pinned: false, finishedAtMs: 1, elapsedMs: 1, proof: { provider: 'wasm', fingerprint: 'ab', marks: [1] }, outcomes, lights: [], colours: {} }, curves);
  await page.goto('./#library/runs');
  await page.locator('input[type=file][accept=".stipple"]').setInputFiles({ name: 'many.stipple', mimeType: 'application/octet-stream', buffer: Buffer.from(await exportBench(blobs)) });
  await page.getByLabel('Compare many').check();
  const region = page.getByRole('region', { name: 'Curves' });
  await expect(region.locator('path.curve')).toHaveCount(5, { timeout: 30_000 });
  await expect(region.locator('path.band'), 'bands over seeds').toHaveCount(5);
  await reader(region).focus();
  await page.keyboard.press('Home');
  for (let i = 0; i < 9; i++) await page.keyboard.press('+');
  await expect.poll(() => stretch(page)).toBeLessThan(40);
  await page.keyboard.press('0');
  await expect.poll(() => stretch(page)).toBeGreaterThan(7_000);
  // The one spike among ten thousand points is in the picture of all of them, and can be read to the point.
  expect(Math.max(...(await region.locator('[class*=yAxis] .recharts-cartesian-axis-tick-value').allTextContents()).map(numberOf))).toBeGreaterThanOrEqual(9);
  await page.keyboard.press('Home');
  for (let i = 0; i < 7; i++) await page.keyboard.press('PageUp');
  for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowRight');
  await expect(reader(region)).toHaveAttribute('aria-valuetext', /^step 7\s003: .*SIREN 9/);
  await region.screenshot({ path: info.outputPath('100000-points.png') });
});
test('a picture is saved as a PNG that shows it', async ({ page }, info) => {
  await finished(page);
  for (const card of [page.locator('.main-picture'), page.locator('.picture', { has: page.locator('canvas') }).first()]) {
    await card.scrollIntoViewIfNeeded();
    const saving = page.waitForEvent('download');
    await card.getByRole('button', { name: /^Save as PNG/ }).click();
    const download = await saving;
    expect(download.suggestedFilename()).toMatch(/^winner .*\.png$/);
    const bytes = await readFile(await download.path());
    await writeFile(info.outputPath(download.suggestedFilename()), bytes);
    const png = decode(bytes);
    const box = (await card.boundingBox())!;
    expect([png.width, png.height].map((v, i) => Math.abs(v - 2 * [box.width, box.height][i]!) < 4)).toEqual([true, true]);
    const colours = new Set(Array.from({ length: png.data.length / png.channels }, (_, i) => Array.from(png.data.subarray(i * png.channels, i * png.channels + 3)).join()));
    expect(colours.size).toBeGreaterThan(40);
  }
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
