/**
 * New numbers for the tensors that a file stores; every other byte of the file stays as it is. So a trained model keeps its nodes,
 * subgraphs, functions, names and metadata, those included that are not understood here.
 */
import { MismatchError } from '../../base/errors';
import { sameShape, showShape, type Params, type Tensor } from '../../base/tensor';
import { dtypeHere, fromTensor } from './border';
import { ProtoReader, ProtoWriter } from './protobuf';
import { dtypeOf, writeTensor, type OnnxDType } from './tensor-proto';

// Fields of ModelProto, GraphProto.
const GRAPH = 7;
const NODE = 1;
const INITIALIZER = 5;
// Fields of NodeProto, AttributeProto.
const ATTRIBUTE = 5;
const TENSOR = 5;

/**
 * The bytes of a model with other numbers in some of its initializers, or Constant nodes, which go by the name of their output. Each keeps its name, dims and element type: a half stays a half,
 * rounded to the nearest. One that was kept in a file beside the model then lies inside.
 * @throws MismatchError if a name is no initializer or Constant of the file, or a tensor differs from it in shape or kind
 */
export function patchInitializers(bytes: Uint8Array, tensors: Params): Uint8Array {
  const left = new Map(Object.entries(tensors));
  const patched = copied(new ProtoReader(bytes), GRAPH, (graph) => {
    const done = copied(graph, INITIALIZER, (initializer, bytes) => patchTensor(initializer, bytes, left));
    return left.size === 0 ? done : copied(new ProtoReader(done.finish()), NODE, (node, whole) => patchConstant(node, whole, left));
  });
  const [missing] = left.keys();
  if (missing !== undefined) throw new MismatchError(`The model stores no dense initializer "${missing}". Give tensors under the names that the file has.`);
  return patched.finish();
}
/** A message with one of its fields rewritten wherever it occurs; `change` returns nothing to leave it as it is. */
export function copied(message: ProtoReader, field: number, change: (inner: ProtoReader, whole: Uint8Array) => ProtoWriter | undefined): ProtoWriter {
  const out = new ProtoWriter();
  while (message.next()) {
    if (message.field !== field) {
      out.field(message.field, message.wire, message.raw());
      continue;
    }
    const whole = message.bytes();
    out.bytes(field, change(new ProtoReader(whole), whole)?.finish() ?? whole);
  }
  return out;
}
/** TensorProto fields that hold numbers, or say where they are: all but dims, type, name and doc string. */
const NUMBERS: ReadonlySet<number> = new Set([3, 4, 5, 6, 7, 9, 10, 11, 13, 14]);
/** Dims, type and name. */
const HEAD: ReadonlySet<number> = new Set([1, 2, 8]);
export interface TensorHead {
  readonly name: string;
  readonly code: number;
  readonly dims: readonly number[];
}
/** Of a TensorProto, without its numbers. */
export function headOf(message: ProtoReader): TensorHead {
  const dims: number[] = [];
  let [name, code] = ['', 0];
  while (message.next())
    switch (message.field) {
      case 1: message.intsInto(dims); break;
      case 2: code = message.int(); break;
      case 8: name = message.text(); break;
      default: message.skip();
    }
  return { name, code, dims };
}
/** The name of what a Constant node makes; undefined for every other node. */
export function constantName(node: ProtoReader): string | undefined {
  let [output, operator] = ['', ''];
  while (node.next())
    if (node.field === 2 && output === '') output = node.text();
    else if (node.field === 4) operator = node.text();
    else node.skip();
  return operator === 'Constant' && output !== '' ? output : undefined;
}
function patchConstant(node: ProtoReader, whole: Uint8Array, left: Map<string, Tensor>): ProtoWriter | undefined {
  const name = constantName(node);
  if (name === undefined || !left.has(name)) return undefined;
  return copied(new ProtoReader(whole), ATTRIBUTE, (attribute) => copied(attribute, TENSOR, (tensor, bytes) => patchTensor(tensor, bytes, left, name)));
}
/** @param known the name that the tensor goes by; default: its own */
function patchTensor(message: ProtoReader, whole: Uint8Array, left: Map<string, Tensor>, known?: string): ProtoWriter | undefined {
  const { name, code, dims } = headOf(new ProtoReader(whole));
  const key = known ?? name;
  const tensor = left.get(key);
  if (!tensor) return undefined;
  left.delete(key);
  const dtype: OnnxDType = dtypeOf(code, `The initializer ${key}`);
  if (dtypeHere(dtype) !== tensor.dtype || !sameShape(dims, tensor.shape)) throw new MismatchError(`Initializer ${key} is ${dtype}${showShape(dims)} in the file, but ${tensor.dtype}${showShape(tensor.shape)} came.`);
  const rest = new ProtoWriter(); // what else the file says of it: its documentation, fields of later versions
  while (message.next()) {
    const raw = message.raw();
    if (!NUMBERS.has(message.field) && !HEAD.has(message.field)) rest.field(message.field, message.wire, raw);
  }
  writeTensor(rest, fromTensor(tensor, dtype, `Initializer ${key}`), name, code);
  return rest;
}
