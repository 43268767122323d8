// Every test: unit and contract tests in Node (Vitest), end to end in real Chromium (Playwright). Last line: "N passed, N failed".
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
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

let e2eStatus = 1;
let e2e = { passed: 0, failed: 1, skipped: 0 };
try {
  const chromium = findChromium();
  e2eStatus = run('npx', ['--no-install', 'playwright', 'test', '--config', 'e2e/playwright.config.ts', '--reporter=list,json'], {
    PLAYWRIGHT_JSON_OUTPUT_NAME: join(reports, 'e2e.json'),
    ...(chromium && { CHROMIUM_PATH: chromium }),
  });
  e2e = counts(() => {
    const { stats } = JSON.parse(readFileSync(join(reports, 'e2e.json'), 'utf8'));
    return { passed: stats.expected + stats.flaky, failed: stats.unexpected, skipped: stats.skipped };
  });
} catch (error) {
  console.error(error.message);
}
const failed = unit.failed + e2e.failed;
const skipped = unit.skipped + e2e.skipped;
console.log(`${unit.passed + e2e.passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exit(failed > 0 || unitStatus !== 0 || e2eStatus !== 0 ? 1 : 0);
