// `npm run audit-page`: the built page against bars, in real Chromium. Loading is scored by Lighthouse's own curves and weights (version 13; its speed index, which needs a film of the screen, is left
// out and its weight spread over the rest); accessibility by axe's rules, weighted by their impact as there; good practice by a list of checks. Then six arms stream, and a person uses the page meanwhile; last, a person zooms among 100,000 points.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { createServer } from 'vite';
import { onBuiltPage, sixArms, traceTasks } from './page.mjs';

const loads = 5;
/** p10 and median of Lighthouse's log-normal curves, in ms, and the weights. */
const curves = {
  desktop: { fcp: [934, 1600], lcp: [1200, 2400], tbt: [150, 350], cls: [0.1, 0.25] },
  phone: { fcp: [1800, 3000], lcp: [2500, 4000], tbt: [200, 600], cls: [0.1, 0.25] },
};
const weights = { fcp: 10, lcp: 25, tbt: 30, cls: 25 };
/** As Lighthouse slows them: a desktop on a home line, a middling phone on a slow mobile one. */
const devices = {
  desktop: { viewport: { width: 1350, height: 940 }, cpu: 1, latency: 40, kilobits: 10240 },
  phone: { viewport: { width: 412, height: 823 }, isMobile: true, hasTouch: true, deviceScaleFactor: 1.75, cpu: 4, latency: 150, kilobits: 1638.4 },
};
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
/** Complementary log-normal distribution with its tenth and fiftieth percentile given. */
function scoreOf(value, [p10, middle]) {
  if (value <= 0) return 1;
  const x = (Math.log(value) - Math.log(middle)) / (Math.SQRT2 * (Math.log(middle) - Math.log(p10)) / (Math.SQRT2 * 0.9061938024368232));
  // erfc by Abramowitz and Stegun 7.1.26
  const z = Math.abs(x);
  const t = 1 / (1 + 0.3275911 * z);
  const erf = 1 - ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t * Math.exp(-z * z);
  return Math.min(1, Math.max(0, (1 - (x < 0 ? -erf : erf)) / 2));
}
/** Before the page's scripts: notes what the browser tells of paints, shifts, long tasks and interactions. */
function observe() {
  const seen = (window.seen = { fcp: 0, lcp: 0, cls: 0, tasks: [], interactions: [] });
  const each = (type, note, more = {}) => new PerformanceObserver((list) => list.getEntries().forEach(note)).observe({ type, buffered: true, ...more });
  each('paint', (e) => e.name === 'first-contentful-paint' && (seen.fcp = e.startTime));
  each('largest-contentful-paint', (e) => (seen.lcp = e.startTime));
  each('layout-shift', (e) => !e.hadRecentInput && (seen.cls += e.value));
  each('longtask', (e) => seen.tasks.push([e.startTime, e.duration]));
  each('event', (e) => e.interactionId && seen.interactions.push({ name: e.name, ms: e.duration, id: e.interactionId }), { durationThreshold: 16 });
}
async function opened(browser, device, hash, url, trace = false) {
  const { cpu, latency, kilobits, ...options } = device;
  const context = await browser.newContext({ ...options, serviceWorkers: 'block' });
  const page = await context.newPage();
  await page.addInitScript(observe);
  const session = await context.newCDPSession(page);
  if (latency) {
    await session.send('Network.enable');
    await session.send('Network.emulateNetworkConditions', { offline: false, latency, downloadThroughput: (kilobits * 1000) / 8, uploadThroughput: (kilobits * 1000) / 8 });
  }
  if (cpu > 1) await session.send('Emulation.setCPUThrottlingRate', { rate: cpu });
  const problems = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  const issues = [];
  session.on('Audits.issueAdded', ({ issue }) => issues.push(`${issue.code} ${JSON.stringify(issue.details)}`));
  await session.send('Audits.enable');
  const requests = [];
  page.on('request', (request) => requests.push(request.url()));
  const events = [];
  if (trace) {
    session.on('Tracing.dataCollected', ({ value }) => events.push(...value));
    await session.send('Tracing.start', { transferMode: 'ReportEvents', traceConfig: { includedCategories: ['toplevel', 'loading'] } });
  }
  await page.goto(`${url}${hash}`, { waitUntil: 'load' });
  return { page, context, session, problems, issues, requests, events };
}
/** What the main thread's tasks after the first paint took of the processor beyond 50 ms each: by the clock, other programs would count as well. */
function blockedMs(events) {
  const paint = events.findLast((e) => e.name === 'firstContentfulPaint');
  const tasks = events.filter((e) => e.pid === paint?.pid && e.tid === paint.tid && e.name.endsWith('RunTask') && e.tdur !== undefined && e.ts + e.dur > paint.ts);
  // A task may be told by two layers of the browser, one within the other.
  const outer = tasks.filter((e) => !tasks.some((other) => other !== e && other.ts <= e.ts && other.ts + other.dur >= e.ts + e.dur && (other.dur > e.dur || tasks.indexOf(other) < tasks.indexOf(e))));
  return outer.reduce((sum, e) => sum + Math.max(0, e.tdur / 1000 - 50), 0);
}
/** One load until two seconds have passed without a long task. */
async function load(browser, device, url) {
  const { page, context, session, events } = await opened(browser, device, '', url, true);
  await page.waitForFunction(() => performance.now() - Math.max(performance.timing.loadEventEnd - performance.timeOrigin, ...window.seen.tasks.map(([start, ms]) => start + ms)) > 2000, undefined, { timeout: 60_000 });
  const { fcp, lcp, cls } = await page.evaluate(() => window.seen);
  const traced = new Promise((resolve) => session.once('Tracing.tracingComplete', resolve));
  await session.send('Tracing.end');
  await traced;
  await context.close();
  return { fcp, lcp, cls, tbt: blockedMs(events) };
}
async function loading(browser, url) {
  const rows = [];
  for (const [name, device] of Object.entries(devices)) {
    const all = [];
    for (let i = 0; i < loads; i++) all.push(await load(browser, device, url));
    const of = (metric) => median(all.map((one) => one[metric]));
    const score = Object.entries(weights).reduce((sum, [metric, weight]) => sum + weight * scoreOf(of(metric), curves[name][metric]), 0) / Object.values(weights).reduce((a, b) => a + b);
    const detail = `first paint ${(of('fcp') / 1000).toFixed(2)} s, largest ${(of('lcp') / 1000).toFixed(2)} s, blocked ${of('tbt').toFixed(0)} ms of the processor, shift ${of('cls').toFixed(3)}`;
    rows.push([`Loading, ${name} (median of ${loads})`, `**${Math.floor(100 * score)}** (${detail})`, 'at least 95', score >= 0.95]);
  }
  return rows;
}
const impacts = { critical: 10, serious: 7, moderate: 3, minor: 1 };
async function access(browser, url) {
  const { page, context } = await opened(browser, { viewport: devices.desktop.viewport }, '', url);
  await page.waitForTimeout(1500);
  await page.evaluate(await readFile(new URL('../../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8'));
  const { violations, passes } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations', 'passes'] }));
  const weightOf = (rule) => impacts[rule.impact ?? 'moderate'] ?? 3;
  // A rule that passes tells no impact: it counts as a moderate one, which makes a violation weigh more.
  const [held, broken] = [3 * passes.length, violations.reduce((sum, rule) => sum + weightOf(rule), 0)];
  await context.close();
  const score = held / (held + broken);
  return [['Accessibility (axe, all rules)', `**${Math.floor(100 * score)}** (${passes.length} rules hold${violations.length > 0 ? `; broken: ${violations.map((rule) => rule.id).join(', ')}` : ', none is broken'})`, 'at least 95', score >= 0.95]];
}
async function practice(browser, url) {
  const { page, context, problems, issues, requests } = await opened(browser, { viewport: devices.desktop.viewport }, '', url);
  await page.waitForTimeout(3000);
  const facts = await page.evaluate(() => ({
    doctype: document.doctype?.name === 'html' && document.compatMode === 'CSS1Compat',
    charset: document.characterSet === 'UTF-8', secure: window.isSecureContext, isolated: window.crossOriginIsolated,
    viewport: /width=device-width/.test(document.querySelector('meta[name=viewport]')?.content ?? '') && !/user-scalable=no|maximum-scale/.test(document.querySelector('meta[name=viewport]')?.content ?? ''),
    title: document.title !== '', language: document.documentElement.lang !== '', description: Boolean(document.querySelector('meta[name=description]')?.content),
    pictures: [...document.images].every((image) => image.naturalWidth === 0 || Math.abs(image.width / image.height - image.naturalWidth / image.naturalHeight) < 0.05),
    policy: Boolean(document.querySelector('meta[http-equiv="Content-Security-Policy"]')?.content.includes('require-trusted-types-for')) && !/unsafe-inline|unsafe-eval'/.test(document.querySelector('meta[http-equiv="Content-Security-Policy"]')?.content.replace('wasm-unsafe-eval', '') ?? ''),
    manifest: Boolean(document.querySelector('link[rel=manifest]')),
  }));
  await context.close();
  const tags = (await (await fetch(url)).text()).match(/<(?:script|link)\b[^>]*\.(?:js|css)"[^>]*>/g) ?? [];
  const checks = { ...facts, 'scripts and styles carry their hash': tags.length > 0 && tags.every((tag) => tag.includes('integrity=')), 'no errors in the console': problems.length === 0, 'no issues told by the browser': issues.length === 0, 'nobody else is asked': requests.every((one) => one.startsWith(url) || one.startsWith('blob:')) };
  const failed = Object.entries(checks).filter(([, held]) => !held).map(([name]) => name);
  const score = 1 - failed.length / Object.keys(checks).length;
  return [['Good practice', `**${Math.floor(100 * score)}** (${Object.keys(checks).length} checks${failed.length > 0 ? `; failed: ${failed.join(', ')} ${problems.concat(issues).join('; ').slice(0, 200)}` : ', all hold'})`, 'at least 95', score >= 0.95]];
}
/** A person at the page while six arms stream: the slowest of some twenty interactions, and the longest task in processor time. */
async function streaming(browser, url) {
  const { page, context } = await opened(browser, { viewport: { width: 1440, height: 900 } }, sixArms.replace('k.steps=100', 'k.steps=400'), url);
  await page.mouse.move(200, 200);
  await page.waitForTimeout(3000);
  const cpuOfTasks = await traceTasks(page);
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await page.waitForFunction(() => document.querySelectorAll('.chart path.curve').length > 0);
  await page.evaluate(() => (window.seen.interactions.length = 0));
  const legend = page.locator('.legend button');
  for (let round = 0; round < 3; round++) {
    if ((await legend.count()) > 0) {
      await legend.nth(round).click();
      await legend.nth(round).click();
    }
    await page.getByRole('button', { name: /^Theme/ }).click();
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Commands' }).waitFor();
    await page.keyboard.type('run', { delay: 60 });
    await page.keyboard.press('Escape');
    const knob = page.locator('aside input.number').first();
    await knob.click();
    await page.keyboard.press('ArrowRight');
    await page.locator('.chart-reader').first().focus();
    for (const key of ['ArrowLeft', 'ArrowLeft', '+', 'Shift+ArrowRight', '0', 'Escape']) await page.keyboard.press(key);
    await page.waitForTimeout(300);
  }
  const [interactions, running] = await page.evaluate(() => [window.seen.interactions, document.querySelector('.status-line output').textContent]);
  if (!running.startsWith('Running')) throw new Error(`Six arms were expected to stream while the page was used, but the page says: ${running}`);
  await page.getByRole('button', { name: 'Stop', exact: true }).click();
  const cpu = Math.max(0, ...(await cpuOfTasks()));
  await context.close();
  const byInteraction = new Map();
  for (const { id, ms } of interactions) byInteraction.set(id, Math.max(ms, byInteraction.get(id) ?? 0));
  const slowest = Math.max(0, ...byInteraction.values());
  const which = interactions.find(({ ms }) => ms === slowest)?.name;
  return [
    ['Interaction to next paint, the slowest while six arms stream', `${slowest} ms (${which ?? 'none above 16 ms'}, ${byInteraction.size} above 16 ms)`, 'under 200 ms', slowest < 200],
    ['Longest main-thread task meanwhile, processor time', `${cpu.toFixed(0)} ms`, 'under 50 ms', cpu < 50],
  ];
}

/** A file with one kept run: five arms, two seeds, 10,000 points each. */
async function manyPoints() {
  const server = await createServer({ root: fileURLToPath(new URL('../..', import.meta.url)), logLevel: 'error', appType: 'custom', server: { middlewareMode: true, watch: null, hmr: false } });
  try {
    const { memoryBlobs } = await server.ssrLoadModule('/src/keep/blobs.ts');
    const { exportBench, keepRun } = await server.ssrLoadModule('/src/keep/kept-runs.ts');
    const [arms, seeds, points, blobs] = [['siren', 'siren2', 'finer', 'fourier', 'siren-wide'], [1, 2], 10_000, memoryBlobs()];
    const each = (make) => arms.flatMap((arm, a) => seeds.map((seed) => ({ arm, seed, ...make(a, seed) })));
    const outcomes = each((_, seed) => ({ metric: 'psnr', value: 20 + seed }));
    const curves = each((a, seed) => ({ metric: 'loss', steps: Float64Array.from({ length: points }, (_, i) => i), values: Float64Array.from({ length: points }, (_, i) => 1 / (1 + i / 500) + 0.1 * a + 0.05 * Math.sin(i * (seed + a))), timesMs: new Float32Array(points), examples: new Float32Array(points) }));
    const link = '#winner?v=1&backend=wasm&seeds=2';
    await keepRun(blobs, { id: 'many', link, name: 'many', note: '', pinned: false, finishedAtMs: 1, elapsedMs: 1, proof: { provider: 'wasm', fingerprint: 'ab', marks: [1] }, outcomes, lights: [], colours: {} }, curves);
    return Buffer.from(await exportBench(blobs));
  } finally {
    await server.close();
  }
}
/** A person zooms and moves among 100,000 points: by keys, by a wheel, by a drag. */
async function zooming(browser, url) {
  const { page, context } = await opened(browser, { viewport: { width: 1440, height: 900 } }, '#library/runs', url);
  await page.locator('input[type=file][accept=".stipple"]').setInputFiles({ name: 'many.stipple', mimeType: 'application/octet-stream', buffer: await manyPoints() });
  await page.getByLabel('Compare many').check();
  const region = page.getByRole('region', { name: 'Curves' });
  await region.locator('path.curve').nth(4).waitFor();
  await page.waitForTimeout(1000);
  await page.evaluate(() => (window.seen.interactions.length = 0));
  const cpuOfTasks = await traceTasks(page);
  await region.getByRole('slider').focus();
  for (const key of ['Home', ...Array(9).fill('+'), ...Array(6).fill('Shift+ArrowRight'), ...Array(5).fill('-'), '0', 'PageUp', 'ArrowRight']) await page.keyboard.press(key);
  const box = await region.locator('svg.recharts-surface').first().boundingBox();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.keyboard.down('Control');
  for (let i = 0; i < 12; i++) await page.mouse.wheel(0, i < 8 ? -120 : 120);
  await page.keyboard.up('Control');
  await page.mouse.down();
  await page.mouse.move(box.x + box.width / 4, box.y + box.height / 2, { steps: 20 });
  await page.mouse.up();
  await page.waitForTimeout(500);
  const slowest = Math.max(0, ...(await page.evaluate(() => window.seen.interactions.map(({ ms }) => ms))));
  const cpu = Math.max(0, ...(await cpuOfTasks()));
  await context.close();
  return [
    ['Zoom and pan among 100,000 points: interaction to next paint, the slowest', `${slowest} ms`, 'under 200 ms', slowest < 200],
    ['Longest main-thread task meanwhile, processor time', `${cpu.toFixed(0)} ms`, 'under 50 ms', cpu < 50],
  ];
}

/** Holds the built page against its bars; returns the Markdown, and says so in the exit code where one is missed. */
export const measureAudit = () => onBuiltPage('npm run audit-page', async (browser, url) => {
  await (await opened(browser, { viewport: devices.desktop.viewport }, '', url)).context.close(); // a browser's very first load is of no use, and stalls where the network is slowed
  const rows = [...(await loading(browser, url)), ...(await access(browser, url)), ...(await practice(browser, url)), ...(await streaming(browser, url)), ...(await zooming(browser, url))];
  if (rows.some(([, , , held]) => !held)) process.exitCode = 1;
  return rows.map((row) => row.slice(0, 3));
});
