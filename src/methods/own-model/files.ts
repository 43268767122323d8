/** The user's files by what they are: the model, the weights that it keeps beside itself, the data. */
import { InputError } from '../../base/errors';
import { recognise } from '../../data/files';
import { headOf } from '../../data/files/gzip';
import { externalLocations } from '../../engine/onnx/external';
import type { Lab } from '../../lab/lab';
import type { ModelFile } from '../../lab/own/open';
import type { FileBytes } from '../../spec/messages';

export interface SortedFiles {
  readonly model?: FileBytes;
  readonly beside: readonly FileBytes[];
  /** Whatever else came: the readers of data sort it. */
  readonly data: readonly FileBytes[];
}

function kindOf({ name, bytes }: FileBytes): 'model' | 'weights' | 'data' {
  if (/\.onnx$/i.test(name)) return 'model';
  return /\.(data|bin|weights|onnx_data)$/i.test(name) && recognise(name, headOf(bytes))?.id !== 'cifar' ? 'weights' : 'data';
}
/** @throws InputError for two models */
export function sortFiles(files: readonly FileBytes[]): SortedFiles {
  const of = (wanted: ReturnType<typeof kindOf>): FileBytes[] => files.filter((file) => kindOf(file) === wanted);
  const [model, other] = of('model');
  if (other) throw new InputError(`Expected one ONNX file, but ${model!.name} and ${other.name} came. Remove one.`);
  return { ...(model && { model }), beside: of('weights'), data: of('data') };
}

export const shippedModel = 'models/letters.onnx';
const baseName = (path: string): string => path.split('/').at(-1) ?? path;

/** The model that was dropped with what belongs to it, or the one that ships. @throws InputError naming a file that the model needs and that is not here */
export async function modelFile(lab: Lab, { model, beside }: SortedFiles): Promise<{ readonly file: ModelFile; readonly shipped: boolean }> {
  if (!model) return { file: { name: baseName(shippedModel), bytes: await lab.asset(shippedModel) }, shipped: true };
  const locations = externalLocations(model.bytes);
  const files = new Map(
    locations.map((location): [string, Uint8Array] => {
      const found = beside.find((file) => file.name === baseName(location));
      if (!found) throw new InputError(`${model.name} keeps its weights in "${location}", which is not here. Drop that file, too.`);
      return [location, found.bytes];
    }),
  );
  return { file: { name: model.name, bytes: model.bytes, files }, shipped: false };
}
