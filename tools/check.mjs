// Types, lint and floors, in under a minute.
import { spawnSync } from 'node:child_process';
import { writeWorkedExample } from './worked-example.mjs';

await writeWorkedExample(); // the code on a page of the docs is checked like any other

const steps = [
  ['types', ['tsc', '--noEmit']],
  ['lint', ['oxlint', '--quiet', 'src', 'e2e', 'tools']],
  ['floors', ['vitest', 'run', 'src/floors.test.ts', '--reporter=dot']],
];
let failed = false;
for (const [name, [command, ...args]] of steps) {
  const began = Date.now();
  const { status } = spawnSync('npx', ['--no-install', command, ...args], { stdio: 'inherit' });
  console.log(`${name}: ${status === 0 ? 'passed' : 'failed'}, ${((Date.now() - began) / 1000).toFixed(1)} s`);
  failed ||= status !== 0;
}
process.exit(failed ? 1 : 0);
