/** One experiment, the same bits everywhere: in a page, in one that is not cross-origin isolated, and in Node. (Twice in one process: the contract.) */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'playwright/test';
import type { Experiment } from '../src/spec/experiment';
import { writeLink } from '../src/spec/link';
import type { RunResult } from '../src/spec/result';
import { cardOf, methodIds, openLab, quickExperiment, withoutIsolation } from './lab';

const root = fileURLToPath(new URL('..', import.meta.url));
const bitsOf = ({ proof, outcomes, lights }: RunResult): object => ({ proof, outcomes, lights });

async function inNode(link: string): Promise<{ experiment: Experiment; result: RunResult }> {
  const { stdout } = await promisify(execFile)(process.execPath, ['src/cli/stipple.mjs', 'run', link, '--json'], { cwd: root, maxBuffer: 2 ** 26 });
  return JSON.parse(stdout) as { experiment: Experiment; result: RunResult }; // what `--json` prints
}

for (const id of methodIds)
  test(`${id} gives the same bits in a page, in one that is not isolated, and in Node`, async ({ page }) => {
    test.setTimeout(600_000);
    const experiment = await quickExperiment(id);
    const lab = await openLab(page);
    const first = await lab.result('isolated', experiment);
    expect(first.proof).toMatchObject({ provider: 'wasm', fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/) });
    expect(first.outcomes.length).toBeGreaterThan(0);

    await withoutIsolation(page);
    await page.reload();
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(false);
    expect(bitsOf(await (await openLab(page)).result('bare', experiment))).toEqual(bitsOf(first));

    const there = await inNode(writeLink(await cardOf(id), experiment));
    expect(there.experiment).toEqual(experiment);
    expect(bitsOf(there.result)).toEqual(bitsOf(first));
  });
