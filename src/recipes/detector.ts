/** The `detector` of the playground: five kinds of object with boxes; three more are in the pictures, and nobody says so. */
import { exp } from '../base/math';
import { Random } from '../base/random';
import { floats, int32, tensor, type Params, type Tensor } from '../base/tensor';
import { averagePrecision, nms } from '../data/boxes';
import { movedBoxes } from '../data/roi';
import { imageOf } from '../data/scene/pictures';
import { tokenizeAll, tokens, vocabulary } from '../data/sets/scenes';
import { readCheckpoint } from '../engine/onnx/writer';
import { add, concat, sliceAxis } from '../engine/ops';
import { defineProgram } from '../engine/program';
import type { Value } from '../engine/value';
import type { Lab } from '../lab/lab';
import { defineRecipe } from '../lab/recipe';
import { detector, detectorGrid, detectorShape, initDetector, offsetLoss, regionCrossEntropy } from '../nn/detector';
import { dualConfig, textFeatures } from '../nn/dual';
import { noDecayOnVectors } from '../nn/groups';
import { scope, type Views } from '../nn/layers';
import { constantsOf, fit, overRows, shapesOf, shuffled } from './common';
import { backgroundLabel, baseNames, copies, detectionScenes, detectorInputs, detectorTargets, kindNames, proposalCount, side, type DetectionScene } from './detection-scenes';

const spec = { data: 'scenes of one to four objects, 64 px', base: baseNames.join(', '), inTheScenesButWithoutBoxes: kindNames.slice(baseNames.length).join(', '), scenes: 500, proposals: proposalCount, copiesOfEachBox: copies, steps: 380, batch: 8, learningRate: 2e-3, weightDecay: 0.01, warmUp: 30, clipNorm: 1, classVectors: 'captions through the text tower of dual; a random one for the background' } as const;
const shape = detectorShape(64);
const grid = detectorGrid(shape);
const roi = { grid, bins: shape.bins };

/** Unit vectors [9, 64]: "a photo of a circle" ... through dual's text tower, and a random one without a mean for the background. Frozen. */
async function classVectors(lab: Lab): Promise<Tensor> {
  const { params } = readCheckpoint(await lab.asset('models/dual.onnx'));
  const config = dualConfig(vocabulary.length);
  const length = config.text.context;
  const texts = tokenizeAll(kindNames.map((name) => `a photo of a ${name}`), length);
  const end = int32(kindNames.map((_, i) => texts.data.indexOf(tokens.end, i * length) - i * length));
  const forward = lab.forward({ name: 'class vectors', params: shapesOf(params), inputs: { texts: { shape: texts.shape, dtype: 'int32' }, end: { shape: end.shape, dtype: 'int32' } }, outputs: ({ params: p, inputs }) => ({ out: textFeatures(scope(p, 'text'), inputs.texts!, inputs.end!, config) }) });
  const named = floats((await forward.run(params, { texts, end })).out!);
  const random = Random.seed(1).fork('background').fillNormal(new Float32Array(shape.features));
  const centre = random.reduce((sum, v) => sum + v, 0) / random.length;
  const length2 = Math.sqrt(random.reduce((sum, v) => sum + (v - centre) ** 2, 0));
  return tensor([...named, ...random.map((v) => (v - centre) / length2)], [kindNames.length + 1, shape.features]);
}
/** The rows that a base detector tells apart: the five base kinds, then the background. */
const told = (classes: Value): Value => concat([sliceAxis(classes, 0, 0, baseNames.length), sliceAxis(classes, 0, kindNames.length, 1)], 0);
const run = (p: Views, classes: Value, images: Value, pool: Value) => detector(p, images, pool, told(classes), shape);

interface Found {
  /** Of every proposal: probabilities of the base kinds and the background, and its box, moved. */
  readonly probs: readonly Float32Array[];
  readonly boxes: Float32Array;
}
async function find(lab: Lab, params: Params, scenes: readonly DetectionScene[]): Promise<Found[]> {
  const kinds = backgroundLabel + 1;
  const out = await overRows(lab, 'detector-test', params, detectorInputs(scenes, roi), ({ params: p, inputs }) => {
    const { logits, offsets } = run(p, p['classes.weight']!, inputs.images!, inputs.pool!);
    return concat([logits, offsets], 2);
  }, 16);
  return scenes.map(({ proposals }, i) => {
    const rows = Array.from({ length: proposalCount }, (_, r) => out.subarray((i * proposalCount + r) * (kinds + 4), (i * proposalCount + r + 1) * (kinds + 4)));
    return { probs: rows.map((row) => probabilities(row.subarray(0, kinds))), boxes: movedBoxes(proposals, rows.flatMap((row) => [...row.subarray(kinds)]), side) };
  });
}
function probabilities(logits: Float32Array): Float32Array {
  const weights = logits.map((z) => exp(z - logits.reduce((a, b) => Math.max(a, b))));
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((w) => w / sum);
}
/** Mean over base kinds of the average precision at an overlap of 0.5; of one kind, boxes are suppressed among themselves. */
function meanPrecision(scenes: readonly DetectionScene[], found: readonly Found[]): number {
  const values = baseNames.map((_, label) => averagePrecision(scenes.map(({ boxes, labels }, i) => {
    const scores = found[i]!.probs.map((p) => p[label]!);
    const kept = nms(found[i]!.boxes, scores);
    return { boxes: kept.flatMap((k) => [...found[i]!.boxes.subarray(4 * k, 4 * k + 4)]), scores: kept.map((k) => scores[k]!), targets: labels.flatMap((l, k) => (l === label ? boxes.slice(4 * k, 4 * k + 4) : [])) };
  })));
  return values.reduce((a, b) => a + b, 0) / values.length;
}
/** The proposals as they are, with scores by lot. */
const byLot = (scenes: readonly DetectionScene[]): Found[] =>
  scenes.map(({ proposals }, i) => ({ boxes: proposals, probs: Array.from({ length: proposalCount }, (_, k) => Random.seed(1).fork('lot', i, k).fillUniform(new Float32Array(backgroundLabel + 1))) }));

