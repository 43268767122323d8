/**
 * An ONNX model as plain data, and its bytes. Covers what the playground reads and writes: one graph of nodes with plain attributes
 * and dense tensors. Subgraphs, sparse and external tensors are refused by name. Field numbers: onnx.proto3 of ONNX 1.16.
 */
import { InputError } from '../../base/errors';
import { ProtoReader, ProtoWriter } from './protobuf';

/** Element types kept apart here. On reading, float16 and bfloat16 are widened to float32. */
export type OnnxDType = 'float32' | 'float64' | 'int32' | 'int64' | 'uint8' | 'int8' | 'bool';
export type OnnxData = Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array | Int8Array;
export interface OnnxTensor {
  readonly dtype: OnnxDType;
  readonly dims: readonly number[];
  /** Row-major; booleans are bytes 0 and 1. */
  readonly data: OnnxData;
}
/** Integer and float attributes are told apart, which a JavaScript number alone cannot. */
export type OnnxAttribute =
  | { readonly type: 'int'; readonly value: number }
  | { readonly type: 'ints'; readonly value: readonly number[] }
  | { readonly type: 'float'; readonly value: number }
  | { readonly type: 'floats'; readonly value: readonly number[] }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'strings'; readonly value: readonly string[] }
  | { readonly type: 'tensor'; readonly value: OnnxTensor };
