/** A store whose worker is the test: it hears the commands and says the events. */
import type { Card } from '../../spec/card';
import type { Command, RunEvent } from '../../spec/messages';
import { createAppStore, type Setup } from '../app';
import { createWorkerClient, type WorkerLike } from '../worker-client';

export class TestWorker implements WorkerLike {
  onmessage: WorkerLike['onmessage'] = null;
  onerror: WorkerLike['onerror'] = null;
  onmessageerror: WorkerLike['onmessageerror'] = null;
  readonly heard: Command[] = [];
  terminated = false;
  postMessage(command: Command): void {
    this.heard.push(command);
  }
  terminate(): void {
    this.terminated = true;
  }
  say(event: RunEvent): void {
    this.onmessage?.(new MessageEvent('message', { data: event }));
  }
}
export function storeWithWorker(cards: Readonly<Record<string, Card>>, more: Partial<Pick<Setup, 'blobs' | 'tab' | 'library' | 'settings' | 'storage'>> = {}) {
  const workers: TestWorker[] = [];
  const client = createWorkerClient(() => {
    const worker = new TestWorker();
    workers.push(worker);
    return worker;
  });
  const store = createAppStore({ cards, worker: client, ...more });
  store.getState().warmUpAsked();
  return { store, app: () => store.getState(), worker: () => workers.at(-1)!, workers };
}
