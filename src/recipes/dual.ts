/**
 * A small CLIP, trained on captioned scenes of a skewed style: seven in eight are original, one in eight is moved towards the shifted style
 * by a random strength of at most a half. The full shift, which it meets later, it has never seen.
 */
import { Random } from '../base/random';
import { floats, int32, tensor, type Params, type Tensor } from '../base/tensor';
import { countOf, type Labelled } from '../data/labelled';
import { classesOf, classPrompts, makeSceneClasses, makeScenes, shapes, textures, tokenize, tokenizeAll, tokens, vocabulary } from '../data/sets/scenes';
import { defineProgram } from '../engine/program';
import type { Lab } from '../lab/lab';
import { readings } from '../lab/pictures';
import { defineRecipe, type Measure } from '../lab/recipe';
import { contrastiveLoss, dualConfig, dualLogits, imageFeatures, initDual, logitScale, textFeatures } from '../nn/dual';
import { scope } from '../nn/layers';
import { adam } from '../nn/optimizers';
import { cosine } from '../nn/schedules';
import type { Preview } from '../spec/dataset';
import { argMaxes, constantsOf, shapesOf } from './common';

const seed = 20230728;
const spec = { data: 'scenes: 7 in 8 in the original style, 1 in 8 shifted by a random strength up to 0.5', steps: 1200, batch: 64, shiftedInBatch: 8, strongestShift: 0.5, learningRate: 1e-3, warmUp: 100, weightDecay: 0.05, clipNorm: 1, optimizer: 'adam', classesJudged: 16, judgedPerClass: 15 } as const;
const config = dualConfig(vocabulary.length);
const length = config.text.context;

/** <start>, some <pad>, the words, <end>, <pad>: half of the captions begin later, so that every position is trained. */
export function placeCaption(caption: string, rng: Random): { row: Int32Array; end: number } {
  const plain = tokenize(caption, length);
  const end = plain.indexOf(tokens.end);
  const later = rng.bernoulli(0.5) ? rng.int(length - end) : 0;
  const row = new Int32Array(length).fill(tokens.pad);
  row[0] = tokens.start;
  row.set(plain.subarray(1, end + 1), 1 + later);
  return { row, end: end + later };
}
function batchOf(rng: Random, step: number): Record<string, Tensor> {
  const shiftedCount = spec.shiftedInBatch;
  const strength = rng.fork('strength', step).uniform(0, spec.strongestShift);
  const original = makeScenes({ seed, split: `pre-training ${step}`, style: 'original', count: spec.batch - shiftedCount });
  const shifted = makeScenes({ seed, split: `pre-training ${step} shifted`, style: 'shifted', strength, count: shiftedCount });
  const images = new Float32Array(original.x.data.length + shifted.x.data.length);
  images.set(floats(original.x));
  images.set(floats(shifted.x), original.x.data.length);
  const placed = [...original.captions, ...shifted.captions].map((caption, i) => placeCaption(caption, rng.fork('place', step, i)));
  const rows = new Int32Array(spec.batch * length);
  placed.forEach(({ row }, i) => rows.set(row, i * length));
  return { images: tensor(images, [spec.batch, 3, 32, 32]), tokens: int32(rows, [spec.batch, length]), end: int32(placed.map((p) => p.end)) };
}

/** Classes that are told apart by their prompts, and the logits of pictures of them, row-major [n, classes]; `strength` of the shifted style. */
async function readScenes(lab: Lab, params: Params, perClass: number): Promise<(strength: number) => Promise<{ set: Labelled; logits: Float32Array }>> {
  const { base: classes } = classesOf({ base: spec.classesJudged, new: 0 });
  const prompts = tokenizeAll(classPrompts(classes), length);
  const end = int32(classes.map((_, i) => (prompts.data as Int32Array).subarray(i * length, (i + 1) * length).indexOf(tokens.end)));
  const forward = lab.forward({
    name: 'dual zero-shot',
    params: shapesOf(params),
    inputs: { images: { shape: [spec.classesJudged * perClass, 3, 32, 32] }, tokens: { shape: prompts.shape, dtype: 'int32' }, end: { shape: end.shape, dtype: 'int32' } },
    outputs: ({ params: p, inputs }) => ({
      logits: dualLogits(imageFeatures(scope(p, 'image'), inputs.images!, config), textFeatures(scope(p, 'text'), inputs.tokens!, inputs.end!, config), logitScale(p)),
    }),
  });
  return async (strength) => {
    const { x, y } = makeSceneClasses({ seed, split: 'pre-training held out', style: 'shifted', strength, classes, perClass });
    return { set: { x, y, classes: classes.map(({ shape, texture }) => `${textures[texture]!} ${shapes[shape]!}`) }, logits: floats((await forward.run(params, { images: x, tokens: prompts, end })).logits!) };
  };
}
/** Zero-shot accuracy on a balanced set of classes; in the original style, and shifted by 50, 70 and 100 per cent. */
async function zeroShot(lab: Lab, params: Params): Promise<Readonly<Record<'original' | 'shifted50' | 'shifted70' | 'shifted100', number>>> {
  const read = await readScenes(lab, params, spec.judgedPerClass);
  const accuracy = async (strength: number): Promise<number> => {
    const { set, logits } = await read(strength);
    return argMaxes(logits, set.classes.length).filter((said, i) => said === set.y.data[i]).length / countOf(set);
  };
  return { original: await accuracy(0), shifted50: await accuracy(0.5), shifted70: await accuracy(0.7), shifted100: await accuracy(1) };
}

