/** What a builder of `operators` sees of an ONNX node. */
import { InputError } from '../../base/errors';
import { showShape, sizeOf } from '../../base/tensor';
import { LIST_LIMIT } from './bounds';
import type { OnnxAttribute, OnnxNode, OnnxTensor } from './model';
import type { OnnxDType } from './tensor-proto';
import type { KnownValues } from './static-values';
import type { Value } from '../value';

/** What a name of an ONNX graph stands for. */
export interface Binding {
  /** undefined: a tensor without numbers, such as an empty list of axes; our values have sizes of 1 and more. */
  readonly value: Value | undefined;
  /** Its element type in the file, which ours may stand for more widely. */
  readonly type: OnnxDType;
  /** A sequence: the tensors in it. */
  readonly items?: readonly Binding[];
}

/** What a builder sees of a node: its inputs, and its attributes with their defaults. */
export class NodeReader {
  constructor(
    readonly node: OnnxNode,
    /** undefined: left out. */
    private readonly inputs: readonly (Binding | undefined)[],
    private readonly statics: KnownValues,
    readonly opset: number,
    /** Tells the user that the node is read as something else than it says. */
    readonly note: (text: string) => void,
  ) {}

  /** Inputs that are there, in order. */
  get all(): readonly Value[] {
    return this.inputs.flatMap((binding, i) => (binding ? [this.input(i)] : []));
  }
  /** Those of them that have numbers: what a Concat joins. */
  get filled(): readonly Value[] {
    return this.inputs.flatMap((binding) => binding?.value ?? []);
  }
  maybe(i: number): Value | undefined {
    return this.inputs[i]?.value;
  }
  input(i: number): Value {
    const binding = this.inputs[i] ?? fail(`input ${i} is missing.`);
    return binding.value ?? fail(binding.items ? `input ${i} is a sequence, where a tensor was expected.` : `input ${i} has no numbers (a size of 0); tensors must have some.`);
  }
  binding(i: number): Binding | undefined {
    return this.inputs[i];
  }
  /** Element type of an input in the file. */
  type(i: number): OnnxDType | undefined {
    return this.inputs[i]?.type;
  }
  int(name: string): number | undefined;
  int(name: string, otherwise: number): number;
  int(name: string, otherwise?: number): number | undefined {
    const attribute = this.attribute(name);
    if (!attribute) return otherwise;
    return attribute.type === 'int' ? attribute.value : fail(`attribute ${name} is not an integer.`);
  }
  /** An attribute that is 0 or 1. What others mean is not said, and other programs disagree. */
  flag(name: string, otherwise: boolean): boolean {
    const value = this.int(name, otherwise ? 1 : 0);
    return value === 0 || value === 1 ? value === 1 : fail(`attribute ${name} is ${value}; 0 or 1 was expected.`);
  }
  float(name: string): number | undefined;
  float(name: string, otherwise: number): number;
  float(name: string, otherwise?: number): number | undefined {
    const attribute = this.attribute(name);
    if (!attribute) return otherwise;
    return attribute.type === 'float' ? attribute.value : fail(`attribute ${name} is not a float.`);
  }
  ints(name: string): readonly number[] | undefined {
    const attribute = this.attribute(name);
    if (!attribute) return undefined;
    if (attribute.type !== 'ints') fail(`attribute ${name} is not a list of integers.`);
    listLength(`attribute ${name}`, attribute.value.length);
    return attribute.value;
  }
  floats(name: string): readonly number[] | undefined {
    const attribute = this.attribute(name);
    if (!attribute) return undefined;
    return attribute.type === 'floats' ? attribute.value : fail(`attribute ${name} is not a list of floats.`);
  }
  text(name: string, otherwise: string): string {
    const attribute = this.attribute(name);
    if (!attribute) return otherwise;
    return attribute.type === 'string' ? attribute.value : fail(`attribute ${name} is not a text.`);
  }
  texts(name: string): readonly string[] | undefined {
    const attribute = this.attribute(name);
    if (!attribute) return undefined;
    return attribute.type === 'strings' ? attribute.value : fail(`attribute ${name} is not a list of texts.`);
  }
  tensor(name: string): OnnxTensor | undefined {
    const attribute = this.attribute(name);
    if (!attribute) return undefined;
    return attribute.type === 'tensor' ? attribute.value : fail(`attribute ${name} is not a tensor.`);
  }
  attribute(name: string): OnnxAttribute | undefined {
    return Object.hasOwn(this.node.attributes, name) ? this.node.attributes[name] : undefined;
  }
  /** Whether output `i` is asked for. */
  wants(i: number): boolean {
    return (this.node.outputs[i] ?? '') !== '';
  }
  /** Numbers of an input that must be known before the program runs: a shape, axes, pads. An input known for this run alone counts. */
  numbers(i: number): number[] | undefined {
    const binding = this.inputs[i];
    if (!binding) return undefined;
    if (!binding.value) return [];
    listLength(`input ${i}`, sizeOf(binding.value.shape));
    return this.statics.needed(binding.value) ?? fail(`input ${i} (${showShape(binding.value.shape)}) depends on the data; it must be fixed in the file.`);
  }
  /** Integers given as input `i` or, in older opsets, as an attribute. */
  intsOf(i: number, attribute: string): readonly number[] | undefined {
    const list = this.numbers(i);
    if (list?.some((v) => !Number.isInteger(v))) fail(`input ${i} should list whole numbers (${attribute}).`);
    return list ?? this.ints(attribute);
  }
  /** The numbers of a value that depends on constants alone: what a node may build in although a gradient could flow to it. */
  constant(value: Value): number[] | undefined {
    return this.statics.constants(value);
  }
  /** The numbers of a value that depends on stored tensors alone, params included: for indices, which no gradient changes. */
  known(value: Value): number[] | undefined {
    return this.statics.numbers(value);
  }
}
const listLength = (who: string, length: number): void => {
  if (length > LIST_LIMIT) fail(`${who} lists ${length} numbers; at most ${LIST_LIMIT} were expected.`);
};
/** Thrown where a node's only output is a tensor with a size of 0: no value of ours, yet fine where nothing but its emptiness is asked for. */
export class NoNumbers extends InputError {}
export function noNumbers(why: string): never {
  throw new NoNumbers(`${why}; tensors must have some entries.`);
}
/** Refuses a node; the reader adds which one. */
export function fail(what: string): never {
  throw new InputError(what);
}
