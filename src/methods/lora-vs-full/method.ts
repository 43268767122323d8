import { int32, type Params } from '../../base/tensor';
import type { Lab, TrainingRun } from '../../lab/lab';
import { defineMethod } from '../../lab/method';
import { rowsOf } from '../../lab/lm';
import { classesOf, rowScorer, type Scorer } from '../../lab/scorer';
import { linear } from '../../nn/schedules';
import { atMost } from '../../spec/lights';
import { card } from './card';
import { cosinesPicture, forgettingPicture, overlapPicture, scalingPicture, sideBySide, spectrumPicture, tasksPicture } from './pictures';
import { chance, changeOf, cosines, distance, effectiveRank, intrudersOf, normOf, ordinary, spectraOf, turned, type Spectrum } from './spectrum';
import { arms, judgeOf, ranks, tunerOf, type Arm, type Judge, type Tuner } from './step';
import { classLogits, examined, openTask, partOf, shape, targets, type Job, type Knobs, type Task } from './task';

const lookCount = 6;
const lambdas = [0, 0.25, 0.5, 0.75, 1, 1.5] as const;
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

/** All that one experiment shares. */
interface Bench {
  readonly lab: Lab;
  readonly knobs: Knobs;
  readonly task: Task;
  readonly judge: Judge;
  readonly before: readonly Spectrum[];
  /** What was seen of every arm along the way. */
  readonly looks: { arm: Arm; step: number; intruders: number; loss: number }[];
}
/** Intruders of every matrix. */
const intruding = (spectra: readonly Spectrum[], { before, knobs }: Pick<Bench, 'before' | 'knobs'>): number[][] => spectra.map((s, m) => intrudersOf(cosines(s, before[m]!, knobs), knobs.epsilon));

function rateOf(arm: Arm, { rateFull, rateLow, rateHigh }: Knobs): number {
  return arm === 'full' ? rateFull : arm === 'rank-1' ? rateLow : rateHigh;
}
/** One arm's training on one task. `reached` is told of the first look whose validation accuracy suffices. */
function trainingOf(bench: Bench, arm: Arm, tuner: Tuner, job: Job, firstStep: number, reached: (model: Params) => void): TrainingRun {
  const { lab, knobs, judge, looks, task } = bench;
  const rate = linear(rateOf(arm, knobs), knobs.steps, Math.ceil(0.06 * knobs.steps));
  const count = job.train.labels.shape[0]!;
  const every = Math.max(1, Math.ceil(knobs.steps / lookCount));
  let found = false;
  return {
    trainer: tuner.trainer, arm, from: tuner.from, frozen: tuner.frozen, steps: knobs.steps, firstStep,
    hyper: (step) => ({ learningRate: rate(step) }),
    next: (step) => {
      const rows = Array.from({ length: knobs.batch }, (_, i) => (step * knobs.batch + i) % count);
      const tokens = new Int32Array(knobs.batch * shape.context);
      rows.forEach((row, i) => tokens.set(rowsOf(job.train.tokens, row, 1).data as Int32Array, i * shape.context)); // TokenRows are int32
      return { tokens: int32(tokens, [knobs.batch, shape.context]), labels: int32(rows.map((row) => job.train.labels.data[row]!)) };
    },
    chart: (_, { loss }) => ({ 'train/loss': loss! }),
    watch: { every, call: async ({ step, params }) => {
      const model = tuner.merged(await params());
      const accuracy = await judge.accuracy(model, job.validation, job.classes);
      const loss = await judge.gaps(model);
      lab.report(arm, step, { 'task/accuracy': accuracy, 'pretraining/loss': loss, change: distance(model, task.base, targets) });
      if (!found && accuracy >= knobs.accuracy) {
        found = true;
        reached(model);
      }
      // Taking all matrices apart is slow: half way and at the end.
      const own = step - firstStep;
      if (own === knobs.steps || own === every * Math.floor(lookCount / 2)) {
        const spectra = spectraOf(model, examined(knobs));
        const intruders = sum(intruding(spectra, bench).map((of) => of.length));
        lab.report(arm, step, { intruders });
        looks.push({ arm, step, intruders, loss });
        lab.picture('overlap', overlapPicture(new Map([[arm, spectra]]), bench.before, knobs));
        lab.picture('forgetting', forgettingPicture(looks.slice()));
      }
      await lab.worked(3, 'Looking');
    } },
  };
}

