/** Ways to distort what an ONNX model says, its bytes left sound: impossible sizes, absurd attributes, graphs that are none, bombs. */
import type { Random } from '../../../base/random';
import { BUILDERS } from '../operators';
import type { OnnxAttribute, OnnxData, OnnxDType, OnnxModel, OnnxNode, OnnxTensor, OnnxValueInfo } from '../model';
import { EDGES } from './damage';

type Graph = OnnxModel['graph'];
export type Distortion = (model: OnnxModel, rng: Random) => OnnxModel;

const withGraph = (model: OnnxModel, change: Partial<Graph>): OnnxModel => ({ ...model, graph: { ...model.graph, ...change } });
/** One node changed; the model as it is where it has none. */
const ofNode = (change: (node: OnnxNode, rng: Random, model: OnnxModel) => OnnxNode): Distortion => (model, rng) => {
  const at = rng.int(model.graph.nodes.length);
  return withGraph(model, { nodes: model.graph.nodes.map((node, i) => (i === at ? change(node, rng, model) : node)) });
};
const ofTensor = (fits: (tensor: OnnxTensor) => boolean, change: (tensor: OnnxTensor, rng: Random) => OnnxTensor): Distortion => (model, rng) => {
  const names = Object.entries(model.graph.initializers).filter(([, tensor]) => fits(tensor)).map(([name]) => name);
  if (names.length === 0) return model;
  const chosen = rng.pick(names);
  return withGraph(model, { initializers: Object.fromEntries(Object.entries(model.graph.initializers).map(([name, tensor]) => [name, name === chosen ? change(tensor, rng) : tensor])) });
};
const ofInput = (change: (info: OnnxValueInfo, rng: Random) => OnnxValueInfo): Distortion => (model, rng) => {
  const at = rng.int(model.graph.inputs.length);
  return withGraph(model, { inputs: model.graph.inputs.map((info, i) => (i === at ? change(info, rng) : info)) });
};
const edge = (rng: Random): number => Number(rng.pick(EDGES));
const edges = (rng: Random, length: number): number[] => Array.from({ length }, () => (rng.bernoulli(0.5) ? edge(rng) : rng.int(5)));
/** A list with one entry at an edge, or another length, or all of it absurd. */
const distorted = (list: readonly number[], rng: Random): number[] =>
  rng.pick<() => number[]>([() => list.map((v, i) => (i === list.length - 1 ? edge(rng) : v)), () => [...list, edge(rng)], () => list.slice(1), () => edges(rng, list.length), () => edges(rng, 1 + rng.int(6)), () => [...list].reverse(), () => []])();

const DTYPES: readonly OnnxDType[] = ['float32', 'float64', 'int32', 'int64', 'uint8', 'int8', 'bool'];
const ATTRIBUTES: readonly string[] = ['axis', 'axes', 'pads', 'strides', 'kernel_shape', 'dilations', 'group', 'perm', 'keepdims', 'alpha', 'epsilon', 'to', 'auto_pad', 'ceil_mode', 'output_padding', 'output_shape', 'num_outputs', 'mode', 'transA', 'hidden_size', 'num_heads', 'direction', 'value', 'allowzero', 'blocksize', 'reduction', 'equation', 'scales'];
const attribute = (rng: Random): OnnxAttribute =>
  rng.pick<() => OnnxAttribute>([
    () => ({ type: 'int', value: edge(rng) }),
    () => ({ type: 'ints', value: edges(rng, rng.pick([0, 1, 2, 4, 4, 6, 1000])) }),
    () => ({ type: 'float', value: rng.pick([NaN, Infinity, -1, 0, 1e38]) }),
    () => ({ type: 'string', value: rng.pick(['', 'SAME_UPPER', 'reflect', '__proto__', 'i,j->', '...ii,jj->k']) }),
    () => ({ type: 'floats', value: [NaN, 1e30, -1] }),
  ])();
function distortedAttribute(node: OnnxNode, rng: Random): OnnxNode {
  const names = [...Object.keys(node.attributes), ...ATTRIBUTES];
  const name = rng.bernoulli(0.7) && Object.keys(node.attributes).length > 0 ? rng.pick(Object.keys(node.attributes)) : rng.pick(names);
  const known = node.attributes[name];
  const value = known?.type === 'ints' && rng.bernoulli(0.8) ? { ...known, value: distorted(known.value, rng) } : known?.type === 'int' && rng.bernoulli(0.8) ? { ...known, value: edge(rng) } : attribute(rng);
  return { ...node, attributes: { ...node.attributes, [name]: value } };
}

/** Operators that no table has: control flow, sequences, training, made-up ones. */
const STRANGE: readonly string[] = ['Loop', 'If', 'Scan', 'NonMaxSuppression', 'SequenceAt', 'StringNormalizer', 'Adam', 'Optional', 'constructor', '', 'conv'];
const everyName = ({ graph }: OnnxModel): string[] => [...graph.nodes.flatMap((n) => n.outputs), ...Object.keys(graph.initializers), ...graph.inputs.map((i) => i.name), '', 'no such name'];
const anInput = (model: OnnxModel): string => model.graph.nodes[0]?.outputs[0] ?? model.graph.inputs[0]?.name ?? '';

