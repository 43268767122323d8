/** A file from a web address, fetched because the user said so: no cookie, no referrer, bounded, and it can be called off. */
import { InputError } from '../base/errors';
import { hostOf, addressOf, downloadCached, type Known, type Unfinished } from '../data/download';
import type { DroppedFile } from './files';
import { pageCache } from './file-cache';
import { storeTexts } from './texts';

export interface FetchOptions {
  readonly limit: number;
  readonly signal: AbortSignal;
  /** Bytes that have come, and how many there will be, where the server says it. */
  readonly progress: (loaded: number, total: number | undefined) => void;
  readonly fetch?: typeof fetch;
  /** What is known of the file: it is refused if it is another. */
  readonly known?: Known;
  /** What had come when an attempt broke off (`Interrupted.partial`): it goes on from there. */
  readonly partial?: Unfinished;
  /** Keep it for when there is no network, and take it from there. Default false. */
  readonly keep?: boolean;
  /** Told where it should be kept and was not: there is no room, or no leave. */
  readonly notKept?: (name: string) => void;
}
export type FetchedFile = DroppedFile & { text(): Promise<string> };

/** @throws InputError for an address that is none, a refusal or a file too large; Interrupted, with what had come; Stopped when called off */
export async function fetchFile(address: string, { keep = false, notKept, ...options }: FetchOptions): Promise<FetchedFile> {
  const url = addressOf(address);
  refuseMixed(url);
  const { name, bytes, kept } = await downloadCached(address, { ...options, unreachable }, keep ? pageCache() : undefined);
  if (keep && !kept) notKept?.(name);
  return { name, size: bytes.length, arrayBuffer: () => Promise.resolve(bytes.buffer), text: () => Promise.resolve(new TextDecoder().decode(bytes)) };
}
/** A browser tells a page no more than this: a refusal by the site and a broken connection look the same. */
const unreachable = (url: URL): string =>
  globalThis.navigator?.onLine === false
    ? storeTexts.fetching.offline(hostOf(url))
    : storeTexts.fetching.refused(hostOf(url));
/** A page that came over HTTPS may not read plain HTTP, and the browser gives no reason: so we do. */
function refuseMixed(url: URL): void {
  const secure = typeof location !== 'undefined' && location.protocol === 'https:';
  if (secure && url.protocol === 'http:' && !/^(localhost|127\.|\[::1\])/.test(url.host)) throw new InputError(storeTexts.fetching.mixed(hostOf(url)));
}
