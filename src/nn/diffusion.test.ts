import { describe, expect, test } from 'vitest';
import { Random } from '../base/random';
import { floats, int32, tensor, type Tensor } from '../base/tensor';
import { evaluate, toReference } from '../engine/evaluate';
import { mul } from '../engine/ops';
import { constant, input } from '../engine/value';
import { alphaBarAt, cosineSchedule, diffusionLoss, drawNoise, guided, linearSchedule, lossByBucket, noised, normalPictures, posteriorVariance, predictedEpsilon, predictedX0, reverseStep, sample, samplerTimes, sampling, targetOf, type DiffusionTarget } from './diffusion';

const rng = Random.seed(3);
const shape = [2, 3, 2, 2];
const draw = (name: string): Tensor => tensor(rng.fork(name).fillNormal(new Float32Array(24)), shape);
const numbers = (value: Parameters<typeof evaluate>[0][number]): number[] => [...evaluate([value], new Map())[0]!.data];

describe('schedules', () => {
  test('linear: 1000 timesteps are those of Ho et al. 2020, and abar is the product of 1 - beta', () => {
    const { beta, alphaBar } = linearSchedule(1000);
    expect(beta[0]).toBeCloseTo(1e-4, 12);
    expect(beta[999]).toBeCloseTo(0.02, 12);
    expect(beta[1]! - beta[0]!).toBeCloseTo((0.02 - 1e-4) / 999, 12);
    let log = 0;
    for (const b of beta) log += Math.log(1 - b);
    expect(alphaBar[999]).toBeCloseTo(Math.exp(log), 12);
    expect(alphaBar[999]).toBeCloseTo(4.036e-5, 7); // the published end of this schedule
  });
  test('linear: with other counts the betas have the same sum, and so the picture is as far gone', () => {
    for (const T of [100, 200, 500]) {
      expect(linearSchedule(T).beta.reduce((a, b) => a + b)).toBeCloseTo(1000 * (1e-4 + 0.02) / 2, 9);
      expect(linearSchedule(T).alphaBar[T - 1]).toBeLessThan(4.1e-5);
    }
  });
  test('cosine: abar is the closed form, as long as beta is below its bound', () => {
    const T = 200;
    const { alphaBar, beta } = cosineSchedule(T);
    const f = (u: number): number => Math.cos(((u / T + 0.008) / 1.008) * (Math.PI / 2)) ** 2;
    for (const t of [0, 50, 100, 198]) expect(alphaBar[t]).toBeCloseTo(f(t + 1) / f(0), 10);
    expect(beta[T - 1]).toBe(0.999);
    expect([...beta].every((b) => b > 0 && b <= 0.999)).toBe(true);
  });
  test('the posterior variance is that of two Gaussians multiplied', () => {
    const schedule = linearSchedule(100);
    for (const t of [1, 30, 99]) {
      // q(x_{t-1} | x_0) has variance 1 - abar_{t-1}; x_t given x_{t-1} adds precision (1 - beta) / beta.
      const precision = 1 / (1 - alphaBarAt(schedule, t - 1)) + (1 - schedule.beta[t]!) / schedule.beta[t]!;
      expect(posteriorVariance(schedule, t)).toBeCloseTo(1 / precision, 12);
    }
    expect(posteriorVariance(schedule, 0)).toBe(0);
  });
  test('bad counts are refused', () => {
    expect(() => linearSchedule(3)).toThrow('20 to 10000');
    expect(() => samplerTimes(100, 101)).toThrow('1 to 100');
  });
});

describe('in the graph', () => {
  const schedule = cosineSchedule(50);
  const [x0, eps] = [draw('x0'), draw('eps')];
  const t = int32([3, 40]);
  test('x_t has the closed form', () => {
    const found = numbers(noised(schedule, constant(x0), constant(t), constant(eps)));
    const oracle = [...x0.data].map((x, i) => {
      const abar = schedule.alphaBar[t.data[Math.floor(i / 12)]!]!;
      return Math.sqrt(abar) * x + Math.sqrt(1 - abar) * eps.data[i]!;
    });
    found.forEach((v, i) => expect(v).toBeCloseTo(oracle[i]!, 6));
  });
  test.each<DiffusionTarget>(['epsilon', 'x0', 'v'])('%s: the true target stands for the true picture, and its loss is zero', (target) => {
    const xt = noised(schedule, constant(x0), constant(t), constant(eps));
    const truth = targetOf(target, schedule, constant(x0), constant(t), constant(eps));
    numbers(predictedX0(target, schedule, xt, constant(t), truth)).forEach((v, i) => expect(v).toBeCloseTo(x0.data[i]!, 4));
    numbers(predictedEpsilon(target, schedule, xt, constant(t), truth)).forEach((v, i) => expect(v).toBeCloseTo(eps.data[i]!, 4));
    const { loss, perSample } = diffusionLoss({ schedule, target, x0: constant(x0), t: constant(t), eps: constant(eps), predict: () => mul(truth, 1) });
    expect(numbers(loss)).toEqual([0]);
    expect(perSample.shape).toEqual([2]);
  });
  test('guidance: scale 1 is the conditional prediction, 0 the unconditional, 3 beyond both', () => {
    const x = input('x', [2, 1, 1, 1]);
    const at = (scale: number): number[] => {
      const predict = (_x: typeof x, _t: typeof x, tokens: typeof x) => mul(tokens, 1);
      const tokens = constant(tensor([5, 7], [2, 1, 1, 1]));
      const empty = constant(tensor([1, 2], [2, 1, 1, 1]));
      const value = guided(predict, x, constant(int32([0, 0])), tokens, empty, constant(tensor([scale], [])));
      return [...evaluate([value], new Map([['x', toReference(tensor([0, 0], [2, 1, 1, 1]))]]))[0]!.data];
    };
    expect(at(1)).toEqual([5, 7]);
    expect(at(0)).toEqual([1, 2]);
    expect(at(3)).toEqual([13, 17]);
  });
});

