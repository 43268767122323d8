/** If, Loop and Scan, where it is known while reading which way they go and how often: then they are the nodes of their bodies. */
import type { OnnxGraph, OnnxNode } from './model';
import { fail, type Binding } from './node-reader';
import { integer } from './operators/builder';
import * as ops from '../ops';
import { constant, type Value } from '../value';

/** What such a node is read with. */
export interface Flow {
  readonly node: OnnxNode;
  readonly opset: number;
  /** undefined: left out. */
  readonly inputs: readonly (Binding | undefined)[];
  /** Numbers that must be known. */
  known(binding: Binding | undefined, what: string): number[];
  /** Reads a body with its inputs bound; returns its outputs. `step` tells its nodes' names from those of other passes. */
  run(graph: OnnxGraph, inputs: readonly Binding[], step: string): readonly Binding[];
}

const STEP_LIMIT = 1024;
function graphOf({ node }: Flow, name: string): OnnxGraph {
  const attribute = node.attributes[name];
  return attribute?.type === 'graph' ? attribute.value : fail(`it lacks its ${name}.`);
}
const ints = ({ node }: Flow, name: string): readonly number[] => {
  const attribute = node.attributes[name];
  return attribute?.type === 'ints' ? attribute.value : [];
};
const truth = (value: boolean): Binding => ({ value: constant({ dtype: 'bool', shape: [], data: Uint8Array.of(Number(value)) }), type: 'bool' });
const present = (binding: Binding | undefined, i: number): Binding => binding ?? fail(`input ${i} is missing.`);

const branch = (flow: Flow): readonly Binding[] => flow.run(graphOf(flow, flow.known(flow.inputs[0], 'its condition')[0] ? 'then_branch' : 'else_branch'), [], '');

/** Body: iteration, condition, carried values -> condition, carried values, values to be stacked. */
function loop(flow: Flow): readonly Binding[] {
  const body = graphOf(flow, 'body');
  const [most, condition, ...start] = flow.inputs;
  const limit = most ? flow.known(most, 'how often it runs')[0]! : Infinity;
  let carried = start.map((binding, i) => present(binding, i + 2));
  let goesOn = !condition || flow.known(condition, 'its condition')[0] !== 0;
  const stacks: Binding[][] = body.outputs.slice(1 + carried.length).map(() => []);
  for (let step = 0; goesOn && step < limit; step++) {
    if (step >= STEP_LIMIT) fail(`it runs more than ${STEP_LIMIT} times.`);
    const [next, ...made] = flow.run(body, [{ value: integer(step), type: 'int64' }, truth(true), ...carried], `${step}/`);
    carried = made.slice(0, carried.length);
    stacks.forEach((stack, i) => stack.push(made[carried.length + i]!));
    goesOn = step + 1 < limit && flow.known(next, 'its condition')[0] !== 0; // asked only where it matters
  }
  return [...carried, ...stacks.map((stack) => stacked(stack, 0, false))];
}
/** Body: states, one slice of each sequence -> states, values to be stacked. Directions: 1 is backwards. */
function scan(flow: Flow): readonly Binding[] {
  if (flow.opset < 9) fail('its form before opset 9 is not supported.');
  const body = graphOf(flow, 'body');
  const attribute = flow.node.attributes['num_scan_inputs'];
  const count = attribute?.type === 'int' ? attribute.value : fail('it does not say num_scan_inputs.');
  const given = flow.inputs.map(present);
  if (count < 1 || count > given.length) fail(`${count} of ${given.length} inputs cannot be scanned.`);
  let states = given.slice(0, given.length - count);
  const sequences = given.slice(states.length).map((binding, i) => {
    const x = binding.value ?? fail('a scanned input is no tensor with numbers.');
    return { x, type: binding.type, axis: ops.normalAxis('scan_input_axes', ints(flow, 'scan_input_axes')[i] ?? 0, x.shape.length), backwards: ints(flow, 'scan_input_directions')[i] === 1 };
  });
  const length = sequences[0]!.x.shape[sequences[0]!.axis]!;
  if (length > STEP_LIMIT || sequences.some(({ x, axis }) => x.shape[axis] !== length)) fail(`its sequences must be of one length, of at most ${STEP_LIMIT}.`);
  const stacks: Binding[][] = body.outputs.slice(states.length).map(() => []);
  for (let step = 0; step < length; step++) {
    const slices = sequences.map(({ x, type, axis, backwards }) => ({ value: entryOf(x, axis, backwards ? length - 1 - step : step), type }));
    const made = flow.run(body, [...states, ...slices], `${step}/`);
    states = made.slice(0, states.length);
    stacks.forEach((stack, i) => stack.push(made[states.length + i]!));
  }
  return [...states, ...stacks.map((stack, i) => stacked(stack, ints(flow, 'scan_output_axes')[i] ?? 0, ints(flow, 'scan_output_directions')[i] === 1))];
}
const entryOf = (x: Value, axis: number, at: number): Value => ops.reshape(ops.sliceAxis(x, axis, at, 1), x.shape.filter((_, i) => i !== axis));
/** Values of the passes joined along a new axis; none make a tensor without numbers. */
function stacked(stack: readonly Binding[], axis: number, backwards: boolean): Binding {
  const values = stack.map(({ value }) => value ?? fail('a value to be stacked is no tensor with numbers.'));
  const [first] = values;
  if (!first) return { value: undefined, type: 'float32' };
  const at = ops.normalAxis('scan_output_axes', axis, first.shape.length + 1);
  const parts = values.map((v) => ops.reshape(v, [...v.shape.slice(0, at), 1, ...v.shape.slice(at)]));
  return { value: ops.concat(backwards ? parts.toReversed() : parts, at), type: stack[0]!.type };
}

export const FLOWS: ReadonlyMap<string, (flow: Flow) => readonly Binding[]> = new Map(Object.entries({ If: branch, Loop: loop, Scan: scan }));
