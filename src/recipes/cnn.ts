/** The `cnn` of the playground: letters A to Z in the typefaces that may be seen; other characters are left for downstream tasks. */
import { floats, tensor } from '../base/tensor';
import { augment } from '../data/augment';
import { glyphSize, makeGlyphs, upstreamClasses, type GlyphsSpec } from '../data/glyphs';
import { countOf, take, type Labelled } from '../data/labelled';
import { readTypefaces } from '../data/typefaces';
import { defineProgram } from '../engine/program';
import { defineRecipe } from '../lab/recipe';
import { cnnFeatures, cnnLogits, headLogits, initCnn } from '../nn/cnn';
import { crossEntropy } from '../nn/losses';
import { adam } from '../nn/optimizers';
import { cosine } from '../nn/schedules';

const spec = { classes: 'A-Z', typefaces: 'seen', perClass: 300, augmentation: 'weak', steps: 2400, batch: 64, learningRate: 4e-3, weightDecay: 0.02, warmUp: 120, clipNorm: 1 } as const;
const seed = 1;
const chunk = 256;

export const recipe = defineRecipe({
  id: 'cnn',
  title: 'Small CNN, pre-trained on capital letters in many typefaces',
  seed,
  spec,
  make: async (lab) => {
    const typefaces = readTypefaces(await lab.asset('data/typefaces.bin'));
    const draw = (more: Pick<GlyphsSpec, 'split' | 'perClass' | 'typefaces'>): Labelled => makeGlyphs(typefaces, { seed, classes: upstreamClasses, ...more });
    const train = draw({ split: 'upstream/train', perClass: spec.perClass });
    const heldOut = draw({ split: 'upstream/test', perClass: 40 });
    const unseen = draw({ split: 'upstream/unseen', perClass: 40, typefaces: 'unseen' });

    const start = initCnn(lab.rng.fork('init'), upstreamClasses.length);
    const shapes = Object.fromEntries(Object.entries(start).map(([name, { shape }]) => [name, shape]));
    const trainer = lab.trainer({
      name: 'cnn-pretrain',
      params: shapes,
      batch: { images: { shape: [spec.batch, 1, glyphSize, glyphSize] }, labels: { shape: [spec.batch], dtype: 'int32' } },
      loss: ({ params, batch }) => ({ loss: crossEntropy(cnnLogits(params, batch.images!), batch.labels!) }),
      optimizer: adam({ clipNorm: spec.clipNorm }),
    });
    const n = countOf(train);
    const orders: Uint32Array[] = [];
    const order = (epoch: number): Uint32Array => (orders[epoch] ??= lab.rng.fork('epoch', epoch).permutation(n));
    const rate = cosine(spec.learningRate, spec.steps, spec.warmUp);
    lab.expect(spec.steps);
    const params = await lab.train({
      trainer,
      arm: 'cnn',
      from: start,
      steps: spec.steps,
      hyper: (step) => ({ learningRate: rate(step), weightDecay: spec.weightDecay }),
      next: (step) => {
        const at = Uint32Array.from({ length: spec.batch }, (_, i) => order(Math.floor((step * spec.batch + i) / n))[(step * spec.batch + i) % n]!);
        const { x, y } = take(train, at);
        return { images: tensor(augment(floats(x), lab.rng.fork('augment', step), spec.augmentation), x.shape), labels: y };
      },
    });

    const forward = lab.forward({
      name: 'cnn-test',
      params: shapes,
      inputs: { images: { shape: [chunk, 1, glyphSize, glyphSize] } },
      outputs: ({ params: p, inputs }) => ({ logits: cnnLogits(p, inputs.images!) }),
    });
    const accuracy = async (set: Labelled): Promise<number> => {
      let hits = 0;
      for (let first = 0; first < countOf(set); first += chunk) {
        // The last chunk is filled up with its first example, which is not counted again.
        const count = Math.min(chunk, countOf(set) - first);
        const { x, y } = take(set, Uint32Array.from({ length: chunk }, (_, i) => first + (i < count ? i : 0)));
        const logits = floats((await forward.run(params, { images: x })).logits!);
        const classes = set.classes.length;
        for (let i = 0; i < count; i++) {
          const row = logits.subarray(i * classes, (i + 1) * classes);
          if (row.indexOf(row.reduce((a, b) => Math.max(a, b), -Infinity)) === y.data[i]) hits++;
        }
      }
      return hits / countOf(set);
    };
    const metrics = {
      'train/accuracy': await accuracy(train),
      'held-out/accuracy': await accuracy(heldOut),
      'unseen-typefaces/accuracy': await accuracy(unseen),
      'chance/accuracy': 1 / upstreamClasses.length,
    };
    const constants = Object.fromEntries(Object.entries(params).map(([name, { shape }]) => [name, { shape }]));
    const program = defineProgram({ name: 'cnn', constants, feeds: { images: { shape: [1, 1, glyphSize, glyphSize] } } }, ({ constants: p, feeds }) => {
      const features = cnnFeatures(p, feeds.images);
      return { outputs: { features, logits: headLogits(p, features) } };
    });
    return { params, program, metrics };
  },
});
