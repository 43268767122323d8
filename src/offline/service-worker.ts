/**
 * Keeps the built page in the browser, so that it opens without a network. It answers for the page's own files alone, each compared with the SHA-256 that the
 * build wrote down; what anybody else is asked for passes by. A new build waits until the page asks for it: nothing is exchanged under a page that is open.
 */
import { cacheOf, cachePrefix, fileFor, isCore, isHashed, isWanted, sizeOf, type Ask, type Build, type BuiltFile, type GpuForm, type Reply, type Status } from './rules';

declare const self: ServiceWorkerGlobalScope;
/** The build puts its list here. */
const build = JSON.parse('%BUILD%') as Build;
const files = new Map(build.files.map((file) => [file.path, file]));
const scope = self.registration.scope;
const own = (): Promise<Cache> => caches.open(cacheOf(build));
const addressOf = ({ path }: BuiltFile): string => scope + (path === 'index.html' ? '' : path);

/** As the server has it, if it is what the build wrote. @throws TypeError where it is another, or cannot be reached */
async function fetched(file: BuiltFile): Promise<Response> {
  const response = await fetch(new Request(addressOf(file), { integrity: `sha256-${file.sha256}`, cache: isHashed(file.path) ? 'default' : 'no-cache', credentials: 'same-origin' }));
  if (!response.ok) throw new TypeError(`${file.path} could not be loaded (status ${response.status}).`);
  return response;
}
/** Puts a file into this version's cache, from another version's where it lies there. */
async function keep(cache: Cache, file: BuiltFile): Promise<void> {
  if (await cache.match(addressOf(file))) return;
  const before = isHashed(file.path) ? await caches.match(addressOf(file)) : undefined;
  await cache.put(addressOf(file), before ?? (await fetched(file)));
}
/** One after another: a first visit has better use for the connection. */
async function keepEach(wanted: readonly BuiltFile[]): Promise<void> {
  const cache = await own();
  for (const file of wanted) await keep(cache, file);
}
/** Other versions go when no page can need them: each open page may still fetch parts of its own. `most` pages may be open beside the one with this id, which is loading. */
async function forgetOthers(most: number, loading = ''): Promise<void> {
  const open = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  if (open.filter(({ id }) => id !== loading).length > most) return;
  for (const name of await caches.keys()) if (name.startsWith(cachePrefix) && name !== cacheOf(build)) await caches.delete(name);
}
async function answer(file: BuiltFile): Promise<Response> {
  const cache = await own();
  const kept = await cache.match(addressOf(file));
  if (kept) return kept;
  const response = await fetched(file);
  // Storage may be full: then it is fetched again the next time.
  await cache.put(addressOf(file), response.clone()).catch(() => undefined);
  return response;
}
async function status(): Promise<Status> {
  const cache = await own();
  const here = new Set((await cache.keys()).map(({ url }) => url));
  const keptOf = (wanted: readonly BuiltFile[]): number => sizeOf(wanted.filter((file) => here.has(addressOf(file))));
  const everything = (gpu: GpuForm) => {
    const wanted = build.files.filter((file) => isWanted(file, gpu));
    return { bytes: sizeOf(wanted), keptBytes: keptOf(wanted) };
  };
  return { version: build.version, keptBytes: keptOf(build.files), coreBytes: sizeOf(build.files.filter(isCore)), all: { jspi: everything('jspi'), asyncify: everything('asyncify'), none: everything('none') } };
}

self.addEventListener('install', (event) => event.waitUntil(keepEach(build.files.filter(isCore))));
// The one page that is open then has asked for this version, and loads again.
self.addEventListener('activate', (event) => event.waitUntil(forgetOthers(1).then(() => self.clients.claim())));
self.addEventListener('fetch', (event) => {
  const file = fileFor(event.request, scope, files);
  if (file) {
    if (event.request.mode === 'navigate') event.waitUntil(forgetOthers(0, event.resultingClientId)); // one that is listed may be another tab
    return event.respondWith(answer(file));
  }
  // A part of another version, for a page of that version which is still open.
  if (event.request.method === 'GET' && event.request.url.startsWith(`${scope}assets/`)) event.respondWith(caches.match(event.request).then((kept) => kept ?? fetch(event.request)));
});
self.addEventListener('message', (event) => {
  const ask = event.data as Ask; // of the page's own scripts: no other can reach this worker
  const reply = (words: Reply): void => event.ports[0]?.postMessage(words);
  const told = async (work: Promise<unknown>): Promise<void> => {
    try {
      await work;
      reply({ type: 'status', status: await status() });
    } catch (error) {
      reply({ type: 'failed', why: error instanceof Error ? error.message : String(error) });
    }
  };
  if (ask.type === 'activate') event.waitUntil(self.skipWaiting());
  else event.waitUntil(told(ask.type === 'keepAll' ? keepEach(build.files.filter((file) => isWanted(file, ask.gpu))) : Promise.resolve()));
});
