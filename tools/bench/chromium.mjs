// One Chromium for every lane: on the machine's GPU where it has one, else on Chromium's software adapter; or as STIPPLE_GPU says.
import { gpuName, launchOnGpu } from '../gpu.mjs';

const quiet = ['--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'];
/** Long-running workers of a page that nobody looks at must not be slowed down; memory is measured when asked for, not when convenient. */
const steady = ['--disable-background-timer-throttling', '--disable-renderer-backgrounding', '--enable-blink-features=ForceEagerMeasureMemory'];
export const launch = () => launchOnGpu([...quiet, ...steady]);

/** The bench page, and what it and the browser say of the machine. */
export async function openBench(url) {
  const browser = await launch();
  const page = await browser.newPage();
  await page.goto(url, { waitUntil: 'load' });
  const machine = await page.evaluate(() => window.bench.machine());
  return { browser, page, machine: { ...machine, gpu: await gpuName(browser) } };
}
