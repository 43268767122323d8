/** The masked, token-level preference loss, and its step. */
import type { Params } from '../../base/tensor';
import { add, cast, concat, greater, logSumExp, mean, mul, neg, reshape, sliceAxis, stopGradient, sub, sum } from '../../engine/ops';
import type { Value } from '../../engine/value';
import { shapesOf } from '../../lab/evaluate';
import type { Lab, Trainer } from '../../lab/lab';
import type { Views } from '../../nn/layers';
import { lmStates, tokenKl, tokenLosses } from '../../nn/lm';
import { adam } from '../../nn/optimizers';
import { activationMask, isMask, learnedMask, networksOf, type Arm } from './masks';
import { places, shape, type Knobs } from './task';

/** Of every place of every row, [n, places]. */
export interface Tokens {
  /** log pi(y) - log ref(y), and KL(ref || pi). */
  readonly reward: Value;
  readonly divergence: Value;
  /** Weights of both. */
  readonly mu: Value;
  readonly md: Value;
  /** -log ref(y). */
  readonly referenceLoss: Value;
}
/** @param drawn [n, places] from 0 to 1, for the arm that draws its weights */
export function tokensOf(arm: Arm, params: Views, reference: Views, { tokens, targets, weights, drawn }: Views, knobs: Pick<Knobs, 'layers'>): Tokens {
  const [ref, policy] = [lmStates(reference, tokens!, shape), lmStates(params, tokens!, shape)];
  const referenceLoss = stopGradient(tokenLosses(ref.logits, targets!));
  const reward = sub(referenceLoss, tokenLosses(policy.logits, targets!));
  const divergence = tokenKl(stopGradient(ref.logits), policy.logits);
  const all = (value: number): Value => add(mul(weights!, 0), value);
  const masks = ((): readonly [Value, Value] => {
    switch (arm) {
      case 'dpo': return [all(1), all(0)];
      case 'tdpo': return [all(1), all(1)];
      case 'random': return [drawn!, drawn!];
      case 'mapo': {
        const m = activationMask(ref, weights!);
        return [m, m];
      }
      case 'independent': {
        const [one, other] = networksOf(arm);
        return [learnedMask(params, one!, ref, knobs.layers), learnedMask(params, other!, ref, knobs.layers)];
      }
      case 'common': {
        const m = learnedMask(params, 'mask', ref, knobs.layers);
        return [m, m];
      }
      // A sign lets no gradient through: the network stays as it begins, with what is frozen.
      case 'binary': {
        const m = cast(greater(learnedMask(reference, 'mask', ref, knobs.layers), 0), 'float32');
        return [m, m];
      }
    }
  })();
  return { reward, divergence, mu: masks[0], md: masks[1], referenceLoss };
}
/** -log sigmoid(z) = log(e^0 + e^-z), [n], without overflow, and with its slope of one half at 0, where every training begins. */
export function logistic(z: Value): Value {
  const column = reshape(neg(z), [z.shape[0]!, 1]);
  return logSumExp(concat([mul(column, 0), column], 1));
}

/** Mean over pairs; the first half of the rows are the preferred ones. `penalty` is what the l1 terms add. */
export function lossOf({ reward, divergence, mu, md }: Tokens, weights: Value, { beta, l1Reward, l1Divergence }: Pick<Knobs, 'beta' | 'l1Reward' | 'l1Divergence'>, shared: boolean): { loss: Value; penalty: Value } {
  const pairs = weights.shape[0]! / 2;
  const total = (x: Value, m: Value): Value => sum(mul(mul(x, m), weights), { axes: [1] });
  const [gained, strayed] = [total(reward, mu), total(divergence, md)];
  const won = (x: Value): Value => sliceAxis(x, 0, 0, pairs);
  const lost = (x: Value): Value => sliceAxis(x, 0, pairs, pairs);
  const u = sub(won(gained), lost(gained));
  const delta = sub(lost(strayed), won(strayed));
  const half = shared ? 0.5 : 1;
  const penalty = mul(add(mul(sum(mul(mu, weights)), half * l1Reward), mul(sum(mul(md, weights)), half * l1Divergence)), 1 / pairs);
  return { loss: add(mean(logistic(mul(sub(u, delta), beta))), penalty), penalty };
}

export function trainerOf(lab: Lab, arm: Arm, from: Params, reference: Params, knobs: Knobs): Trainer {
  const n = 2 * knobs.pairs;
  const int = { shape: [n, places], dtype: 'int32' } as const;
  return lab.trainer({
    name: `preferences-${arm}`, params: shapesOf(from), frozen: shapesOf(reference),
    batch: { tokens: int, targets: int, weights: { shape: [n, places] }, ...(arm === 'random' && { drawn: { shape: [n, places] } }) },
    loss: ({ params, frozen, batch }) => {
      const { loss, penalty } = lossOf(tokensOf(arm, params, frozen, batch, knobs), batch.weights!, knobs, arm !== 'independent');
      return { loss, metrics: { penalty } };
    },
    // Decay falls on the mask's matrices alone. A mask that stays has a rate of 0.
    optimizer: adam({ groups: (name) => (isMask(name) ? { ...(knobs.freezeMask && { rate: 0 }), decay: Number(name.endsWith('.w')) } : { decay: 0 }) }),
  });
}
