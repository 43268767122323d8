/**
 * A file from a web address: bounded, called off at any time, taken up again where it broke off, and compared with what is known of it.
 * Nothing of the user goes with a request. What fetches, waits and keeps is handed in, so that the page, the command line and tests share this.
 *
 * Taking up again (RFC 9110, 14): `Range: bytes=N-` is asked for, and what comes is joined on only if it is a 206 of the same file: same
 * validator (ETag, Last-Modified) or, where neither may be read, never. Anything else begins anew. A header If-Range would do as much, but
 * browsers ask a site's leave for that one beforehand, and most sites give none.
 */
import { InputError, Stopped } from '../base/errors';
import { sha256 } from '../base/hash';

export interface Known {
  readonly sizeBytes?: number;
  /** Hex, lower case. */
  readonly sha256?: string;
}
export interface DownloadOptions {
  /** The most bytes that are taken. */
  readonly limit: number;
  readonly signal?: AbortSignal;
  /** Bytes that have come, and how many there will be, where the server says it. */
  readonly progress?: (loaded: number, total: number | undefined) => void;
  readonly known?: Known;
  /** Bytes of an attempt that broke off, as `Interrupted` handed them out. */
  readonly partial?: Unfinished;
  readonly fetch?: typeof fetch;
  /** After a break: how often in all it is tried again. Default 4. */
  readonly retries?: number;
  /** No byte for so long is a break. Default 30 000. */
  readonly silenceMs?: number;
  /** Default: half a second, doubled with each try. */
  readonly wait?: (tries: number) => Promise<void>;
  /** What to say where the address may not be read: the page knows more than we do. */
  readonly unreachable?: (url: URL) => string;
}
/** What had come when an attempt broke off. */
export interface Unfinished {
  readonly url: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** 'etag "abc"' or 'modified Tue, ...'; absent: cannot be taken up again. */
  readonly validator?: string;
  readonly total?: number;
}
/** Broke off too often. What had come is kept in `partial`, for another press of the button. */
export class Interrupted extends InputError {
  constructor(message: string, readonly partial: Unfinished) {
    super(message);
  }
}
export interface Downloaded {
  /** The last part of the path, unescaped. */
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly sha256: string;
  /** Times that it broke off and went on from where it was. */
  readonly resumed: number;
}

/** @throws InputError for an address that is none, a refusal, a file too large or another than is known; Interrupted; Stopped when called off */
export async function download(address: string, options: DownloadOptions): Promise<Downloaded> {
  const url = addressOf(address);
  const { retries = 4, wait = defaultWait, known = {} } = options;
  if (known.sizeBytes !== undefined && known.sizeBytes > options.limit) throw tooLarge(known.sizeBytes, options.limit);
  let state = options.partial?.url === url.href && options.partial.validator !== undefined ? Arrived.from(options.partial) : new Arrived();
  for (let [tries, resumed] = [0, 0]; ; tries++) {
    const began = state.loaded;
    const end = await attempt(url, state, options);
    if (end.from > 0 && end.from === began) resumed++;
    if (end.done) return finish(url, state.joined(), known, resumed);
    if (tries >= retries) throw new Interrupted(`${hostOf(url)} broke off after ${size(state.loaded)}${state.total === undefined ? '' : ` of ${size(state.total)}`}, ${tries + 1} times (${end.why}). What has come is kept: try again, or download the file yourself and drop it here.`, state.partial(url));
    await wait(tries);
    if (options.signal?.aborted) throw new Stopped();
    if (state.validator === undefined) state = new Arrived();
  }
}
const defaultWait = (tries: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, 500 * 2 ** tries));
const size = (bytes: number): string => (bytes < 1024 ? `${bytes} bytes` : bytes < 2 ** 20 ? `${Number((bytes / 1024).toFixed(1))} KiB` : `${Number((bytes / 2 ** 20).toFixed(1))} MiB`);
/** For a sentence: an address may have thousands of letters. */
export const hostOf = ({ host }: URL): string => (host.length > 80 ? `${host.slice(0, 80)}…` : host);
const tooLarge = (bytes: number, limit: number): InputError => new InputError(`The file is ${size(bytes)} or more; at most ${size(limit)} are read. Use a smaller one.`);

