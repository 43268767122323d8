/** The check that runs after every pass and before every writing: a program says of itself only what is true. */
import { ShapeError } from '../base/errors';
import { sameShape, showShape } from '../base/tensor';
import type { Program } from './program';
import { constantOp, inputOp, topological, type Value } from './value';

/** Every input of a program by its name there, in the order state, constants, feeds. */
export function programInputs(program: Program): [string, Value][] {
  return [...Object.entries(program.state).map(([name, { input }]): [string, Value] => [name, input]), ...Object.entries(program.constants), ...Object.entries(program.feeds)];
}
/** Every output by its name: next states as `<state>.next`, then the outputs. */
export function programOutputs(program: Program): [string, Value][] {
  return [...Object.entries(program.state).map(([name, { output }]): [string, Value] => [`${name}.next`, output]), ...Object.entries(program.outputs)];
}
const show = (value: Value): string => `${value.dtype}${showShape(value.shape)}`;

/**
 * Names are used once; every input reached has a role; ids ascend; every shape and dtype is what the op's own rule gives.
 * @throws ShapeError naming the value that is wrong
 */
export function verifyProgram(program: Program): void {
  const fail = (what: string): never => {
    throw new ShapeError(`Program ${program.name}: ${what}`);
  };
  const inputs = programInputs(program);
  const outputs = programOutputs(program);
  const names = [...inputs, ...outputs].map(([name]) => name);
  const seen = new Set<string>();
  const twice = names.find((name) => seen.size === seen.add(name).size);
  if (twice !== undefined) fail(`the name "${twice}" is used for two inputs or outputs. Rename one of them.`);
  if (names.includes('')) fail('an input or output has an empty name.');
  const declared = new Map<Value, string>();
  for (const [name, value] of inputs) {
    if (value.op !== inputOp) fail(`${name} is declared as an input, but is made by ${value.op.name}.`);
    if (declared.has(value)) fail(`one input value has two names, "${declared.get(value)}" and "${name}".`);
    declared.set(value, name);
  }
  for (const [name, { input, output }] of Object.entries(program.state))
    if (!sameShape(input.shape, output.shape) || input.dtype !== output.dtype) fail(`state ${name} is ${show(input)}, its next value ${show(output)}.`);
  for (const value of topological(outputs.map(([, v]) => v))) verifyValue(value, declared, fail);
}

function verifyValue(value: Value, declared: ReadonlyMap<Value, string>, fail: (what: string) => never): void {
  const who = `value ${value.id} (${value.op.name})`;
  if (value.op === inputOp) {
    if (!declared.has(value)) fail(`input "${value.name}", ${show(value)}, is used but is neither state nor constant nor feed.`);
    return;
  }
  if (value.op === constantOp) {
    const data = value.data;
    if (!data || !sameShape(data.shape, value.shape) || data.dtype !== value.dtype) fail(`${who} says ${show(value)}, its data ${data ? `${data.dtype}${showShape(data.shape)}` : 'are missing'}.`);
    return;
  }
  const entries = Object.entries(value.inputs);
  const late = entries.find(([, input]) => input.id >= value.id);
  if (late) fail(`${who} was made before its input ${late[0]} (value ${late[1].id}).`);
  const shape = value.op.shape(Object.fromEntries(entries.map(([n, v]) => [n, v.shape])), value.attrs);
  const dtypes = Object.fromEntries(entries.map(([n, v]) => [n, v.dtype]));
  const dtype = value.op.dtype ? value.op.dtype(dtypes, value.attrs) : (Object.values(dtypes)[0] ?? 'float32');
  if (!sameShape(shape, value.shape) || dtype !== value.dtype) fail(`${who} says ${show(value)}, its rule ${dtype}${showShape(shape)}.`);
}
