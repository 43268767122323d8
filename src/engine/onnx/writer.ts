/**
 * Programs to ONNX: opset 21, pinned, since the WebGPU provider's kernels are registered by op version. What is equal is written
 * once (nodes with the same type, attributes and inputs; initializers with the same bytes) and what no output needs is left out.
 */
import { MismatchError, ShapeError } from '../../base/errors';
import { sameShape, showShape, type Params, type Shape, type Tensor } from '../../base/tensor';
import { toTensor } from './border';
import { decodeModel, encodeModel, type OnnxAttribute, type OnnxModel, type OnnxNode, type OnnxTensor, type OnnxValueInfo } from './model';
import type { Program } from '../program';
import type { Surroundings } from './node-pass';
import { joinSkips } from './skip-norms';
import { slicesToSplits } from './split-slices';
import { constantOp, inputOp, topological, type Attrs, type AttrValue, type Emit, type Target, type Value } from '../value';
import { programInputs, programOutputs, verifyProgram } from '../verify';

export { printProgram } from '../print';
export { verifyProgram } from '../verify';

export const OPSET = 21;
export const IR_VERSION = 10;
/** Metadata keys that the project writes for itself; the rest belongs to the caller. */
const OWN = 'stipple.';
const ROLES = `${OWN}roles`;
const PARAMS = `${OWN}params`;

/** Which inputs are state, constants and feeds: ONNX itself calls all of them inputs. */
export interface Roles {
  readonly state: readonly string[];
  readonly constants: readonly string[];
  readonly feeds: readonly string[];
}

/**
 * The `.onnx` bytes of a program. Inputs carry the names of state, constants and feeds; outputs are `<state>.next` and the outputs'
 * names; metadata tells the roles apart for the reader.
 * @param target whose kernels it is written for
 * @param buffers that one dispatch may bind, on WebGPU; 8 is what any device allows
 * @throws ShapeError if the program does not verify
 */
export const writeOnnx = (program: Program, target: Target = 'cpu', buffers?: number): Uint8Array => encodeModel(toOnnx(program, {}, {}, target, buffers));

/**
 * The `.onnx` bytes of a model: a program (forward pass) whose constants or state named in `params` are stored in the file as
 * initializers under those names. Params that the program does not read are stored too. A stored state keeps its value.
 * @param metadata read back by `readCheckpoint` and `readOnnx`; keys that begin with "stipple." are the project's own
 * @throws MismatchError if a param differs from the program's input of that name in shape or dtype, or is a state that the program changes
 */
export const writeModel = (program: Program, params: Params, metadata: Readonly<Record<string, string>> = {}): Uint8Array => encodeModel(toOnnx(program, params, metadata));

/** What a model file holds beside its graph. */
export interface Checkpoint {
  readonly params: Params;
  readonly metadata: Readonly<Record<string, string>>;
}
/** A checkpoint is a model file: `writeModel` by another name, so that every saved model runs wherever ONNX does. */
export const writeCheckpoint = ({ program, params, metadata }: Checkpoint & { readonly program: Program }): Uint8Array => writeModel(program, params, metadata);

/**
 * The params and metadata of a model file, in the order in which they were written. In a file made elsewhere, every float initializer
 * that is not a scalar counts as a param.
 * @throws InputError if the bytes are not an ONNX model that can be read
 */
