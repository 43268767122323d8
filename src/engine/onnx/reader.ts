/**
 * ONNX to programs: a file's graph becomes our own ops, so that it can be differentiated, trained and written again. The nodes'
 * meanings are the table in `operators`, names and branches are `graph-reader`; here are inputs, roles and sizes.
 */
import { InputError } from '../../base/errors';
import { showShape, type Params, type Shape, type Tensor } from '../../base/tensor';
import { dtypeHere, toTensor } from './border';
import { checkShape, shownName } from './bounds';
import { withConstantsStored } from './constant-weights';
import type { ExternalFiles } from './external';
import { bindingOf, GraphReader, guarded, Scope } from './graph-reader';
import { decodeModel, type OnnxModel, type OnnxValueInfo } from './model';
import { Provenance, type ReadNode } from './provenance';
import { KnownValues } from './static-values';
import { paramNames, rolesOf, userMetadata } from './writer';
import type { Program } from '../program';
import { verifyProgram } from '../verify';
import { input, topological, type Value } from '../value';

export interface ReadOptions {
  /** Sizes that the file leaves open, by their names there. */
  readonly sizes?: Readonly<Record<string, number>>;
  /** Every other open size: 1 unless given. */
  readonly openSize?: number;
  /** Shapes of inputs, whole, by the inputs' names: they take the place of those in the file. */
  readonly shapes?: Readonly<Record<string, Shape>>;
  /** Numbers of inputs that are known already. They are used only where the model cannot be read without them (`ReadModel.builtIn`). */
  readonly known?: Readonly<Record<string, Tensor>>;
  /** Float initializers, and outputs of Constant nodes, that become params, by name; all others are constants of the graph. Default: those of rank 1 and more, or what our own writer recorded. */
  readonly params?: ReadonlySet<string>;
  /** Files beside the model that hold its weights (ONNX external data). */
  readonly files?: ExternalFiles;
}
export interface ReadModel {
  /** Params are its constants; other inputs are feeds, unless our own writer recorded their roles. */
  readonly program: Program;
  /** Initial values of those of the program's constants that the file stores. */
  readonly params: Params;
  readonly metadata: Readonly<Record<string, string>>;
  /** Of ONNX's own domain. */
  readonly opset: number;
  /** Who wrote the file: "pytorch 2.3.0"; '' where it does not say. */
  readonly producer: string;
  /** Inputs and outputs as the file declares them. An input without numbers (a size of 0) is no feed of the program. */
  readonly inputs: readonly OnnxValueInfo[];
  readonly outputs: readonly OnnxValueInfo[];
  /** The file's nodes in order, and which of them made which value. */
  readonly nodes: readonly ReadNode[];
  readonly madeBy: ReadonlyMap<Value, number>;
  /** The value of a name in the file's main graph: undefined for a name that the reader made nothing of. */
  readonly valueOf: (name: string) => Value | undefined;
  /** Inputs whose known numbers shaped the program: it holds for those numbers alone. */
  readonly builtIn: readonly string[];
  /** Where the program differs from what the file says (a dropout that drops nothing): sentences for the user. */
  readonly notes: readonly string[];
}

/**
 * Reads an `.onnx` file of opset 7 to 21, which may come from anywhere.
 * @throws InputError saying what is damaged or missing; NodeError, which is one, naming the node that cannot be read, and why
 */
export function readOnnx(bytes: Uint8Array, options: ReadOptions = {}): ReadModel {
  const decoded = decodeModel(bytes, options.files);
  const model = withConstantsStored(decoded, options.params ?? new Set());
  const { graph } = model;
  const scope = new Scope();
  const { params, paramValues } = storeInitializers(model, scope, options.params);
  const { inputs, given } = declareInputs(graph.inputs, scope, options);
  const statics = new KnownValues(paramValues, given);
  const provenance = new Provenance(paramValues);
  if (model !== decoded) provenance.note('The file keeps weights in Constant nodes: each is trained, and saved, under the name of its node\'s output.');
  new GraphReader(model.functions ?? [], statics, provenance).read(graph.nodes, { scope, opset: model.opset, prefix: '', depth: 0 });

  const outputs = new Map(
    graph.outputs.map(({ name }): [string, Value] => {
      const { value } = scope.found(name, 'The graph');
      if (!value) throw new InputError(`The output "${shownName(name)}" of the model has no numbers (a size of 0).`);
      return [name, value];
    }),
  );
  const used = new Set(topological([...outputs.values()]));
  const kept = [...paramValues].filter(([value]) => used.has(value)); // a param is an input, with a name
  const program = { name: graph.name || 'model', ...rolesIn(model, inputs, outputs, kept.map(([value]) => value)) };
  guarded('its inputs and outputs', () => verifyProgram(program));
  return {
    program,
    params: Object.fromEntries(kept.map(([{ name }]) => [name!, params.get(name!)!])),
    metadata: userMetadata(model),
    opset: model.opset,
    producer: model.producer ?? '',
    inputs: graph.inputs,
    outputs: graph.outputs,
    nodes: provenance.nodes,
    madeBy: provenance.madeBy,
    valueOf: (name) => scope.get(name)?.value,
    builtIn: [...statics.builtIn],
    notes: provenance.notes,
  };
}

