/** The page: makes the store, ties it to the worker and to the address bar, draws the screen. */
import { startTransition, StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { allowOwnScriptsAlone } from './base/trusted';
import { indexedBlobs } from './keep/indexed-db';
import { cards } from './methods/cards';
import { createAppStore, type OtherTabs } from './store/app';
import { offlineOfThisPage, startOffline } from './store/offline-port';
import { library } from './store/library-client';
import { pageApi } from './store/page-api';
import { attachToPage } from './store/shell';
import { pageSettings } from './store/storage-slice';
import type { TabMemory } from './store/unfinished-slice';
import { createWorkerClient, startWorker, type WorkerLike } from './store/worker-client';
import { App } from './ui/App';
import { AppContext } from './ui/app-context';
import { listenForInstallOffer } from './ui/offline/install-offer';
import './ui/style.css';

/** For work on the screen alone: `?fake` in development puts a worker of the page's own in place of the real one. */
async function workerOfThisPage(): Promise<() => WorkerLike> {
  if (import.meta.env.DEV && new URLSearchParams(window.location.search).has('fake')) return (await import('./store/testing/fake-worker')).startFakeWorker;
  return startWorker;
}

allowOwnScriptsAlone();
/** A browser may keep nothing (a private window, say): then runs are lost with the page, and it says so. */
const remembered = (what: string): TabMemory => ({
  get: () => tabStorage()?.getItem(what) ?? undefined,
  set: (id) => (id === undefined ? tabStorage()?.removeItem(what) : tabStorage()?.setItem(what, id)),
});
function tabStorage(): Storage | undefined {
  try {
    return window.sessionStorage;
  } catch {
    return undefined;
  }
}
/** Absent in old browsers: then a tab sees what another has kept when it is loaded again. */
function otherTabs(): OtherTabs | undefined {
  if (typeof BroadcastChannel === 'undefined') return undefined;
  const channel = new BroadcastChannel('stipple workbench');
  return { tell: () => channel.postMessage('changed'), listen: (changed) => channel.addEventListener('message', () => changed()) };
}
const others = otherTabs();
const startOne = await workerOfThisPage();
const store = createAppStore({ cards, worker: createWorkerClient(startOne), anotherWorker: () => createWorkerClient(startOne), blobs: indexedBlobs(), library, tab: remembered('stipple run'), sweepTab: remembered('stipple sweep'), settings: pageSettings(), offline: offlineOfThisPage(window), ...(others && { otherTabs: others }) });
// In slices of a few milliseconds, so that a slow machine can be scrolled and clicked meanwhile.
startTransition(() =>
  createRoot(document.getElementById('root')!).render(
    <StrictMode>
      <AppContext.Provider value={store}><App /></AppContext.Provider>
    </StrictMode>,
  ),
);
attachToPage(store, window);
startOffline(store, window);
listenForInstallOffer(window);
Object.defineProperty(window, 'stipple', { value: Object.freeze(pageApi(store)), enumerable: true });
