// What measuring scripts need: this project's modules in Node, and in a page of a Chromium that has WebGPU, if only in software (STIPPLE_GPU chooses: tools/gpu.mjs).
import { fileURLToPath } from 'node:url';
import { createServer } from 'vite';
import { gpuName } from '../gpu.mjs';
import { launch } from './chromium.mjs';

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
      browser ??= await launch();
      const page = await browser.newPage();
      await page.route(`${url}blank`, (route) => route.fulfill({ contentType: 'text/html', headers: isolated, body: '<!doctype html>' }));
      await page.goto(`${url}blank`);
      return page;
    },
    /** The GPU that `page` computes on. */
    gpu: () => gpuName(browser),
    async close() {
      await browser?.close();
      await server.close();
      process.exit(0); // the WASM lane's workers would keep Node alive
    },
  };
}
