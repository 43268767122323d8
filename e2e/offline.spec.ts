/** The page without a network: its own server is really gone, and the browser is told so too. And a new version, announced and never forced. */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test, type Page } from 'playwright/test';
import { writeServiceWorker } from '../tools/offline';
import { headers } from '../tools/page-policy';

test.use({ serviceWorkers: 'allow' });
const small = '#winner?v=1&backend=wasm&arms=siren%2Csiren2&k.samples=512&k.hidden=16&k.layers=2&k.steps=40';
const types: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript', '.mjs': 'text/javascript', '.css': 'text/css', '.wasm': 'application/wasm', '.svg': 'image/svg+xml', '.png': 'image/png', '.json': 'application/json', '.webmanifest': 'application/manifest+json' };

/** The built page in a folder of its own, served with the headers that it asks for. */
class Served {
  private server: Server | undefined;
  private port = 0;
  dir = '';
  async open(): Promise<void> {
    if (!this.dir) {
      this.dir = await mkdtemp(join(tmpdir(), 'stipple-offline-'));
      await cp(fileURLToPath(new URL('../dist', import.meta.url)), this.dir, { recursive: true });
    }
    this.server = createServer((request, response) => {
      const path = decodeURIComponent(new URL(request.url!, 'http://localhost').pathname);
      const file = join(this.dir, path.endsWith('/') ? `${path}index.html` : path);
      readFile(file).then(
        (bytes) => response.writeHead(200, { ...headers, 'Content-Type': types[extname(file)] ?? 'application/octet-stream', 'Cache-Control': 'no-cache' }).end(bytes),
        () => response.writeHead(404, headers).end(),
      );
    });
    await new Promise<void>((resolve) => this.server!.listen(this.port, () => resolve()));
    this.port = (this.server.address() as AddressInfo).port;
  }
  async close(): Promise<void> {
    const { server } = this;
    server?.closeAllConnections();
    await new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve()));
    this.server = undefined;
  }
  get url(): string {
    return `http://localhost:${this.port}/`;
  }
}
const served = new Served();
test.beforeEach(() => served.open());
test.afterEach(async () => {
  await served.close();
  await rm(served.dir, { recursive: true, force: true });
  served.dir = '';
});

const panel = (page: Page) => page.getByRole('region', { name: 'Without a network' });
const kept = (page: Page) => expect(panel(page)).toContainText('opens and runs without a network', { timeout: 120_000 });
const finished = async (page: Page): Promise<string> => {
  await page.getByRole('button', { name: /^Run( again)?$/ }).click();
  await expect(page.locator('.status-line output')).toContainText('Finished', { timeout: 120_000 });
  await expect.poll(() => page.evaluate(() => window.location.hash)).toContain('proof=');
  return /proof=([^&]*)/.exec(await page.evaluate(() => window.location.hash))![1]!;
};

test('after one visit the page opens, is isolated and runs to the same proof with its server gone', async ({ page, context }, testInfo) => {
  await page.goto(`${served.url}${small}`);
  await kept(page);
  const online = await finished(page);
  await served.close();
  await context.setOffline(true);
  await page.goto(`${served.url}?again${small}`); // the page is one file, whatever its query
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  expect(await page.evaluate(() => window.crossOriginIsolated)).toBe(true);
  expect(await page.evaluate(() => fetch(`${window.location.origin}/not-of-the-page`).then(() => 'answered', () => 'gone'))).toBe('gone');
  expect(await finished(page)).toBe(online);
  await panel(page).scrollIntoViewIfNeeded();
  await page.screenshot({ path: testInfo.outputPath('offline.png') });
  // Another method, whose scripts the visit never asked for.
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Commands' }).fill('lt-sft');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1 })).not.toContainText('WINNER');
  // A public set is refused in words.
  await page.getByRole('navigation', { name: 'Places' }).getByRole('button', { name: 'Data and models' }).click();
  await page.goto(`${served.url}#library/files`);
  await page.getByRole('button', { name: /^Load/ }).first().click();
  await expect(page.getByText('There is no network', { exact: false }).first()).toBeVisible();
});
test('a new version is announced, waits for the user, and takes the place of the old one whole', async ({ page }, testInfo) => {
  await page.goto(`${served.url}${small}`);
  await kept(page);
  await page.evaluate(() => void ((window as unknown as { marker?: number }).marker = 1));
  const index = join(served.dir, 'index.html');
  await writeFile(index, (await readFile(index, 'utf8')).replace('<title>Stipple</title>', '<title>Stipple, newer</title>'));
  await writeServiceWorker(served.dir);
  await page.evaluate(async () => void (await (await navigator.serviceWorker.getRegistration())!.update()));
  await expect(page.getByText('A new version of Stipple is there', { exact: false })).toBeVisible({ timeout: 60_000 });
  await page.screenshot({ path: testInfo.outputPath('update.png') });
  // A run is not disturbed by it, and a reload by hand keeps the version that is in use.
  await finished(page);
  expect(await page.evaluate(() => (window as unknown as { marker?: number }).marker)).toBe(1);
  expect(await page.title()).toBe('Stipple');
  await page.getByRole('button', { name: 'Reload now' }).click();
  await expect(page).toHaveTitle('Stipple, newer', { timeout: 30_000 });
  await kept(page);
  await expect.poll(() => page.evaluate(async () => (await caches.keys()).filter((name) => name.startsWith('stipple-page-')).length)).toBe(1);
});
test('a file that is not what the build wrote is not kept; what is kept can be let go', async ({ page, context }) => {
  const entry = join(served.dir, 'manifest.webmanifest');
  const sound = await readFile(entry);
  await writeFile(entry, '{"name":"another"}');
  await page.goto(`${served.url}${small}`);
  await expect(panel(page)).toContainText('could not be kept', { timeout: 120_000 });
  await finished(page); // and the page works as ever
  await writeFile(entry, sound);
  await panel(page).getByRole('button', { name: 'Keep it' }).click();
  await kept(page);
  await panel(page).getByRole('button', { name: 'Let it go' }).click();
  await expect(panel(page)).toContainText('is not kept');
  expect(await page.evaluate(async () => [(await caches.keys()).filter((name) => name.startsWith('stipple-page-')).length, (await navigator.serviceWorker.getRegistrations()).length])).toEqual([0, 0]);
  await page.reload();
  await expect(panel(page)).toContainText('is not kept');
  await served.close();
  await context.setOffline(true);
  await expect(page.reload()).rejects.toThrow();
});
