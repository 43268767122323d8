import { noise } from '../../base/noise';
import { int32, tensor, type Params, type Tensor } from '../../base/tensor';
import { shuffled } from '../../data/labelled';
import { constant } from '../../engine/value';
import { captionLength, emptyCaption } from '../../lab/captioned';
import { shapesOf } from '../../lab/evaluate';
import type { Lab, TrainingRun } from '../../lab/lab';
import { defineMethod } from '../../lab/method';
import { repeatCaption } from '../../nn/captions';
import { drawNoise, guided, sample } from '../../nn/diffusion';
import { constantRate } from '../../nn/schedules';
import { unetPrediction } from '../../nn/unet';
import { atMost, near } from '../../spec/lights';
import { card } from './card';
import { drawOf, judgeOf, levels, probeOf, type Judged } from './judge';
import { drawnPicture, keptPicture, masksPicture, rewardedPicture } from './pictures';
import { drawnPlainly, iterationsOf, rewardRun, rewardsOf } from './reward';
import { config, denoising, guidance, hooksOf, networkOf, schedule, startOf, target, trainerOf, type Arm } from './step';
import { openTask, picture, rows, type Knobs, type Task } from './task';

const looks = 3;
const times = [0.95, 0.9, 0.7, 0.5, 0.3, 0.1, 0.05].map((share) => Math.floor(share * config.timesteps));
const marks = [0.9, 0.5, 0.1] as const;
const shownPrompts = 6;
const count = (params: Params): number => Object.values(params).reduce((sum, { data }) => sum + data.length, 0);

/** What an arm draws for the prompts, from one noise. */
async function drawnBy(lab: Lab, arm: Arm, own: Params, task: Task, knobs: Knobs, kept: number): Promise<Tensor> {
  const n = task.prompts.texts.length;
  const words = { shape: [n, captionLength], dtype: 'int32' } as const;
  const masks = arm === 'masked' || arm === 'random';
  const frozen = arm === 'full' ? {} : task.base;
  const forward = lab.forward({
    name: `draw-${arm}`, params: shapesOf({ ...own, ...frozen }), inputs: { x: { shape: [n, ...picture] }, t: { shape: [n], dtype: 'int32' }, tokens: words, empty: words, ...(masks && { draw: { shape: [2 * n, task.total] } }), ...(arm === 'random' && { kept: { shape: [] } }) },
    outputs: ({ params, inputs: i }) => {
      const hooks = hooksOf(arm, params, task, knobs, { test: true, ...(i.draw && { draw: i.draw }), ...(i.kept && { kept: i.kept }) });
      return { prediction: guided((x, t, tokens) => unetPrediction(networkOf(arm, params, params), x, t, tokens, config, hooks), i.x!, i.t!, i.tokens!, i.empty!, constant(tensor([guidance], []))) };
    },
  });
  const given = { tokens: task.prompts.tokens, empty: repeatCaption(emptyCaption(), n), ...(arm === 'random' && { kept: tensor([kept], []) }) };
  return sample({
    schedule, target, shape: [n, ...picture], steps: knobs.samplerSteps, eta: 0, clip: 1, rng: lab.rng.fork('drawn'),
    predict: async (x, t) => (await forward.run({ ...own, ...frozen }, { ...given, x, t: int32(new Int32Array(n).fill(t)), ...(masks && { draw: drawOf(lab, task, 2 * n, `drawn ${t}`) }) })).prediction!,
  });
}

