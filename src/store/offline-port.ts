/** The page's end of the wire to the service worker, which keeps the page itself in the browser (src/offline). */
import type { Ask, Reply, Status } from '../offline/rules';
import { cachePrefix } from '../offline/rules';
import type { AppStore } from './app';
import { whenIdle } from './shell';
import { storeTexts } from './texts';

export interface OfflineListener {
  /** The page's files are kept: it opens without a network. */
  ready(): void;
  /** Another version is kept as well, and waits until it is asked for. */
  updateWaits(): void;
  refused(why: string): void;
}
export interface OfflinePort {
  start(listener: OfflineListener): void;
  /** @throws Error where the service worker could not do it, or there is none */
  ask(ask: Exclude<Ask, { type: 'activate' }>): Promise<Status>;
  /** The version that waits takes over, and the page is loaded anew. */
  update(): void;
  /** Lets go of everything that it keeps. */
  forget(): Promise<void>;
  /** Whether the user wants the page kept: remembered. */
  wanted: boolean;
}
const offKey = 'stipple.offline';
/** How often a page that stays open asks for a new version. */
const lookEveryMs = 60 * 60_000;
const answerMs = 120_000;
/** For a waiting version to take over. */
const patienceMs = 10_000;

/** Undefined in development, in frames, and where the browser offers none (a page over plain HTTP, a window that keeps nothing). */
export function offlineOfThisPage(page: Window): OfflinePort | undefined {
  const { serviceWorker: container } = page.navigator as { serviceWorker?: ServiceWorkerContainer };
  if (!import.meta.env.PROD || !container || page.top !== page) return undefined;
  let registration: ServiceWorkerRegistration | undefined;
  let reloading = false;
  container.addEventListener('controllerchange', () => reloading && page.location.reload());

  function watch(found: ServiceWorkerRegistration, listener: OfflineListener): void {
    registration = found;
    const settled = (worker: ServiceWorker | null): void => {
      if (worker?.state === 'installed' && found.active) listener.updateWaits();
      if (worker?.state === 'activated') listener.ready();
    };
    const follow = (worker: ServiceWorker | null): void => {
      settled(worker);
      worker?.addEventListener('statechange', () => {
        settled(worker);
        if (worker.state === 'redundant' && !found.active) listener.refused('');
      });
    };
    follow(found.active);
    follow(found.waiting);
    follow(found.installing);
    found.addEventListener('updatefound', () => follow(found.installing));
    setInterval(() => page.document.visibilityState === 'visible' && page.navigator.onLine && void found.update().catch(() => undefined), lookEveryMs);
  }
  return {
    get wanted() {
      try {
        return page.localStorage.getItem(offKey) !== 'off';
      } catch {
        return true;
      }
    },
    set wanted(wanted) {
      try {
        if (wanted) page.localStorage.removeItem(offKey);
        else page.localStorage.setItem(offKey, 'off');
      } catch {
        // A browser that keeps nothing: it holds until the page is closed.
      }
    },
    start: (listener) =>
      void container
        .register(new URL('service-worker.js', page.document.baseURI).href, { updateViaCache: 'none' })
        .then((found) => watch(found, listener))
        .catch((error: unknown) => listener.refused(error instanceof Error ? error.message : String(error))),
    ask: (ask) =>
      new Promise((resolve, reject) => {
        const worker = registration?.active;
        if (!worker) return reject(new Error(storeTexts.offline.notYet));
        const { port1, port2 } = new MessageChannel();
        const patience = setTimeout(() => reject(new Error(storeTexts.offline.silent)), ask.type === 'status' ? 10_000 : answerMs);
        port1.onmessage = ({ data }: MessageEvent<Reply>) => {
          clearTimeout(patience);
          port1.close();
          if (data.type === 'status') resolve(data.status);
          else reject(new Error(data.why));
        };
        worker.postMessage(ask, [port2]);
      }),
    update: () => {
      reloading = true;
      if (!registration?.waiting) return page.location.reload();
      registration.waiting.postMessage({ type: 'activate' } satisfies Ask);
      // A browser lets the old worker finish what it is at, which may take minutes: then both are dismissed, and the page comes from the network.
      const old = registration;
      page.setTimeout(() => page.navigator.onLine && void old.unregister().then(() => page.location.reload()), patienceMs);
    },
    forget: async () => {
      await registration?.unregister();
      registration = undefined;
      for (const name of await page.caches.keys()) if (name.startsWith(cachePrefix)) await page.caches.delete(name);
    },
  };
}

/** Begins to keep the page, once it is loaded, its runtime is ready (or is not coming) and nothing else is to be done. */
export function startOffline(store: AppStore, page: Window): void {
  let begun = false;
  const begin = (): void => {
    if (begun) return;
    begun = true;
    stop();
    whenIdle(page, () => store.getState().offlineStarted());
  };
  const ready = (): void => {
    if (page.document.readyState === 'complete' && store.getState().facts) begin();
  };
  const stop = store.subscribe(ready);
  page.addEventListener('load', ready);
  page.setTimeout(begin, 15_000);
  ready();
}
