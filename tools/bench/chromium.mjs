// One Chromium for every lane: on the machine's GPU where it has one, else on Chromium's software adapter.
import { chromium } from 'playwright';
import { findChromium } from '../browser.mjs';

const quiet = ['--no-sandbox', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'];
/** Long-running workers of a page that nobody looks at must not be slowed down; memory is measured when asked for, not when convenient. */
const steady = ['--disable-background-timer-throttling', '--disable-renderer-backgrounding', '--enable-blink-features=ForceEagerMeasureMemory'];
const realGpu = ['--enable-unsafe-webgpu', '--enable-features=Vulkan,WebGPU', '--use-angle=vulkan', '--ignore-gpu-blocklist'];
const softwareGpu = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader', '--enable-features=Vulkan,WebGPU', '--use-angle=swiftshader'];

async function open(url, gpu) {
  const executablePath = findChromium();
  const browser = await chromium.launch({ ...(executablePath && { executablePath }), args: ['--headless=new', ...quiet, ...steady, ...gpu] });
  const page = await browser.newPage();
  await page.goto(url, { waitUntil: 'load' });
  const machine = await page.evaluate(() => window.bench.machine());
  return { browser, page, machine };
}
/** The bench page in a browser that has a real adapter, or a software one where there is no other. */
export async function openBench(url) {
  const real = await open(url, realGpu).catch(() => undefined); // a browser that does not start with these flags has no such GPU
  if (real?.machine.webgpu.available && !real.machine.webgpu.software) return real;
  await real?.browser.close();
  return open(url, softwareGpu);
}
