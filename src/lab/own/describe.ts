/** A model's description: what the page shows and the command line prints before anything is trained. */
import { sizeOf } from '../../base/tensor';
import { matricesInConstants } from '../../engine/onnx/constant-weights';
import type { OnnxModel, OnnxTensor, OnnxValueInfo } from '../../engine/onnx/model';
import type { ReadNode } from '../../engine/onnx/provenance';
import type { ReadModel } from '../../engine/onnx/reader';
import { topological, type Value } from '../../engine/value';
import type { ElementType, LayerDescription, ModelDescription, PortDescription, TensorDescription } from '../../spec/own-model';
import { reachOf, type Reach } from './reach';
import { runningStatistics, tensorRoles } from './roles';

export function describe(name: string, stored: OnnxModel, read: ReadModel, output: string): ModelDescription {
  const reach = reachOf(read, output);
  const tensors = describeTensors(stored, read, reach);
  const layers = describeLayers(stored, read);
  const counts = new Map<string, number>();
  for (const { operator } of layers) counts.set(operator, (counts.get(operator) ?? 0) + 1);
  return {
    name,
    producer: read.producer,
    opset: read.opset,
    inputs: read.inputs.map(describePort),
    outputs: read.outputs.map(describePort),
    tensors,
    layers,
    operators: [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)),
    parameters: tensors.filter((t) => t.defaultUse === 'trained').reduce((n, t) => n + t.count, 0),
    multiplyAdds: layers.reduce((n, l) => n + l.multiplyAdds, 0),
    notes: [...read.notes, ...ownNotes(stored, read, output)],
  };
}
const describePort = ({ name, dtype, half, dims }: OnnxValueInfo): PortDescription => ({ name, dtype: half ?? dtype, dims: (dims ?? []).map((d) => (typeof d === 'number' && d < 1 ? '' : d)) });
const elementOf = ({ dtype, half }: OnnxTensor): ElementType => half ?? dtype;

function describeTensors({ graph }: OnnxModel, read: ReadModel, reach: Reach): TensorDescription[] {
  const roles = tensorRoles(graph);
  return Object.entries(graph.initializers).map(([name, tensor]) => {
    const value = read.program.constants[name];
    const blocker = value && reach.stopped.get(value);
    const blocked = blocker ? `node ${blocker.node.name} (${blocker.node.operator}) has no gradient, and ${name} lies before it` : whyNot(name, tensor, value, reach);
    const given = roles.get(name)!; // every initializer has one
    const role = blocked === undefined || blocker || given === 'statistic' ? given : 'constant';
    const able = blocked === undefined && role !== 'statistic' && role !== 'constant';
    return {
      name,
      dtype: elementOf(tensor),
      shape: tensor.dims,
      count: sizeOf(tensor.dims),
      role,
      defaultUse: able && tensor.dims.length > 0 ? 'trained' : 'frozen',
      ...(blocked !== undefined && { blocked }),
    };
  });
}
function whyNot(name: string, { dtype, dims }: OnnxTensor, value: Value | undefined, { reached, ends }: Reach): string | undefined {
  if (dtype !== 'float32' && dtype !== 'float64') return `${name} holds ${dtype}, and only floats can be trained`;
  if (dims.includes(0)) return `${name} is empty`;
  if (!value) return `no output depends on ${name} as a number that could change`;
  if (reached.has(value)) return undefined;
  const end = ends.get(value);
  return `no gradient of the output reaches ${name}${end ? `: it ends at node ${end.name} (${end.operator})` : ''}`;
}

function describeLayers({ graph }: OnnxModel, read: ReadModel): LayerDescription[] {
  const work = new Map<number, number>();
  const stops = new Map<number, string>();
  for (const value of topological(Object.values(read.program.outputs))) {
    const place = read.madeBy.get(value);
    if (place === undefined) continue;
    work.set(place, (work.get(place) ?? 0) + multiplyAddsOf(value));
    if (value.op.gradient === 'none' && value.dtype === 'float32' && Object.keys(value.inputs).length > 0) stops.set(place, value.op.name);
  }
  return read.nodes.map((node, place) => {
    const reads = node.inputs.filter((input) => Object.hasOwn(graph.initializers, input));
    const output = node.outputs[0]?.shape;
    const stop = stops.get(place);
    return {
      name: node.name,
      operator: operatorName(node),
      ...(output && { output }),
      reads,
      parameters: node.params.reduce((n, name) => n + sizeOf(graph.initializers[name]!.dims), 0),
      multiplyAdds: work.get(place) ?? 0,
      ...(stop !== undefined && { blocked: `its ${stop} has no gradient` }),
    };
  });
}
const operatorName = ({ operator, domain }: ReadNode): string => (domain === '' ? operator : `${domain}.${operator}`);

/** Multiply-adds of the ops that have any worth counting. */
function multiplyAddsOf({ op, inputs, shape, attrs }: Value): number {
  switch (op.name) {
    case 'matmul': return sizeOf(shape) * inputs.a!.shape.at(attrs.transA ? -2 : -1)!;
    case 'linear': return sizeOf(shape) * inputs.w!.shape[0]!;
    case 'conv2d': return (sizeOf(shape) * sizeOf(inputs.w!.shape)) / inputs.w!.shape[0]!;
    case 'convInput': return (sizeOf(inputs.g!.shape) * sizeOf(inputs.w!.shape)) / inputs.w!.shape[0]!;
    default: return 0;
  }
}

function ownNotes(stored: OnnxModel, { outputs, builtIn }: ReadModel, output: string): string[] {
  const others = outputs.filter(({ name }) => name !== output);
  const notes: string[] = [];
  const halves = Object.values(stored.graph.initializers).filter((t) => t.half).length;
  if (halves > 0) notes.push(`${halves} half-precision ${halves === 1 ? 'tensor is' : 'tensors are'} trained as float32; a saved model holds halves again.`);
  const statistics = runningStatistics(stored.graph);
  if (statistics.length > 0) notes.push(`Exported for training: ${statistics.length} batch ${statistics.length === 1 ? 'normalisation uses' : 'normalisations use'} the batch's own statistics and carry running ones along.`);
  const kept = matricesInConstants(stored.graph);
  if (kept.length > 0) notes.push(`In Constant nodes, beside the file's initializers, and so not trained: ${kept.slice(0, 5).join(', ')}${kept.length > 5 ? ` and ${kept.length - 5} more` : ''}. To train them, store them as initializers.`);
  if (others.length > 0) notes.push(`The loss is taken of the output "${output}"; ${others.map((o) => `"${o.name}"`).join(', ')} ${others.length === 1 ? 'is' : 'are'} left out.`);
  if (builtIn.length > 0) notes.push(`The numbers of ${builtIn.join(', ')} shape the graph: it holds for those alone.`);
  return notes;
}
