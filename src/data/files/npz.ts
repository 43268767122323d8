/** Several named NumPy arrays in one file: a ZIP of .npy files, as `numpy.savez` and `numpy.savez_compressed` write it. Hostile input. */
import { unzipSync, zipSync } from 'fflate';
import { InputError } from '../../base/errors';
import { readNpy, writeNpy, type NpyArray } from './npy';

export const npzLimits = { arrays: 4096, unpackedBytes: 2 ** 31 } as const;

/** The arrays by name, without `.npy`, in the file's order. @throws InputError for what is damaged, too large, or not an array */
export function readNpz(bytes: Uint8Array, name: string): Readonly<Record<string, NpyArray>> {
  if (bytes[0] !== 0x50 || bytes[1] !== 0x4b) throw new InputError(`${name} is not a NumPy archive (.npz): it does not start like a ZIP file. Save it with numpy.savez(path, x=..., y=...).`);
  const files = unpack(bytes, name);
  const arrays = Object.entries(files).map(([file, content]): [string, NpyArray] => {
    if (!file.endsWith('.npy')) throw new InputError(`${name} holds "${file}", which is not an array. Save it with numpy.savez(path, x=..., y=...).`);
    return [file.slice(0, -4), readNpy(content, `${file.slice(0, -4)} in ${name}`)];
  });
  return Object.fromEntries(arrays);
}
/** Sizes are checked as the archive tells them, before anything is unpacked; the unpacker writes no more than was told. */
function unpack(bytes: Uint8Array, name: string): Record<string, Uint8Array> {
  let [count, total] = [0, 0];
  try {
    return unzipSync(bytes, {
      filter: ({ originalSize }) => {
        count++;
        total += originalSize;
        if (count > npzLimits.arrays || total > npzLimits.unpackedBytes) throw new InputError(`${name} would unpack to more than ${npzLimits.arrays} arrays or ${npzLimits.unpackedBytes / 2 ** 30} GiB. Use a smaller file.`);
        return true;
      },
    });
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`${name} cannot be unpacked: ${error instanceof Error ? error.message : String(error)}. The file is damaged or was cut short.`);
  }
}

/** What `numpy.load` reads. Not compressed, and the same bytes for the same arrays. */
export function writeNpz(arrays: Readonly<Record<string, NpyArray>>): Uint8Array {
  const files = Object.fromEntries(Object.entries(arrays).map(([name, array]) => [`${name}.npy`, writeNpy(array)]));
  return zipSync(files, { level: 0, mtime: new Date(1980, 0, 1) }); // the earliest day that a ZIP can name
}
