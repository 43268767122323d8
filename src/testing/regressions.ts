/** What once went wrong, kept as files: a folder for each parser. Texts and sets of files stand in JSON, so that a difference can be read; ONNX files as they are. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Input } from './parser';

const folderOf = (id: string): string => fileURLToPath(id === 'onnx' ? new URL('../engine/onnx/testing/regressions/', import.meta.url) : new URL(`./regressions/${id}/`, import.meta.url));
type Stored = { readonly text: string } | { readonly bytes: string } | { readonly files: readonly { readonly name: string; readonly bytes: string }[] };
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'));

function toFile(input: Input): Stored {
  if (typeof input === 'string') return { text: input };
  return input instanceof Uint8Array ? { bytes: base64(input) } : { files: input.map(({ name, bytes }) => ({ name, bytes: base64(bytes) })) };
}
function fromFile(stored: Stored): Input {
  if ('text' in stored) return stored.text;
  return 'bytes' in stored ? bytesOf(stored.bytes) : stored.files.map(({ name, bytes }) => ({ name, bytes: bytesOf(bytes) }));
}
/** Files of a parser's regressions, and how each is read. */
export function regressionsOf(id: string): readonly { readonly file: string; readonly read: () => Input }[] {
  const folder = folderOf(id);
  if (!existsSync(folder)) return [];
  return readdirSync(folder).sort().map((file) => ({ file, read: () => (id === 'onnx' ? new Uint8Array(readFileSync(folder + file)) : fromFile(JSON.parse(readFileSync(folder + file, 'utf8')) as Stored)) })); // written below
}
/** @returns the path of the new file */
export function keepRegression(id: string, name: string, input: Input): string {
  const folder = folderOf(id);
  mkdirSync(folder, { recursive: true });
  const path = `${folder}${name.replace(/:.*/, '').replaceAll(/\W+/g, '-').slice(0, 80)}${id === 'onnx' ? '.onnx' : '.json'}`;
  writeFileSync(path, id === 'onnx' ? (input as Uint8Array) : `${JSON.stringify(toFile(input))}\n`);
  return path;
}
