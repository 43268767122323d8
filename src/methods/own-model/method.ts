import { InputError } from '../../base/errors';
import { floats, type Params } from '../../base/tensor';
import type { Lab, TrainingRun } from '../../lab/lab';
import { defineMethod } from '../../lab/method';
import { shapesOf } from '../../lab/evaluate';
import { firstGradients, outOf } from '../../lab/own/train';
import type { Scorer } from '../../lab/scorer';
import { effective, prepareArm, trainedArms, type Arm, type TrainedArm } from './arms';
import { card } from './card';
import { inspect } from './inspect';
import { makeJudge, type Judge } from './judge';
import { memoryOf } from './memory';
import { showLights } from './lights';
import { answersPicture, density, distance, gradientTable, History } from './pictures';
import { pick, prepare, type Knobs, type Prepared } from './prepare';
import { take, type Kept, type KeptArm, type What } from './take';

/** Forward passes over a batch that take as long as one training step, about. */
const judgedPerUnit = 3;
const looks = 10;

interface Watched {
  readonly arm: Arm;
  readonly run: TrainingRun;
}
/** What is looked at while an arm trains. */
interface Show {
  readonly lab: Lab;
  readonly prepared: Prepared;
  readonly judge: Judge;
  /** Called with what the arm has come to. */
  readonly keep: (kept: KeptArm) => void;
}

function runOf(arm: Arm, knobs: Knobs, { lab, prepared, judge, keep }: Show): Watched {
  const losses: number[] = [];
  const change = new History([...arm.step.trained, ...arm.step.masked]);
  const kept = new History(arm.step.masked, [0, 1]);
  const look = async (step: number, params: Params): Promise<void> => {
    const weights = effective(arm, judge.start, params);
    const { loss, score } = await judge.verdict(weights);
    lab.report(arm.name, step, { 'validation/loss': loss, 'validation/score': score });
    const { masks } = outOf(arm.step, params);
    change.add(step, (name) => distance(weights[name]!, judge.start[name]!));
    kept.add(step, (name) => density(masks[name]!));
    keep({ arm, params, losses: [...losses] });
    if (arm.name === 'chosen') {
      lab.picture('change', change.picture());
      const picture = answersPicture(prepared.validation, judge.first, await judge.answers(weights), prepared.task, prepared.data.classes);
      if (picture) lab.picture('answers', picture);
    }
    if (arm.name === 'masks') lab.picture('density', kept.picture());
    await lab.worked(judge.batches / judgedPerUnit, 'Validating');
  };
  const every = Math.max(1, Math.ceil(knobs.steps / looks));
  return {
    arm,
    run: {
      trainer: lab.trainer(arm.step.spec), arm: arm.name, from: arm.step.from, steps: knobs.steps, hyper: () => arm.hyper, next: arm.step.next,
      chart: (_, metrics) => {
        losses.push(metrics.loss!);
        return { 'train/loss': metrics.loss! };
      },
      watch: { every, call: async ({ step, params }) => look(step, await params()) },
    },
  };
}

