/**
 * An ONNX model as plain data, and its bytes: a graph of nodes, with subgraphs as attributes, and functions beside it. Tensors become
 * dense ones, wherever they are kept. Field numbers: onnx.proto3 of ONNX 1.16.
 */
import { InputError } from '../../base/errors';
import { shownName } from './bounds';
import { readEntry, type ExternalFiles } from './external';
import { ProtoReader, ProtoWriter } from './protobuf';
import { dtypeOf, halfOf, ONNX_TYPES, readSparse, readTensor, writeTensor, type Half, type OnnxDType, type OnnxTensor } from './tensor-proto';

export type { OnnxData, OnnxDType, OnnxTensor } from './tensor-proto';

/** Integer and float attributes are told apart, which a JavaScript number alone cannot. */
export type OnnxAttribute =
  | { readonly type: 'int'; readonly value: number }
  | { readonly type: 'ints'; readonly value: readonly number[] }
  | { readonly type: 'float'; readonly value: number }
  | { readonly type: 'floats'; readonly value: readonly number[] }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'strings'; readonly value: readonly string[] }
  | { readonly type: 'tensor'; readonly value: OnnxTensor }
  | { readonly type: 'graph'; readonly value: OnnxGraph }
  /** In a function's node: the attribute of the call that stands here. */
  | { readonly type: 'reference'; readonly value: string }
  /** Of a kind that no operator here reads: only its name is kept. */
  | { readonly type: 'other'; readonly value: string };
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
  /** The file's own type, where that is half precision. */
  readonly half?: Half;
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
/** An operator defined by nodes. */
export interface OnnxFunction {
  readonly name: string;
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly nodes: readonly OnnxNode[];
  /** Attributes with defaults. */
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
  /** Of ONNX's own domain; 0 if it does not say. */
  readonly opset: number;
}
export interface OnnxModel {
  /** Of ONNX's own domain. */
  readonly opset: number;
  readonly irVersion: number;
  readonly graph: OnnxGraph;
  readonly functions?: readonly OnnxFunction[];
  /** Who wrote the file: "pytorch 2.3.0". */
  readonly producer?: string;
  readonly metadata: Readonly<Record<string, string>>;
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
      break;
    case 'graph': out.message(6, (inner) => writeGraph(inner, attribute.value)).int(20, 5); break;
    case 'reference':
    case 'other': throw new InputError(`Attribute ${name} (${attribute.value}) cannot be written.`);
  }
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
 * @param files the files beside it that it names, if it keeps weights there
 * @throws InputError where bytes are missing or damaged, or where the model uses what is not supported (said by name)
 */
export function decodeModel(bytes: Uint8Array, files?: ExternalFiles): OnnxModel {
  const model = new ProtoReader(bytes);
  let irVersion = 0;
  let producer = '';
  let opset = 0;
  let graph: OnnxGraph | undefined;
  const metadata: [string, string][] = [];
  const functions: OnnxFunction[] = [];
  while (model.next())
    switch (model.field) {
      case 1: irVersion = model.int(); break;
      case 2:
      case 3: producer = `${producer} ${model.text()}`.trim(); break; // name, version
      case 7:
        if (graph) throw new InputError('The file holds two graphs: it is damaged, or two models were joined. Export the model again.');
        graph = readGraph(model.message(), { files, depth: 0 });
        break;
      case 8: opset = ownOpset(model.message()) ?? opset; break;
      case 14: metadata.push(readEntry(model.message())); break;
      case 25: functions.push(readFunction(model.message(), { files, depth: 0 })); break;
      default: model.skip();
    }
  if (!graph) throw new InputError('The file is not an ONNX model: it holds no graph.');
  if (opset < 1 && graph.nodes.some(({ domain }) => domain === '')) throw new InputError('The model does not say which opset it is written in. Export it again with an opset of 11 to 21.');
  return { opset, irVersion, graph, functions, producer, metadata: Object.fromEntries(metadata) };
}
/** The version in an opset import, if it is of ONNX's own domain. */
function ownOpset(message: ProtoReader): number | undefined {
  let [domain, version] = ['', 0];
  while (message.next())
    if (message.field === 1) domain = message.text();
    else if (message.field === 2) version = message.int();
    else message.skip();
  return ownDomain(domain) === '' ? version : undefined;
}
/** ONNX's own domain has two names. */
const ownDomain = (domain: string): string => (domain === 'ai.onnx' ? '' : domain);