/** The file's graph: images and tokens in, logits out. */
const program = (params: Params) =>
  defineProgram(
    {
      name: 'dual',
      constants: constantsOf(params),
      feeds: { images: { shape: [1, 3, 32, 32] }, tokens: { shape: [16, length], dtype: 'int32' }, end: { shape: [16], dtype: 'int32' } },
    },
    ({ constants: p, feeds }) => {
      const [image, text] = [imageFeatures(scope(p, 'image'), feeds.images, config), textFeatures(scope(p, 'text'), feeds.tokens, feeds.end, config)];
      return { outputs: { logits: dualLogits(image, text, logitScale(p)), image, text } };
    },
  );

export const recipe = defineRecipe({
  id: 'dual',
  title: 'Dual: a small CLIP for scenes',
  base: 'dual',
  says: 'An image tower and a text tower that agree on pictures of one object and their captions. It names a picture by the caption that fits best, without training on names. It knows the original style well and half of the shift; the full shift is left for adaptation.',
  seed,
  spec: { ...spec, imageBlocks: config.image.blocks, imageWidth: config.image.width, textBlocks: config.text.blocks, textWidth: config.text.width, features: config.features },
  make: async (lab) => {
    const from = initDual(lab.rng.fork('init'), config);
    const trainer = lab.trainer({
      name: 'dual pre-training',
      params: shapesOf(from),
      batch: { images: { shape: [spec.batch, 3, 32, 32] }, tokens: { shape: [spec.batch, length], dtype: 'int32' }, end: { shape: [spec.batch], dtype: 'int32' } },
      loss: ({ params: p, batch }) => {
        const image = imageFeatures(scope(p, 'image'), batch.images!, config);
        const text = textFeatures(scope(p, 'text'), batch.tokens!, batch.end!, config);
        const { loss, byImage, byText } = contrastiveLoss(dualLogits(image, text, logitScale(p)));
        return { loss, metrics: { byImage, byText } };
      },
      optimizer: adam({ beta2: 0.98, clipNorm: spec.clipNorm }),
    });
    const rate = cosine(spec.learningRate, spec.steps, spec.warmUp);
    lab.expect(spec.steps);
    const params = await lab.train({
      trainer,
      arm: 'dual',
      from,
      steps: spec.steps,
      hyper: (step) => ({ learningRate: rate(step), weightDecay: spec.weightDecay }),
      next: (step) => batchOf(lab.rng, step),
      watch: {
        every: 300,
        call: async ({ step, params: now }) => {
          lab.report('dual', step, await zeroShot(lab, await now()));
        },
      },
    });
    return { params, program: program(params) };
  },
  measure: async (lab, params) => {
    const accuracy = await zeroShot(lab, params);
    const measure = (name: string, value: number): Measure => ({ name, value, better: 'higher', baseline: { name: 'chance', value: 1 / spec.classesJudged } });
    return [measure('zero-shot accuracy in the original style', accuracy.original), measure('zero-shot accuracy at half of the shift', accuracy.shifted50), measure('zero-shot accuracy at 70 % of the shift', accuracy.shifted70), measure('zero-shot accuracy at the full shift', accuracy.shifted100)];
  },
  show: async (lab, params) => {
    const read = await readScenes(lab, params, 3);
    const at = async (strength: number, where: string): Promise<Preview[]> => {
      const { set, logits } = await read(strength);
      return readings(set, logits, { range: [-1, 1] }).map((preview) => ({ ...preview, title: `${preview.title}, ${where}` }));
    };
    return [...(await at(0, 'original style')), ...(await at(0.7, '70 % shifted'))];
  },
});
