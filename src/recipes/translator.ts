/**
 * A translator between the classes of glyphs whose colour gives the class away: asked for another class it takes the easy way and changes the
 * colour, which is what debiasing with its pictures rests on. Whether this one does is measured, by probes that no method ever sees.
 */
import { floats, int32, tensor, type Params, type Tensor } from '../base/tensor';
import { makeColouredGlyphs, type BiasRule, type ColouredGlyphs } from '../data/sets/coloured-glyphs';
import { readTypefaces } from '../data/typefaces';
import { add } from '../engine/ops';
import { defineProgram } from '../engine/program';
import type { Lab } from '../lab/lab';
import { defineRecipe, type Measure } from '../lab/recipe';
import { cnnLogits, initCnn } from '../nn/cnn';
import { prefixed, scope } from '../nn/layers';
import { crossEntropy } from '../nn/losses';
import { adam } from '../nn/optimizers';
import { constantRate } from '../nn/schedules';
import { initJudge, initTranslator, translate, translationLosses, translatorConfig } from '../nn/translator';
import { rowsOf } from './captioned-scenes';
import { argMaxes, constantsOf, shapesOf, shuffled } from './common';

const seed = 20211202;
const side = 16;
const classes = [...'01234'];
const spec = { data: 'coloured glyphs 0 to 4, 16 x 16, the ink has the class colour at rate 0.995', glyphs: 4000, agreement: 0.995, jitter: 0.05, losses: 'Wasserstein with gradient penalty 10, class 1, cycle 10; one step of both networks at once', steps: 400, batch: 16, learningRate: 5e-4, beta1: 0.5 } as const;
const config = translatorConfig(classes.length, side);

async function glyphs(lab: Lab): Promise<(split: string, rule: BiasRule, count: number) => ColouredGlyphs> {
  const typefaces = readTypefaces(await lab.asset('data/typefaces.bin'));
  return (split, rule, count) => makeColouredGlyphs(typefaces, { seed, split, classes, side, place: 'ink', rule, agreement: spec.agreement, jitter: spec.jitter, count });
}

// Probes: what a picture's colour and shape are, learned where the two are independent

/** How far each pixel is above the dark paper, [n, 1, side, side], its greatest channel at most 1: a glyph without its colour. */
function inkOf(x: Tensor): Tensor {
  const n = x.shape[0]!;
  const area = side * side;
  const data = floats(x);
  const out = new Float32Array(n * area);
  for (let i = 0; i < n; i++) {
    let most = 1e-3;
    for (let at = 0; at < area; at++) most = Math.max(most, (out[i * area + at] = 0.9 + Math.max(...[0, 1, 2].map((c) => data[(3 * i + c) * area + at]!))));
    for (let at = 0; at < area; at++) out[i * area + at] = Math.max(0, out[i * area + at]! / most);
  }
  return tensor(out, [n, 1, side, side]);
}
/** Mean colour of each picture, pixels counted by the square of their ink. */
function coloursOf(x: Tensor): number[][] {
  const ink = floats(inkOf(x));
  const data = floats(x);
  const area = side * side;
  return Array.from({ length: x.shape[0]! }, (_, i) => {
    const weight = (at: number): number => ink[i * area + at]! * ink[i * area + at]!;
    const places = Array.from({ length: area }, (__, at) => at);
    const total = places.reduce((sum, at) => sum + weight(at), 1e-9);
    return [0, 1, 2].map((c) => places.reduce((sum, at) => sum + weight(at) * data[(3 * i + c) * area + at]!, 0) / total);
  });
}
/** The colour of each class: means over pictures whose colour is independent of their class. */
function paletteOf({ x, colour }: ColouredGlyphs): number[][] {
  const found = coloursOf(x);
  return classes.map((_, k) => {
    const own = found.filter((__, i) => colour.data[i] === k);
    return [0, 1, 2].map((c) => own.reduce((sum, rgb) => sum + rgb[c]!, 0) / own.length);
  });
}
function nearestColour(rgb: readonly number[], palette: readonly number[][]): number {
  const distances = palette.map((p) => p.reduce((sum, v, c) => sum + (v - rgb[c]!) * (v - rgb[c]!), 0));
  return distances.indexOf(Math.min(...distances));
}
/** A small network that reads the glyph from the ink alone. */
async function shapeProbe(lab: Lab, set: ColouredGlyphs): Promise<(x: Tensor) => Promise<number[]>> {
  const steps = 300;
  const batch = 50;
  const from = initCnn(lab.rng.fork('probe'), classes.length);
  const trainer = lab.trainer({
    name: 'shape-probe',
    params: shapesOf(from),
    batch: { ink: { shape: [batch, 1, side, side] }, labels: { shape: [batch], dtype: 'int32' } },
    loss: ({ params: p, batch: b }) => ({ loss: crossEntropy(cnnLogits(p, b.ink!), b.labels!) }),
    optimizer: adam({ clipNorm: 1 }),
  });
  const order = shuffled(lab.rng.fork('probe order'), set.x.shape[0]!, batch);
  const ink = inkOf(set.x);
  const params = await lab.train({ trainer, arm: 'probe', from, steps, hyper: (step) => ({ learningRate: step < steps / 2 ? 4e-3 : 1e-3 }), next: (step) => ({ ink: rowsOf(ink, order(step)), labels: rowsOf(set.y, order(step)) }) });
  return async (x) => {
    const forward = lab.forward({ name: 'shape-probe-read', params: shapesOf(params), inputs: { ink: { shape: [x.shape[0]!, 1, side, side] } }, outputs: ({ params: p, inputs }) => ({ logits: cnnLogits(p, inputs.ink!) }) });
    return argMaxes(floats((await forward.run(params, { ink: inkOf(x) })).logits!), classes.length);
  };
}

