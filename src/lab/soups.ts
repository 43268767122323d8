/** Greedy and learned soups (Wortsman et al. 2022, Recipe 1 and appendix I), apart from any network: they see params and scores. */
import { exp } from '../base/math';
import type { Params } from '../base/tensor';
import { addToAverage, dotOf, weightedMean } from './combine';

export interface GreedyTrial {
  readonly ingredient: number;
  /** Validation accuracy of the ingredient alone, and of the soup with it. */
  readonly alone: number;
  readonly withIt: number;
  readonly accepted: boolean;
  /** Validation accuracy of the soup after the decision. */
  readonly best: number;
}
export interface Greedy {
  readonly params: Params;
  readonly accuracy: number;
  readonly members: readonly number[];
  readonly log: readonly GreedyTrial[];
}
export type Accept = 'better' | 'not-worse';

/**
 * One pass over the ingredients in the given order; one that is refused is not tried again. The paper accepts at equal accuracy
 * ('not-worse'), its code only at a higher one ('better'): the code is the default everywhere here.
 */
export async function greedySoup(
  models: readonly Params[],
  alone: readonly number[],
  order: readonly number[],
  accept: Accept,
  accuracyOf: (params: Params) => Promise<number>,
  tried: (trial: GreedyTrial, at: number) => void = () => undefined,
): Promise<Greedy> {
  const [first, ...others] = order as [number, ...number[]];
  let soup = models[first]!;
  let best = alone[first]!;
  const members = [first];
  const log: GreedyTrial[] = [{ ingredient: first, alone: best, withIt: best, accepted: true, best }];
  tried(log[0]!, 0);
  for (const j of others) {
    // cand = soup n/(n+1) + theta_(j)/(n+1)
    const candidate = addToAverage(soup, members.length, models[j]!);
    const withIt = await accuracyOf(candidate);
    const accepted = accept === 'better' ? withIt > best : withIt >= best;
    if (accepted) {
      soup = candidate;
      best = withIt;
      members.push(j);
    }
    log.push({ ingredient: j, alone: alone[j]!, withIt, accepted, best });
    tried(log.at(-1)!, log.length - 1);
  }
  return { params: soup, accuracy: best, members, log };
}
/** Indices by decreasing score; equal scores keep their order. */
export const sortedOrder = (scores: readonly number[]): number[] => scores.map((_, i) => i).sort((a, b) => scores[b]! - scores[a]! || a - b);

// -- learned -----------------------------------------------------------------------------------------------------------------

export type Granularity = 'tensor' | 'model';
/** Mixing weights by param name, k numbers each. Left unnormalised (the largest is 1), so that equal ones give the uniform soup bit for bit. */
type Mixture = Readonly<Record<string, readonly number[]>>;

/** exp(r - max r): softmax(r) is this over its sum. */
function unnormalised(r: readonly number[]): number[] {
  const top = Math.max(...r);
  return r.map((v) => exp(v - top));
}
export function softmaxOf(r: readonly number[]): number[] {
  const e = unnormalised(r);
  const total = e.reduce((a, b) => a + b, 0);
  return e.map((v) => v / total);
}
/** dL/dr_i = alpha_i (dL/dalpha_i - sum_j alpha_j dL/dalpha_j). */
export function throughSoftmax(alpha: readonly number[], dAlpha: readonly number[]): number[] {
  const centre = alpha.reduce((total, a, j) => total + a * dAlpha[j]!, 0);
  return alpha.map((a, i) => a * (dAlpha[i]! - centre));
}

/** Adam on a few host numbers (weight decay 0, so AdamW is Adam). */
function hostAdam(size: number, learningRate: number): (values: number[], gradient: readonly number[]) => void {
  const [m, v] = [new Float64Array(size), new Float64Array(size)];
  let [powerM, powerV] = [1, 1];
  return (values, gradient) => {
    powerM *= 0.9;
    powerV *= 0.999;
    gradient.forEach((g, i) => {
      m[i] = 0.9 * m[i]! + 0.1 * g;
      v[i] = 0.999 * v[i]! + 0.001 * g * g;
      values[i] = values[i]! - (learningRate * (m[i]! / (1 - powerM))) / (Math.sqrt(v[i]! / (1 - powerV)) + 1e-8);
    });
  };
}

export interface Learned {
  readonly params: Params;
  /** Rows: params, in order (all alike for granularity 'model'); columns: ingredients. Each row sums to 1. */
  readonly alpha: Mixture;
  readonly beta: number;
}
/** Mixing weights and a temperature under training. At the start every raw coefficient is 1/k, so alpha is 1/k, and beta is 1. */
export class LearnedSoup {
  private readonly names: readonly string[];
  /** Raw coefficients, one row for each group: a group is one tensor, or all of them. */
  private readonly rows: number[][];
  private readonly betaOf = [1];
  private readonly steps: ((values: number[], gradient: readonly number[]) => void)[];
  private readonly stepBeta: (values: number[], gradient: readonly number[]) => void;

  constructor(
    private readonly models: readonly Params[],
    private readonly granularity: Granularity,
    learningRate = 0.05,
  ) {
    const k = models.length;
    this.names = Object.keys(models[0]!);
    // The released code: r = softmax(ones), that is 1/k everywhere.
    this.rows = Array.from({ length: granularity === 'model' ? 1 : this.names.length }, () => new Array<number>(k).fill(1 / k));
    this.steps = this.rows.map(() => hostAdam(k, learningRate));
    this.stepBeta = hostAdam(1, learningRate);
  }
  private row(param: number): number {
    return this.granularity === 'model' ? 0 : param;
  }
  private mixture(make: (r: readonly number[]) => number[]): Mixture {
    const made = this.rows.map(make);
    return Object.fromEntries(this.names.map((name, p) => [name, made[this.row(p)]!]));
  }
  /** theta(alpha): tensor p is sum_i alpha_{p,i} theta_{i,p}. */
  params(): Params {
    return weightedMean(this.models, this.mixture(unnormalised));
  }
  get beta(): number {
    return this.betaOf[0]!;
  }
  result(): Learned {
    return { params: this.params(), alpha: this.mixture(softmaxOf), beta: this.beta };
  }
  /** dL/dr of every group, from dL/dtheta at theta(alpha): dL/dalpha_{p,i} = <dL/dtheta_p, theta_{i,p}>, summed over the group's params. */
  gradient(dTheta: Params): number[][] {
    const dAlpha = this.rows.map((row) => row.map(() => 0));
    this.names.forEach((name, p) => this.models.forEach((model, i) => (dAlpha[this.row(p)]![i]! += dotOf(dTheta[name]!, model[name]!))));
    return this.rows.map((r, g) => throughSoftmax(softmaxOf(r), dAlpha[g]!));
  }
  update(dTheta: Params, dBeta: number): void {
    const dRows = this.gradient(dTheta);
    this.rows.forEach((row, g) => this.steps[g]!(row, dRows[g]!));
    this.stepBeta(this.betaOf, [dBeta]);
  }
}
