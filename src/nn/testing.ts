/** For tests of models: a loss of some params, checked in float64 by the reference. */
import { expect } from 'vitest';
import { Random } from '../base/random';
import { sizeOf, tensor, type Params, type Shape, type Tensor } from '../base/tensor';
import { gradients } from '../engine/autodiff';
import { evaluate, evaluator, toReference } from '../engine/evaluate';
import { input, type Reference, type Value } from '../engine/value';
import type { Views } from './layers';

export const countParams = (params: Params): number => Object.values(params).reduce((sum, { shape }) => sum + sizeOf(shape), 0);
export const randomImages = (seed: number, shape: Shape): Tensor => tensor(Random.seed(seed).fork('images').fillUniform(new Float32Array(sizeOf(shape)), -1, 1), shape);
/** The params as inputs of a graph. */
export const inputsFor = (params: Params): Views => Object.fromEntries(Object.entries(params).map(([name, { shape }]) => [name, input(name, shape)]));
const feedsOf = (params: Params): Map<string, Reference> => new Map(Object.entries(params).map(([name, p]) => [name, toReference(p)]));

/** Values of named outputs, in float64. */
export function outputsOf<N extends string>(params: Params, build: (p: Views) => Readonly<Record<N, Value>>): Record<N, Reference> {
  const built = Object.entries<Value>(build(inputsFor(params)));
  const values = evaluate(built.map(([, value]) => value), feedsOf(params));
  return Object.fromEntries(built.map(([name], i) => [name, values[i]!])) as Record<N, Reference>; // one for each name that was built
}
/** A gradient reaches every param, but for those said; and in the largest entry of each and one at random, it agrees with central differences. */
export function expectTrainable(params: Params, loss: (p: Views) => Value, { unreached = [], rtol = 1e-4 }: { unreached?: readonly string[]; rtol?: number } = {}): void {
  const p = inputsFor(params);
  const names = Object.keys(params);
  const y = loss(p);
  const feeds = feedsOf(params);
  const found = evaluator(gradients(y, names.map((name) => p[name]!)))(feeds);
  const lossOf = evaluator([y]);
  const scale = Math.max(...found.map(({ data }) => data.reduce((top, g) => Math.max(top, Math.abs(g)), 0)));
  names.forEach((name, n) => {
    const gradient = found[n]!.data;
    const steepest = gradient.reduce((best, g, i) => (Math.abs(g) > Math.abs(gradient[best]!) ? i : best), 0);
    if (unreached.includes(name)) return expect(gradient[steepest], name).toBe(0);
    expect(Math.abs(gradient[steepest]!), `a gradient should reach ${name}`).toBeGreaterThan(1e-12 * scale);
    const x = feeds.get(name)!.data;
    for (const i of [steepest, Random.seed(n).int(x.length)]) {
      const [x0, step] = [x[i]!, 1e-5];
      const at = (value: number): number => ((x[i] = value), lossOf(feeds)[0]!.data[0]!);
      const numeric = (at(x0 + step) - at(x0 - step)) / (2 * step);
      x[i] = x0;
      expect(Math.abs(gradient[i]! - numeric), `${name}[${i}]: ${gradient[i]} and by central differences ${numeric}`).toBeLessThan(rtol * Math.max(Math.abs(numeric), 1e-3 * scale));
    }
  });
}
