/** The page: makes the store, ties it to the worker and to the address bar, draws the screen. */
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { allowOwnScriptsAlone } from './base/trusted';
import { indexedBlobs } from './keep/indexed-db';
import { cards } from './methods/cards';
import { createAppStore } from './store/app';
import { pageApi } from './store/page-api';
import { attachToPage } from './store/shell';
import type { TabMemory } from './store/unfinished-slice';
import { createWorkerClient, startWorker, type WorkerLike } from './store/worker-client';
import { App } from './ui/App';
import { AppContext } from './ui/app-context';
import './ui/style.css';

/** For work on the screen alone: `?fake` in development puts a worker of the page's own in place of the real one. */
async function workerOfThisPage(): Promise<() => WorkerLike> {
  if (import.meta.env.DEV && new URLSearchParams(window.location.search).has('fake')) return (await import('./store/testing/fake-worker')).startFakeWorker;
  return startWorker;
}

allowOwnScriptsAlone();
/** A browser may keep nothing (a private window, say): then runs are lost with the page, and it says so. */
const tab: TabMemory = {
  get: () => tabStorage()?.getItem('stipple run') ?? undefined,
  set: (runId) => (runId === undefined ? tabStorage()?.removeItem('stipple run') : tabStorage()?.setItem('stipple run', runId)),
};
function tabStorage(): Storage | undefined {
  try {
    return window.sessionStorage;
  } catch {
    return undefined;
  }
}
const store = createAppStore({ cards, worker: createWorkerClient(await workerOfThisPage()), blobs: indexedBlobs(), tab });
createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <AppContext.Provider value={store}><App /></AppContext.Provider>
  </StrictMode>,
);
attachToPage(store, window);
Object.defineProperty(window, 'stipple', { value: Object.freeze(pageApi(store)), enumerable: true });
