/** Pictures with labels, 28 x 28 and grey, divided: characters that the shipped network has not met, or the user's own. */
import { InputError } from '../../base/errors';
import { floats, int32, tensor } from '../../base/tensor';
import { contentOf, duplicatesIn } from '../../data/content';
import { loadOne, type ImageSplit, type LoadedImages } from '../../data/files';
import { fittedImages } from '../../data/fitted-images';
import { countOf, take, type Labelled } from '../../data/labelled';
import { reportOn, type Report } from '../../data/report';
import { downstreamClasses, makeGlyphs } from '../../data/sets/glyphs';
import { divided } from '../../data/split';
import { readTypefaces } from '../../data/typefaces';
import type { Lab } from '../../lab/lab';
import { imageSize } from '../../nn/cnn';
import type { ValuesOf } from '../../spec/knobs';
import type { card } from './card';

export type Knobs = ValuesOf<typeof card.knobs>;
export interface Task {
  readonly train: Labelled;
  readonly validation: Labelled;
  readonly test: Labelled;
  /** Pictures that stand in more than one split. */
  readonly shared: number;
  readonly report: Report;
}
const most = { train: 20_000, validation: 1000, test: 5000 } as const;
const builtIn = { validation: 10, test: 40 } as const;

export const openTask = (lab: Lab, knobs: Knobs): Promise<Task> => (lab.files.length > 0 ? fromFiles(lab, knobs) : fromGlyphs(lab, knobs));

async function fromGlyphs(lab: Lab, { perClass }: Knobs): Promise<Task> {
  const typefaces = readTypefaces(await lab.asset('data/typefaces.bin'));
  const draw = (split: string, count: number): Labelled => makeGlyphs(typefaces, { seed: lab.seed, classes: downstreamClasses, split: `fine-tune/${split}`, perClass: count });
  const splits = { train: draw('train', perClass), validation: draw('validation', builtIn.validation), test: draw('test', builtIn.test) };
  return taskOf(splits, { kind: 'images', from: 'Digits and lower-case letters', notes: [], width: imageSize, height: imageSize, channels: 1, classes: downstreamClasses, splits: { train: bytesOf(splits.train), validation: bytesOf(splits.validation), test: bytesOf(splits.test) } });
}
/** @throws InputError where the files make no labelled pictures, or too few */
async function fromFiles(lab: Lab, { validation, test }: Knobs): Promise<Task> {
  const came = await loadOne(lab.files);
  if (came.kind !== 'images') throw new InputError(`Pictures with labels were expected, but ${came.from} holds ${came.kind}. Drop an IDX pair, CIFAR batches, or a folder or zip of pictures.`);
  if (!came.classes || came.classes.length < 2) throw new InputError(`Pictures of at least 2 classes were expected, but ${came.from} ${came.classes ? 'holds one class alone' : 'has no labels'}. Drop the labels too, or put each class into a folder of its own.`);
  const { classes } = came;
  const loaded = divided(came, { seed: lab.seed, validation, test });
  const part = (split: ImageSplit | undefined, limit: number, name: string): Labelled => {
    if (!split?.labels || split.count < 1) throw new InputError(`${came.from}: nothing was left for ${name}. Bring more pictures, or larger shares.`);
    const count = Math.min(split.count, limit);
    return { x: tensor(Float32Array.from(split.pixels.subarray(0, count * imageSize * imageSize), (v) => v / 255), [count, 1, imageSize, imageSize]), y: int32(split.labels.slice(0, count)), classes };
  };
  const { splits } = fittedImages(loaded, { channels: 1, side: imageSize });
  return taskOf({ train: part(splits.train, most.train, 'training'), validation: part(splits.validation, most.validation, 'validation'), test: part(splits.test, most.test, 'test') }, loaded);
}
function taskOf(splits: Pick<Task, 'train' | 'validation' | 'test'>, loaded: LoadedImages): Task {
  return { ...splits, shared: duplicatesIn(contentOf(loaded)!).across.length, report: reportOn(loaded) }; // pictures always have content
}
const bytesOf = (set: Labelled): ImageSplit => ({ count: countOf(set), pixels: Uint8Array.from(floats(set.x), (v) => Math.round(255 * v)), labels: Int32Array.from(set.y.data) });

/** A class a picture has at least, for a first look: the first of each class in turn. */
export function firstOfEach(set: Labelled, count: number): Labelled {
  const byClass = set.classes.map((_, label) => [...set.y.data.keys()].filter((i) => set.y.data[i] === label));
  const order = Array.from({ length: Math.max(0, ...byClass.map(({ length }) => length)) }, (_, turn) => byClass.flatMap((own) => own[turn] ?? [])).flat();
  return take(set, order.slice(0, count));
}
