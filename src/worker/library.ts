/** What the library shows, computed: previews of generators and of shipped checkpoints. Heavy parts are loaded when first asked for. */
import { steadyNow } from '../base/clock';
import { InputError } from '../base/errors';
import { floats, showShape, type Tensor } from '../base/tensor';
import type { Executor } from '../engine/executor';
import { readCheckpoint } from '../engine/onnx/writer';
import { writeSafetensors } from '../engine/safetensors';
import type { Blobs } from '../keep/blobs';
import { checkpointOf, keepCheckpoint, onnxOf, tensorsOf } from '../keep/checkpoints';
import { createLab } from '../lab/create-lab';
import type { Recipe } from '../lab/recipe';
import { silent } from '../lab/silent';
import { openDataset, type Field, type Opened } from '../spec/dataset';
import type { KnobValues } from '../spec/knobs';
import type { FieldText, FilesShown, Library, PartOf, Question, ReaderCard, SetCard, TensorText } from '../spec/library';
import type { ModelCard } from '../spec/model-card';
import { RunControl } from './control';

export interface LibraryHost {
  readonly asset: (path: string) => Promise<Uint8Array>;
  /** Where a checkpoint is run to show what it does. */
  readonly executor: () => Promise<Executor>;
  /** Where checkpoints are kept. */
  readonly blobs: Blobs;
  /** Lets a question that takes long be called off. */
  readonly control: RunControl;
}
const cards = import.meta.glob<ModelCard>('../../models/*.json', { import: 'default' });
const recipes = import.meta.glob<{ recipe?: Recipe }>(['../recipes/*.ts', '!../recipes/*.test.ts']);
const kitchen = () => import('./kitchen');
const sets = async () => (await import('../data/sets')).datasets;

