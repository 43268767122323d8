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
    await page.getByRole('navigation', { name: 'Places' }).getByRole('button', { name: /^Runs/ }).click();
    await page.getByRole('checkbox', { name: /^Compare/ }).first().check();
    await expect(page.getByRole('region', { name: 'Curves' })).toBeVisible();
    await look('kept runs');
    for (const place of ['#library', '#library/sets/glyphs', '#library/models/cnn', '#library/files']) {
      await page.goto(`./${place}`);
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible({ timeout: 30_000 });
      await page.waitForTimeout(500);
      await look(place);
    }
    await page.goto('./#own-model?v=1');
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await page.waitForTimeout(500);
    await look('a model of one\'s own');
    expect(broken).toEqual({});
    await page.close();
  });
