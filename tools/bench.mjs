// What the page costs, measured in one run in real Chromium on the built page: bytes before Run, time from Run to the first point
// (cold and warm), and the browser's own long tasks while six arms stream. Prints a table; `--write` puts it into the README.
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { gzipSync } from 'node:zlib';
import { chromium } from 'playwright';
import { build, preview } from 'vite';
import { findChromium } from './browser.mjs';

const sixArms = '#winner?v=1&backend=wasm&arms=siren,siren-wide,fourier,finer,siren2,siren2-unscaled&k.steps=100';
await build({ logLevel: 'error' });
const server = await preview({ preview: { port: 4399, strictPort: false } });
const url = server.resolvedUrls.local[0];
const executablePath = findChromium();
const browser = await chromium.launch({ ...(executablePath && { executablePath }), args: ['--no-sandbox', '--disable-background-networking'] });

/** A fresh page whose long tasks are noted from its first moment, and whose scripts are weighed. */
async function open(hash) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  const scripts = new Map();
  page.on('response', async (response) => {
    const { pathname } = new URL(response.url());
    // The page's own scripts: what a worker loads comes from no frame of the page.
    if (pathname.endsWith('.js') && response.request().serviceWorker() === null) scripts.set(pathname, gzipSync(await response.body().catch(() => Buffer.alloc(0)), { level: 9 }).length);
  });
  await page.addInitScript(() => {
    window.longTasks = [];
    new PerformanceObserver((list) => window.longTasks.push(...list.getEntries().map((e) => ({ start: e.startTime, ms: e.duration })))).observe({ type: 'longtask', buffered: true });
  });
  await page.goto(`${url}${hash}`, { waitUntil: 'load' });
  return { page, scripts, context };
}
/** Milliseconds from the press to the first line that a chart draws. */
async function firstPoint(page) {
  return page.evaluate(async () => {
    const button = [...document.querySelectorAll('button')].find((b) => b.textContent.trim() === 'Run');
    const drawn = () => [...document.querySelectorAll('.recharts-line-curve, [data-series] path')].some((path) => (path.getAttribute('d') ?? '').length > 3);
    const before = drawn();
    const began = performance.now();
    button.click();
    if (before) await new Promise((resolve) => { const wait = () => (drawn() ? requestAnimationFrame(wait) : resolve()); wait(); });
    await new Promise((resolve) => { const wait = () => (drawn() ? resolve() : requestAnimationFrame(wait)); wait(); });
    return performance.now() - began;
  });
}
const finished = (page) => page.waitForFunction(() => [...document.querySelectorAll('button')].some((b) => b.textContent.trim() === 'Run' && !b.disabled), undefined, { timeout: 300_000 });

const rows = [];
{
  const { page, scripts, context } = await open('#winner?v=1&backend=wasm&k.steps=100');
  const cold = await firstPoint(page);
  await finished(page);
  const warm = await firstPoint(page);
  await finished(page);
  const initial = await page.evaluate(() => performance.getEntriesByType('resource').filter((r) => r.name.endsWith('.js')).map((r) => new URL(r.name).pathname));
  const bytes = [...new Set(initial)].reduce((sum, path) => sum + (scripts.get(path) ?? 0), 0);
  rows.push(['Run to the first point, WASM, cold', `${(cold / 1000).toFixed(2)} s`, 'under 3 s']);
  rows.push(['Run to the first point, WASM, warm', `${(warm / 1000).toFixed(2)} s`, 'under 1 s']);
  rows.push(['Page JavaScript, gzip', `${(bytes / 1000).toFixed(0)} kB`, 'under 250 kB']);
  await context.close();
}
{
  const { page, context } = await open(sixArms);
  await page.waitForTimeout(3000); // loading is not training
  const from = await page.evaluate(() => performance.now());
  await firstPoint(page);
  await finished(page);
  const tasks = (await page.evaluate(() => window.longTasks)).filter((t) => t.start > from);
  rows.push(['Longest main-thread task with six arms training', tasks.length === 0 ? 'none over 50 ms' : `${Math.max(...tasks.map((t) => t.ms)).toFixed(0)} ms (${tasks.length} over 50 ms)`, 'none over 50 ms']);
  await context.close();
}
const version = browser.version();
await browser.close();
await server.close();

const table = ['| | measured | bar |', '|---|---|---|', ...rows.map((row) => `| ${row.join(' | ')} |`)].join('\n');
const note = `Measured by \`npm run bench\` in Chromium ${version.split('.')[0]} on ${availableParallelism()} cores.`;
console.log(`${table}\n\n${note}`);
if (process.argv.includes('--write')) {
  const readme = readFileSync('README.md', 'utf8');
  writeFileSync('README.md', readme.replace(/<!-- bench -->[\s\S]*<!-- \/bench -->/, `<!-- bench -->\n${table}\n\n${note}\n<!-- /bench -->`));
}
