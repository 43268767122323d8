/**
 * Bytes in the browser's IndexedDB: there in every browser and in workers, and a write is a transaction, so that a tab which is closed or killed in
 * the middle leaves the value from before. (Files of the origin-private file system need a swap by hand, which not every browser offers.)
 */
import { createStore, delMany, get, keys, setMany } from 'idb-keyval';
import { StorageProblem, type Blobs } from './blobs';

const sizesOf = (prefix: string): string => `${prefix}#size`;
const isSize = (key: IDBValidKey): boolean => String(key).endsWith('#size');

/** `name`: of the database, 'stipple' on the page; tests take others. */
export function indexedBlobs(name = 'stipple'): Blobs {
  const store = createStore(name, 'blobs');
  const asked = async <T>(work: Promise<T>): Promise<T> =>
    work.catch((error: unknown) => {
      const full = error instanceof DOMException && error.name === 'QuotaExceededError';
      throw new StorageProblem(full ? 'This browser gives the page no more room to keep things. Remove some that you do not need.' : `This browser does not let the page keep things (${error instanceof Error ? error.message || error.name : String(error)}).`);
    });
  const named = async (prefix: string): Promise<string[]> => (await asked(keys(store))).map(String).filter((key) => key.startsWith(prefix));
  return {
    // The size beside it is for lists, which need not read what they list.
    put: (key, bytes) => asked(setMany([[key, bytes], [sizesOf(key), bytes.length]], store)),
    get: async (key) => {
      const value = await asked(get<unknown>(key, store));
      return value instanceof Uint8Array ? value : undefined;
    },
    list: async (prefix) => Promise.all((await named(prefix)).filter((key) => !isSize(key)).map(async (key) => ({ name: key, sizeBytes: Number((await asked(get<unknown>(sizesOf(key), store))) ?? 0) }))),
    remove: async (prefix) => asked(delMany(await named(prefix), store)),
  };
}
