import type { Params } from '../../base/tensor';
import type { Lab, TrainingRun } from '../../lab/lab';
import { defineMethod } from '../../lab/method';
import { InputError } from '../../base/errors';
import { countOf } from '../../data/labelled';
import { classScorer, halvesOf, type Scorer } from '../../lab/scorer';
import { dense, scope } from '../../nn/layers';
import { initVitHead } from '../../nn/vit';
import { backboneOf, type Backbone } from './backbones';
import { card } from './card';
import { audit, errorsOf, judgeOf, type Errors, type Judge } from './judge';
import { arms, countHidden, inSquares, masksOf, meanDistance, squareOf, type Arm } from './masks';
import { comparison, completions, distanceGrid, distanceScatter, type Point } from './pictures';
import { pretrainer, pretraining, stepMasks, tuner, tuning } from './step';
import { openTask, type Knobs, type Task } from './task';

const looks = 5;
const shownPictures = 4;

/** One backbone with all that the arms that have it share. */
interface Kind {
  readonly backbone: Backbone;
  readonly start: Params;
  readonly judge: Judge;
  readonly pretrain: ReturnType<typeof pretrainer>;
  readonly tune: (decay: number) => ReturnType<typeof tuner>;
}
/** Made when first asked for, then the same. */
function memo<T>(make: (name: string) => T): (name: string) => T {
  const made = new Map<string, T>();
  return (name) => {
    const known = made.get(name) ?? make(name);
    made.set(name, known);
    return known;
  };
}
const withHead = (lab: Lab, { shape, few }: Task, encoder: Params): Params => ({ ...encoder, ...initVitHead(lab.rng.fork('head'), { width: shape.width, classes: few.classes.length }) });

function kindOf(lab: Lab, task: Task, knobs: Knobs, backbone: Backbone): Kind {
  const start = backbone.start(lab.rng.fork('start'));
  const classifier = withHead(lab, task, backbone.encoder(start));
  const byDecay = memo((decay) => tuner(lab, task, backbone, classifier, Number(decay), knobs));
  return { backbone, start, judge: judgeOf(lab, task, backbone, { model: start, classifier }), pretrain: pretrainer(lab, task, backbone, start, knobs), tune: (decay) => byDecay(String(decay)) };
}
const defined = (metrics: Readonly<Record<string, number | undefined>>): Record<string, number> => Object.fromEntries(Object.entries(metrics).filter((entry): entry is [string, number] => entry[1] !== undefined));

interface Looked {
  readonly errors: Errors;
  readonly probe: number;
  readonly completed: Float32Array;
}
async function run(lab: Lab, knobs: Knobs): Promise<void> {
  const task = await openTask(lab, knobs);
  const asked = arms.filter((arm) => lab.arms.has(arm));
  const learners: readonly Arm[] = asked.filter((arm) => arm !== 'scratch');
  lab.expect(learners.length * (knobs.steps + 3 * looks) + asked.length * (knobs.tuneSteps + looks + 3));
  lab.picture('distances', distanceGrid());
  const backbones = memo((name) => kindOf(lab, task, knobs, asked.map((arm) => backboneOf(arm, task, knobs)).find((b) => b.name === name)!)); // names come from these
  const kind = (arm: Arm): Kind => backbones(backboneOf(arm, task, knobs).name);
  const validationMasks = memo((arm) => masksOf(arm as Arm, lab.rng.fork('validation masks'), knobs.heldOut, knobs));
  const mainArm = learners.includes('simmim') ? 'simmim' : learners[0];

  const look = async (arm: Arm, params: Params): Promise<Looked> => {
    const { judge, backbone } = kind(arm);
    const completed = await judge.completed(params, validationMasks(arm));
    if (arm === mainArm) lab.picture('completions', completions(task, validationMasks(arm), completed, shownPictures));
    await lab.worked(3, 'Looking');
    return { errors: errorsOf(task, completed, validationMasks(arm)), probe: await judge.probe(backbone.encoder(params)), completed };
  };
  // 1. Every encoder learns from hidden patches, without labels.
  const pretrainings = learners.map((arm): TrainingRun => ({
    ...pretraining(lab, arm, task, kind(arm).backbone, kind(arm).pretrain, kind(arm).start, knobs),
    watch: { every: Math.max(1, Math.ceil(knobs.steps / looks)), call: async ({ step, params }) => {
      const { errors, probe } = await look(arm, await params());
      lab.report(arm, step, defined({ 'val/masked': errors.masked, 'val/visible': errors.visible, 'probe/accuracy': probe, 'masks/distance': meanDistance(stepMasks(lab, arm, step - 1, knobs)) }));
    } },
  }));
  const learned = new Map((await lab.together(pretrainings)).map((params, i) => [learners[i]!, params]));

  // 2. It is tuned on few labels; the arm from scratch begins where all pre-trainings did, and learns at one rate in all layers.
  const tunings = asked.map((arm): TrainingRun => {
    const { backbone, start, judge, tune } = kind(arm);
    const from = withHead(lab, task, backbone.encoder(learned.get(arm) ?? start));
    return {
      ...tuning(lab, arm, task, tune(arm === 'scratch' ? 1 : knobs.layerDecay), from, knobs),
      watch: { every: Math.max(1, Math.ceil(knobs.tuneSteps / looks)), call: async ({ step, params }) => {
        lab.report(arm, step, { 'test/accuracy': await judge.accuracy(await params()) });
        await lab.worked(1, 'Testing');
      } },
    };
  });
  const tuned = await lab.together(tunings);

  // 3. What came of it.
  const points: Point[] = [];
  const told: [string, ReturnType<typeof completions>][] = [];
  for (const [i, arm] of asked.entries()) {
    const { backbone, judge, start } = kind(arm);
    const params = learned.get(arm);
    const accuracy = await judge.accuracy(tuned[i]!);
    const looked = params && (await look(arm, params));
    const probe = looked?.probe ?? (await judge.probe(backbone.encoder(start)));
    const distance = params && meanDistance(validationMasks(arm));
    const { masked, visible, figure, meanColour } = looked?.errors ?? {};
    lab.outcome(arm, defined({ 'test/accuracy': accuracy, 'probe/accuracy': probe, 'val/masked': masked, 'val/visible': visible, 'val/figure': figure, 'val/mean-colour': meanColour, 'masks/distance': distance }));
    points.push({ arm, label: card.arms[arm]!.label, distance, masked, probe, accuracy });
    if (looked) told.push([card.arms[arm]!.label, completions(task, validationMasks(arm), looked.completed, 1)]);
    if (params) lab.mark(`${arm}: pre-trained`, params);
    lab.mark(arm, tuned[i]!);
    await lab.worked(3, 'Testing');
  }
  lab.picture('comparison', comparison(points));
  if (learners.length > 0) lab.picture('spread', distanceScatter(points));
  if (told.length > 0) lab.picture('arms', { kind: 'images', columns: 4, images: told.flatMap(([label, { images }]) => images.map((image, i) => (i === 0 ? { ...image, label } : image))) });
  await lights(lab, task, knobs, learners, learned);
}

