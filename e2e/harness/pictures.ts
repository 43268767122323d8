/** Pictures decoded where the page decodes them: in a worker, by the project's own decoders. */
import { toProblem } from '../../src/base/errors';
import { loadOne } from '../../src/data/files';
import { readPicture } from '../../src/data/files/picture';
import type { Args } from './scenarios';

const bytesOf = (base64: string): Uint8Array => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
export async function decodedPicture({ base64 }: Args): Promise<{ width: number; height: number; channels: number; data: number[] } | { problem: string }> {
  try {
    const { width, height, channels, data } = await readPicture(bytesOf(String(base64)));
    return { width, height, channels, data: [...data] };
  } catch (error) {
    const { kind, message } = toProblem(error);
    return { problem: `${kind}: ${message}` };
  }
}
/** A set of files by name, read as the page reads them: what kind it is, and how many examples train. */
export async function loadedSet({ files }: Args): Promise<unknown> {
  const loaded = await loadOne((files as { name: string; base64: string }[]).map(({ name, base64 }) => ({ name, bytes: bytesOf(base64) })));
  return loaded.kind === 'images' ? { kind: loaded.kind, classes: loaded.classes, count: loaded.splits.train.count, sum: loaded.splits.train.pixels.reduce((a, b) => a + b, 0) } : { kind: loaded.kind };
}
