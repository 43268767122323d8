// The libraries that this project is compared with. They are no part of it: a package and lock file of their own, installed on demand.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

export const peersFolder = fileURLToPath(new URL('./peers/', import.meta.url));
/** Loads a package of the peers, in Node. */
export const requirePeer = createRequire(`${peersFolder}package.json`);

/**
 * Installs them if the lock file has changed since, without their install scripts: nothing is fetched but the packages themselves
 * (onnxruntime-node's would fetch CUDA; its CPU library comes inside the package).
 * @throws Error saying what failed
 */
export function installPeers() {
  const lock = createHash('sha256').update(readFileSync(`${peersFolder}package-lock.json`)).digest('hex');
  const stamp = `${peersFolder}node_modules/.installed-lock`;
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  console.log('Installing the libraries to compare with (once).');
  const { status } = spawnSync('npm', ['ci', '--ignore-scripts', '--prefix', peersFolder], { stdio: 'inherit' });
  if (status !== 0) throw new Error('The libraries to compare with could not be installed: npm ci failed in tools/bench/peers. Check the connection, or measure the page alone: npm run bench -- page');
  writeFileSync(stamp, lock);
}
/** Their versions, for the table. */
export const versionOf = (name) => JSON.parse(readFileSync(`${peersFolder}node_modules/${name}/package.json`, 'utf8')).version;