async function run(lab: Lab, knobs: Knobs): Promise<void> {
  const task = await openTask(lab, knobs);
  const { base, layers } = task;
  const asked = denoising.filter((arm) => lab.arms.has(arm));
  // Random masks drop as much as learned ones: those are learned for them, too.
  const trained = (['masked', 'full', 'lora'] as const).filter((arm) => asked.includes(arm) || (arm === 'masked' && asked.includes('random')));
  lab.expect(trained.length * (knobs.steps + 2 * looks) + asked.length * 12 + (lab.arms.has('reward') ? 2 * iterationsOf(knobs).length : 0));

  const judges = new Map([...new Set<Arm>([...asked, ...trained, 'base'])].map((arm) => [arm, judgeOf(lab, arm, task, knobs)]));
  const before = await judges.get('base')!({}, 1);
  const probe = probeOf(lab, task, knobs, times);
  const order = shuffled(lab.rng.fork('order'), task.train.x.shape[0]!, knobs.batch);
  const draws = lab.rng.fork('draws');
  const show = (arm: Arm, step: number, { loss, byLevel, kept }: Judged): void =>
    lab.report(arm, step, { 'test/loss': loss, 'test/early': byLevel.early, 'test/late': byLevel.late, ...(arm === 'masked' && { kept }) });
  const look = async (arm: Arm, step: number, own: Params): Promise<void> => {
    show(arm, step, await judges.get(arm)!(own, 1));
    if (arm === 'masked') await lookAtMasks(own);
    await lab.worked(2, 'Testing');
  };
  const lookAtMasks = async (own: Params): Promise<void> => {
    const { masks, shares } = await probe(own);
    lab.picture('kept', keptPicture(layers, times, shares));
    const at = marks.map((share) => ({ label: `at ${share} T`, mask: masks[times.indexOf(Math.floor(share * config.timesteps))]! }));
    lab.picture('masks', masksPicture(layers[0]!, at));
  };
  const trainingOf = (arm: (typeof trained)[number]): TrainingRun => {
    const rate = constantRate(arm === 'masked' ? knobs.learningRate : arm === 'lora' ? 10 * knobs.tuningRate : knobs.tuningRate);
    return {
      trainer: trainerOf(lab, arm, task, knobs), arm, from: startOf(lab, arm, task, knobs), ...(arm !== 'full' && { frozen: base }), steps: knobs.steps,
      hyper: (step) => ({ learningRate: rate(step) }),
      next: (step) => {
        const { x0, tokens } = rows(task.train, order(step));
        return { x0, tokens, ...drawNoise(lab.rng.fork('noise', step), x0.shape, config.timesteps), ...(arm === 'masked' && { draw: noise(draws, step, { kind: 'uniform' }) }) };
      },
      chart: (_, { loss }) => ({ 'train/loss': loss! }),
      watch: { every: Math.max(1, Math.ceil(knobs.steps / looks)), call: async ({ step, params }) => look(arm, step, await params()) },
    };
  };
  for (const arm of trained) await look(arm, 0, startOf(lab, arm, task, knobs));
  if (asked.includes('base')) for (const step of [0, knobs.steps]) show('base', step, before);
  const ends = await lab.together(trained.map(trainingOf));
  const own = (arm: Arm): Params => (arm === 'random' ? own('masked') : arm === 'base' ? {} : ends[trained.indexOf(arm)]!);

  const kept = trained.includes('masked') ? (await judges.get('masked')!(own('masked'), 1)).kept : 1;
  let between = 0;
  const pictures: { label: string; pictures: Tensor }[] = [];
  for (const arm of asked) {
    const judged = await judges.get(arm)!(own(arm), kept);
    between = Math.max(between, judged.between);
    if (arm === 'random') show('random', knobs.steps, judged);
    lab.outcome(arm, { 'test/loss': judged.loss, ...Object.fromEntries(levels.map((level) => [`test/${level}`, judged.byLevel[level]])), kept: judged.kept, trained: arm === 'base' || arm === 'random' ? 0 : count(own(arm)) });
    pictures.push({ label: card.arms[arm]!.label, pictures: await drawnBy(lab, arm, own(arm), task, knobs, kept) });
    lab.picture('drawn', drawnPicture(pictures, shownPrompts));
    lab.mark(arm, { drawn: pictures.at(-1)!.pictures, ...own(arm) }, { figures: true });
    await lab.worked(12, 'Drawing');
  }
  if (asked.includes('random') || asked.includes('masked')) await lookAtMasks(own('masked'));

  const open = await judgeOf(lab, 'masked', task, { ...knobs, start: 20 })(startOf(lab, 'masked', task, { ...knobs, start: 20 }), 1);
  const gap = open.errors.reduce((most, e, i) => Math.max(most, Math.abs(e - before.errors[i]!)), 0);
  lab.light('open', atMost(gap, 1e-4), `largest difference of an error ${gap.toExponential(1)}, ${(100 * open.kept).toFixed(2)} % stay`);
  const after = await judges.get('base')!({}, 1);
  const differ = after.errors.filter((e, i) => !Object.is(e, before.errors[i])).length;
  lab.light('theta', differ === 0, `${differ} of ${before.errors.length} errors differ`);
  lab.light('binary', between === 0, `${layers.length} matrices, ${task.total} entries for each picture; largest m (1 - m) ${between}`);
  await byReward(lab, task, knobs);
}
/** The arm that needs no training. */
async function byReward(lab: Lab, task: Task, knobs: Knobs): Promise<void> {
  if (!lab.arms.has('reward')) return lab.light('start', true, 'that arm did not run', 'reward');
  const all = iterationsOf(knobs);
  const fresh: number[] = [];
  const plain = await drawnPlainly(lab, task, knobs);
  const end = await lab.train(rewardRun(lab, task, knobs, (step, { reward, kept }) => {
    if (all[step]!.fresh) fresh.push(kept!);
    return { reward: reward! };
  }));
  const masked = { pictures: end.latent!, rewards: await rewardsOf(lab, task, end) };
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
  lab.outcome('reward', { 'reward/share': mean(masked.rewards.map((r, i) => Number(r >= plain.rewards[i]!))), 'reward/masked': mean(masked.rewards), 'reward/plain': mean(plain.rewards) });
  lab.picture('rewarded', rewardedPicture(task.prompts.texts, plain, masked));
  lab.mark('reward', { latent: end.latent! }, { figures: true });
  const at = mean(fresh);
  const expected = knobs.rewardStart === 1 && knobs.noise === 'one';
  lab.light('start', expected ? near(at, 0.934, 0.005) : true, `${(100 * at).toFixed(2)} % stay when a step begins${expected ? '' : ', with other logits or noise'}`, 'reward');
}
export const method = defineMethod(card, { run });
