/**
 * The one door to the decoders in WebAssembly: mozjpeg's (a libjpeg-turbo) and libwebp's, as packaged by jSquash (Apache-2.0; the codecs
 * themselves are BSD). WebAssembly has one result for every integer, so the bytes are the same in Node and in every browser. Nothing is
 * fetched before the first JPEG or WebP file comes. "This software is based in part on the work of the Independent JPEG Group."
 */
import jpegWasm from '@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm?url';
import webpWasm from '@jsquash/webp/codec/dec/webp_dec.wasm?url';
import { InputError, RuntimeProblem } from '../../base/errors';

type CodecName = 'jpeg' | 'webp';
interface Decoded {
  readonly width: number;
  readonly height: number;
  /** RGBA. */
  readonly data: Uint8ClampedArray;
}
interface Instance {
  readonly decode: (bytes: Uint8Array) => Decoded | null;
  /** What it said on its error output. */
  readonly said: string[];
}
const files: Readonly<Record<CodecName, { readonly url: string; readonly inNode: string }>> = {
  jpeg: { url: jpegWasm, inNode: '@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm' },
  webp: { url: webpWasm, inNode: '@jsquash/webp/codec/dec/webp_dec.wasm' },
};
async function binary(name: CodecName): Promise<BufferSource> {
  if (!import.meta.env.SSR) return (await fetch(files[name].url)).arrayBuffer();
  const [{ createRequire }, { readFile }] = await Promise.all([import('node:module'), import('node:fs/promises')]);
  return new Uint8Array(await readFile(createRequire(import.meta.url).resolve(files[name].inNode)));
}
const compiled = new Map<CodecName, Promise<WebAssembly.Module>>();
function moduleOf(name: CodecName): Promise<WebAssembly.Module> {
  const ready = compiled.get(name) ?? binary(name).then((bytes) => WebAssembly.compile(bytes)).catch((error: unknown) => {
    compiled.delete(name); // a failed download may be tried again
    throw new RuntimeProblem(`The decoder of ${name} files should load, but: ${error instanceof Error ? error.message : String(error)}. Check the connection and try again.`);
  });
  compiled.set(name, ready);
  return ready;
}
async function open(name: CodecName): Promise<Instance> {
  const module = await moduleOf(name);
  const said: string[] = [];
  const options = {
    noInitialRun: true,
    instantiateWasm: (imports: WebAssembly.Imports, done: (instance: WebAssembly.Instance) => void) => {
      const instance = new WebAssembly.Instance(module, imports);
      done(instance);
      return instance.exports;
    },
    print: () => undefined,
    printErr: (line: string) => said.push(line),
  };
  if (name === 'jpeg') {
    const codec = await (await import('@jsquash/jpeg/codec/dec/mozjpeg_dec.js')).default(options);
    return { decode: (bytes) => codec.decode(bytes as unknown as BufferSource, false), said }; // the type knows no view, the codec copies one
  }
  const codec = await (await import('@jsquash/webp/codec/dec/webp_dec.js')).default(options);
  return { decode: (bytes) => codec.decode(bytes as unknown as BufferSource), said }; // as above
}

/** Instances are kept while all goes well: after an error, and after a large picture, whose memory never shrinks, a fresh one is made. */
const kept = new Map<CodecName, Promise<Instance>>();
const largePixels = 4 * 2 ** 20;

/**
 * Decodes a file whose head was checked. Pictures that the decoder only warns of (a hole filled with grey) are refused, too.
 * @throws InputError where it is damaged
 */
export async function decodeWith(name: CodecName, bytes: Uint8Array, expected: { readonly width: number; readonly height: number }): Promise<Decoded> {
  const opening = kept.get(name) ?? open(name);
  kept.set(name, opening);
  const instance = await opening.catch((error: unknown) => {
    kept.delete(name);
    throw error;
  });
  const title = name === 'jpeg' ? 'JPEG' : 'WebP';
  instance.said.length = 0;
  let decoded: Decoded | null = null;
  let why = '';
  try {
    decoded = instance.decode(bytes);
  } catch (error) {
    why = error instanceof Error ? error.message : String(error);
  }
  why = instance.said.filter((line) => line.trim() !== '').join('; ') || why;
  if (!decoded || why !== '' || expected.width * expected.height > largePixels) kept.delete(name);
  if (!decoded || why !== '') throw new InputError(`The ${title} file is damaged${why === '' ? '' : ` (${why.trim().replace(/[.:]$/, '').slice(0, 120)})`}. Save it as ${title} again.`);
  if (decoded.width !== expected.width || decoded.height !== expected.height) throw new InputError(`The ${title} file says ${expected.width} x ${expected.height} in its head, but holds ${decoded.width} x ${decoded.height}. Save it again.`);
  return decoded;
}
