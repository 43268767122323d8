/** What the ingredients are fine-tuned on: characters that the pre-trained encoder has not seen, or the user's own images. */
import { InputError } from '../../base/errors';
import { floats, type Params } from '../../base/tensor';
import { downstreamClasses, glyphShifts, makeGlyphs, type GlyphsSpec } from '../../data/glyphs';
import { labelledFromIdx, pairIdx } from '../../data/idx';
import { countOf, splitOff, type Labelled } from '../../data/labelled';
import { readTypefaces } from '../../data/typefaces';
import { readCheckpoint } from '../../engine/onnx';
import type { Lab } from '../../lab/lab';
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
/** At least 300 validation images: with fewer, accuracy moves in steps too coarse to sort by. */
const perClass = { validation: 15, test: 25, shifted: 15 } as const;

/** Half of the usual noise, that is a standard deviation of 0.175: at full strength every model is near chance, and nothing could be compared. */
const noiseStrength = 0.5;

/** The params of the checkpoint that ships with the project. */
export async function pretrained(lab: Lab): Promise<Params> {
  return readCheckpoint(await lab.asset('models/cnn.onnx')).params;
}
export const loadTask = async (lab: Lab, trainPerClass: number): Promise<Task> => (lab.files.length > 0 ? fileTask(lab) : glyphTask(lab, trainPerClass));

const setOf = ({ x, y }: Labelled): ImageSet => ({ images: floats(x), labels: Int32Array.from(y.data) });

async function glyphTask(lab: Lab, trainPerClass: number): Promise<Task> {
  const typefaces = readTypefaces(await lab.asset('data/typefaces.bin'));
  const draw = (more: Pick<GlyphsSpec, 'split' | 'perClass' | 'shift' | 'strength'>): ImageSet => setOf(makeGlyphs(typefaces, { seed: lab.seed, classes: downstreamClasses, ...more }));
  return {
    classNames: downstreamClasses,
    train: draw({ split: 'train', perClass: trainPerClass }),
    validation: draw({ split: 'validation', perClass: perClass.validation }),
    test: draw({ split: 'test', perClass: perClass.test }),
    shifts: Object.fromEntries(glyphShifts.filter((shift) => shift !== 'none').map((shift) => [shift, draw({ split: 'test', perClass: perClass.shifted, shift, strength: shift === 'noise' ? noiseStrength : 1 })])),
  };
}

/** Bounds that keep a run with the user's files at about a minute: images read, and images in one shifted set. */
const most = { train: 20_000, test: 2000, shifted: 500 } as const;
const least = 200;

/** Without a test file, a fifth of the images is the test split. Of the rest, 15 % choose: at least 300 where there are that many, at most 1000. */
function fileTask(lab: Lab): Task {
  const { train: trainFile, test: testFile } = pairIdx(lab.files);
  const all = labelledFromIdx(trainFile.images, trainFile.labels, { most: most.train });
  if (countOf(all) < least || all.classes.length < 2) throw new InputError(`Model soups: expected at least ${least} images of at least 2 classes, but ${countOf(all)} of ${all.classes.length} came. Choose a larger file.`);
  const divided = testFile ? undefined : splitOff(all, lab.rng.fork('split', 'test'), 0.2);
  const test = testFile ? labelledFromIdx(testFile.images, testFile.labels, { classes: all.classes, most: most.test }) : divided!.part; // no test file: it was divided
  const rest = divided?.rest ?? all;
  const wanted = Math.min(1000, Math.max(300, 0.15 * countOf(rest)), countOf(rest) / 3);
  const { part: validation, rest: train } = splitOff(rest, lab.rng.fork('split', 'validation'), wanted / countOf(rest));
  if (countOf(train) < batchSize || countOf(validation) === 0 || countOf(test) === 0) throw new InputError('Model soups: too few images of each class to divide into training, validation and test. Choose a larger file.');
  const testSet = setOf(test);
  const shifts = Object.entries(pixelShifts).map(([name, shift]) => [name, shifted(testSet, shift, lab.rng.fork('shift', name), most.shifted)] as const);
  return { classNames: all.classes, train: setOf(train), validation: setOf(validation), test: testSet, shifts: Object.fromEntries(shifts) };
}