/** With a port; names of hosts are not longer (RFC 1035), and messages repeat them. */
const longestHost = 260;
/** @throws InputError for what is no http or https address */
export function addressOf(address: string): URL {
  const url = URL.canParse(address.trim()) ? new URL(address.trim()) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.host.length > longestHost) throw new InputError(`"${address.trim().slice(0, 80)}" is not a web address. Expected one that starts with https://.`);
  return url;
}
/** The last part of the path: `https://…/resolve/main/model.onnx?download=true` is model.onnx. */
export function nameOf(url: URL): string {
  const last = url.pathname.split('/').filter((part) => part !== '').at(-1) ?? url.host;
  try {
    return decodeURIComponent(last).replaceAll('/', '_').slice(0, 200);
  } catch {
    return last.slice(0, 200); // a % that escapes nothing is part of the name
  }
}

/** What has come so far, and of which file. */
class Arrived {
  loaded = 0;
  total: number | undefined;
  validator: string | undefined;
  private parts: Uint8Array<ArrayBuffer>[] = [];

  static from({ bytes, total, validator }: Unfinished): Arrived {
    const state = new Arrived();
    if (bytes.length > 0) state.add(bytes);
    [state.total, state.validator] = [total, validator];
    return state;
  }
  add(part: Uint8Array<ArrayBuffer>): void {
    this.parts.push(part);
    this.loaded += part.length;
  }
  restart(): void {
    [this.parts, this.loaded, this.total, this.validator] = [[], 0, undefined, undefined];
  }
  joined(): Uint8Array<ArrayBuffer> {
    if (this.parts.length === 1) return this.parts[0]!;
    const bytes = new Uint8Array(this.loaded);
    this.parts.reduce((at, part) => (bytes.set(part, at), at + part.length), 0);
    return bytes;
  }
  partial(url: URL): Unfinished {
    return { url: url.href, bytes: this.joined(), ...(this.validator !== undefined && { validator: this.validator }), ...(this.total !== undefined && { total: this.total }) };
  }
}
interface End {
  readonly done: boolean;
  /** Where this attempt went on from. */
  readonly from: number;
  readonly why: string;
}
/** One request, read to its end or its break. */
async function attempt(url: URL, state: Arrived, options: DownloadOptions): Promise<End> {
  const { limit, signal, fetch: load = fetch, silenceMs = 30_000 } = options;
  const from = state.loaded;
  const giveUp = new AbortController();
  const stop = (): void => giveUp.abort();
  signal?.addEventListener('abort', stop);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const listen = (): void => {
    clearTimeout(timer);
    timer = setTimeout(stop, silenceMs);
  };
  let started = from; // where what comes now is joined on
  try {
    if (signal?.aborted) throw new Stopped();
    listen();
    const response = await load(url, { mode: 'cors', credentials: 'omit', referrerPolicy: 'no-referrer', redirect: 'follow', cache: 'no-store', signal: giveUp.signal, ...(from > 0 && { headers: { Range: `bytes=${from}-` } }) });
    if (from > 0 && !goesOn(response, state)) {
      state.restart();
      started = 0;
      if (response.status === 206 || response.status === 416) { // a piece of another file: ask for all of it
        await response.body?.cancel();
        return { done: false, from: 0, why: 'the file changed in between' };
      }
    }
    if (!response.ok) {
      if ([408, 425, 429, 500, 502, 503, 504].includes(response.status)) return { done: false, from, why: `status ${response.status}` };
      throw new InputError(`${hostOf(url)} answered with status ${response.status} instead of the file. Check the address in another tab.`);
    }
    if (state.loaded === 0) begin(response, state, options);
    await readInto(response, state, options, listen);
  } catch (error) {
    if (signal?.aborted) throw new Stopped();
    if (error instanceof InputError) throw error;
    if (state.loaded === 0 && !giveUp.signal.aborted && error instanceof TypeError) throw new InputError(options.unreachable?.(url) ?? `${hostOf(url)} could not be reached (${reasonOf(error)}). Check the address and the connection.`);
    return { done: false, from: started, why: giveUp.signal.aborted ? `nothing came for ${silenceMs / 1000} s` : reasonOf(error) };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
    giveUp.abort(); // a body that was left is not read on behind our back
  }
  if (state.loaded > limit) throw tooLarge(state.loaded, limit);
  return state.total !== undefined && state.loaded < state.total ? { done: false, from: started, why: 'it ended early' } : { done: true, from: started, why: '' };
}
const reasonOf = (error: unknown): string => (error instanceof Error ? (error.cause instanceof Error ? error.cause.message : error.message) : String(error)).slice(0, 120);
const validatorOf = ({ headers }: Response): string | undefined => {
  const [etag, modified] = [headers.get('etag'), headers.get('last-modified')];
  return etag !== null && !etag.startsWith('W/') ? `etag ${etag}` : modified === null ? undefined : `modified ${modified}`;
};
const lengthOf = ({ headers }: Response): number | undefined => {
  const told = Number(headers.get('content-length') ?? NaN);
  return Number.isSafeInteger(told) && told >= 0 ? told : undefined;
};
/** Whether a response is the rest of what has come: a 206 from the right place on, of the same file, as long as before. */
function goesOn(response: Response, state: Arrived): boolean {
  if (response.status !== 206 || state.validator === undefined || validatorOf(response) !== state.validator) return false;
  const range = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(response.headers.get('content-range') ?? '');
  if (range && (Number(range[1]) !== state.loaded || (state.total !== undefined && range[3] !== '*' && Number(range[3]) !== state.total))) return false;
  const rest = lengthOf(response);
  return range !== null || rest === undefined || state.total === undefined || state.loaded + rest === state.total; // another site's Content-Range may not be read
}
function begin(response: Response, state: Arrived, { limit, known }: DownloadOptions): void {
  // A length of packed bytes says nothing of those that come out of them; whether they are packed may not be read from another site.
  const packed = /gzip|br|deflate|zstd/.test(response.headers.get('content-encoding') ?? '');
  const told = packed ? undefined : lengthOf(response);
  if (told !== undefined && told > limit) throw tooLarge(told, limit);
  if (told !== undefined && known?.sizeBytes !== undefined && told > 0 && told !== known.sizeBytes) throw new InputError(`The file should be ${size(known.sizeBytes)} (${known.sizeBytes} bytes), but the server tells of ${told} bytes. It is another file, or was changed: look at its home page.`);
  state.total = told !== undefined && told > 0 ? told : undefined;
  state.validator = packed ? undefined : validatorOf(response);
}
async function readInto(response: Response, state: Arrived, { limit, progress, known }: DownloadOptions, listen: () => void): Promise<void> {
  const reader = response.body?.getReader();
  for (let part = await reader?.read(); part && !part.done; part = await reader!.read()) {
    listen();
    state.add(part.value);
    if (state.loaded > limit) throw tooLarge(state.loaded, limit);
    if (known?.sizeBytes !== undefined && state.loaded > known.sizeBytes) throw new InputError(`The file should be ${known.sizeBytes} bytes, but more came. It is another file, or was changed: look at its home page.`);
    if (state.total !== undefined && state.loaded > state.total) state.total = undefined; // packed on the way, without our being told
    progress?.(state.loaded, state.total);
  }
}
async function finish(url: URL, bytes: Uint8Array<ArrayBuffer>, known: Known, resumed: number): Promise<Downloaded> {
  if (known.sizeBytes !== undefined && bytes.length !== known.sizeBytes) throw new InputError(`The file should be ${known.sizeBytes} bytes, but ${bytes.length} came. It is another file, or was changed: look at its home page.`);
  const digest = await sha256(bytes);
  if (known.sha256 !== undefined && digest !== known.sha256.toLowerCase()) throw new InputError(`${nameOf(url)} has the SHA-256 ${digest.slice(0, 16)}…, but ${known.sha256.slice(0, 16).toLowerCase()}… was expected. It is another file, or was damaged on the way: it is not used.`);
  return { name: nameOf(url), bytes, sha256: digest, resumed };
}