export const recipe = defineRecipe({
  id: 'detector',
  title: 'Detector of five kinds of object, with class vectors from words',
  base: 'detector',
  says: 'Reads 40 given boxes of a scene, tells five kinds and the background apart by comparing each with a vector made from a caption, and corrects the box. Three more kinds stand in its scenes as background: it is the base detector from which open-vocabulary methods start.',
  seed: 1,
  spec,
  make: async (lab) => {
    const classes = await classVectors(lab);
    const scenes = detectionScenes('train', spec.scenes);
    const order = shuffled(lab.rng, spec.scenes, spec.batch);
    const rows = [spec.batch, proposalCount];
    const every = tensor(new Float32Array(spec.batch * proposalCount).fill(1), rows);
    const trained = await fit(lab, {
      arm: 'detector',
      from: initDetector(lab.rng.fork('init'), shape),
      frozen: { 'classes.weight': classes },
      batch: { images: { shape: [spec.batch, 3, side, side] }, pool: { shape: [spec.batch, proposalCount * roi.bins ** 2, grid * grid] }, labels: { shape: rows, dtype: 'int32' }, foreground: { shape: rows }, offsets: { shape: [...rows, 4] }, every: { shape: rows } },
      loss: ({ params: p, frozen, batch }) => {
        const out = run(p, frozen['classes.weight']!, batch.images!, batch.pool!);
        return { loss: add(regionCrossEntropy(out.logits, batch.labels!, batch.every!, batch.every!), offsetLoss(out.offsets, batch.offsets!, batch.foreground!, batch.every!)) };
      },
      next: (step) => {
        const chosen = Array.from(order(step), (at) => scenes[at]!);
        return { ...detectorInputs(chosen, roi), ...detectorTargets(chosen), every };
      },
      spec,
      groups: noDecayOnVectors,
    });
    const params = { ...trained, 'classes.weight': classes };
    const feeds = { images: { shape: [1, 3, side, side] }, pool: { shape: [1, proposalCount * roi.bins ** 2, grid * grid] } };
    return { params, program: defineProgram({ name: 'detector', constants: constantsOf(params), feeds }, ({ constants: p, feeds: at }) => {
      const { logits, offsets, regions } = detector(p, at.images, at.pool, p['classes.weight']!, shape);
      return { outputs: { logits, offsets, regions } };
    }) };
  },
  measure: async (lab, params) => {
    const scenes = detectionScenes('test', 96);
    return [{ name: 'AP50 of the base kinds', value: meanPrecision(scenes, await find(lab, params, scenes)), better: 'higher', baseline: { name: 'the same boxes, scores by lot', value: meanPrecision(scenes, byLot(scenes)) } }];
  },
  show: async (lab, params) => {
    const scenes = detectionScenes('show', 12);
    const found = await find(lab, params, scenes);
    const images = scenes.map(({ pixels }, i) => {
      const { probs, boxes } = found[i]!;
      const best = probs.map((p) => p.subarray(0, backgroundLabel).reduce((a, b) => Math.max(a, b)));
      const kept = nms(boxes, best).filter((k) => best[k]! > 0.5);
      return imageOf(pixels, side, kept.map((k) => `${baseNames[probs[k]!.indexOf(best[k]!)]!} ${best[k]!.toFixed(2)}`).join(', ') || 'nothing', { boxes: kept.map((k) => ({ box: boxes.subarray(4 * k, 4 * k + 4) })), zoom: 3 });
    });
    return [{ title: 'What it finds in held-out scenes', says: `Boxes of the five base kinds with a probability above 0.5. The scenes also hold ${kindNames.slice(baseNames.length).join(', ')}: background to it.`, picture: { kind: 'images', images } }];
  },
});
