/** Checkpoints of a run are kept, merged and measured; files of others are checked at the door. */
import { readFile } from 'node:fs/promises';
import { expect, test, type Page } from 'playwright/test';

const small = 'fine-tune?v=1&backend=wasm&arms=tuned%2Cscratch&k.perClass=4&k.steps=20&k.batch=16';
const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: true });
const list = (page: Page) => page.getByRole('region', { name: 'Checkpoints' });

test('the checkpoints of a run are kept over a reload, and a file comes in beside them or is refused', async ({ page }, testInfo) => {
  test.setTimeout(120_000);
  await page.goto(`./#${small}`);
  await button(page, 'Run').click();
  await expect(page.locator('.status-line output')).toContainText('Finished', { timeout: 100_000 });
  await page.getByRole('region', { name: 'Results', exact: true }).screenshot({ path: testInfo.outputPath('keep.png') });
  await button(page, 'Keep 2 checkpoints').click();
  await expect(page.getByText('2 kept in this browser.')).toBeVisible();
  await button(page, 'Open Soups').click();
  await expect(page).toHaveURL(/#library\/kitchen/);
  await page.reload();
  await expect(list(page).locator('tbody tr')).toHaveCount(2);
  const [download] = await Promise.all([page.waitForEvent('download'), list(page).getByRole('button', { name: /as safetensors$/ }).first().click()]);
  const file = await readFile(await download.path());
  expect(download.suggestedFilename()).toMatch(/\.safetensors$/);
  const input = list(page).locator('input[type=file]');
  await input.setInputFiles({ name: 'mine.safetensors', mimeType: 'application/octet-stream', buffer: file });
  await expect(list(page).locator('tbody tr')).toHaveCount(3);
  await input.setInputFiles({ name: 'mine.safetensors', mimeType: 'application/octet-stream', buffer: file.subarray(0, file.length - 5) });
  await expect(page.getByRole('log', { name: 'Messages' })).toContainText('was cut short');
  await list(page).getByLabel('Name of mine').fill('other');
  await list(page).getByLabel('Name of mine').press('Enter');
  await list(page).getByRole('button', { name: 'Remove other' }).click();
  await expect(list(page).locator('tbody tr')).toHaveCount(2);
  await page.screenshot({ path: testInfo.outputPath('checkpoints.png'), fullPage: true });
});

test('checkpoints of a run are merged, measured, tried, kept and saved; one of another shape is refused by name', async ({ page }, testInfo) => {
  test.setTimeout(240_000);
  await page.goto(`./#${small}`.replace('arms=tuned%2Cscratch', 'arms=tuned%2Clayer-first%2Clayer'));
  await button(page, 'Run').click();
  await expect(page.locator('.status-line output')).toContainText('Finished', { timeout: 100_000 });
  await button(page, 'Keep 3 checkpoints').click();
  await button(page, 'Open Soups').click();
  await expect(list(page).getByRole('checkbox')).toHaveCount(3);
  for (const box of await list(page).getByRole('checkbox').all()) await box.check();
  const ingredients = page.getByRole('region', { name: 'Ingredients' });
  await expect(ingredients.getByRole('listitem')).toHaveCount(3);
  await expect(ingredients.getByRole('listitem').last()).toContainText('%', { timeout: 60_000 });
  await expect(ingredients.getByText('Choosing: validation')).toBeVisible({ timeout: 60_000 });

  await button(page, 'Cook all').click();
  const rows = page.getByRole('region', { name: 'Side by side' }).locator('tbody tr');
  await expect(rows).toHaveCount(12, { timeout: 120_000 });
  await expect(page.getByRole('table', { name: 'Decisions' }).locator('tbody tr')).toHaveCount(3);
  const lights = page.getByRole('region', { name: 'Holds by construction' });
  await expect(lights.getByText('holds', { exact: true })).toHaveCount(7);
  await expect(lights.getByText('broken', { exact: true })).toHaveCount(0);

  const segment = page.getByRole('region', { name: 'Loss on the way from one to the other' });
  await segment.getByRole('button', { name: 'Draw' }).click();
  await expect(segment.locator('path.curve').first()).toBeVisible({ timeout: 30_000 });
  await expect(segment.getByRole('button', { name: 'Draw' })).toBeEnabled({ timeout: 60_000 });
  await page.screenshot({ path: testInfo.outputPath('kitchen.png'), fullPage: true });

  await page.getByRole('button', { name: /^Keep Uniform soup/ }).click();
  await expect(list(page).locator('tbody tr')).toHaveCount(4);
  const [download] = await Promise.all([page.waitForEvent('download'), list(page).getByRole('button', { name: 'Save Uniform soup of 3 as safetensors' }).click()]);
  expect((await readFile(await download.path())).length).toBeGreaterThan(90_000);
  // The soup is an ingredient like any other.
  await page.getByLabel('Merge Uniform soup of 3').check();
  await expect(ingredients.getByRole('listitem').last()).toContainText('Uniform soup');
  await expect(ingredients.getByRole('listitem').last()).toContainText('%', { timeout: 60_000 });

  // Two numbers in a tensor of a name of its own.
  const header = Buffer.from(JSON.stringify({ 'head.weight': { dtype: 'F32', shape: [2], data_offsets: [0, 8] } }).padEnd(80));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  await list(page).locator('input[type=file]').setInputFiles({ name: 'other.safetensors', mimeType: 'application/octet-stream', buffer: Buffer.concat([length, header, Buffer.alloc(8)]) });
  await page.getByLabel('Merge other').check();
  await expect(page.getByRole('alert')).toContainText(/"other" and ".*" are of different architectures: tensor conv1.weight .* is missing in the first/);
  await expect(page.getByRole('region', { name: 'Merges' })).toHaveCount(0);
});

for (const [name, options] of [['dark', { viewport: { width: 1280, height: 900 }, colorScheme: 'dark' }], ['phone', { viewport: { width: 390, height: 844 } }]] as const)
  test(`shipped checkpoints are merged, and nothing overflows: ${name}`, async ({ browser, baseURL }, testInfo) => {
    test.setTimeout(180_000);
    const page = await browser.newPage({ ...options, baseURL });
    await page.goto('./#library/kitchen');
    const add = page.getByLabel('Add one that ships with the page');
    for (const [i, model] of ['cnn', 'cnn-noise-0', 'cnn-noise-50'].entries()) {
      await add.selectOption(model);
      await expect(list(page).locator('tbody tr')).toHaveCount(i + 1);
    }
    for (const box of await list(page).getByRole('checkbox').all()) await box.check();
    await expect(page.getByRole('region', { name: 'Ingredients' }).getByRole('listitem').last()).toContainText('%', { timeout: 60_000 });
    for (const soup of ['Uniform soup', 'Greedy soup']) await button(page, `Cook ${soup}`).click();
    await expect(page.getByRole('region', { name: 'Side by side' }).locator('tbody tr')).toHaveCount(5, { timeout: 90_000 });
    const plane = page.getByRole('region', { name: 'Loss over the plane through three' });
    await plane.getByRole('button', { name: 'Draw' }).click();
    await expect(plane.getByRole('progressbar')).toBeVisible();
    if (name === 'phone') {
      await button(page, 'Stop').click();
      await expect(plane.getByRole('progressbar')).toHaveCount(0);
    } else await expect(plane.getByLabel('Coloured by')).toBeVisible({ timeout: 120_000 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBeLessThanOrEqual(0);
    await page.screenshot({ path: testInfo.outputPath(`kitchen-${name}.png`), fullPage: true });
    await page.close();
  });
