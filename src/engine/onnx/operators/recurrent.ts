/**
 * Recurrent layers, unrolled over their steps: LSTM (Hochreiter and Schmidhuber 1997), GRU (Cho et al. 2014), and the plain RNN. Layout
 * here: x [t, n, in], w [gates h, in], r [gates h, h], states [n, h].
 */
import { showShape } from '../../../base/tensor';
import { fail, type NodeReader } from '../node-reader';
import * as ops from '../../ops';
import { filled, type Value } from '../../value';
import { asFloat, type Builder, type Builders } from './builder';

/** Every step is some twenty nodes of its own. */
const STEP_LIMIT = 1024;
type Activation = (x: Value) => Value;
const activations: Readonly<Record<string, Activation>> = { sigmoid: ops.sigmoid, tanh: ops.tanh, relu: ops.relu, softsign: (x) => ops.div(x, ops.add(ops.abs(x), 1)) };

/** One direction of a layer. */
interface Direction {
  /** For each step, the part that comes from x, bias included: [n, gates h]. */
  readonly inputs: readonly Value[];
  readonly r: Value;
  /** [gates h], to be added where h R^T is. */
  readonly bias: Value | undefined;
  /** LSTM: [3 h], from the cell to the gates i, o, f. */
  readonly peepholes: Value | undefined;
  readonly activations: readonly Activation[];
  readonly size: number;
  readonly start: readonly Value[];
}
/** From the states before a step, the part of x and what the node says to the states after it; the first of them is the output. */
type Cell = (at: Direction, x: Value, states: readonly Value[], node: NodeReader) => readonly Value[];

const gate = (x: Value, i: number, size: number): Value => ops.sliceAxis(x, -1, i * size, size);
/** h R^T + b. */
const recur = (h: Value, r: Value, bias: Value | undefined): Value => (bias ? ops.add(ops.matmul(h, r, { transB: true }), bias) : ops.matmul(h, r, { transB: true }));

// i, o, f = sigma(x + h R^T + p c), c' = f c + i tanh(...), h' = o tanh(c'); o sees the new cell.
const lstm: Cell = ({ r, bias, peepholes, activations: acts, size }, x, [h, c], node) => {
  const [sigma, g, out] = acts as readonly [Activation, Activation, Activation];
  const z = ops.add(x, recur(h!, r, bias));
  const through = (i: number, cell: Value): Value => (peepholes ? ops.add(gate(z, i, size), ops.mul(gate(peepholes, i, size), cell)) : gate(z, i, size));
  const input = sigma(through(0, c!));
  const forget = node.int('input_forget', 0) === 1 ? ops.sub(1, input) : sigma(through(2, c!));
  const cell = ops.add(ops.mul(forget, c!), ops.mul(input, g(gate(z, 3, size))));
  return [ops.mul(sigma(through(1, cell)), out(cell)), cell];
};
// z, r = sigma(...), h~ = tanh(x + (r h) R^T + b) or, with linear_before_reset, tanh(x + r (h R^T + b)); h' = (1 - z) h~ + z h.
const gru: Cell = ({ r, bias, activations: acts, size }, x, [h], node) => {
  const [sigma, g] = acts as readonly [Activation, Activation];
  const rows = (value: Value, from: number, count: number): Value => ops.sliceAxis(value, 0, from * size, count * size);
  const gates = sigma(ops.add(ops.sliceAxis(x, -1, 0, 2 * size), recur(h!, rows(r, 0, 2), bias && rows(bias, 0, 2))));
  const [update, reset] = [gate(gates, 0, size), gate(gates, 1, size)];
  const [last, lastBias] = [rows(r, 2, 1), bias && rows(bias, 2, 1)];
  const inner = node.int('linear_before_reset', 0) === 1 ? ops.mul(reset, recur(h!, last, lastBias)) : recur(ops.mul(reset, h!), last, lastBias);
  const candidate = g(ops.add(gate(x, 2, size), inner));
  return [ops.add(ops.mul(ops.sub(1, update), candidate), ops.mul(update, h!))];
};
const plain: Cell = ({ r, bias, activations: acts }, x, [h]) => [acts[0]!(ops.add(x, recur(h!, r, bias)))];

interface Kind {
  readonly cell: Cell;
  readonly gates: number;
  readonly states: number;
  readonly activations: readonly string[];
}
const KINDS = {
  LSTM: { cell: lstm, gates: 4, states: 2, activations: ['Sigmoid', 'Tanh', 'Tanh'] },
  GRU: { cell: gru, gates: 3, states: 1, activations: ['Sigmoid', 'Tanh'] },
  RNN: { cell: plain, gates: 1, states: 1, activations: ['Tanh'] },
} satisfies Record<string, Kind>;

