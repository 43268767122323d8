// docs/playground.png, docs/library.png and docs/lesson.png, the pictures of the docs: the built page after a short run, its library, and a step of a lesson, in real Chromium.
import { chromium } from 'playwright';
import { build, preview } from 'vite';
import { findChromium } from './browser.mjs';

await build({ logLevel: 'error' });
const server = await preview({ preview: { port: 4398 } });
const executablePath = findChromium();
const browser = await chromium.launch({ ...(executablePath && { executablePath }), args: ['--no-sandbox', '--disable-background-networking'] });
const page = await browser.newPage({ viewport: { width: 1440, height: 1000 }, colorScheme: 'light' });
await page.goto(`${server.resolvedUrls.local[0]}#winner?v=1&backend=wasm&seeds=2&k.steps=300&arms=siren,siren-wide,siren2,siren2-unscaled`);
await page.getByRole('button', { name: 'Run', exact: true }).click();
await page.waitForFunction(() => document.querySelector('.status-line output')?.textContent?.startsWith('Finished'), undefined, { timeout: 300_000 });
await page.evaluate(() => window.scrollTo(0, 0));
await page.waitForTimeout(1000); // charts follow a few times a second
await page.screenshot({ path: 'docs/playground.png' });
await page.goto(`${server.resolvedUrls.local[0]}#library`);
await page.locator('.library-tile').first().waitFor({ timeout: 60_000 });
await page.waitForFunction(() => [...document.querySelectorAll('.library-tile .thumb')].slice(0, 9).every((thumb) => thumb.querySelector('canvas, svg, table')), undefined, { timeout: 120_000 });
await page.waitForTimeout(1000);
await page.screenshot({ path: 'docs/library.png' });
await page.setViewportSize({ width: 1280, height: 800 });
await page.goto(`${server.resolvedUrls.local[0]}?lesson=silent-networks&step=2`);
await page.getByRole('button', { name: 'Run', exact: true }).click();
await page.getByText('As foretold').waitFor({ timeout: 300_000 });
await page.waitForTimeout(1000);
await page.screenshot({ path: 'docs/lesson.png' });
await browser.close();
await server.close();
console.log('docs/playground.png, docs/library.png and docs/lesson.png written.');
