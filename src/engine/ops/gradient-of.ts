/** Gradients of ops that are short for a formula of other ops: the formula's own. */
import { gradients } from '../autodiff';
import { rewrite } from '../rewrite';
import { input, type Value } from '../value';

/** Gradients at `inputs` of what `build` makes of them, given the gradient `dy` at the result. */
export function gradientOf<I extends string>(build: (inputs: Readonly<Record<I, Value>>) => Value, inputs: Readonly<Record<I, Value>>, dy: Value): Record<I, Value> {
  const names = Object.keys(inputs) as I[]; // the keys of a record of I
  // Fresh inputs first: of the true ones, one may be made from another, and the gradient would run through that too.
  const fresh = Object.fromEntries(names.map((name) => [name, input(name, inputs[name].shape, inputs[name].dtype)])) as Record<I, Value>; // one for each name
  const seed = input('dy', dy.shape, dy.dtype);
  const actual = new Map<Value, Value>([[seed, dy], ...names.map((name): [Value, Value] => [fresh[name], inputs[name]])]);
  const pieces = gradients(build(fresh), names.map((name) => fresh[name]), seed);
  const made = rewrite(pieces, (value) => actual.get(value));
  return Object.fromEntries(names.map((name, i) => [name, made.get(pieces[i]!)!])) as Record<I, Value>; // one for each name
}
