/** Where bytes are kept under names. Each `put` happens whole or not at all. */
import { StippleError } from '../base/errors';

export interface Blobs {
  /** @throws StorageProblem when there is no room, or the place is gone */
  put(name: string, bytes: Uint8Array): Promise<void>;
  get(name: string): Promise<Uint8Array | undefined>;
  /** Reads and writes in one transaction, so that nobody writes in between: what `change` makes of the bytes is put in their place; undefined leaves them. Whatever it throws comes out. */
  update(name: string, change: (bytes: Uint8Array | undefined) => Uint8Array | undefined): Promise<void>;
  /** Names that begin so, with their sizes, in no order. */
  list(prefix: string): Promise<readonly { readonly name: string; readonly sizeBytes: number }[]>;
  /** All whose names begin so. */
  remove(prefix: string): Promise<void>;
}
/** Nothing more can be kept; what is computed goes on. */
export class StorageProblem extends StippleError {
  /** `denied`: the browser keeps nothing at all for this page, so that making room would not help. */
  constructor(message: string, readonly denied = false) {
    super('runtime', message);
  }
}

/** In memory: for tests, and where a browser keeps nothing. */
export function memoryBlobs(kept = new Map<string, Uint8Array>()): Blobs {
  const named = (prefix: string): string[] => [...kept.keys()].filter((name) => name.startsWith(prefix));
  return {
    put: async (name, bytes) => void kept.set(name, bytes.slice()),
    get: async (name) => kept.get(name)?.slice(),
    update: async (name, change) => {
      const next = change(kept.get(name)?.slice());
      if (next) kept.set(name, next.slice());
    },
    list: async (prefix) => named(prefix).map((name) => ({ name, sizeBytes: kept.get(name)!.length })),
    remove: async (prefix) => named(prefix).forEach((name) => kept.delete(name)),
  };
}
