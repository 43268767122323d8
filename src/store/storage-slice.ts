/** What the page keeps in the browser: how much, how much more there may be, and what the user lets go. */
import { toProblem } from '../base/errors';
import type { Slice } from './app';
import { pageCache } from './file-cache';
import { storedIn, storeKinds, type Places, type StoredKind, type StoreKind } from './stored';
import { storeTexts } from './texts';
import { heldLocks } from '../keep/locks';

/** As the browser tells it: rounded, and of everything that belongs to this site. */
export interface Quota {
  readonly usedBytes: number;
  readonly quotaBytes: number;
  /** It has promised not to clear it by itself. */
  readonly persisted: boolean;
}
export interface StorageSlice {
  /** Absent until it was looked for. */
  readonly stored?: readonly StoredKind[];
  /** Absent where the browser does not tell. */
  readonly quota?: Quota;
  storageLooked(): Promise<void>;
  storedRemoved(kind: StoreKind['id'], id: string): Promise<void>;
  /** All that no run holds at the moment. */
  allStoredRemoved(): Promise<void>;
  /** Asks the browser not to clear what is kept when it runs out of room. */
  persistencePressed(): Promise<void>;
}

export const createStorageSlice: Slice<StorageSlice> = ({ cards, blobs, storage = browserStorage() }) => (set, get) => {
  const places = async (): Promise<Places> => {
    const [downloads, settings] = [pageCache(), pageSettings()];
    await get().offlineLooked();
    const { state, status } = get().offline;
    return { cards, ...(blobs && { blobs }), ...(downloads && { downloads }), ...(settings && { settings }), ...(state === 'ready' && status && { page: { keptBytes: status.keptBytes, forget: () => get().offlineForgotten() } }), busy: await heldLocks() };
  };
  async function look(): Promise<void> {
    const [stored, estimate, persisted] = [await storedIn(await places()), await storage?.estimate().catch(() => undefined), await storage?.persisted().catch(() => false)];
    set({ stored, quota: estimate?.usage === undefined || estimate.quota === undefined ? undefined : { usedBytes: estimate.usage, quotaBytes: estimate.quota, persisted: persisted ?? false } });
  }
  async function attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      get().noticeGiven('problem', storeTexts.stored.problem(toProblem(error).message));
    }
  }
  /** Removes, and lets every part of the page that shows such things look again. */
  const remove = (items: readonly { readonly kind: StoreKind['id']; readonly id: string }[]): Promise<void> =>
    attempt(async () => {
      const at = await places();
      try {
        for (const { kind, id } of items) await storeKinds.find((one) => one.id === kind)?.remove(at, id);
      } finally {
        await look();
        const left = new Set(get().stored?.find(({ id }) => id === 'runs')?.items.map(({ id }) => id));
        set(({ unfinished }) => ({ unfinished: unfinished.filter(({ runId }) => left.has(runId)) }));
        await Promise.all([get().benchLooked(), get().checkpointsLooked(), get().sweepsLooked()]);
      }
    });
  return {
    storageLooked: () => attempt(look),
    storedRemoved: (kind, id) => remove([{ kind, id }]),
    allStoredRemoved: () => remove((get().stored ?? []).flatMap(({ id: kind, items }) => items.filter(({ held }) => !held).map(({ id }) => ({ kind, id })))),
    persistencePressed: () =>
      attempt(async () => {
        const granted = (await storage?.persist()) ?? false;
        await look();
        get().noticeGiven('info', granted ? storeTexts.stored.persisted : storeTexts.stored.notPersisted);
      }),
  };
};
/** Pages that were not served securely have none, nor has Node. */
const browserStorage = (): Pick<StorageManager, 'estimate' | 'persist' | 'persisted'> | undefined => (globalThis.navigator as { storage?: StorageManager } | undefined)?.storage;
export function pageSettings(): Storage | undefined {
  try {
    return globalThis.localStorage;
  } catch {
    return undefined; // a browser that keeps nothing
  }
}
