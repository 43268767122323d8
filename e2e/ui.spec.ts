/** The page in a browser: what a person does with it, and what it must never do. */
import { expect, test, type Page, type Worker } from 'playwright/test';

/** For work on the screen alone, e.g. `?fake` with the development server. */
const query = process.env.STIPPLE_E2E_QUERY ?? '';
/** A small experiment on the lane that runs anywhere. */
const small = 'winner?v=1&backend=wasm&arms=siren%2Csiren2&k.samples=512&k.hidden=16&k.layers=2';
const quick = `${small}&k.steps=40`;
/** At the card's own sizes: a minute or more, so that no machine ends it before a test has paused or stopped it. */
const long = 'winner?v=1&backend=wasm&arms=siren%2Csiren2&k.steps=4000';

const open = (page: Page, hash = '') => page.goto(`./${query}${hash ? `#${hash}` : ''}`);
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const status = (page: Page) => page.locator('.status-line output');
const firstCurve = (page: Page) => page.locator('.chart path.curve, .chart circle.curve').first();
const knob = (page: Page, label: string) => page.getByRole('region', { name: 'Knobs' }).getByRole('textbox', { name: label, exact: true });

/** A WAV file: mono, 16 bits, a sine. */
function tone(samples: number): Buffer {
  const file = Buffer.alloc(44 + 2 * samples);
  file.write('RIFF');
  file.writeUInt32LE(36 + 2 * samples, 4);
  file.write('WAVEfmt ', 8);
  file.writeUInt32LE(16, 16);
  for (const [at, value] of [[20, 1], [22, 1], [32, 2], [34, 16]] as const) file.writeUInt16LE(value, at);
  for (const [at, value] of [[24, 8000], [28, 16_000], [40, 2 * samples]] as const) file.writeUInt32LE(value, at);
  file.write('data', 36);
  for (let i = 0; i < samples; i++) file.writeInt16LE(Math.round(9000 * Math.sin(i / 3)), 44 + 2 * i);
  return file;
}

test('opens on something that can be run, without an error in the console', async ({ page }) => {
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  await open(page);
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await expect(button(page, 'Run')).toBeEnabled();
  await page.getByRole('heading', { name: 'How it works' }).scrollIntoViewIfNeeded();
  await expect(page.locator('math').first()).toBeAttached();
  expect(errors).toEqual([]);
});

test('Run draws a first point; the end brings results, lights and a proof in the link', async ({ page }) => {
  await open(page, quick);
  await button(page, 'Run').click();
  await expect(firstCurve(page)).toBeVisible({ timeout: 60_000 });
  await expect(status(page)).toContainText('Finished', { timeout: 120_000 });
  await expect(page.getByRole('region', { name: 'Results' }).first().getByRole('row')).not.toHaveCount(0);
  await expect(page.locator('.lights .mark.no')).toHaveCount(0);
  await expect(page).toHaveURL(/proof=/);
});

test('pause, step, resume, stop and reset do what they say', async ({ page }) => {
  await open(page, long);
  await button(page, 'Run').click();
  await expect(firstCurve(page)).toBeVisible({ timeout: 60_000 });
  await button(page, 'Pause').click();
  await expect(status(page)).toHaveText('Paused');
  await button(page, 'Step').click();
  await expect(status(page)).toHaveText('Paused');
  await button(page, 'Resume').click();
  await expect(status(page)).toHaveText('Running');
  await button(page, 'Stop').click();
  await expect(status(page)).toHaveText('Stopped', { timeout: 10_000 });
  await expect(firstCurve(page), 'what came so far stays').toBeVisible();
  await button(page, 'Reset').click();
  await expect(status(page)).toHaveText('Ready. Press Run.');
  await expect(firstCurve(page)).toHaveCount(0);
});

test('an experiment survives its link', async ({ page, context }) => {
  await open(page);
  await knob(page, 'Band from').fill('0.25');
  await knob(page, 'Band from').press('Enter');
  await page.getByLabel('Number of seeds').fill('3');
  await expect(page).toHaveURL(/k\.bandLow=0\.25/);
  await expect(page).toHaveURL(/seeds=3/);
  const other = await context.newPage();
  await other.goto(page.url());
  await expect(knob(other, 'Band from')).toHaveValue('0.25');
  await expect(other.getByLabel('Number of seeds')).toHaveValue('3');
});

test('a link with a proof repeats the run by itself and says that the bits agree', async ({ page, context }) => {
  test.skip(query !== '', 'needs the real worker');
  await open(page, quick);
  await button(page, 'Run').click();
  await expect(page).toHaveURL(/proof=wasm/, { timeout: 120_000 });
  const other = await context.newPage();
  await other.goto(page.url());
  await expect(other.getByText('The bits agree', { exact: false })).toBeVisible({ timeout: 120_000 });
  const changed = await context.newPage();
  await changed.goto(page.url().replace(/proof=wasm(%3A|:)[0-9a-f]{16}/, 'proof=wasm$1' + '0'.repeat(16)));
  await expect(changed.getByText('The bits differ', { exact: false })).toBeVisible({ timeout: 120_000 });
});

test('a link whose run read a file asks for it, refuses another, and runs by itself when it came', async ({ page, context }) => {
  test.skip(query !== '', 'needs the real worker');
  await open(page, quick);
  await page.locator('.drop-zone input[type=file]').setInputFiles({ name: 'tone.wav', mimeType: 'audio/wav', buffer: tone(2000) });
  await button(page, 'Run').click();
  await expect(page).toHaveURL(/file=tone.*proof=wasm/, { timeout: 120_000 });
  const other = await context.newPage();
  await other.goto(page.url());
  const wanted = other.locator('.wanted');
  await expect(wanted).toContainText('This experiment reads tone.wav');
  await expect(button(other, 'Run')).toBeDisabled();
  await wanted.locator('input[type=file]').setInputFiles({ name: 'tone.wav', mimeType: 'audio/wav', buffer: tone(1500) });
  await expect(other.locator('.notice.problem')).toContainText('was not taken');
  await wanted.locator('input[type=file]').setInputFiles({ name: 'renamed.wav', mimeType: 'audio/wav', buffer: tone(2000) });
  await expect(other.getByText('The bits agree', { exact: false })).toBeVisible({ timeout: 120_000 });
  await expect(wanted).toHaveCount(0);
});

test('the first screen holds a live chart that follows Run', async ({ browser, baseURL }) => {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, baseURL });
  await open(page, long);
  await button(page, 'Run').click();
  await expect(firstCurve(page)).toBeInViewport({ timeout: 60_000 });
  const { y, height } = (await page.locator('.chart').first().boundingBox())!;
  expect(y + height, 'the whole first chart is above the fold').toBeLessThanOrEqual(900);
  await page.close();
});

