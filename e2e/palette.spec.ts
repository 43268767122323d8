/** The list of commands, used as a person does: by keyboard alone. */
import { expect, test, type Page } from 'playwright/test';

const small = '#winner?v=1&backend=wasm&arms=siren%2Csiren2&k.samples=512&k.hidden=16&k.layers=2&k.steps=40';
const field = (page: Page) => page.getByRole('combobox', { name: 'Commands' });
const chosen = (page: Page) => page.getByRole('listbox', { name: 'Commands' }).getByRole('option', { selected: true });
const command = async (page: Page, typed: string): Promise<void> => {
  await page.keyboard.press('Control+k');
  await expect(field(page)).toBeFocused();
  await page.keyboard.type(typed);
};

test('a knob is set, a run started, another method opened, without a pointer', async ({ page }, testInfo) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.goto(`./${small}`);
  await expect(page.getByRole('button', { name: 'Run', exact: true })).toBeEnabled();
  await command(page, 'hidden 24');
  await expect(chosen(page)).toContainText('to 24');
  await page.screenshot({ path: testInfo.outputPath('knob.png') });
  await page.keyboard.press('Enter');
  await expect(field(page)).toBeHidden();
  await expect.poll(() => page.evaluate(() => window.location.hash)).toContain('k.hidden=24');

  await command(page, 'run');
  await expect(chosen(page)).toContainText('Run');
  await page.keyboard.press('Enter');
  await expect(page.locator('.status-line output')).toContainText('Finished', { timeout: 120_000 });

  await command(page, '');
  await expect(page.getByRole('group', { name: 'Recent' }).getByRole('option').first()).toContainText('Run');
  await page.screenshot({ path: testInfo.outputPath('palette.png') });
  await page.keyboard.type('soups');
  await expect(chosen(page)).toContainText('soups', { ignoreCase: true });
  await page.keyboard.press('Escape');
  await expect(page.locator('dialog')).toHaveCount(0);

  await command(page, 'lora');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowUp');
  const title = (await chosen(page).locator('span').first().innerText()).split('\n')[0]!;
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1 })).toContainText(title.slice(0, 12));
});
test('keys work as soon as there is something to see', async ({ page }) => {
  await page.addInitScript(() => {
    const pressed = new MutationObserver(() => {
      if (!document.querySelector('main button.primary:enabled')) return;
      pressed.disconnect();
      document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'k', ctrlKey: true, bubbles: true, cancelable: true }));
    });
    pressed.observe(document, { childList: true, subtree: true });
  });
  await page.goto(`./${small}`);
  await expect(field(page)).toBeFocused();
});
test('places, theme and the list of shortcuts; keys leave fields of text alone and can be switched off', async ({ page }, testInfo) => {
  await page.goto(`./${small}`);
  await page.getByRole('button', { name: /^Commands/ }).click();
  await expect(field(page)).toBeFocused();
  await page.keyboard.type('dark');
  await page.keyboard.press('Enter');
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await command(page, 'go to runs');
  await page.screenshot({ path: testInfo.outputPath('palette-dark.png') });
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1 })).toContainText(/runs/i);
  await command(page, 'methods');
  await page.keyboard.press('Enter');
  const knob = page.getByRole('textbox').first();
  await knob.focus();
  await page.keyboard.type('?');
  await expect(page.getByRole('dialog')).toBeHidden();
  await knob.blur();
  await page.keyboard.type('?');
  const list = page.getByRole('dialog', { name: 'Shortcuts' });
  await expect(list).toContainText('Run, pause, resume');
  await page.screenshot({ path: testInfo.outputPath('shortcuts.png') });
  await list.getByRole('switch').uncheck();
  await page.keyboard.press('Escape');
  await expect(list).toBeHidden();
  await page.keyboard.type('?');
  await expect(page.getByRole('dialog')).toBeHidden();
});
test('on a phone it fits the screen', async ({ page }, testInfo) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(`./${small}`);
  await page.getByRole('button', { name: /^Commands/ }).click();
  await expect(field(page)).toBeFocused();
  await page.screenshot({ path: testInfo.outputPath('phone.png') });
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
});
