/** What a builder of `onnx-reader-ops.ts` sees of an ONNX node. */
import { InputError } from '../base/errors';
import { showShape, sizeOf, type Tensor } from '../base/tensor';
import { toTensor } from './onnx';
import type { OnnxAttribute, OnnxNode, OnnxTensor } from './onnx-model';
import { constantOp, inputOp, topological, type Reference, type Value } from './value';

const END = BigInt(Number.MAX_SAFE_INTEGER);
/** "To the end" is INT64_MAX in many files: beyond what a number holds, it becomes the largest int32, which still means that. */
export function fromFile(value: OnnxTensor, who: string): Tensor {
  if (!(value.data instanceof BigInt64Array)) return toTensor(value, who);
  const data = value.data.map((v) => (v >= END ? 2n ** 31n - 1n : v <= -END ? -(2n ** 31n) + 1n : v));
  return toTensor({ ...value, data }, who);
}

/** At most this many numbers are worked out while reading. */
const STATIC_LIMIT = 1 << 16;

/** What a builder sees of a node: its inputs, and its attributes with their defaults. */
export class NodeReader {
  constructor(
    readonly node: OnnxNode,
    /** undefined: left out, or a stored tensor without numbers (an empty list of axes). */
    private readonly inputs: readonly (Value | undefined)[],
    private readonly params: ReadonlyMap<Value, Tensor>,
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
  /** The numbers of a value that depends on constants alone; undefined if it depends on anything else. */
  known(value: Value): number[] | undefined {
    if (sizeOf(value.shape) > STATIC_LIMIT) return undefined;
    const done = new Map<Value, Reference>();
    for (const v of topological([value])) {
      const data = v.op === constantOp ? v.data : v.op === inputOp ? this.params.get(v) : undefined;
      if (data) {
        done.set(v, { shape: v.shape, data: Float64Array.from(data.data) });
        continue;
      }
      if (v.op === inputOp || sizeOf(v.shape) > STATIC_LIMIT) return undefined;
      const inputs = Object.fromEntries(Object.entries(v.inputs).map(([n, x]) => [n, done.get(x)!]));
      const computed = v.op.reference(inputs, v.attrs, v.shape);
      done.set(v, { shape: v.shape, data: v.dtype === 'int32' ? computed.map(Math.trunc) : computed });
    }
    return [...done.get(value)!.data];
  }
}
/** Refuses a node; the reader adds which one. */
export function fail(what: string): never {
  throw new InputError(what);
}
