/** Masks put into a user's own graph: each masked initializer w is read through a node w * mask. Everything else stays as it is, byte for byte. */
import { MismatchError } from '../../base/errors';
import { sameShape, showShape, type Params, type Tensor } from '../../base/tensor';
import { dtypeHere, fromTensor } from './border';
import { copied } from './patch';
import { ProtoReader, ProtoWriter } from './protobuf';
import { dtypeOf, writeTensor } from './tensor-proto';

// Fields of ModelProto, GraphProto.
const GRAPH = 7;
const NODE = 1;
const INITIALIZER = 5;

/** Names that a masked initializer brings with it: the mask's, and that of the product. */
export const maskName = (name: string): string => `${name}.mask`;
export const maskedName = (name: string): string => `${name}.masked`;

/**
 * The bytes of a model in which every initializer named in `masks` is multiplied by its mask, an initializer of 0 and 1 in its own
 * element type called `<name>.mask`.
 * @throws MismatchError if a name is no initializer of the file, or a mask differs from it in shape
 */
export function addMasks(bytes: Uint8Array, masks: Params): Uint8Array {
  return copied(new ProtoReader(bytes), GRAPH, (graph, whole) => maskedGraph(graph, typesOf(new ProtoReader(whole), masks), masks)).finish();
}
function maskedGraph(graph: ProtoReader, codes: ReadonlyMap<string, number>, masks: Params): ProtoWriter {
  const out = new ProtoWriter();
  // First: nodes stand in topological order.
  for (const name of codes.keys()) out.message(NODE, (node) => node.text(1, name).text(1, maskName(name)).text(2, maskedName(name)).text(3, maskedName(name)).text(4, 'Mul'));
  for (const [name, code] of codes) out.message(INITIALIZER, (inner) => writeTensor(inner, fromTensor(asFloat(masks[name]!), dtypeOf(code, name), name), maskName(name), code));
  while (graph.next())
    if (graph.field === NODE) out.bytes(NODE, renamedNode(graph.message(), codes).finish());
    else out.field(graph.field, graph.wire, graph.raw());
  return out;
}
const asFloat = ({ shape, data }: Tensor): Tensor => ({ dtype: 'float32', shape, data: Float32Array.from(data) });

/** The element type (TensorProto.DataType) of each initializer that is to be masked. */
function typesOf(graph: ProtoReader, masks: Params): ReadonlyMap<string, number> {
  const codes = new Map<string, number>();
  while (graph.next()) {
    if (graph.field !== INITIALIZER) {
      graph.skip();
      continue;
    }
    const { name, code, dims } = headOf(graph.message());
    const mask = Object.hasOwn(masks, name) ? masks[name] : undefined;
    if (!mask) continue;
    const dtype = dtypeOf(code, `The initializer ${name}`);
    if (dtypeHere(dtype) !== 'float32' || !sameShape(dims, mask.shape)) throw new MismatchError(`Initializer ${name} is ${dtype}${showShape(dims)} in the file, which a mask ${showShape(mask.shape)} does not fit.`);
    codes.set(name, code);
  }
  const missing = Object.keys(masks).find((name) => !codes.has(name));
  if (missing !== undefined) throw new MismatchError(`The model stores no dense initializer "${missing}" that could be masked. Give masks under the names that the file has.`);
  return codes;
}
/** Of a TensorProto, without its numbers. */
function headOf(message: ProtoReader): { name: string; code: number; dims: readonly number[] } {
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
/** A node that reads masked initializers through their products, within its subgraphs too. */
function renamedNode(node: ProtoReader, codes: ReadonlyMap<string, number>): ProtoWriter {
  const out = new ProtoWriter();
  while (node.next())
    if (node.field === 1) {
      const name = node.text();
      out.text(1, codes.has(name) ? maskedName(name) : name);
    } else if (node.field === 5) out.bytes(5, copied(node.message(), 6, (subgraph) => copied(subgraph, NODE, (inner) => renamedNode(inner, codes))).finish());
    else out.field(node.field, node.wire, node.raw());
  return out;
}
