/** The runtime in a real browser: both lanes, WebGPU on Chromium's software adapter or the one that STIPPLE_GPU names. */
import { fileURLToPath } from 'node:url';
import { expect, test, type Page } from 'playwright/test';
import { createServer } from 'vite';
import { onSoftware } from '../tools/gpu.mjs';
import type { RunScenario } from './harness/page';
import type { ScenarioName } from './harness/scenarios';

const harness = process.env.STIPPLE_HARNESS_URL!;

async function run<T>(page: Page, name: ScenarioName, args: Record<string, unknown> = {}): Promise<T> {
  if (!page.url().startsWith(harness)) await page.goto(harness);
  await page.waitForFunction(() => 'runScenario' in window);
  const answer = await page.evaluate(([n, a]) => (window as unknown as { runScenario: RunScenario }).runScenario(n, a), [name, args] as const);
  return answer as T; // what the scenario of that name returns
}

/** The same program, run in this very process. */
async function bitsInNode(): Promise<object> {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const server = await createServer({ root, configFile: `${root}/vite.config.ts`, server: { middlewareMode: true, watch: null, hmr: false }, appType: 'custom', logLevel: 'error' });
  try {
    const { scenarios } = (await server.ssrLoadModule('/e2e/harness/scenarios.ts')) as typeof import('./harness/scenarios');
    return await scenarios.bits({ provider: 'wasm', program: 'kernels', steps: 1 });
  } finally {
    await server.close();
  }
}

test('facts say what the adapter is and that the page is isolated', async ({ page }) => {
  const facts = await run<{ webgpu: object; wasm: object }>(page, 'facts');
  expect(facts.webgpu).toMatchObject({ available: true, software: onSoftware(), build: 'jspi' });
  expect(facts.wasm).toEqual({ threads: expect.any(Number), crossOriginIsolated: true });
});
for (const build of ['jspi', 'asyncify'])
  for (const [program, steps, tolerance] of [['counting', 5, 0], ['dtypes', 3, 1e-6], ['mlp', 4, 1e-5]] as const)
    test(`WebGPU (${build}) agrees with WASM, both in one worker: ${program}`, async ({ page }) => {
      const result = await run<{ counts: number[]; distance: number }>(page, 'agreement', { build, program, steps });
      expect(result.counts).toEqual([steps, steps]);
      expect(result.distance).toBeLessThanOrEqual(tolerance);
    });
test('WebGPU agrees with WASM on every kernel that the tests have', async ({ page }) => {
  expect((await run<{ distance: number }>(page, 'agreement', { program: 'kernels', steps: 1 })).distance).toBeLessThan(1e-4);
});
test('WASM gives the bits of Node in the browser, cross-origin isolated or not', async ({ page }) => {
  const bits = () => run<object>(page, 'bits', { provider: 'wasm', program: 'kernels', steps: 1 });
  const isolated = await bits();
  await page.route(harness, async (route) => {
    const response = await route.fetch();
    const { 'cross-origin-opener-policy': _, 'cross-origin-embedder-policy': __, ...headers } = response.headers();
    await route.fulfill({ response, headers });
  });
  await page.goto(harness);
  expect(await run<object>(page, 'facts')).toMatchObject({ wasm: { threads: 1, crossOriginIsolated: false } });
  expect(await bits()).toEqual(isolated);
  expect(await bitsInNode()).toEqual(isolated);
});
test('two runs on one GPU give the same bits', async ({ page }) => {
  const args = { provider: 'webgpu', program: 'mlp', steps: 4 };
  expect(await run(page, 'bits', args)).toEqual(await run(page, 'bits', args));
});
test('callers that do not wait are served one at a time', async ({ page }) => {
  expect(await run(page, 'concurrent')).toEqual({ a: [13, 28, 59], b: [13, 28, 59], alone: 122, empty: 0 });
});
test('state and constants can be written and read; a device outlives its sessions', async ({ page }) => {
  const result = await run<Record<string, unknown>>(page, 'life');
  expect(result).toMatchObject({ state: [12, 10, 10], total: 13, reopened: 13 });
  expect(result.afterRelease).toContain('used after its release');
  expect(result.afterClose).toContain('used after it was closed');
});
test('a device lost in the middle of a run is a problem at once, and a new executor works', async ({ page }) => {
  const result = await run<{ during: string; tookMs: number; after: string[]; closeMs: number; recovered: number[] }>(page, 'loss');
  for (const message of [result.during, ...result.after]) expect(message).toContain('The GPU device was lost (destroyed');
  expect(result.tookMs).toBeLessThan(2000);
  expect(result.closeMs).toBeLessThan(5000);
  expect(result.recovered).toEqual([12, 25]);
});
test('a program too large for the device is refused by name, and the device still works', async ({ page }) => {
  const { refused, total } = await run<{ refused: string; total: number }>(page, 'tooLarge');
  expect(refused).toMatch(/a GPU buffer holds at most [\d.]+ MiB here, but "x" takes/);
  expect(total).toBe(12);
});
test('memory stays flat', async ({ page }) => {
  const { counts } = await run<{ counts: number[] }>(page, 'manySteps', { steps: 400 });
  expect(counts.at(-1)).toBe(counts[1]);
});
test('the race gives both figures', async ({ page }) => {
  expect(await run(page, 'race')).toMatchObject({ figures: expect.stringMatching(onSoftware() ? /^WASM [\d.]+ ms a step, WebGPU [\d.]+ ms a step \(software adapter\)$/ : /^WASM [\d.]+ ms a step, WebGPU [\d.]+ ms a step$/) });
});
