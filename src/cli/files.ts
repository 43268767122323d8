/** The project's own files and the user's, on disk. */
import { access, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InputError } from '../base/errors';
import { sha256 } from '../base/hash';
import type { FileRef } from '../spec/experiment';
import type { FileBytes } from '../spec/messages';
import { filesOf } from './sources';

/** Root of the project: the command line is started through src/cli/stipple.mjs, which lies two folders below. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

/** 'models/cnn.onnx' lies at the top, 'data/typefaces.bin' in `public`. */
export async function readAsset(path: string): Promise<Uint8Array> {
  const file = path.startsWith('models/') ? join(root, path) : join(root, 'public', path);
  try {
    return new Uint8Array(await readFile(file));
  } catch {
    throw new InputError(`The file ${path} is missing from the project (looked in ${file}). Make it with "npm run models", or check the clone.`);
  }
}
/** Files, folders (each as one ZIP file), web addresses, public sets (set:NAME). */
export async function readUserFiles(paths: readonly string[]): Promise<{ refs: FileRef[]; files: FileBytes[] }> {
  const files: FileBytes[] = [];
  const refs: FileRef[] = [];
  for (const path of paths) {
    for (const { name, bytes } of await filesOf(path, { pack: true })) {
      files.push({ name, bytes });
      refs.push({ name, sizeBytes: bytes.length, sha256: await sha256(bytes) });
    }
  }
  return { refs, files };
}
/** Said before anything is computed, so that no work is lost at its end. @throws InputError naming a folder that is not there */
export async function checkFolders(paths: readonly string[]): Promise<void> {
  for (const path of paths)
    await access(dirname(path)).catch(() => {
      throw new InputError(`${path} cannot be written: there is no folder ${dirname(path)}. Make it, or choose another place.`);
    });
}

/** Replaces what stands between `<!-- name -->` and `<!-- /name -->` in a file of the project. */
export async function writeSection(file: string, name: string, text: string): Promise<void> {
  const path = join(root, file);
  const before = await readFile(path, 'utf8');
  await writeFile(path, before.replace(new RegExp(`<!-- ${name} -->[\\s\\S]*<!-- /${name} -->`), () => `<!-- ${name} -->\n${text}\n<!-- /${name} -->`));
}
