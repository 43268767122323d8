/** A program: a graph whose inputs and outputs have roles. It is what executors load and what the ONNX writer writes. */
import { ShapeError } from '../base/errors';
import { sameShape, showShape, type DType, type Shape } from '../base/tensor';
import { input, type Value } from './value';

export interface InputSpec {
  readonly shape: Shape;
  readonly dtype?: DType;
}
type Specs = Readonly<Record<string, InputSpec>>;
type ValuesOf<S extends Specs> = { readonly [N in keyof S]: Value };

export interface Program {
  readonly name: string;
  /** Carried from run to run: each has an input and the output that replaces it. ONNX names: `name` in, `name.next` out. */
  readonly state: Readonly<Record<string, { readonly input: Value; readonly output: Value }>>;
  /** Uploaded once, never changed by a run. */
  readonly constants: Readonly<Record<string, Value>>;
  /** Given anew at every run. */
  readonly feeds: Readonly<Record<string, Value>>;
  /** What a run returns besides its state. */
  readonly outputs: Readonly<Record<string, Value>>;
}

export interface ProgramSpec<S extends Specs, C extends Specs, F extends Specs> {
  readonly name: string;
  readonly state?: S;
  readonly constants?: C;
  readonly feeds?: F;
}
const makeInputs = <S extends Specs>(specs: S): ValuesOf<S> =>
  Object.fromEntries(Object.entries(specs).map(([name, spec]) => [name, input(name, spec.shape, spec.dtype ?? 'float32')])) as ValuesOf<S>;

/**
 * Builds a program: `body` receives the inputs as values and returns the next state and the outputs.
 * @throws ShapeError if a next state differs from its state in shape or dtype, or if a name is used twice.
 */
export function defineProgram<S extends Specs = Specs, C extends Specs = Specs, F extends Specs = Specs>(
  spec: ProgramSpec<S, C, F>,
  body: (inputs: { state: ValuesOf<S>; constants: ValuesOf<C>; feeds: ValuesOf<F> }) => { state?: Readonly<Record<string, Value>>; outputs?: Readonly<Record<string, Value>> },
): Program {
  const [stateSpecs, constantSpecs, feedSpecs] = [spec.state ?? ({} as S), spec.constants ?? ({} as C), spec.feeds ?? ({} as F)];
  const names = [stateSpecs, constantSpecs, feedSpecs].flatMap((s) => Object.keys(s));
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new ShapeError(`Program ${spec.name}: the input name "${twice}" is used twice.`);
  const state = makeInputs(stateSpecs);
  const constants = makeInputs(constantSpecs);
  const feeds = makeInputs(feedSpecs);
  const made = body({ state, constants, feeds });
  const next = made.state ?? {};
  const carried = Object.fromEntries(
    Object.entries(state as Readonly<Record<string, Value>>).map(([name, value]) => {
      const output = next[name] ?? value;
      if (!sameShape(output.shape, value.shape) || output.dtype !== value.dtype)
        throw new ShapeError(`Program ${spec.name}: state ${name} is ${value.dtype}${showShape(value.shape)}, its next value ${output.dtype}${showShape(output.shape)}.`);
      return [name, { input: value, output }];
    }),
  );
  return { name: spec.name, state: carried, constants, feeds, outputs: made.outputs ?? {} };
}
