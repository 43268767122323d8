import { expect, test, vi } from 'vitest';
import { InputError, Stopped } from '../base/errors';
import { sha256 } from '../base/hash';
import { publicSets } from '../data/public-sets';
import { fetchFile, type FetchOptions } from './fetch-file';
import { fetchSet } from './fetch-set';

const chunks = (sizes: readonly number[], headers: Record<string, string> = {}, status = 200): typeof fetch => async () =>
  new Response(new ReadableStream({ start: (to) => { for (const size of sizes) to.enqueue(new Uint8Array(size).fill(7)); to.close(); } }), { headers, status });
const options = (load: typeof fetch, more: Partial<FetchOptions> = {}): FetchOptions => ({ limit: 100, signal: new AbortController().signal, progress: () => undefined, fetch: load, ...more });

test('a file comes whole under its name, and says how far it is', async () => {
  const seen: [number, number | undefined][] = [];
  const file = await fetchFile(' https://a.example/b/my%20model.onnx?download=true ', options(chunks([30, 20], { 'content-length': '50' }), { progress: (...at) => seen.push(at) }));
  expect([file.name, file.size, new Uint8Array(await file.arrayBuffer()).every((b) => b === 7)]).toEqual(['my model.onnx', 50, true]);
  expect(seen).toEqual([[30, 50], [50, 50]]);
});
test('a name with a stray % is kept as it is', async () => {
  expect((await fetchFile('https://a.example/50%.onnx', options(chunks([1])))).name).toBe('50%.onnx');
});
test('nothing of the user goes with the request', async () => {
  let sent: RequestInit | undefined;
  await fetchFile('https://a.example/m.onnx', options(async (_, init) => { sent = init; return new Response('x'); }));
  expect(sent).toMatchObject({ credentials: 'omit', referrerPolicy: 'no-referrer' });
});
test.each<[string, string, typeof fetch, RegExp]>([
  ['no address', 'model.onnx', chunks([1]), /not a web address/],
  ['another protocol', 'file:///etc/passwd', chunks([1]), /not a web address/],
  ['a missing file', 'https://a.example/m.onnx', chunks([1], {}, 404), /a\.example answered with status 404/],
  ['one that says it is too large', 'https://a.example/m.onnx', chunks([1], { 'content-length': '101' }), /101 bytes or more; at most 100 bytes/],
  ['one that grows too large', 'https://a.example/m.onnx', chunks([60, 60]), /120 bytes or more/],
  ['a refusal', 'https://a.example/m.onnx', () => Promise.reject(new TypeError('Failed to fetch')), /not allowed to read a\.example.*Access-Control-Allow-Origin.*Download/],
])('%s is refused in words', async (_, address, load, reason) => {
  const result = fetchFile(address, options(load));
  await expect(result).rejects.toThrow(InputError);
  await expect(result).rejects.toThrow(reason);
});
test('called off, it ends as stopped', async () => {
  const controller = new AbortController();
  const result = fetchFile('https://a.example/m.onnx', options((_, init) => new Promise((__, reject) => init!.signal!.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError')))), { signal: controller.signal }));
  controller.abort();
  await expect(result).rejects.toThrow(Stopped);
});
test('a page that came over HTTPS is told that plain HTTP is not to be had', async () => {
  vi.stubGlobal('location', { protocol: 'https:' });
  try {
    await expect(fetchFile('http://a.example/m.onnx', options(chunks([1])))).rejects.toThrow(/plain HTTP.*https:\/\//);
    expect((await fetchFile('http://localhost:1/m.onnx', options(chunks([1])))).size).toBe(1);
  } finally {
    vi.unstubAllGlobals();
  }
});
test('a public set comes file by file, each compared with what is known, with the progress of all', async () => {
  const content = (n: number): Uint8Array<ArrayBuffer> => new Uint8Array(n).fill(7);
  const known = async (n: number) => ({ sizeBytes: n, sha256: await sha256(content(n)), verified: 'computed' as const });
  const set = { ...publicSets[0]!, files: [{ address: 'https://a.example/x', ...(await known(30)) }, { address: 'https://a.example/y', ...(await known(20)) }] };
  const seen: number[] = [];
  const serve: typeof fetch = async (url) => new Response(content(String(url).endsWith('x') ? 30 : 20));
  const files = await fetchSet(set, { limit: 100, signal: new AbortController().signal, fetch: serve, progress: ({ loaded, total }) => seen.push(loaded, total) });
  expect([files.map(({ name, size }) => [name, size]), seen]).toEqual([[['x', 30], ['y', 20]], [30, 50, 50, 50]]);
  const other: typeof fetch = async () => new Response(new Uint8Array(30));
  await expect(fetchSet(set, { limit: 100, signal: new AbortController().signal, fetch: other, progress: () => undefined })).rejects.toThrow(/SHA-256 .* expected/);
});
