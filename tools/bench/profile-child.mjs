// One profiled run of a workload in a process of its own, as the library prints its profile of WASM to the process's output:
// node profile-child.mjs WORKLOAD wasm|native STEPS. Sends { stepMs, runMs }, processor time unprofiled; the profile is what stands on the output.
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { requirePeer } from './install.mjs';
import { median } from './lanes.mjs';
import { nativeOptions, processorMs, stepper } from './stepper.mjs';

const [id, kind, count] = process.argv.slice(2);
/** Processor milliseconds of warming: WebAssembly is compiled quickly at first, and well (in threads beside) only where it has worked for a while. */
const warmMs = 4000;
const native = kind === 'native';
const ort = native ? requirePeer('onnxruntime-node') : createRequire(import.meta.url)('onnxruntime-web');
if (!native) ort.env.wasm.numThreads = 1;
// On WASM as src/runtime/wasm.ts asks for it.
const options = native ? nativeOptions(1) : { executionProviders: ['wasm'], graphOptimizationLevel: 'basic', logSeverityLevel: 3 };

async function run(extra) {
  const steps = stepper(id, ort);
  const session = await ort.InferenceSession.create(steps.model, { ...options, ...extra });
  for (const began = process.cpuUsage(); processorMs(began) < warmMs; ) await steps.advance(session);
  const [stepMs, runMs] = [[], []];
  for (let i = 0; i < Number(count); i++) {
    const before = process.cpuUsage();
    runMs.push((await steps.advance(session)).runMs);
    stepMs.push(processorMs(before));
  }
  return { session, stepMs: median(stepMs), runMs: median(runMs) };
}
const { stepMs, runMs } = await run({});
const folder = mkdtempSync(join(tmpdir(), 'stipple-profile-'));
const { session } = await run({ enableProfiling: true, ...(native && { profileFilePrefix: join(folder, 'profile') }) });
session.endProfiling();
if (native) {
  await new Promise((resolve) => setTimeout(resolve, 200)); // it writes the file behind
  process.stdout.write(readFileSync(join(folder, readdirSync(folder)[0]), 'utf8'));
}
process.send({ stepMs, runMs }, () => process.stdout.end(() => process.exit(0)));