export function readCheckpoint(bytes: Uint8Array): Checkpoint {
  const model = decodeModel(bytes);
  const stored = new Map(Object.entries(model.graph.initializers));
  const params = paramNames(model).flatMap((name) => {
    const found = stored.get(name);
    return found ? [[name, toTensor(found, name)] as const] : [];
  });
  return { params: Object.fromEntries(params), metadata: userMetadata(model) };
}
/** Names of a model's params, by its own word or, where it has none, by what looks like one. */
export function paramNames(model: OnnxModel): readonly string[] {
  const listed = ownMetadata(model, PARAMS);
  if (listed !== undefined) return Array.isArray(listed) ? listed.filter((name): name is string => typeof name === 'string') : [];
  if (model.metadata[ROLES] !== undefined) return []; // our own program: its initializers are constants
  return Object.entries(model.graph.initializers).flatMap(([name, t]) => ((t.dtype === 'float32' || t.dtype === 'float64') && t.dims.length > 0 ? [name] : []));
}
/** The roles that the file records, if it does. */
export function rolesOf(model: OnnxModel): Roles | undefined {
  const recorded = ownMetadata(model, ROLES);
  if (typeof recorded !== 'object' || recorded === null) return undefined;
  const names = (role: keyof Roles): string[] => {
    const list: unknown = (recorded as Partial<Record<keyof Roles, unknown>>)[role]; // JSON from a file: each field is checked next
    return Array.isArray(list) ? list.filter((name): name is string => typeof name === 'string') : [];
  };
  return { state: names('state'), constants: names('constants'), feeds: names('feeds') };
}
export const userMetadata = (model: OnnxModel): Readonly<Record<string, string>> => Object.fromEntries(Object.entries(model.metadata).filter(([key]) => !key.startsWith(OWN)));
function ownMetadata(model: OnnxModel, key: string): unknown {
  const text = Object.hasOwn(model.metadata, key) ? model.metadata[key] : undefined;
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined; // as if it were not there: the file still reads as any other ONNX file does
  }
}

// -- the writer --------------------------------------------------------------------------------------------------------------

/** The model that `writeOnnx` and `writeModel` encode, as plain data. */
export function toOnnx(program: Program, params: Params = {}, metadata: Readonly<Record<string, string>> = {}, target: Target = 'cpu', buffers = 8): OnnxModel {
  verifyProgram(program);
  checkParams(program, params);
  const isParam = (name: string): boolean => Object.hasOwn(params, name);
  const inputs = programInputs(program);
  const outputs = programOutputs(program).filter(([name]) => !(name.endsWith('.next') && isParam(name.slice(0, -5)) && name.slice(0, -5) in program.state));
  const graph = new GraphWriter([...inputs, ...outputs].map(([name]) => name), target);
  for (const [name, value] of Object.entries(params)) graph.store(name, value);

  const names = new Map<Value, string>(inputs.map(([name, value]) => [value, name]));
  for (const value of topological(outputs.map(([, v]) => v))) {
    if (value.op === inputOp) continue;
    const nameOf = (v: Value): string => names.get(v)!; // topological: the inputs came first
    const made = value.op === constantOp ? graph.emit.constant(value.data!) : graph.within(value, nameOf);
    names.set(value, made);
  }
  const written = graph.finish(outputs.map(([name, value]) => ({ name, from: names.get(value)! })), new Set(inputs.map(([name]) => name)));
  const shapes = new Map([...names].map(([value, name]) => [name, value.shape]));
  for (const [name, value] of outputs) shapes.set(name, value.shape); // the node that makes an output has taken its name
  const around = graph.surroundings(shapes);
  const nodes = target === 'webgpu' ? joinSkips(slicesToSplits(written, around, buffers - 1), around) : written;
  const roles = (record: Readonly<Record<string, unknown>>): string[] => Object.keys(record).filter((name) => !isParam(name));
  const own: [string, string][] = [[ROLES, JSON.stringify({ state: roles(program.state), constants: roles(program.constants), feeds: roles(program.feeds) } satisfies Roles)]];
  if (Object.keys(params).length > 0) own.push([PARAMS, JSON.stringify(Object.keys(params))]);
  return {
    opset: OPSET,
    irVersion: IR_VERSION,
    graph: {
      name: program.name,
      nodes,
      initializers: graph.initializers(nodes, params),
      inputs: inputs.filter(([name]) => !isParam(name)).map(infoOf),
      outputs: outputs.map(infoOf),
    },
    metadata: { ...metadata, ...Object.fromEntries(own) },
  };
}
const infoOf = ([name, { dtype, shape }]: readonly [string, Value]): OnnxValueInfo => ({ name, dtype, dims: shape });

