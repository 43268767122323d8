/** The `cnn` of the playground: letters A to Z in the typefaces that may be seen; other characters are left for downstream tasks. */
import { floats, tensor } from '../base/tensor';
import { augment } from '../data/augment';
import { countOf, take, type Labelled } from '../data/labelled';
import { glyphSize, makeGlyphs, upstreamClasses, type GlyphsSpec } from '../data/sets/glyphs';
import { readTypefaces } from '../data/typefaces';
import { defineProgram } from '../engine/program';
import type { Lab } from '../lab/lab';
import { readings } from '../lab/pictures';
import { defineRecipe } from '../lab/recipe';
import { cnnFeatures, cnnLogits, headLogits, initCnn } from '../nn/cnn';
import { crossEntropy } from '../nn/losses';
import { adam } from '../nn/optimizers';
import { cosine } from '../nn/schedules';
import { accuracyOn, constantsOf, overSet, shapesOf, shuffled } from './common';

const spec = { classes: 'A-Z', typefaces: 'seen', perClass: 300, augmentation: 'weak', steps: 2400, batch: 64, learningRate: 4e-3, weightDecay: 0.02, warmUp: 120, clipNorm: 1 } as const;
const seed = 1;

type Drawn = Pick<GlyphsSpec, 'split' | 'perClass' | 'typefaces'>;
async function letters(lab: Lab): Promise<(more: Drawn) => Labelled> {
  const typefaces = readTypefaces(await lab.asset('data/typefaces.bin'));
  return (more) => makeGlyphs(typefaces, { seed, classes: upstreamClasses, ...more });
}

export const recipe = defineRecipe({
  id: 'cnn',
  title: 'Small CNN, pre-trained on capital letters in many typefaces',
  base: 'cnn',
  says: 'Reads the capital letters A to Z, drawn from 40 open typefaces. Digits, lower-case letters and 20 further typefaces were kept from it: downstream tasks and shifted tests are made of those.',
  seed,
  spec,
  make: async (lab) => {
    const train = (await letters(lab))({ split: 'upstream/train', perClass: spec.perClass });
    const start = initCnn(lab.rng.fork('init'), upstreamClasses.length);
    const trainer = lab.trainer({
      name: 'cnn-pretrain',
      params: shapesOf(start),
      batch: { images: { shape: [spec.batch, 1, glyphSize, glyphSize] }, labels: { shape: [spec.batch], dtype: 'int32' } },
      loss: ({ params, batch }) => ({ loss: crossEntropy(cnnLogits(params, batch.images!), batch.labels!) }),
      optimizer: adam({ clipNorm: spec.clipNorm }),
    });
    const order = shuffled(lab.rng, countOf(train), spec.batch);
    const rate = cosine(spec.learningRate, spec.steps, spec.warmUp);
    lab.expect(spec.steps);
    const params = await lab.train({
      trainer,
      arm: 'cnn',
      from: start,
      steps: spec.steps,
      hyper: (step) => ({ learningRate: rate(step), weightDecay: spec.weightDecay }),
      next: (step) => {
        const { x, y } = take(train, order(step));
        return { images: tensor(augment(floats(x), lab.rng.fork('augment', step), spec.augmentation), x.shape), labels: y };
      },
    });
    const program = defineProgram({ name: 'cnn', constants: constantsOf(params), feeds: { images: { shape: [1, 1, glyphSize, glyphSize] } } }, ({ constants: p, feeds }) => {
      const features = cnnFeatures(p, feeds.images);
      return { outputs: { features, logits: headLogits(p, features) } };
    });
    return { params, program };
  },
  measure: async (lab, params) => {
    const draw = await letters(lab);
    const accuracy = (set: Labelled): Promise<number> => accuracyOn(lab, 'cnn-test', params, set, ({ params: p, images }) => cnnLogits(p, images));
    const baseline = { name: 'chance', value: 1 / upstreamClasses.length };
    return [
      { name: 'held-out accuracy', value: await accuracy(draw({ split: 'upstream/test', perClass: 40 })), better: 'higher', baseline },
      { name: 'accuracy on typefaces never seen', value: await accuracy(draw({ split: 'upstream/unseen', perClass: 40, typefaces: 'unseen' })), better: 'higher', baseline },
    ];
  },
  show: async (lab, params) => {
    const set = (await letters(lab))({ split: 'upstream/unseen', perClass: 6, typefaces: 'unseen' });
    return readings(set, await overSet(lab, 'cnn-show', params, set.x, ({ params: p, images }) => cnnLogits(p, images)));
  },
});