/** Loss and accuracy with directions of a model turned to each lambda. */
async function turnedCurve({ judge, lab }: Bench, model: Params, spectra: readonly Spectrum[], chosen: readonly (readonly number[])[], at: readonly number[], whole: number): Promise<number[]> {
  const losses: number[] = [];
  for (const lambda of at) {
    losses.push(lambda === 1 || sum(chosen.map((c) => c.length)) === 0 ? whole : await judge.gaps(turned(model, spectra, chosen, lambda)));
    await lab.worked(1, 'Turning directions down');
  }
  return losses;
}

async function run(lab: Lab, knobs: Knobs): Promise<void> {
  const task = await openTask(lab, knobs);
  const { base, jobs } = task;
  const asked = arms.filter((arm) => lab.arms.has(arm));
  lab.expect(asked.length * (jobs.length * (knobs.steps + 3 * lookCount) + 2 * lambdas.length + 10));
  const bench: Bench = { lab, knobs, task, judge: judgeOf(lab, task, knobs.tested), before: spectraOf(base, examined(knobs)), looks: [] };
  const { judge, before } = bench;

  const models = new Map<Arm, Params>(asked.map((arm) => [arm, base]));
  const atAccuracy = new Map<Arm, Params>();
  const heads = new Map<Arm, Params[]>(asked.map((arm) => [arm, []]));
  const stages = asked.map((arm) => ({ arm, accuracies: [] as number[][] }));
  for (const [stage, job] of jobs.entries()) {
    const tuners = asked.map((arm) => tunerOf(lab, arm, withoutHead(models.get(arm)!), job, knobs));
    const ends = await lab.together(asked.map((arm, i) => trainingOf(bench, arm, tuners[i]!, job, stage * knobs.steps, (model) => void (jobs.length === 1 && atAccuracy.set(arm, model)))));
    for (const [i, arm] of asked.entries()) {
      const model = tuners[i]!.merged(ends[i]!);
      models.set(arm, model);
      heads.get(arm)!.push(headOf(model));
      const own: number[] = [];
      for (const [t, earlier] of jobs.slice(0, stage + 1).entries()) own.push(await judge.accuracy({ ...withoutHead(model), ...heads.get(arm)![t]! }, earlier.test, earlier.classes));
      stages[i]!.accuracies.push(own);
    }
    lab.picture('tasks', tasksPicture(jobs.map((j) => j.name), stages));
  }

  const spectra = new Map<Arm, Spectrum[]>();
  const curves: { arm: Arm; lambdas: readonly number[]; intruders: number[]; control: number[] }[] = [];
  const rows: Parameters<typeof sideBySide>[0][number][] = [];
  const last = jobs.at(-1)!;
  const audit = { rank: 0, removed: 0, whole: 0, most: 0, interlace: 0, directions: 0 };
  for (const [i, arm] of asked.entries()) {
    const model = atAccuracy.get(arm) ?? models.get(arm)!;
    const own = spectraOf(model, examined(knobs));
    spectra.set(arm, own);
    const intruders = intruding(own, bench);
    const control = intruders.map((of, m) => ordinary(of, own[m]!.parts.values.length, knobs.control));
    const loss = await judge.gaps(model);
    const accuracy = await judge.accuracy(model, last.test, last.classes);
    const [curve, beside] = [await turnedCurve(bench, model, own, intruders, lambdas, loss), await turnedCurve(bench, model, own, control, lambdas, loss)];
    curves.push({ arm, lambdas, intruders: curve, control: beside });
    const at = async (chosen: readonly (readonly number[])[]): Promise<Params> => turned(model, own, chosen, knobs.lambda);
    const [repaired, other] = [await at(intruders), await at(control)];
    const any = sum(intruders.map((of) => of.length));
    const changes = changeOf(model, base, examined(knobs));
    const least = own.reduce((min, s, m) => Math.min(min, ...cosines(s, before[m]!, knobs)), 1);
    const full = rows.find((row) => row.arm === 'full');
    const row = { arm, accuracy, gap: full && accuracy - full.accuracy, intruders: any, least, change: normOf(changes), effective: sum(changes.map(effectiveRank)) / changes.length };
    rows.push(row);
    lab.outcome(arm, {
      'test/accuracy': accuracy, 'pretraining/loss': loss, intruders: any, 'cosine/least': least, change: row.change, 'rank/effective': row.effective,
      'turned/loss': any === 0 ? 0 : (await judge.gaps(repaired)) - loss, 'turned/accuracy': any === 0 ? 0 : (await judge.accuracy(repaired, last.test, last.classes)) - accuracy, 'control/loss': any === 0 ? 0 : (await judge.gaps(other)) - loss,
      ...(row.gap !== undefined && { 'match/gap': row.gap }),
      ...(jobs.length > 1 && { 'earlier/accuracy': sum(stages[i]!.accuracies.at(-1)!.slice(0, -1)) / (jobs.length - 1) }),
    });
    lab.mark(arm, model);
    watchOver(audit, bench, arm, model, own, intruders, changes, jobs.length);
    await lab.worked(10, 'Taking matrices apart');
  }
  lab.picture('overlap', overlapPicture(spectra, before, knobs));
  lab.picture('cosines', cosinesPicture(spectra, before, knobs));
  lab.picture('spectrum', spectrumPicture(spectra, before, knobs));
  lab.picture('scaling', scalingPicture(curves));
  lab.picture('table', sideBySide(rows, chance(lab.rng.fork('chance'), shape.width, shape.width)));
  lab.light('rank', atMost(audit.rank, 1e-3), `largest share of a singular value beyond the rank ${audit.rank.toExponential(1)}`);
  lab.light('whole', audit.whole === 0, `${audit.whole} weights differ at λ = 1`);
  lab.light('removed', atMost(audit.removed, 1e-3), `${audit.directions} directions taken out; of the strongest ${audit.removed.toExponential(1)} is left`);
  lab.light('most', atMost(audit.most, knobs.k), `at most ${audit.most} in a matrix, k = ${knobs.k}`);
  lab.light('interlace', atMost(audit.interlace, 1e-4), `a singular value is above its limit by ${audit.interlace.toExponential(1)}`);
}
const isHead = (name: string): boolean => name.startsWith('class.');
const headOf = (params: Params): Params => Object.fromEntries(Object.entries(params).filter(([name]) => isHead(name)));
const withoutHead = (params: Params): Params => Object.fromEntries(Object.entries(params).filter(([name]) => !isHead(name)));