function checkParams(program: Program, params: Params): void {
  const outputs = new Set(programOutputs(program).map(([name]) => name));
  const inputs = new Map(programInputs(program));
  for (const [name, { dtype, shape }] of Object.entries(params)) {
    const input = inputs.get(name);
    if (outputs.has(name)) throw new MismatchError(`Program ${program.name}: "${name}" names both a param and an output.`);
    if (input && (!sameShape(input.shape, shape) || input.dtype !== dtype))
      throw new MismatchError(`Param ${name} is ${dtype}${showShape(shape)}, but program ${program.name} expects ${input.dtype}${showShape(input.shape)}.`);
    const state = Object.hasOwn(program.state, name) ? program.state[name] : undefined;
    if (state && state.input !== state.output) throw new MismatchError(`Program ${program.name} changes state ${name}, which is to be stored in the file. Write the forward pass, not the training step.`);
  }
}

/** Collects nodes and initializers; equal ones come out once. */
class GraphWriter {
  private readonly taken: Set<string>;
  private readonly counters = new Map<string, number>();
  private nodes: OnnxNode[] = [];
  private readonly nodeByKey = new Map<string, readonly string[]>();
  private readonly stored = new Map<string, OnnxTensor>();
  private readonly storedByKey = new Map<string, string[]>();
  /** The op that is being written: nodes are named after it. */
  private opName = '';
  readonly emit: Emit;

  constructor(reserved: readonly string[], target: Target) {
    this.taken = new Set(reserved);
    const emit = (opType: string, inputs: readonly string[], attributes: Attrs = {}): string => this.node(opType, inputs, attributes, 1)[0]!;
    this.emit = Object.assign(emit, {
      outputs: (count: number, opType: string, inputs: readonly string[], attributes: Attrs = {}) => this.node(opType, inputs, attributes, count),
      target,
      int64s: (values: readonly number[]) => this.share('ints', { dtype: 'int64', dims: [values.length], data: BigInt64Array.from(values, BigInt) }),
      float: (value: number) => this.share('const', { dtype: 'float32', dims: [], data: Float32Array.of(value) }),
      constant: ({ dtype, shape, data }: Tensor) => this.share('const', { dtype, dims: shape, data }),
    });
  }
  /** Writes one value by its op's ONNX form. */
  within(value: Value, nameOf: (v: Value) => string): string {
    this.opName = value.op.name;
    const inputs = Object.fromEntries(Object.entries(value.inputs).map(([key, v]) => [key, nameOf(v)]));
    return value.op.onnx(inputs, value.attrs, this.emit, { ...value.inputs, y: value });
  }
  /** An initializer under a name of its own, never shared: the reader must find it. */
  store(name: string, { dtype, shape, data }: Tensor): void {
    this.taken.add(name);
    this.stored.set(name, { dtype, dims: shape, data });
  }

