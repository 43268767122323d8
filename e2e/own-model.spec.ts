/** A model of the user's own, as a person brings it: files dropped, tensors chosen, a run, and what is taken away read back in Node. */
import { encode } from 'fast-png';
import { zipSync } from 'fflate';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test, type Page } from 'playwright/test';
import { writeNpz } from '../src/data/files/npz';
import { decodeModel } from '../src/engine/onnx/model';
import { readOnnx } from '../src/engine/onnx/reader';
import { createReferenceExecutor } from '../src/runtime/reference';

const fixtures = new URL('../src/lab/own/testing/fixtures/', import.meta.url);
const onnx = (id: string): Promise<Buffer> => readFile(fileURLToPath(new URL(`${id}/model.onnx`, fixtures)));
/** y = x A, so that there is something to learn: 64 examples of 6 numbers in, 2 out. */
function line(columns = 6): Buffer {
  const x = Float32Array.from({ length: 64 * columns }, (_, i) => Math.sin(1.7 * i));
  const y = Float32Array.from({ length: 128 }, (_, i) => x[Math.floor(i / 2) * columns + (i % 2)]! - 0.5 * x[Math.floor(i / 2) * columns + 2]!);
  return Buffer.from(writeNpz({ x: { dtype: 'float32', shape: [64, columns], data: x }, y: { dtype: 'float32', shape: [64, 2], data: y } }));
}
const upload = (name: string, buffer: Buffer) => ({ name, mimeType: 'application/octet-stream', buffer });
const open = (page: Page, query = '') => page.goto(`./#own-model?v=1&backend=wasm${query}`);
const drop = (page: Page, ...files: { name: string; mimeType: string; buffer: Buffer }[]) => page.locator('.own-sources input[type=file]').setInputFiles(files);
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const fit = (page: Page) => page.getByRole('region', { name: 'Do they fit?' });
const status = (page: Page) => page.locator('.status-line output');
const useOf = (page: Page, tensor: string, use: string) => page.getByRole('radiogroup', { name: `Use of ${tensor}`, exact: true }).getByRole('radio', { name: use });
/** The first output of a model for these six numbers, by the float64 reference. */
async function outputOf(bytes: Buffer): Promise<Float32Array> {
  const { program, params } = readOnnx(new Uint8Array(bytes), { shapes: { x: [1, 6] } });
  const session = await createReferenceExecutor().load(program, params);
  const out = await session.run({ x: { dtype: 'float32', shape: [1, 6], data: Float32Array.of(0.3, -0.7, 1.1, 0.2, -0.4, 0.9) } });
  return Object.values(out)[0]!.data as Float32Array; // the model's output is float32
}
/** A figure of the table of results; by its text, since a browser draws no text for what is out of view. */
async function resultOf(page: Page, arm: string, metric: string): Promise<number> {
  const table = page.getByRole('region', { name: 'Results' }).first().getByRole('table');
  const column = (await table.getByRole('columnheader').allTextContents()).findIndex((text) => text.includes(metric));
  const row = table.getByRole('row').filter({ hasText: arm });
  return Number(((await row.locator('th, td').nth(column).textContent()) ?? '').trim().split(/\s/)[0]);
}
const bytesOf = (model: Buffer, name: string): Buffer => {
  const { data } = decodeModel(new Uint8Array(model)).graph.initializers[name]!;
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
};

test('opens on a model and data that can be run as they are', async ({ page }) => {
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  await open(page);
  await expect(fit(page)).toContainText('Model, choice and data fit.', { timeout: 60_000 });
  await expect(page.getByRole('region', { name: 'Model', exact: true })).toContainText('letters.onnx');
  await expect(page.getByRole('region', { name: 'Data', exact: true })).toContainText('26 classes, 50 examples each');
  await expect(button(page, 'Run')).toBeEnabled();
  expect(errors).toEqual([]);
});

