/** Makes a merge as it is told, and tries what must hold of it on the very models at hand. */
import { InputError } from '../base/errors';
import { Random } from '../base/random';
import type { Params } from '../base/tensor';
import type { Cooking, GreedyStep, LightId, Score } from '../spec/kitchen';
import { sameBits } from './combine';
import { dare, emaWeights, meanOf, plainSum, slerp, slerpAll, ties, type Ingredient } from './merge';
import { LearnedSoup } from './soups';

/** An ingredient with the name it is shown under. */
export interface Named extends Ingredient {
  readonly name: string;
}
/** What a merge is measured by while it is made. */
export interface Measure {
  /** On choosing data. */
  readonly choosing: (model: Ingredient['params']) => Promise<Score>;
  readonly gradient?: (params: Params, step: number) => Promise<{ readonly loss: number; readonly gradient: Params }>;
}
export interface Made {
  readonly params: Params;
  readonly weights?: readonly number[];
  readonly greedy?: readonly GreedyStep[];
  readonly learning?: readonly number[];
}
export interface Told {
  greedy?(step: GreedyStep): void;
  learned?(at: { readonly step: number; readonly loss: number; readonly weights: readonly number[] }): void;
  /** Between two pieces of work. */
  breathe?(): Promise<void>;
}
/** Better first: more right answers, or a smaller loss where none are counted or as many. */
export const better = (a: Score, b: Score): number => (b.accuracy ?? 0) - (a.accuracy ?? 0) || a.loss - b.loss;
/** Not worse in right answers, or in loss where none are counted. */
const notWorse = (now: Score, before: Score): boolean => (now.accuracy !== undefined && before.accuracy !== undefined ? now.accuracy >= before.accuracy : now.loss <= before.loss);
const drawn = (seed: number): Random => Random.seed(seed).fork('kitchen');
const shares = (weights: readonly number[]): number[] => {
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((w) => w / sum);
};

/** @throws InputError where a merge needs what is not there: a measure, a gradient, a base */
export async function cook(cooking: Cooking, models: readonly Named[], base: Params | undefined, measure: Measure | undefined, told: Told = {}): Promise<Made> {
  const mean = (weights: readonly number[]): Made => ({ params: meanOf(models, weights), weights: shares(weights) });
  const upon = (): Params => {
    if (!base) throw new InputError('This merge counts changes from a base checkpoint. Choose one.');
    return base;
  };
  switch (cooking.kind) {
    case 'uniform': return mean(models.map(() => 1));
    case 'weighted': {
      if (cooking.weights.length !== models.length || cooking.weights.some((w) => !(w >= 0)) || !cooking.weights.some((w) => w > 0)) throw new InputError('A weighted soup wants one weight a checkpoint, none below 0 and not all 0.');
      return mean(cooking.weights);
    }
    case 'ema': return mean(emaWeights(models.length, cooking.decay));
    case 'slerp': return { params: slerpAll(models.map(({ params }) => params), cooking.t) };
    case 'sum': return { params: plainSum(upon(), models, cooking.scale) };
    case 'ties': return { params: ties(upon(), models, cooking) };
    case 'dare': return { params: dare(upon(), models, cooking, drawn(cooking.seed)) };
    case 'greedy': return greedy(models, needed(measure), told);
    case 'learned': return learned(cooking, models, needed(measure), told);
  }
}
function needed(measure: Measure | undefined): Measure {
  if (!measure) throw new InputError('This merge chooses by a held-out score, and nothing can measure these checkpoints.');
  return measure;
}
/**
 * Greedy soup (Wortsman et al. 2022, Recipe 1): ingredients by held-out score, best first; each joins if the soup is then not worse. Equal scores go by key, so the order in which
 * checkpoints were chosen changes nothing.
 */
async function greedy(models: readonly Named[], { choosing }: Measure, { greedy: tell, breathe }: Told): Promise<Made> {
  const alone: Score[] = [];
  for (const { params } of models) {
    alone.push(await choosing(params));
    await breathe?.();
  }
  const order = models.map((_, i) => i).toSorted((a, b) => better(alone[a]!, alone[b]!) || (models[a]!.key < models[b]!.key ? -1 : 1));
  const steps: GreedyStep[] = [];
  let members: number[] = [];
  let best: Score | undefined;
  for (const i of order) {
    const withIt = members.length === 0 ? alone[i]! : await choosing(meanOf([...members, i].map((m) => models[m]!), [...members, i].map(() => 1)));
    const accepted = best === undefined || notWorse(withIt, best);
    if (accepted) [members, best] = [[...members, i], withIt];
    steps.push({ name: models[i]!.name, alone: alone[i]!, withIt, accepted });
    tell?.(steps.at(-1)!);
    await breathe?.();
  }
  const weights = models.map((_, i) => (members.includes(i) ? 1 : 0));
  return { params: meanOf(models, weights), weights: shares(weights), greedy: steps };
}
/** Learned soup (Wortsman et al. 2022, appendix I): softmax mixing weights by Adam at 0.05 on the held-out loss, from equal weights; here without a temperature. */
async function learned({ steps, by }: Extract<Cooking, { kind: 'learned' }>, models: readonly Named[], { gradient }: Measure, { learned: tell, breathe }: Told): Promise<Made> {
  if (!gradient) throw new InputError('What measures these checkpoints gives no gradient, so weights cannot be learned.');
  const soup = new LearnedSoup(models.map(({ params }) => params), by);
  const weightsNow = (): number[] => {
    const rows = Object.values(soup.result().alpha);
    return models.map((_, i) => rows.reduce((sum, row) => sum + row[i]!, 0) / rows.length);
  };
  const learning: number[] = [];
  for (let step = 0; step < steps; step++) {
    const { loss, gradient: dTheta } = await gradient(soup.params(), step);
    soup.update(dTheta, 0);
    learning.push(loss);
    tell?.({ step, loss, weights: weightsNow() });
    await breathe?.();
  }
  return { params: soup.params(), weights: weightsNow(), learning };
}

