// One injection after another in one browser, each in a fresh context.
import { Bench, experiments, keptPieces, tiny } from './bench.mjs';
import { random } from './random.mjs';

/** Longest that one injection may take: after that it counts as not survived. */
const patienceMs = 600_000;
const checkpointHash = 'fine-tune?v=1&backend=wasm&k.perClass=4&k.steps=20&k.batch=16';
const seeds = [1, 2, 3];
/** Of a run on WASM: some seconds of work. */
const usualSteps = 900;
/** Of a run on WebGPU: some seconds of the software adapter. A real GPU wants more. */
export const usualGpuSteps = 40;

/** What undisturbed runs give, and a finished run as it lies in storage: computed once a build. */
export async function undisturbed(browser, server, { steps = usualSteps, gpuSteps = usualGpuSteps } = {}) {
  const bench = await new Bench(browser, server).open();
  try {
    const bitsOf = async (hash, number) => {
      await bench.tab(hash);
      await bench.run();
      const { status, problem, bits } = await bench.end();
      if (status !== 'finished') throw new Error(`Undisturbed, ${hash} ${status}: ${problem}`);
      await bench.kept(number);
      await bench.page.close();
      return bits;
    };
    const tinyBits = await bitsOf(tiny(7), 1);
    const witness = await keptPieces(bench);
    const bits = {};
    for (const [i, seed] of seeds.entries()) bits[seed] = await bitsOf(experiments.wasm(seed, steps), i + 2);
    return { steps: { wasm: steps, webgpu: gpuSteps }, tinyBits, witness, bits, checkpoint: { hash: checkpointHash, bits: await bitsOf(checkpointHash, seeds.length + 2) } };
  } finally {
    await bench.close();
  }
}
/** @returns a record: what was done, whether it was survived, how long it took to recover, whether the bits are those of the undisturbed run */
export async function inject(browser, server, fault, provider, { seed, number, known, hasten = 1 }) {
  const rng = random(seed, fault.id, provider, number);
  const runSeed = rng.pick(seeds);
  const at = { provider, hash: experiments[provider](runSeed, known.steps[provider]), bits: known.bits[runSeed], tinyBits: known.tinyBits, checkpoint: known.checkpoint };
  const record = { fault: fault.id, provider, seed, number };
  server.mend();
  const beganMs = Date.now();
  const bench = new Bench(browser, server, { hasten, witness: known.witness });
  let timer;
  try {
    await bench.open();
    if (!fault.limitsStorage) await bench.furnish();
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no end after ${patienceMs / 1000} s`)), patienceMs);
    });
    const { how, recoveryMs, ended, bits } = await Promise.race([fault.inject(bench, rng, at), late]);
    return { ...record, how, survived: true, ended, recoveryMs: Math.round(recoveryMs), ...(bits !== undefined && { bits }), tookMs: Date.now() - beganMs };
  } catch (error) {
    const notices = bench.page && !bench.page.isClosed() ? await bench.notices().catch(() => []) : [];
    return { ...record, survived: false, why: `${error.message}${notices.length > 0 ? ` | the page says: ${notices.join(' / ')}` : ''}`.slice(0, 1200), tookMs: Date.now() - beganMs };
  } finally {
    clearTimeout(timer);
    server.mend();
    await Promise.resolve(bench.close()).catch(() => undefined); // a browser that died has nothing to close
  }
}
