/** What a builder of `operators` sees of an ONNX node. */
import { InputError } from '../../base/errors';
import { showShape, sizeOf, type Tensor } from '../../base/tensor';
import { toTensor } from './writer';
import type { OnnxAttribute, OnnxNode, OnnxTensor } from './model';
import { constantOp, inputOp, type Reference, type Value } from '../value';

const END = BigInt(Number.MAX_SAFE_INTEGER);
/** "To the end" is INT64_MAX in many files: beyond what a number holds, it becomes the largest int32, which still means that. */
export function fromFile(value: OnnxTensor, who: string): Tensor {
  if (!(value.data instanceof BigInt64Array)) return toTensor(value, who);
  const data = value.data.map((v) => (v >= END ? 2n ** 31n - 1n : v <= -END ? -(2n ** 31n) + 1n : v));
  return toTensor({ ...value, data }, who);
}

/** At most this many numbers of a stored tensor are looked at, and of a computed one worked out: shapes, axes and pads are short. */
const STORED_LIMIT = 1 << 22;
const COMPUTED_LIMIT = 1 << 12;
/** No shape is made by these, and a hostile file could make them take for ever. */
const HEAVY: ReadonlySet<string> = new Set(['matmul', 'linear', 'conv2d', 'convInput', 'convWeight']);

/** What is known of a model before it runs: numbers of values that depend on stored tensors alone. Each is worked out once. */
export class StaticValues {
  private readonly done = new Map<Value, Reference | undefined>();
  constructor(private readonly params: ReadonlyMap<Value, Tensor>) {}

  numbers(value: Value): number[] | undefined {
    const stored = this.stored(value);
    if (stored) return sizeOf(value.shape) <= STORED_LIMIT ? Array.from(stored.data) : undefined;
    const stack = [value];
    while (stack.length > 0) {
      const at = stack.at(-1)!;
      const waiting = this.done.has(at) ? [] : Object.values(at.inputs).filter((v) => !this.done.has(v));
      if (waiting.length > 0) {
        stack.push(...waiting);
        continue;
      }
      stack.pop();
      if (!this.done.has(at)) this.done.set(at, this.compute(at));
    }
    const found = this.done.get(value);
    return found && [...found.data];
  }
  private stored(value: Value): Tensor | undefined {
    return value.op === constantOp ? value.data : this.params.get(value);
  }
  private compute(value: Value): Reference | undefined {
    if (sizeOf(value.shape) > COMPUTED_LIMIT || HEAVY.has(value.op.name)) return undefined;
    const stored = this.stored(value);
    if (stored) return { shape: value.shape, data: Float64Array.from(stored.data) };
    if (value.op === inputOp) return undefined;
    const inputs: [string, Reference][] = [];
    for (const [name, from] of Object.entries(value.inputs)) {
      const known = this.done.get(from);
      if (!known) return undefined;
      inputs.push([name, known]);
    }
    const data = value.op.reference(Object.fromEntries(inputs), value.attrs, value.shape);
    return { shape: value.shape, data: value.dtype === 'int32' ? data.map(Math.trunc) : data };
  }
}

/** What a builder sees of a node: its inputs, and its attributes with their defaults. */
export class NodeReader {
  constructor(
    readonly node: OnnxNode,
    /** undefined: left out, or a stored tensor without numbers (an empty list of axes). */
    private readonly inputs: readonly (Value | undefined)[],
    private readonly statics: StaticValues,
    readonly opset: number,
  ) {}

  get all(): readonly Value[] {
    return this.inputs.filter((v) => v !== undefined);
  }
  maybe(i: number): Value | undefined {
    return this.inputs[i];
  }
  input(i: number): Value {
    return this.inputs[i] ?? fail(`input ${i} is missing.`);
  }
  int(name: string): number | undefined;
  int(name: string, otherwise: number): number;
  int(name: string, otherwise?: number): number | undefined {
    const attribute = this.attribute(name);
    if (!attribute) return otherwise;
    return attribute.type === 'int' ? attribute.value : fail(`attribute ${name} is not an integer.`);
  }
  float(name: string, otherwise: number): number {
    const attribute = this.attribute(name);
    if (!attribute) return otherwise;
    return attribute.type === 'float' ? attribute.value : fail(`attribute ${name} is not a float.`);
  }
  ints(name: string): readonly number[] | undefined {
    const attribute = this.attribute(name);
    if (!attribute) return undefined;
    return attribute.type === 'ints' ? attribute.value : fail(`attribute ${name} is not a list of integers.`);
  }
  text(name: string, otherwise: string): string {
    const attribute = this.attribute(name);
    if (!attribute) return otherwise;
    return attribute.type === 'string' ? attribute.value : fail(`attribute ${name} is not a text.`);
  }
  attribute(name: string): OnnxAttribute | undefined {
    return Object.hasOwn(this.node.attributes, name) ? this.node.attributes[name] : undefined;
  }
  /** Numbers of an input that must be known before the program runs: a shape, axes, pads. */
  numbers(i: number): number[] | undefined {
    const value = this.inputs[i];
    if (!value) return this.node.inputs[i] ? [] : undefined; // named, yet no value: an empty list
    return this.known(value) ?? fail(`input ${i} (${showShape(value.shape)}) depends on the data; it must be fixed in the file.`);
  }
  /** Integers given as input `i` or, in older opsets, as an attribute. */
  intsOf(i: number, attribute: string): readonly number[] | undefined {
    return this.numbers(i) ?? this.ints(attribute);
  }
  /** The numbers of a value that depends on stored tensors alone; undefined if it depends on anything else. */
  known(value: Value): number[] | undefined {
    return this.statics.numbers(value);
  }
}
/** Refuses a node; the reader adds which one. */
export function fail(what: string): never {
  throw new InputError(what);
}
