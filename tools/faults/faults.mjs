// The faults: each happens to a real run in the real page, at a random moment, and says what came of it. What it throws is a fault that was not survived.
//
// `inject(bench, rng, at)` has a fresh browser context. `at`: { hash, bits } of the run (undisturbed, its bits are these), `provider`, and `tinyBits` of the run that is tried afterwards.
// It gives { how (which kind, which moment), recoveryMs, bits (true, false; absent where none are promised), ended: 'finished' or the reason }.

/** The run ends well, with its bits, it and what was kept before are kept, and the page can be used. */
async function whole(bench, at, { keptRuns = 2, page } = {}) {
  const { status, problem, bits } = await bench.end(page);
  if (status !== 'finished') throw new Error(`the run ${status}: ${problem}`);
  await bench.kept(keptRuns, page);
  if (bench.errors.length > 0) throw new Error(`errors in the page: ${bench.errors.join('; ')}`);
  return { ended: 'finished', ...(at.provider === 'wasm' && { bits: bits === at.bits }) };
}
/** The run ended early with a reason that says what to do; what was kept is there, the page can be used. */
async function stopped(bench, at, page) {
  const { status, problem } = await bench.end(page);
  if (status !== 'failed' || !/\. \w/.test(problem ?? '')) throw new Error(`a run that failed with its reason was expected; it ${status}: ${problem}`);
  await bench.kept(1, page);
  await bench.usable(at.tinyBits, page);
  return { ended: problem };
}
/** Either of the two. On a device that was lost before the run got anywhere, say, it ends with its reason; then it lies in storage, and goes on when that is asked for. */
async function wholeOrOffered(bench, at) {
  const { status, problem } = await bench.end();
  if (status === 'finished') return whole(bench, at);
  if (!/\. \w/.test(problem ?? '')) throw new Error(`it ${status}, and the reason says nothing: ${problem}`);
  await bench.page.getByRole('button', { name: 'Go on' }).click();
  return { ...(await whole(bench, at)), ended: `finished, after: ${problem}` };
}
const begin = async (bench, at) => {
  await bench.tab(at.hash);
  await bench.run();
};
/** How far the run was, and when, as the fault came. */
const hit = ({ run }) => ({ share: run.share, sinceMs: Date.now() });
/** The same, where the worker that was at it has to be replaced. */
const hitWorker = ({ run, workers }) => ({ share: run.share, sinceMs: Date.now(), workers });
/** In a task of the worker's own: one of the debugger's would keep the browser from ending it. */
const hangForLife = () => void setTimeout(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));
/** Never far enough: the rest of the run must still be there to be hit. */
const moment = (rng, least = 0.02) => rng.between(least, 0.93);

