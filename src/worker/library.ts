/** What the library shows, computed: previews of generators and of shipped checkpoints. Heavy parts are loaded when first asked for. */
import { InputError } from '../base/errors';
import { floats, showShape, type Tensor } from '../base/tensor';
import type { Executor } from '../engine/executor';
import { readCheckpoint } from '../engine/onnx/writer';
import { createLab } from '../lab/create-lab';
import type { Recipe } from '../lab/recipe';
import { silent } from '../lab/silent';
import { openDataset, type Field, type Opened } from '../spec/dataset';
import type { KnobValues } from '../spec/knobs';
import type { FieldText, FilesShown, Library, Question, ReaderCard, SetCard, TensorText } from '../spec/library';
import type { ModelCard } from '../spec/model-card';
import { RunControl } from './control';

export interface LibraryHost {
  readonly asset: (path: string) => Promise<Uint8Array>;
  /** Where a checkpoint is run to show what it does. */
  readonly executor: () => Promise<Executor>;
}
const cards = import.meta.glob<ModelCard>('../../models/*.json', { import: 'default' });
const recipes = import.meta.glob<{ recipe?: Recipe }>(['../recipes/*.ts', '!../recipes/*.test.ts']);
const sets = async () => (await import('../data/sets')).datasets;

type Answers = { readonly [Q in Question]: (asks: Library[Q]['asks'], host: LibraryHost) => Promise<Library[Q]['answer']> };
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
    if (!recipe?.show) return { tensors: tensorsOf(params), previews: [] };
    const executor = await host.executor();
    const { lab, close } = createLab({ backends: { choose: async () => executor, current: async () => executor }, sink: silent, control: new RunControl(), asset: host.asset, files: [], now: () => performance.now() }, recipe.seed, []);
    try {
      return { tensors: tensorsOf(params), previews: await recipe.show(lab, params) };
    } finally {
      await close();
    }
  },
};

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
const tensorsOf = (params: Readonly<Record<string, Tensor>>): TensorText[] =>
  Object.entries(params).map(([name, tensor]) => {
    const values = floats(tensor);
    const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
    return { name, shape: tensor.shape, mean, std: Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length) };
  });
