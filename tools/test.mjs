// Every test: unit and contract tests in Node (Vitest), end to end in real Chromium (Playwright). Last line: "N passed, N failed".
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { findChromium } from './browser.mjs';

const reports = mkdtempSync(join(tmpdir(), 'stipple-test-'));
const run = (command, args, env = {}) => spawnSync(command, args, { stdio: 'inherit', env: { ...process.env, ...env }, shell: false }).status ?? 1;
const counts = (read) => {
  try {
    return read();
  } catch {
    return { passed: 0, failed: 1, skipped: 0 }; // a runner that left no report has failed
  }
};

const unitStatus = run('npx', ['--no-install', 'vitest', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${join(reports, 'unit.json')}`]);
const unit = counts(() => {
  const report = JSON.parse(readFileSync(join(reports, 'unit.json'), 'utf8'));
  return { passed: report.numPassedTests, failed: report.numFailedTests + (report.numFailedTests === 0 && !report.success ? 1 : 0), skipped: report.numPendingTests };
});

/** Projects of e2e/playwright.config.ts, in one go. */
function inChromium(projects, workers, env) {
  const report = join(reports, `${projects[0]}.json`);
  const status = run('npx', ['--no-install', 'playwright', 'test', '--config', 'e2e/playwright.config.ts', ...projects.flatMap((project) => ['--project', project]), `--workers=${workers}`, '--reporter=list,json'], { PLAYWRIGHT_JSON_OUTPUT_NAME: report, ...env });
  return {
    status,
    ...counts(() => {
      const { stats } = JSON.parse(readFileSync(report, 'utf8'));
      return { passed: stats.expected + stats.flaky, failed: stats.unexpected, skipped: stats.skipped };
    }),
  };
}
const parts = [{ status: unitStatus, ...unit }];
try {
  const chromium = findChromium();
  const env = chromium ? { CHROMIUM_PATH: chromium } : {};
  // Each takes part of the processor and much memory: more than four would wait for one another.
  parts.push(inChromium(['engine'], Math.min(4, availableParallelism()), { ...env, STIPPLE_E2E_ONLY: 'harness' }), inChromium(['page', 'page-gpu'], 1, env));
} catch (error) {
  console.error(error.message);
  parts.push({ status: 1, passed: 0, failed: 1, skipped: 0 });
}
const [passed, failed, skipped] = ['passed', 'failed', 'skipped'].map((what) => parts.reduce((sum, part) => sum + part[what], 0));
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exit(failed > 0 || parts.some(({ status }) => status !== 0) ? 1 : 0);
