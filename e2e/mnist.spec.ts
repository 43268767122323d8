/** Real input: handwritten digits dropped on the page fine-tune the pre-trained network into soups, and the command line gives the same bits. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'playwright/test';
import type { RunResult } from '../src/spec/result';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = join(root, '..', 'shared', 'data');
const files = ['mnist-train-8k-images-idx3-ubyte.gz', 'mnist-train-8k-labels-idx1-ubyte.gz', 'mnist-test-2k-images-idx3-ubyte.gz', 'mnist-test-2k-labels-idx1-ubyte.gz'].map((name) => join(folder, name));
/** Eight ingredients, few steps each: the whole path, in a fraction of the time. */
const link = '#model-soups?v=1&backend=wasm&k.ingredients=8&k.stepsMin=25&k.stepsMax=40&k.learnedSteps=4&k.planeSize=5&arms=best-single,linear-probe,uniform,greedy,learned';

test.skip(!files.every((file) => existsSync(file)), `needs handwritten digits in ${folder}, which a fresh clone does not have`);
test('digits dropped on the page make soups that read digits, and Node makes the same ones', async ({ page }) => {
  test.setTimeout(900_000);
  await page.goto(`./${link}`);
  await page.locator('input[type=file][multiple]').setInputFiles(files);
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await expect(page).toHaveURL(/proof=wasm/, { timeout: 600_000 });
  await expect(page.locator('.lights .mark.no')).toHaveCount(0);
  const { stdout } = await promisify(execFile)('node', ['src/cli/stipple.mjs', 'run', link, ...files.flatMap((file) => ['--file', file]), '--json'], { cwd: root, maxBuffer: 2 ** 26 });
  const { result } = JSON.parse(stdout) as { result: RunResult };
  expect(decodeURIComponent(page.url())).toContain(result.proof.fingerprint);
  for (const arm of ['uniform', 'greedy', 'learned']) {
    const accuracy = result.outcomes.find((o) => o.arm === arm && o.metric === 'test/accuracy')!.value;
    expect(accuracy, `${arm} soup on 2,000 digits that no model was trained on`).toBeGreaterThan(0.85); // chance: 0.1
  }
});
