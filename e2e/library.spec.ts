/** The library: everything at a glance, one thing at a time, links and the way back. */
import { readdirSync } from 'node:fs';
import { expect, test, type Page } from 'playwright/test';

const models = readdirSync(new URL('../models/', import.meta.url)).filter((name) => name.endsWith('.onnx')).length;
const picture = (page: Page) => page.locator('main .picture').first();

test('every generator and every model has a place, and every generator a picture', async ({ page }) => {
  test.setTimeout(180_000);
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  await page.goto('./#library');
  const generators = page.getByRole('region', { name: 'Generators' }).getByRole('article');
  await expect(generators.first()).toBeVisible({ timeout: 60_000 });
  await expect(page.getByRole('region', { name: 'Pre-trained models' }).getByRole('article')).toHaveCount(models);
  for (const tile of await generators.all()) {
    await tile.scrollIntoViewIfNeeded();
    await expect(tile.locator('canvas, svg, table, .heat').first(), await tile.innerText()).toBeVisible({ timeout: 60_000 });
  }
  expect(errors).toEqual([]);
});
test('a turn of a knob changes the picture and the link; the link opens there again, and Back leads back', async ({ page }) => {
  await page.goto('./');
  await page.getByRole('button', { name: 'Data and models' }).click();
  await page.getByRole('button', { name: 'Scenes of several objects' }).first().click();
  await expect(page).toHaveURL(/#library\/sets\/objects$/);
  await expect(picture(page)).toBeVisible({ timeout: 60_000 });
  const before = await picture(page).locator('canvas').first().evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL());
  await page.getByRole('button', { name: 'Another seed' }).click();
  await expect.poll(() => picture(page).locator('canvas').first().evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL())).not.toBe(before);
  await expect(page).toHaveURL(/#library\/sets\/objects\?seed=2$/);
  await page.reload();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Scenes of several objects');
  await expect(page.getByRole('spinbutton', { name: 'Seed' })).toHaveValue('2');
  await page.goBack();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Data and models');
  await page.goBack();
  await expect(page.getByRole('button', { name: 'Run', exact: true })).toBeVisible();
});
test('a run goes on while the library is open', async ({ page }) => {
  await page.goto('./#winner?v=1&backend=wasm&k.steps=2000');
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Pause' })).toBeVisible({ timeout: 60_000 });
  await page.getByRole('button', { name: 'Data and models' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Data and models', { timeout: 60_000 });
  await page.getByRole('navigation', { name: 'Places' }).getByRole('button', { name: 'Methods' }).click();
  await expect(page.getByRole('button', { name: 'Pause' })).toBeVisible();
  await page.getByRole('button', { name: 'Stop', exact: true }).click();
});
test('files dropped in the library are read and looked at, what cannot be read is said, and one press hands them on', async ({ page }) => {
  await page.goto('./#library/files');
  const csv = ['length,width,kind', ...Array.from({ length: 60 }, (_, i) => `${i},${(i * 7) % 13},${i < 55 ? 'moth' : 'wasp'}`), '3,8,moth'].join('\n');
  await page.locator('.drop-zone input').first().setInputFiles([{ name: 'insects.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) }, { name: 'broken.wav', mimeType: 'audio/wav', buffer: Buffer.from('RIFF....WAVEnothing') }]);
  const set = page.getByRole('region', { name: 'insects.csv', exact: true });
  await expect(set).toContainText('Classes are uneven', { timeout: 60_000 });
  await expect(page.getByRole('alert').filter({ hasText: 'broken.wav' })).toBeVisible();
  await set.getByRole('button', { name: /Train your own model/ }).click();
  await expect(page.getByRole('region', { name: 'Data', exact: true })).toContainText('insects.csv', { timeout: 60_000 });
});
