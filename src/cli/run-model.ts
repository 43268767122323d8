/** Runs an ONNX file once, on an executor of ours: for `stipple infer` and `stipple conformance`. */
import { readFile } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { InputError } from '../base/errors';
import type { Tensor } from '../base/tensor';
import type { Executor, Outputs } from '../engine/executor';
import { toTensor } from '../engine/onnx/border';
import { externalLocations, type ExternalFiles } from '../engine/onnx/external';
import type { OnnxTensor } from '../engine/onnx/model';
import { readOnnx, type ReadModel } from '../engine/onnx/reader';
import { createReferenceExecutor } from '../runtime/reference';
import { createWasmExecutor } from '../runtime/wasm';

export type ExecutorName = 'reference' | 'wasm';
export function executorNamed(name: string | undefined): ExecutorName {
  if (name === undefined || name === 'wasm') return 'wasm';
  if (name === 'reference') return name;
  throw new InputError(`--executor ${name}: the command line has "wasm" and "reference".`);
}
export const createExecutor = async (name: ExecutorName): Promise<Executor> => (name === 'reference' ? createReferenceExecutor() : createWasmExecutor());

/** A model file with those files beside it that it names. Nothing outside its own folder is read. */
export async function loadModelFile(path: string): Promise<{ bytes: Uint8Array; files: ExternalFiles }> {
  const bytes = await readFile(path).then((b) => new Uint8Array(b), () => {
    throw new InputError(`The model ${path} cannot be read. Check its name.`);
  });
  const files = new Map<string, Uint8Array>();
  for (const location of externalLocations(bytes)) {
    const inside = location.split('/').join(sep);
    files.set(location, await readFile(join(dirname(path), inside)).then((b) => new Uint8Array(b), () => {
      throw new InputError(`The model ${path} keeps weights in "${location}", which is not beside it. Put both into one folder.`);
    }));
  }
  return { bytes, files };
}

export interface ModelRun {
  readonly read: ReadModel;
  readonly outputs: Outputs;
}
/** Reads the model for these inputs (their shapes, and their numbers where nodes need them), and runs it once. */
export async function runModel(executor: Executor, { bytes, files }: { readonly bytes: Uint8Array; readonly files: ExternalFiles }, inputs: Readonly<Record<string, OnnxTensor>>): Promise<ModelRun> {
  const known: Record<string, Tensor> = Object.fromEntries(Object.entries(inputs).map(([name, tensor]) => [name, toTensor(tensor, `Input ${name}`)]));
  const read = readOnnx(bytes, { known, files });
  const { program, params } = read;
  const held = [...Object.keys(program.state), ...Object.keys(program.constants)];
  const session = await executor.load(program, { ...Object.fromEntries(held.flatMap((name) => (Object.hasOwn(known, name) ? [[name, known[name]!]] : []))), ...params });
  try {
    const feeds = Object.fromEntries(Object.keys(program.feeds).flatMap((name) => (Object.hasOwn(known, name) ? [[name, known[name]!]] : [])));
    return { read, outputs: await session.run(feeds) };
  } finally {
    await session.release();
  }
}