/** Files that came from addresses, kept for when there is no network. */
export interface FileCache {
  readonly get: (address: string) => Promise<CachedFile | undefined>;
  /** @throws nothing: what cannot be kept (no room, no leave) is not kept. Resolves true if it was. */
  readonly put: (address: string, file: CachedFile) => Promise<boolean>;
  /** The newest first. */
  readonly list: () => Promise<readonly CacheEntry[]>;
  readonly remove: (address: string) => Promise<void>;
}
export interface CachedFile {
  readonly name: string;
  readonly sha256: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}
export interface CacheEntry {
  readonly address: string;
  readonly name: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  /** ISO 8601. */
  readonly at: string;
}
/** From the cache where it is there and sound, else from the network, and then kept. */
export async function downloadCached(address: string, options: DownloadOptions, cache: FileCache | undefined): Promise<Downloaded & { readonly cached: boolean; readonly kept: boolean }> {
  const { href } = addressOf(address);
  const here = await cache?.get(href);
  if (here && here.bytes.length <= options.limit && (options.known?.sha256 === undefined || options.known.sha256.toLowerCase() === here.sha256) && (await sha256(here.bytes)) === here.sha256) {
    options.progress?.(here.bytes.length, here.bytes.length);
    return { ...here, resumed: 0, cached: true, kept: true };
  }
  const file = await download(address, options);
  const kept = (await cache?.put(href, file)) ?? false;
  return { ...file, cached: false, kept };
}