const ints = (...values: (number | bigint)[]): OnnxTensor => ({ dtype: 'int64', dims: [values.length], data: BigInt64Array.from(values, BigInt) });
const plain = (opType: string, inputs: readonly string[], output: string, attributes: OnnxNode['attributes'] = {}): OnnxNode => ({ name: output, opType, domain: '', inputs, outputs: [output], attributes });
/** `count` nodes, each made from the one before, the last an output of the graph. */
function chain(model: OnnxModel, count: number, next: (from: string, to: string) => OnnxNode, initializers: Readonly<Record<string, OnnxTensor>> = {}): OnnxModel {
  const start = anInput(model);
  const nodes = Array.from({ length: count }, (_, i) => next(i === 0 ? start : `bomb${i - 1}`, `bomb${i}`));
  return withGraph(model, { nodes: [...model.graph.nodes, ...nodes], initializers: { ...model.graph.initializers, ...initializers }, outputs: [{ name: `bomb${count - 1}`, dtype: 'float32', dims: undefined }] });
}
const lengths = [20, 200, 3000];

export const distortions: Readonly<Record<string, Distortion>> = {
  'an attribute made absurd': ofNode(distortedAttribute),
  'two attributes made absurd': ofNode((node, rng) => distortedAttribute(distortedAttribute(node, rng), rng)),
  'an attribute left out': ofNode((node, rng) => ({ ...node, attributes: Object.fromEntries(Object.entries(node.attributes).filter(() => rng.bernoulli(0.5))) })),
  'another operator': ofNode((node, rng) => ({ ...node, opType: rng.pick([...BUILDERS.keys(), ...STRANGE]) })),
  'another input': ofNode((node, rng, model) => ({ ...node, inputs: node.inputs.map((name) => (rng.bernoulli(0.6) ? rng.pick(everyName(model)) : name)) })),
  'an input too many or too few': ofNode((node, rng, model) => ({ ...node, inputs: rng.bernoulli(0.5) ? node.inputs.slice(1) : [...node.inputs, rng.pick(everyName(model))] })),
  'another output': ofNode((node, rng, model) => ({ ...node, outputs: rng.bernoulli(0.5) ? [...node.outputs, rng.pick(everyName(model))] : [rng.pick(everyName(model))] })),
  'a node that reads itself': ofNode((node) => ({ ...node, inputs: [node.outputs[0] ?? '', ...node.inputs.slice(1)] })),
  'nodes in another order': (model, rng) => withGraph(model, { nodes: [...rng.permutation(model.graph.nodes.length)].map((i) => model.graph.nodes[i]!) }),
  'another opset': (model, rng) => ({ ...model, opset: rng.pick([1, 6, 7, 9, 10, 11, 12, 13, 17, 18, 22, 1000, 2 ** 31]) }),
  'dimensions that lie': ofTensor(() => true, (tensor, rng) => ({ ...tensor, dims: distorted(tensor.dims, rng) })),
  'another element type': ofTensor(() => true, (tensor, rng) => ({ ...tensor, dtype: rng.pick(DTYPES) })),
  'another rank': ofTensor(() => true, (tensor, rng) => ({ ...tensor, dims: rng.pick([[tensor.data.length], [1, ...tensor.dims], [...tensor.dims, 1], [...Array<number>(70).fill(1), ...tensor.dims], [...Array<number>(5000).fill(1), ...tensor.dims]]) })),
  'stored integers made absurd': ofTensor(({ dtype }) => dtype === 'int64', (tensor, rng) => ({ ...tensor, data: BigInt64Array.from(tensor.data as BigInt64Array, (v) => (rng.bernoulli(0.6) ? rng.pick(EDGES) : v)) })),
  'a list of stored integers of another length': ofTensor(({ dtype, dims }) => dtype === 'int64' && dims.length === 1, (tensor, rng) => ints(...distorted([...(tensor.data as BigInt64Array)].map(Number), rng).map((v) => BigInt.asIntN(64, BigInt(v))))),
  'weights that are no numbers': ofTensor(({ dtype }) => dtype === 'float32', (tensor, rng) => ({ ...tensor, data: Float32Array.from(tensor.data as Float32Array, (v) => (rng.bernoulli(0.5) ? rng.pick([NaN, Infinity, -Infinity, 1e38, -0]) : v)) })),
  'an input of another shape': ofInput((info, rng) => ({ ...info, dims: rng.bernoulli(0.1) ? undefined : distorted((info.dims ?? []).map((d) => (typeof d === 'number' ? d : 1)), rng) })),
  'an input with open sizes': ofInput((info, rng) => ({ ...info, dims: info.dims?.map((d) => (rng.bernoulli(0.6) ? rng.pick(['', 'n', 'batch', '__proto__']) : d)) })),
  'an input of another type': ofInput((info, rng) => ({ ...info, dtype: rng.pick(DTYPES) })),
  'two inputs of one name': (model, rng) => withGraph(model, { inputs: [...model.graph.inputs, { name: rng.pick(everyName(model)), dtype: 'float32', dims: [2] }] }),
  'other outputs': (model, rng) => withGraph(model, { outputs: rng.pick([[], [...model.graph.outputs, ...model.graph.outputs], everyName(model).map((name) => ({ name, dtype: 'float32' as const, dims: undefined }))]) }),
  'a chain of sums': (model, rng) => chain(model, rng.pick(lengths), (from, to) => plain('Add', [from, from], to)),
  'a chain that doubles its size': (model, rng) => chain(model, rng.pick(lengths), (from, to) => plain('Concat', [from, from], to, { axis: { type: 'int', value: 0 } })),
  'a chain that raises its rank': (model, rng) => chain(model, rng.pick(lengths), (from, to) => plain('Unsqueeze', [from, 'bomb.axes'], to), { 'bomb.axes': ints(0) }),
  'a rank raised at once': (model, rng) => chain(model, 2, (from, to) => plain('Unsqueeze', [from, 'bomb.axes'], to), { 'bomb.axes': ints(...Array.from({ length: rng.pick([40, 2000, 100_000]) }, (_, i) => i)) }),
  'a tile bomb': (model, rng) => chain(model, rng.pick([2, 20, 200]), (from, to) => plain('Tile', [from, 'bomb.repeats'], to), { 'bomb.repeats': ints(...Array.from({ length: rng.pick([1, 2, 4]) }, () => rng.pick([1, 2, 1000, 1024, 2 ** 31]))) }),
  'a chain of paddings': (model, rng) => chain(model, rng.pick(lengths), (from, to) => plain('Pad', [from, 'bomb.pads'], to), { 'bomb.pads': ints(...edges(rng, rng.pick([2, 4, 8]))) }),
  'a constant bomb': (model, rng) => chain(model, rng.pick([1, 20, 500]), (_, to) => plain('ConstantOfShape', ['bomb.shape'], to), { 'bomb.shape': ints(...Array.from({ length: rng.pick([1, 2, 3]) }, () => rng.pick([1000, 4096, 2 ** 24, 2 ** 40]))) }),
  'a triangle bomb': (model, rng) => {
    const size = rng.pick([1000, 4000, 4096, 100_000]);
    const tensors = { 'bomb.shape': ints(size, size) };
    return chain(model, rng.pick([2, 30]), (from, to) => (to === 'bomb0' ? plain('ConstantOfShape', ['bomb.shape'], to) : plain('Trilu', [from], to)), tensors);
  },
  'a range bomb': (model, rng) => {
    const scalarOf = (value: number): OnnxTensor => ({ dtype: 'float32', dims: [], data: Float32Array.of(value) });
    return chain(model, rng.pick([1, 60]), (_, to) => plain('Range', ['bomb.start', 'bomb.limit', 'bomb.delta'], to), { 'bomb.start': scalarOf(0), 'bomb.limit': scalarOf(rng.pick([10, 1e6, 1.6e7, 1e9, Infinity])), 'bomb.delta': scalarOf(rng.pick([1, 0, -1, 1e-30, NaN])) });
  },
  'an expand bomb': (model, rng) => chain(model, rng.pick([1, 4]), (from, to) => plain('Expand', [from, 'bomb.shape'], to), { 'bomb.shape': ints(...Array.from({ length: rng.pick([1, 4, 60]) }, () => rng.pick([1, 1, 2, 65_536, 2 ** 31, 2 ** 53]))) }),
  'a pooling bomb': (model, rng) => chain(model, rng.pick([1, 30, 300]), (from, to) => plain(rng.pick(['MaxPool', 'AveragePool']), [from], to, { kernel_shape: { type: 'ints', value: rng.pick([[32, 32], [1000, 1000], [31, 31], [1, 1]]) }, pads: { type: 'ints', value: rng.pick([[31, 31, 31, 31], [4000, 4000, 0, 0], [0, 0, 2 ** 31, 1]]) } })),
  'a join of many': (model, rng) => chain(model, 2, (from, to) => plain(rng.pick(['Concat', 'Sum', 'Max']), Array<string>(rng.pick([100, 10_000, 150_000])).fill(from), to, { axis: { type: 'int', value: 0 } })),
  'a split into many': (model, rng) => {
    const many = Array.from({ length: rng.pick([100, 20_000]) }, (_, i) => `bomb.part${i}`);
    const nodes = [...model.graph.nodes, { ...plain('Split', [anInput(model)], 'x', { axis: { type: 'int', value: 0 } }), outputs: many }];
    return withGraph(model, { nodes, outputs: many.map((name) => ({ name, dtype: 'float32', dims: undefined })) });
  },
  'a large tensor read by a thousand nodes': (model, rng) => {
    const data: OnnxData = new Float32Array(rng.pick([1 << 16, 1 << 18])).fill(2);
    const [node] = rng.pick([['Pow'], ['Clip'], ['Expand'], ['Tile'], ['Reshape']]);
    return chain(model, 1000, (from, to) => plain(node!, [from, 'bomb.data'], to), { 'bomb.data': { dtype: 'float32', dims: [data.length], data } });
  },
};
