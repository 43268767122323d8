/** Much at once, in small: what `npm run load` does at full size. No bars of time here; only that the page takes it, or says why not. */
import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { expect, test, type Page } from 'playwright/test';
import { memoryBlobs } from '../src/keep/blobs';
import { curvesOf, exportBench, importBench, keepRun, keptRuns, mostRuns } from '../src/keep/kept-runs';
import type { PageApi } from '../src/store/page-api';

const tiny = 'k.samples=512&k.layers=2&k.hidden=16&k.steps=20';
type Scripted = Window & { readonly stipple: PageApi };
const toPlace = (page: Page, name: RegExp) => page.getByRole('navigation', { name: 'Places' }).getByRole('button', { name });
/** JavaScript's objects of the page and the buffers that they hold, in bytes. */
async function heapOf(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize, backingStorageSize } = (await session.send('Runtime.getHeapUsage')) as { usedSize: number; backingStorageSize?: number }; // newer than the types
  await session.detach();
  return usedSize + (backingStorageSize ?? 0);
}
/** Pictures of 28 x 28, so many bytes of them by what the file says of itself; zeros, which take no room on the disk. */
function writeLargeIdx(path: string, bytes = 2 ** 30): void {
  const head = Buffer.alloc(16);
  [0x00000803, Math.floor((bytes - 16) / 784), 28, 28].forEach((word, i) => head.writeUInt32BE(word, 4 * i));
  const file = openSync(path, 'w');
  writeSync(file, head);
  ftruncateSync(file, bytes);
  closeSync(file);
}

test('a data set of 1 GiB is refused in words before a byte of it is read, and the page goes on', async ({ page }, info) => {
  const large = info.outputPath('large-idx3-ubyte');
  writeLargeIdx(large);
  await page.goto('./#own-model?v=1&backend=wasm&k.steps=5&arms=chosen');
  const fit = page.getByRole('region', { name: 'Do they fit?' });
  await expect(fit).toContainText('Model, choice and data fit.', { timeout: 60_000 });
  const before = await heapOf(page);
  await page.locator('.own-sources input[type=file]').setInputFiles(large);
  await expect(page.getByRole('log', { name: 'Messages' })).toContainText('is 1024 MiB; at most 256 MiB are read');
  expect((await heapOf(page)) - before, 'bytes more in the page').toBeLessThan(2 ** 23);
  await expect(fit).toContainText('Model, choice and data fit.');
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await expect(page.locator('.status-line output')).toContainText('Finished', { timeout: 60_000 });

  await page.goto('./#library/files');
  const files = page.locator('.drop-zone input[type=file]').first();
  await files.setInputFiles(large);
  await expect(page.locator('.note.problem')).toContainText('is 1024 MiB; at most 256 MiB are read. It was left out.');
  // Each of these is small enough, but not all together.
  const parts = ['a', 'b', 'c'].map((name) => info.outputPath(`${name}-idx3-ubyte`));
  for (const part of parts) writeLargeIdx(part, 200 * 2 ** 20);
  await files.setInputFiles(parts);
  await expect(page.locator('.note.problem')).toContainText('These 3 files are 600 MiB together; at most 512 MiB are read at once. None was read');
});
test('four arms with eight seeds, 32 trainings in one run, are drawn and end', async ({ page }) => {
  await page.goto(`./#winner?v=1&backend=wasm&arms=siren,siren-wide,fourier,siren2&seeds=8&${tiny}`);
  await page.mouse.move(200, 200);
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await expect(page.locator('.status-line output')).toContainText('Finished', { timeout: 120_000 });
  const curves = await page.evaluate(() => (window as unknown as Scripted).stipple.curves('loss'));
  expect(curves).toHaveLength(32);
  expect(curves.every(({ values }) => values.length === 20 && values.every(Number.isFinite))).toBe(true);
  const chart = page.getByRole('region', { name: 'Peak signal-to-noise ratio' });
  await chart.scrollIntoViewIfNeeded(); // a chart that is out of sight is not drawn
  await expect(chart.locator('path.curve')).toHaveCount(4);
});
/** The file of these runs with copies of them, until it holds as many as are kept at most. */
async function multiplied(file: Uint8Array): Promise<Buffer> {
  const blobs = memoryBlobs();
  await importBench(blobs, file);
  const { runs } = await keptRuns(blobs);
  for (let i = runs.length; i < mostRuns; i++) {
    const run = runs[i % runs.length]!;
    await keepRun(blobs, { ...run, id: `copy-${i}`, name: `copy ${i}`, finishedAtMs: run.finishedAtMs - 60_000 * i }, await curvesOf(blobs, run.id));
  }
  return Buffer.from(await exportBench(blobs));
}
test('two hundred runs are listed and sorted, and ten of them compared', async ({ page }) => {
  await page.goto('./');
  for (const seed of [1, 2, 3]) await page.evaluate(async (link) => {
    const { stipple } = window as unknown as Scripted;
    stipple.open(link);
    await stipple.run();
  }, `#winner?v=1&backend=wasm&arms=siren,siren2&seed=${seed}&${tiny}`);
  await expect(toPlace(page, /^Runs 3$/)).toBeVisible();
  await toPlace(page, /^Runs/).click();
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Save all as a file' }).click()]);
  await page.locator('input[type=file][accept=".stipple"]').setInputFiles({ name: 'many.stipple', mimeType: 'application/octet-stream', buffer: await multiplied(new Uint8Array(await readFile(await download.path()))) });
  const list = page.getByRole('region', { name: 'Kept runs' });
  const rows = list.locator('tbody tr');
  await expect(rows).toHaveCount(mostRuns, { timeout: 60_000 });
  const names = () => list.getByLabel(/^Name of/).evaluateAll((fields) => fields.map((field) => (field as HTMLInputElement).value)); // it is a field
  const copies = Array.from({ length: mostRuns - 3 }, (_, i) => `copy ${i + 3}`);

  // Rows come in slices, a frame each.
  await expect.poll(async () => (await names()).slice(3), 'the newest first').toEqual(copies);
  await list.getByRole('button', { name: 'Sort by Name' }).click();
  await expect(list.getByRole('columnheader', { name: 'Sort by Name' })).toHaveAttribute('aria-sort', 'ascending');
  await expect.poll(async () => (await names()).slice(0, copies.length), 'by name, numbers as numbers').toEqual(copies);
  await list.getByRole('button', { name: 'Sort by Name' }).click();
  await expect.poll(async () => (await names()).slice(3)).toEqual(copies.toReversed());

  for (let i = 0; i < 10; i++) await rows.nth(i).getByRole('checkbox').check();
  await expect(page.getByRole('region', { name: 'Curves' }).locator('path.curve')).toHaveCount(20);
  await expect(page.getByRole('region', { name: 'Results' }).locator('tbody tr')).toHaveCount(20);
});
