/** The service worker beside the built page: `src/offline/service-worker.ts` as one script, with the list of every file of the build, its SHA-256 and its size. */
import { createHash } from 'node:crypto';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'vite';
import type { Build, BuiltFile } from '../src/offline/rules.ts';

const source = fileURLToPath(new URL('../src/offline/service-worker.ts', import.meta.url));
const root = fileURLToPath(new URL('../', import.meta.url));
export const scriptName = 'service-worker.js';

async function script(): Promise<string> {
  const made = await build({ configFile: false, logLevel: 'error', root, publicDir: false, build: { write: false, target: 'es2023', rollupOptions: { input: source, output: { format: 'iife' } } } });
  const [output] = Array.isArray(made) ? made : [made];
  const chunk = output && 'output' in output ? output.output[0] : undefined;
  if (!chunk) throw new Error('The service worker was expected to be built as one script.');
  return chunk.code;
}
/** Every file of a built page. */
async function listed(dir: string): Promise<Build> {
  const paths = (await readdir(dir, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile()).map((entry) => relative(dir, join(entry.parentPath, entry.name)).split(sep).join('/')).filter((path) => path !== scriptName);
  const files: BuiltFile[] = [];
  for (const path of paths.sort()) files.push({ path, sha256: createHash('sha256').update(await readFile(join(dir, path))).digest('base64'), sizeBytes: (await stat(join(dir, path))).size });
  return { version: createHash('sha256').update(JSON.stringify(files)).digest('hex').slice(0, 16), files };
}
/** Writes the service worker of the page that lies in `dir`. */
export async function writeServiceWorker(dir: string): Promise<Build> {
  const list = await listed(dir);
  const json = JSON.stringify(list);
  if (/[\\'`$]/.test(json)) throw new Error('A file of the build has a name that cannot stand in the service worker: letters, digits, dots and hyphens can.');
  await writeFile(join(dir, scriptName), (await script()).replace('%BUILD%', () => json));
  return list;
}
export function offline(): Plugin {
  let dir: string | undefined;
  return {
    name: 'stipple-offline',
    apply: 'build',
    configResolved: (config) => {
      // The page itself, not the runtime's harness, which is built by the same settings.
      if (join(config.root, '.') === join(root, '.')) dir = join(config.root, config.build.outDir);
    },
    writeBundle: {
      sequential: true,
      order: 'post', // the page's policy has been written into it by then
      async handler({ dir: written }) {
        if (dir && written && join(written, '.') === join(dir, '.')) await writeServiceWorker(dir);
      },
    },
  };
}
