// Lanes of the comparison and their measurement: opened one after another, then stepped in turn, so that a noisy moment of the machine
// falls on all of them.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** @typedef {{ library: 'ours' | 'tfjs' | 'jax' | 'native', backend: string, threads: number, insteadOf?: string }} LaneName */

/**
 * Who competes on the CPU with so many threads, and on the GPU. A lane `insteadOf` another of its library is measured only where that
 * one fails: tf.js's plain JavaScript, many times slower, where its WASM lacks a kernel.
 */
export const cpuLanes = (threads) => [
  { library: 'ours', backend: 'wasm', threads },
  { library: 'tfjs', backend: 'wasm', threads },
  { library: 'tfjs', backend: 'cpu', threads: 1, insteadOf: 'wasm' },
  { library: 'jax', backend: 'wasm', threads },
  { library: 'native', backend: 'cpu', threads },
];
export const gpuLanes = (software) => [
  { library: 'ours', backend: 'webgpu', threads: 1 },
  { library: 'tfjs', backend: 'webgpu', threads: 1 },
  { library: 'tfjs', backend: 'webgl', threads: 1, ...(software && { insteadOf: 'webgpu' }) },
  { library: 'jax', backend: 'webgpu', threads: 1 },
];
export const keyOf = ({ library, backend, threads }) => `${library} ${backend} ${threads}`;

