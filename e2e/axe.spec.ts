/** Every screen by axe's rules for WCAG 2.2 AA, light and dark, wide and on a phone. */
import { readFile } from 'node:fs/promises';
import type { AxeResults } from 'axe-core';
import { expect, test, type Page } from 'playwright/test';

const axe = await readFile(new URL('../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');
const small = '#winner?v=1&backend=wasm&arms=siren%2Csiren2&k.samples=512&k.hidden=16&k.layers=2&k.steps=40';
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const found = (await page.evaluate(`axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'], resultTypes: ['violations'] })`)) as AxeResults;
  return found.violations.flatMap(({ id, impact, nodes }) => nodes.slice(0, 3).map((node) => `${id} (${impact ?? ''}): ${node.html.slice(0, 140)} ${node.any[0]?.message ?? ''}`));
}
const finished = async (page: Page): Promise<void> => {
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await expect(page.locator('.status-line output')).toContainText('Finished', { timeout: 120_000 });
};

for (const [name, options] of [
  ['light', { viewport: { width: 1440, height: 900 } }],
  ['dark', { viewport: { width: 1440, height: 900 }, colorScheme: 'dark' }],
  ['phone', { viewport: { width: 390, height: 844 } }],
] as const)
  test(`no screen breaks a rule: ${name}`, async ({ browser, baseURL }) => {
    test.setTimeout(300_000);
    const page = await browser.newPage({ ...options, baseURL });
    const broken: Record<string, string[]> = {};
    const look = async (screen: string): Promise<void> => {
      const found = await violations(page);
      if (found.length > 0) broken[screen] = found;
    };
    await page.goto(`./${small}`);
    await expect(page.getByRole('button', { name: 'Run', exact: true })).toBeVisible();
    await look('a method, before its run');
    await finished(page);
    await look('a method, after its run');
    await page.keyboard.press('Control+k');
    await expect(page.getByRole('combobox', { name: 'Commands' })).toBeFocused();
    await look('commands');
    await page.keyboard.press('Escape');
    await expect(page.locator('dialog')).toHaveCount(0);
    await page.keyboard.press('?');
    await expect(page.getByRole('dialog', { name: 'Shortcuts' })).toBeVisible();
    await look('shortcuts');
    await page.keyboard.press('Escape');
    await expect(page.locator('dialog')).toHaveCount(0);
    if (name === 'phone') await page.getByText('Knobs and settings').click();
    await page.getByRole('button', { name: 'Choose what to take' }).click();
    await expect(page.getByRole('dialog', { name: /taken away/ }).getByText('train.py')).toBeVisible();
    await look('take away');
    await page.keyboard.press('Escape');
    await expect(page.locator('dialog')).toHaveCount(0);
    await page.getByRole('navigation', { name: 'Places' }).getByRole('button', { name: /^Runs/ }).click();
    await page.getByRole('checkbox', { name: /^Compare/ }).first().check();
    await expect(page.getByRole('region', { name: 'Curves' })).toBeVisible();
    await look('kept runs');
    await page.goto('./#library/kitchen');
    const add = page.getByLabel('Add one that ships with the page');
    for (const [i, model] of ['cnn', 'cnn-noise-0'].entries()) {
      await add.selectOption(model);
      await expect(page.getByRole('region', { name: 'Checkpoints' }).locator('tbody tr')).toHaveCount(i + 1);
    }
    for (const box of await page.getByRole('checkbox', { name: /^Merge/ }).all()) await box.check();
    await expect(page.getByRole('region', { name: 'Ingredients' }).getByRole('listitem').last()).toContainText('%', { timeout: 60_000 });
    for (const soup of ['Uniform soup', 'Greedy soup', 'Learned soup']) await page.getByRole('button', { name: `Cook ${soup}` }).click();
    await expect(page.getByRole('region', { name: 'Side by side' }).locator('tbody tr')).toHaveCount(5, { timeout: 90_000 });
    await look('the soup kitchen');
    await page.getByRole('navigation', { name: 'Places' }).getByRole('button', { name: /^Sweeps/ }).click();
    await page.getByLabel('Add a knob').selectOption('hidden');
    await page.getByRole('group', { name: 'Width H' }).getByRole('combobox').selectOption('list');
    await page.getByLabel('Values, between commas').fill('16,32');
    await page.getByLabel('Add a knob').selectOption('layers');
    await look('a sweep, planned');
    await page.getByRole('button', { name: 'Run the sweep' }).click();
    await expect(page.getByRole('status').filter({ hasText: 'Finished' })).toBeVisible({ timeout: 60_000 });
    await page.getByText('Filters', { exact: true }).click();
    await look('a sweep, finished');
    await page.goto('./?lesson=same-bits&step=3');
    await expect(page.getByRole('heading', { name: 'Another seed' })).toBeVisible();
    await look('a step of a lesson');
    for (const place of ['#library', '#library/sets/glyphs', '#library/models/cnn', '#library/lessons', '#library/files', '#library/storage', '#library/diff', '#library/diff?k.a=shipped:cnn-noise-0&k.b=shipped:cnn-noise-50']) {
      await page.goto(`./${place}`);
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible({ timeout: 30_000 });
      await page.waitForTimeout(500);
      await look(place);
      const closely = page.getByRole('button', { name: /^Look closely at/ }).first();
      if (place.includes('k.a=')) {
        await closely.click();
        await expect(page.getByRole('region', { name: /, closely$/ }).locator('canvas')).toBeVisible({ timeout: 30_000 });
        await look('a tensor of two models');
      }
    }
    await page.goto('./#own-model?v=1');
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await page.waitForTimeout(500);
    await look('a model of one\'s own');
    expect(broken).toEqual({});
    await page.close();
  });
