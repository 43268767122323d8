/** Classifiers of scenes with one object: which of eight kinds it is, on any background; once trained as usual, once with boxes erased. */
import type { Random } from '../base/random';
import { floats, tensor, type Params } from '../base/tensor';
import { countOf, take, type Labelled } from '../data/labelled';
import { kinds, plainKinds } from '../data/scene/kinds';
import { makeSceneSet } from '../data/scene/set';
import { readCheckpoint } from '../engine/onnx/writer';
import { defineProgram } from '../engine/program';
import type { Lab } from '../lab/lab';
import { readings } from '../lab/pictures';
import type { Measure, Recipe } from '../lab/recipe';
import { classScorer } from '../lab/scorer';
import { crossEntropy } from '../nn/losses';
import { initResnet, initResnetBuffers, resnet, sceneResnet } from '../nn/resnet';
import { accuracyOn, constantsOf, fit, overSet, shapesOf, shuffled } from './common';

const seed = 20221111;
const side = 32;
const size = 3 * side * side;
const names = plainKinds.map((kind) => kinds[kind]!);
const spec = { data: 'scenes of one object on any background', scenes: 3000, steps: 800, batch: 12, learningRate: 5e-3, weightDecay: 0.02, warmUp: 40, clipNorm: 5, widths: sceneResnet.widths.join('-'), norm: sceneResnet.norm } as const;

function scenes(split: string, count: number): Labelled {
  const set = makeSceneSet({ seed, split, count, side, objects: [1, 1] });
  const columns = set.kind.shape[1]!;
  const labels = Int32Array.from({ length: count }, (_, i) => plainKinds.indexOf(set.kind.data[i * columns]!));
  return { x: set.x, y: { dtype: 'int32', shape: [count], data: labels }, classes: names };
}
/** Random erasing (Zhong et al. 2020, arXiv:1708.04896): with chance 1/2 a grey box over 2 to 33 % of the picture, of an aspect from 0.3 to 1 / 0.3. In place. */
function erase(image: Float32Array, rng: Random): void {
  if (!rng.bernoulli(0.5)) return;
  const [area, aspect] = [rng.uniform(0.02, 0.33) * side * side, rng.uniform(0.3, 1)];
  const [a, b] = [Math.sqrt(area * aspect), Math.sqrt(area / aspect)].map((length) => Math.min(side, Math.max(1, Math.round(length)))) as [number, number];
  const [height, width] = rng.bernoulli(0.5) ? [a, b] : [b, a];
  const [top, left] = [rng.int(side - height + 1), rng.int(side - width + 1)];
  for (let c = 0; c < 3; c++) for (let row = top; row < top + height; row++) image.fill(0, (c * side + row) * side + left, (c * side + row) * side + left + width);
}
const used = (lab: Lab, name: string, params: Params, set: Labelled): Promise<number> => accuracyOn(lab, name, params, set, ({ params: p, images }) => resnet(p, p, images, sceneResnet, 'run').logits);
/** The set with a grey box of 16 x 16 px at a place of its own in each picture: a quarter is gone. */
function greyed(lab: Lab, set: Labelled): Labelled {
  const x = floats(set.x).slice();
  for (let i = 0; i < countOf(set); i++) {
    const own = lab.rng.fork('grey', i);
    const [top, left] = [own.int(side / 2 + 1), own.int(side / 2 + 1)];
    for (let c = 0; c < 3; c++) for (let row = top; row < top + side / 2; row++) x.fill(0, i * size + (c * side + row) * side + left, i * size + (c * side + row) * side + left + side / 2);
  }
  return { ...set, x: tensor(x, set.x.shape) };
}

export interface SceneClassifier extends Pick<Recipe, 'id' | 'title' | 'says'> {
  readonly erasing: boolean;
  /** A checkpoint to go on from, and at which rate; left out, from scratch. */
  readonly from?: { readonly id: string; readonly learningRate: number };
}
export function sceneClassifier({ id, title, says, erasing, from }: SceneClassifier): Recipe {
  const own = { ...spec, erasing, ...(from && { from: from.id, learningRate: from.learningRate }) };
  return {
    id, title, says, base: 'resnet', seed: 1, spec: own,
    make: async (lab) => {
      const train = scenes('classifier/train', spec.scenes);
      const order = shuffled(lab.rng, spec.scenes, spec.batch);
      const params = await fit(lab, {
        arm: id,
        from: from ? readCheckpoint(await lab.asset(`models/${from.id}.onnx`)).params : { ...initResnet(lab.rng.fork('init'), sceneResnet), ...initResnetBuffers(sceneResnet) },
        buffers: shapesOf(initResnetBuffers(sceneResnet)),
        batch: { images: { shape: [spec.batch, 3, side, side] }, labels: { shape: [spec.batch], dtype: 'int32' } },
        loss: ({ params: p, buffers, batch }) => {
          const out = resnet(p, buffers, batch.images!, sceneResnet, 'train');
          return { loss: crossEntropy(out.logits, batch.labels!), buffers: out.buffers };
        },
        next: (step) => {
          const { x, y } = take(train, order(step));
          if (erasing) for (let i = 0; i < spec.batch; i++) erase(floats(x).subarray(i * size, (i + 1) * size), lab.rng.fork('erase', step, i));
          return { images: x, labels: y };
        },
        spec: own,
      });
      return { params, program: defineProgram({ name: id, constants: constantsOf(params), feeds: { images: { shape: [1, 3, side, side] } } }, ({ constants: p, feeds }) => {
        const { feature, logits } = resnet(p, p, feeds.images, sceneResnet, 'run');
        return { outputs: { feature, logits } };
      }) };
    },
    measure: async (lab, params) => {
      const test = scenes('classifier/test', 480);
      const measure = (name: string, value: number): Measure => ({ name, value, better: 'higher', baseline: { name: 'chance', value: 1 / names.length } });
      return [measure('held-out accuracy', await used(lab, `${id}-test`, params, test)), measure('accuracy with a quarter of each picture grey', await used(lab, `${id}-grey`, params, greyed(lab, test)))];
    },
    scorer: async (lab) => {
      const says = { title, choosing: '320 scenes of one object', reporting: '480 others', notes: ['Running statistics of its normalisation are averaged like weights; after a real merge they would be taken anew.'] };
      return classScorer(lab, { name: `${id}-scorer`, params: { ...initResnet(lab.rng.fork('scorer'), sceneResnet), ...initResnetBuffers(sceneResnet) }, choosing: scenes('classifier/choosing', 320), reporting: scenes('classifier/test', 480), logits: ({ params: p, images }) => resnet(p, p, images, sceneResnet, 'run').logits, says });
    },
    show: async (lab, params) => {
      const set = scenes('classifier/show', 96);
      return readings(set, await overSet(lab, `${id}-show`, params, set.x, ({ params: p, images }) => resnet(p, p, images, sceneResnet, 'run').logits), { range: [-1, 1] });
    },
  };
}