function storeInitializers(model: OnnxModel, scope: Scope, asked?: ReadonlySet<string>): { params: ReadonlyMap<string, Tensor>; paramValues: ReadonlyMap<Value, Tensor> } {
  const stored = new Map(Object.entries(model.graph.initializers));
  const params = new Map<string, Tensor>();
  const paramValues = new Map<Value, Tensor>();
  const named = asked ?? new Set(paramNames(model));
  for (const [name, tensor] of stored)
    guarded(`initializer ${name}`, () => {
      if (!named.has(name) || tensor.dims.includes(0)) return scope.set(name, bindingOf(name, tensor));
      const param = toTensor(tensor, name);
      const value = input(name, param.shape, param.dtype);
      params.set(name, param);
      paramValues.set(value, param);
      scope.set(name, { value, type: tensor.dtype });
    });
  return { params, paramValues };
}

/** The graph's inputs as values, and those of them whose numbers came along. */
function declareInputs(infos: readonly OnnxValueInfo[], scope: Scope, options: ReadOptions): { inputs: ReadonlyMap<string, Value>; given: ReadonlyMap<Value, Tensor> } {
  const inputs = new Map<string, Value>();
  const given = new Map<Value, Tensor>();
  const known = new Map(Object.entries(options.known ?? {}));
  for (const info of infos)
    guarded(`input ${info.name}`, () => {
      const shape = known.get(info.name)?.shape ?? shapeOf(info, options);
      if (shape.includes(0)) return scope.set(info.name, { value: undefined, type: info.dtype });
      checkShape(shape, 'it');
      const value = input(info.name, shape, dtypeHere(info.dtype));
      scope.set(info.name, { value, type: info.dtype });
      inputs.set(info.name, value);
      const numbers = known.get(info.name);
      if (!numbers) return;
      if (numbers.dtype !== value.dtype) throw new InputError(`its known numbers are ${numbers.dtype}, where the file has ${info.dtype}.`);
      given.set(value, numbers);
    });
  return { inputs, given };
}
function shapeOf({ name, dims }: OnnxValueInfo, { sizes = {}, shapes = {}, openSize = 1 }: ReadOptions): Shape {
  const whole = Object.hasOwn(shapes, name) ? shapes[name] : undefined;
  if (whole && dims && whole.length !== dims.length) throw new InputError(`${showShape(whole)} came, but the file has ${dims.length} axes: [${dims.map((d) => d || '?').join(',')}].`);
  if (whole) return whole;
  if (!dims) throw new InputError(`the file does not say its shape. Give it, or export the model with the shape of "${name}".`);
  return dims.map((size) => {
    if (typeof size === 'string') return Object.hasOwn(sizes, size) ? sizes[size]! : openSize;
    return size > 0 ? size : openSize; // 0 and -1 are how some exporters say "open"
  });
}

function rolesIn(model: OnnxModel, inputs: ReadonlyMap<string, Value>, outputs: ReadonlyMap<string, Value>, params: readonly Value[]): Omit<Program, 'name'> {
  const roles = rolesOf(model);
  const carried = (roles?.state ?? []).filter((name) => inputs.has(name) && outputs.has(`${name}.next`));
  const held = (roles?.constants ?? []).filter((name) => inputs.has(name) && !carried.includes(name));
  return {
    state: Object.fromEntries(carried.map((name) => [name, { input: inputs.get(name)!, output: outputs.get(`${name}.next`)! }])),
    constants: Object.fromEntries([...held.map((name) => [name, inputs.get(name)!] as const), ...params.map((value) => [value.name!, value] as const)]),
    feeds: Object.fromEntries([...inputs].filter(([name]) => !carried.includes(name) && !held.includes(name))),
    outputs: Object.fromEntries([...outputs].filter(([name]) => !carried.some((state) => name === `${state}.next`))),
  };
}
