import { floats, tensor, type Params, type Tensor } from '../../base/tensor';
import type { Lab, TrainingRun } from '../../lab/lab';
import { defineMethod } from '../../lab/method';
import { halves, rowScorer, type Scorer } from '../../lab/scorer';
import { pixelCrossEntropy, segmenter } from '../../nn/segmenter';
import { card } from './card';
import { diceOf, earlyLosses, labelWeights, lossesOfAll, meanOf, segmented, weightMeans } from './judge';
import { lossesPicture, segmentedPicture, volumePicture, weightsPicture } from './pictures';
import { arms, tableOf, trainerOf, type Arm } from './step';
import { batches, openTask, selection, viewed, type Knobs, type Task } from './task';

const looks = 8;
/** How often the audits of the compiled step found something amiss, over a whole training. */
interface Audit {
  against: number;
  others: number;
  steps: number;
}

function trainingOf(lab: Lab, arm: Arm, task: Task, knobs: Knobs, audit: Audit): TrainingRun {
  const { train, filled, start } = task;
  const count = train.slices.length;
  const order = batches(lab.rng.fork('order'), count, knobs.batch);
  const table = tableOf(arm, count, knobs.batch);
  const trainer = trainerOf(lab, arm, task, knobs);
  const fed = trainer.spec.batch;
  const next = (step: number): Record<string, Tensor> => {
    const rows = order(step);
    const all: Record<string, Tensor> = { select: selection(rows, count), filled: tensor(Array.from(rows, (row) => filled[row]!), [rows.length]) };
    for (const v of [1, 2]) {
      const { images, labels, back } = viewed(train, rows, lab.rng.fork('view', v, step), knobs.views);
      Object.assign(all, { [`images${v}`]: images, [`labels${v}`]: labels, [`back${v}`]: back });
    }
    return Object.fromEntries(Object.keys(fed).map((name) => [name, all[name]!]));
  };
  return {
    trainer, arm, steps: knobs.steps, next,
    from: { ...start, ...(table && { [table.name]: tensor(new Float32Array(count).fill(table.start), [count, 1]) }) },
    hyper: () => ({ learningRate: knobs.learningRate, ...(knobs.optimizer === 'adam' ? { weightDecay: knobs.weightDecay } : { l2: knobs.weightDecay }) }),
    chart: (_, metrics) => {
      audit.against += metrics['audit/against'] ?? 0;
      audit.others = Math.max(audit.others, metrics['audit/others'] ?? 0);
      audit.steps++;
      return { 'train/loss': metrics.loss! };
    },
    watch: { every: Math.max(1, Math.ceil(knobs.steps / looks)), call: async ({ step, params }) => look(lab, arm, step, await params(), task, knobs) },
  };
}
async function look(lab: Lab, arm: Arm, step: number, params: Params, task: Task, knobs: Knobs): Promise<void> {
  const { train, test, shape, start } = task;
  const network = networkOf(params, start);
  lab.report(arm, step, { 'test/dice': diceOf(await segmented(lab, network, test.dense.x, shape), test.dense) });
  if (params.logits) {
    const weights = labelWeights(params.logits);
    const { dense, sparse } = weightMeans(weights, train);
    lab.report(arm, step, { 'weight/dense': dense, 'weight/sparse': sparse });
    lab.picture('weights', weightsPicture(train, weights));
    lab.picture('volume', volumePicture(train, weights));
    const early = step <= Math.ceil(knobs.steps / looks);
    if (early || step === knobs.steps) {
      const losses = await lossesOfAll(lab, network, task, knobs);
      lab.picture('losses', lossesPicture(task, losses));
      if (early) lab.outcome(arm, earlyLosses(losses, task));
    }
  }
  await lab.worked(2, 'Testing');
}
const networkOf = (params: Params, start: Params): Params => Object.fromEntries(Object.keys(start).map((name) => [name, params[name]!]));

async function run(lab: Lab, knobs: Knobs): Promise<void> {
  const task = openTask(lab, knobs);
  const { train, test, shape, start } = task;
  const asked = arms.filter((arm) => lab.arms.has(arm));
  lab.expect(asked.length * (knobs.steps + 2 * looks + 4));
  const half = train.slices.map(() => 0.5);
  lab.picture('weights', weightsPicture(train, half));
  lab.picture('volume', volumePicture(train, half));

  const audits = new Map(asked.map((arm): [Arm, Audit] => [arm, { against: 0, others: 0, steps: 0 }]));
  const ends = await lab.together(asked.map((arm) => trainingOf(lab, arm, task, knobs, audits.get(arm)!)));

  const said = new Map<string, Uint8Array>();
  for (const [i, arm] of asked.entries()) {
    const end = ends[i]!;
    const network = networkOf(end, start);
    const dense = await segmented(lab, network, test.dense.x, shape);
    said.set(card.arms[arm]!.label, dense);
    const weights = end.logits && labelWeights(end.logits);
    const means = weights && weightMeans(weights, train);
    lab.outcome(arm, {
      'dice/dense': diceOf(dense, test.dense), 'dice/sparse': diceOf(await segmented(lab, network, test.sparse.x, shape), test.sparse),
      ...(means && { 'weight/dense': means.dense, 'weight/sparse': means.sparse, ...(means.unlabelled !== undefined && { 'weight/unlabelled': means.unlabelled }) }),
    });
    lab.mark(arm, end, { whole: network }); // beside the network, `end` holds weights of training slices
    await lab.worked(4, 'Testing');
  }
  lab.picture('segmented', segmentedPicture(test.dense, said));
  lights(lab, ends[asked.indexOf('adawac')]?.logits, audits.get('adawac'));
}
function lights(lab: Lab, logits: Tensor | undefined, audit: Audit | undefined): void {
  if (!logits || !audit) {
    for (const name of Object.keys(card.invariants)) lab.light(name, true, 'that arm did not run');
    return;
  }
  const rows = floats(logits);
  const sums = Array.from(rows, (v) => Math.fround(labelWeights(tensor([v]))[0]!) + Math.fround(labelWeights(tensor([-v]))[0]!));
  const worst = sums.reduce((most, sum) => Math.max(most, Math.abs(sum - 1)), 0);
  lab.light('simplex', worst <= 1e-5 && rows.every(Number.isFinite), `${rows.length} rows, the largest difference of a sum from 1 is ${worst.toExponential(1)}, mean weight of the labels ${meanOf(labelWeights(logits)).toFixed(3)}`, 'adawac');
  lab.light('others', audit.others === 0, `${audit.steps} steps, largest change of another row ${audit.others}`, 'adawac');
  lab.light('towards', audit.against === 0, `${audit.steps} steps, ${audit.against} moves the other way`, 'adawac');
}

async function scorer(lab: Lab, knobs: Knobs): Promise<Scorer> {
  const { test, start, shape } = openTask(lab, knobs);
  const { choosing, reporting } = halves({ images: test.dense.x, labels: test.dense.trueLabel });
  return rowScorer(lab, {
    name: 'segment-scorer', params: start, rows: { choosing, reporting }, accuracy: false, chunk: 32,
    each: ({ params, rows }) => ({ loss: pixelCrossEntropy(segmenter(params, rows.images!, shape).logits, rows.labels!) }),
    says: { title: card.title, unit: 'nats a pixel', choosing: `every other dense slice of the test volumes, ${choosing.images!.shape[0]}`, reporting: `the rest, ${reporting.images!.shape[0]}`, notes: ['Slices of one volume stand on both sides.'] },
  });
}
export const method = defineMethod(card, { run: (lab, knobs) => run(lab, knobs), scorer });
