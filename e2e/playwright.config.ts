/**
 * Browser tests: `npx playwright test -c e2e`. The app and the runtime's harness are each built and served. Those of the project `engine` need the harness alone and
 * compute, whatever else goes on: `npm test` runs them side by side. Those of `page` watch what a person sees, one at a time, in a browser without a GPU: composing
 * pages in software takes half of a small machine. A test of the page that wants WebGPU has the tag @gpu, and is in `page-gpu`. WebGPU is Chromium's software
 * adapter, slow but the true provider; STIPPLE_GPU=real takes this machine's GPU (tools/gpu.mjs).
 */
import { existsSync } from 'node:fs';
import { chromium, defineConfig } from 'playwright/test';
import { gpuFlags } from '../tools/gpu.mjs';

const quiet = ['--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'];
/** Playwright's own browser if it is installed, else the system's. */
const executablePath = [process.env.CHROMIUM_PATH ?? '', chromium.executablePath(), '/usr/bin/chromium', '/usr/bin/google-chrome'].find((path) => existsSync(path));
const launched = (gpu: 'software' | 'none') => ({ executablePath, args: [...gpuFlags(gpu), ...quiet] });

const ports = { app: Number(process.env.STIPPLE_E2E_PORT ?? 4317), harness: Number(process.env.STIPPLE_HARNESS_PORT ?? 4318) };
process.env.STIPPLE_HARNESS_URL = `http://localhost:${ports.harness}/`;
/** Builds `root` by its settings into `outDir` (relative to the root) and serves it. */
const serve = (root: string, config: string, outDir: string, port: number) => ({
  command: `npx vite build ${root} --config ${config} --outDir ${outDir} --emptyOutDir --logLevel error && npx vite preview ${root} --config ${config} --outDir ${outDir} --strictPort --port ${port}`,
  cwd: '..',
  url: `http://localhost:${port}/`,
  timeout: 180_000,
  reuseExistingServer: true,
});
const engine = ['bits', 'capture', 'conformance', 'data', 'models', 'noise', 'pictures', 'runtime', 'webgpu', 'worker'].map((name) => `${name}.spec.ts`);
/** `STIPPLE_E2E_ONLY=harness` leaves the app out. */
const servers = { app: serve('.', 'vite.config.ts', 'dist', ports.app), harness: serve('e2e/harness', 'e2e/harness/vite.config.ts', `../../node_modules/.harness-${ports.harness}`, ports.harness) };

export default defineConfig({
  testDir: '.',
  projects: [
    { name: 'engine', testMatch: engine, fullyParallel: true },
    { name: 'page', testMatch: '*.spec.ts', testIgnore: engine, grepInvert: /@gpu/, use: { launchOptions: launched('none') } },
    { name: 'page-gpu', testMatch: '*.spec.ts', testIgnore: engine, grep: /@gpu/ },
  ],
  workers: 1,
  timeout: 180_000,
  expect: { timeout: 20_000 },
  reporter: 'list',
  outputDir: '../test-results',
  // A page that keeps itself would answer for the next test's: e2e/offline.spec.ts alone lets it.
  use: { serviceWorkers: 'block', baseURL: `http://localhost:${ports.app}/`, launchOptions: launched('software') },
  webServer: process.env.STIPPLE_E2E_ONLY === 'harness' ? [servers.harness] : [servers.app, servers.harness],
});
