/** What a stored tensor is to the nodes that read it: weight, bias, scale, embedding, statistic. */
import type { OnnxGraph, OnnxNode, OnnxTensor } from '../../engine/onnx/model';
import type { TensorRole } from '../../spec/own-model';

/** Operator -> role of each input, by place. */
const places: Readonly<Record<string, readonly (TensorRole | undefined)[]>> = {
  Conv: [undefined, 'weight', 'bias'],
  ConvTranspose: [undefined, 'weight', 'bias'],
  Gemm: ['weight', 'weight', 'bias'],
  MatMul: ['weight', 'weight'],
  Einsum: ['weight', 'weight', 'weight'],
  Gather: ['embedding'],
  GatherElements: ['embedding'],
  BatchNormalization: [undefined, 'scale', 'bias', 'statistic', 'statistic'],
  LayerNormalization: [undefined, 'scale', 'bias'],
  InstanceNormalization: [undefined, 'scale', 'bias'],
  GroupNormalization: [undefined, 'scale', 'bias'],
  LSTM: [undefined, 'weight', 'weight', 'bias', undefined, undefined, undefined, 'weight'],
  GRU: [undefined, 'weight', 'weight', 'bias'],
  RNN: [undefined, 'weight', 'weight', 'bias'],
  PRelu: [undefined, 'scale'],
  Add: ['bias', 'bias'],
  Sub: ['bias', 'bias'],
  Mul: ['scale', 'scale'],
  Div: ['scale', 'scale'],
};
/** Operators whose output is their first input in another form: what reads the output reads the tensor. */
const forms: ReadonlySet<string> = new Set(['Transpose', 'Reshape', 'Identity', 'Unsqueeze', 'Squeeze', 'Flatten', 'Cast', 'Expand', 'Slice', 'Concat', 'Split', 'Tile']);

interface Reader {
  readonly node: OnnxNode;
  readonly place: number;
}
/** Name of a value -> the nodes that read it, and as which input. */
function readersOf(graph: OnnxGraph): ReadonlyMap<string, readonly Reader[]> {
  const readers = new Map<string, Reader[]>();
  for (const node of graph.nodes)
    for (const [place, name] of node.inputs.entries()) {
      const sofar = readers.get(name);
      if (sofar) sofar.push({ node, place });
      else readers.set(name, [{ node, place }]);
    }
  return readers;
}

/** The role of each float initializer. A tensor that several kinds of node read has the role that the first of them gives. */
export function tensorRoles(graph: OnnxGraph): ReadonlyMap<string, TensorRole> {
  const readers = readersOf(graph);
  const roleOf = (name: string, seen: Set<string>): TensorRole | undefined => {
    if (seen.has(name)) return undefined;
    seen.add(name);
    for (const { node, place } of readers.get(name) ?? []) {
      const role = forms.has(node.opType) ? node.outputs.map((output) => roleOf(output, seen)).find((r) => r !== undefined) : places[node.opType]?.[place];
      if (role) return role;
    }
    return undefined;
  };
  return new Map(Object.entries(graph.initializers).map(([name, tensor]) => [name, isMask(tensor) ? 'constant' : (roleOf(name, new Set()) ?? 'weight')]));
}
/** Where attention may not look, as numbers to be added: 0, and minus infinity or as good as that; Swin's shifted windows have -100. */
function isMask({ data, dims }: OnnxTensor): boolean {
  if (!(data instanceof Float32Array || data instanceof Float64Array) || dims.length < 2) return false;
  return data.some((v) => v <= -100) && (data as Float32Array).every((v) => v === 0 || v <= -100); // both kinds have the same `every`
}

/** A batch normalisation that renews its statistics, and the initializers that hold them. */
export interface RunningStatistics {
  readonly node: string;
  /** Initializer -> the ONNX value that replaces it after a step. */
  readonly next: readonly (readonly [string, string])[];
}
/** BatchNormalization in training mode: marked so, or, before opset 14, by giving the batch's statistics as outputs. */
export function runningStatistics({ nodes, initializers }: OnnxGraph): RunningStatistics[] {
  return nodes.flatMap((node) => {
    const mode = node.attributes['training_mode'];
    const training = (mode?.type === 'int' && mode.value !== 0) || (!mode && node.outputs.length >= 3);
    if (node.opType !== 'BatchNormalization' || !training) return [];
    const next = ([[3, 1], [4, 2]] as const).flatMap(([from, to]): (readonly [string, string])[] => {
      const [name, output] = [node.inputs[from], node.outputs[to]];
      return name && output && Object.hasOwn(initializers, name) ? [[name, output]] : [];
    });
    return next.length > 0 ? [{ node: node.name || node.outputs[0]!, next }] : [];
  });
}
