/** The same graph with some values replaced. What does not depend on a replaced value stays the very same value. */
import type { Program } from './program';
import { makeValue, topological, type Value } from './value';
import { programOutputs } from './verify';

/** Asked of each value, after its inputs were rewritten: what stands in its place, or nothing if it stays. */
export type Replace = (value: Value, inputs: Readonly<Record<string, Value>>) => Value | undefined;

/** Every value reachable from `values`, and what it became. A replacement must have the shape and dtype of what it replaces. */
export function rewrite(values: readonly Value[], replace: Replace): ReadonlyMap<Value, Value> {
  const made = new Map<Value, Value>();
  for (const value of topological(values)) {
    const inputs = Object.fromEntries(Object.entries(value.inputs).map(([name, v]) => [name, made.get(v)!])); // topological: inputs came first
    const same = Object.entries(inputs).every(([name, v]) => v === value.inputs[name]);
    made.set(value, replace(value, inputs) ?? (same ? value : makeValue(value.op, inputs, value.attrs, value.shape, value.dtype)));
  }
  return made;
}
/** The program with values replaced; its inputs stay as they are. */
export function rewriteProgram(program: Program, replace: Replace): Program {
  const made = rewrite(programOutputs(program).map(([, value]) => value), replace);
  return {
    ...program,
    state: Object.fromEntries(Object.entries(program.state).map(([name, { input, output }]) => [name, { input, output: made.get(output)! }])),
    outputs: Object.fromEntries(Object.entries(program.outputs).map(([name, value]) => [name, made.get(value)!])),
  };
}
