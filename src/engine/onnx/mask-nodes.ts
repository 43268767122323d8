/** Masks put into a user's own graph: each masked initializer w is read through a node w * mask. Everything else stays as it is, byte for byte. */
import { MismatchError } from '../../base/errors';
import { sameShape, showShape, type Params, type Tensor } from '../../base/tensor';
import { dtypeHere, fromTensor } from './border';
import { constantName, copied, headOf, type TensorHead } from './patch';
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
function maskedGraph(graph: ProtoReader, codes: ReadonlyMap<string, Stored>, masks: Params): ProtoWriter {
  const out = new ProtoWriter();
  const product = (name: string): ProtoWriter => out.message(NODE, (node) => node.text(1, name).text(1, maskName(name)).text(2, maskedName(name)).text(3, maskedName(name)).text(4, 'Mul'));
  // Nodes stand in topological order: products come first, those of Constants behind their node.
  for (const [name, { isConstant }] of codes) if (!isConstant) product(name);
  for (const [name, { code }] of codes) out.message(INITIALIZER, (inner) => writeTensor(inner, fromTensor(asFloat(masks[name]!), dtypeOf(code, name), name), maskName(name), code));
  while (graph.next())
    if (graph.field === NODE) {
      const node = graph.bytes();
      out.bytes(NODE, renamedNode(new ProtoReader(node), codes).finish());
      const name = constantName(new ProtoReader(node));
      if (name !== undefined && codes.has(name)) product(name);
    } else out.field(graph.field, graph.wire, graph.raw());
  return out;
}
const asFloat = ({ shape, data }: Tensor): Tensor => ({ dtype: 'float32', shape, data: Float32Array.from(data) });

/** A tensor that is to be masked, as the file has it. */
interface Stored {
  /** TensorProto.DataType. */
  readonly code: number;
  /** In a Constant node. */
  readonly isConstant: boolean;
}
function typesOf(graph: ProtoReader, masks: Params): ReadonlyMap<string, Stored> {
  const codes = new Map<string, Stored>();
  while (graph.next()) {
    const head = graph.field === INITIALIZER ? headOf(graph.message()) : graph.field === NODE ? headOfConstant(graph.bytes()) : graph.skip();
    if (!head) continue;
    const { name, code, dims } = head;
    const mask = Object.hasOwn(masks, name) ? masks[name] : undefined;
    if (!mask) continue;
    const dtype = dtypeOf(code, `The initializer ${name}`);
    if (dtypeHere(dtype) !== 'float32' || !sameShape(dims, mask.shape)) throw new MismatchError(`Initializer ${name} is ${dtype}${showShape(dims)} in the file, which a mask ${showShape(mask.shape)} does not fit.`);
    codes.set(name, { code, isConstant: graph.field === NODE });
  }
  const missing = Object.keys(masks).find((name) => !codes.has(name));
  if (missing !== undefined) throw new MismatchError(`The model stores no dense initializer "${missing}" that could be masked. Give masks under the names that the file has.`);
  return codes;
}
/** Of a Constant node's tensor; undefined for other nodes. */
function headOfConstant(bytes: Uint8Array): TensorHead | undefined {
  const name = constantName(new ProtoReader(bytes));
  const node = new ProtoReader(bytes);
  let head: TensorHead | undefined;
  while (name !== undefined && node.next())
    if (node.field !== 5) node.skip();
    else {
      const attribute = node.message();
      while (attribute.next())
        if (attribute.field === 5) head = { ...headOf(attribute.message()), name };
        else attribute.skip();
    }
  return head;
}
/** A node that reads masked initializers through their products, within its subgraphs too. */
function renamedNode(node: ProtoReader, codes: ReadonlyMap<string, Stored>): ProtoWriter {
  const out = new ProtoWriter();
  while (node.next())
    if (node.field === 1) {
      const name = node.text();
      out.text(1, codes.has(name) ? maskedName(name) : name);
    } else if (node.field === 5) out.bytes(5, copied(node.message(), 6, (subgraph) => copied(subgraph, NODE, (inner) => renamedNode(inner, codes))).finish());
    else out.field(node.field, node.wire, node.raw());
  return out;
}