async function trial(lab: Lab, knobs: Knobs): Promise<Kept> {
  const prepared = await prepare(lab, knobs);
  const judge = makeJudge(lab, prepared);
  const asked = trainedArms.filter((name) => lab.arms.has(name));
  const units = judge.batches / judgedPerUnit;
  lab.expect(asked.length * (knobs.steps + (looks + 1) * units) + units);

  const start = await judge.verdict({});
  await lab.worked(units, 'Validating the model as it came');
  const asCame = { 'validation/loss': start.loss, 'validation/score': start.score };
  for (const name of asked) lab.report(name, 0, asCame);
  if (lab.arms.has('untrained')) {
    for (const step of [0, knobs.steps]) lab.report('untrained', step, asCame);
    lab.outcome('untrained', { ...asCame, 'tensors/changed': 0 });
  }

  const kept: Partial<Record<TrainedArm, KeptArm>> = {};
  const keep = (one: KeptArm): void => {
    kept[one.arm.name] = one;
    lab.keep({ prepared, arms: { ...kept } } satisfies Kept);
  };
  const watched = asked.map((name) => runOf(affordable(prepareArm(name, prepared, knobs), prepared), knobs, { lab, prepared, judge, keep }));
  for (const { arm } of watched) keep({ arm, params: arm.step.from, losses: [] });
  const chosen = watched.find(({ arm }) => arm.name === 'chosen')?.arm;
  const before = chosen && (await firstGradients(lab, chosen.step)).gradients;
  const results = await lab.together(watched.map(({ run }) => run));
  for (const [i, { arm }] of watched.entries()) {
    const weights = effective(arm, judge.start, results[i]!);
    const { loss, score } = await judge.verdict(weights);
    lab.outcome(arm.name, { 'validation/loss': loss, 'validation/score': score, 'tensors/changed': shareChanged(judge.start, weights) });
    lab.mark(arm.name, weights, { whole: { ...judge.start, ...weights }, ...inFile(prepared) });
    await showLights(lab, prepared, judge, arm, results[i]!);
    await lab.worked(units, 'Checking what is exported');
    if (arm === chosen && before) lab.picture('gradients', gradientTable(before, (await firstGradients(lab, { ...arm.step, from: results[i]! })).gradients));
  }
  if (asked.length === 0) noneTrained(lab, prepared, judge.start);
  return { prepared, arms: kept };
}
/** @throws InputError where no provider has the memory that the arm's step would take */
function affordable(arm: Arm, { batch }: Prepared): Arm {
  const { problem } = memoryOf(arm.step, batch);
  if (problem) throw new InputError(`${card.arms[arm.name]?.label}: ${problem}`);
  return arm;
}
/** Of all numbers that could change, how many are others than the file's. */
function shareChanged(start: Params, weights: Params): number {
  let [changed, all] = [0, 0];
  for (const [name, before] of Object.entries(start)) {
    const after = floats(weights[name] ?? before);
    floats(before).forEach((v, i) => {
      all++;
      if (!Object.is(v, after[i])) changed++;
    });
  }
  return changed / Math.max(1, all);
}
/** The file into which other weights can be put; not one that keeps its own elsewhere. */
const inFile = ({ original }: Prepared): { onnx?: Uint8Array } => (original.files?.size ? {} : { onnx: original.bytes });
/** A run of the model as it came holds all that can be held. */
function noneTrained(lab: Lab, prepared: Prepared, start: Params): void {
  for (const id of Object.keys(card.invariants)) lab.light(id, true, 'nothing was trained', 'untrained');
  lab.mark('untrained', start, inFile(prepared));
}

/** Half of the validation batches choose, the others report; where there is one batch alone it does both, and that is said. */
async function scorer(lab: Lab, knobs: Knobs): Promise<Scorer> {
  const prepared = await prepare(lab, knobs);
  const { validation, batch, task } = prepared;
  const batches = Math.floor(validation.count / batch);
  const half = Math.floor(batches / 2);
  const part = (first: number, count: number): Judge => makeJudge(lab, { ...prepared, validation: pick(validation, Uint32Array.from({ length: count * batch }, (_, i) => first * batch + i)) });
  const judges = batches < 2 ? { choosing: part(0, 1), reporting: part(0, 1) } : { choosing: part(0, half), reporting: part(half, batches - half) };
  const right = task !== 'regression';
  const of = (judge: Judge): string => `${judge.batches * batch} of the ${validation.count} validation examples`;
  return {
    params: shapesOf(judges.choosing.start),
    says: { title: card.title, choosing: of(judges.choosing), reporting: batches < 2 ? 'the same: there is one batch of validation examples alone' : `${judges.reporting.batches * batch} others`, unit: 'loss of the experiment', accuracy: right, gradient: true, notes: prepared.notes },
    score: async (params, on) => {
      const { loss, score } = await judges[on].verdict(params);
      return { loss, ...(right && { accuracy: score }) };
    },
    gradient: (params, step) => judges.choosing.slope(params, step),
  };
}

export const method = defineMethod<typeof card.knobs, Kept>(card, {
  run: trial,
  scorer,
  asks: {
    inspect: (lab, knobs) => inspect(lab, knobs),
    take: async (_, __, { what, arm }, kept) => {
      if (!kept) throw new InputError('Nothing has been trained yet. Press Run first.');
      return { files: take(kept, what as What, arm as TrainedArm) }; // the ask's own knobs offer these
    },
  },
});
