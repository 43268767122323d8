/**
 * ONNX to programs: a file's graph becomes our own ops, so that it can be differentiated, trained and written again. The nodes'
 * meanings are the table in `operators`; here are names, roles, sizes and what is known before the program runs.
 */
import { InputError, StippleError } from '../../base/errors';
import type { DType, Params, Shape, Tensor } from '../../base/tensor';
import { paramNames, rolesOf, toTensor, userMetadata } from './writer';
import { decodeModel, type OnnxDType, type OnnxNode, type OnnxValueInfo } from './model';
import { fromFile, NodeReader, StaticValues } from './node-reader';
import { BUILDERS } from './operators';
import type { Program } from '../program';
import { constant, input, topological, type Value } from '../value';

export interface ReadOptions {
  /** Sizes that the file leaves open, by their names there. */
  readonly sizes?: Readonly<Record<string, number>>;
  /** Every other open size: 1 unless given. */
  readonly openSize?: number;
}
export interface ReadModel {
  /** Params are its constants; other inputs are feeds, unless our own writer recorded their roles. */
  readonly program: Program;
  /** Initial values of those of the program's constants that the file stores. */
  readonly params: Params;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Reads an `.onnx` file, which may come from anywhere. 64-bit integers become int32, doubles and half floats float32.
 * @throws InputError naming the node that cannot be read, and why
 */
export function readOnnx(bytes: Uint8Array, options: ReadOptions = {}): ReadModel {
  const model = decodeModel(bytes);
  const { graph } = model;
  const stored = new Map(Object.entries(graph.initializers));
  const params = new Map(paramNames(model).flatMap((name) => (stored.get(name)?.dims.includes(0) === false ? [[name, toTensor(stored.get(name)!, name)] as const] : [])));
  const paramValues = new Map<Value, Tensor>();
  const env = new Map<string, Value>();
  const inputs = new Map<string, Value>();
  const empty = new Set([...stored].flatMap(([name, { dims }]) => (dims.includes(0) ? [name] : []))); // values have sizes of 1 and more
  for (const [name, value] of stored) {
    if (empty.has(name)) continue;
    const param = params.get(name);
    const made = guarded(`initializer ${name}`, () => (param ? input(name, param.shape, param.dtype) : constant(fromFile(value, name))));
    env.set(name, made);
    if (param) paramValues.set(made, param);
  }
  for (const info of graph.inputs) {
    const value = guarded(`input ${info.name}`, () => input(info.name, shapeOf(info, options), dtypeHere(info.dtype)));
    env.set(info.name, value);
    inputs.set(info.name, value);
  }
  const statics = new StaticValues(paramValues);
  for (const node of graph.nodes) readNode(node, env, empty, statics, model.opset);

  const outputs = new Map(graph.outputs.map(({ name }): [string, Value] => [name, found(env, name, 'The graph')]));
  const used = new Set(topological([...outputs.values()]));
  const kept = [...paramValues].filter(([value]) => used.has(value)).map(([value]) => value.name!); // a param is an input, with a name
  const roles = rolesOf(model);
  const carried = (roles?.state ?? []).filter((name) => inputs.has(name) && outputs.has(`${name}.next`));
  const held = (roles?.constants ?? []).filter((name) => inputs.has(name) && !carried.includes(name));
  const program: Program = {
    name: graph.name || 'model',
    state: Object.fromEntries(carried.map((name) => [name, { input: inputs.get(name)!, output: outputs.get(`${name}.next`)! }])),
    constants: Object.fromEntries([...held.map((name) => [name, inputs.get(name)!] as const), ...kept.map((name) => [name, env.get(name)!] as const)]),
    feeds: Object.fromEntries([...inputs].filter(([name]) => !carried.includes(name) && !held.includes(name))),
    outputs: Object.fromEntries([...outputs].filter(([name]) => !carried.some((state) => name === `${state}.next`))),
  };
  return { program, params: Object.fromEntries(kept.map((name) => [name, params.get(name)!])), metadata: userMetadata(model) };
}

const dtypeHere = (dtype: OnnxDType): DType => (dtype === 'float32' || dtype === 'float64' ? 'float32' : dtype === 'bool' ? 'bool' : 'int32');
function shapeOf({ name, dims }: OnnxValueInfo, { sizes = {}, openSize = 1 }: ReadOptions): Shape {
  if (!dims) throw new InputError(`the file does not say its shape. Export the model with the shape of "${name}".`);
  return dims.map((size) => {
    if (typeof size === 'string') return Object.hasOwn(sizes, size) ? sizes[size]! : openSize;
    return size > 0 ? size : openSize; // 0 and -1 are how some exporters say "open"
  });
}
function found(env: ReadonlyMap<string, Value>, name: string, who: string): Value {
  const value = env.get(name);
  if (!value) throw new InputError(`${who} uses "${name}", which nothing before it makes. The file is damaged.`);
  return value;
}
function guarded<T>(who: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof StippleError || error instanceof RangeError) throw new InputError(`The model cannot be read at ${who}: ${error.message}`);
    throw error;
  }
}

function readNode(node: OnnxNode, env: Map<string, Value>, empty: ReadonlySet<string>, statics: StaticValues, opset: number): void {
  const who = `node ${node.name || node.outputs[0] || '(unnamed)'} (${node.domain === '' ? '' : `${node.domain}.`}${node.opType})`;
  const build = node.domain === '' ? BUILDERS.get(node.opType) : undefined;
  if (!build) throw new InputError(`The model cannot be read at ${who}: this operator is not supported. Export the model with plain opset 13 to 21 operators.`);
  const inputs = node.inputs.map((name) => (name === '' || empty.has(name) ? undefined : found(env, name, who)));
  const made = guarded(who, () => build(new NodeReader(node, inputs, statics, opset)));
  const values = Array.isArray(made) ? (made as readonly Value[]) : [made as Value]; // isArray does not narrow a readonly array
  for (const [i, name] of node.outputs.entries()) {
    const value = values[i];
    if (value && name !== '') env.set(name, value); // an output that is not made is an error only where it is used
  }
}
