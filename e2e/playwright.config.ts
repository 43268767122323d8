/**
 * Browser tests: `npx playwright test -c e2e`. The app and the runtime's harness are each built and served. WebGPU is Chromium's software
 * adapter, slow but the true provider; STIPPLE_GPU=real takes this machine's GPU (tools/gpu.mjs).
 */
import { existsSync } from 'node:fs';
import { chromium, defineConfig } from 'playwright/test';
import { gpuFlags } from '../tools/gpu.mjs';

const quiet = ['--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'];
/** Playwright's own browser if it is installed, else the system's. */
const executablePath = [process.env.CHROMIUM_PATH ?? '', chromium.executablePath(), '/usr/bin/chromium', '/usr/bin/google-chrome'].find((path) => existsSync(path));

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
/** `STIPPLE_E2E_ONLY=harness` leaves the app out. */
const servers = { app: serve('.', 'vite.config.ts', 'dist', ports.app), harness: serve('e2e/harness', 'e2e/harness/vite.config.ts', `../../node_modules/.harness-${ports.harness}`, ports.harness) };

export default defineConfig({
  testDir: '.',
  testMatch: '*.spec.ts',
  workers: 1,
  timeout: 180_000,
  reporter: 'list',
  outputDir: '../test-results',
  use: { baseURL: `http://localhost:${ports.app}/`, launchOptions: { executablePath, args: [...gpuFlags(), ...quiet] } },
  webServer: process.env.STIPPLE_E2E_ONLY === 'harness' ? [servers.harness] : [servers.app, servers.harness],
});