  /** `shapes`: those of the values that have a name. */
  surroundings(shapes: ReadonlyMap<string, Shape>): Surroundings {
    return {
      shapeOf: (name) => shapes.get(name),
      numbersOf: (name) => (this.stored.has(name) ? Array.from(this.stored.get(name)!.data, Number) : undefined),
      int64s: this.emit.int64s,
      fresh: () => this.fresh('part'),
    };
  }
  private node(opType: string, inputs: readonly string[], attrs: Attrs, count: number): readonly string[] {
    const attributes = toAttributes(attrs);
    const key = JSON.stringify([count, opType, inputs, Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1))], exactly);
    const known = this.nodeByKey.get(key);
    if (known !== undefined) return known;
    const outputs = Array.from({ length: count }, () => this.fresh(this.opName));
    this.nodes.push({ name: outputs[0]!, opType, domain: '', inputs, outputs, attributes });
    this.nodeByKey.set(key, outputs);
    return outputs;
  }
  private share(prefix: string, value: OnnxTensor): string {
    const bytes = bytesOf(value);
    const key = `${value.dtype}[${value.dims.join(',')}]${bytes.subarray(0, 32).join(',')}`;
    const like = this.storedByKey.get(key) ?? [];
    const same = like.find((name) => equalBytes(bytesOf(this.stored.get(name)!), bytes));
    if (same !== undefined) return same;
    const name = this.fresh(prefix);
    this.stored.set(name, value);
    this.storedByKey.set(key, [...like, name]);
    return name;
  }
  private fresh(prefix: string): string {
    for (;;) {
      const count = (this.counters.get(prefix) ?? 0) + 1;
      this.counters.set(prefix, count);
      const name = `${prefix}_${count}`;
      if (this.taken.has(name)) continue;
      this.taken.add(name);
      return name;
    }
  }

  /**
   * The nodes that the outputs need. The node that makes an output takes its name; an output that is an input, an initializer or
   * another output's value is copied by an Identity.
   */
  finish(outputs: readonly { readonly name: string; readonly from: string }[], inputs: ReadonlySet<string>): OnnxNode[] {
    const renamed = new Map<string, string>();
    const copies: OnnxNode[] = [];
    for (const { name, from } of outputs) {
      if (inputs.has(from) || this.stored.has(from) || renamed.has(from)) copies.push({ name: this.fresh('identity'), opType: 'Identity', domain: '', inputs: [from], outputs: [name], attributes: {} });
      else renamed.set(from, name);
    }
    const rename = (name: string): string => renamed.get(name) ?? name;
    const all = [...this.nodes, ...copies].map((node) => ({ ...node, inputs: node.inputs.map(rename), outputs: node.outputs.map(rename) }));
    const needed = new Set(outputs.map(({ name }) => name));
    for (const node of all.toReversed()) if (node.outputs.some((name) => needed.has(name))) for (const name of node.inputs) needed.add(name);
    return all.filter((node) => node.outputs.some((name) => needed.has(name)));
  }
  /** The initializers that those nodes read, and the params. */
  initializers(nodes: readonly OnnxNode[], params: Params): Record<string, OnnxTensor> {
    const read = new Set(nodes.flatMap((node) => node.inputs));
    return Object.fromEntries([...this.stored].filter(([name]) => read.has(name) || Object.hasOwn(params, name)));
  }
}
/** JSON has no NaN, no infinity and no -0: as text they stay apart. */
const exactly = (_: string, value: unknown): unknown => (typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0)) ? `number ${Object.is(value, -0) ? '-0' : value}` : value);
const bytesOf = ({ data }: OnnxTensor): Uint8Array => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
const equalBytes = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, i) => byte === b[i]);

/** Attributes that ONNX declares as floats: a whole number given for one of them is still a float. */
const FLOAT_ATTRIBUTES: ReadonlySet<string> = new Set([
  'activation_alpha', 'activation_beta', 'alpha', 'beta', 'bias', 'clip', 'cubic_coeff_a', 'epsilon', 'extrapolation_value', 'gamma', 'high', 'lambd', 'low', 'mean',
  'momentum', 'norm_coefficient', 'norm_coefficient_post', 'ratio', 'sample_size', 'scale', 'scales', 'spatial_scale', 'value_float', 'value_floats',
]);
function toAttributes(attrs: Attrs): Record<string, OnnxAttribute> {
  return Object.fromEntries(Object.entries(attrs).flatMap(([name, value]) => (value === undefined ? [] : [[name, toAttribute(name, value)] as const])));
}
function toAttribute(name: string, value: Exclude<AttrValue, undefined>): OnnxAttribute {
  if (typeof value === 'boolean') return { type: 'int', value: value ? 1 : 0 };
  if (typeof value === 'string') return { type: 'string', value };
  const isFloat = FLOAT_ATTRIBUTES.has(name);
  if (typeof value === 'number') return { type: isFloat || !Number.isInteger(value) ? 'float' : 'int', value };
  if (isFloat) return { type: 'floats', value };
  if (!value.every(Number.isInteger)) throw new ShapeError(`Attribute ${name} of an ONNX node: expected whole numbers, but [${value.join(',')}] came.`);
  return { type: 'ints', value };
}
