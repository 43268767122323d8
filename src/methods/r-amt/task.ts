/**
 * The task: textured shapes in another style than that of pre-training. Base classes are tuned on; new classes, other pairs of the same
 * shapes and textures, are only ever judged. Every picture is a function of the trial's seed, its set and its number.
 */
import type { Random } from '../../base/random';
import { floats, int32, tensor, type Tensor } from '../../base/tensor';
import { augmentScenes, className, classesOf, classPrompts, makeSceneClasses, sceneSide, tokenize, tokens, vocabulary, type SceneClass, type SceneStyle } from '../../data/sets/scenes';
import type { ImageSet } from './judge';
import { batchSize, type Prompts } from './step';

export const vocabularySize = vocabulary.length;
/** CoOp's M: context vectors before the class words. */
export const contextLength = 16;
const counts = { base: 12, fresh: 12, testPerClass: 40, freshPerClass: 20, originalPerClass: 10 } as const;
const pixels = 3 * sceneSide * sceneSide;

export interface ClassSet {
  readonly names: readonly string[];
  /** "a photo of a striped circle". */
  readonly prompts: Prompts;
  /** <start>, M places to be learned, "striped circle", <end>. */
  readonly openPrompts: Prompts;
}
export interface Task {
  readonly base: ClassSet;
  readonly fresh: ClassSet;
  /** Shifted style: to tune on, and to judge by; the new classes; and base classes in the original style. */
  readonly train: ImageSet;
  readonly test: ImageSet;
  readonly freshTest: ImageSet;
  readonly original: ImageSet;
  readonly examples: readonly { label: string; data: Float32Array }[];
  readonly batchesPerEpoch: number;
  /** Batch of a step: the training images in an order drawn anew each epoch, cropped and mirrored at random if asked. */
  batch(step: number, options: { augment: boolean }): Readonly<Record<'images' | 'labels', Tensor>>;
}

function promptsOf(rows: readonly Int32Array[]): Prompts {
  const length = rows[0]!.length;
  const all = new Int32Array(rows.length * length);
  rows.forEach((row, i) => all.set(row, i * length));
  return { tokens: int32(all, [rows.length, length]), end: int32(rows.map((row) => row.indexOf(tokens.end))) };
}
function classSet(classes: readonly SceneClass[]): ClassSet {
  const open = (name: string): Int32Array => {
    const plain = tokenize(name, name.split(' ').length + 2);
    return Int32Array.from([tokens.start, ...new Array<number>(contextLength).fill(tokens.pad), ...plain.slice(1)]);
  };
  const names = classes.map(className);
  const texts = classPrompts(classes);
  const longest = Math.max(...texts.map((text) => text.split(' ').length)) + 2;
  return { names, prompts: promptsOf(texts.map((text) => tokenize(text, longest))), openPrompts: promptsOf(names.map(open)) };
}

export function makeTask(seed: number, rng: Random, { shots, shift }: { readonly shots: number; readonly shift: number }): Task {
  const { base, new: fresh } = classesOf({ base: counts.base, new: counts.fresh });
  const draw = (classes: readonly SceneClass[], split: string, perClass: number, style: SceneStyle): ImageSet => {
    const { x, y } = makeSceneClasses({ seed, split, style, strength: shift, classes, perClass });
    return { images: floats(x), labels: Int32Array.from(y.data) };
  };
  const train = draw(base, 'task train', shots, 'shifted');
  const original = draw(base, 'task original', counts.originalPerClass, 'original');
  const size = train.labels.length;
  const batchesPerEpoch = Math.max(1, Math.floor(size / batchSize));

  const make = (step: number, augment: boolean): Readonly<Record<'images' | 'labels', Tensor>> => {
    const epoch = Math.floor(step / batchesPerEpoch);
    const order = rng.fork('order', epoch).permutation(size);
    const images = new Float32Array(batchSize * pixels);
    const labels = new Int32Array(batchSize);
    for (let i = 0; i < batchSize; i++) {
      const at = order[((step % batchesPerEpoch) * batchSize + i) % size]!; // fewer images than a batch holds: they come again
      images.set(train.images.subarray(at * pixels, (at + 1) * pixels), i * pixels);
      labels[i] = train.labels[at]!;
    }
    const plain = tensor(images, [batchSize, 3, sceneSide, sceneSide]);
    return { images: augment ? augmentScenes(plain, rng.fork('augment', step)) : plain, labels: int32(labels) };
  };
  let last: { key: string; batch: ReturnType<typeof make> } | undefined; // arms ask for the same step in turn
  return {
    base: classSet(base),
    fresh: classSet(fresh),
    train,
    test: draw(base, 'task test', counts.testPerClass, 'shifted'),
    freshTest: draw(fresh, 'task test', counts.freshPerClass, 'shifted'),
    original,
    batchesPerEpoch,
    examples: [0, 1, 2, 3].flatMap((i) => [
      { label: `${className(base[i]!)}, original`, data: original.images.subarray(i * pixels, (i + 1) * pixels) },
      { label: `${className(base[i]!)}, shifted`, data: train.images.subarray(i * pixels, (i + 1) * pixels) },
    ]),
    batch: (step, { augment }) => {
      const key = `${step} ${augment}`;
      if (last?.key !== key) last = { key, batch: make(step, augment) };
      return last.batch;
    },
  };
}
