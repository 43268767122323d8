/** What the ingredients are fine-tuned on: characters that the pre-trained encoder has not seen, or the user's own images. */
import { InputError } from '../../base/errors';
import { floats, int32, tensor, type Params } from '../../base/tensor';
import { downstreamClasses, glyphShifts, makeGlyphs, type GlyphsSpec } from '../../data/sets/glyphs';
import { loadOne, recognise } from '../../data/files';
import { examplesOf, type ArraysByName } from '../../data/files/examples';
import { headOf } from '../../data/files/gzip';
import { labelledFromIdx, pairIdx } from '../../data/files/idx';
import { fittedImages } from '../../data/fitted-images';
import { countOf, splitOff, type Labelled } from '../../data/labelled';
import { readTypefaces } from '../../data/typefaces';
import { readCheckpoint } from '../../engine/onnx/writer';
import type { Lab } from '../../lab/lab';
import type { FileBytes } from '../../spec/messages';
import { batchSize, type ImageSet } from './network';
import { pixelShifts, shifted } from './shifts';

export interface Task {
  readonly classNames: readonly string[];
  readonly train: ImageSet;
  /** Chooses (order and acceptance of the greedy soup, weights of the learned one); never trains an ingredient, never reports a result. */
  readonly validation: ImageSet;
  readonly test: ImageSet;
  /** Test images changed, by the name of the change. */
  readonly shifts: Readonly<Record<string, ImageSet>>;
}
/** What the linear probe needs at once, so that the first numbers come early, and the rest for later. */
export interface OpenedTask {
  readonly classNames: readonly string[];
  readonly train: ImageSet;
  /** Images of the validation split, the test split and every shifted set, to tell the work ahead. */
  readonly counts: readonly number[];
  readonly rest: () => Task;
}
/** At least 300 validation images: with fewer, accuracy moves in steps too coarse to sort by. */
const perClass = { validation: 15, test: 25, shifted: 15 } as const;

/** Half of the usual noise, that is a standard deviation of 0.175: at full strength every model is near chance, and nothing could be compared. */
const noiseStrength = 0.5;

/** The params of the checkpoint that ships with the project. */
export async function pretrained(lab: Lab): Promise<Params> {
  return readCheckpoint(await lab.asset('models/cnn.onnx')).params;
}
export const openTask = async (lab: Lab, trainPerClass: number): Promise<OpenedTask> => (lab.files.length > 0 ? fileTask(lab) : glyphTask(lab, trainPerClass));

const setOf = ({ x, y }: Labelled): ImageSet => ({ images: floats(x), labels: Int32Array.from(y.data) });

async function glyphTask(lab: Lab, trainPerClass: number): Promise<OpenedTask> {
  const typefaces = readTypefaces(await lab.asset('data/typefaces.bin'));
  const draw = (more: Pick<GlyphsSpec, 'split' | 'perClass' | 'shift' | 'strength'>): ImageSet => setOf(makeGlyphs(typefaces, { seed: lab.seed, classes: downstreamClasses, ...more }));
  const shifts = glyphShifts.filter((shift) => shift !== 'none');
  const known = { classNames: downstreamClasses, train: draw({ split: 'train', perClass: trainPerClass }) };
  return {
    ...known,
    counts: [perClass.validation, perClass.test, ...shifts.map(() => perClass.shifted)].map((n) => n * downstreamClasses.length),
    rest: () => ({
      ...known,
      validation: draw({ split: 'validation', perClass: perClass.validation }),
      test: draw({ split: 'test', perClass: perClass.test }),
      // The same test glyphs, changed.
      shifts: Object.fromEntries(shifts.map((shift) => [shift, draw({ split: 'test', perClass: perClass.shifted, shift, strength: shift === 'noise' ? noiseStrength : 1 })])),
    }),
  };
}

/** Bounds that keep a run with the user's files at about a minute: images read, and images in one shifted set. */
const most = { train: 20_000, test: 2000, shifted: 500 } as const;
const least = 200;

/** IDX files, or any other set of images with classes, grey and 28 x 28. @throws InputError for what is no such set */
async function labelledFiles(files: readonly FileBytes[]): Promise<{ train: Labelled; test?: Labelled }> {
  if (files.every(({ name, bytes }) => recognise(name, headOf(bytes))?.id === 'idx')) {
    const { train, test } = pairIdx(files);
    const all = labelledFromIdx(train.images, train.labels, { most: most.train });
    return { train: all, ...(test && { test: labelledFromIdx(test.images, test.labels, { classes: all.classes, most: most.test }) }) };
  }
  const set = await loadOne(files);
  if (set.kind !== 'images' || !set.classes) throw new InputError(`Model soups: expected images of at least 2 classes, but ${set.from} holds ${set.kind === 'images' ? 'images without labels' : `other data (${set.kind})`}. Bring an IDX pair, CIFAR, or a ZIP file with a folder for each class.`);
  const { classes } = set;
  const { splits } = examplesOf(fittedImages(set, { channels: 1, side: 28 }), { most: most.train });
  const labelled = ({ x, y }: ArraysByName): Labelled => ({ x: tensor(x!.data as Float32Array, x!.shape), y: int32(y!.data as Int32Array), classes }); // images with classes have both, of these types
  return { train: labelled(splits.train), ...(splits.test && { test: labelled(splits.test) }) };
}
/** Without a test file, a fifth of the images is the test split. Of the rest, 15 % choose: at least 300 where there are that many, at most 1000. */
async function fileTask(lab: Lab): Promise<OpenedTask> {
  const { train: all, test: given } = await labelledFiles(lab.files);
  if (countOf(all) < least || all.classes.length < 2) throw new InputError(`Model soups: expected at least ${least} images of at least 2 classes, but ${countOf(all)} of ${all.classes.length} came. Choose a larger file.`);
  const divided = given ? undefined : splitOff(all, lab.rng.fork('split', 'test'), 0.2);
  const test = given ?? divided!.part; // no test file: it was divided
  const rest = divided?.rest ?? all;
  const wanted = Math.min(1000, Math.max(300, 0.15 * countOf(rest)), countOf(rest) / 3);
  const { part: validation, rest: train } = splitOff(rest, lab.rng.fork('split', 'validation'), wanted / countOf(rest));
  if (countOf(train) < batchSize || countOf(validation) === 0 || countOf(test) === 0) throw new InputError('Model soups: too few images of each class to divide into training, validation and test. Choose a larger file.');
  const [testSet, validationSet] = [setOf(test), setOf(validation)];
  const known = { classNames: all.classes, train: setOf(train) };
  const shifts = Object.entries(pixelShifts);
  return {
    ...known,
    counts: [countOf(validation), countOf(test), ...shifts.map(() => Math.min(most.shifted, countOf(test)))],
    rest: () => ({
      ...known,
      validation: validationSet,
      test: testSet,
      shifts: Object.fromEntries(shifts.map(([name, shift]) => [name, shifted(testSet, shift, lab.rng.fork('shift', name), most.shifted)])),
    }),
  };
}
