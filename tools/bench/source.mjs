// What measuring scripts need: this project's modules in Node, and in a page of a Chromium that has WebGPU, if only in software.
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright';
import { createServer } from 'vite';
import { findChromium } from '../browser.mjs';

const softwareGpu = ['--headless=new', '--no-sandbox', '--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader', '--enable-features=Vulkan,WebGPU', '--use-angle=swiftshader', '--enable-blink-features=ForceEagerMeasureMemory'];

/** `load('/src/...')` in Node; `page()` opens a page that can import the same. End with `close`: it ends the process. */
export async function openSource() {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const isolated = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };
  const server = await createServer({ root, logLevel: 'error', server: { port: Number(process.env.STIPPLE_BENCH_PORT ?? 4483), hmr: false, watch: null, headers: isolated } });
  let browser;
  return {
    load: (path) => server.ssrLoadModule(path),
    async page() {
      await server.listen();
      const url = server.resolvedUrls.local[0];
      const executablePath = findChromium();
      browser ??= await chromium.launch({ ...(executablePath && { executablePath }), args: softwareGpu });
      const page = await browser.newPage();
      await page.route(`${url}blank`, (route) => route.fulfill({ contentType: 'text/html', headers: isolated, body: '<!doctype html>' }));
      await page.goto(`${url}blank`);
      return page;
    },
    async close() {
      await browser?.close();
      await server.close();
      process.exit(0); // the WASM lane's workers would keep Node alive
    },
  };
}
