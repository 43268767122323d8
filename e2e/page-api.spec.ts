/** The page driven by `window.stipple`, as docs/page-api.md says. */
import { expect, test, type Page } from 'playwright/test';
import type { PageApi } from '../src/store/page-api';

const on = <T>(page: Page, use: (api: PageApi) => T | Promise<T>): Promise<T> => page.evaluate(`(${use.toString()})(window.stipple)`);
const small = '#winner?v=1&backend=wasm&arms=siren%2Csiren2&k.samples=512&k.hidden=16&k.layers=2&k.steps=40';

test('it opens a link, turns a knob, runs, and gives outcomes, curves and a link with a proof', async ({ page }) => {
  await page.goto('./');
  expect((await on(page, (api) => api.methods())).map(({ id }) => id)).toContain('winner');
  await page.evaluate((link) => (window as unknown as { stipple: PageApi }).stipple.open(link), small);
  await on(page, (api) => api.set('hidden', 24));
  expect((await on(page, (api) => api.state())).knobs.hidden).toBe(24);
  const outcomes = await on(page, (api) => api.run());
  expect(new Set(outcomes.map(({ arm }) => arm))).toEqual(new Set(['siren', 'siren2']));
  expect(await on(page, (api) => api.results())).toEqual(outcomes);
  const curves = await on(page, (api) => api.curves());
  expect(curves.some(({ steps, values }) => steps.length === 40 && values.length === 40)).toBe(true);
  expect(await on(page, (api) => api.link())).toContain('proof=');
  await expect(page.locator('.status-line output')).toContainText('Finished');
});
test('it is refused in words, stops a run, and cannot be replaced', async ({ page }) => {
  await page.goto(`./${small.replace('k.steps=40', 'k.steps=4000')}`);
  const told = (use: (api: PageApi) => unknown): Promise<string> => page.evaluate(`(async () => { try { await (${use.toString()})(window.stipple); return 'done'; } catch (error) { return error.message; } })()`);
  expect(await told((api) => api.set('nothing', 1))).toContain('There is no knob "nothing"');
  expect(await told((api) => api.open('#no-such-method?v=1'))).toContain('no-such-method');
  const run = told((api) => api.run());
  await expect.poll(async () => (await on(page, (api) => api.state())).run?.status, { timeout: 60_000 }).toBe('running');
  await on(page, (api) => api.stop());
  expect(await run).toMatch(/stop/i);
  expect(await told(() => { (window as unknown as { stipple: unknown }).stipple = 1; })).toBe('done');
  expect((await on(page, (api) => api.methods())).length).toBeGreaterThan(10);
});
