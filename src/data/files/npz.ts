/** Several named NumPy arrays in one file: a ZIP of .npy files, as `numpy.savez` and `numpy.savez_compressed` write it. Hostile input. */
import { zipSync } from 'fflate';
import { InputError } from '../../base/errors';
import { readNpy, writeNpy, type Note, type NpyArray } from './npy';
import { readZip } from './zip';

export const npzLimits = { arrays: 4096, unpackedBytes: 2 ** 31 } as const;

/** The arrays by name, without `.npy`, in the file's order. @throws InputError for what is damaged, too large, or not an array */
export function readNpz(bytes: Uint8Array, name: string, note?: Note): Readonly<Record<string, NpyArray>> {
  if (bytes[0] !== 0x50 || bytes[1] !== 0x4b) throw new InputError(`${name} is not a NumPy archive (.npz): it does not start like a ZIP file. Save it with numpy.savez(path, x=..., y=...).`);
  const arrays = readZip(bytes, name, { entries: npzLimits.arrays, unpackedBytes: npzLimits.unpackedBytes }).map(({ name: file, read }): [string, NpyArray] => {
    if (!file.endsWith('.npy')) throw new InputError(`${name} holds "${file.slice(0, 80)}", which is not an array. Save it with numpy.savez(path, x=..., y=...).`);
    return [file.slice(0, -4), readNpy(read(), `${file.slice(0, -4)} in ${name}`, note)];
  });
  return Object.fromEntries(arrays);
}

/** What `numpy.load` reads. Not compressed, and the same bytes for the same arrays. */
export function writeNpz(arrays: Readonly<Record<string, NpyArray>>): Uint8Array {
  const files = Object.fromEntries(Object.entries(arrays).map(([name, array]) => [`${name}.npy`, writeNpy(array)]));
  return zipSync(files, { level: 0, mtime: new Date(1980, 0, 1) }); // the earliest day that a ZIP can name
}