test('a dropped model is seen, one tensor is frozen, the loss falls, and what is saved is read back', async ({ page, context }) => {
  test.setTimeout(300_000);
  const file = await onnx('mlp-13-folded');
  await open(page, '&k.steps=150&k.batch=16&k.learningRate=0.01&arms=chosen,untrained');
  await drop(page, upload('mine.onnx', file), upload('line.npz', line()));
  await expect(page.getByRole('region', { name: 'Model', exact: true })).toContainText('mine.onnx', { timeout: 60_000 });
  await expect(fit(page)).toContainText('Regression');
  await expect(page.locator('.own-row.layer').filter({ hasText: 'Gemm' })).toHaveCount(3);
  await useOf(page, 'net.0.weight', 'Frozen').check();
  await expect(page).toHaveURL(/k\.frozen=net\.0\.weight/);
  await expect(useOf(page, 'net.0.bias', 'Trained')).toBeChecked();

  await button(page, 'Run').click();
  await expect(status(page)).toContainText('Finished', { timeout: 200_000 });
  await expect(page.locator('.lights .mark.yes')).toHaveCount(4);
  await expect(page.locator('.lights')).toContainText('frozen tensors of the exported file compared');
  expect(await resultOf(page, 'Your choice', 'Validation loss')).toBeLessThan(0.5 * (await resultOf(page, 'As it came', 'Validation loss')));

  const saving = page.waitForEvent('download');
  await button(page, 'Model (ONNX)').click();
  const trained = await readFile((await (await saving).path())!);
  expect(bytesOf(trained, 'net.0.weight').equals(bytesOf(file, 'net.0.weight')), 'the frozen tensor, byte for byte').toBe(true);
  expect(bytesOf(trained, 'net.2.weight').equals(bytesOf(file, 'net.2.weight'))).toBe(false);
  const [before, after] = [await outputOf(file), await outputOf(trained)];
  expect(after).not.toEqual(before);

  // The file that was saved is itself a model that the page opens: it goes on from where it was.
  const other = await context.newPage();
  await open(other);
  await drop(other, upload('trained.onnx', trained), upload('line.npz', line()));
  await expect(fit(other)).toContainText('Model, choice and data fit.', { timeout: 60_000 });
});

test('a ZIP file of pictures in folders, dropped on the page, is what a model of images trains on', async ({ page }) => {
  const picture = (grey: number): Uint8Array => new Uint8Array(encode({ width: 10, height: 10, channels: 1, depth: 8, data: new Uint8Array(100).fill(grey) }));
  const zip = zipSync(Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`set/${'abcd'[i % 4]}/${i}.png`, picture(20 + 60 * (i % 4) + i)])));
  await open(page, '&k.batch=4');
  await drop(page, upload('vit.onnx', await onnx('vit-17-folded')));
  await page.evaluate((base64) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))], 'pictures.zip'));
    window.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }));
  }, Buffer.from(zip).toString('base64'));
  await expect(page.getByRole('region', { name: 'Data', exact: true })).toContainText('pictures.zip', { timeout: 60_000 });
  await expect(page.getByRole('region', { name: 'Data', exact: true })).toContainText('resized to 8 x 8');
  await expect(fit(page)).toContainText('Model, choice and data fit.');
});

test('a link reopens the choice, once the same files are here', async ({ page, context }) => {
  const files = [upload('mine.onnx', await onnx('mlp-13-folded')), upload('line.npz', line())];
  await open(page);
  await drop(page, ...files);
  await expect(fit(page)).toContainText('Regression', { timeout: 60_000 });
  await useOf(page, 'net.2.weight', 'Masked').check();
  await expect(page).toHaveURL(/k\.masked=net\.2\.weight/);
  const other = await context.newPage();
  await other.goto(page.url());
  await expect(other.locator('.wanted')).toContainText('mine.onnx');
  await other.locator('.wanted input[type=file]').setInputFiles(files);
  await expect(useOf(other, 'net.2.weight', 'Masked')).toBeChecked({ timeout: 60_000 });
  await expect(useOf(other, 'net.0.weight', 'Trained')).toBeChecked();
});

test('a broken model is refused in a sentence, and what was there stays', async ({ page }) => {
  const file = await onnx('mlp-13-folded');
  await open(page);
  await drop(page, upload('good.onnx', file), upload('line.npz', line()));
  await expect(fit(page)).toContainText('Model, choice and data fit.', { timeout: 60_000 });
  await drop(page, upload('broken.onnx', file.subarray(0, 700)));
  await expect(page.locator('.notice.problem')).toContainText('What was on the page before is kept.', { timeout: 10_000 });
  await expect(page.getByRole('region', { name: 'Model', exact: true })).toContainText('good.onnx');
  await expect(fit(page)).toContainText('Model, choice and data fit.', { timeout: 10_000 });
  await expect(button(page, 'Run')).toBeEnabled();
});

