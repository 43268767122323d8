// `npm run bench -- page`: what the page costs, measured in one run in real Chromium on the built page: bytes before Run, time from Run to
// the first point (cold and warm), and the browser's own long tasks while six arms stream.
import { availableParallelism, loadavg } from 'node:os';
import { gzipSync } from 'node:zlib';
import { chromium } from 'playwright';
import { build, preview } from 'vite';
import { findChromium } from '../browser.mjs';
import { gpuName, launchOnGpu } from '../gpu.mjs';

export const sixArms = '#winner?v=1&backend=wasm&arms=siren,siren-wide,fourier,finer,siren2,siren2-unscaled&k.steps=100';

/** A fresh page whose long tasks are noted from its first moment, and whose scripts are weighed. */
async function open(browser, url, hash) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  const scripts = new Map();
  page.on('response', async (response) => {
    const { pathname } = new URL(response.url());
    // What a worker loads once it runs comes from no frame of the page.
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
    const drawn = () => [...document.querySelectorAll('.chart path.curve, .chart circle.curve')].length > 0;
    const frames = (until) => new Promise((resolve) => { const wait = () => (until() ? resolve() : requestAnimationFrame(wait)); wait(); });
    // A run that was there before leaves its curves until the new one starts: it is cleared first.
    const named = (...names) => [...document.querySelectorAll('.run-bar button')].find((b) => names.includes(b.textContent.trim()) && !b.disabled);
    named('Reset')?.click();
    await frames(() => !drawn() && named('Run', 'Run again'));
    const began = performance.now();
    named('Run', 'Run again').click();
    await frames(drawn);
    return performance.now() - began;
  });
}
/** Notes the processor time of the page's main-thread tasks, in ms, from now until the returned function is called. */
export async function traceTasks(page) {
  const session = await page.context().newCDPSession(page);
  const events = [];
  session.on('Tracing.dataCollected', ({ value }) => events.push(...value));
  await session.send('Tracing.start', { transferMode: 'ReportEvents', traceConfig: { includedCategories: ['toplevel'] } });
  await page.waitForTimeout(500); // starting the trace is a task itself
  const from = await page.evaluate(() => performance.timeOrigin + performance.now());
  return async () => {
    const took = (await page.evaluate(() => performance.timeOrigin + performance.now())) - from;
    const complete = new Promise((resolve) => session.once('Tracing.tracingComplete', resolve));
    await session.send('Tracing.end');
    await complete;
    const main = new Set(events.filter((e) => e.name === 'thread_name' && e.args.name === 'CrRendererMain').map((e) => `${e.pid} ${e.tid}`));
    const tasks = events.filter((e) => main.has(`${e.pid} ${e.tid}`) && e.name.endsWith('RunTask') && e.tdur !== undefined);
    const last = tasks.reduce((most, e) => Math.max(most, e.ts), 0);
    return tasks.filter((e) => e.ts > last - 1000 * took).map((e) => e.tdur / 1000);
  };
}
const finished = async (page) => {
  await page.waitForFunction(() => /^(Finished|Failed|Stopped)/.test(document.querySelector('.status-line output')?.textContent ?? ''), undefined, { timeout: 300_000 });
  const said = await page.locator('.run-status').innerText();
  if (!said.startsWith('Finished')) throw new Error(`The run was expected to finish, but the page says: ${said}`);
};

