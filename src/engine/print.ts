/** A program as text, one line a value: `y: f32[64,10] = linear(x, w, b)`. For people, tests and bug reports. */
import { showShape, sizeOf, type DType } from '../base/tensor';
import type { Program } from './program';
import { constantOp, inputOp, topological, type AttrValue, type Value } from './value';
import { programInputs, programOutputs } from './verify';

const SHORT: Readonly<Record<DType, string>> = { float32: 'f32', int32: 'i32', bool: 'bool' };
const typeOf = (value: Value): string => `${SHORT[value.dtype]}${showShape(value.shape)}`;
const showAttr = (attr: AttrValue): string => (typeof attr === 'object' ? showShape(attr) : String(attr));
/** At most six numbers of a constant. */
const showData = (value: Value): string => {
  const data = value.data!.data;
  return `[${[...data.subarray(0, 6)].join(', ')}${data.length > 6 ? ', ...' : ''}]`;
};

/**
 * The text of a program. Values are named as the program names them, else v1, v2, ... in order: two equal programs give equal text.
 * Scalar constants stand where they are used.
 */
export function printProgram(program: Program): string {
  const names = new Map<Value, string>(programInputs(program).map(([name, value]) => [value, name]));
  for (const [name, value] of programOutputs(program)) if (value.op !== constantOp && !names.has(value)) names.set(value, name);
  const roles = [
    ...Object.entries(program.state).map(([name, { input }]) => `state ${name}: ${typeOf(input)}`),
    ...Object.entries(program.constants).map(([name, value]) => `constant ${name}: ${typeOf(value)}`),
    ...Object.entries(program.feeds).map(([name, value]) => `feed ${name}: ${typeOf(value)}`),
  ];
  const lines: string[] = [];
  let counter = 0;
  for (const value of topological(programOutputs(program).map(([, v]) => v))) {
    if (value.op === inputOp) continue;
    if (value.op === constantOp && sizeOf(value.shape) === 1 && value.shape.length === 0) {
      names.set(value, String(value.data!.data[0]));
      continue;
    }
    const name = names.get(value) ?? `v${++counter}`;
    names.set(value, name);
    const inputs = Object.values(value.inputs).map((v) => names.get(v) ?? `?${v.id}`);
    const attrs = Object.entries(value.attrs).flatMap(([n, a]) => (a === undefined ? [] : [`${n}=${showAttr(a)}`]));
    const made = value.op === constantOp ? showData(value) : `${value.op.name}(${[...inputs, ...attrs].join(', ')})`;
    lines.push(`${name}: ${typeOf(value)} = ${made}`);
  }
  const same = programOutputs(program).flatMap(([name, value]) => (names.get(value) === name ? [] : [`${name}: ${typeOf(value)} = ${names.get(value)}`]));
  return [`program ${program.name}`, ...roles, ...lines, ...same].join('\n');
}