/** What holds whatever the numbers. */
async function lights(lab: Lab, task: Task, knobs: Knobs, learners: readonly Arm[], learned: ReadonlyMap<Arm, Params>): Promise<void> {
  const drawn = learners.flatMap((arm) => [0, 1, 2].filter((step) => step < knobs.steps).flatMap((step) => stepMasks(lab, arm, step, knobs).map((mask) => ({ arm, mask }))));
  const wrong = drawn.filter(({ arm, mask }) => mask.reduce((a, b) => a + b, 0) !== countHidden(arm, knobs)).length;
  lab.light('count', wrong === 0, `${drawn.length} masks counted, ${wrong} with another number of hidden patches`);
  const square = drawn.filter(({ arm, mask }) => !inSquares(mask, squareOf(arm, knobs) ?? 4)).length;
  lab.light('squares', square === 0, `${square} of ${drawn.length} masks cut through a square`);
  const arm = learners.find((name) => name !== 'mae');
  if (!arm) {
    for (const name of ['visible', 'nothing', 'unseen']) lab.light(name, true, 'no arm of SimMIM ran');
    return;
  }
  const found = await audit(lab, task, learned.get(arm)!, masksOf(arm, lab.rng.fork('audit'), 4, knobs), knobs.distance);
  lab.light('visible', Object.is(found.loss, found.otherVisible), `loss ${found.loss}; with other visible targets ${found.otherVisible}`);
  lab.light('nothing', found.nothingHidden === 0, `loss with nothing hidden: ${found.nothingHidden}`);
  lab.light('unseen', found.unseen, found.unseen ? 'other pixels under the mask: the same answer, bit for bit' : 'other pixels under the mask changed the answer');
}

async function scorer(lab: Lab, knobs: Knobs, arm: string): Promise<Scorer> {
  const task = await openTask(lab, knobs);
  const tunedArm = arms.find((one) => one === arm);
  if (!tunedArm) throw new InputError('A pre-trained model is measured by what is made of it: choose the checkpoints of tuned classifiers to have a loss.');
  const backbone = backboneOf(tunedArm, task, knobs);
  const { choosing, reporting } = halvesOf(task.test);
  return classScorer(lab, {
    name: 'tuned-scorer', params: withHead(lab, task, backbone.encoder(backbone.start(lab.rng.fork('start')))), choosing, reporting,
    logits: ({ params, images }) => dense(scope(params, 'head'), backbone.feature(params, images)),
    says: { title: card.title, choosing: `every other test picture, ${countOf(choosing)}`, reporting: `the rest, ${countOf(reporting)}`, notes: [] },
  });
}
export const method = defineMethod(card, { run, scorer });