/** The activations of one direction, clipped before where the node asks for it. */
function activationsOf(node: NodeReader, kind: Kind, direction: number): Activation[] {
  if (node.floats('activation_alpha') || node.floats('activation_beta')) fail('activations with an alpha or beta of their own are not supported.');
  const names = node.texts('activations')?.slice(direction * kind.activations.length) ?? kind.activations;
  const clip = node.float('clip');
  return kind.activations.map((_, i) => {
    const name = names[i] ?? fail(`it lists ${names.length} activations for a direction, where ${kind.activations.length} were expected.`);
    const apply = activations[name.toLowerCase()] ?? fail(`activation ${name} is not supported; ${Object.keys(activations).join(', ')} are.`);
    return clip === undefined ? apply : (x) => apply(ops.minimum(ops.maximum(x, -clip), clip));
  });
}
/** One direction's slice of a stored tensor [directions, ...], without that axis. */
function partOf(value: Value | undefined, direction: number): Value | undefined {
  return value && ops.reshape(ops.sliceAxis(value, 0, direction, 1), value.shape.slice(1));
}
function directionOf(node: NodeReader, kind: Kind, x: Value, direction: number): Direction {
  const [t, n, width] = x.shape as [number, number, number];
  const [w, r, b] = [1, 2, 3].map((i) => partOf(node.maybe(i), direction));
  if (!w || !r) return fail('it lacks its weights W or R.');
  const size = r.shape[1]!;
  if (w.shape[0] !== kind.gates * size || r.shape[0] !== kind.gates * size || w.shape[1] !== width) fail(`W ${showShape(w.shape)} and R ${showShape(r.shape)} of a direction do not fit an input ${showShape(x.shape)} and ${kind.gates} gates.`);
  const fromX = ops.matmul(ops.reshape(x, [t * n, width]), w, { transB: true });
  const biased = b ? ops.add(fromX, ops.sliceAxis(b, 0, 0, kind.gates * size)) : fromX;
  return {
    inputs: Array.from({ length: t }, (_, i) => ops.sliceAxis(biased, 0, i * n, n)),
    r,
    bias: b && ops.sliceAxis(b, 0, kind.gates * size, kind.gates * size),
    peepholes: kind.states === 2 ? partOf(node.maybe(7), direction) : undefined,
    activations: activationsOf(node, kind, direction),
    size,
    start: Array.from({ length: kind.states }, (_, i) => partOf(initialState(node, i), direction) ?? filled([n, size], 0)),
  };
}
/** [directions, n, h], whatever the node's layout. */
function initialState(node: NodeReader, i: number): Value | undefined {
  const given = node.maybe(5 + i);
  return given && node.int('layout', 0) === 1 ? ops.transpose(given, [1, 0, 2]) : given;
}
/** Runs one direction: the output of every step, [n, h], in the order of time, and the states after the last. */
function run(at: Direction, kind: Kind, node: NodeReader, backwards: boolean, counting: ((step: number) => Value) | undefined): { outputs: Value[]; states: readonly Value[] } {
  const outputs: Value[] = [];
  let states = at.start;
  const steps = [...at.inputs.keys()];
  for (const step of backwards ? steps.reverse() : steps) {
    const made = kind.cell(at, at.inputs[step]!, states, node);
    const counts = counting?.(step);
    states = counts ? made.map((next, i) => ops.where(counts, next, states[i]!)) : made;
    outputs[step] = counts ? ops.where(counts, made[0]!, 0) : made[0]!;
  }
  const some = counting?.(0); // a row without any step ends in zeros, as in onnxruntime, and not in its initial state
  return { outputs, states: some ? states.map((state) => ops.where(some, state, 0)) : states };
}
/** For rows shorter than the rest: true [n, 1] where a step is within the row. Beyond it outputs are 0 and states stay. */
function lengthsOf(node: NodeReader, steps: number): ((step: number) => Value) | undefined {
  const lengths = node.maybe(4);
  if (!lengths || node.known(lengths)?.every((length) => length === steps)) return undefined;
  if (node.known(lengths)?.some((length) => length < 1 || length > steps)) fail(`its sequences should be 1 to ${steps} steps long.`);
  const column = ops.reshape(asFloat(lengths), [lengths.shape[0]!, 1]);
  return (step) => ops.greater(column, step);
}

const recurrent = (kind: Kind): Builder => (node) => {
  const batchFirst = node.int('layout', 0) === 1;
  const x = batchFirst ? ops.transpose(node.input(0), [1, 0, 2]) : node.input(0);
  if (x.shape.length !== 3) fail(`its input should have three axes, steps, batch and width, but is ${showShape(node.input(0).shape)}.`);
  const [t, n] = x.shape as [number, number, number];
  if (t > STEP_LIMIT) fail(`it runs over ${t} steps; at most ${STEP_LIMIT} are unrolled.`);
  const direction = node.text('direction', 'forward');
  const backwards = { forward: [false], reverse: [true], bidirectional: [false, true] }[direction] ?? fail(`direction "${direction}" is not supported; forward, reverse and bidirectional are.`);
  const counting = lengthsOf(node, t);
  const runs = backwards.map((back, i) => run(directionOf(node, kind, x, i), kind, node, back, counting));
  const size = runs[0]!.states[0]!.shape[1]!;
  const together = (values: readonly Value[]): Value => ops.concat(values.map((v) => ops.reshape(v, [1, n, size])), 0);
  // Y [t, directions, n, h], then each state [directions, n, h].
  const y = node.wants(0) ? ops.concat(Array.from({ length: t }, (_, step) => ops.reshape(together(runs.map((r) => r.outputs[step]!)), [1, runs.length, n, size])), 0) : undefined;
  const ends = Array.from({ length: kind.states }, (_, i) => (node.wants(i + 1) ? together(runs.map((r) => r.states[i]!)) : undefined));
  if (!batchFirst) return [y, ...ends];
  return [y && ops.transpose(y, [2, 0, 1, 3]), ...ends.map((end) => end && ops.transpose(end, [1, 0, 2]))];
};

export const recurrences: Builders = { LSTM: recurrent(KINDS.LSTM), GRU: recurrent(KINDS.GRU), RNN: recurrent(KINDS.RNN) };
