import { expect, test } from 'vitest';
import { fileFor, isCore, isHashed, isWanted, type BuiltFile } from './rules';

const scope = 'https://example.org/stipple/';
const file = (path: string): BuiltFile => ({ path, sha256: '', sizeBytes: 1 });
const paths = [
  'index.html', 'manifest.webmanifest', 'data/typefaces.bin', 'assets/index-DRI6kwNC.js', 'assets/ort-wasm-simd-threaded-DcHrbrbl.wasm', 'assets/ort-wasm-simd-threaded-qyIweqWS.mjs', 'assets/ort.jspi.min-BGt-ISw-.js',
  'assets/ort-wasm-simd-threaded.jspi-CZzFqCHi.wasm', 'assets/ort-wasm-simd-threaded.jspi-DvzLAhGZ.mjs', 'assets/ort-wasm-simd-threaded.asyncify-D5D0fo7z.wasm', 'assets/ort-wasm-simd-threaded.asyncify-CGX8rfbW.mjs', 'assets/cnn-BWJrKQh5.onnx',
];
const files = new Map(paths.map((path) => [path, file(path)]));
const of = (url: string, mode = 'cors', method = 'GET'): string | undefined => fileFor({ url, mode, method }, scope, files)?.path;

test('the first visit keeps the page and the CPU runtime; checkpoints and the WebGPU runtimes are kept when used', () => {
  expect(paths.filter((path) => !isCore({ path }))).toEqual(paths.filter((path) => /onnx$|threaded\.(jspi|asyncify)/.test(path)));
});
test('everything is what this browser can use', () => {
  const wanted = (gpu: 'jspi' | 'asyncify' | 'none'): string[] => paths.filter((path) => isWanted({ path }, gpu));
  expect(wanted('jspi')).toEqual(paths.filter((path) => !path.includes('asyncify')));
  expect(wanted('asyncify')).toEqual(paths.filter((path) => !path.includes('threaded.jspi')));
  expect(wanted('none')).toEqual(paths.filter((path) => !/threaded\.(jspi|asyncify)/.test(path)));
});
test('the page is one file, whatever its query; what is not of the build passes by', () => {
  expect(of(scope, 'navigate')).toBe('index.html');
  expect(of(`${scope}?embed=1`, 'navigate')).toBe('index.html');
  expect(of(`${scope}index.html#winner?v=1`, 'navigate')).toBe('index.html');
  expect(of(`${scope}assets/cnn-BWJrKQh5.onnx`)).toBe('assets/cnn-BWJrKQh5.onnx');
  for (const url of [scope, `${scope}service-worker.js`, `${scope}assets/of-another-build.js`, 'https://example.org/', 'https://elsewhere.org/stipple/index.html', `${scope}../index.html`]) expect(of(url), url).toBeUndefined();
  expect(of(`${scope}index.html`, 'cors', 'POST')).toBeUndefined();
  for (const path of ['%E0%A4%A', '%', 'assets/%zz']) expect(of(scope + path), path).toBeUndefined(); // a % that escapes nothing
});
test('only names that change with their content are taken over from another build', () => {
  expect(paths.filter((path) => isHashed(path))).toEqual(paths.filter((path) => path.startsWith('assets/')));
});
