// Which GPU a Chromium that is started here computes on. The environment variable STIPPLE_GPU says it (`--gpu` of `npm run bench` sets it):
//   software   Chromium's own adapter: slow, the same on every machine, and the true WebGPU provider
//   real       this machine's GPU, through Vulkan
//   none       no GPU at all, so no WebGPU either: nothing is composed in software, which takes about half of a small machine
//   auto       the real one where there is one, else the software one (measuring scripts alone)
//   --a --b    flags of Chromium as they are
import { chromium } from 'playwright';
import { findChromium } from './browser.mjs';

const webgpu = ['--headless=new', '--no-sandbox', '--enable-unsafe-webgpu', '--enable-features=Vulkan,WebGPU'];
const named = {
  software: [...webgpu, '--use-webgpu-adapter=swiftshader', '--use-angle=swiftshader'],
  // `--enable-gpu`: the headless shell, which is all that some machines have, otherwise uses none. No surface: a machine without a screen has none to give.
  real: [...webgpu, '--enable-gpu', '--ignore-gpu-blocklist', '--use-angle=vulkan', '--disable-vulkan-surface'],
  none: ['--headless=new', '--no-sandbox', '--disable-gpu'],
};
/** Whether the numbers of tests are those of the software adapter. */
export const onSoftware = () => gpuChoice('software') === 'software';
function gpuChoice(otherwise) {
  const choice = process.env.STIPPLE_GPU || otherwise;
  if (choice !== 'auto' && !(choice in named) && !choice.startsWith('--')) throw new Error(`STIPPLE_GPU is "${choice}", but must be ${Object.keys(named).join(', ')}, auto, or flags of Chromium that begin with --.`);
  return choice;
}
const flagsOf = (choice) => named[choice] ?? [...webgpu, ...choice.split(/\s+/)];
/** Flags of what was asked for, those of `otherwise` if nothing was. @throws Error for 'auto', which takes a browser to find out */
export function gpuFlags(otherwise = 'software') {
  const choice = gpuChoice(otherwise);
  if (choice === 'auto') throw new Error('STIPPLE_GPU=auto is for measuring scripts. Say which adapter: software or real.');
  return flagsOf(choice);
}

/** Whether pages of this browser get an adapter, and no software. */
async function hasRealAdapter(browser) {
  const page = await browser.newPage();
  await page.route('http://localhost/', (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html>' })); // WebGPU is for secure addresses
  await page.goto('http://localhost/');
  const real = await page.evaluate(async () => {
    const silent = new Promise((resolve) => setTimeout(resolve, 10_000)); // a GPU process that cannot start may never answer
    const { info } = (await Promise.race([navigator.gpu?.requestAdapter(), silent])) ?? {};
    return info !== undefined && !info.isFallbackAdapter && !/swiftshader|llvmpipe/i.test(`${info.architecture} ${info.description}`);
  });
  await page.close();
  return real;
}
/** A browser on the adapter that was asked for; on the real one where there is one if nothing was. */
export async function launchOnGpu(args) {
  const executablePath = findChromium();
  const launch = (choice) => chromium.launch({ ...(executablePath && { executablePath }), args: [...flagsOf(choice), ...args] });
  const choice = gpuChoice('auto');
  if (choice !== 'auto') return launch(choice);
  const browser = await launch('real').catch(() => undefined); // a browser that does not start with these flags has no such GPU
  if (browser && (await hasRealAdapter(browser))) return browser;
  await browser?.close();
  return launch('software');
}
/** The GPU and its driver, as the browser's GPU process names them. */
export async function gpuName(browser) {
  const session = await browser.newBrowserCDPSession();
  const { gpu } = await session.send('SystemInfo.getInfo');
  await session.detach();
  return gpu.devices[0]?.deviceString ?? 'no GPU';
}
