// What is measured of a page while it works: its frames, its long tasks, and the memory of its heap, its workers and its process.
import { readFileSync, writeFileSync } from 'node:fs';
import { traceTasks } from '../bench/page.mjs';

/** In the page, before its own scripts: every frame's length, and every task over 50 ms by the clock. */
function watchFrames() {
  const noted = { frames: [], tasks: [] };
  let before = performance.now();
  const frame = (now) => {
    noted.frames.push(now - before);
    before = now;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  new PerformanceObserver((list) => noted.tasks.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: 'longtask', buffered: true });
  Object.defineProperty(window, 'noted', { value: () => ({ frames: noted.frames.splice(0), tasks: noted.tasks.splice(0) }) });
}
/** In a worker: every WebAssembly memory that it makes. */
function watchMemories() {
  if (self.memories) return;
  self.memories = [];
  const { Memory } = WebAssembly;
  WebAssembly.Memory = new Proxy(Memory, { construct: (target, args) => (self.memories.push(new target(...args)), self.memories.at(-1)) });
}
const wasmBytesOf = (worker) => worker.evaluate(() => (self.memories ?? []).reduce((sum, { buffer }) => sum + buffer.byteLength, 0)).catch(() => 0); // it may have ended

/** @returns the least, middling and greatest of frames: median, 95th percentile, worst; and how many */
export function frameFigures(frames) {
  const sorted = frames.toSorted((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  return { count: sorted.length, medianMs: at(0.5), p95Ms: at(0.95), worstMs: sorted.at(-1) ?? 0 };
}
/** Change of `y` for each step of `x`, by least squares. */
export function slope(points) {
  const mean = (of) => points.reduce((sum, p) => sum + of(p), 0) / points.length;
  const [mx, my] = [mean((p) => p.x), mean((p) => p.y)];
  const spread = points.reduce((sum, { x }) => sum + (x - mx) ** 2, 0);
  return spread === 0 ? 0 : points.reduce((sum, { x, y }) => sum + (x - mx) * (y - my), 0) / spread;
}

/** A fresh context with a page under these instruments, at `hash`. */
export async function openInstrumented(browser, url, hash = '') {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, serviceWorkers: 'block' });
  context.setDefaultTimeout(400_000);
  await context.addInitScript(watchFrames);
  const page = await context.newPage();
  const errors = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('worker', (worker) => void worker.evaluate(watchMemories).catch(() => undefined));
  await page.goto(`${url}${hash}`);
  await page.waitForFunction(() => 'stipple' in window);
  await page.mouse.move(300, 300); // somebody is there: the charts are fetched and warmed up
  await page.waitForTimeout(3000); // loading is not what is measured
  const [cdp, browserCdp] = [await context.newCDPSession(page), await browser.newBrowserCDPSession()];
  const pid = await rendererOf(page, browserCdp);
  await page.evaluate(() => window.noted());
  return new Instruments({ context, page, cdp, browserCdp, pid, errors, parts: [] });
}
/** The process that works when the page is told to: a browser has others waiting. */
async function rendererOf(page, browserCdp) {
  const renderers = async () => (await browserCdp.send('SystemInfo.getProcessInfo')).processInfo.filter(({ type }) => type === 'renderer');
  const before = new Map((await renderers()).map(({ id, cpuTime }) => [id, cpuTime]));
  await page.evaluate(() => {
    const until = performance.now() + 300;
    while (performance.now() < until);
  });
  const worked = ({ id, cpuTime }) => cpuTime - (before.get(id) ?? 0);
  return (await renderers()).toSorted((a, b) => worked(b) - worked(a))[0].id;
}

class Instruments {
  constructor(parts) {
    Object.assign(this, parts);
  }
  /** Frames and long tasks since this was asked last. */
  noted() {
    return this.page.evaluate(() => window.noted());
  }
  /**
   * Bytes, after the page's garbage is collected: `heap`, JavaScript's objects of the page and the buffers that they hold; `wasm`, WebAssembly memory of all workers; `process`, what the page's
   * process (page and workers) has in memory, and `peak`, the most of it since `resetPeak`.
   */
  async memory() {
    await this.cdp.send('HeapProfiler.collectGarbage');
    const { usedSize, backingStorageSize = 0 } = await this.cdp.send('Runtime.getHeapUsage');
    const wasm = (await Promise.all(this.page.workers().map(wasmBytesOf))).reduce((sum, bytes) => sum + bytes, 0);
    return { heap: usedSize + backingStorageSize, wasm, process: statusOf(this.pid, 'VmRSS'), peak: statusOf(this.pid, 'VmHWM') };
  }
  resetPeak() {
    writeFileSync(`/proc/${this.pid}/clear_refs`, '5');
  }
  /** Memory of all processes of the browser. */
  async browserBytes() {
    const { processInfo } = await this.browserCdp.send('SystemInfo.getProcessInfo');
    return processInfo.reduce((sum, { id }) => sum + statusOf(id, 'VmRSS'), 0);
  }
  /** Does `work` and notes as a part of the scenario how long it took, its frames and tasks, and the memory after it. What is measured takes time itself, which lies between parts. */
  async part(name, work, more = {}) {
    const [tasksOf, before] = [await traceTasks(this.page), await this.browserBytes()];
    this.resetPeak();
    await this.noted();
    const began = performance.now();
    await work();
    const tookMs = performance.now() - began;
    const { frames, tasks } = await this.noted();
    const processorMs = Math.max(0, ...(await tasksOf()));
    const [memory, browserBytes] = [await this.memory(), await this.browserBytes()];
    this.parts.push({ part: name, ...more, tookMs, frames: frameFigures(frames), longTasks: tasks.length, longestMs: Math.max(0, ...tasks), processorMs, memory, browserGrew: browserBytes - before });
  }
  /** Waits until that share of the run is done, or it has ended. */
  async reached(share) {
    await this.page.waitForFunction((s) => {
      const { run } = window.stipple.state();
      return run && (run.share >= s || ['finished', 'failed', 'stopped'].includes(run.status));
    }, share - 1e-9, { polling: 50 });
  }
  /** Waits for the end of the run. @throws Error where it did not finish */
  async ended() {
    await this.reached(2);
    const { run } = await this.page.evaluate(() => window.stipple.state());
    if (run.status !== 'finished') throw new Error(`The run was expected to finish, but it ${run.status}: ${run.problem}`);
  }
  /** @returns the parts. @throws Error if the page had errors */
  async close() {
    await this.browserCdp.detach();
    await this.context.close();
    if (this.errors.length > 0) throw new Error(`Errors in the page: ${this.errors.join('; ')}`);
    return { parts: this.parts };
  }
}
const statusOf = (pid, field) => {
  try {
    return 1024 * Number(new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0; // it has ended
  }
};
