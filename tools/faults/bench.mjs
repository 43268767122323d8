// One injection's own browser context on the built page: opens it, starts runs, waits for moments in them, looks into storage, and checks at the end that nothing was lost.
import { blankPath } from './server.mjs';

/** A run of two arms and two seeds on WASM; of one each on WebGPU, whose steps are slow in software. */
export const experiments = {
  wasm: (seed, steps) => `winner?v=1&backend=wasm&arms=siren%2Csiren2&seed=${seed}&seeds=2&k.samples=512&k.layers=2&k.hidden=16&k.steps=${steps}`,
  webgpu: (seed, steps) => `winner?v=1&backend=webgpu&arms=siren&seed=${seed}&k.samples=512&k.layers=2&k.hidden=16&k.steps=${steps}`,
};
/** What shows that the page can be used. */
export const tiny = (seed) => `winner?v=1&backend=wasm&arms=siren&seed=${seed}&k.samples=512&k.layers=2&k.hidden=16&k.steps=20`;
export const patientMs = 120_000;
const ended = ['finished', 'failed', 'stopped'];

/** In the page, before its own scripts: its workers within reach, a clock that can jump, and one that can be fast. */
function rig(hasten) {
  const Plain = window.Worker;
  const rigged = { workers: [], shiftMs: 0 };
  window.Worker = class extends Plain {
    constructor(url, options) {
      super(url, options);
      if (String(url).includes('entry')) rigged.workers.push(this);
    }
  };
  const began = performance.now();
  const [now, date, timeout, interval] = [performance.now.bind(performance), Date.now, window.setTimeout.bind(window), window.setInterval.bind(window)];
  performance.now = () => began + (now() - began) * hasten + rigged.shiftMs;
  Date.now = () => date() + rigged.shiftMs;
  if (hasten !== 1) {
    window.setTimeout = (work, ms, ...rest) => timeout(work, ms / hasten, ...rest);
    window.setInterval = (work, ms, ...rest) => interval(work, ms / hasten, ...rest);
  }
  rigged.when = (share, act) =>
    new Promise((resolve) => {
      const look = () => {
        const run = window.stipple?.state().run;
        if (run && (run.share >= share || ['finished', 'failed', 'stopped'].includes(run.status))) {
          act?.();
          return void resolve({ run, workers: rigged.workers.length });
        }
        timeout(look, 2);
      };
      look();
    });
  Object.defineProperty(window, 'rigged', { value: rigged });
}

const bitsOf = (link) => /proof=\w+:([0-9a-f]+)/.exec(decodeURIComponent(link))?.[1];