/** What every part of a file is read with. Subgraphs nest: `depth` is how far. */
interface Reading {
  readonly files: ExternalFiles | undefined;
  readonly depth: number;
}
const DEPTH_LIMIT = 16;
function readFunction(message: ProtoReader, reading: Reading): OnnxFunction {
  const made = { name: '', domain: '', opset: 0 };
  const [inputs, outputs]: [string[], string[]] = [[], []];
  const nodes: OnnxNode[] = [];
  const attributes: [string, OnnxAttribute][] = [];
  while (message.next())
    switch (message.field) {
      case 1: made.name = message.text(); break;
      case 4: inputs.push(message.text()); break;
      case 5: outputs.push(message.text()); break;
      case 7: nodes.push(readNode(message.message(), reading)); break;
      case 9: made.opset = ownOpset(message.message()) ?? made.opset; break;
      case 10: made.domain = ownDomain(message.text()); break;
      case 11: attributes.push(readAttribute(message.message(), `function ${made.name}`, reading)); break;
      default: message.skip();
    }
  return { ...made, inputs, outputs, nodes, attributes: Object.fromEntries(attributes) };
}
function readGraph(message: ProtoReader, reading: Reading): OnnxGraph {
  if (reading.depth > DEPTH_LIMIT) throw new InputError(`The model nests subgraphs more than ${DEPTH_LIMIT} deep.`);
  let name = '';
  const nodes: OnnxNode[] = [];
  const initializers: [string, OnnxTensor][] = [];
  const inputs: OnnxValueInfo[] = [];
  const outputs: OnnxValueInfo[] = [];
  while (message.next())
    switch (message.field) {
      case 1: nodes.push(readNode(message.message(), reading)); break;
      case 2: name = message.text(); break;
      case 5:
      case 15: {
        const read = message.field === 5 ? readTensor(message.message(), 'initializer', reading.files) : readSparse(message.message(), reading.files);
        initializers.push([read.name, read.tensor]);
        break;
      }
      case 11: inputs.push(readValueInfo(message.message(), reading)); break;
      case 12: outputs.push(readValueInfo(message.message(), reading)); break;
      default: message.skip();
    }
  checkNames('initializers', initializers.map(([n]) => n));
  checkNames('inputs', inputs.map((i) => i.name));
  checkNames('outputs', outputs.map((o) => o.name));
  // Files of IR version 3 list initializers among the inputs too: they are not fed.
  const stored = new Set(initializers.map(([n]) => n));
  return { name, nodes, initializers: Object.fromEntries(initializers), inputs: inputs.filter((i) => !stored.has(i.name)), outputs };
}
function checkNames(what: string, names: readonly string[]): void {
  const seen = new Set<string>();
  for (const name of names) {
    if (name === '' && what !== 'initializers') throw new InputError(`One of the graph's ${what} has no name. The file is damaged.`); // nothing can ask for an unnamed initializer
    if (seen.has(name)) throw new InputError(`Two of the graph's ${what} are called "${shownName(name)}". The file is damaged: names must differ.`);
    seen.add(name);
  }
}
function readNode(message: ProtoReader, reading: Reading): OnnxNode {
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
  const who = `node ${shownName(node.name || outputs[0] || '(unnamed)')} (${shownName(node.opType)})`;
  return { ...node, domain: ownDomain(node.domain), inputs, outputs, attributes: Object.fromEntries(attributes.map((a) => readAttribute(a, who, reading))) };
}

