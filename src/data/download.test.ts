/** Against a server of our own that breaks off, lies, forgets, changes the file and never ends. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { InputError, Stopped } from '../base/errors';
import { folderCache } from '../cli/file-cache';
import { download, downloadCached, Interrupted, type DownloadOptions } from './download';

const file = Buffer.from(Array.from({ length: 50_000 }, (_, i) => (i * 7) % 251));
const digest = createHash('sha256').update(file).digest('hex');
type Answer = (request: IncomingMessage, response: ServerResponse, asked: number) => void;
let answer: Answer;
let ranges: (string | undefined)[] = [];
let server: Server;
let address: string;
beforeAll(async () => {
  server = createServer((request, response) => {
    ranges.push(request.headers.range);
    answer(request, response, ranges.length);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const at = server.address();
  address = `http://127.0.0.1:${typeof at === 'object' && at ? at.port : 0}/data/my%20file.bin?download=true`;
});
afterAll(() => new Promise((resolve) => {
  server.closeAllConnections();
  server.close(resolve);
}));
afterEach(() => (ranges = []));

const get = (more: Partial<DownloadOptions> = {}) => download(address, { limit: 100_000, wait: () => Promise.resolve(), retries: 3, silenceMs: 2000, ...more });
const placeIn = (request: IncomingMessage): number => Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
/** Serves ranges; breaks off after `most` bytes a request. */
const serve = ({ most = Infinity, etag = '"a"', content = file, length = true, range = true }: { most?: number; etag?: string | ((asked: number) => string); content?: Buffer; length?: boolean; range?: boolean } = {}): Answer => (request, response, asked) => {
  const from = range ? placeIn(request) : 0;
  const body = content.subarray(from, Math.min(content.length, from + most));
  const headers = { ...(etag !== '' && { etag: typeof etag === 'string' ? etag : etag(asked) }), ...(length && { 'content-length': content.length - from }), ...(from > 0 && { 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` }) };
  response.writeHead(from > 0 ? 206 : 200, headers);
  if (from + most >= content.length) response.end(body);
  else response.write(body, () => setTimeout(() => response.destroy(), 5)); // so that the bytes are sent before the break
};

test('a file comes whole, under its name, and says how far it is', async () => {
  answer = serve();
  const seen: [number, number | undefined][] = [];
  const got = await get({ progress: (...at) => seen.push(at) });
  expect([got.name, got.sha256, got.resumed, Buffer.compare(got.bytes, file)]).toEqual(['my file.bin', digest, 0, 0]);
  expect(seen.at(-1)).toEqual([50_000, 50_000]);
});
test('a download that breaks off goes on where it was', async () => {
  answer = serve({ most: 20_000 });
  const got = await get({ known: { sizeBytes: 50_000, sha256: digest } });
  expect([got.resumed, Buffer.compare(got.bytes, file)]).toEqual([2, 0]);
  expect(ranges).toEqual([undefined, 'bytes=20000-', 'bytes=40000-']);
});
test('where the server ignores the range it begins anew, and nothing is joined on twice', async () => {
  answer = (request, response, asked) => serve({ most: asked === 1 ? 20_000 : Infinity, range: false })(request, response, asked);
  const got = await get();
  expect([got.resumed, ranges, Buffer.compare(got.bytes, file)]).toEqual([0, [undefined, 'bytes=20000-'], 0]);
});
test('a file that changes in between is fetched anew, whole', async () => {
  const other = Buffer.from(file.map((b) => b ^ 255));
  answer = (request, response, asked) => (asked === 1 ? serve({ most: 20_000 }) : serve({ etag: '"b"', content: other }))(request, response, asked);
  expect(Buffer.compare((await get()).bytes, other)).toBe(0);
  expect(ranges).toEqual([undefined, 'bytes=20000-', undefined]);
});
test('a piece from another place, or of another length, is not joined on', async () => {
  answer = (request, response, asked) => {
    if (asked !== 2) return serve({ most: asked === 1 ? 20_000 : Infinity })(request, response, asked);
    response.writeHead(206, { etag: '"a"', 'content-range': 'bytes 10000-49999/50000', 'content-length': 40_000 });
    response.end(file.subarray(10_000));
  };
  expect(Buffer.compare((await get()).bytes, file)).toBe(0);
});
test('without a validator it begins anew', async () => {
  answer = (request, response, asked) => serve({ most: asked === 1 ? 20_000 : Infinity, etag: '' })(request, response, asked);
  expect(Buffer.compare((await get()).bytes, file)).toBe(0);
  expect(ranges).toEqual([undefined, undefined]);
});
test('one that breaks off for ever ends in words, with what has come; and goes on from there when asked again', async () => {
  answer = serve({ most: 10_000 });
  const broken = await get({ retries: 1 }).then(() => undefined, (error: unknown) => error);
  expect(broken).toBeInstanceOf(Interrupted);
  expect((broken as Interrupted).message).toMatch(/127\.0\.0\.1.* broke off after 19\.5 KiB of 48\.8 KiB, 2 times/);
  answer = serve();
  const got = await get({ partial: (broken as Interrupted).partial });
  expect([got.resumed, Buffer.compare(got.bytes, file), ranges.at(-1)]).toEqual([1, 0, 'bytes=20000-']);
});
test.each<[string, Answer, Partial<DownloadOptions>, RegExp]>([
  ['one that says it is too large', serve(), { limit: 49_999 }, /48\.8 KiB or more; at most 48\.8 KiB|or more/],
  ['one that grows too large', serve({ length: false }), { limit: 30_000 }, /or more; at most 29\.3 KiB/],
  ['one that never ends', (_, response) => {
    response.writeHead(200);
    const timer = setInterval(() => response.write(Buffer.alloc(5000)), 1);
    response.on('close', () => clearInterval(timer));
  }, {}, /at most 97\.7 KiB/],
  ['one that says another size than is known', serve(), { known: { sizeBytes: 40_000 } }, /should be .*40000 bytes\), but the server tells of 50000/],
  ['one that is shorter than is known', serve({ length: false }), { known: { sizeBytes: 60_000 } }, /should be 60000 bytes, but 50000 came/],
  ['one that is longer than is known', serve({ length: false }), { known: { sizeBytes: 40_000 } }, /should be 40000 bytes, but more came/],
  ['one of another SHA-256', serve(), { known: { sha256: '00'.repeat(32) } }, /SHA-256 .* was expected.*not used/],
  ['one that is larger than the limit by what is known', serve(), { known: { sizeBytes: 200_000 } }, /at most 97\.7 KiB/],
  ['a missing one', (_, response) => void response.writeHead(404).end(), {}, /answered with status 404/],
  ['a server that is always busy', (_, response) => void response.writeHead(503).end(), { retries: 2 }, /status 503/],
  ['a server that ends before the length it told', (_, response) => {
    response.writeHead(200, { 'content-length': 50_000 });
    response.write(file.subarray(0, 100), () => setTimeout(() => response.destroy(), 5));
  }, { retries: 1 }, /broke off/],
])('%s is refused in words', async (_, how, more, says) => {
  answer = how;
  const error = await get(more).then(() => undefined, (e: unknown) => e);
  expect(error).toBeInstanceOf(InputError);
  expect((error as Error).message).toMatch(says);
});
test('a server that falls silent is a break, not a wait for ever', async () => {
  answer = (_, response) => {
    response.writeHead(200, { 'content-length': 50_000, etag: '"a"' });
    response.write(file.subarray(0, 10));
  };
  await expect(get({ silenceMs: 60, retries: 1 })).rejects.toThrow(/nothing came for 0\.06 s/);
});
test('what cannot be reached is said; what is no address is not asked', async () => {
  await expect(download('http://127.0.0.1:9/x', { limit: 10, retries: 0 })).rejects.toThrow(/127\.0\.0\.1:9 could not be reached/);
  await expect(download('ftp://127.0.0.1/x', { limit: 10 })).rejects.toThrow(/not a web address/);
  await expect(download('x.bin', { limit: 10 })).rejects.toThrow(InputError);
});
test('called off, before and while it comes, it ends as stopped', async () => {
  answer = (_, response) => {
    response.writeHead(200, { 'content-length': 50_000 });
    response.write(file.subarray(0, 10));
  };
  const controller = new AbortController();
  const going = get({ signal: controller.signal, progress: () => controller.abort() });
  await expect(going).rejects.toThrow(Stopped);
  await expect(get({ signal: controller.signal })).rejects.toThrow(Stopped);
});
test('what was fetched is kept in a folder: used without a network, listed with its size, let go; damaged, it is fetched again', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'stipple-cache-'));
  try {
    answer = serve();
    const cache = folderCache(folder);
    const options = { limit: 100_000, retries: 0 };
    expect((await downloadCached(address, options, cache)).cached).toBe(false);
    answer = (_, response) => void response.destroy();
    const again = await downloadCached(address, options, cache);
    expect([again.cached, again.name, Buffer.compare(again.bytes, file), ranges.length]).toEqual([true, 'my file.bin', 0, 1]);
    const [entry, ...others] = await cache.list();
    expect([entry?.address, entry?.sizeBytes, entry?.sha256, others.length]).toEqual([address, 50_000, digest, 0]);
    const [bin] = (await import('node:fs')).readdirSync(folder).filter((name) => name.endsWith('.bin'));
    await writeFile(join(folder, bin!), 'damaged');
    answer = serve();
    expect((await downloadCached(address, options, cache)).cached).toBe(false);
    await cache.remove(address);
    expect([await cache.list(), await cache.get(address)]).toEqual([[], undefined]);
  } finally {
    await rm(folder, { recursive: true });
  }
});
