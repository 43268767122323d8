/** The compiled steps: clean, masked by chance, with added noise, and masked by a policy that learns. */
import { exp as exponential } from '../../base/math';
import { tensor, type Params } from '../../base/tensor';
import { add, conv2d, extend, logSumExp, maximum, max, mean, minimum, mul, neg, reshape, stopGradient, sub, upsample } from '../../engine/ops';
import { pick } from '../../engine/ops/compose';
import { constant, type Value } from '../../engine/value';
import { shapesOf } from '../../lab/evaluate';
import type { Lab, Trainer } from '../../lab/lab';
import { dense, scope, type Views } from '../../nn/layers';
import { cnnMaps, imageSize } from '../../nn/cnn';
import { crossEntropy } from '../../nn/losses';
import { perGroup, sgd } from '../../nn/optimizers';
import { betaFeeds, drawBeta, logBeta, policy, type PolicyShape } from '../../nn/policy';
import type { Knobs } from './task';

/** Features [n, 64] and logits of the classifier: the maps' means as they are, and a layer over them, which plain SGD can train. */
export const featuresOf = (p: Views, images: Value): Value => mean(cnnMaps(p, images), { axes: [2, 3] });
export const logitsOf = (p: Views, images: Value): Value => dense(scope(p, 'head'), featuresOf(p, images));

export const arms = ['policy', 'plain', 'random', 'gaussian'] as const;
export type Arm = (typeof arms)[number];
export const isPolicy = (name: string): boolean => name.startsWith('policy.');
export const shapeOf = ({ grid }: Pick<Knobs, 'grid'>): PolicyShape => ({ channels: 1, widths: [16, 32, 32], grid: Number(grid) });
/** Logarithms of concentrations stay here. */
export const [leastLog, mostLog] = [-3, 4] as const;

const blurs = { none: undefined, narrow: { radius: 1, sigma: 1 }, wide: { radius: 2, sigma: 1.5 } } as const;
/** Row-major weights of a Gaussian of this radius, summing to 1. */
export function kernelOf({ radius, sigma }: { readonly radius: number; readonly sigma: number }): Float32Array {
  const line = Array.from({ length: 2 * radius + 1 }, (_, i) => exponential(-((i - radius) ** 2) / (2 * sigma * sigma)));
  const total = line.reduce((a, b) => a + b, 0);
  return Float32Array.from(line.flatMap((r) => line.map((c) => (r * c) / (total * total))));
}
/** Cells [n, grid^2] -> masks [n, 1, 28, 28]: nearest neighbours, then the blur with mirrored borders. */
export function enlarged(cells: Value, { grid, blur }: Pick<Knobs, 'grid' | 'blur'>): Value {
  const side = Number(grid);
  const [n, factor] = [cells.shape[0]!, imageSize / side];
  const mask = upsample(reshape(cells, [n, 1, side, side]), [factor, factor]);
  const by = blurs[blur];
  if (!by) return mask;
  const width = 2 * by.radius + 1;
  const pads = [0, 0, by.radius, by.radius];
  return conv2d(extend(mask, pads, pads, 'reflect'), constant(tensor(kernelOf(by), [1, 1, width, width])));
}

export interface Drawn {
  /** What the policy says, [n, cells], and logarithms of the concentrations that are drawn from. */
  readonly said: readonly [Value, Value];
  readonly logs: readonly [Value, Value];
  readonly cells: Value;
  readonly buffers: Views;
}
/** Steps 1, 2 and 4 of the algorithm. */
export function drawn(p: Views, buffers: Views, images: Value, noise: Views, knobs: Pick<Knobs, 'grid' | 'blend'>, mode: 'train' | 'run'): Drawn {
  const { alpha, beta, buffers: next } = policy(p, buffers, images, shapeOf(knobs), mode);
  const logs = ([[alpha, buffers['base.a']!], [beta, buffers['base.b']!]] as const).map(([said, base]) => minimum(maximum(add(mul(base, knobs.blend), mul(said, 1 - knobs.blend)), leastLog), mostLog)) as [Value, Value];
  return { said: [alpha, beta], logs, cells: drawBeta(logs[0], logs[1], noise), buffers: next };
}
/** S of each picture [n]: the logarithm of the sum over cells of the density of what was drawn. */
export const scoresOf = ({ logs: [a, b], cells }: Pick<Drawn, 'logs' | 'cells'>): Value => logSumExp(logBeta(a, b, cells), 1);

const momentum = (): ReturnType<typeof sgd> => sgd({ momentum: 0.9, l2: true });

/** The step of an arm's first phase; `plain` is also that of every second phase. */
export function trainerOf(lab: Lab, arm: Arm, classifier: Params, own: Params, buffers: Params, knobs: Knobs): Trainer {
  const { batch: n, grid } = knobs;
  const cells = Number(grid) ** 2;
  const base = { images: { shape: [n, 1, imageSize, imageSize] }, labels: { shape: [n], dtype: 'int32' } } as const;
  if (arm !== 'policy')
    return lab.trainer({
      name: `first-${arm}`, params: shapesOf(classifier), optimizer: momentum(),
      batch: { ...base, ...(arm === 'random' && { cells: { shape: [n, cells] } }), ...(arm === 'gaussian' && { noise: { shape: [n, 1, imageSize, imageSize] } }) },
      loss: ({ params, batch: b }) => {
        const seen = arm === 'random' ? mul(b.images!, enlarged(b.cells!, knobs)) : arm === 'gaussian' ? add(b.images!, mul(b.noise!, knobs.noise)) : b.images!;
        return { loss: crossEntropy(logitsOf(params, seen), b.labels!) };
      },
    });
  return lab.trainer({
    name: 'first-policy', params: shapesOf({ ...classifier, ...own }), buffers: shapesOf(buffers), batch: { ...base, ...betaFeeds(n, cells) },
    optimizer: perGroup({ classifier: momentum(), policy: sgd() }, (name) => (isPolicy(name) ? 'policy' : 'classifier')),
    loss: ({ params, buffers: state, batch: b }) => {
      const found = drawn(scope(params, 'policy'), state, b.images!, b, knobs, 'train');
      const mask = enlarged(found.cells, knobs);
      const logits = logitsOf(params, mul(b.images!, mask));
      const own = sub(logSumExp(logits, 1), pick(logits, b.labels!));
      const [reward, scores] = [mean(own), scoresOf(found)];
      const follow = (running: Value, said: Value): Value => add(mul(running, knobs.baseDecay), mul(mean(stopGradient(said), { axes: [0], keepDims: true }), 1 - knobs.baseDecay));
      const meanReward = state['base.reward']!;
      // Released: one reward for all. Centred: each picture's own, less a running mean, and a classifier that descends as usual.
      const loss = knobs.centred ? add(reward, mean(mul(stopGradient(sub(own, meanReward)), scores))) : mul(mean(scores), reward);
      return {
        loss,
        metrics: { reward, score: mean(scores), least: neg(max(neg(mask))), most: max(mask) },
        buffers: { ...found.buffers, 'base.a': follow(state['base.a']!, found.said[0]), 'base.b': follow(state['base.b']!, found.said[1]), 'base.reward': add(mul(meanReward, 0.9), mul(reshape(stopGradient(reward), [1]), 0.1)) },
      };
    },
  });
}