type Answers = { readonly [Q in Question]: (asks: Library[Q]['asks'], host: LibraryHost, part?: (part: PartOf<Q>) => void) => Promise<Library[Q]['answer']> };
export const answers: Answers = {
  catalogue: async () => ({
    sets: (await sets()).map(({ id, title, family, says, knobs }): SetCard => ({ id, title, family, says, knobs })),
    models: await Promise.all(Object.values(cards).map((load) => load())),
    readers: (await import('../data/files')).readers.map(({ id, title, extensions, says }): ReaderCard => ({ id, title, extensions, says })),
  }),
  files: async ({ files }) => {
    const [{ loadFiles }, { reportOn }] = [await import('../data/files'), await import('../data/report')];
    const { loaded, problems } = await loadFiles(files);
    return { sets: loaded.map((set): FilesShown => ({ from: set.from, files: set.files ?? [], kind: set.kind, ...reportOn(set) })), problems };
  },
  set: async ({ set, seed, knobs }, host) => {
    const opened = await openSet(set, seed, knobs, host);
    return { fields: fieldsOf(opened.example({ seed, split: 'preview', index: 0 })), previews: opened.preview({ seed }) };
  },
  save: async ({ set, seed, knobs, split, count, form }, host) => {
    const opened = await openSet(set, seed, knobs, host);
    const { writeExamples } = await import('../data/write-examples');
    const { bytes, notes } = writeExamples(Array.from({ length: count }, (_, index) => opened.example({ seed, split, index })), form);
    return { file: { name: `${set}-${split}-${count}.${form}`, bytes }, notes };
  },
  model: async ({ model: id }, host) => {
    const path = `../recipes/${id}.ts`;
    if (!Object.hasOwn(recipes, path)) throw new InputError(`There is no shipped model "${id.slice(0, 60)}". Choose one from the list.`);
    const { params } = readCheckpoint(await host.asset(`models/${id}.onnx`));
    const { recipe } = await recipes[path]!();
    if (!recipe?.show) return { tensors: textsOf(params), previews: [] };
    const executor = await host.executor();
    const { lab, close } = createLab({ backends: { choose: async () => executor, current: async () => executor }, sink: silent, control: new RunControl(), asset: host.asset, files: [], now: steadyNow }, recipe.seed, []);
    try {
      return { tensors: textsOf(params), previews: await recipe.show(lab, params) };
    } finally {
      await close();
    }
  },
  keepFile: async ({ file }, { blobs }) => {
    const { form, params, notes } = (await import('../lab/checkpoint-file')).readCheckpointFile(file);
    const source = { from: 'file', file: file.name.slice(0, 400), form } as const;
    const name = file.name.replace(/\.(safetensors|onnx|npz)$/i, '');
    return { checkpoint: await keepCheckpoint(blobs, { name, source, params, ...(form === 'onnx' && { onnx: file.bytes }) }, Date.now()), notes };
  },
  keepShipped: async ({ model }, { blobs, asset }) => {
    const bytes = await asset(`models/${await shipped(model)}.onnx`);
    return { checkpoint: await keepCheckpoint(blobs, { name: model, source: { from: 'shipped', model }, params: readCheckpoint(bytes).params, onnx: bytes }, Date.now()) };
  },
  kitchen: async (...at) => (await kitchen()).open(...at),
  cook: async (...at) => (await kitchen()).cookSoup(...at),
  keepSoup: async (...at) => (await kitchen()).keepSoup(...at),
  segment: async (...at) => (await kitchen()).segment(...at),
  plane: async (...at) => (await kitchen()).plane(...at),
  checkpointFile: async ({ id, form }, { blobs }) => {
    const [{ name, source }, params] = [await checkpointOf(blobs, id), await tensorsOf(blobs, id)];
    const bytes = form === 'onnx' ? (await import('../engine/onnx/patch')).patchInitializers(await onnxOf(blobs, id), params) : writeSafetensors(params, { source: JSON.stringify(source) });
    return { file: { name: `${name}.${form}`, bytes } };
  },
  diff: async (asks, host) => (await diffing()).diffModels(asks, toDiff(host)),
  diffTensor: async (asks, host) => (await diffing()).diffTensor(asks, toDiff(host)),
  overlap: async (asks, host) => (await diffing()).overlapOf(asks, toDiff(host)),
};
/** What the diff's code needs of the host. */
const toDiff = ({ asset, blobs, control }: LibraryHost) => ({ asset, blobs, breathe: () => control.breathe(), ships: (id: string) => Object.hasOwn(cards, `../../models/${id}.json`) });
const diffing = () => import('./diff');
/** The name of a model that ships. @throws InputError for any other */
async function shipped(model: string): Promise<string> {
  if (!Object.hasOwn(cards, `../../models/${model}.json`)) throw new InputError(`There is no shipped model "${model.slice(0, 60)}". Choose one from the list.`);
  return model;
}

async function openSet(id: string, seed: number, knobs: KnobValues, { asset }: LibraryHost): Promise<Opened> {
  const set = (await sets()).find((s) => s.id === id);
  if (!set) throw new InputError(`There is no generator "${id.slice(0, 60)}". Choose one from the list.`);
  const assets = Object.fromEntries(await Promise.all((set.assets ?? []).map(async (path) => [path, await asset(path)] as const)));
  return openDataset(set, { seed, knobs, assets });
}
const fieldsOf = (example: Readonly<Record<string, Field>>): FieldText[] => Object.entries(example).map(([name, field]) => ({ name, is: describe(field) }));
const isTensor = (field: object): field is Tensor => 'dtype' in field && 'shape' in field && 'data' in field;
function describe(field: Field): string {
  if (typeof field === 'string') return 'text';
  if (typeof field === 'number' || typeof field === 'boolean') return typeof field === 'number' ? 'a number' : 'yes or no';
  if (Array.isArray(field)) return field.length === 0 ? 'an empty list' : `a list of ${describe((field as readonly Field[])[0]!)}`;
  if (isTensor(field)) return `${field.dtype} ${showShape(field.shape)}`;
  return Object.keys(field).join(', ');
}
const textsOf = (params: Readonly<Record<string, Tensor>>): TensorText[] =>
  Object.entries(params).map(([name, tensor]) => {
    const values = floats(tensor);
    const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
    return { name, shape: tensor.shape, mean, std: Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length) };
  });
