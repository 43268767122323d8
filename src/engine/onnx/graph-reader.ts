/** Reads the nodes of a graph one by one: names, branches and functions here, meanings in `operators`. */
import { InputError, StippleError } from '../../base/errors';
import { fromFile } from './border';
import { FLOWS } from './control-flow';
import { Bounds, shownName, shownReason } from './bounds';
import type { OnnxAttribute, OnnxFunction, OnnxGraph, OnnxNode, OnnxTensor } from './model';
import { fail, NodeReader, NoNumbers, type Binding } from './node-reader';
import { BUILDERS } from './operators';
import { outputType } from './output-types';
import type { Provenance } from './provenance';
import { SEQUENCES } from './sequences';
import type { KnownValues } from './static-values';
import { constant, type Value } from '../value';

/** An ONNX node that cannot be read. */
export class NodeError extends InputError {
  constructor(
    readonly node: { readonly name: string; readonly operator: string; readonly opset: number },
    /** Without the node's name: what tells one kind of refusal from another. */
    readonly reason: string,
  ) {
    super(`The model cannot be read at node ${shownName(node.name)} (${shownName(node.operator)}): ${shownReason(reason)}`);
  }
}
export const operatorOf = ({ domain, opType }: Pick<OnnxNode, 'domain' | 'opType'>): string => (domain === '' ? opType : `${domain}.${opType}`);

/** The language's own words for sizes beyond its bounds are none for a user. */
const sayingWhy = (error: StippleError | RangeError): string => (error instanceof StippleError ? error.message : 'its sizes or attributes are beyond all bounds. The file is damaged, or was not made for this program.');
/** Runs `read`; an error of ours is told apart by `who`. */
export function guarded<T>(who: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof StippleError || error instanceof RangeError) throw new InputError(`The model cannot be read at ${shownName(who)}: ${shownReason(sayingWhy(error))}`);
    throw error;
  }
}

/** Names that nodes see: those of their own graph, then those of the graphs round it. */
export class Scope {
  private readonly own = new Map<string, Binding>();
  /** Outputs that their nodes do not make here: an error only where one is used. */
  private readonly unmade = new Map<string, string>();
  constructor(private readonly outer?: Scope) {}

  get(name: string): Binding | undefined {
    return this.own.get(name) ?? this.outer?.get(name);
  }
  set(name: string, binding: Binding): void {
    this.own.set(name, binding);
  }
  /** What a node makes: a name that its graph has not yet. */
  define(name: string, binding: Binding): void {
    if (this.own.has(name)) fail(`it makes "${shownName(name)}", which is there already. The file is damaged: names must differ.`);
    this.own.set(name, binding);
  }
  lack(name: string, why: string): void {
    this.unmade.set(name, why);
  }
  found(name: string, who: string): Binding {
    const why = this.unmade.get(name);
    return this.get(name) ?? fail(why === undefined ? `${shownName(who)} uses "${shownName(name)}", which nothing before it makes. The file is damaged.` : `${shownName(who)} uses "${shownName(name)}": ${why}`);
  }
}
/** A stored tensor as a constant; one without numbers as nothing. */
export const bindingOf = (name: string, tensor: OnnxTensor): Binding => ({ value: tensor.dims.includes(0) ? undefined : constant(fromFile(tensor, name)), type: tensor.dtype });

/** Functions call functions: calls nest at most this deep, and all of them together come to at most so many nodes. */
const CALL_LIMIT = 32;
const NODE_LIMIT = 50_000;

/** Where a node is read: the names it sees, the opset it is written in, what its name is prefixed with, the depth of calls. */
interface Place {
  readonly scope: Scope;
  readonly opset: number;
  readonly prefix: string;
  readonly depth: number;
}

export class GraphReader {
  private readonly functions: ReadonlyMap<string, OnnxFunction>;
  private readonly bounds = new Bounds();
  private readonly bodies = new Map<OnnxGraph, ReadonlyMap<string, Binding>>();
  private count = 0;

  constructor(
    functions: readonly OnnxFunction[],
    private readonly statics: KnownValues,
    private readonly provenance: Provenance,
  ) {
    this.functions = new Map(functions.map((f) => [operatorOf({ domain: f.domain, opType: f.name }), f]));
  }

  read(nodes: readonly OnnxNode[], place: Place): void {
    for (const node of nodes) this.node(node, place);
  }

  private node(node: OnnxNode, place: Place): void {
    const operator = operatorOf(node);
    const name = `${place.prefix}${node.name || node.outputs.find((output) => output !== '') || `${node.opType}_${this.count}`}`;
    this.counted();
    try {
      const inputs = node.inputs.map((input) => (input === '' ? undefined : place.scope.found(input, `node ${name} (${operator})`)));
      const called = this.functions.get(operator);
      if (called) this.call(called, node, inputs, name, place);
      else if (FLOWS.has(operator)) this.flow(node, inputs, name, place);
      else this.plain(node, inputs, name, operator, place);
    } catch (error) {
      if (error instanceof NodeError || !(error instanceof StippleError || error instanceof RangeError)) throw error; // named already, or a defect of ours
      throw new NodeError({ name, operator, opset: place.opset }, sayingWhy(error));
    }
  }

