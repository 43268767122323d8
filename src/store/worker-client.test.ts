import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Alive, Command, RunEvent } from '../spec/messages';
import { createWorkerClient, type WorkerLike } from './worker-client';

class Silent implements WorkerLike {
  onmessage: WorkerLike['onmessage'] = null;
  onerror: WorkerLike['onerror'] = null;
  onmessageerror: WorkerLike['onmessageerror'] = null;
  readonly heard: Command[] = [];
  postMessage(command: Command): void {
    this.heard.push(command);
  }
  terminate(): void {
    // a test's worker has nothing to end
  }
}
function client() {
  const workers: Silent[] = [];
  const deaths: string[] = [];
  const port = createWorkerClient(() => {
    workers.push(new Silent());
    return workers.at(-1)!;
  }, { pingMs: 1000, deadMs: 5000 });
  port.listen({ eventArrived: () => undefined, workerDied: (message) => deaths.push(message) });
  port.warmUp(1);
  return { port, workers, deaths, worker: () => workers.at(-1)! };
}
const say = (worker: Silent, data: RunEvent | Alive): void => worker.onmessage?.(new MessageEvent('message', { data }));
const ready: RunEvent = { type: 'ready', facts: { webgpu: { available: false, adapter: 'none', software: false, build: 'none' }, wasm: { threads: 1, crossOriginIsolated: false } } };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('silence is asked about, and given up after a while; with patience later', () => {
  const { port, workers, deaths, worker } = client();
  port.watch(true);
  vi.advanceTimersByTime(2100);
  expect(worker().heard.map(({ type }) => type)).toEqual(['warmUp', 'warmUp']);
  vi.advanceTimersByTime(4000);
  expect([workers.length, deaths.length]).toEqual([2, 1]);
  port.watch(true, 2);
  vi.advanceTimersByTime(9000);
  expect(workers.length).toBe(2);
  vi.advanceTimersByTime(2100);
  expect(workers.length).toBe(3);
});
test('a worker whose script cannot be had is not started again at once and for ever', () => {
  const { workers, worker, deaths } = client();
  const fail = (): void => worker().onerror?.({ message: '' } as ErrorEvent);
  fail();
  expect([workers.length, deaths.length]).toEqual([1, 1]);
  expect(deaths[0]).toContain('could not be started');
  vi.advanceTimersByTime(1100);
  expect(workers.length).toBe(2);
  fail();
  vi.advanceTimersByTime(1100);
  expect(workers.length).toBe(2);
  vi.advanceTimersByTime(1000);
  expect(workers.length).toBe(3);
  // One that has spoken and dies then is replaced at once.
  say(worker(), ready);
  fail();
  expect(workers.length).toBe(4);
});
test('a worker that is ended without a word is known by its lock, which comes free', async () => {
  let free: (() => void) | undefined;
  vi.stubGlobal('navigator', { locks: { request: async (_: string, __: object, work: () => unknown) => {
    await new Promise<void>((resolve) => (free = resolve));
    return work();
  } } });
  const { workers, worker, deaths } = client();
  say(worker(), { type: 'alive', lock: 'stipple worker 1' });
  await vi.advanceTimersByTimeAsync(60_000);
  expect([workers.length, deaths.length]).toEqual([1, 0]);
  free!();
  await vi.advanceTimersByTimeAsync(0);
  expect([workers.length, deaths.length]).toEqual([2, 1]);
});
test('a page that slept, or whose clock jumped, blames nobody', () => {
  const { port, workers } = client();
  port.watch(true);
  vi.advanceTimersByTime(900);
  const now = performance.now.bind(performance);
  let jumpMs = 3_600_000;
  vi.spyOn(performance, 'now').mockImplementation(() => now() + jumpMs);
  vi.advanceTimersByTime(1000);
  jumpMs = -3_600_000;
  vi.advanceTimersByTime(1000);
  expect(workers.length).toBe(1);
  vi.restoreAllMocks();
});