describe('samplers', () => {
  const x0 = draw('clean');
  test.each<DiffusionTarget>(['epsilon', 'x0', 'v'])('%s: DDIM with the true prediction brings back the clean picture, in any number of steps', async (target) => {
    const schedule = linearSchedule(60);
    const predict = async (x: Tensor, t: number): Promise<Tensor> => {
      const abar = alphaBarAt(schedule, t);
      const eps = [...x.data].map((v, i) => (v - Math.sqrt(abar) * x0.data[i]!) / Math.sqrt(1 - abar));
      return tensor(eps.map((e, i) => ({ epsilon: e, x0: x0.data[i]!, v: Math.sqrt(abar) * e - Math.sqrt(1 - abar) * x0.data[i]! })[target]), shape);
    };
    for (const steps of [1, 7, 60]) {
      const found = floats(await sample({ schedule, target, shape, steps, eta: 0, rng, predict }));
      found.forEach((v, i) => expect(v).toBeCloseTo(x0.data[i]!, 3));
    }
  });
  test('a step with eta 1 to the timestep before has the mean and the variance of the posterior', () => {
    const schedule = linearSchedule(100);
    const t = 40;
    const [x, eps, noise] = [draw('x'), draw('e'), draw('z')];
    const { x: next, x0: clean } = reverseStep({ schedule, target: 'epsilon', x, prediction: eps, t, previous: t - 1, eta: 1, noise });
    const [abar, before, beta] = [alphaBarAt(schedule, t), alphaBarAt(schedule, t - 1), schedule.beta[t]!];
    // Ho et al. 2020, equation 7.
    const mean = (i: number): number => (Math.sqrt(before) * beta * clean.data[i]!) / (1 - abar) + (Math.sqrt(1 - beta) * (1 - before) * x.data[i]!) / (1 - abar);
    floats(next).forEach((v, i) => expect(v).toBeCloseTo(mean(i) + Math.sqrt(posteriorVariance(schedule, t)) * noise.data[i]!, 5));
  });
  test('clip bounds the foretold picture', () => {
    const { x0: clean } = reverseStep({ schedule: linearSchedule(100), target: 'epsilon', x: draw('x'), prediction: draw('far'), t: 99, previous: 90, eta: 0, clip: 1 });
    expect(Math.max(...floats(clean).map(Math.abs))).toBe(1);
  });
  test('two runs are equal bit for bit; a picture does not depend on its batch; a kept latent goes on to the same end', async () => {
    const schedule = cosineSchedule(30);
    const predict = async (x: Tensor, t: number): Promise<Tensor> => tensor(floats(x).map((v) => v * (0.3 + t / 100)), x.shape);
    const options = { schedule, target: 'epsilon', steps: 10, eta: 1, clip: 1, rng: rng.fork('sampler'), predict } as const;
    const [a, b, alone] = [await sample({ ...options, shape }), await sample({ ...options, shape }), await sample({ ...options, shape: [1, 3, 2, 2] })];
    expect(a.data).toEqual(b.data);
    expect([...alone.data]).toEqual([...a.data].slice(0, 12));
    const steps: { t: number; x: Tensor }[] = [];
    for await (const step of sampling({ ...options, shape })) steps.push(step);
    expect(steps.map(({ t }) => t)).toEqual(samplerTimes(30, 10));
    const resumed = await sample({ ...options, shape, from: { x: steps[3]!.x, t: steps[4]!.t } });
    expect(resumed.data).toEqual(a.data);
  });
  test('drawn noise and pictures depend on their place alone', () => {
    const [long, short] = [drawNoise(rng, [4, 1, 2, 2], 50), drawNoise(rng, [2, 1, 2, 2], 50)];
    expect([...long.eps.data].slice(0, 8)).toEqual([...short.eps.data]);
    expect([...long.t.data].slice(0, 2)).toEqual([...short.t.data]);
    expect([...normalPictures(rng, [2, 1, 2, 2]).data].slice(0, 4)).toEqual([...normalPictures(rng, [1, 1, 2, 2]).data]);
  });
  test('visited timesteps begin at the last and end at 0 when all are visited', () => {
    expect(samplerTimes(20, 20)).toEqual(Array.from({ length: 20 }, (_, i) => 19 - i));
    expect(samplerTimes(200, 4)).toEqual([199, 149, 99, 49]);
  });
  test('losses by bucket are means of their ranges', () => {
    expect(lossByBucket([0, 33, 34, 99], [1, 3, 5, 7], 100)).toEqual([2, 5, 7]);
  });
});
