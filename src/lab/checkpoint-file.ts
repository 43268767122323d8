/** Files with the weights of a model, at one door: safetensors, ONNX, NumPy archives. Hostile until read. */
import { InputError } from '../base/errors';
import { tensor, type Params } from '../base/tensor';
import { readNpz } from '../data/files/npz';
import { toTensor } from '../engine/onnx/border';
import { paramNames } from '../engine/onnx/writer';
import { readSafetensors } from '../engine/safetensors';
import { checkTensors } from '../keep/checkpoints';
import { checkpointLimits, type CheckpointForm } from '../spec/checkpoint';
import type { FileBytes } from '../spec/messages';
import { storedModel } from './own/open';

export interface ReadCheckpoint {
  readonly form: CheckpointForm;
  readonly params: Params;
  /** What was read otherwise than it stands in the file, or left out, a sentence each. */
  readonly notes: readonly string[];
}
type Read = (file: FileBytes) => Omit<ReadCheckpoint, 'form'>;

const readers: Readonly<Record<CheckpointForm, Read>> = {
  safetensors: ({ name, bytes }) => floatsOf(Object.entries(readSafetensors(bytes, name).params).map(([tensorName, t]) => [tensorName, t.dtype === 'float32' ? t : undefined])),
  npz: ({ name, bytes }) => floatsOf(Object.entries(readNpz(bytes, name)).map(([array, { shape, data }]) => [array, data instanceof Float32Array ? tensor(data, shape) : data instanceof Float64Array ? tensor(Float32Array.from(data), shape) : undefined])),
  // The names that new numbers can be put back under: the file's own.
  onnx: ({ bytes }) => {
    const model = storedModel({ bytes });
    return floatsOf(paramNames(model).map((name) => {
      const stored = model.graph.initializers[name];
      return [name, stored && (stored.dtype === 'float32' || stored.dtype === 'float64') ? toTensor(stored, name) : undefined];
    }));
  },
};
/** Floats are what a checkpoint holds; counters and tables of integers are left out, and that is said. */
function floatsOf(all: readonly (readonly [string, Params[string] | undefined])[]): Omit<ReadCheckpoint, 'form'> {
  const kept = all.flatMap(([name, value]) => (value ? [[name, value] as const] : []));
  const left = all.length - kept.length;
  return { params: Object.fromEntries(kept), notes: left > 0 ? [`${left} ${left === 1 ? 'tensor that holds' : 'tensors that hold'} no floats ${left === 1 ? 'was' : 'were'} left out.`] : [] };
}
/** By the first bytes, and by the name where they do not tell. */
function formOf({ name, bytes }: FileBytes): CheckpointForm {
  if (bytes[0] === 0x50 && bytes[1] === 0x4b && !/\.(pth?|bin|ckpt)$/i.test(name)) return 'npz'; // PyTorch's own files are ZIP files too
  if (/\.safetensors$/i.test(name) || (bytes.length > 9 && bytes[8] === 0x7b && bytes[7] === 0)) return 'safetensors';
  if (/\.onnx$/i.test(name)) return 'onnx';
  throw new InputError(`"${name.slice(0, 120)}" was not taken: expected a checkpoint as .safetensors, .onnx or .npz, but it looks like none of them. In PyTorch save it with safetensors.torch.save_file(model.state_dict(), path).`);
}
/** @throws InputError for what is none of the three, damaged, too large, or holds no floats */
export function readCheckpointFile(file: FileBytes): ReadCheckpoint {
  const shown = file.name.slice(0, 120);
  if (file.bytes.length === 0) throw new InputError(`"${shown}" is empty (0 bytes). Check that it was copied whole.`);
  if (file.bytes.length > checkpointLimits.oneBytes) throw new InputError(`"${shown}" is ${Math.round(file.bytes.length / 2 ** 20)} MiB; at most ${checkpointLimits.oneBytes / 2 ** 20} MiB are read. Bring a smaller model.`);
  const form = formOf(file);
  const read = readers[form]({ ...file, name: shown });
  checkTensors(read.params, shown);
  return { form, ...read };
}
