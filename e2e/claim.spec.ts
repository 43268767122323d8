/** The claim check and the invariant lights, as a person watches them: seed by seed, over a reload, to a verdict with its figures. */
import { readFile } from 'node:fs/promises';
import { expect, test } from 'playwright/test';

test('a claim check is judged seed by seed, goes on after a reload, and ends with a verdict, its figures and its lights', async ({ page }, info) => {
  test.setTimeout(420_000);
  await page.goto('./#own-model?v=1&backend=wasm&k.steps=20'); // the check takes the card's own settings, whatever the knobs
  const claim = page.getByRole('region', { name: 'Does the claim hold here?' });
  const verdict = claim.locator('.verdict.big');
  await claim.scrollIntoViewIfNeeded();
  await expect(verdict).toHaveText('not yet tested');
  await expect(claim.locator('.claims > li')).toHaveCount(3);
  await claim.getByRole('button', { name: /^Run claim check/ }).click();

  // Running: the verdict says that it is not the last word, and each seed that is done is a mark.
  await expect(verdict).toHaveText(/^(holds|undecided|does not hold here) so far$/, { timeout: 240_000 });
  const marks = claim.locator('.claim-seeds').first().locator('g');
  await expect.poll(() => marks.count()).toBeGreaterThan(0);
  expect(await marks.count()).toBeLessThan(5);
  await expect(claim.locator('.claims > li').first()).toContainText(/[\d.]+ > 0\.1, \d seeds?/);
  await claim.screenshot({ path: info.outputPath('claim-running.png') });

  await page.reload();
  await expect(page.locator('.status-line output')).toContainText(/Running|Starting|Finished/, { timeout: 60_000 }); // by itself, from its journal
  await claim.scrollIntoViewIfNeeded();
  await expect(verdict).toHaveText(/^(holds|undecided|does not hold here)$/, { timeout: 300_000 });
  await expect(marks).toHaveCount(5);
  await expect(claim.locator('.claim-seeds').first().locator('text').first()).toHaveText('0.1'); // the bound

  // The figures of a statement, and who disagrees: the table, the marks and the file say the same.
  await claim.getByText('Figures', { exact: true }).first().click();
  const rows = claim.locator('.claims > li').first().locator('tbody tr');
  await expect(rows).toHaveCount(5);
  const saving = page.waitForEvent('download');
  await claim.getByRole('button', { name: 'Save figures as CSV' }).click();
  const csv = (await readFile(await (await saving).path())).toString().trim().split('\n');
  expect(csv[0]).toBe('statement,seed,left,right,difference,bound,seed says,statistic,verdict');
  expect(csv).toHaveLength(1 + 3 * 5);
  expect(csv.slice(1, 6).filter((row) => /,agrees,/.test(row))).toHaveLength(await claim.locator('.claim-seeds').first().locator('g.agrees').count());
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await claim.screenshot({ path: info.outputPath(`claim-${colorScheme}.png`) });
  }

  const lights = page.getByRole('region', { name: 'Holds by construction' });
  await lights.scrollIntoViewIfNeeded();
  await expect(lights.locator('.mark.yes')).toHaveCount(4);
  await lights.getByText('Checks of 15 trials').first().click(); // three arms that train, five seeds
  await expect(lights.locator('.light-checks').first().locator('li')).toHaveCount(15);
  await expect(lights.locator('.light-checks').first().locator('li').first()).toContainText(/Checked once, last at step \d+\./);
  await page.setViewportSize({ width: 390, height: 844 });
  await lights.scrollIntoViewIfNeeded();
  await lights.screenshot({ path: info.outputPath('lights-phone.png') });
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
});
test('a place and a lesson that are not there are said to be so', async ({ page }) => {
  await page.goto('./#library/nowhere');
  await expect(page.locator('.notice')).toContainText('There is no place "nowhere"');
  await page.goto('./#library/runs/nowhere');
  await expect(page.locator('.notice').last()).toContainText('There is no place "runs/nowhere"'); // the page was not loaded anew: the one before still stands
  await expect(page.getByRole('heading', { level: 1, name: 'Runs' })).toBeVisible();
  await page.goto('./?lesson=..%2F..%2Fx');
  await expect(page.locator('.notice')).toContainText('There is no lesson "../../x" here, so the experiment is shown without one.');
  await expect(page.getByRole('button', { name: 'Run', exact: true })).toBeEnabled();
});
