import { floats, tensor, type Params, type Tensor } from '../../base/tensor';
import { augment } from '../../data/augment';
import { countOf, shuffled, take, type Labelled } from '../../data/labelled';
import { exp, log } from '../../base/math';
import { readCheckpoint } from '../../engine/onnx/writer';
import { argMaxes, overSet, shapesOf } from '../../lab/evaluate';
import type { Lab, TrainingRun, Trainer } from '../../lab/lab';
import { defineMethod } from '../../lab/method';
import { imageAt, readings } from '../../lab/pictures';
import { classScorer, type Scorer } from '../../lab/scorer';
import { cnnFeatures, cnnLogits, headLogits, imageSize, initCnn, initHead, withHead } from '../../nn/cnn';
import { noDecayOnVectors } from '../../nn/groups';
import { crossEntropy } from '../../nn/losses';
import { adam } from '../../nn/optimizers';
import { cosine } from '../../nn/schedules';
import type { HeatMap } from '../../spec/picture';
import { card } from './card';
import { firstOfEach, openTask, type Knobs, type Task } from './data';

const arms = ['tuned', 'layer-first', 'layer', 'scratch'] as const;
type ArmName = (typeof arms)[number];
const looks = 8;
const isHead = (name: string): boolean => name.startsWith('head.');
const part = (params: Params, head: boolean): Params => Object.fromEntries(Object.entries(params).filter(([name]) => isHead(name) === head));

/** Accuracy, and mean cross-entropy in nats. */
function scoreOf(logits: Float32Array, { y, classes }: Labelled): { accuracy: number; loss: number } {
  const k = classes.length;
  const said = argMaxes(logits, k);
  let loss = 0;
  said.forEach((_, i) => {
    const row = logits.subarray(i * k, (i + 1) * k);
    const top = row.reduce((a, b) => Math.max(a, b), -Infinity);
    loss += top + log(row.reduce((sum, v) => sum + exp(v - top), 0)) - row[y.data[i]!]!;
  });
  return { accuracy: said.filter((label, i) => label === y.data[i]).length / said.length, loss: loss / said.length };
}

/** The compiled steps: of every weight, and of the layer over an encoder that stays. */
function trainersOf(lab: Lab, start: Params, { batch }: Knobs): { whole: Trainer; layer: Trainer } {
  const [images, labels] = [{ shape: [batch, 1, imageSize, imageSize] }, { shape: [batch], dtype: 'int32' as const }];
  const optimizer = adam({ clipNorm: 1, groups: noDecayOnVectors });
  return {
    whole: lab.trainer({ name: 'fine-tune', params: shapesOf(start), batch: { images, labels }, loss: ({ params, batch: b }) => ({ loss: crossEntropy(cnnLogits(params, b.images!), b.labels!) }), optimizer }),
    layer: lab.trainer({
      name: 'fine-tune-layer', params: shapesOf(part(start, true)), frozen: shapesOf(part(start, false)), batch: { images, labels },
      loss: ({ params, frozen, batch: b }) => ({ loss: crossEntropy(headLogits(params, cnnFeatures(frozen, b.images!)), b.labels!) }), optimizer,
    }),
  };
}

/** The batch of a step: the same for every arm. */
function batcher(lab: Lab, train: Labelled, { batch, augmentation }: Knobs): (step: number) => Record<string, Tensor> {
  const order = shuffled(lab.rng.fork('order'), countOf(train), batch);
  return (step) => {
    const { x, y } = take(train, order(step));
    return { images: tensor(augment(floats(x), lab.rng.fork('augment', step), augmentation), x.shape), labels: y };
  };
}
/** ||now - before|| / ||before||, over all tensors together. */
function moved(now: Params, before: Params): number {
  let [size, off] = [0, 0];
  for (const [name, tensorBefore] of Object.entries(before)) {
    const after = floats(now[name]!);
    floats(tensorBefore).forEach((v, i) => {
      size += v * v;
      off += (after[i]! - v) ** 2;
    });
  }
  return Math.sqrt(off / Math.max(size, 1e-12));
}
const sameBits = (a: Params, b: Params): boolean => Object.entries(a).every(([name, { data }]) => data.every((v: number, i: number) => Object.is(v, b[name]!.data[i])));