export class Bench {
  constructor(browser, server, { hasten = 1, witness } = {}) {
    Object.assign(this, { browser, server, hasten, witness, errors: [], workerHooks: [] });
  }
  async open() {
    this.context = await this.browser.newContext({ viewport: { width: 1100, height: 800 }, serviceWorkers: 'block' });
    this.context.setDefaultTimeout(patientMs);
    await this.context.addInitScript(rig, this.hasten);
    return this;
  }
  /** Puts the finished run of before into storage. */
  async furnish() {
    if (this.witness) await this.inStorage((pieces) => window.put(pieces), this.witness);
  }
  /** So many bytes beside what is kept already; undefined lifts the limit. The browser remembers for a while how much room there was: so before anything is stored. */
  async limitStorage(bytes) {
    this.limiting ??= await this.context.newCDPSession(await this.context.newPage());
    const there = (this.witness ?? []).reduce((sum, [, piece]) => sum + piece.length, 0);
    await this.limiting.send('Storage.overrideQuotaForOrigin', { origin: new URL(this.server.url).origin, ...(bytes !== undefined && { quotaSize: there + bytes }) });
    if (bytes !== undefined) await this.furnish();
  }
  close() {
    return this.context?.close();
  }
  /** A new tab at an experiment. `hook` is evaluated in each worker that trains, as it starts. */
  async tab(hash = '') {
    const page = await this.context.newPage();
    page.on('pageerror', (error) => this.errors.push(error.message));
    page.on('worker', (worker) => {
      if (!worker.url().includes('entry')) return;
      for (const [hook, argument] of this.workerHooks) worker.evaluate(hook, argument).catch(() => undefined); // it may be gone
    });
    await page.goto(`${this.server.url}#${hash}`);
    await page.waitForFunction(() => 'stipple' in window);
    this.page = page;
    return page;
  }
  hookWorkers(hook, argument) {
    this.workerHooks.push([hook, argument]);
  }
  /** The worker that trains now. */
  worker(page = this.page) {
    return page.workers().filter((worker) => worker.url().includes('entry')).at(-1);
  }
  /** Presses Run; resolves when the run has begun. */
  async run(page = this.page) {
    await page.getByRole('button', { name: /^Run( again)?$/ }).first().click();
  }
  /** Waits until the run is so far, or has ended, and does something in the page in that very moment. */
  async when(share, act, page = this.page) {
    return page.evaluate(`window.rigged.when(${share}, ${act ?? 'undefined'})`);
  }
  state(page = this.page) {
    return page.evaluate(() => window.stipple.state());
  }
  /** Waits until the run is further than `share`, in a worker other than the first `workers`, or has ended; milliseconds since `sinceMs` of Date.now, here. */
  async recovered({ share, sinceMs, workers = 0, timeout = patientMs * 2 }, page = this.page) {
    await page.waitForFunction(([s, n]) => {
      const run = window.stipple?.state().run;
      return run && (['finished', 'failed', 'stopped'].includes(run.status) || (run.share > s && run.status === 'running' && window.rigged.workers.length > n));
    }, [share, workers], { polling: 20, timeout });
    return Date.now() - sinceMs;
  }
  /** The run's end: how, why, and by which bits. */
  async end(page = this.page) {
    await page.waitForFunction((states) => states.includes(window.stipple?.state().run?.status), ended, { polling: 50, timeout: patientMs * 2 });
    const { run } = await this.state(page);
    const link = await page.evaluate(() => window.stipple.link());
    return { status: run.status, problem: run.problem, bits: run.status === 'finished' ? bitsOf(link) : undefined };
  }
  notices(page = this.page) {
    return page.locator('.notices .notice p').allTextContents();
  }
  /** Runs that the page says are kept. */
  async kept(expected, page = this.page) {
    const place = page.getByRole('navigation', { name: 'Places' }).getByRole('button', { name: /^Runs/ });
    await page.waitForFunction((n) => new RegExp(`^Runs${n > 0 ? ` ${n}` : ''}$`).test([...document.querySelectorAll('.places button')].find((b) => b.textContent?.startsWith('Runs'))?.textContent?.trim() ?? ''), expected, { timeout: 30_000 }).catch(async () => {
      throw new Error(`${expected} kept runs were expected, but the page shows "${await place.textContent()}"`);
    });
  }
  /** The page answers: no error was left, and another run comes out, with its bits. */
  async usable(bits, page = this.page) {
    if (this.errors.length > 0) throw new Error(`errors in the page: ${this.errors.join('; ')}`);
    await page.evaluate((hash) => window.stipple.open(`#${hash}`), tiny(7));
    await page.getByRole('button', { name: /^Run( again)?$/ }).first().click();
    await page.waitForFunction(() => window.stipple.state().run?.status === 'finished' && window.stipple.state().knobs.steps === 20, undefined, { polling: 20, timeout: patientMs });
    const came = bitsOf(await page.evaluate(() => window.stipple.link()));
    if (bits && came !== bits) throw new Error(`another run afterwards gave ${came}, not ${bits}`);
  }
  /** Evaluates in a page of the same origin that does nothing else: there `names(prefix)`, `read(name)`, `put(pieces)` and `remove(names)` reach the storage. */
  async inStorage(work, argument) {
    const page = await this.context.newPage();
    try {
      await page.goto(new URL(blankPath, this.server.url).href);
      await page.evaluate(() => {
        const opened = () => new Promise((resolve, reject) => {
          const request = indexedDB.open('stipple');
          request.onupgradeneeded = () => request.result.createObjectStore('blobs');
          request.onsuccess = () => resolve(request.result);
          request.onerror = () => reject(request.error);
        });
        const within = async (mode, act) => {
          const db = await opened();
          const transaction = db.transaction('blobs', mode);
          const asked = act(transaction.objectStore('blobs'));
          return new Promise((resolve, reject) => {
            transaction.oncomplete = () => (db.close(), resolve(asked?.result));
            transaction.onerror = transaction.onabort = () => (db.close(), reject(transaction.error));
          });
        };
        window.names = async (prefix) => (await within('readonly', (s) => s.getAllKeys())).map(String).filter((n) => n.startsWith(prefix) && !n.endsWith('#size'));
        window.read = (name) => within('readonly', (s) => s.get(name));
        window.put = (pieces) => within('readwrite', (s) => pieces.forEach(([name, bytes]) => {
          const data = Uint8Array.from(bytes);
          s.put(data, name);
          s.put(data.length, `${name}#size`);
        }));
        window.remove = (names) => within('readwrite', (s) => names.forEach((name) => s.delete(name)));
      });
      return await page.evaluate(work, argument);
    } finally {
      await page.close();
    }
  }
  async cdp(page = this.page) {
    return this.context.newCDPSession(page);
  }
}
/** Whatever is kept of finished runs, as pieces for another context: [name, bytes]. */
export const keptPieces = (bench) => bench.inStorage(async () => Promise.all((await window.names('kept/')).map(async (name) => [name, [...(await window.read(name))]])));
