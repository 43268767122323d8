// A Chromium for the end-to-end tests: Playwright's own if it is there, else the system's, else installed from the system's packages.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chromium } from 'playwright';

const system = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Path of a Chromium, or undefined if Playwright's own is to be used. @throws Error with one line on what to install */
export function findChromium() {
  if (existsSync(chromium.executablePath())) return undefined;
  const found = process.env.CHROMIUM_PATH ?? system.find((path) => existsSync(path));
  if (found) return found;
  if (process.getuid?.() === 0 && spawnSync('apt-get', ['--version']).status === 0) {
    console.log('No browser found: installing the chromium package.');
    try {
      execFileSync('apt-get', ['update', '-qq'], { stdio: 'ignore' });
      execFileSync('apt-get', ['install', '-y', '-qq', 'chromium'], { stdio: 'ignore' });
    } catch {
      // told below
    }
    const installed = system.find((path) => existsSync(path));
    if (installed) return installed;
  }
  throw new Error('No browser for the end-to-end tests: run "npx playwright install chromium", or install your system\'s chromium package, or set CHROMIUM_PATH.');
}
