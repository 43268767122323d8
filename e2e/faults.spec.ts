/** Each fault of docs/reliability.md, once or twice and at fixed moments, in runs that are short: `npm run faults` injects them at random, as often as one likes. */
import { fileURLToPath } from 'node:url';
import { chromium, expect, test, type Browser } from 'playwright/test';
import { faults } from '../tools/faults/faults.mjs';
import { inject, undisturbed, type Undisturbed } from '../tools/faults/inject.mjs';
import { serve, type Host } from '../tools/faults/server.mjs';

const dist = fileURLToPath(new URL('../dist', import.meta.url));
/** Faults that are waited for, in a page whose clock runs faster. */
const hasten: Readonly<Record<string, number>> = { hang: 12 };
/** Which injections: those numbers of seed 1 that are of different kinds. */
const numbers: Readonly<Record<string, readonly number[]>> = { 'out-of-memory': [0, 1], 'two-tabs': [0, 1], offline: [0, 1, 2] };

let [browser, server, known]: [Browser, Host, Undisturbed] = [undefined as never, undefined as never, undefined as never]; // made before any test
test.describe.configure({ mode: 'serial', timeout: 120_000 });
test.beforeAll(async () => {
  const { launchOptions } = test.info().project.use;
  browser = await chromium.launch(launchOptions);
  server = await serve(dist);
  known = await undisturbed(browser, server, { steps: 300 });
});
test.afterAll(async () => {
  await browser?.close();
  server?.close();
});
for (const fault of faults.filter(({ providers }) => providers.includes('wasm')))
  for (const number of numbers[fault.id] ?? [0])
    test(`${fault.title}: ${number}`, async () => {
      const injection = await inject(browser, server, fault, 'wasm', { seed: 1, number, known, hasten: hasten[fault.id] ?? 1 });
      console.log(`${fault.id}: ${injection.how ?? injection.why}; ${injection.recoveryMs} ms`);
      expect(injection.why).toBeUndefined();
      expect(injection.bits).not.toBe(false);
    });
