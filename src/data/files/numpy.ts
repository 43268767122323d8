/** NumPy's arrays as data: one .npz, or .npy files whose names are the arrays' (x.npy and y.npy). Hostile input: see `npy` and `npz`. */
import { InputError } from '../../base/errors';
import { listOf, type LoadedArrays, type NamedBytes, type Reader } from './loaded';
import { readNpy, type NpyArray } from './npy';
import { readNpz } from './npz';
import { isZip } from './zip';

const isNpy = (head: Uint8Array): boolean => head[0] === 0x93 && String.fromCharCode(...head.subarray(1, 6)) === 'NUMPY';
const nameOf = (path: string): string => path.split('/').at(-1)!.replace(/\.npy$/i, '');

function readArrays(files: readonly NamedBytes[]): LoadedArrays {
  const arrays = new Map<string, NpyArray>();
  const notes: string[] = [];
  const note = (says: string): void => void notes.push(says);
  for (const file of files) {
    const found = isZip(file.bytes) ? Object.entries(readNpz(file.bytes, file.name, note)) : [[nameOf(file.name), readNpy(file.bytes, file.name, note)] as const];
    for (const [name, array] of found) {
      if (arrays.has(name)) throw new InputError(`${file.name} holds an array "${name}", and so does another of ${listOf(files)}. Rename one.`);
      arrays.set(name, array);
    }
  }
  return { kind: 'arrays', from: listOf(files), notes, arrays: Object.fromEntries(arrays) };
}
export const numpyReader: Reader = {
  id: 'numpy', title: 'Arrays (NumPy)', extensions: ['.npz', '.npy'],
  says: 'NumPy arrays: one .npz, or .npy files whose names are the arrays\' (x.npy and y.npy; x_test.npy for a test split).',
  recognises: (name, head) => isNpy(head) || (isZip(head) && !/\.zip$/i.test(name)),
  read: async (files) => readArrays(files),
};