test('data that do not fit keep Run from starting, and say what to do', async ({ page }) => {
  await open(page);
  await drop(page, upload('mine.onnx', await onnx('mlp-13-folded')), upload('narrow.npz', line(5)));
  await expect(fit(page)).toContainText(/takes float32 \[batch, 6\], but float32\[64,5\] came: axis 1 should be 6, not 5/, { timeout: 60_000 });
  await expect(button(page, 'Run')).toBeDisabled();
  await expect(page.locator('#run-blocked')).toContainText('axis 1 should be 6');
  await drop(page, upload('right.npz', line()));
  await expect(button(page, 'Run')).toBeEnabled({ timeout: 30_000 });
});

test('nothing is asked of another site until an address is given, and a refusal is explained', async ({ page, baseURL }) => {
  const foreign: string[] = [];
  page.on('request', (request) => !request.url().startsWith(baseURL!) && !/^(blob|data):/.test(request.url()) && foreign.push(request.url()));
  await open(page);
  await expect(fit(page)).toContainText('fit.', { timeout: 60_000 });
  expect(foreign).toEqual([]);
  await page.route('https://models.example/**', async (route) => {
    if (route.request().url().endsWith('refused.onnx')) return route.abort();
    await route.fulfill({ body: await onnx('mlp-13-folded'), headers: { 'access-control-allow-origin': '*' } });
  });
  await button(page, 'From a web address').click();
  await page.getByLabel('Address of a file').fill('https://models.example/refused.onnx');
  await button(page, 'Fetch').click();
  await expect(page.locator('.from-web output')).toContainText('Download the file yourself and drop it here');
  await page.getByLabel('Address of a file').fill('https://models.example/mine.onnx');
  await button(page, 'Fetch').click();
  await expect(page.getByRole('region', { name: 'Model', exact: true })).toContainText('mine.onnx', { timeout: 30_000 });
});

test('the keyboard alone chooses a tensor and takes a preset', async ({ page }) => {
  await open(page);
  await expect(fit(page)).toContainText('fit.', { timeout: 60_000 });
  const summary = page.locator('.own-layers > summary');
  await summary.focus();
  await page.keyboard.press('Enter');
  await expect(useOf(page, 'conv1.weight', 'Trained')).toBeVisible();
  await useOf(page, 'conv1.weight', 'Trained').focus();
  await page.keyboard.press('ArrowRight');
  await expect(useOf(page, 'conv1.weight', 'Masked')).toBeChecked();
  await page.getByRole('group', { name: 'Or choose at once' }).getByRole('button', { name: 'Last layer alone' }).focus();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/k\.trained=fc2\.\*/);
  await expect(useOf(page, 'conv1.weight', 'Frozen')).toBeChecked();
});

for (const [name, options] of [
  ['light', { viewport: { width: 1440, height: 900 } }],
  ['dark', { viewport: { width: 1440, height: 900 }, colorScheme: 'dark' }],
  ['phone', { viewport: { width: 390, height: 844 } }],
] as const)
  test(`nothing overflows sideways, every control has a name: ${name}`, async ({ browser, baseURL }) => {
    const page = await browser.newPage({ ...options, baseURL });
    await open(page);
    await expect(fit(page)).toContainText('fit.', { timeout: 60_000 });
    await page.locator('.own-layers > summary').click();
    await button(page, 'From a web address').click();
    expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBeLessThanOrEqual(0);
    const nameless = await page.evaluate(() => [...document.querySelectorAll('button, input:not([type=file]), select')]
      .filter((e) => !(e.getAttribute('aria-label') || e.textContent?.trim() || (e as HTMLInputElement).labels?.length)).map((e) => e.outerHTML.slice(0, 120)));
    expect(nameless).toEqual([]);
    await page.screenshot({ path: `test-results/screens/own-model-${name}.png`, fullPage: true });
    await page.close();
  });