  private plain(node: OnnxNode, inputs: readonly (Binding | undefined)[], name: string, operator: string, { scope, opset }: Place): void {
    const reader = new NodeReader(node, inputs, this.statics, opset, (text) => this.provenance.note(`Node ${name} (${operator}): ${text}`));
    const { outputs, owned } = this.made(reader, operator);
    for (const [i, output] of node.outputs.entries()) {
      const binding = outputs[i];
      if (binding && output !== '') scope.define(output, binding);
      else scope.lack(output, `output ${i} of ${operator} is not supported (node ${name}).`);
    }
    const record = { name, operator: node.opType, domain: node.domain, inputs: node.inputs, outputs: node.outputs };
    this.provenance.add(record, inputs.map((b) => b?.value), outputs.map((b) => b?.value), owned);
  }
  /** A node's outputs, and all values that it made on the way to them. */
  private made(reader: NodeReader, operator: string): { outputs: readonly (Binding | undefined)[]; owned: readonly (Value | undefined)[] } {
    const { node, opset } = reader;
    const stored = operator === 'Constant' ? reader.tensor('value') ?? reader.tensor('sparse_value') : undefined;
    if (stored?.dims.includes(0)) return { outputs: [{ value: undefined, type: stored.dtype }], owned: [] };
    const ports = node.inputs.length + node.outputs.length;
    const ofSequence = SEQUENCES.get(operator);
    if (ofSequence) {
      const outputs: Binding[] = [];
      const owned = this.bounds.watched(ports, () => {
        outputs.push(ofSequence(reader));
        return outputs.flatMap((b) => b.items ?? [b]).map((b) => b.value);
      });
      return { outputs, owned };
    }
    const build = BUILDERS.get(operator) ?? fail(`this operator is not supported (opset ${opset}). Export the model with plain operators of opset 11 to 21, or cut this part off.`);
    try {
      const owned = this.bounds.watched(ports, () => build(reader));
      return { outputs: owned.map((value) => value && { value, type: outputType(reader, value) }), owned };
    } catch (error) {
      if (!(error instanceof NoNumbers)) throw error;
      return { outputs: [{ value: undefined, type: reader.type(0) ?? 'float32' }], owned: [] };
    }
  }

  /** A node whose meaning is its bodies. */
  private flow(node: OnnxNode, inputs: readonly (Binding | undefined)[], name: string, place: Place): void {
    const outputs = FLOWS.get(node.opType)!({
      node,
      opset: place.opset,
      inputs,
      known: (binding, what) => (binding?.value && this.statics.needed(binding.value)) ?? fail(`${what} depends on the data; it must be known before the run.`),
      run: (graph, given, step) => this.body(graph, given, { ...place, prefix: `${name}/${step}` }),
    });
    node.outputs.forEach((output, i) => output !== '' && place.scope.define(output, outputs[i] ?? fail(`its body does not make output ${i}.`)));
    const record = { name, operator: node.opType, domain: node.domain, inputs: node.inputs, outputs: node.outputs };
    this.provenance.add(record, inputs.map((b) => b?.value), outputs.map((b) => b.value));
  }
  /** One pass through a body: its outputs. */
  private body(graph: OnnxGraph, given: readonly Binding[], place: Place): Binding[] {
    this.counted(); // a body may be empty, and still run for ever
    const scope = new Scope(place.scope);
    for (const [stored, binding] of this.stored(graph)) scope.set(stored, binding);
    given.forEach((binding, i) => scope.set(graph.inputs[i]?.name ?? fail(`its body has no input ${i}.`), binding));
    this.read(graph.nodes, { ...place, scope });
    return graph.outputs.map(({ name }) => scope.found(name, 'its body'));
  }
  /** Initializers of a body: converted once, however often it runs. */
  private stored(graph: OnnxGraph): ReadonlyMap<string, Binding> {
    const known = this.bodies.get(graph);
    if (known) return known;
    const made = new Map(Object.entries(graph.initializers).map(([name, tensor]) => [name, bindingOf(name, tensor)]));
    this.bodies.set(graph, made);
    return made;
  }
  private counted(): void {
    if (++this.count > NODE_LIMIT) throw new InputError(`The model comes to more than ${NODE_LIMIT} nodes.`);
  }

  /** A call of a function that the model defines: its nodes, with its own names and the call's attributes. */
  private call(called: OnnxFunction, node: OnnxNode, inputs: readonly (Binding | undefined)[], name: string, place: Place): void {
    if (place.depth >= CALL_LIMIT) fail(`functions call each other more than ${CALL_LIMIT} deep.`);
    const scope = new Scope();
    called.inputs.forEach((input, i) => inputs[i] && scope.set(input, inputs[i]));
    const attributes = { ...called.attributes, ...node.attributes };
    const nodes = called.nodes.map((inner) => ({ ...inner, attributes: resolved(inner.attributes, attributes), inputs: inner.inputs.map((n) => (called.inputs.includes(n) && !scope.get(n) ? '' : n)) }));
    this.read(nodes, { scope, opset: called.opset || place.opset, prefix: `${name}/`, depth: place.depth + 1 });
    node.outputs.forEach((output, i) => output !== '' && place.scope.define(output, scope.found(called.outputs[i] ?? '', `function ${operatorOf(node)}`)));
  }
}
/** Attributes of a function's node: a reference becomes the call's attribute, or is left out. Those of its subgraphs stay references. */
function resolved(own: Readonly<Record<string, OnnxAttribute>>, given: Readonly<Record<string, OnnxAttribute>>): Record<string, OnnxAttribute> {
  return Object.fromEntries(
    Object.entries(own).flatMap(([name, attribute]) => {
      if (attribute.type !== 'reference') return [[name, attribute] as const];
      return Object.hasOwn(given, attribute.value) ? [[name, given[attribute.value]!] as const] : [];
    }),
  );
}