/** What must hold of an arm's matrices, at its worst. */
function watchOver(audit: { rank: number; removed: number; whole: number; most: number; interlace: number; directions: number }, { before }: Bench, arm: Arm, model: Params, own: readonly Spectrum[], intruders: readonly (readonly number[])[], changes: ReturnType<typeof changeOf>, stages: number): void {
  const rank = ranks[arm];
  if (rank !== undefined)
    own.forEach(({ parts: { values } }, m) => {
      const most = rank * stages;
      const change = changes[m]!.values;
      if (change[0]! > 1e-6) audit.rank = Math.max(audit.rank, (change[most] ?? 0) / change[0]!);
      values.forEach((_, j) => (audit.interlace = Math.max(audit.interlace, j + most < values.length ? values[j + most]! - before[m]!.parts.values[j]! : 0)));
    });
  const again = turned(model, own, intruders, 1);
  const out = turned(model, own, intruders, 0);
  own.forEach(({ target, parts: { values, left, right } }, m) => {
    audit.most = Math.max(audit.most, intruders[m]!.length);
    const same = partOf(model, target).data;
    audit.whole += partOf(again, target).data.reduce((n, v, i) => n + Number(!Object.is(v, same[i])), 0);
    if (intruders[m]!.length === 0) return;
    const { data, inputs } = partOf(out, target);
    for (const j of intruders[m]!) {
      audit.directions++;
      const [u, v] = [left[j]!, right[j]!];
      let along = 0;
      for (let o = 0; o < u.length; o++) for (let k = 0; k < inputs; k++) along += u[o]! * data[o * inputs + k]! * v[k]!;
      audit.removed = Math.max(audit.removed, Math.abs(along) / values[j]!);
    }
  });
}
async function scorer(lab: Lab, knobs: Knobs): Promise<Scorer> {
  const { base, jobs } = await openTask(lab, knobs);
  const { head, validation, test, name } = jobs.at(-1)!; // there is one at least
  return rowScorer(lab, {
    name: 'classes-scorer', params: { ...base, ...head }, rows: { choosing: { ...validation }, reporting: { ...test } }, accuracy: true, chunk: 64,
    each: classesOf((params, rows) => classLogits(params, rows.tokens!)),
    says: { title: card.title, unit: 'nats a sentence', choosing: `validation, ${validation.labels.shape[0]} sentences (${name})`, reporting: `test, ${test.labels.shape[0]}`, notes: [] },
  });
}
export const method = defineMethod(card, { run, scorer });
