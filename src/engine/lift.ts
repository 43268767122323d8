/**
 * One program for k models: the same graph with a leading axis of models on whatever differs between them. What all of them share (a
 * batch, its features before the first trained weight) is read and computed once.
 */
import { ShapeError } from '../base/errors';
import type { Tensor } from '../base/tensor';
import { concat, reshape, sliceAxis } from './ops';
import { aligned, spread } from './ops/lifting';
import { optimised } from './passes';
import type { Program } from './program';
import { applyOp, input, makeValue, topological, type Lifted, type Value } from './value';
import { programInputs, programOutputs } from './verify';

export interface LiftOptions {
  /**
   * On WASM each model gets the bits that it gets alone: what sums is applied model by model, by the very kernel and in the very order
   * of one model. Default false: as few nodes as can be, and equal up to rounding.
   */
  readonly exactly?: boolean;
}

/**
 * The values that `values` become when each input in `many` gets its replacement [k, ...]. A value that depends on none of them stays
 * the very same value.
 */
export function lift(values: readonly Value[], many: ReadonlyMap<Value, Value>, k: number, { exactly = false }: LiftOptions = {}): Lifted[] {
  const made = new Map<Value, Lifted>();
  for (const value of topological(values)) {
    const replacement = many.get(value);
    const inputs = Object.fromEntries(Object.entries(value.inputs).map(([name, v]) => [name, made.get(v)!])); // topological: inputs came first
    if (replacement) made.set(value, { value: replacement, many: true });
    else if (Object.values(inputs).some((i) => i.many)) made.set(value, { value: liftOne(value, inputs, k, exactly), many: true });
    else made.set(value, { value, many: false });
  }
  return values.map((value) => made.get(value)!);
}
function liftOne(y: Value, inputs: Readonly<Record<string, Lifted>>, k: number, exactly: boolean): Value {
  const rule = y.op.lift;
  if (rule === undefined || (exactly && y.op.sums)) return modelByModel(y, inputs, k);
  if (rule !== 'elementwise') return rule(inputs, y.attrs, k, y);
  return applyOp(y.op, Object.fromEntries(Object.entries(inputs).map(([name, x]) => [name, aligned(x, y.shape.length)])), y.attrs);
}
/** Right for every op: the op on each model's operands, and the results stacked. */
function modelByModel(y: Value, inputs: Readonly<Record<string, Lifted>>, k: number): Value {
  const of = ({ value, many }: Lifted, model: number): Value => (many ? reshape(sliceAxis(value, 0, model, 1), value.shape.slice(1)) : value);
  const results = Array.from({ length: k }, (_, model) => {
    const own = Object.fromEntries(Object.entries(inputs).map(([name, x]) => [name, of(x, model)]));
    return reshape(makeValue(y.op, own, y.attrs, y.shape, y.dtype), [1, ...y.shape]);
  });
  return concat(results, 0);
}

/** The tensors of k models, of one shape and dtype, as one [k, ...]. */
export function stack(tensors: readonly Tensor[]): Tensor {
  const { dtype, shape, data } = tensors[0]!;
  const all = new (data.constructor as Float32ArrayConstructor)(tensors.length * data.length); // whichever of the three typed arrays it is
  tensors.forEach((t, i) => all.set(t.data, i * data.length));
  return { dtype, shape: [tensors.length, ...shape], data: all };
}
/** Model `at` of a stack, copied. */
export function unstack({ dtype, shape: [k, ...shape], data }: Tensor, at: number): Tensor {
  const size = data.length / k!;
  return { dtype, shape, data: data.slice(at * size, (at + 1) * size) };
}

/**
 * The program of k models. Every state and output gets a leading axis [k, ...], and so does every constant and feed that is not named in
 * `shared`.
 * @throws ShapeError if k is below 1, or if a shared name is no constant and no feed
 */
export function liftProgram(given: Program, k: number, { shared = [], ...options }: LiftOptions & { readonly shared?: readonly string[] } = {}): Program {
  // What a pass would do to one model's ops it may not see among k models': so it is done first, where every bit is to be kept.
  const program = options.exactly ? optimised(given, 'cpu') : given;
  if (!Number.isInteger(k) || k < 1) throw new ShapeError(`liftProgram: ${k} models were asked for. At least one is needed.`);
  const unknown = shared.find((name) => !Object.hasOwn(program.constants, name) && !Object.hasOwn(program.feeds, name));
  if (unknown !== undefined) throw new ShapeError(`liftProgram: "${unknown}" is no constant and no feed of program ${program.name}, so it cannot be shared.`);
  const inputs = new Map(programInputs(program).map(([name, value]) => [value, shared.includes(name) ? value : input(name, [k, ...value.shape], value.dtype)]));
  const outputs = programOutputs(program).map(([, value]) => value);
  const many = new Map([...inputs].filter(([from, to]) => from !== to));
  const made = new Map(lift(outputs, many, k, options).map((lifted, i) => [outputs[i]!, spread(lifted, k)]));
  const renewed = (values: Readonly<Record<string, Value>>, by: ReadonlyMap<Value, Value>): Record<string, Value> => Object.fromEntries(Object.entries(values).map(([name, value]) => [name, by.get(value)!]));
  return {
    name: `${program.name}-${k}-models`,
    state: Object.fromEntries(Object.entries(program.state).map(([name, s]) => [name, { input: inputs.get(s.input)!, output: made.get(s.output)! }])),
    constants: renewed(program.constants, inputs),
    feeds: renewed(program.feeds, inputs),
    outputs: renewed(program.outputs, made),
  };
}