export interface OnnxNode {
  readonly name: string;
  readonly opType: string;
  /** '' is ONNX's own. */
  readonly domain: string;
  /** '' stands for an optional input left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}
/** A graph input or output. */
export interface OnnxValueInfo {
  readonly name: string;
  readonly dtype: OnnxDType;
  /** A name stands for a size that the file leaves open ('' where it has no name); undefined: not even the rank is known. */
  readonly dims: readonly (number | string)[] | undefined;
}
export interface OnnxGraph {
  readonly name: string;
  /** In topological order. */
  readonly nodes: readonly OnnxNode[];
  readonly initializers: Readonly<Record<string, OnnxTensor>>;
  readonly inputs: readonly OnnxValueInfo[];
  readonly outputs: readonly OnnxValueInfo[];
}
export interface OnnxModel {
  /** Of ONNX's own domain. */
  readonly opset: number;
  readonly irVersion: number;
  readonly graph: OnnxGraph;
  readonly metadata: Readonly<Record<string, string>>;
}

/** TensorProto.DataType. */
export const ONNX_TYPES: Readonly<Record<OnnxDType, number>> = { float32: 1, uint8: 2, int8: 3, int32: 6, int64: 7, bool: 9, float64: 11 };
const FLOAT16 = 10;
const BFLOAT16 = 16;
const DTYPES: ReadonlyMap<number, OnnxDType> = new Map([
  ...Object.entries(ONNX_TYPES).map(([dtype, code]): [number, OnnxDType] => [code, dtype as OnnxDType]), // keys of a Record<OnnxDType, ...>
  [FLOAT16, 'float32'],
  [BFLOAT16, 'float32'],
]);
/** The dtype of a TensorProto.DataType code (float16 reads as float32). */
export function dtypeOf(code: number, who: string): OnnxDType {
  const dtype = DTYPES.get(code);
  if (dtype) return dtype;
  throw new InputError(`${who} has element type ${code} (TensorProto.DataType); float, double, float16, bfloat16, int64, int32, int8, uint8 and bool can be read.`);
}

// -- writing -----------------------------------------------------------------------------------------------------------------

/** The bytes of an `.onnx` file. */
export function encodeModel(model: OnnxModel): Uint8Array {
  const out = new ProtoWriter();
  out.int(1, model.irVersion).text(2, 'stipple');
  out.message(7, (graph) => writeGraph(graph, model.graph));
  const domains = new Set(model.graph.nodes.map((node) => node.domain));
  for (const [domain, version] of [['', model.opset], ...[...domains].filter((d) => d !== '').map((d) => [d, 1] as const)] as const)
    out.message(8, (opset) => opset.text(1, domain).int(2, version));
  for (const [key, value] of Object.entries(model.metadata)) out.message(14, (entry) => entry.text(1, key).text(2, value));
  return out.finish();
}
function writeGraph(out: ProtoWriter, graph: OnnxGraph): void {
  for (const node of graph.nodes) out.message(1, (inner) => writeNode(inner, node));
  out.text(2, graph.name);
  for (const [name, value] of Object.entries(graph.initializers)) out.message(5, (inner) => writeTensor(inner, value, name));
  for (const info of graph.inputs) out.message(11, (inner) => writeValueInfo(inner, info));
  for (const info of graph.outputs) out.message(12, (inner) => writeValueInfo(inner, info));
}
function writeNode(out: ProtoWriter, node: OnnxNode): void {
  for (const name of node.inputs) out.text(1, name);
  for (const name of node.outputs) out.text(2, name);
  out.text(3, node.name).text(4, node.opType);
  for (const [name, attribute] of Object.entries(node.attributes)) out.message(5, (inner) => writeAttribute(inner, name, attribute));
  if (node.domain !== '') out.text(7, node.domain);
}
function writeAttribute(out: ProtoWriter, name: string, attribute: OnnxAttribute): void {
  out.text(1, name);
  switch (attribute.type) {
    case 'float': out.float(2, attribute.value).int(20, 1); break;
    case 'int': out.int(3, attribute.value).int(20, 2); break;
    case 'string': out.text(4, attribute.value).int(20, 3); break;
    case 'tensor': out.message(5, (inner) => writeTensor(inner, attribute.value, '')).int(20, 4); break;
    case 'floats': out.packedFloats(7, attribute.value).int(20, 6); break;
    case 'ints': out.packedInts(8, attribute.value).int(20, 7); break;
    case 'strings':
      for (const text of attribute.value) out.text(9, text);
      out.int(20, 8);
  }
}
function writeTensor(out: ProtoWriter, { dtype, dims, data }: OnnxTensor, name: string): void {
  if (dims.length > 0) out.packedInts(1, dims);
  out.int(2, ONNX_TYPES[dtype]);
  if (name !== '') out.text(8, name);
  // raw_data is little-endian, as is every machine that runs a browser.
  out.bytes(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}
function writeValueInfo(out: ProtoWriter, { name, dtype, dims }: OnnxValueInfo): void {
  out.text(1, name).message(2, (type) =>
    type.message(1, (tensorType) => {
      tensorType.int(1, ONNX_TYPES[dtype]);
      if (!dims) return;
      tensorType.message(2, (shape) => {
        for (const size of dims) shape.message(1, (dim) => (typeof size === 'number' ? dim.int(1, size) : size !== '' && dim.text(2, size)));
      });
    }),
  );
}

// -- reading -----------------------------------------------------------------------------------------------------------------

/**
 * Reads an `.onnx` file, which may come from anywhere.
 * @throws InputError where bytes are missing or damaged, or where the model uses what is not supported (said by name)
 */
export function decodeModel(bytes: Uint8Array): OnnxModel {
  const model = new ProtoReader(bytes);
  let irVersion = 0;
  let opset = 0;
  let graph: OnnxGraph | undefined;
  const metadata: [string, string][] = [];
  while (model.next())
    switch (model.field) {
      case 1: irVersion = model.int(); break;
      case 7: graph = readGraph(model.message()); break;
      case 8: {
        const { domain, version } = readOpset(model.message());
        if (domain === '' || domain === 'ai.onnx') opset = version;
        break;
      }
      case 14: metadata.push(readEntry(model.message())); break;
      case 25: throw new InputError('The model defines functions of its own (ModelProto.functions). Export it with functions inlined.');
      default: model.skip();
    }
  if (!graph) throw new InputError('The file is not an ONNX model: it holds no graph.');
  if (opset < 1) throw new InputError('The model does not say which opset it is written in. Export it again with an opset of 13 to 21.');
  return { opset, irVersion, graph, metadata: Object.fromEntries(metadata) };
}
function readOpset(message: ProtoReader): { domain: string; version: number } {
  const opset = { domain: '', version: 0 };
  while (message.next())
    if (message.field === 1) opset.domain = message.text();
    else if (message.field === 2) opset.version = message.int();
    else message.skip();
  return opset;
}
function readEntry(message: ProtoReader): [string, string] {
  const entry: [string, string] = ['', ''];
  while (message.next())
    if (message.field === 1 || message.field === 2) entry[message.field - 1] = message.text();
    else message.skip();
  return entry;
}
function readGraph(message: ProtoReader): OnnxGraph {
  let name = '';
  const nodes: OnnxNode[] = [];
  const initializers: [string, OnnxTensor][] = [];
  const inputs: OnnxValueInfo[] = [];
  const outputs: OnnxValueInfo[] = [];
  while (message.next())
    switch (message.field) {
      case 1: nodes.push(readNode(message.message())); break;
      case 2: name = message.text(); break;
      case 5: {
        const read = readTensor(message.message(), 'initializer');
        initializers.push([read.name, read.tensor]);
        break;
      }
      case 11: inputs.push(readValueInfo(message.message())); break;
      case 12: outputs.push(readValueInfo(message.message())); break;
      case 15: throw new InputError('The model holds sparse initializers, which are not supported. Export it with dense weights.');
      default: message.skip();
    }
  // Files of IR version 3 list initializers among the inputs too: they are not fed.
  const stored = new Set(initializers.map(([n]) => n));
  return { name, nodes, initializers: Object.fromEntries(initializers), inputs: inputs.filter((i) => !stored.has(i.name)), outputs };
}
function readNode(message: ProtoReader): OnnxNode {
  const node = { name: '', opType: '', domain: '' };
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributes: ProtoReader[] = []; // read last: their errors name the node
  while (message.next())
    switch (message.field) {
      case 1: inputs.push(message.text()); break;
      case 2: outputs.push(message.text()); break;
      case 3: node.name = message.text(); break;
      case 4: node.opType = message.text(); break;
      case 5: attributes.push(message.message()); break;
      case 7: node.domain = message.text(); break;
      default: message.skip();
    }
  if (node.domain === 'ai.onnx') node.domain = '';
  const who = `node ${node.name || outputs[0] || '(unnamed)'} (${node.opType})`;
  return { ...node, inputs, outputs, attributes: Object.fromEntries(attributes.map((a) => readAttribute(a, who))) };
}

const ATTRIBUTE_KINDS: ReadonlyMap<number, string> = new Map([[5, 'subgraph'], [9, 'tensor list'], [10, 'subgraph list'], [11, 'sparse tensor'], [12, 'sparse tensor list'], [13, 'type'], [14, 'type list']]);
function readAttribute(message: ProtoReader, who: string): [string, OnnxAttribute] {
  let [name, type] = ['', 0];
  let [float, int, text] = [0, 0n, ''];
  let value: OnnxTensor | undefined;
  const floats: number[] = [];
  const ints: bigint[] = [];
  const texts: string[] = [];
  while (message.next())
    switch (message.field) {
      case 1: name = message.text(); break;
      case 2: float = message.float(); break;
      case 3: int = message.bigint(); break;
      case 4: text = message.text(); break;
      case 5: value = readTensor(message.message(), `a tensor of ${who}`).tensor; break;
      case 7: message.floatsInto(floats); break;
      case 8: message.bigintsInto(ints); break;
      case 9: texts.push(message.text()); break;
      case 20: type = message.int(); break;
      default: message.skip();
    }
  switch (type) {
    case 1: return [name, { type: 'float', value: float }];
    case 2: return [name, { type: 'int', value: clamped(int) }];
    case 3: return [name, { type: 'string', value: text }];
    case 4:
      if (!value) throw new InputError(`Attribute ${name} of ${who} should hold a tensor, but holds none.`);
      return [name, { type: 'tensor', value }];
    case 6: return [name, { type: 'floats', value: floats }];
    case 7: return [name, { type: 'ints', value: ints.map(clamped) }];
    case 8: return [name, { type: 'strings', value: texts }];
    default: throw new InputError(`Attribute ${name} of ${who} is a ${ATTRIBUTE_KINDS.get(type) ?? `value of unknown type ${type}`}, which is not supported. Export the model without control flow.`);
  }
}
/** Exporters write INT64_MAX for "to the end"; clamped to what a number holds exactly, it still means that. */
export function clamped(value: bigint): number {
  const most = BigInt(Number.MAX_SAFE_INTEGER);
  return Number(value > most ? most : value < -most ? -most : value);
}

/** Values of the parts of a TensorProto, before the element type says which one counts. */
interface TensorParts {
  readonly dims: number[];
  type: number;
  raw: Uint8Array | undefined;
  readonly floats: number[];
  readonly ints: bigint[];
  readonly doubles: number[];
}
function readTensor(message: ProtoReader, kind: string): { name: string; tensor: OnnxTensor } {
  const parts: TensorParts = { dims: [], type: 0, raw: undefined, floats: [], ints: [], doubles: [] };
  let name = '';
  let external = false;
  while (message.next())
    switch (message.field) {
      case 1: message.intsInto(parts.dims); break;
      case 2: parts.type = message.int(); break;
      case 4: message.floatsInto(parts.floats); break;
      case 5: // int32_data: also int8, uint8, bool and the bits of float16
      case 7: message.bigintsInto(parts.ints); break;
      case 8: name = message.text(); break;
      case 9: parts.raw = message.bytes(); break;
      case 10: message.doublesInto(parts.doubles); break;
      case 13:
        external = true;
        message.skip();
        break;
      case 14: external ||= message.int() === 1; break;
      default: message.skip();
    }
  const who = `${kind} ${name}`.trimEnd();
  if (external) throw new InputError(`The weights of ${who} are kept in a file beside the model (external data). Save the model with its weights inside: onnx.save_model(onnx.load(path), path).`);
  const count = parts.dims.reduce((n, d) => n * d, 1);
  if (parts.dims.some((d) => d < 0) || count > 2 ** 31) throw new InputError(`The ${who} has impossible dimensions [${parts.dims.join(',')}].`);
  const data = dataOf(parts, dtypeOf(parts.type, `The ${who}`), who, count);
  return { name, tensor: { dtype: dtypeOf(parts.type, who), dims: parts.dims, data } };
}
const ARRAYS = { float32: Float32Array, float64: Float64Array, int32: Int32Array, int64: BigInt64Array, uint8: Uint8Array, int8: Int8Array, bool: Uint8Array } as const;

function dataOf({ type, raw, floats, ints, doubles }: TensorParts, dtype: OnnxDType, who: string, count: number): OnnxData {
  const expectCount = (came: number) => {
    if (came !== count) throw new InputError(`The ${who} should hold ${count} numbers, but holds ${came}. The file is damaged or was cut short.`);
  };
  const half = type === FLOAT16 || type === BFLOAT16;
  if (raw) {
    const size = half ? 2 : ARRAYS[dtype].BYTES_PER_ELEMENT;
    expectCount(raw.length / size);
    const own = raw.slice().buffer; // aligned, and apart from the file
    return half ? widen(new Uint16Array(own), type) : new ARRAYS[dtype](own);
  }
  if (half) {
    expectCount(ints.length);
    return widen(Uint16Array.from(ints, Number), type);
  }
  if (dtype === 'int64') {
    expectCount(ints.length);
    return BigInt64Array.from(ints);
  }
  const values = dtype === 'float32' ? floats : dtype === 'float64' ? doubles : ints.map(Number);
  expectCount(values.length);
  return ARRAYS[dtype].from(values);
}
function widen(bits: Uint16Array, type: number): Float32Array {
  return type === BFLOAT16 ? new Float32Array(Uint32Array.from(bits, (b) => b << 16).buffer) : Float32Array.from(bits, float16);
}
/** IEEE 754 half precision: sign, 5 bits of exponent (bias 15), 10 of fraction. Exact in float32. */
export function float16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}

function readValueInfo(message: ProtoReader): OnnxValueInfo {
  let name = '';
  let type: ProtoReader | undefined;
  while (message.next())
    if (message.field === 1) name = message.text();
    else if (message.field === 2) type = message.message();
    else message.skip();
  let code = 0;
  let dims: (number | string)[] | undefined;
  while (type?.next())
    if (type.field === 1) {
      const tensorType = type.message();
      while (tensorType.next())
        if (tensorType.field === 1) code = tensorType.int();
        else if (tensorType.field === 2) dims = readShape(tensorType.message());
        else tensorType.skip();
    } else type.skip();
  return { name, dtype: dtypeOf(code, `The graph input or output ${name}`), dims };
}
function readShape(message: ProtoReader): (number | string)[] {
  const dims: (number | string)[] = [];
  while (message.next()) {
    if (message.field !== 1) {
      message.skip();
      continue;
    }
    const dim = message.message();
    let size: number | string = '';
    while (dim.next())
      if (dim.field === 1) size = dim.int();
      else if (dim.field === 2) size = dim.text();
      else dim.skip();
    dims.push(size);
  }
  return dims;
}
