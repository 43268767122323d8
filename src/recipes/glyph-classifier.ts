/** Classifiers of capital letters: every recipe that reads A to Z is one network, trained and measured in one way. */
import type { Random } from '../base/random';
import { floats, int32, tensor, type Params } from '../base/tensor';
import { augment, type AugmentLevel } from '../data/augment';
import { countOf, take, type Labelled } from '../data/labelled';
import { glyphSize, makeGlyphs, upstreamClasses, type GlyphsSpec } from '../data/sets/glyphs';
import { readTypefaces } from '../data/typefaces';
import { defineProgram } from '../engine/program';
import type { Value } from '../engine/value';
import type { Lab } from '../lab/lab';
import type { Recipe } from '../lab/recipe';
import { classScorer } from '../lab/scorer';
import type { Groups } from '../nn/groups';
import type { Views } from '../nn/layers';
import { crossEntropy } from '../nn/losses';
import { accuracyOn, constantsOf, fit, overSet, shuffled, type Fit } from './common';
import { readings } from '../lab/pictures';

export interface GlyphClassifier extends Pick<Recipe, 'id' | 'title' | 'base' | 'says'> {
  readonly spec: Recipe['spec'] & Fit['spec'] & { readonly perClass: number; readonly batch: number; readonly augmentation: AugmentLevel };
  readonly init: (rng: Random, classes: number) => Params;
  /** Images [n, 1, 28, 28] -> features [n, d] and logits [n, 26]. */
  readonly outputs: (p: Views, images: Value) => { readonly features: Value; readonly logits: Value };
  readonly groups?: Groups;
  /** Share of the training labels that are replaced by any class, the right one among them; drawn once for each example. Left out, 0. */
  readonly labelNoise?: number;
}
const seed = 1;

type Drawn = Pick<GlyphsSpec, 'split' | 'perClass' | 'typefaces'>;
async function letters(lab: Lab): Promise<(more: Drawn) => Labelled> {
  const typefaces = readTypefaces(await lab.asset('data/typefaces.bin'));
  return (more) => makeGlyphs(typefaces, { seed, classes: upstreamClasses, ...more });
}
/** The set with each label replaced, with chance `rate`, by any class (Chen et al. 2024, arXiv:2309.17002). */
function withNoise(set: Labelled, rate: number, rng: Random): Labelled {
  const labels = Array.from(set.y.data, (label, i) => {
    const own = rng.fork(i);
    return own.bernoulli(rate) ? own.int(set.classes.length) : label;
  });
  return { ...set, y: int32(labels) };
}

export function glyphClassifier({ id, title, base, says, spec, init, outputs, groups, labelNoise = 0 }: GlyphClassifier): Recipe {
  return {
    id, title, base, says, seed, spec,
    make: async (lab) => {
      const clean = (await letters(lab))({ split: 'upstream/train', perClass: spec.perClass });
      const train = labelNoise > 0 ? withNoise(clean, labelNoise, lab.rng.fork('label noise')) : clean;
      const order = shuffled(lab.rng, countOf(train), spec.batch);
      const params = await fit(lab, {
        arm: id,
        from: init(lab.rng.fork('init'), upstreamClasses.length),
        batch: { images: { shape: [spec.batch, 1, glyphSize, glyphSize] }, labels: { shape: [spec.batch], dtype: 'int32' } },
        loss: ({ params: p, batch }) => ({ loss: crossEntropy(outputs(p, batch.images!).logits, batch.labels!) }),
        next: (step) => {
          const { x, y } = take(train, order(step));
          return { images: tensor(augment(floats(x), lab.rng.fork('augment', step), spec.augmentation), x.shape), labels: y };
        },
        spec,
        ...(groups && { groups }),
      });
      return { params, program: defineProgram({ name: id, constants: constantsOf(params), feeds: { images: { shape: [1, 1, glyphSize, glyphSize] } } }, ({ constants: p, feeds }) => ({ outputs: { ...outputs(p, feeds.images) } })) };
    },
    measure: async (lab, params) => {
      const draw = await letters(lab);
      const accuracy = (set: Labelled): Promise<number> => accuracyOn(lab, `${id}-test`, params, set, ({ params: p, images }) => outputs(p, images).logits);
      const baseline = { name: 'chance', value: 1 / upstreamClasses.length };
      return [
        { name: 'held-out accuracy', value: await accuracy(draw({ split: 'upstream/test', perClass: 40 })), better: 'higher', baseline },
        { name: 'accuracy on typefaces never seen', value: await accuracy(draw({ split: 'upstream/unseen', perClass: 40, typefaces: 'unseen' })), better: 'higher', baseline },
      ];
    },
    scorer: async (lab) => {
      const draw = await letters(lab);
      const says = { title, choosing: '780 letters in the typefaces that it has seen, drawn anew', reporting: '1040 others', notes: [] };
      return classScorer(lab, { name: `${id}-scorer`, params: init(lab.rng.fork('scorer'), upstreamClasses.length), choosing: draw({ split: 'upstream/choosing', perClass: 30 }), reporting: draw({ split: 'upstream/test', perClass: 40 }), logits: ({ params: p, images }) => outputs(p, images).logits, says });
    },
    show: async (lab, params) => {
      const set = (await letters(lab))({ split: 'upstream/unseen', perClass: 6, typefaces: 'unseen' });
      return readings(set, await overSet(lab, `${id}-show`, params, set.x, ({ params: p, images }) => outputs(p, images).logits));
    },
  };
}
