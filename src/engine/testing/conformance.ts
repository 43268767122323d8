/** All random cases as programs: every executor must give the same numbers. No test library in here: browsers load it too. */
import { Random } from '../../base/random';
import { sizeOf, tensor, type Tensor } from '../../base/tensor';
import { gradients } from '../autodiff';
import type { Program } from '../program';
import { constantOp, input, type Value } from '../value';
import { derivative, families, wideFamilies, type Case, type MakeCase } from './cases';

type Feeds = Readonly<Record<string, Tensor>>;
export interface Conformance {
  readonly program: Program;
  readonly feeds: Feeds;
}

/**
 * One program for each family of ops. Its outputs for case 0 of matmul: the result `matmul.0.y`, the gradients `matmul.0.da` and
 * `matmul.0.db` at a random upstream gradient, and the same for the case's derivative, `matmul.0.second.y` and so on.
 */
export const conformancePrograms = (seed: number, casesPerOp = 4): Conformance[] =>
  Object.entries({ ...families, ...wideFamilies }).map(([family, ops]) =>
    conformanceProgram(family, Object.entries(ops).flatMap(([op, make]) => casesOf(op, make, seed, casesPerOp)), Random.seed(seed)),
  );

/** '<op>.<number>', and with '.second' its derivative. */
function casesOf(op: string, make: MakeCase, seed: number, count: number): [string, Case][] {
  return Array.from({ length: count }, (_, i): [string, Case][] => {
    const rng = Random.seed(seed).fork(op, i);
    const first = make(rng);
    const second = derivative(first, rng.fork('derivative'));
    return [[`${op}.${i}`, first], ...(second ? [[`${op}.${i}.second`, second] as [string, Case]] : [])];
  }).flat();
}

function conformanceProgram(family: string, cases: readonly (readonly [string, Case])[], rng: Random): Conformance {
  const [feeds, values, outputs]: [Record<string, Tensor>, Record<string, Value>, Record<string, Value>] = [{}, {}, {}];
  const feed = (name: string, value: Tensor): Value => {
    feeds[name] = value;
    return (values[name] = input(name, value.shape, value.dtype));
  };
  for (const [name, { inputs, build }] of cases) {
    const given = Object.fromEntries(Object.entries(inputs).map(([key, value]) => [key, feed(`${name}.${key}`, value)]));
    const y = build(given);
    outputs[`${name}.y`] = y;
    const keys = Object.keys(given).filter((key) => given[key]!.dtype === 'float32');
    if (y.dtype !== 'float32' || keys.length === 0) continue;
    // The upstream gradient is a feed: of a constant, ORT would compute linear gradients when it loads the program.
    const upstream = tensor(rng.fork(name).fillNormal(new Float32Array(sizeOf(y.shape))), y.shape);
    gradients(y, keys.map((key) => given[key]!), feed(`${name}.upstream`, upstream)).forEach((piece, i) => {
      if (piece.op !== constantOp) outputs[`${name}.d${keys[i]!}`] = piece;
    });
  }
  return { program: { name: `conformance-${family}`, state: {}, constants: {}, feeds: values, outputs }, feeds };
}

/** Greatest difference of an output, relative to its greatest number or to 1, whichever is larger; NaN never agrees. */
export function differenceOf(found: Tensor, expected: Tensor): number {
  let [worst, scale] = [0, 1];
  found.data.forEach((v, i) => {
    const other = expected.data[i]!;
    scale = Math.max(scale, Math.abs(other));
    worst = Math.max(worst, Number.isNaN(v) || Number.isNaN(other) ? Infinity : v === other ? 0 : Math.abs(v - other));
  });
  return worst / scale;
}
/** Difference of every output, by name. */
export const differences = (found: Feeds, expected: Feeds): Record<string, number> =>
  Object.fromEntries(Object.entries(expected).map(([name, value]) => [name, differenceOf(found[name]!, value)]));
/** The greatest difference for each op, first-order results apart from those of the derivative: '<op>', '<op> second'. */
export function worstByOp(byOutput: Readonly<Record<string, number>>): Record<string, number> {
  const worst: Record<string, number> = {};
  for (const [name, difference] of Object.entries(byOutput)) {
    const [op, , order] = name.split('.');
    const key = order === 'second' ? `${op} second` : op!;
    worst[key] = Math.max(worst[key] ?? 0, difference);
  }
  return worst;
}
