/** The `restorer` of the playground: one network for several kinds of damage. */
import type { Random } from '../base/random';
import { floats, tensor, type Params, type Tensor } from '../base/tensor';
import { degrade, type Degradation, type DegradationName } from '../data/degrade';
import { makeSceneSet } from '../data/scene/set';
import { log10 } from '../base/math';
import { abs, mean, sub } from '../engine/ops';
import { defineProgram } from '../engine/program';
import type { Lab } from '../lab/lab';
import { defineRecipe, type Measure } from '../lab/recipe';
import { initRestorer, restorer, restorerShape } from '../nn/restorer';
import { constantsOf, fit, overSet, shuffled } from './common';
import { imageAt } from '../lab/pictures';

const trained: readonly DegradationName[] = ['noise', 'blur', 'lowLight', 'rain'];
const unseen: readonly DegradationName[] = ['haze', 'blocks'];
const spec = { data: 'scenes of one to four objects', scenes: 1000, damage: trained.join(', '), neverSeen: unseen.join(', '), strength: '0.3 to 0.8', steps: 800, batch: 4, learningRate: 2e-3, weightDecay: 0, warmUp: 30, clipNorm: 1, widths: restorerShape.widths.join('-') } as const;
const seed = 20240928;
const side = 32;
const size = 3 * side * side;

const scenes = (split: string, count: number): Tensor => makeSceneSet({ seed, split, count, side, objects: [1, 4] }).x;
/** An image in [-1, 1] spoilt, in [-1, 1]. */
const spoil = (image: Float32Array, how: Degradation, rng: Random): Float32Array => degrade(image.map((v) => (v + 1) / 2), side, how, rng).map((v) => 2 * v - 1);
const strengthFrom = (rng: Random): number => rng.uniform(0.3, 0.8);

/** The same 32 held-out scenes, spoilt one way. */
function spoiltSet(lab: Lab, name: DegradationName): { clean: Tensor; spoilt: Tensor } {
  const clean = scenes('restorer/test', 32);
  const x = floats(clean);
  const spoilt = new Float32Array(x.length);
  for (let i = 0; i < x.length / size; i++) {
    const own = lab.rng.fork('held-out damage', name, i);
    spoilt.set(spoil(x.subarray(i * size, (i + 1) * size), { name, strength: strengthFrom(own.fork('strength')) }, own), i * size);
  }
  return { clean, spoilt: tensor(spoilt, clean.shape) };
}
/** Peak signal to noise, 10 log10 (1 / mean squared error), of pictures in [0, 1], cut to that: the mean over images [n, 3, 32, 32] in [-1, 1]. */
function psnr(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at += size) {
    let squares = 0;
    for (let i = at; i < at + size; i++) {
      const error = (Math.max(-1, Math.min(1, a[i]!)) - b[i]!) / 2;
      squares += error * error;
    }
    sum += 10 * log10(size / squares);
  }
  return sum / (a.length / size);
}
const restored = (lab: Lab, params: Params, spoilt: Tensor): Promise<Float32Array> => overSet(lab, 'restorer-test', params, spoilt, ({ params: p, images }) => restorer(p, images).restored, 32);

export const recipe = defineRecipe({
  id: 'restorer',
  title: 'Restorer of scenes: noise, blur, low light and rain in one network',
  base: 'restorer',
  says: 'Gives back a clean picture of 32 px from one that is noisy, blurred, dark or rained upon, without being told which. Haze and JPEG-like blocks were kept from it, to see what it does with damage it never met: it mends neither, and of blur it still takes more than it gives, since it has to draw every picture anew.',
  seed: 1,
  spec,
  make: async (lab) => {
    const x = floats(scenes('restorer/train', spec.scenes));
    const order = shuffled(lab.rng, spec.scenes, spec.batch);
    const shape = [spec.batch, 3, side, side];
    const params = await fit(lab, {
      arm: 'restorer',
      from: initRestorer(lab.rng.fork('init')),
      batch: { clean: { shape }, spoilt: { shape } },
      loss: ({ params: p, batch }) => ({ loss: mean(abs(sub(restorer(p, batch.spoilt!).restored, batch.clean!))) }),
      next: (step) => {
        const [clean, spoilt] = [new Float32Array(spec.batch * size), new Float32Array(spec.batch * size)];
        order(step).forEach((at, i) => {
          const own = lab.rng.fork('damage', step, i);
          const image = x.subarray(at * size, (at + 1) * size);
          clean.set(image, i * size);
          spoilt.set(spoil(image, { name: own.fork('kind').pick(trained), strength: strengthFrom(own.fork('strength')) }, own), i * size);
        });
        return { clean: tensor(clean, shape), spoilt: tensor(spoilt, shape) };
      },
      spec,
    });
    return { params, program: defineProgram({ name: 'restorer', constants: constantsOf(params), feeds: { images: { shape: [1, 3, side, side] } } }, ({ constants: p, feeds }) => ({ outputs: { restored: restorer(p, feeds.images).restored } })) };
  },
  measure: async (lab, params) => {
    const measures: Measure[] = [];
    for (const name of [...trained, ...unseen]) {
      const { clean, spoilt } = spoiltSet(lab, name);
      measures.push({ name: `PSNR in dB, ${trained.includes(name) ? name : `${name}, never seen`}`, value: psnr(await restored(lab, params, spoilt), floats(clean)), better: 'higher', baseline: { name: 'the spoilt picture itself', value: psnr(floats(spoilt), floats(clean)) } });
    }
    return measures;
  },
  show: async (lab, params) => {
    const range = [-1, 1] as const;
    const rows = [];
    for (const [i, name] of [...trained, ...unseen].entries()) {
      const { clean, spoilt } = spoiltSet(lab, name);
      const out = tensor(await restored(lab, params, spoilt), clean.shape);
      rows.push(imageAt(spoilt, i, name, range), imageAt(out, i, 'restored', range), imageAt(clean, i, 'clean', range));
    }
    return [{ title: 'Spoilt, restored, clean', says: 'One held-out scene for each kind of damage; the last two kinds were not trained on.', picture: { kind: 'images', images: rows } }];
  },
});
