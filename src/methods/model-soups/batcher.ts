/** Training batches as an ingredient's recipe wants them: augmented, mixed, smoothed. */
import { exp, log } from '../../base/math';
import type { Random } from '../../base/random';
import { tensor, type Tensor } from '../../base/tensor';
import { augment, mixup } from '../../data/augment';
import { oneHot } from '../../data/labelled';
import { batchSize, batches, pixels, type ImageSet } from './network';
import type { IngredientRecipe } from './sweep';

/** A draw from Beta(a, a), 0 < a <= 1, by Jöhnk's method: x/(x + y) of x = u^(1/a), y = v^(1/a) where x + y <= 1. In logarithms, since a small a underflows. */
export function betaDraw(rng: Random, a: number): number {
  for (;;) {
    const [logX, logY] = [log(rng.uniform()) / a, log(rng.uniform()) / a];
    if (exp(logX) + exp(logY) <= 1) return 1 / (1 + exp(logY - logX));
  }
}

/** The batch of a step, a function of the step alone. */
export function batcher(train: ImageSet, classes: number, recipe: Pick<IngredientRecipe, 'augmentation' | 'mixup' | 'smoothing'>, rng: Random): (step: number) => Record<string, Tensor> {
  const pick = batches(train.labels.length, batchSize, rng.fork('order'));
  return (step) => {
    const at = pick(step);
    const plain = new Float32Array(batchSize * pixels);
    at.forEach((n, i) => plain.set(train.images.subarray(n * pixels, (n + 1) * pixels), i * pixels));
    let x: Float32Array = augment(plain, rng.fork('augment', step), recipe.augmentation);
    // Smoothing: (1 - s) one-hot + s / classes.
    let targets: Float32Array = oneHot(Int32Array.from(at, (n) => train.labels[n]!), classes).map((t) => (1 - recipe.smoothing) * t + recipe.smoothing / classes);
    if (recipe.mixup > 0) {
      const draw = rng.fork('mixup', step);
      ({ x, targets } = mixup(x, targets, betaDraw(draw, recipe.mixup), draw.permutation(batchSize)));
    }
    return { images: tensor(x, [batchSize, 1, 28, 28]), targets: tensor(targets, [batchSize, classes]) };
  };
}