/** Rejects with `what` after so many milliseconds. */
async function within(ms, what, work) {
  let timer;
  const late = new Promise((_, reject) => (timer = setTimeout(() => reject(new Error(what)), ms)));
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Processor seconds of the browser's pages so far. All lanes of the page live in one process, and one at a time computes. */
async function pageCpuMs(page) {
  const session = await page.context().browser().newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  return processInfo.filter(({ type }) => type === 'renderer').reduce((sum, { cpuTime }) => sum + 1000 * cpuTime, 0);
}
/** A lane of the page: a worker. `run` gives milliseconds by the clock and of the processor. */
const workerLane = (page, name) => {
  const key = keyOf(name);
  return {
    open: (task) => page.evaluate(([k, t, n]) => window.bench.open(k, t, n), [key, task, name]),
    step: () => page.evaluate((k) => window.bench.step(k), key),
    async run(steps) {
      const before = await pageCpuMs(page);
      const ms = await page.evaluate(([k, s]) => window.bench.run(k, s), [key, steps]);
      return { ms, cpuMs: (await pageCpuMs(page)) - before };
    },
    facts: () => page.evaluate((k) => window.bench.facts(k), key),
    counts: () => page.evaluate((k) => window.bench.counts(k), key),
    close: () => page.evaluate((k) => window.bench.close(k), key),
  };
};
/** A lane outside the browser: a process. */
async function nativeLane(threads) {
  const child = fork(fileURLToPath(new URL('native.mjs', import.meta.url)));
  const next = () =>
    new Promise((resolve, reject) => {
      const ended = () => reject(new Error('The native process ended.'));
      child.once('exit', ended);
      child.once('message', (message) => {
        child.off('exit', ended);
        if ('problem' in message) reject(new Error(message.problem));
        else resolve(message.value);
      });
    });
  await next(); // it says when it is ready
  const ask = (message) => {
    child.send(message);
    return next();
  };
  return {
    open: (task) => ask({ call: 'open', task, threads }),
    step: () => ask({ call: 'step' }),
    run: (steps) => ask({ call: 'run', steps }),
    facts: async () => ({}),
    counts: async () => ({ dispatches: 0, gpuBytes: 0, wasmBytes: 0 }),
    close: async () => child.disconnect(),
  };
}

const median = (xs) => {
  const sorted = [...xs].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};
/** Losses of the first steps must agree to this, relative, or the lane is not the same training. */
const agreement = 1e-3;

/** Opens a lane and takes its first steps. Never throws: what went wrong is the lane's `problem`. */
async function begin(page, name, task, { losses, openMs }) {
  const state = { name, key: keyOf(name), losses: [], stepMs: [] };
  try {
    state.lane = name.library === 'native' ? await nativeLane(name.threads) : workerLane(page, name);
    const { loss, firstStepMs } = await within(openMs, `no first step within ${openMs / 1000} s`, state.lane.open(task));
    Object.assign(state, { firstStepMs });
    state.losses.push(loss);
    const began = Date.now();
    while (state.losses.length < losses) state.losses.push(await within(openMs, `no step within ${openMs / 1000} s`, state.lane.step()));
    state.roughMs = losses > 1 ? (Date.now() - began) / (losses - 1) : firstStepMs;
    const before = await state.lane.counts();
    state.losses.push(await within(openMs, `no step within ${openMs / 1000} s`, state.lane.step()));
    const after = await state.lane.counts();
    Object.assign(state, { dispatches: after.dispatches - before.dispatches, facts: await state.lane.facts() });
  } catch (error) {
    state.problem = error.message.replace(/^page\.evaluate: (Error: )?/, '').split('\n')[0];
    await end(state); // it may still be computing
  }
  return state;
}
async function end(state) {
  await state.lane?.close();
  delete state.lane;
}
/** Ends a lane whose first losses are not the reference's. */
async function checkLosses(state, reference) {
  if (state.problem) return;
  const at = state.losses.findIndex((loss, i) => !(Math.abs(loss - reference[i]) <= agreement * Math.abs(reference[i])));
  if (at < 0) return;
  state.problem = `loss of step ${at + 1} is ${state.losses[at].toPrecision(6)}, expected ${reference[at].toPrecision(6)}`;
  await end(state);
}

/**
 * Measures one workload on some lanes.
 * @returns {Promise<object[]>} a lane each: name, key, and problem or { losses, firstStepMs, dispatches, facts, counts, heapBytes, stepMs and cpu
 *   (processor milliseconds a step) of every round, with medianMs and the mean cpuMs }
 * @throws Error if this project's own lane, the first, fails
 */
export async function measure(page, task, names, { losses, openMs, timed, ...turns }) {
  const lanes = [];
  for (const name of names) {
    const needless = name.insteadOf && lanes.some((l) => l.name.library === name.library && l.name.backend === name.insteadOf && !l.problem);
    if (!needless) lanes.push(await begin(page, name, task, { losses, openMs }));
  }
  // This project's losses, which its own tests hold against independent oracles; without them there is nothing to compare.
  const [ours] = lanes;
  if (ours.problem) throw new Error(`${task}: this project's own lane failed: ${ours.problem}`);
  for (const state of lanes) await checkLosses(state, ours.losses);
  const running = lanes.filter((state) => !state.problem);
  if (timed) await takeTurns(running, turns);
  for (const state of running) state.counts = await state.lane.counts();
  await noteMemory(page, running);
  for (const state of running) await end(state);
  return lanes;
}
/**
 * Runs a lane for so much processor time: a browser compiles WebAssembly quickly at first, and well (in threads beside) only what has
 * worked for a while. On a GPU, where the page's processor mostly waits, for so much time by the clock. Notes its pace.
 */
async function warm(state, warmMs) {
  const until = performance.now() + 3 * warmMs; // on a busy machine processor time is slow to come
  state.paceMs = state.roughMs;
  for (let left = warmMs; left > 0 && performance.now() < until; ) {
    const steps = Math.max(1, Math.min(50, Math.round(left / 4 / state.paceMs)));
    const { ms, cpuMs } = await state.lane.run(steps);
    state.paceMs = ms / steps;
    left -= /gpu|gl/.test(state.name.backend) ? ms : cpuMs;
  }
}
/** Rounds in which every lane runs for about `roundMs`; a lane whose single step takes longer than that runs in two rounds only. */
async function takeTurns(lanes, { rounds, roundMs, warmMs }) {
  for (const state of lanes) {
    await warm(state, warmMs);
    Object.assign(state, { steps: Math.max(1, Math.round(roundMs / state.paceMs)), cpu: [] });
  }
  for (let round = 0; round < rounds; round++)
    for (const state of lanes) {
      if (round >= 2 && state.paceMs > roundMs) continue;
      const { ms, cpuMs } = await state.lane.run(state.steps);
      state.stepMs.push(ms / state.steps);
      state.cpu.push(cpuMs / state.steps);
    }
  // The browser counts processor time in coarse ticks: the mean over all rounds, not a median.
  for (const state of lanes) Object.assign(state, { medianMs: median(state.stepMs), cpuMs: state.cpu.reduce((sum, ms) => sum + ms, 0) / state.cpu.length });
}
/** JavaScript heap of each lane's worker, where the browser tells. */
async function noteMemory(page, lanes) {
  const breakdown = await page
    .evaluate(async () => (await performance.measureUserAgentSpecificMemory()).breakdown.map(({ bytes, attribution }) => ({ bytes, urls: attribution.map(({ url }) => url) })))
    .catch(() => undefined);
  if (!breakdown) return;
  for (const state of lanes) {
    const file = { ours: /\/ours-/, tfjs: /\/tfjs-/, jax: /\/jax-/ }[state.name.library];
    const mine = file && breakdown.filter(({ urls }) => urls.some((url) => file.test(url)));
    // Two lanes of one library cannot be told apart by their address.
    if (mine?.length && lanes.filter(({ name }) => name.library === state.name.library).length === 1) state.heapBytes = mine.reduce((sum, { bytes }) => sum + bytes, 0);
  }
}
/** Times `ours` is faster than `peer`: the median over rounds, each of which holds both at nearly the same moment. */
export const speedUp = (ours, peer) => median(peer.stepMs.slice(0, ours.stepMs.length).map((ms, i) => ms / ours.stepMs[i]));
export { median };
