import { noise } from '../../base/noise';
import { floats, tensor, type Params } from '../../base/tensor';
import { countOf, shuffled, take } from '../../data/labelled';
import { shapesOf } from '../../lab/evaluate';
import type { Feeds } from '../../engine/executor';
import type { Lab, TrainingRun } from '../../lab/lab';
import { defineMethod } from '../../lab/method';
import { classScorer, halvesOf, type Scorer } from '../../lab/scorer';
import { cnnLogits, initCnn } from '../../nn/cnn';
import { prefixed, scope } from '../../nn/layers';
import { initPolicy, initPolicyBuffers } from '../../nn/policy';
import { cosine, milestones } from '../../nn/schedules';
import { card } from './card';
import { masked, masksFrom, momentsOf, right, shareOf, unseenAccuracy } from './judge';
import { distributionsPicture, kindsPicture, masksPicture } from './pictures';
import { arms, drawn, isPolicy, shapeOf, trainerOf, type Arm } from './step';
import { imagesOf, kinds, openTask, type Knobs } from './task';

const looks = 6;
const part = (params: Params, test: (name: string) => boolean): Params => Object.fromEntries(Object.entries(params).filter(([name]) => test(name)));

async function run(lab: Lab, knobs: Knobs): Promise<void> {
  const task = await openTask(lab, knobs);
  const { train, test, testKinds } = task;
  const asked = arms.filter((arm) => lab.arms.has(arm));
  const first = Math.max(3, Math.round(knobs.share * knobs.steps));
  const second = Math.max(1, knobs.steps - first);
  lab.expect(asked.length * (knobs.steps + 2 * looks + 6));

  const cells = Number(knobs.grid) ** 2;
  const classifier = initCnn(lab.rng.fork('classifier'), train.classes.length);
  const shape = shapeOf(knobs);
  const own = prefixed('policy', initPolicy(lab.rng.fork('policy'), shape));
  const uniform = (name: string): ReturnType<typeof tensor> => tensor(lab.rng.fork('base', name).fillUniform(new Float32Array(cells)), [1, cells]);
  const buffers: Params = { ...initPolicyBuffers(shape), 'base.a': uniform('a'), 'base.b': uniform('b'), 'base.reward': tensor([0]) };
  const plain = trainerOf(lab, 'plain', classifier, own, buffers, knobs);
  const order = shuffled(lab.rng.fork('order'), countOf(train), knobs.batch);
  const streams = { normals: lab.rng.fork('normals'), uniforms: lab.rng.fork('uniforms'), boosts: lab.rng.fork('boosts'), cells: lab.rng.fork('cells'), noise: lab.rng.fork('noise') };
  const batchAt = (step: number) => {
    const { x, y } = take(train, order(step));
    return { images: x, labels: y };
  };
  const noiseFor: Readonly<Record<Arm, (step: number) => Feeds>> = {
    plain: () => ({}),
    random: (step) => ({ cells: noise(streams.cells, step, { kind: 'uniform' }) }),
    gaussian: (step) => ({ noise: noise(streams.noise, step, { kind: 'normal' }) }),
    policy: (step) => ({ normals: noise(streams.normals, step, { kind: 'normal' }), uniforms: noise(streams.uniforms, step, { kind: 'uniform' }), boosts: noise(streams.boosts, step, { kind: 'uniform' }) }),
  };

  // Pictures to show: one of each kind, of different characters.
  const shown = kinds.map((_, kind) => testKinds.findIndex((k, i) => k === kind && test.y.data[i] !== test.y.data[0]) || 0);
  const said = lab.forward({
    name: 'policy says', params: shapesOf({ ...own, ...buffers }), inputs: { images: { shape: [kinds.length, 1, 28, 28] }, normals: { shape: [8, kinds.length, cells] }, uniforms: { shape: [8, kinds.length, cells] }, boosts: { shape: [2, kinds.length, cells] } },
    outputs: ({ params, inputs }) => {
      const { logs } = drawn(scope(params, 'policy'), params, inputs.images!, inputs, knobs, 'run');
      return { a: logs[0], b: logs[1] };
    },
  });
  const half = (s: readonly number[]) => tensor(new Float32Array(s.reduce((x, y) => x * y, 1)).fill(0.5), s);
  const lookAtPolicy = async (step: number, params: Params): Promise<void> => {
    const images = imagesOf(test.x, shown);
    const state = part(params, (name) => isPolicy(name) || name in buffers);
    const { a, b } = await said.run(state, { images, normals: half([8, kinds.length, cells]), uniforms: half([8, kinds.length, cells]), boosts: half([2, kinds.length, cells]) });
    const rows = (t: ReturnType<typeof tensor>, i: number): Float32Array => floats(t).subarray(i * cells, (i + 1) * cells);
    const byKind = kinds.map((_, i) => [rows(a!, i), rows(b!, i)] as const);
    const base = [floats(params['base.a']!), floats(params['base.b']!)] as const;
    lab.picture('masks', masksPicture(images, masksFrom(lab.rng.fork('shown'), byKind, knobs), kinds, task));
    lab.picture('distributions', distributionsPicture(base, byKind, Number(knobs.grid)));
    const entropy = base[0].reduce((sum, v, j) => sum + momentsOf(v, base[1][j]!).entropy, 0) / cells;
    const covered = masked(test.x, masksFrom(lab.rng.fork('masked'), Array.from({ length: countOf(test) }, () => base), knobs));
    lab.report('policy', step, { 'policy/entropy': entropy, 'masked/accuracy': shareOf(await right(lab, part(params, (name) => name in classifier), test, covered)) });
  };

  const audit = { least: Infinity, most: -Infinity, score: Infinity };
  const lastLooks = new Map<Arm, Params[]>();
  const rateOf = (arm: Arm): number => ({ policy: knobs.learningRate, plain: knobs.plainRate, random: knobs.noiseRate, gaussian: knobs.noiseRate })[arm];
  const firstRun = (arm: Arm): TrainingRun => {
    const third = Math.ceil(first / 3);
    const rate = milestones(rateOf(arm), 0.1, [third, 2 * third]);
    const policyRate = cosine(knobs.learningRate * knobs.ratio, first);
    return {
      trainer: arm === 'plain' ? plain : trainerOf(lab, arm, classifier, own, buffers, knobs), arm, steps: first,
      from: arm === 'policy' ? { ...classifier, ...own, ...buffers } : classifier,
      hyper: (step) => ({ learningRate: rate(step), l2: 1e-4, groups: { policy: { learningRate: policyRate(step) } } }),
      next: (step) => ({ ...batchAt(step), ...noiseFor[arm](step) }),
      chart: (_, { loss, reward, score, least, most }): Record<string, number> => {
        if (least === undefined) return { 'train/loss': loss! };
        [audit.least, audit.most, audit.score] = [Math.min(audit.least, least), Math.max(audit.most, most!), Math.min(audit.score, score!)];
        return { 'train/loss': reward!, 'policy/score': score! };
      },
      watch: { every: Math.max(1, Math.ceil(first / looks)), call: async ({ step, params }) => {
        const now = await params();
        const network = part(now, (name) => name in classifier);
        lastLooks.set(arm, [...(lastLooks.get(arm) ?? []), network].slice(-3));
        lab.report(arm, step, { 'clean/accuracy': shareOf(await right(lab, network, test)) });
        if (arm === 'policy') await lookAtPolicy(step, now);
        await lab.worked(1, 'Testing');
      } },
    };
  };
  const warm = await lab.together(asked.map(firstRun));
  const heated = asked.map((arm, i) => (knobs.averaging ? averaged(lastLooks.get(arm)!) : part(warm[i]!, (name) => name in classifier)));
  const warmUp = Math.max(1, Math.round(0.7 * second));
  const secondRate = (arm: Arm, step: number): number => 0.1 * rateOf(arm) * (step >= warmUp ? 1 : 0.01 + (0.99 * step) / warmUp);
  const finished = await lab.together(asked.map((arm, i): TrainingRun => ({
    trainer: plain, arm, from: heated[i]!, steps: second, firstStep: first,
    hyper: (step) => ({ learningRate: secondRate(arm, step), l2: 1e-4 }),
    next: (step) => batchAt(first + step),
    chart: (_, { loss }) => ({ 'train/loss': loss! }),
    watch: { every: Math.max(1, Math.ceil(second / looks)), call: async ({ step, params }) => {
      lab.report(arm, step, { 'clean/accuracy': shareOf(await right(lab, await params(), test)) });
      await lab.worked(1, 'Testing');
    } },
  })));

  const rows: { label: string; shares: number[] }[] = [];
  for (const [i, arm] of asked.entries()) {
    const end = finished[i]!;
    const read = await right(lab, end, test);
    const before = shareOf(await right(lab, heated[i]!, test));
    lab.outcome(arm, { 'clean/accuracy': shareOf(read), 'intermediate/accuracy': before, 'finished/gain': shareOf(read) - before, 'unseen/accuracy': await unseenAccuracy(lab, end, task.probe) });
    rows.push({ label: card.arms[arm]!.label, shares: kinds.map((_, kind) => shareOf(read.filter((_r, k) => testKinds[k] === kind))) });
    lab.picture('kinds', kindsPicture(rows.slice()));
    lab.mark(arm, end);
    await lab.worked(6, 'Testing');
  }
  const ran = asked.includes('policy');
  lab.light('range', !ran || (audit.least >= -1e-6 && audit.most <= 1 + 1e-6), ran ? `entries from ${audit.least.toFixed(4)} to ${audit.most.toFixed(4)}` : 'that arm did not run', 'policy');
  lab.light('descends', !ran || knobs.centred || audit.score > 0, ran ? `least mean score ${audit.score.toFixed(2)}` : 'that arm did not run', 'policy');
  const left = finished.flatMap((end) => Object.keys(end).filter((name) => !(name in classifier)));
  lab.light('dropped', left.length === 0, `${Object.keys(classifier).length} tensors each, ${left.length} others`);
}
/** The mean of several models, tensor by tensor. */
function averaged(models: readonly Params[]): Params {
  return Object.fromEntries(Object.entries(models[0]!).map(([name, { shape }]) => [name, tensor(floats(models[0]![name]!).map((_, i) => models.reduce((sum, m) => sum + floats(m[name]!)[i]!, 0) / models.length), shape)]));
}
async function scorer(lab: Lab, knobs: Knobs): Promise<Scorer> {
  const { test } = await openTask(lab, knobs);
  const { choosing, reporting } = halvesOf(test);
  return classScorer(lab, {
    name: 'noise-scorer', params: initCnn(lab.rng.fork('scorer'), test.classes.length), choosing, reporting,
    logits: ({ params, images }) => cnnLogits(params, images),
    says: { title: card.title, choosing: `every other clean test picture, ${countOf(choosing)}`, reporting: `the rest, ${countOf(reporting)}`, notes: [] },
  });
}
export const method = defineMethod(card, { run, scorer });
