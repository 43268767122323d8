/** Lessons, as a student goes through one by keyboard, and as a teacher brings one. */
import { readFile } from 'node:fs/promises';
import { expect, test } from 'playwright/test';
import type { PageApi } from '../src/store/page-api';

const lesson = /```json\n([\s\S]+?)```/.exec(await readFile(new URL('../docs/teaching.md', import.meta.url), 'utf8'))![1]!;

test('a student goes through a lesson by keyboard: reads, runs, sees what was foretold, answers', async ({ page }, testInfo) => {
  await page.goto('./#library/lessons');
  await page.getByRole('button', { name: 'Begin: the lesson “The same bits”' }).focus();
  await page.keyboard.press('Enter');
  const bar = page.getByRole('region', { name: 'Lesson: The same bits' });
  await expect(bar.getByRole('heading', { name: 'A small run' })).toBeFocused();
  await expect(page.locator('.spot')).toHaveCount(1);
  await page.getByRole('button', { name: 'Run', exact: true }).focus();
  await page.keyboard.press('Enter');
  await expect(bar.getByText('Done', { exact: true })).toBeVisible({ timeout: 60_000 });
  for (const heading of ['A fingerprint', 'Another seed']) {
    await bar.getByRole('button', { name: 'Next' }).focus();
    await page.keyboard.press('Enter');
    await expect(bar.getByRole('heading', { name: heading })).toBeFocused();
  }
  await bar.getByRole('radio').first().focus();
  await page.keyboard.press('ArrowDown'); // the second answer: not right
  await expect(bar.getByText('Not quite.')).toBeVisible();
  await page.keyboard.press('ArrowUp');
  await expect(bar.getByText(/Right\. Reproducing/)).toBeVisible();
  await page.screenshot({ path: testInfo.outputPath('lesson.png') });
  await page.setViewportSize({ width: 390, height: 844 });
  await page.screenshot({ path: testInfo.outputPath('lesson-phone.png') });
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
  // How far one came is remembered.
  await page.goto('./#library/lessons');
  await expect(page.getByRole('button', { name: /^Go on at step 3: the lesson “The same bits”/ })).toBeVisible();
});
test('a step opens by its address, in a locked page on a projector', async ({ page }, testInfo) => {
  await page.goto('./?embed&lock&lesson=silent-networks&step=2');
  await expect(page.getByRole('heading', { name: 'Press Run' })).toBeVisible();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('WINNER');
  await expect(page.getByRole('region', { name: 'Knobs' })).toHaveCount(0);
  await expect(page.getByText('Fourier features')).toHaveCount(0); // the lesson's arms, not the card's
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await expect(page.getByText('As foretold')).toBeVisible({ timeout: 150_000 });
  await page.screenshot({ path: testInfo.outputPath('projector.png') });
  // What another experiment was foretold to do says nothing of the run that is here.
  await page.evaluate(() => (window as unknown as { stipple: PageApi }).stipple.open(window.location.hash.replace(/seed=\d+/, '') + '&seed=77'));
  await expect(page.getByRole('heading', { name: 'Press Run' })).toBeVisible();
  await expect(page.getByText('As foretold')).toHaveCount(0);
  await page.goto('./?lesson=nothing');
  await expect(page.getByText('There is no lesson "nothing" here')).toBeVisible();
});
test('a teacher\'s own lesson is taken in and given; a broken or hostile one is refused in words', async ({ page }) => {
  await page.goto('./#library/lessons');
  const bring = (text: string) => page.getByLabel('Open a lesson file').setInputFiles({ name: 'mine.json', mimeType: 'application/json', buffer: Buffer.from(text) });
  await bring(lesson.replace('#winner', '#nothing'));
  await expect(page.getByText(/"mine.json" is no lesson that can be shown. .*does not have/)).toBeVisible();
  await bring(lesson.replace('Does a wider network hear more?', '<img src=x onerror=alert(1)>'));
  await expect(page.getByRole('heading', { name: '<img src=x onerror=alert(1)>' })).toBeVisible(); // as text
  expect(await page.locator('img[src="x"]').count()).toBe(0);
  await bring(lesson);
  await page.getByRole('button', { name: 'Begin: the lesson “Does a wider network hear more?”' }).click();
  await page.getByRole('button', { name: 'Next', exact: true }).click();
  await page.getByRole('textbox', { name: 'Width H' }).fill('64');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('region', { name: /^Lesson/ }).getByText('Done', { exact: true })).toBeVisible();
  await page.getByRole('button', { name: 'Leave the lesson' }).click();
  await expect(page.getByRole('region', { name: /^Lesson/ })).toHaveCount(0);
});
