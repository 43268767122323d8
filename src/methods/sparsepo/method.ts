import { log } from '../../base/math';
import { noise } from '../../base/noise';
import { floats, type Params } from '../../base/tensor';
import { shuffled } from '../../data/labelled';
import type { Lab, TrainingRun } from '../../lab/lab';
import { defineMethod } from '../../lab/method';
import { cosine } from '../../nn/schedules';
import { atMost } from '../../spec/lights';
import { card } from './card';
import { judgeOf, scoreOf, type Judged } from './judge';
import { arms, initMask, isMask, networksOf, type Arm } from './masks';
import { frontierPicture, stripsPicture, writtenPicture } from './pictures';
import { trainerOf } from './step';
import { openTask, places, rowsAt, writerOf, type Knobs } from './task';

const looks = 3;

async function run(lab: Lab, knobs: Knobs): Promise<void> {
  let write: ReturnType<typeof writerOf> | undefined;
  const writer = (reference: Params): ReturnType<typeof writerOf> => (write ??= writerOf(lab, reference, knobs.written));
  const task = await openTask(lab, knobs, writer);
  const { reference, train, test, prompts } = task;
  const asked = arms.filter((arm) => lab.arms.has(arm));
  lab.expect(asked.length * (knobs.steps + 8 * (looks + 1)));
  const count = train.chosen.tokens.shape[0]!;
  const order = shuffled(lab.rng.fork('order'), count, knobs.pairs);
  const drawn = lab.rng.fork('drawn');
  const n = 2 * test.chosen.tokens.shape[0]!;
  const testDraws = drawn.fork('test').fillUniform(new Float32Array(n * places));

  const seen: { arm: Arm; step: number; kl: number; score: number }[] = [];
  const first = new Map<Arm, number>();
  const texts = new Map<Arm, number[][]>();
  const lasts = new Map<Arm, Judged>();
  const audit = { negative: 0, moved: 0, looks: 0 };
  const starts = new Map<Arm, Params>(asked.map((arm) => [arm, { ...reference, ...Object.assign({}, ...networksOf(arm).map((prefix) => initMask(lab.rng.fork('mask', prefix), prefix, knobs))) as Params }]));
  /** Beside the policy: the frozen copy, and a mask network that learns nothing. */
  const frozenOf = (arm: Arm): Params => (arm === 'binary' ? { ...reference, ...initMask(lab.rng.fork('mask', 'mask'), 'mask', knobs) } : reference);
  const judges = new Map(asked.map((arm) => [arm, judgeOf(lab, arm, starts.get(arm)!, frozenOf(arm), test, knobs)]));

  const look = async (arm: Arm, step: number, params: Params): Promise<void> => {
    const judged = await judges.get(arm)!(params, testDraws);
    const before = lasts.get(arm);
    lasts.set(arm, judged);
    audit.negative += judged.mu.filter((m) => m < 0).length + judged.md.filter((m) => m < 0).length;
    if (before) audit.moved += judged.referenceLoss.filter((v, i) => !Object.is(v, before.referenceLoss[i])).length;
    audit.looks++;
    const policy = Object.fromEntries(Object.entries(params).filter(([name]) => !isMask(name)));
    const written = await writer(reference)(policy, prompts, 'look');
    texts.set(arm, written);
    const { 'mask/auc': auc, 'sparsity/mu': sparsity, ...rest } = judged.figures;
    // A mask of ones or zeros orders no token before another: its curve would be a line at one half.
    const masked = arm !== 'dpo' && arm !== 'tdpo';
    lab.report(arm, step, { 'oracle/score': scoreOf(written), kl: rest.kl!, 'reward/accuracy': rest['reward/accuracy']!, ...(masked && { 'mask/auc': auc!, 'sparsity/mu': sparsity! }) });
    seen.push({ arm, step, kl: rest.kl!, score: scoreOf(written) });
    if (arm === asked[0]) lab.picture('strips', stripsPicture(test, judged));
    lab.picture('frontier', frontierPicture(seen.slice()));
    await lab.worked(8, 'Writing');
  };
  const rate = cosine(knobs.learningRate, knobs.steps, Math.ceil(knobs.steps / 10));
  const trainingOf = (arm: Arm): TrainingRun => ({
    trainer: trainerOf(lab, arm, starts.get(arm)!, frozenOf(arm), knobs), arm, from: starts.get(arm)!, frozen: frozenOf(arm), steps: knobs.steps,
    hyper: (step) => ({ learningRate: rate(step), weightDecay: knobs.maskDecay }),
    next: (step) => ({ ...rowsAt(train, order(step)), ...(arm === 'random' && { drawn: noise(drawn, step, { kind: 'uniform' }) }) }),
    chart: (step, { loss, penalty }) => {
      if (step === 0) first.set(arm, loss! - penalty!);
      return { 'train/loss': loss! };
    },
    watch: { every: Math.max(1, Math.ceil(knobs.steps / looks)), call: async ({ step, params }) => look(arm, step, await params()) },
  });
  for (const arm of asked) await look(arm, 0, starts.get(arm)!);
  const ends = await lab.together(asked.map(trainingOf));

  for (const [i, arm] of asked.entries()) {
    const { figures } = lasts.get(arm)!;
    lab.outcome(arm, { 'oracle/score': scoreOf(texts.get(arm)!), ...figures });
    lab.mark(arm, ends[i]!);
  }
  lab.picture('written', writtenPicture(prompts, texts));
  const gap = [...first.values()].reduce((most, loss) => Math.max(most, Math.abs(loss - log(2))), 0);
  lab.light('start', atMost(gap, 1e-5), `${first.size} arms, largest difference from log 2 ${gap.toExponential(1)}`);
  lab.light('positive', audit.negative === 0, `${audit.negative} negative weights in ${audit.looks} looks at ${n} responses`);
  lab.light('frozen', audit.moved === 0, `${floats(test.chosen.response).length * 2} tokens scored at each of ${audit.looks} looks, ${audit.moved} differences`);
}

export const method = defineMethod(card, { run });