test('a window made narrow shows its cards below one another, each as wide as the page', async ({ browser, baseURL }) => {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, baseURL });
  await open(page);
  await expect(page.locator('.masonry.two')).toBeVisible();
  const widths = () => page.locator('.masonry > .cell:not(:empty)').evaluateAll((cells) => cells.map((cell) => Math.round(cell.getBoundingClientRect().width)));
  await page.setViewportSize({ width: 390, height: 844 });
  await expect.poll(async () => Math.min(...(await widths()))).toBeGreaterThan(300);
  await page.close();
});

test('where there is no room beside the experiment the methods are folded above it, and one is chosen by keyboard', async ({ browser, baseURL }) => {
  for (const viewport of [{ width: 390, height: 844 }, { width: 1024, height: 768 }]) {
    const page = await browser.newPage({ viewport, baseURL });
    await open(page);
    const methods = page.getByRole('navigation', { name: 'Methods' });
    await expect(button(page, 'Run')).toBeInViewport();
    await expect(methods.getByRole('button')).toHaveCount(0);
    await methods.getByText(/^All \d+ methods$/).focus();
    await page.keyboard.press('Enter');
    await methods.getByRole('button', { name: /^Model soups/ }).focus();
    await page.keyboard.press('Enter');
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Model soups');
    await expect(methods.getByRole('button')).toHaveCount(0);
    await expect(page.locator('#experiment')).toBeFocused();
    await expect(page.locator('.about .prose')).toContainText('soup');
    await page.close();
  }
});

test('on a phone the knobs come before the pictures and the explanation', async ({ browser, baseURL }) => {
  const page = await browser.newPage({ viewport: { width: 390, height: 844 }, baseURL });
  await open(page);
  const top = async (selector: string): Promise<number> => (await page.locator(selector).first().boundingBox())!.y;
  expect(await top('.run-bar')).toBeLessThan(await top('.chart'));
  expect(await top('.hero')).toBeLessThan(await top('.disclosed'));
  expect(await top('.disclosed')).toBeLessThan(await top('.masonry'));
  await page.getByText('Knobs and settings').click();
  await expect(knob(page, 'Band from')).toBeVisible();
  await page.close();
});

for (const [what, hash, says] of [
  ['garbage', '%%%', 'does not have'],
  ['an unknown method', 'nobody?v=1', 'does not have'],
  ['an unknown version', 'winner?v=99', 'version "99"'],
  ['too long', `winner?v=1&x=${'y'.repeat(5000)}`, 'characters long'],
  ['a damaged value', 'winner?v=1&seed=%E0%A4%A', 'damaged'],
] as const) {
  test(`a link that is ${what} gets a message, and the page stays runnable`, async ({ page }) => {
    await open(page, hash);
    await expect(page.locator('.notice.problem')).toContainText(says);
    await expect(button(page, 'Run')).toBeEnabled();
  });
}

