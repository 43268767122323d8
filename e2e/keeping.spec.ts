/** Runs that are cut off go on, and end with the bits of one that was not. */
import { expect, test, type Page } from 'playwright/test';

/** A few seconds of work on a quiet machine: saved several times before it ends. */
const experiment = 'winner?v=1&backend=wasm&arms=siren%2Csiren2&seeds=2&k.steps=500';
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const status = (page: Page) => page.locator('.status-line output');
const ends = async (page: Page): Promise<string> => {
  await expect(status(page)).toContainText('Finished', { timeout: 180_000 });
  await expect(page).toHaveURL(/proof=/);
  return /proof=([^&]*)/.exec(page.url())![1]!;
};
/** Runs until something of it lies in storage, in its second seed where `late`. */
async function runAWhile(page: Page, { late = false } = {}): Promise<void> {
  await page.goto(`./#${experiment}`);
  await button(page, 'Run').click();
  await expect.poll(() => stored(page), { timeout: 120_000 }).toMatch(late ? /trial\/1\/training\/\d+\/state/ : /trial\/0\/training\/\d+\/state/);
}
/** Names of all that is stored, joined. */
const stored = (page: Page): Promise<string> =>
  page.evaluate(
    () =>
      new Promise<string>((resolve, reject) => {
        const request = indexedDB.open('stipple');
        request.onerror = () => reject(request.error!);
        request.onsuccess = () => {
          const db = request.result;
          if (!db.objectStoreNames.contains('blobs')) return resolve('');
          const keys = db.transaction('blobs').objectStore('blobs').getAllKeys();
          keys.onsuccess = () => {
            db.close();
            resolve(keys.result.filter((key) => !String(key).startsWith('kept/')).join(' ')); // finished runs stay, on purpose
          };
        };
      }),
  );

let undisturbed = '';
test.describe.configure({ mode: 'serial', timeout: 420_000 });
test('undisturbed, a run leaves nothing in storage', async ({ page }) => {
  await page.goto(`./#${experiment}`);
  await button(page, 'Run').click();
  undisturbed = await ends(page);
  await expect.poll(() => stored(page)).toBe('');
});
test('reloaded, the page goes on by itself', async ({ page }) => {
  await runAWhile(page, { late: true });
  await page.reload();
  await expect(status(page)).not.toContainText('Finished');
  expect(await ends(page)).toBe(undisturbed);
  await expect.poll(() => stored(page)).toBe('');
});
test('closed and opened again, the page offers to go on', async ({ page, context }) => {
  await runAWhile(page);
  await page.close();
  const again = await context.newPage();
  await again.goto('./');
  const offer = again.getByRole('region', { name: 'Runs that were cut off' });
  await expect(offer).toContainText('WINNER');
  await offer.getByRole('button', { name: 'Go on' }).click();
  expect(await ends(again)).toBe(undisturbed);
});
test('a worker that dies is replaced, and the run goes on', async ({ page }) => {
  await page.addInitScript(() => {
    const Plain = window.Worker;
    window.Worker = class extends Plain {
      constructor(url: string | URL, options?: WorkerOptions) {
        super(url, options);
        (window as unknown as { workers: Worker[] }).workers = [...((window as unknown as { workers?: Worker[] }).workers ?? []), this];
      }
    };
  });
  await runAWhile(page);
  await page.evaluate(() => {
    for (const worker of (window as unknown as { workers: Worker[] }).workers) {
      worker.terminate();
      worker.dispatchEvent(new ErrorEvent('error', { message: 'ended by the test' }));
    }
  });
  await expect(page.getByRole('log', { name: 'Messages' })).toContainText('goes on from where it was last saved');
  expect(await ends(page)).toBe(undisturbed);
});
test('discarded, a run that was cut off is gone', async ({ page, context }) => {
  await runAWhile(page);
  await page.close();
  const again = await context.newPage();
  await again.goto('./');
  const offer = again.getByRole('region', { name: 'Runs that were cut off' });
  await offer.getByRole('button', { name: 'Discard' }).click();
  await expect(offer).toHaveCount(0);
  await expect.poll(() => stored(again)).toBe('');
});
test('another tab does not take up a run that this one is at', async ({ page, context }) => {
  await runAWhile(page);
  const other = await context.newPage();
  await other.goto('./');
  await expect(button(other, 'Run')).toBeVisible();
  await expect(other.getByRole('region', { name: 'Runs that were cut off' })).toHaveCount(0);
  await button(page, 'Stop').click();
});
