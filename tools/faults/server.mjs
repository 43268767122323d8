// A host for the built page, as small as one can be, that can be cut off in the middle of an answer: the faults of the network are made here, where they happen.
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';

const types = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.mjs': 'text/javascript', '.css': 'text/css', '.wasm': 'application/wasm', '.json': 'application/json', '.svg': 'image/svg+xml', '.webmanifest': 'application/manifest+json' };
const isolation = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp', 'Cross-Origin-Resource-Policy': 'same-origin', 'X-Content-Type-Options': 'nosniff', 'Referrer-Policy': 'no-referrer' };
/** A page of the same origin that does nothing: from there storage is looked at and damaged. */
export const blankPath = '/__blank';

/**
 * Serves folder `dist`. `offline` (settable): nothing is answered. `cutOff(pattern, share)`: answers whose path matches break off after that share of their bytes, until `mend()`.
 * `file(name, bytes, breaks)`: a file that other origins may read, whose first `breaks` answers break off half way.
 */
export async function serve(dist) {
  const html = await readFile(join(dist, 'index.html'), 'utf8');
  const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1];
  const headers = { ...isolation, ...(policy && { 'Content-Security-Policy': policy }), 'Cache-Control': 'no-store' };
  const state = { offline: false, cut: undefined };
  const files = new Map();

  const server = createServer(async (request, response) => {
    if (state.offline) return request.socket.destroy();
    const path = normalize(decodeURIComponent(new URL(request.url, 'http://host').pathname));
    if (path === blankPath) return response.writeHead(200, { ...isolation, 'Content-Type': types['.html'] }).end('<!doctype html><title>blank</title>');
    if (files.has(path)) return sendFile(files.get(path), request, response);
    const at = join(dist, path.endsWith('/') ? `${path}index.html` : path);
    try {
      const { size } = await stat(at);
      response.writeHead(200, { ...headers, 'Content-Type': types[extname(at)] ?? 'application/octet-stream', 'Content-Length': size });
      if (state.cut?.pattern.test(path)) return createReadStream(at, { end: Math.max(0, Math.floor(size * state.cut.share) - 1) }).on('end', () => response.destroy()).pipe(response, { end: false });
      createReadStream(at).pipe(response);
    } catch {
      response.writeHead(404, headers).end();
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://localhost:${server.address().port}/`;
  return {
    url,
    set offline(now) {
      state.offline = now;
      if (now) server.closeAllConnections();
    },
    cutOff: (pattern, share) => void (state.cut = { pattern, share }),
    mend: () => void Object.assign(state, { offline: false, cut: undefined }),
    file: (name, bytes, breaks) => (files.set(`/${name}`, { bytes, breaks }), `${url.replace('localhost', '127.0.0.1')}${name}`),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
/** With a validator and ranges, so that a download can be taken up where it broke off. */
function sendFile(file, request, response) {
  const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
  const cors = { 'Access-Control-Allow-Origin': '*', 'Access-Control-Allow-Headers': 'Range', 'Access-Control-Expose-Headers': 'Content-Range, ETag', 'Cross-Origin-Resource-Policy': 'cross-origin' };
  if (request.method === 'OPTIONS') return response.writeHead(204, cors).end();
  const rest = file.bytes.subarray(from);
  response.writeHead(from > 0 ? 206 : 200, { ...cors, ETag: '"one"', 'Content-Length': rest.length, ...(from > 0 && { 'Content-Range': `bytes ${from}-${file.bytes.length - 1}/${file.bytes.length}` }) });
  if (file.breaks-- > 0) response.write(rest.subarray(0, rest.length >> 1), () => setTimeout(() => response.destroy(), 20));
  else response.end(rest);
}
