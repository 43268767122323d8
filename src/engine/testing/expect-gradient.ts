/** Gradients against central differences, both in float64: the oracle knows nothing of the op's gradient rule. */
import { expect } from 'vitest';
import { Random } from '../../base/random';
import { sizeOf, tensor, type Shape, type Tensor } from '../../base/tensor';
import { gradients } from '../autodiff';
import { evaluator, toReference } from '../evaluate';
import { mul, sum } from '../ops';
import { constant, input, type Reference, type Value } from '../value';

export interface GradientOptions {
  readonly seed?: number;
  /** Greatest difference, relative to the greatest entry of the gradient (or to 0.01, if all are smaller). */
  readonly rtol?: number;
  readonly step?: number;
}
const draw = (rng: Random, shape: Shape): Tensor => tensor(rng.fillNormal(new Float32Array(sizeOf(shape))), shape);
const largest = (numbers: Float64Array): number => numbers.reduce((top, v) => Math.max(top, Math.abs(v)), 0);

/** Checks the gradient of sum(build(inputs) * random weights) in every float32 input; a shape stands for normal numbers. Returns the error. */
export function expectGradient<N extends string>(build: (values: Readonly<Record<N, Value>>) => Value, given: Readonly<Record<N, Shape | Tensor>>, options: GradientOptions = {}): number {
  const { seed = 0, rtol = 1e-6, step = 1e-5 } = options;
  const rng = Random.seed(seed);
  const inputs = Object.entries<Shape | Tensor>(given).map(([name, g]): [string, Tensor] => [name, 'shape' in g ? g : draw(rng.fork(name), g)]);
  const values = Object.fromEntries(inputs.map(([name, t]) => [name, input(name, t.shape, t.dtype)]));
  const y = build(values as Readonly<Record<N, Value>>); // one value for each name in `given`
  const loss = sum(mul(y, constant(draw(rng.fork('weights'), y.shape))));
  const feeds = new Map<string, Reference>(inputs.map(([name, t]) => [name, toReference(t)]));
  const names = inputs.flatMap(([name, t]) => (t.dtype === 'float32' ? [name] : []));
  const found = evaluator(gradients(loss, names.map((name) => values[name]!)))(feeds);
  const lossOf = evaluator([loss]);
  const at = (): number => lossOf(feeds)[0]!.data[0]!;
  let worst = 0;
  names.forEach((name, n) => {
    const x = feeds.get(name)!.data; // changed in place, and put back
    const numeric = x.map((x0, i) => {
      x[i] = x0 + step;
      const above = at();
      x[i] = x0 - step;
      const below = at();
      x[i] = x0;
      return (above - below) / (2 * step);
    });
    const analytic = found[n]!.data;
    const error = largest(analytic.map((v, i) => v - numeric[i]!)) / Math.max(largest(numeric), largest(analytic), 0.01);
    expect(error, `gradient in ${name}: found ${analytic.join(' ')}, by central differences ${numeric.join(' ')}`).toBeLessThan(rtol);
    worst = Math.max(worst, error);
  });
  return worst;
}
