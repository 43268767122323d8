/** All that the page keeps in the browser, kind by kind. Whoever adds a kind of things that are kept adds an entry to `storeKinds`. */
import type { FileCache } from '../data/download';
import type { Blobs } from '../keep/blobs';
import { keptCheckpoints } from '../keep/checkpoints';
import { keptRuns } from '../keep/kept-runs';
import { forgetSweep, keptSweeps, lockOfSweep } from '../keep/kept-sweeps';
import { lockOf, unfinishedRuns } from '../keep/run-journal';
import type { Card } from '../spec/card';
import { readLink } from '../spec/link';
import { whenText } from './format';
import { storeTexts } from './texts';

/** Where things are kept; what a browser does not offer is absent. */
export interface Places {
  readonly cards: Readonly<Record<string, Card>>;
  readonly blobs?: Blobs;
  readonly downloads?: FileCache;
  readonly settings?: Pick<Storage, 'length' | 'key' | 'getItem' | 'removeItem'>;
  /** The page itself, as it is kept for when there is no network. */
  readonly page?: { readonly keptBytes: number; forget(): Promise<void> };
  /** Locks that workers hold, in this tab or another. */
  readonly busy: ReadonlySet<string>;
}
export interface StoredItem {
  readonly id: string;
  readonly name: string;
  readonly detail: string;
  readonly sizeBytes: number;
  /** In use by a run that goes on: it cannot be removed now. */
  readonly held: boolean;
}
export interface StoreKind {
  readonly id: keyof typeof storeTexts.stored.kinds;
  items(places: Places): Promise<readonly StoredItem[]>;
  remove(places: Places, id: string): Promise<void>;
}
export interface StoredKind {
  readonly id: StoreKind['id'];
  readonly items: readonly StoredItem[];
}

type Named = Partial<Pick<StoredItem, 'name' | 'detail' | 'held'>>;
/** Of a name in blobs, which thing of the kind it belongs to; undefined where to none. */
type Owner = (name: string) => string | undefined;
/** Everything under `prefix` up to the next slash is one thing. */
const under = (prefix: string): Owner => (name) => (name.startsWith(prefix) ? name.slice(prefix.length).split('/')[0] : undefined);

/** A kind of things in blobs. `named` says what they are called: what it does not name is listed all the same, so that it can be removed. */
function inBlobs(id: StoreKind['id'], prefix: string, named: (places: Places & { readonly blobs: Blobs }) => Promise<ReadonlyMap<string, Named>>, owner: Owner = under(prefix), prefixOf = (thing: string): string => `${prefix}${thing}/`): StoreKind {
  return {
    id,
    items: async ({ blobs, ...places }) => {
      if (!blobs) return [];
      const sizes = new Map<string, number>();
      for (const { name, sizeBytes } of await blobs.list(prefix)) {
        const thing = owner(name);
        if (thing !== undefined) sizes.set(thing, (sizes.get(thing) ?? 0) + sizeBytes);
      }
      const names = sizes.size > 0 ? await named({ ...places, blobs }) : new Map<string, Named>();
      return [...sizes].map(([thing, sizeBytes]) => ({ id: thing, name: thing, detail: names.has(thing) ? '' : storeTexts.stored.unreadable, held: false, ...names.get(thing), sizeBytes }));
    },
    remove: async ({ blobs }, thing) => void (await blobs?.remove(prefixOf(thing))),
  };
}
const isFile = (name: string): boolean => name.split('/')[2] === 'file';
/** Runs that were cut off or go on, by their ids. */
async function journals({ blobs, cards, busy }: Places & { readonly blobs: Blobs }) {
  return (await unfinishedRuns(blobs)).map(({ runId, link, startedAtMs }) => {
    try {
      const { experiment } = readLink(link, cards);
      return { runId, startedAtMs, title: cards[experiment.method]!.title, files: experiment.files, held: busy.has(lockOf(runId)) };
    } catch {
      return { runId, startedAtMs, title: storeTexts.stored.otherVersion, files: [], held: busy.has(lockOf(runId)) };
    }
  });
}

const known = ['run/', 'kept/', 'checkpoint/', 'sweep/'];
/** In the order in which they are shown. */
export const storeKinds: readonly StoreKind[] = [
  inBlobs('runs', 'run/', async (places) => new Map((await journals(places)).map(({ runId, startedAtMs, title, held }) => [runId, { name: title, detail: whenText(startedAtMs), held }])), (name) => (isFile(name) ? undefined : under('run/')(name))),
  inBlobs('files', 'run/', async (places) => new Map((await journals(places)).flatMap(({ runId, title, files, held }) => files.map(({ name, sha256 }) => [`${runId}/file/${sha256}`, { name, detail: title, held }] as const))), (name) => (isFile(name) ? name.slice('run/'.length) : undefined), (thing) => `run/${thing}`),
  inBlobs('kept', 'kept/', async ({ blobs }) => new Map((await keptRuns(blobs)).runs.map(({ id, name, finishedAtMs }) => [id, { name, detail: whenText(finishedAtMs) }]))),
  inBlobs('checkpoints', 'checkpoint/', async ({ blobs }) => new Map((await keptCheckpoints(blobs)).checkpoints.map(({ id, name, keptAtMs }) => [id, { name, detail: whenText(keptAtMs) }]))),
  {
    ...inBlobs('sweeps', 'sweep/', async ({ blobs, busy }) => new Map((await keptSweeps(blobs)).sweeps.map(({ id, name, startedAtMs }) => [id, { name, detail: whenText(startedAtMs), held: busy.has(lockOfSweep(id)) }]))),
    remove: async ({ blobs }, id) => blobs && forgetSweep(blobs, id),
  },
  {
    id: 'downloads',
    items: async ({ downloads }) => ((await downloads?.list()) ?? []).map(({ address, name, sizeBytes, at }) => ({ id: address, name, detail: whenText(Date.parse(at)), sizeBytes, held: false })),
    remove: async ({ downloads }, address) => void (await downloads?.remove(address)),
  },
  {
    id: 'page',
    items: async ({ page }) => (page ? [{ id: 'page', name: storeTexts.stored.page, detail: '', sizeBytes: page.keptBytes, held: false }] : []),
    remove: async ({ page }) => page?.forget(),
  },
  {
    id: 'settings',
    items: async ({ settings }) => settingsOf(settings).map((key) => ({ id: key, name: key.replace(/^stipple[.: ]/, ''), detail: '', sizeBytes: 2 * (key.length + (settings!.getItem(key)?.length ?? 0)), held: false })), // UTF-16
    remove: async ({ settings }, key) => settings?.removeItem(key),
  },
  // What lies here under names that this version does not know: of another version, say.
  inBlobs('other', '', async () => new Map(), (name) => (known.some((prefix) => name.startsWith(prefix)) ? undefined : name), (thing) => thing),
];
function settingsOf(settings: Places['settings']): readonly string[] {
  if (!settings) return [];
  return Array.from({ length: settings.length }, (_, i) => settings.key(i)).filter((key) => key !== null && key.startsWith('stipple')) as string[]; // null was left out
}
/** All that is kept, largest first within a kind. */
export const storedIn = (places: Places, kinds: readonly StoreKind[] = storeKinds): Promise<readonly StoredKind[]> =>
  Promise.all(kinds.map(async (kind) => ({ id: kind.id, items: (await kind.items(places)).toSorted((a, b) => b.sizeBytes - a.sizeBytes || (a.name < b.name ? -1 : 1)) })));
export const sizeOfKind = ({ items }: Pick<StoredKind, 'items'>): number => items.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
