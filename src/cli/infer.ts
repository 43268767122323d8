/** `stipple infer`: runs an ONNX file on arrays of a NumPy archive. */
import { readFile, writeFile } from 'node:fs/promises';
import { InputError } from '../base/errors';
import { readNpz, writeNpz } from '../data/npz';
import type { NpyArray } from '../data/npy';
import { fromTensor } from '../engine/onnx/border';
import { decodeModel, type OnnxTensor, type OnnxValueInfo } from '../engine/onnx/model';
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
  const came = Object.entries(arrays);
  const [only, array] = [infos[0], came[0]];
  const byPlace = infos.length === 1 && came.length === 1 && only!.name !== array![0];
  const named = byPlace ? [[only!.name, array![1]] as const] : came;
  const missing = infos.filter(({ name }) => !named.some(([n]) => n === name));
  const extra = named.filter(([n]) => !infos.some(({ name }) => n === name));
  if (missing.length > 0 || extra.length > 0)
    throw new InputError(`The model has the inputs ${infos.map((i) => i.name).join(', ') || '(none)'}; ${file} holds ${came.map(([n]) => n).join(', ') || 'nothing'}. Save the arrays under the names of the inputs.`);
  return {
    matched: Object.fromEntries(named.map(([name, { dtype, shape, data }]) => [name, converted(name, { dtype, dims: shape, data }, infos.find((i) => i.name === name)!)])),
    notes: byPlace ? [`The only array, "${array![0]}", is taken for the only input, "${only!.name}".`] : [],
  };
}
/** NumPy's defaults are doubles and int64: within its kind, an array of any width stands for the input's. */
function converted(name: string, tensor: OnnxTensor, info: OnnxValueInfo): OnnxTensor {
  const kind = (dtype: string): string => dtype.replace(/\d+$/, '').replace('uint', 'int');
  if (kind(tensor.dtype) === kind(info.dtype)) return tensor;
  throw new InputError(`Input ${name} is ${info.dtype} in the model, but the array is ${tensor.dtype}. Convert it with .astype.`);
}
