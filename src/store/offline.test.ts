import { expect, test } from 'vitest';
import type { Ask, Status } from '../offline/rules';
import { cards } from '../methods/cards';
import { createAppStore } from './app';
import type { OfflineListener, OfflinePort } from './offline-port';
import { TestWorker } from './testing/test-worker';
import { createWorkerClient } from './worker-client';

const status = (keptBytes: number): Status => ({ version: 'a', keptBytes, coreBytes: 10, all: { jspi: { bytes: 30, keptBytes }, asyncify: { bytes: 40, keptBytes }, none: { bytes: 20, keptBytes } } });
function page(answer: (ask: Ask) => Promise<Status> = async () => status(10)) {
  const did: string[] = [];
  let listener: OfflineListener | undefined;
  const port: OfflinePort = { wanted: true, start: (told) => void (listener = told), ask: answer, update: () => void did.push('update'), forget: async () => void did.push('forget') };
  const store = createAppStore({ cards, worker: createWorkerClient(() => new TestWorker()), offline: port });
  return { store, port, did, told: () => listener!, now: () => store.getState().offline };
}
const later = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

test('without a service worker the page says nothing of it', () => {
  const store = createAppStore({ cards, worker: createWorkerClient(() => new TestWorker()) });
  store.getState().offlineStarted();
  expect(store.getState().offline.state).toBe('none');
});
test('it is prepared, ready, and says what is kept', async () => {
  const { store, told, now } = page();
  store.getState().offlineStarted();
  expect(now().state).toBe('preparing');
  told().ready();
  await later();
  expect(now()).toMatchObject({ state: 'ready', status: { keptBytes: 10 }, updateWaits: false });
});
test('keeping everything asks for the form of WebGPU that this browser has, and a failure is said', async () => {
  const asked: Ask[] = [];
  const { store, told, now } = page(async (ask) => {
    asked.push(ask);
    if (asked.length > 2) throw new Error('no room');
    return status(asked.length * 10);
  });
  store.getState().offlineStarted();
  told().ready();
  await later();
  await store.getState().everythingKept();
  expect(asked.at(-1)).toEqual({ type: 'keepAll', gpu: 'none' });
  expect(now()).toMatchObject({ keeping: false, status: { keptBytes: 20 } });
  await store.getState().everythingKept();
  expect(now()).toMatchObject({ keeping: false, why: 'no room', status: { keptBytes: 20 } });
});
test('an update is announced and taken only when it is asked for', () => {
  const { store, told, did, now } = page();
  store.getState().offlineStarted();
  told().updateWaits();
  expect([now().updateWaits, did]).toEqual([true, []]);
  store.getState().updatePressed();
  expect(did).toEqual(['update']);
});
test('what is let go stays away until it is wanted again', async () => {
  const { store, port, told, did, now } = page();
  store.getState().offlineStarted();
  told().ready();
  await store.getState().offlineForgotten();
  expect([did, port.wanted, now().state]).toEqual([['forget'], false, 'off']);
  store.getState().offlineStarted();
  expect(now().state).toBe('off');
  store.getState().offlineWanted();
  expect([port.wanted, now().state]).toEqual([true, 'preparing']);
});