test('the keyboard alone can run and pause', async ({ page }) => {
  await open(page, long);
  await expect(button(page, 'Run')).toBeEnabled();
  for (let i = 0; i < 40 && !(await button(page, 'Run').evaluate((b) => b === document.activeElement)); i++) await page.keyboard.press('Tab');
  await expect(button(page, 'Run')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(status(page)).toHaveText(/Starting|Running/);
  await page.evaluate(() => document.activeElement instanceof HTMLElement && document.activeElement.blur());
  await expect(status(page)).toHaveText('Running', { timeout: 60_000 });
  await page.keyboard.press('Space');
  await expect(status(page)).toHaveText('Paused');
});

test('a bad file gets a message that says what was expected, and nothing is lost', async ({ page }) => {
  await open(page);
  await knob(page, 'Band from').fill('0.25');
  await knob(page, 'Band from').press('Enter');
  const files = page.locator('.drop-zone input[type=file]');
  await files.setInputFiles({ name: 'song.wav', mimeType: 'audio/wav', buffer: Buffer.from('not a sound at all') });
  await expect(page.locator('.notice.problem')).toContainText('expected WAV or PNG');
  await files.setInputFiles({ name: 'empty.wav', mimeType: 'audio/wav', buffer: Buffer.alloc(0) });
  await expect(page.locator('.notice.problem').last()).toContainText('empty');
  await files.setInputFiles({ name: 'saved.json', mimeType: 'application/json', buffer: Buffer.from('{') });
  await expect(page.locator('.notice.problem').last()).toContainText('not valid JSON');
  await expect(knob(page, 'Band from')).toHaveValue('0.25');
  await expect(page.locator('.files li')).toHaveCount(0);
});

test('a worker that dies is named and replaced; one that keeps dying ends the run, and Run works again', async ({ page }) => {
  test.skip(query !== '', 'needs the real worker');
  await open(page, long);
  await button(page, 'Run').click();
  await expect(firstCurve(page)).toBeVisible({ timeout: 60_000 });
  const killed = new Set<Worker>();
  const kill = async (): Promise<void> => {
    await expect.poll(() => page.workers().some((w) => !killed.has(w)), { timeout: 60_000 }).toBe(true);
    const worker = page.workers().find((w) => !killed.has(w))!;
    killed.add(worker);
    await worker.evaluate(() => void setTimeout(() => { throw new Error('killed by a test'); }, 0));
  };
  const messages = page.getByRole('log', { name: 'Messages' });
  await kill();
  await expect(messages).toContainText('killed by a test', { timeout: 60_000 });
  await expect(messages).toContainText('goes on from where it was last saved');
  await expect(firstCurve(page)).toBeVisible({ timeout: 60_000 });
  // Dying over and over before it gets further is no accident.
  while (!(await status(page).textContent())!.startsWith('Failed')) {
    expect(killed.size).toBeLessThan(6);
    await kill();
    await expect.poll(async () => (await status(page).textContent()) === 'Failed' || page.workers().some((w) => !killed.has(w)), { timeout: 60_000 }).toBe(true);
  }
  await expect(page.getByRole('alert')).toContainText('killed by a test');
  await button(page, 'Run again').click();
  await expect(status(page)).toHaveText('Running', { timeout: 60_000 });
  await expect(firstCurve(page)).toBeVisible();
});

for (const [name, options] of [
  ['light', { viewport: { width: 1440, height: 900 } }],
  ['dark', { viewport: { width: 1440, height: 900 }, colorScheme: 'dark' }],
  ['phone', { viewport: { width: 390, height: 844 } }],
  ['narrow', { viewport: { width: 320, height: 640 } }],
] as const) {
  test(`nothing overflows sideways: ${name}`, async ({ browser, baseURL }) => {
    const page = await browser.newPage({ ...options, baseURL });
    await open(page, quick);
    await expect(button(page, 'Run')).toBeVisible();
    await button(page, 'Run').click();
    await expect(firstCurve(page)).toBeAttached({ timeout: 60_000 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBeLessThanOrEqual(0);
    await page.screenshot({ path: `test-results/screens/${name}.png` });
    await page.close();
  });
}

test('every control has a name, and every picture says what it shows', async ({ page }) => {
  await open(page);
  const nameless = await page.evaluate(() => [...document.querySelectorAll('button, input:not([type=file]), select')]
    .filter((e) => !(e.getAttribute('aria-label') || e.textContent?.trim() || (e as HTMLInputElement).labels?.length)).map((e) => e.outerHTML.slice(0, 120)));
  expect(nameless).toEqual([]);
  await expect(page.locator('[role=img]:not([aria-label])')).toHaveCount(0);
});

test('a learning rate that diverges stops at its step, says so, keeps the points, and offers the last good params', async ({ page }) => {
  test.skip(query !== '', 'needs the real worker');
  await open(page, `${small}&k.steps=400&k.learningRate=100`);
  await button(page, 'Run').click();
  const alert = page.getByRole('alert').filter({ hasText: 'Lower the learning rate' });
  await expect(alert).toContainText(/loss (grew to|became) \S+ at step \d+ \(it was .*Lower the learning rate, now \d/, { timeout: 120_000 });
  await expect(firstCurve(page)).toBeVisible();
  const download = page.waitForEvent('download');
  await button(page, 'Save the last good params (safetensors)').click();
  expect((await download).suggestedFilename()).toMatch(/last-good\.safetensors$/);
});