export const faults = [
  {
    id: 'worker-ended',
    title: 'The worker is ended, with an error or without a word',
    providers: ['wasm', 'webgpu'],
    inject: async (bench, rng, at) => {
      const [share, silent] = [moment(rng, 0), rng.chance(0.6)];
      await begin(bench, at);
      const moved = await bench.when(share, silent ? '() => rigged.workers.at(-1).terminate()' : `() => {
        const worker = rigged.workers.at(-1);
        worker.terminate();
        worker.dispatchEvent(new ErrorEvent('error', { message: 'ended by the fault' }));
      }`);
      const then = hitWorker(moved);
      const recoveryMs = await bench.recovered(then);
      return { how: `${silent ? 'silently' : 'with an error'} at ${share.toFixed(3)}`, recoveryMs, ...(await whole(bench, at)) };
    },
  },
  {
    id: 'device-lost',
    title: 'The GPU device is lost',
    providers: ['webgpu'],
    inject: async (bench, rng, at) => {
      const share = moment(rng, 0);
      bench.hookWorkers(() => {
        const request = GPUAdapter.prototype.requestDevice;
        GPUAdapter.prototype.requestDevice = async function (...asked) {
          return (self.device = await request.apply(this, asked));
        };
      });
      await begin(bench, at);
      const moved = await bench.when(share);
      const then = hitWorker(moved);
      await bench.worker().evaluate(() => self.device?.destroy());
      const recoveryMs = await bench.recovered(then);
      return { how: `destroyed at ${share.toFixed(3)}`, recoveryMs, ...(await wholeOrOffered(bench, at)) };
    },
  },
  {
    id: 'device-silent',
    title: 'The GPU device goes silent: what was asked for never comes, or comes as if nothing had been',
    providers: ['webgpu'],
    inject: async (bench, rng, at) => {
      const [share, kind] = [moment(rng, 0.05), rng.pick(['no mapping', 'no end of work', 'neither', 'lost without a word'])];
      bench.hookWorkers((k) => {
        const request = GPUAdapter.prototype.requestDevice;
        GPUAdapter.prototype.requestDevice = async function (...asked) {
          self.device = await request.apply(this, asked);
          if (k === 'lost without a word' && !self.calm) Object.defineProperty(self.device, 'lost', { value: new Promise(() => undefined) });
          return self.device;
        };
      }, kind);
      if (bench.hasten > 1) bench.hookWorkers((k) => {
        const timeout = self.setTimeout;
        self.setTimeout = (work, ms, ...rest) => timeout(work, ms / k, ...rest);
      }, bench.hasten);
      await begin(bench, at);
      const moved = await bench.when(share);
      const then = hitWorker(moved);
      await bench.worker().evaluate((k) => {
        const never = () => new Promise(() => undefined);
        if (k === 'no mapping' || k === 'neither') GPUBuffer.prototype.mapAsync = never;
        if (k === 'no end of work' || k === 'neither') GPUQueue.prototype.onSubmittedWorkDone = never;
        if (k === 'lost without a word') self.device.destroy();
      }, kind);
      const recoveryMs = await bench.recovered(then);
      return { how: `${kind}, at ${share.toFixed(3)}`, recoveryMs, ...(await wholeOrOffered(bench, at)) };
    },
  },
  {
    id: 'out-of-memory',
    title: 'Memory runs out: in WebAssembly, in an array, in a GPU buffer',
    providers: ['wasm', 'webgpu'],
    inject: async (bench, rng, at) => (at.provider === 'webgpu' ? gpuMemory(bench, rng, at) : rng.chance(0.5) ? wasmMemory(bench, rng, at) : arrayMemory(bench, rng, at)),
  },
  {
    id: 'hang',
    title: 'A step hangs, once or every time',
    providers: ['wasm'],
    inject: async (bench, rng, at) => {
      const [share, always] = [rng.between(0.1, 0.9), rng.chance(0.15)];
      if (always) {
        bench.hookWorkers((s) => {
          const post = self.postMessage;
          self.postMessage = (message, ...rest) => {
            post.call(self, message, ...rest);
            if (message.type === 'progress' && message.share >= s) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
          };
        }, share);
        await begin(bench, at);
        const moved = await bench.when(share);
        const { sinceMs } = hit(moved);
        const recoveryMs = await bench.recovered({ share: 1, sinceMs, timeout: 540_000 }); // each worker gets longer than the one before, and each begins a little further
        bench.workerHooks = [];
        await bench.page.evaluate(() => window.rigged.workers.at(-1).terminate()); // the next one is sound
        return { how: `every time at ${share.toFixed(3)}`, recoveryMs, ...(await stopped(bench, at)) };
      }
      await begin(bench, at);
      const moved = await bench.when(share);
      const then = hitWorker(moved);
      await bench.worker().evaluate(hangForLife);
      const recoveryMs = await bench.recovered(then);
      return { how: `once at ${share.toFixed(3)}`, recoveryMs, ...(await whole(bench, at)) };
    },
  },
  {
    id: 'storage-full',
    title: 'Storage is full, while a run is saved and when it is kept',
    providers: ['wasm'],
    limitsStorage: true,
    inject: async (bench, rng, at) => {
      const kilobytes = Math.max(20, Math.round(rng.between(0, 300))); // with less, what was kept before does not go in either: storage takes some room for itself
      await bench.limitStorage(1000 * kilobytes);
      await begin(bench, at);
      const { status, bits } = await bench.end();
      const recoveryMs = 0; // it is not held up
      if (status !== 'finished') throw new Error(`the run ${status}`);
      await bench.page.waitForFunction(() => /no more room/.test(document.querySelector('.notices')?.textContent ?? '') || [...document.querySelectorAll('.places button')].some((button) => button.textContent?.startsWith('Runs 2')), undefined, { timeout: 30_000 });
      const said = (await bench.notices()).some((text) => /no more room/.test(text));
      await bench.limitStorage(undefined);
      if (said) {
        // Room is made by removing the run of before: then the new one is kept.
        await bench.page.evaluate(() => [...document.querySelectorAll('.places button')].find((b) => b.textContent?.startsWith('Runs')).click());
        await bench.page.getByRole('button', { name: /^Remove / }).last().click();
        await bench.kept(1);
        await bench.page.evaluate(() => [...document.querySelectorAll('.places button')][0].click());
      } else await bench.kept(2);
      if (bench.errors.length > 0) throw new Error(bench.errors.join('; '));
      const { run } = await bench.state();
      if (run.share < 1) throw new Error(`its progress stood still at ${run.share}`);
      return { how: `${kilobytes} kB${said ? ', and it says so' : ', which was enough'}`, recoveryMs, ended: 'finished', bits: bits === at.bits };
    },
  },
  {
    id: 'storage-cleared',
    title: 'Storage is cleared while a run goes on; in half of the cases the worker is ended afterwards',
    providers: ['wasm'],
    inject: async (bench, rng, at) => {
      const [share, deadToo] = [moment(rng, 0), rng.chance(0.5)];
      await begin(bench, at);
      const moved = await bench.when(share);
      let then = hit(moved);
      await (await bench.cdp()).send('Storage.clearDataForOrigin', { origin: new URL(bench.server.url).origin, storageTypes: 'indexeddb,local_storage,cache_storage' });
      if (deadToo) then = hitWorker(await bench.when(rng.between(share, 0.97), '() => rigged.workers.at(-1).terminate()'));
      const recoveryMs = await bench.recovered(then);
      return { how: `at ${share.toFixed(3)}${deadToo ? ', then the worker' : ''}`, recoveryMs, ...(await whole(bench, at, { keptRuns: 1 })) };
    },
  },
  {
    id: 'journal-damaged',
    title: 'What was saved of a run is damaged: cut off, bits turned, emptied or gone',
    providers: ['wasm'],
    inject: async (bench, rng, at) => {
      const share = moment(rng, 0.15);
      await begin(bench, at);
      await bench.when(share);
      await bench.page.close();
      const names = await bench.inStorage(() => window.names('run/'));
      if (names.length === 0) throw new Error('nothing of the run was saved');
      const kind = rng.pick(['one', 'one', 'one', 'states', 'steps', 'trials']);
      const family = { states: /state-/, steps: /steps\//, trials: /done$/ }[kind];
      const targets = family && names.some((name) => family.test(name)) ? names.filter((name) => family.test(name)) : [rng.pick(names)];
      const damage = targets.map((name) => ({ name, how: rng.pick(['cut', 'bit', 'bit', 'empty', 'gone']), where: rng.share(), bit: rng.int(8) }));
      await bench.inStorage(async (all) => {
        for (const { name, how, where, bit } of all) {
          const bytes = (await window.read(name)).slice();
          const place = Math.floor(where * bytes.length);
          if (how === 'gone') await window.remove([name]);
          else if (how === 'bit') {
            bytes[place] ^= 1 << bit;
            await window.put([[name, bytes]]);
          } else await window.put([[name, how === 'empty' ? [] : bytes.slice(0, place)]]);
        }
      }, damage);
      const sinceMs = Date.now();
      await bench.tab();
      await bench.page.getByRole('region', { name: 'Runs that were cut off' }).getByRole('button', { name: 'Go on' }).click();
      const recoveryMs = await bench.recovered({ share: 0.001, sinceMs });
      return { how: `${damage.map(({ name, how }) => `${name.split('/').slice(2).join('/')} ${how}`).join(', ')}, at ${share.toFixed(3)}`, recoveryMs, ...(await whole(bench, at)) };
    },
  },
  {
    id: 'tab-hidden',
    title: 'The tab is hidden and frozen for minutes',
    providers: ['wasm'],
    inject: async (bench, rng, at) => {
      const [share, frozenMs, minutes] = [moment(rng, 0), rng.between(300, 1500), rng.between(1, 30)];
      await begin(bench, at);
      const moved = await bench.when(share);
      const cdp = await bench.cdp();
      await cdp.send('Page.setWebLifecycleState', { state: 'frozen' });
      await new Promise((resolve) => setTimeout(resolve, frozenMs));
      await cdp.send('Page.setWebLifecycleState', { state: 'active' });
      const then = hit(moved);
      await bench.page.evaluate((ms) => void (window.rigged.shiftMs += ms), minutes * 60_000);
      const recoveryMs = await bench.recovered(then);
      return { how: `at ${share.toFixed(3)}, ${minutes.toFixed(0)} minutes by its clock`, recoveryMs, ...(await whole(bench, at)) };
    },
  },
  {
    id: 'reload',
    title: 'The page is loaded again',
    providers: ['wasm', 'webgpu'],
    inject: async (bench, rng, at) => {
      const share = moment(rng, 0);
      await begin(bench, at);
      const moved = await bench.when(share);
      const then = hit(moved);
      await bench.page.reload();
      const recoveryMs = await bench.recovered(then);
      return { how: `at ${share.toFixed(3)}`, recoveryMs, ...(await whole(bench, at)) };
    },
  },
  {
    id: 'tab-closed',
    title: 'The tab is closed, or its process dies, and the page is opened anew',
    providers: ['wasm', 'webgpu'],
    inject: async (bench, rng, at) => {
      const [share, crash] = [moment(rng), rng.chance(0.5)];
      await begin(bench, at);
      const moved = await bench.when(share);
      if (crash) await Promise.race([bench.page.goto('chrome://crash').catch(() => undefined), new Promise((resolve) => setTimeout(resolve, 1000))]);
      await bench.page.close();
      const then = hit(moved);
      await bench.tab();
      await bench.page.getByRole('region', { name: 'Runs that were cut off' }).getByRole('button', { name: 'Go on' }).click();
      const recoveryMs = await bench.recovered(then);
      return { how: `${crash ? 'died' : 'closed'} at ${share.toFixed(3)}`, recoveryMs, ...(await whole(bench, at)) };
    },
  },
  {
    id: 'two-tabs',
    title: 'Two tabs on one workbench: both run, both keep, both change the same kept run; or both take up the same run',
    providers: ['wasm'],
    inject: async (bench, rng, at) => (rng.chance(0.5) ? twoKeep(bench, rng, at) : twoTakeUp(bench, rng, at)),
  },
  {
    id: 'clock-jumps',
    title: 'Clocks jump by hours, back and forth, in the page and in the worker',
    providers: ['wasm'],
    inject: async (bench, rng, at) => {
      const share = moment(rng, 0);
      const jumps = Array.from({ length: 1 + rng.int(2) }, () => Math.round(rng.between(-5, 5) * 3_600_000));
      await begin(bench, at);
      const moved = await bench.when(share);
      const then = hit(moved);
      for (const jump of jumps) {
        await bench.page.evaluate((ms) => void (window.rigged.shiftMs += ms), jump);
        await bench.worker().evaluate((ms) => {
          const [now, date] = [performance.now.bind(performance), Date.now];
          performance.now = () => now() + ms;
          Date.now = () => date() + ms;
        }, jump);
      }
      const recoveryMs = await bench.recovered(then);
      const end = await whole(bench, at);
      const { run: last } = await bench.state();
      if (last.share < 1) throw new Error(`its progress stood still at ${last.share}`);
      return { how: `at ${share.toFixed(3)}, by ${jumps.map((ms) => (ms / 3_600_000).toFixed(1)).join(' and ')} h`, recoveryMs, ...end };
    },
  },
  {
    id: 'offline',
    title: 'No network: while the page loads, in the middle of the runtime, a checkpoint, a screen or a file',
    providers: ['wasm'],
    inject: async (bench, rng, at) => rng.pick([offlineEarly, offlineRuntime, offlineCheckpoint, offlineScreen, offlineFile])(bench, rng, at),
  },
];

async function gpuMemory(bench, rng, at) {
  const early = rng.chance(0.4);
  const share = moment(rng, 0);
  bench.hookWorkers((soon) => {
    const request = GPUAdapter.prototype.requestDevice;
    GPUAdapter.prototype.requestDevice = async function (...asked) {
      return (self.device = await request.apply(this, asked));
    };
    const [push, pop] = [GPUDevice.prototype.pushErrorScope, GPUDevice.prototype.popErrorScope];
    const scopes = [];
    let refused = !soon;
    GPUDevice.prototype.pushErrorScope = function (filter) {
      scopes.push(filter);
      return push.call(this, filter);
    };
    GPUDevice.prototype.popErrorScope = async function () {
      const filter = scopes.pop();
      const error = await pop.call(this);
      if (refused || error || filter !== 'out-of-memory') return error;
      refused = true;
      return new GPUOutOfMemoryError('no memory, by the fault');
    };
  }, early);
  await begin(bench, at);
  if (early) {
    const sinceMs = Date.now();
    const recoveryMs = await bench.recovered({ share: 1, sinceMs });
    bench.workerHooks = [];
    return { how: 'as buffers are made', recoveryMs, ...(await stopped(bench, at)) };
  }
  const moved = await bench.when(share);
  const then = hitWorker(moved);
  await bench.worker().evaluate(() => self.device?.dispatchEvent(new GPUUncapturedErrorEvent('uncapturederror', { error: new GPUOutOfMemoryError('no memory, by the fault') })));
  const recoveryMs = await bench.recovered(then);
  return { how: `at ${share.toFixed(3)}`, recoveryMs, ...(await wholeOrOffered(bench, at)) };
}
/** A model that needs more than WebAssembly's memory is let grow to. */
async function wasmMemory(bench, rng, at) {
  const megabytes = Math.round(rng.between(18, 40));
  bench.hookWorkers((most) => {
    const grow = WebAssembly.Memory.prototype.grow;
    WebAssembly.Memory.prototype.grow = function (pages) {
      if (this.buffer.byteLength + pages * 65536 > most * 2 ** 20) throw new RangeError('WebAssembly.Memory.grow(): Maximum memory size exceeded');
      return grow.call(this, pages);
    };
  }, megabytes);
  await bench.tab('winner?v=1&backend=wasm&arms=siren%2Csiren2&k.samples=4096&k.layers=4&k.hidden=256&k.steps=20');
  await bench.run();
  const sinceMs = Date.now();
  const recoveryMs = await bench.recovered({ share: 1, sinceMs });
  bench.workerHooks = [];
  return { how: `WebAssembly at ${megabytes} MiB`, recoveryMs, ...(await stopped(bench, at)) };
}
/** An array that the browser refuses, once, in the middle of a run. */
async function arrayMemory(bench, rng, at) {
  const share = moment(rng, 0.05);
  await begin(bench, at);
  const moved = await bench.when(share);
  const then = hitWorker(moved);
  await bench.worker().evaluate(() => {
    Float32Array.prototype.slice = () => {
      throw new RangeError('Array buffer allocation failed');
    };
  });
  const recoveryMs = await bench.recovered(then);
  return { how: `an array at ${share.toFixed(3)}`, recoveryMs, ...(await whole(bench, at)) };
}

const toRuns = (page) => page.getByRole('navigation', { name: 'Places' }).getByRole('button', { name: /^Runs/ }).click();
async function twoKeep(bench, rng, at) {
  const share = moment(rng, 0);
  const one = await bench.tab(at.hash);
  await bench.run(one);
  await bench.when(share, undefined, one);
  const sinceMs = Date.now();
  const other = await bench.tab(at.hash);
  if ((await other.getByRole('region', { name: 'Runs that were cut off' }).count()) > 0) throw new Error('a run that goes on elsewhere was offered');
  await bench.run(other);
  // Each changes the run that was kept before: one its name, the other its note, at the same time.
  await Promise.all([toRuns(one), toRuns(other)]);
  const write = async (page, label, text) => {
    const field = page.getByLabel(label).last();
    await field.fill(text);
    await field.press('Enter');
  };
  await Promise.all([write(one, /^Name of/, 'named here'), write(other, /^Note on/, 'noted there')]);
  const ends = await Promise.all([bench.end(one), bench.end(other)]);
  if (ends.some(({ status }) => status !== 'finished')) throw new Error(`the runs ${ends.map(({ status }) => status).join(' and ')}`);
  const recoveryMs = Date.now() - sinceMs;
  for (const page of [one, other]) {
    await bench.kept(3, page);
    await page.waitForFunction(() => [...document.querySelectorAll('input, textarea')].some((f) => f.value === 'named here') && [...document.querySelectorAll('input, textarea')].some((f) => f.value === 'noted there'), undefined, { timeout: 10_000 }).catch(() => {
      throw new Error('the name or the note that the other tab wrote is lost');
    });
  }
  if (bench.errors.length > 0) throw new Error(bench.errors.join('; '));
  return { how: `both run, the other from ${share.toFixed(3)}`, recoveryMs, ended: 'finished', bits: ends.every(({ bits }) => bits === at.bits) };
}
async function twoTakeUp(bench, rng, at) {
  const share = moment(rng, 0.05);
  await begin(bench, at);
  const moved = await bench.when(share);
  await bench.page.close();
  const then = hit(moved);
  const tabs = [await bench.tab(), await bench.tab()];
  const offers = tabs.map((page) => page.getByRole('button', { name: 'Go on' }));
  await Promise.all(offers.map((offer) => offer.waitFor()));
  await Promise.all(offers.map((offer) => offer.click()));
  const ends = await Promise.all(tabs.map((page) => bench.end(page)));
  const recoveryMs = Date.now() - then.sinceMs;
  const [done, refused] = [ends.filter(({ status }) => status === 'finished'), ends.filter(({ status }) => status !== 'finished')];
  if (done.length === 0 || refused.some(({ problem }) => !/Another tab/.test(problem ?? ''))) throw new Error(`the tabs ended: ${ends.map(({ status, problem }) => `${status} ${problem ?? ''}`).join('; ')}`);
  for (const page of tabs) await bench.kept(2, page);
  if (bench.errors.length > 0) throw new Error(bench.errors.join('; '));
  return { how: `both take up a run cut off at ${share.toFixed(3)}; ${refused.length > 0 ? 'one was refused' : 'one after the other'}`, recoveryMs, ended: 'finished', bits: done.every(({ bits }) => bits === at.bits) };
}

/** Presses Run until it comes to its end, with the network back after the first failure. */
async function runAgainOnline(bench, at, how) {
  const first = await bench.end();
  bench.server.mend();
  const sinceMs = Date.now();
  if (first.status !== 'finished') {
    if (!/fetched|could not be started|onnxruntime-web/.test(first.problem ?? '') || !/Check the connection/.test(first.problem ?? '')) throw new Error(`the reason does not speak of the network: ${first.problem}`);
    await bench.run();
  }
  const recoveryMs = first.status === 'finished' ? 0 : await bench.recovered({ share: 0.001, sinceMs });
  return { how: `${how}${first.status === 'finished' ? ', and all that was needed was there' : ''}`, recoveryMs, ...(await whole(bench, at)) };
}
async function offlineEarly(bench, rng, at) {
  const ms = rng.between(0, 700);
  await bench.tab(at.hash);
  await new Promise((resolve) => setTimeout(resolve, ms));
  bench.server.offline = true;
  await bench.run();
  return runAgainOnline(bench, at, `from ${ms.toFixed(0)} ms on`);
}
async function offlineRuntime(bench, rng, at) {
  const share = rng.share();
  bench.server.cutOff(/\.wasm$/, share);
  await begin(bench, at);
  return runAgainOnline(bench, at, `the runtime breaks off at ${share.toFixed(2)}`);
}
async function offlineCheckpoint(bench, rng, at) {
  const share = rng.share();
  bench.server.cutOff(/\.onnx$/, share);
  await bench.tab(at.checkpoint.hash);
  await bench.run();
  return runAgainOnline(bench, { ...at, ...at.checkpoint }, `a checkpoint breaks off at ${share.toFixed(2)}`);
}
/** A run goes on while a screen cannot be fetched. */
async function offlineScreen(bench, rng, at) {
  const screen = rng.pick([{ button: /^Runs/, heading: 'Runs' }, { button: /^Data and models/, heading: 'Data and models' }]);
  const [cut, share] = [rng.chance(0.5), rng.between(0.02, 0.5)];
  await begin(bench, at);
  await bench.when(share);
  if (cut) bench.server.cutOff(/\.(js|css)$/, rng.share());
  else bench.server.offline = true;
  await bench.page.getByRole('navigation', { name: 'Places' }).getByRole('button', { name: screen.button }).click();
  const alert = bench.page.getByRole('alert').filter({ hasText: 'could not be fetched' });
  await alert.first().waitFor();
  bench.server.mend();
  const sinceMs = Date.now();
  await alert.first().getByRole('button', { name: 'Try again' }).click();
  await bench.page.getByRole('heading', { level: 1, name: screen.heading }).waitFor();
  const recoveryMs = Date.now() - sinceMs;
  await bench.page.getByRole('navigation', { name: 'Places' }).getByRole('button', { name: 'Methods' }).click();
  return { how: `the screen ${screen.heading}, ${cut ? 'in its middle' : 'from its beginning'}`, recoveryMs, ...(await whole(bench, at)) };
}
/** A file from another host breaks off: by itself it is taken up again; where that fails too often, a press takes it up. */
async function offlineFile(bench, rng, at) {
  const breaks = rng.pick([1, 2, 6]);
  const bytes = Uint8Array.from({ length: 40_000 }, (_, i) => 32 + ((i * 7) % 90)); // text
  const address = bench.server.file(`text-${breaks}.txt`, bytes, breaks);
  await bench.tab('');
  await bench.page.evaluate(() => (location.hash = '#library/files'));
  await bench.page.getByText('From a web address').click();
  const field = bench.page.getByLabel('Address of a file');
  await field.fill(address);
  const sinceMs = Date.now();
  const done = bench.page.getByText(/is here\./);
  // One that breaks off before its first byte cannot be told, by a page, from one that is not to be had.
  const failed = bench.page.getByText(/broke off after .* What has come is kept|could not reach it/);
  let presses = 0;
  do {
    await bench.page.getByRole('button', { name: 'Fetch', exact: true }).click();
    await bench.page.getByRole('button', { name: 'Cancel' }).waitFor({ state: 'detached' });
    await done.or(failed).first().waitFor();
  } while (++presses < 8 && (await done.count()) === 0);
  await done.first().waitFor();
  const recoveryMs = Date.now() - sinceMs;
  await bench.kept(1);
  await bench.page.getByRole('navigation', { name: 'Places' }).getByRole('button', { name: 'Methods' }).click();
  await bench.usable(at.tinyBits);
  return { how: `a file breaks off ${breaks} times${presses > 1 ? `, and was asked for ${presses} times` : ''}`, recoveryMs, ended: 'finished' };
}
