/** The user's files by what they are: the model, the weights that it keeps beside itself, the data. */
import { InputError } from '../../base/errors';
import { externalLocations } from '../../engine/onnx/external';
import type { Lab } from '../../lab/lab';
import type { ModelFile } from '../../lab/own/open';
import type { FileBytes } from '../../spec/messages';

export type DataKind = 'npz' | 'csv' | 'text' | 'idx';
export interface SortedFiles {
  readonly model?: FileBytes;
  readonly beside: readonly FileBytes[];
  readonly data: readonly FileBytes[];
  readonly dataKind?: DataKind;
}

function kindOf({ name, bytes }: FileBytes): DataKind | 'model' | 'weights' {
  if (/\.onnx$/i.test(name)) return 'model';
  if (/\.(data|bin|weights|onnx_data)$/i.test(name)) return 'weights';
  if (/\.csv$/i.test(name)) return 'csv';
  if (/\.txt$/i.test(name)) return 'text';
  return bytes[0] === 0x50 && bytes[1] === 0x4b ? 'npz' : 'idx';
}
/** @throws InputError for two models, or data of two kinds */
export function sortFiles(files: readonly FileBytes[]): SortedFiles {
  const of = (wanted: (kind: ReturnType<typeof kindOf>) => boolean): FileBytes[] => files.filter((file) => wanted(kindOf(file)));
  const [model, other] = of((kind) => kind === 'model');
  if (other) throw new InputError(`Expected one ONNX file, but ${model!.name} and ${other.name} came. Remove one.`);
  const data = of((kind) => kind !== 'model' && kind !== 'weights');
  const kinds = [...new Set(data.map(kindOf))] as DataKind[]; // the rest was taken out
  if (kinds.length > 1 || (data.length > 1 && kinds[0] !== 'idx')) throw new InputError(`Expected one data file, or an IDX pair, but ${data.map((file) => file.name).join(' and ')} came. Remove all but one.`);
  return { ...(model && { model }), beside: of((kind) => kind === 'weights'), data, ...(kinds[0] && { dataKind: kinds[0] }) };
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
