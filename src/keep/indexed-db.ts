/**
 * Bytes in the browser's IndexedDB: there in every browser and in workers, and a write is a transaction, so that a tab which is closed or killed in
 * the middle leaves the value from before. (Files of the origin-private file system need a swap by hand, which not every browser offers.)
 */
import { createStore, delMany, get, keys, promisifyRequest, setMany } from 'idb-keyval';
import { StippleError } from '../base/errors';
import { StorageProblem, type Blobs } from './blobs';

const sizesOf = (prefix: string): string => `${prefix}#size`;
const isSize = (key: IDBValidKey): boolean => String(key).endsWith('#size');
/** Storage that is cleared under us closes the connection; the next one finds, or makes, an empty database. */
const reopenMs = [0, 50, 250];

/** `name`: of the database, 'stipple' on the page; tests take others. */
export function indexedBlobs(name = 'stipple'): Blobs {
  const store = createStore(name, 'blobs');
  const asked = async <T>(work: () => Promise<T>): Promise<T> => {
    for (let tries = 0; ; tries++) {
      try {
        return await work();
      } catch (error) {
        if (error instanceof StippleError) throw error;
        if (closed(error) && tries < reopenMs.length) await new Promise((resolve) => setTimeout(resolve, reopenMs[tries]));
        else throw problemFor(error);
      }
    }
  };
  const named = async (prefix: string): Promise<string[]> => (await asked(() => keys(store))).map(String).filter((key) => key.startsWith(prefix));
  return {
    // The size beside it is for lists, which need not read what they list.
    put: (key, bytes) => asked(() => setMany([[key, bytes], [sizesOf(key), bytes.length]], store)),
    get: async (key) => {
      const value = await asked(() => get<unknown>(key, store));
      return value instanceof Uint8Array ? value : undefined;
    },
    update: (key, change) =>
      asked(() =>
        store('readwrite', async (blobs) => {
          const before: unknown = await promisifyRequest(blobs.get(key));
          const after = change(before instanceof Uint8Array ? before : undefined);
          if (!after) return;
          blobs.put(after, key);
          blobs.put(after.length, sizesOf(key));
          await promisifyRequest(blobs.transaction);
        }),
      ),
    list: async (prefix) => Promise.all((await named(prefix)).filter((key) => !isSize(key)).map(async (key) => ({ name: key, sizeBytes: Number((await asked(() => get<unknown>(sizesOf(key), store))) ?? 0) }))),
    remove: async (prefix) => {
      const gone = await named(prefix);
      await asked(() => delMany(gone, store));
    },
  };
}
const closed = (error: unknown): boolean => error instanceof DOMException && ['InvalidStateError', 'AbortError', 'UnknownError', 'NotFoundError'].includes(error.name);
function problemFor(error: unknown): StorageProblem {
  const full = error instanceof DOMException && error.name === 'QuotaExceededError';
  return full ? new StorageProblem('This browser gives the page no more room to keep things. Remove some that you do not need.') : new StorageProblem(`This browser does not let the page keep things (${error instanceof Error ? error.message || error.name : String(error)}).`, true);
}