/** Time to the first point and bytes of script: rows of the table. */
async function firstPoints(browser, url) {
  const { page, scripts, context } = await open(browser, url, '#winner?v=1&backend=wasm&k.steps=100');
  await page.waitForTimeout(2000); // what it fetches by itself, before anybody touches it
  const initial = await page.evaluate(() => performance.getEntriesByType('resource').filter((r) => r.name.endsWith('.js')).map((r) => new URL(r.name).pathname));
  // The page's own scripts are its elements; what else the browser fetched for it is the worker's first script and that one's imports.
  const own = await page.evaluate(() => [...document.querySelectorAll('script[src], link[rel=modulepreload]')].map((e) => new URL(e.src || e.href).pathname));
  const weight = (paths) => [...new Set(paths)].reduce((sum, path) => sum + (scripts.get(path) ?? 0), 0);
  const [ofPage, ofWorker] = [weight(initial.filter((path) => own.includes(path))), weight(initial.filter((path) => !own.includes(path)))];
  const cold = await firstPoint(page);
  await finished(page);
  const warm = await firstPoint(page);
  await finished(page);
  await context.close();
  return [
    ['Run to the first point, WASM, cold', `${(cold / 1000).toFixed(2)} s`, 'under 3 s'],
    ['Run to the first point, WASM, warm', `${(warm / 1000).toFixed(2)} s`, 'under 1 s'],
    ['Page JavaScript before anybody touches the page, gzip', `${(ofPage / 1000).toFixed(0)} kB`, 'under 250 kB'],
    ["The worker's first scripts, gzip (the compiler; fetched while the page idles)", `${(ofWorker / 1000).toFixed(0)} kB`, ''],
  ];
}
/** The same on the machine's GPU, named: rows of the table, none where there is no GPU. */
async function firstPointsOnGpu(url) {
  const browser = await launchOnGpu(['--disable-background-networking']);
  try {
    const name = await gpuName(browser);
    if (/swiftshader/i.test(name)) return [];
    const { page, context } = await open(browser, url, '#winner?v=1&backend=webgpu&k.steps=100');
    const cold = await firstPoint(page);
    await finished(page);
    const warm = await firstPoint(page);
    await context.close();
    return [cold, warm].map((ms, i) => [`Run to the first point, WebGPU on ${name}, ${['cold', 'warm'][i]}`, `${(ms / 1000).toFixed(2)} s`, '']);
  } finally {
    await browser.close();
  }
}
/** Long tasks of the page while six arms train: rows of the table. */
async function longTasks(browser, url) {
  const { page, context } = await open(browser, url, sixArms);
  await page.mouse.move(200, 200); // somebody is there: the charts are fetched and warmed up
  await page.waitForTimeout(3000); // loading is not training
  const cpuOfTasks = await traceTasks(page);
  const from = await page.evaluate(() => performance.now());
  await firstPoint(page);
  await finished(page);
  const tasks = (await page.evaluate(() => window.longTasks)).filter((t) => t.start > from);
  const cpu = Math.max(0, ...(await cpuOfTasks()));
  await context.close();
  return [
    ['Longest main-thread task with six arms training', tasks.length === 0 ? 'none over 50 ms' : `${Math.max(...tasks.map((t) => t.ms)).toFixed(0)} ms (${tasks.length} over 50 ms)`, 'none over 50 ms'],
    // A long task is told by the clock, which also runs while other programs have the processor; this is what the page itself took.
    ['The same in processor time', `${cpu.toFixed(0)} ms`, 'under 50 ms'],
  ];
}

/** Builds the page, serves it, and measures it by `measure(browser, url)`, which gives rows for a table; returns the Markdown. */
export async function onBuiltPage(command, measure) {
  await build({ logLevel: 'error' });
  const server = await preview({ preview: { port: 4399, strictPort: false } });
  const executablePath = findChromium();
  const browser = await chromium.launch({ ...(executablePath && { executablePath }), args: ['--no-sandbox', '--disable-background-networking'] });
  try {
    const rows = await measure(browser, server.resolvedUrls.local[0]);
    const busy = loadavg()[0] > availableParallelism() + 1;
    const table = ['| | measured | bar |', '|---|---|---|', ...rows.map((row) => `| ${row.join(' | ')} |`)].join('\n');
    return `${table}\n\nMeasured by \`${command}\` in Chromium ${browser.version().split('.')[0]} on ${availableParallelism()} cores${busy ? ', with other programs running: times by the clock are longer than the page needs' : ''}.`;
  } finally {
    await browser.close();
    await server.close();
  }
}
export const measurePage = () => onBuiltPage('npm run bench -- page', async (browser, url) => [...(await firstPoints(browser, url)), ...(await firstPointsOnGpu(url)), ...(await longTasks(browser, url))]);