export const recipe = defineRecipe({
  id: 'translator',
  title: 'Translator between classes of coloured glyphs',
  base: 'translator',
  says: 'Draws a glyph as if it were of another class, learned from glyphs whose ink has the colour of their class in 995 of 1000 cases. It has seen no label of colour. Its measures say how often the picture takes on the asked class\'s colour, and how often it keeps the glyph.',
  seed,
  spec,
  make: async (lab) => {
    const train = (await glyphs(lab))('train', 'biased', spec.glyphs);
    const from = { ...prefixed('translator', initTranslator(lab.rng.fork('translator'), config)), ...prefixed('judge', initJudge(lab.rng.fork('judge'), config)) };
    const trainer = lab.trainer({
      name: 'translator-train',
      params: shapesOf(from),
      batch: { x: { shape: [spec.batch, 3, side, side] }, labels: { shape: [spec.batch], dtype: 'int32' }, target: { shape: [spec.batch], dtype: 'int32' }, mix: { shape: [spec.batch, 1, 1, 1] } },
      loss: ({ params: p, batch: { x, labels, target, mix } }) => {
        const { judge, translator, metrics } = translationLosses({ translator: scope(p, 'translator'), judge: scope(p, 'judge'), x: x!, labels: labels!, target: target!, mix: mix!, config, weights: { class: 1, cycle: 10, penalty: 10 } });
        return { loss: { judge, translator }, metrics };
      },
      // Each loss stops at the other network, so the sum of the gradients is each network's own.
      gradient: ({ gradients }) => ({ gradient: add(gradients.judge!, gradients.translator!) }),
      optimizer: adam({ beta1: spec.beta1 }),
    });
    const order = shuffled(lab.rng, spec.glyphs, spec.batch);
    const rate = constantRate(spec.learningRate);
    lab.expect(spec.steps);
    const trained = await lab.train({
      trainer,
      arm: 'translator',
      from,
      steps: spec.steps,
      hyper: (step) => ({ learningRate: rate(step) * Math.min(1, (2 * (spec.steps - step)) / spec.steps) }), // the second half falls to zero, as in StarGAN
      next: (step) => {
        const at = order(step);
        const own = lab.rng.fork('step', step);
        return {
          x: rowsOf(train.x, at), labels: rowsOf(train.y, at),
          target: int32(Int32Array.from({ length: spec.batch }, () => own.int(classes.length))),
          mix: tensor(own.fork('mix').fillUniform(new Float32Array(spec.batch)), [spec.batch, 1, 1, 1]),
        };
      },
    });
    const params: Params = Object.fromEntries(Object.entries(trained).flatMap(([name, value]) => (name.startsWith('translator.') ? [[name.slice('translator.'.length), value]] : [])));
    const program = defineProgram({ name: 'translator', constants: constantsOf(params), feeds: { x: { shape: [1, 3, side, side] }, target: { shape: [1], dtype: 'int32' } } }, ({ constants: p, feeds }) => ({ outputs: { made: translate(p, feeds.x, feeds.target, config) } }));
    return { params, program };
  },
  measure: async (lab, params): Promise<readonly Measure[]> => {
    const draw = await glyphs(lab);
    const neutral = draw('probe', 'unbiased', 1500);
    const [palette, readShape] = [paletteOf(neutral), await shapeProbe(lab, neutral)];
    const n = 200;
    const test = draw('test', 'biased', n);
    const target = int32(Int32Array.from({ length: n }, (_, i) => ((test.y.data[i] as number) + 1 + (Math.floor(i / classes.length) % (classes.length - 1))) % classes.length)); // never its own, all others in turn
    const forward = lab.forward({ name: 'translator-test', params: shapesOf(params), inputs: { x: { shape: test.x.shape }, target: { shape: [n], dtype: 'int32' } }, outputs: ({ params: p, inputs }) => ({ made: translate(p, inputs.x!, inputs.target!, config) }) });
    const made = (await forward.run(params, { x: test.x, target })).made!;
    const share = (of: readonly number[], truth: Tensor): number => of.filter((v, i) => v === truth.data[i]).length / n;
    const colours = (x: Tensor): number[] => coloursOf(x).map((rgb) => nearestColour(rgb, palette));
    return [
      { name: 'translated glyphs with the colour of the class asked for', value: share(colours(made), target), better: 'higher', baseline: { name: 'untranslated', value: share(colours(test.x), target) } },
      { name: 'translated glyphs that still read as their own class', value: share(await readShape(made), test.y), better: 'higher', baseline: { name: 'chance', value: 1 / classes.length } },
      { name: 'the same, beside untranslated ones', value: share(await readShape(made), test.y), better: 'higher', baseline: { name: 'untranslated', value: share(await readShape(test.x), test.y) } },
    ];
  },
});