async function trial(lab: Lab, knobs: Knobs): Promise<void> {
  const task = await openTask(lab, knobs);
  const { train, validation, test } = task;
  lab.light('apart', task.shared === 0, task.shared === 0 ? `${countOf(train)} training, ${countOf(validation)} validation and ${countOf(test)} test pictures, compared byte by byte` : `${task.shared} pictures stand on two sides`);
  lab.picture('examples', { kind: 'images', images: firstImages(train, 30) });

  const shipped = readCheckpoint(await lab.asset('models/cnn.onnx')).params;
  const head = initHead(lab.rng.fork('head'), train.classes.length);
  const starts: Readonly<Record<ArmName, Params>> = { tuned: withHead(shipped, head), 'layer-first': withHead(shipped, head), layer: withHead(shipped, head), scratch: initCnn(lab.rng.fork('scratch'), train.classes.length) };
  const trainers = trainersOf(lab, starts.tuned, knobs);
  const next = batcher(lab, train, knobs);
  const asked = arms.filter((arm) => lab.arms.has(arm));
  const evaluationUnits = countOf(validation) / (3 * knobs.batch);
  lab.expect(asked.length * (knobs.steps + looks * evaluationUnits + countOf(test) / (3 * knobs.batch)));

  const logits = (params: Params, set: Labelled): Promise<Float32Array> => overSet(lab, 'fine-tune-logits', params, set.x, ({ params: p, images }) => cnnLogits(p, images));
  const look = async (arm: ArmName, step: number, params: Params): Promise<void> => {
    const { accuracy, loss } = scoreOf(await logits(params, validation), validation);
    lab.report(arm, step, { 'validation/accuracy': accuracy, 'validation/loss': loss });
    await lab.worked(evaluationUnits, 'Validating');
  };
  const run = (arm: ArmName, kind: 'whole' | 'layer', start: Params, { from = 0, steps = knobs.steps } = {}): TrainingRun => {
    const rate = cosine(knobs.learningRate, steps, Math.ceil(steps / 20));
    return {
      trainer: trainers[kind], arm, steps, firstStep: from,
      from: kind === 'layer' ? part(start, true) : start,
      ...(kind === 'layer' && { frozen: part(start, false) }),
      hyper: (step) => ({ learningRate: rate(step), weightDecay: knobs.weightDecay }),
      next: (step) => next(from + step),
      chart: (_, { loss }) => ({ 'train/loss': loss! }),
      watch: { every: Math.max(1, Math.ceil(knobs.steps / looks)), call: async ({ step, params }) => look(arm, step, { ...start, ...(await params()) }) },
    };
  };
  for (const arm of asked) await look(arm, 0, starts[arm]);
  const layerSteps = Math.max(1, Math.round(knobs.layerShare * knobs.steps));
  const side = asked.filter((arm) => arm !== 'layer-first');
  const results = await lab.together(side.map((arm) => run(arm, arm === 'layer' ? 'layer' : 'whole', starts[arm])));
  const ends = new Map<ArmName, Params>(side.map((arm, i) => [arm, { ...starts[arm], ...results[i]! }]));
  if (asked.includes('layer-first')) {
    const first = { ...starts['layer-first'], ...(await lab.train(run('layer-first', 'layer', starts['layer-first'], { steps: layerSteps }))) };
    ends.set('layer-first', await lab.train(run('layer-first', 'whole', first, { from: layerSteps, steps: Math.max(1, knobs.steps - layerSteps) })));
  }
  for (const arm of asked) {
    const params = ends.get(arm)!; // every asked arm was run
    const said = await logits(params, test);
    const { accuracy, loss } = scoreOf(said, test);
    lab.outcome(arm, { 'test/accuracy': accuracy, 'test/loss': loss, 'encoder/moved': moved(part(params, false), part(starts[arm], false)) });
    lab.mark(arm, params);
    if (arm === 'tuned' || (arm === asked[0] && !asked.includes('tuned'))) {
      const [images, confusion] = readings(test, said, { shown: 36 });
      lab.picture('readings', images!.picture);
      lab.picture('confusion', confusion!.picture);
    }
    await lab.worked(countOf(test) / (3 * knobs.batch), 'Testing');
  }
  lab.picture('moved', movedPicture(asked, starts, ends));
  encoderLight(lab, ends.get('layer'), starts.layer);
}
const firstImages = (set: Labelled, count: number) => {
  const first = firstOfEach(set, count);
  return Array.from({ length: countOf(first) }, (_, i) => imageAt(first.x, i, first.classes[first.y.data[i]!]!));
};
function encoderLight(lab: Lab, end: Params | undefined, start: Params): void {
  if (!end) return lab.light('encoder', true, 'that arm did not run');
  lab.light('encoder', sameBits(part(start, false), part(end, false)), `${Object.keys(part(start, false)).length} tensors compared with the shipped file`, 'layer');
}
function movedPicture(asked: readonly ArmName[], starts: Readonly<Record<ArmName, Params>>, ends: ReadonlyMap<ArmName, Params>): HeatMap {
  const names = Object.keys(starts.tuned);
  const distance = (arm: ArmName, name: string): number => moved({ [name]: ends.get(arm)![name]! }, { [name]: starts[arm][name]! });
  // A bias that began at 0 has moved by no share of its length.
  const rows = names.filter((name) => asked.every((arm) => floats(starts[arm][name]!).some((v) => v !== 0)));
  return { kind: 'heatmap', rows: rows.length, columns: asked.length, scale: 'sequential', values: Float32Array.from(rows.flatMap((name) => asked.map((arm) => distance(arm, name)))), rowLabels: rows, columnLabels: asked.map((arm) => card.arms[arm]!.label), xLabel: 'arm' };
}

async function scorer(lab: Lab, knobs: Knobs): Promise<Scorer> {
  const { validation, test, report } = await openTask(lab, knobs);
  const of = (set: Labelled): string => `${countOf(set)} pictures of ${set.classes.length} classes`;
  return classScorer(lab, {
    name: 'fine-tune-scorer', params: initCnn(lab.rng.fork('scorer'), test.classes.length), choosing: validation, reporting: test,
    logits: ({ params, images }) => cnnLogits(params, images),
    says: { title: card.title, choosing: `validation, ${of(validation)}`, reporting: `test, ${of(test)}`, notes: report.warnings },
  });
}

export const method = defineMethod(card, {
  run: trial,
  scorer,
  asks: {
    data: async (lab, knobs) => {
      const { report }: Task = await openTask(lab, knobs);
      const said = [...report.warnings, ...report.notes];
      return { pictures: { ...(said.length > 0 && { notes: { kind: 'table', columns: ['What to think of'], rows: said.map((text) => [text]) } }), ...Object.fromEntries(report.previews.map(({ picture }, i) => [`look ${i}`, picture])) } };
    },
  },
});
