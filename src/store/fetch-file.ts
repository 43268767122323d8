/** A file from a web address, fetched because the user said so: no cookie, no referrer, bounded, and it can be called off. */
import { InputError, Stopped } from '../base/errors';
import type { DroppedFile } from './files';
import { bytesText } from './format';

export interface FetchOptions {
  readonly limit: number;
  readonly signal: AbortSignal;
  /** Bytes that have come, and how many there will be, where the server says it. */
  readonly progress: (loaded: number, total: number | undefined) => void;
  readonly fetch?: typeof fetch;
}

/** @throws InputError for an address that is none, a refusal or a file too large; Stopped when called off */
export async function fetchFile(address: string, { limit, signal, progress, fetch: load = fetch }: FetchOptions): Promise<ReturnType<typeof droppedFile>> {
  const url = parse(address);
  try {
    const response = await load(url, { mode: 'cors', credentials: 'omit', referrerPolicy: 'no-referrer', redirect: 'follow', signal });
    if (!response.ok) throw new InputError(`${url.host} answered with status ${response.status} instead of the file. Check the address in another tab.`);
    const told = Number(response.headers.get('content-length'));
    const total = Number.isFinite(told) && told > 0 ? told : undefined;
    if (total !== undefined && total > limit) throw tooLarge(total, limit);
    return droppedFile(nameOf(url), await readAll(response, total, limit, progress));
  } catch (error) {
    if (signal.aborted) throw new Stopped();
    // A browser tells a page no more than this: a refusal by the site and a broken connection look the same.
    if (error instanceof TypeError) throw new InputError(`The browser was not allowed to read ${url.host}, or could not reach it. A site must permit other pages to read its files (the CORS header Access-Control-Allow-Origin). Download the file yourself and drop it here.`);
    throw error;
  }
}
function parse(address: string): URL {
  const url = URL.canParse(address.trim()) ? new URL(address.trim()) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) throw new InputError(`"${address.trim().slice(0, 80)}" is not a web address. Expected one that starts with https://.`);
  return url;
}
const tooLarge = (bytes: number, limit: number): InputError => new InputError(`The file is ${bytesText(bytes)} or more; at most ${bytesText(limit)} are read. Use a smaller one.`);
/** The last part of the path: `https://…/resolve/main/model.onnx?download=true` is model.onnx. */
function nameOf(url: URL): string {
  const last = url.pathname.split('/').filter((part) => part !== '').at(-1) ?? url.host;
  try {
    return decodeURIComponent(last).slice(0, 200);
  } catch {
    return last.slice(0, 200); // a % that escapes nothing is part of the name
  }
}

async function readAll(response: Response, total: number | undefined, limit: number, progress: FetchOptions['progress']): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let loaded = 0;
  const reader = response.body?.getReader();
  for (let part = await reader?.read(); part && !part.done; part = await reader!.read()) {
    loaded += part.value.length;
    if (loaded > limit) {
      await reader!.cancel();
      throw tooLarge(loaded, limit);
    }
    parts.push(part.value);
    progress(loaded, total);
  }
  const bytes = new Uint8Array(loaded);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
const droppedFile = (name: string, bytes: Uint8Array<ArrayBuffer>): DroppedFile & { text(): Promise<string> } => ({
  name, size: bytes.length, arrayBuffer: () => Promise.resolve(bytes.buffer), text: () => Promise.resolve(new TextDecoder().decode(bytes)),
});
