/** What an experiment can be taken away as: from the menu, as a person saves it, and by the page's own interface. */
import { readFile } from 'node:fs/promises';
import { unzipSync, strFromU8 } from 'fflate';
import { expect, test } from 'playwright/test';
import type { PageApi } from '../src/store/page-api';
import type { TakeAwayInfo } from '../src/spec/take-away';

const small = '#winner?v=1&backend=wasm&arms=siren%2Csiren2&k.samples=512&k.hidden=16&k.layers=2&k.steps=40';

test('before a run the experiment, after it everything, in one ZIP that holds together', async ({ page }, testInfo) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.goto(`./${small}`);
  await page.getByRole('button', { name: 'Choose what to take' }).click();
  const menu = page.getByRole('dialog', { name: /taken away/ });
  await expect(menu.getByText('experiment.stipple.json')).toBeVisible();
  await expect(menu.getByText('train.py')).toBeHidden();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await expect(page.locator('.status-line output')).toContainText('Finished', { timeout: 120_000 });
  await page.getByRole('button', { name: 'Choose what to take' }).click();
  await expect(menu.getByText('train.py')).toBeVisible();
  await page.screenshot({ path: testInfo.outputPath('take-away.png') });
  const downloading = page.waitForEvent('download');
  await menu.getByRole('button', { name: /as one ZIP/ }).click();
  const download = await downloading;
  const path = testInfo.outputPath('taken.zip');
  await download.saveAs(path);
  const files = unzipSync(await readFile(path));
  const info = JSON.parse(strFromU8(files['take-away.json']!)) as TakeAwayInfo;
  expect(info.trainings.map((t) => t.arm).sort()).toEqual(['siren', 'siren2']);
  for (const t of info.trainings) for (const file of [t.step, t.initial, t.batches, t.params!]) expect(Object.keys(files)).toContain(file);
  const readme = strFromU8(files['README.md']!);
  expect(readme.slice(readme.indexOf('## What is not here'))).toMatch(/^## What is not here\n\n- What a method computes with graphs of its own/);
  for (const { feeds, state } of info.steps) for (const name of [...Object.keys(feeds), ...Object.keys(state)]) expect(readme).toContain(`\`${name}\``);
  expect(strFromU8(files['link.txt']!)).toContain('proof=');
  const results = JSON.parse(strFromU8(files['results.json']!)) as { outcomes: { arm: string }[] };
  expect(new Set(results.outcomes.map((o) => o.arm))).toEqual(new Set(['siren', 'siren2']));
  const curve = strFromU8(files[Object.keys(files).find((name) => name.startsWith('curves/'))!]!);
  expect(curve.trim().split('\n').length).toBeGreaterThan(40);
  const single = page.waitForEvent('download');
  await menu.getByRole('button', { name: 'Save results.csv' }).click();
  expect((await single).suggestedFilename()).toBe('results.csv');
});
test('the page\'s interface gives the same ZIP; on a phone the menu fits', async ({ page }, testInfo) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(`./${small}`);
  const names = await page.evaluate(async () => {
    const api = (window as unknown as { stipple: PageApi }).stipple;
    await api.run();
    return [...(await api.takeAway())];
  });
  expect(Object.keys(unzipSync(Uint8Array.from(names)))).toContain('train.py');
  await page.getByText('Knobs and settings').click();
  await page.getByRole('button', { name: 'Choose what to take' }).click();
  await expect(page.getByRole('dialog').getByText('train.py')).toBeVisible();
  await page.screenshot({ path: testInfo.outputPath('take-away-phone.png') });
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
});
