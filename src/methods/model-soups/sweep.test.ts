import { expect, test } from 'vitest';
import { Random } from '../../base/random';
import { drawRecipe } from './sweep';

test('a sweep stays in its ranges, and narrowing one leaves the other draws as they were', () => {
  const ranges = { learningRateMin: 2e-4, learningRateMax: 3e-3, weightDecayMin: 1e-4, weightDecayMax: 0.3, stepsMin: 80, stepsMax: 200, augmentation: 'random', regularisers: true } as const;
  for (let i = 0; i < 200; i++) {
    const rng = () => Random.seed(5).fork('sweep', i);
    const r = drawRecipe(rng(), ranges);
    expect(r.learningRate).toBeGreaterThanOrEqual(2e-4);
    expect(r.learningRate).toBeLessThanOrEqual(3e-3);
    expect(r.steps).toBeGreaterThanOrEqual(80);
    expect(r.steps).toBeLessThanOrEqual(200);
    expect(drawRecipe(rng(), { ...ranges, learningRateMax: 1e-3, regularisers: false })).toMatchObject({ weightDecay: r.weightDecay, steps: r.steps, augmentation: r.augmentation, mixup: 0, smoothing: 0 });
  }
});