const ATTRIBUTE_KINDS: ReadonlyMap<number, string> = new Map([[9, 'tensor list'], [10, 'subgraph list'], [12, 'sparse tensor list'], [13, 'type'], [14, 'type list']]);
function readAttribute(message: ProtoReader, who: string, reading: Reading): [string, OnnxAttribute] {
  let [name, type] = ['', 0];
  let [float, int, text, reference] = [0, 0n, '', ''];
  let value: OnnxTensor | undefined;
  let graph: OnnxGraph | undefined;
  const floats: number[] = [];
  const ints: bigint[] = [];
  const texts: string[] = [];
  while (message.next())
    switch (message.field) {
      case 1: name = message.text(); break;
      case 2: float = message.float(); break;
      case 3: int = message.bigint(); break;
      case 4: text = message.text(); break;
      case 5: value = readTensor(message.message(), `a tensor of ${who}`, reading.files).tensor; break;
      case 6: graph = readGraph(message.message(), { ...reading, depth: reading.depth + 1 }); break;
      case 7: message.floatsInto(floats); break;
      case 8: message.bigintsInto(ints); break;
      case 9: texts.push(message.text()); break;
      case 20: type = message.int(); break;
      case 21: reference = message.text(); break;
      case 22: value = readSparse(message.message(), reading.files).tensor; break;
      default: message.skip();
    }
  if (reference !== '') return [name, { type: 'reference', value: reference }];
  switch (type) {
    case 1: return [name, { type: 'float', value: float }];
    case 2: return [name, { type: 'int', value: clamped(int) }];
    case 3: return [name, { type: 'string', value: text }];
    case 4:
    case 11:
      if (!value) throw new InputError(`Attribute ${shownName(name)} of ${who} should hold a tensor, but holds none.`);
      return [name, { type: 'tensor', value }];
    case 5:
      if (!graph) throw new InputError(`Attribute ${shownName(name)} of ${who} should hold a graph, but holds none.`);
      return [name, { type: 'graph', value: graph }];
    case 6: return [name, { type: 'floats', value: floats }];
    case 7: return [name, { type: 'ints', value: ints.map(clamped) }];
    case 8: return [name, { type: 'strings', value: texts }];
    default: return [name, { type: 'other', value: ATTRIBUTE_KINDS.get(type) ?? `value of unknown type ${type}` }];
  }
}
/** Exporters write INT64_MAX for "to the end"; clamped to what a number holds exactly, it still means that. */
export function clamped(value: bigint): number {
  const most = BigInt(Number.MAX_SAFE_INTEGER);
  return Number(value > most ? most : value < -most ? -most : value);
}

/** TypeProto fields other than a dense tensor. */
const VALUE_KINDS: ReadonlyMap<number, string> = new Map([[4, 'a sequence'], [5, 'a map'], [7, 'an opaque value'], [8, 'a sparse tensor'], [9, 'an optional value']]);
function readValueInfo(message: ProtoReader, { depth }: Reading): OnnxValueInfo {
  let name = '';
  let type: ProtoReader | undefined;
  while (message.next())
    if (message.field === 1) name = message.text();
    else if (message.field === 2) type = message.message();
    else message.skip();
  let code = 0;
  let dims: (number | string)[] | undefined;
  while (type?.next())
    if (depth === 0 && VALUE_KINDS.has(type.field)) throw new InputError(`The graph input or output ${shownName(name)} is ${VALUE_KINDS.get(type.field)}; only tensors can be read.`);
    else if (type.field === 1) {
      const tensorType = type.message();
      while (tensorType.next())
        if (tensorType.field === 1) code = tensorType.int();
        else if (tensorType.field === 2) dims = readShape(tensorType.message());
        else tensorType.skip();
    } else type.skip();
  if (depth > 0 && code === 0) return { name, dtype: 'float32', dims }; // subgraphs need not say: only the names are read there
  return { name, dtype: dtypeOf(code, `The graph input or output ${shownName(name)}`), dims, ...halfOf(code) };
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
