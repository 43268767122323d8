/**
 * New numbers for the tensors that a file stores; every other byte of the file stays as it is. So a trained model keeps its nodes,
 * subgraphs, functions, names and metadata, those included that are not understood here.
 */
import { MismatchError } from '../../base/errors';
import { sameShape, showShape, type Params, type Tensor } from '../../base/tensor';
import { dtypeHere, fromTensor } from './border';
import { ProtoReader, ProtoWriter } from './protobuf';
import { dtypeOf, writeTensor, type OnnxDType } from './tensor-proto';

const GRAPH = 7;
const INITIALIZER = 5;

/**
 * The bytes of a model with other numbers in some of its initializers. Each keeps its name, dims and element type: a half stays a half,
 * rounded to the nearest. One that was kept in a file beside the model then lies inside.
 * @throws MismatchError if a name is no initializer of the file, or a tensor differs from it in shape or kind
 */
export function patchInitializers(bytes: Uint8Array, tensors: Params): Uint8Array {
  const left = new Map(Object.entries(tensors));
  const patched = copied(new ProtoReader(bytes), GRAPH, (graph) =>
    copied(graph, INITIALIZER, (initializer) => patchTensor(initializer, left)),
  );
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
function patchTensor(message: ProtoReader, left: Map<string, Tensor>): ProtoWriter | undefined {
  const rest = new ProtoWriter();
  const dims: number[] = [];
  let [name, code] = ['', 0];
  while (message.next())
    switch (message.field) {
      case 1: message.intsInto(dims); break;
      case 2: code = message.int(); break;
      case 8: name = message.text(); break;
      default: {
        const raw = message.raw();
        if (!NUMBERS.has(message.field)) rest.field(message.field, message.wire, raw);
      }
    }
  const tensor = left.get(name);
  if (!tensor) return undefined;
  left.delete(name);
  const dtype: OnnxDType = dtypeOf(code, `The initializer ${name}`);
  if (dtypeHere(dtype) !== tensor.dtype || !sameShape(dims, tensor.shape)) throw new MismatchError(`Initializer ${name} is ${dtype}${showShape(dims)} in the file, but ${tensor.dtype}${showShape(tensor.shape)} came.`);
  writeTensor(rest, fromTensor(tensor, dtype, `Initializer ${name}`), name, code);
  return rest;
}
