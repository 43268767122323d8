/** Every case of every op for k models at once and for each of them alone: the two must agree, whichever operands differ between models. */
import { Random } from '../../base/random';
import type { Tensor } from '../../base/tensor';
import { lift, stack, type LiftOptions } from '../lift';
import type { Program } from '../program';
import { input, type Value } from '../value';
import { families, wideFamilies, type Case } from './cases';

type Feeds = Readonly<Record<string, Tensor>>;
/** One program whose outputs are, for each case and each choice of operands that differ, '<op>.<case>.y.<operands>'; and those of each model, with '.<model>' behind. */
export interface Lifting {
  readonly family: string;
  readonly together: Program;
  readonly apart: Program;
  /** For either: `together` reads stacks of what `apart` reads singly. */
  readonly feedsTogether: Feeds;
  readonly feedsApart: Feeds;
}

export const liftings = (seed: number, k: number, casesPerOp: number, options: LiftOptions = {}): Lifting[] =>
  Object.entries({ ...families, ...wideFamilies }).map(([family, ops]) => {
    const parts = Object.entries(ops).flatMap(([op, make]) =>
      Array.from({ length: casesPerOp }, (_, i) => {
        const rng = Random.seed(seed).fork('lifting', op, i);
        return liftCase(`${op}.${i}`, make(rng), rng.fork('models'), k, options);
      }),
    );
    const joined = <T>(pick: (part: (typeof parts)[number]) => Readonly<Record<string, T>>): Record<string, T> => Object.assign({}, ...parts.map(pick)) as Record<string, T>;
    const program = (name: string, feeds: Readonly<Record<string, Value>>, outputs: Readonly<Record<string, Value>>): Program => ({ name, state: {}, constants: {}, feeds, outputs });
    return {
      family,
      together: program(`together-${family}`, joined((p) => p.together.values), joined((p) => p.together.outputs)),
      apart: program(`apart-${family}`, joined((p) => p.apart.values), joined((p) => p.apart.outputs)),
      feedsTogether: joined((p) => p.together.feeds),
      feedsApart: joined((p) => p.apart.feeds),
    };
  });

class Part {
  readonly feeds: Record<string, Tensor> = {};
  readonly values: Record<string, Value> = {};
  readonly outputs: Record<string, Value> = {};
  feed(name: string, value: Tensor): Value {
    this.feeds[name] = value;
    return (this.values[name] = input(name, value.shape, value.dtype));
  }
}
function liftCase(name: string, { inputs, build }: Case, rng: Random, k: number, options: LiftOptions): { together: Part; apart: Part } {
  const [together, apart] = [new Part(), new Part()];
  const operands = Object.keys(inputs);
  // A model's numbers are those of the case in another order: in range, off kinks, and different.
  const numbers = Object.fromEntries(operands.map((o) => [o, Array.from({ length: k }, (_, model) => (model === 0 ? inputs[o]! : shuffled(inputs[o]!, rng.fork(o, model))))]));
  const single = Object.fromEntries(operands.map((o) => [o, numbers[o]!.map((t, model) => apart.feed(`${name}.${o}.${model}`, t))]));
  const shared = Object.fromEntries(operands.map((o) => [o, together.feed(`${name}.${o}.0`, inputs[o]!)]));
  const stacks = Object.fromEntries(operands.map((o) => [o, together.feed(`${name}.${o}`, stack(numbers[o]!))]));
  for (const many of choices(operands)) {
    const key = `${name}.y.${many.join('+')}`;
    const [lifted] = lift([build(shared)], new Map(many.map((o) => [shared[o]!, stacks[o]!])), k, options);
    together.outputs[key] = lifted!.value;
    for (let model = 0; model < k; model++) apart.outputs[`${key}.${model}`] = build(Object.fromEntries(operands.map((o) => [o, single[o]![many.includes(o) ? model : 0]!])));
  }
  return { together, apart };
}
/** Every choice of at least one. */
const choices = (names: readonly string[]): string[][] =>
  Array.from({ length: 2 ** names.length - 1 }, (_, i) => names.filter((__, bit) => (((i + 1) >> bit) & 1) === 1));
const shuffled = (t: Tensor, rng: Random): Tensor => {
  const order = rng.permutation(t.data.length);
  return { ...t, data: t.data.map((_, i) => t.data[order[i]!]!) };
};