/** A thing that must hold, and whether it does. */
export interface Held {
  readonly id: LightId;
  readonly holds: boolean;
  readonly detail: string;
}

/** Tries on these models what the merge promises by construction. `made`: what came of it. */
export function lightsOf(cooking: Cooking, models: readonly Named[], base: Params | undefined, made: Made): Held[] {
  const [first] = models as readonly [Named];
  const same = (a: Params, b: Params): Pick<Held, 'holds' | 'detail'> => {
    const holds = sameBits(a, b);
    return { holds, detail: holds ? 'every bit is the same' : 'some bits differ' };
  };
  const copies = models.map(() => first);
  const equal = models.map(() => 1);
  const turned = models.toReversed();
  switch (cooking.kind) {
    case 'uniform': return [
      { id: 'alone', ...same(meanOf([first], [1]), first.params) },
      { id: 'order', ...same(meanOf(turned, equal), made.params) },
      { id: 'copies', ...same(meanOf(copies, equal), first.params) },
    ];
    case 'weighted': return [
      { id: 'alone', ...same(meanOf(models, models.map((_, i) => (i === 0 ? 1 : 0))), first.params) },
      { id: 'order', ...same(meanOf(turned, cooking.weights.toReversed()), made.params) },
      { id: 'copies', ...same(meanOf(copies, cooking.weights), first.params) },
    ];
    case 'ema': return [{ id: 'alone', ...same(meanOf([first], emaWeights(1, cooking.decay)), first.params) }, { id: 'copies', ...same(meanOf(copies, emaWeights(copies.length, cooking.decay)), first.params) }];
    case 'slerp': {
      const second = models[1]!.params;
      const ends = [same(slerp(first.params, second, 0), first.params), same(slerp(first.params, second, 1), second)];
      return [{ id: 'ends', holds: ends.every(({ holds }) => holds), detail: (ends.find(({ holds }) => !holds) ?? ends[0]!).detail }, { id: 'copies', ...same(slerpAll(copies.map(({ params }) => params), cooking.t), first.params) }];
    }
    case 'sum': return base ? [{ id: 'alone', ...same(plainSum(base, [first], 1), first.params) }, { id: 'order', ...same(plainSum(base, turned, cooking.scale), made.params) }] : [];
    case 'ties': return base ? [
      { id: 'alone', ...same(ties(base, [first], { keep: 1, scale: 1 }), first.params) },
      { id: 'order', ...same(ties(base, turned, cooking), made.params) },
      { id: 'copies', ...same(ties(base, copies, { keep: 1, scale: 1 }), first.params) },
    ] : [];
    case 'dare': return base ? [
      { id: 'plain', ...same(dare(base, models, { ...cooking, drop: 0 }, drawn(cooking.seed)), plainSum(base, models, cooking.scale)) },
      { id: 'order', ...same(dare(base, turned, cooking, drawn(cooking.seed)), made.params) },
    ] : [];
    case 'greedy': {
      const steps = made.greedy ?? [];
      const last = steps.findLast(({ accepted }) => accepted)?.withIt;
      const best = steps.map(({ alone }) => alone).toSorted(better)[0];
      const text = ({ accuracy, loss }: Score): string => (accuracy === undefined ? `loss ${loss.toPrecision(4)}` : `${(100 * accuracy).toFixed(1)} %`);
      return last && best ? [{ id: 'best', holds: notWorse(last, best), detail: `${text(last)} for the soup, ${text(best)} for the best of its ingredients` }] : [];
    }
    case 'learned': {
      const start = new LearnedSoup(models.map(({ params }) => params), cooking.by).params();
      const uniform = meanOf(models, equal);
      return [{ id: 'start', ...closeTo(start, uniform) }];
    }
  }
}
/** Both are means in float64, summed in another order: they may differ in the last bit of a float32. */
function closeTo(a: Params, b: Params): Pick<Held, 'holds' | 'detail'> {
  let furthest = 0;
  for (const name of Object.keys(a)) for (let i = 0; i < a[name]!.data.length; i++) {
    const [x, y] = [a[name]!.data[i]!, b[name]!.data[i]!];
    furthest = Math.max(furthest, Math.abs(x - y) / Math.max(1e-30, Math.abs(x), Math.abs(y)));
  }
  return { holds: furthest <= 2 ** -22, detail: furthest === 0 ? 'every number is the same' : `no number differs by more than ${furthest.toExponential(1)} of itself` };
}
