/** `stipple infer`: runs an ONNX file on arrays of a NumPy archive. */
import { readFile, writeFile } from 'node:fs/promises';
import { InputError } from '../base/errors';
import { readNpz, writeNpz } from '../data/files/npz';
import type { NpyArray } from '../data/files/npy';
import { fromTensor } from '../engine/onnx/border';
import { decodeModel, type OnnxTensor, type OnnxValueInfo } from '../engine/onnx/model';
import { checkFolders } from './files';
import { createExecutor, loadModelFile, runModel, type ExecutorName } from './run-model';

export interface InferArguments {
  readonly model: string;
  /** .npz: arrays under the names of the model's inputs. */
  readonly inputs: string;
  /** .npz to write: arrays under the names of the model's outputs. */
  readonly outputs: string;
  readonly executor: ExecutorName;
}
/** Returns sentences for the user: which input was taken for which, what was read otherwise than it stands in the file. */
export async function infer({ model, inputs, outputs, executor: name }: InferArguments): Promise<readonly string[]> {
  await checkFolders([outputs]);
  const file = await loadModelFile(model);
  const { graph } = decodeModel(file.bytes, file.files);
  const bytes = await readFile(inputs).catch(() => {
    throw new InputError(`The file ${inputs} cannot be read. Check its name.`);
  });
  const { matched, notes } = matchInputs(readNpz(new Uint8Array(bytes), inputs), graph.inputs, inputs);
  const executor = await createExecutor(name);
  try {
    const run = await runModel(executor, file, matched);
    const made = graph.outputs.map((info): [string, NpyArray] => {
      const { dtype, dims, data } = fromTensor(run.outputs[info.name]!, info.dtype === 'float64' ? 'float32' : info.dtype, `Output ${info.name}`);
      return [info.name, { dtype, shape: dims, data }];
    });
    await writeFile(outputs, writeNpz(Object.fromEntries(made)));
    return [...notes, ...run.read.notes];
  } finally {
    await executor.close();
  }
}
function matchInputs(arrays: Readonly<Record<string, NpyArray>>, infos: readonly OnnxValueInfo[], file: string): { matched: Record<string, OnnxTensor>; notes: string[] } {
  const came = new Map(Object.entries(arrays));
  const notes: string[] = [];
  const [only, first] = [infos.length === 1 ? infos[0]!.name : undefined, [...came.keys()][0]];
  if (only !== undefined && first !== undefined && came.size === 1 && first !== only) {
    came.set(only, came.get(first)!);
    came.delete(first);
    notes.push(`The only array, "${first}", is taken for the only input, "${only}".`);
  }
  if (!infos.every(({ name }) => came.has(name)))
    throw new InputError(`The model has the inputs ${infos.map((i) => i.name).join(', ')}; ${file} holds ${Object.keys(arrays).join(', ') || 'nothing'}. Save the arrays under the names of the inputs.`);
  const unused = [...came.keys()].filter((name) => !infos.some((i) => i.name === name));
  if (unused.length > 0) notes.push(`Not used, as the model has no such input: ${unused.join(', ')}.`);
  return { matched: Object.fromEntries(infos.map((info) => [info.name, converted(came.get(info.name)!, info)])), notes };
}
/** NumPy's defaults are doubles and int64: within its kind, an array of any width stands for the input's. */
function converted({ dtype, shape, data }: NpyArray, info: OnnxValueInfo): OnnxTensor {
  const kind = (type: string): string => type.replace(/\d+$/, '').replace('uint', 'int');
  if (kind(dtype) === kind(info.dtype)) return { dtype, dims: shape, data };
  throw new InputError(`Input ${info.name} is ${info.dtype} in the model, but the array is ${dtype}. Convert it with .astype.`);
}
