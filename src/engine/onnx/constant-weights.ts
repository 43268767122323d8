/** Weights that a file keeps in Constant nodes: each is taken as an initializer under the name of its node's output. */
import { sizeOf } from '../../base/tensor';
import type { OnnxGraph, OnnxModel, OnnxNode, OnnxTensor } from './model';

/** What a Constant node of floats with axes stores; undefined for any other node. */
function stored({ opType, domain, attributes, outputs }: OnnxNode): { readonly name: string; readonly tensor: OnnxTensor } | undefined {
  const value = opType === 'Constant' && domain === '' ? attributes['value'] : undefined;
  if (value?.type !== 'tensor' || !outputs[0]) return undefined;
  const { dtype, dims } = value.value;
  return isTrainable(dtype) && dims.length > 0 && sizeOf(dims) > 0 ? { name: outputs[0], tensor: value.value } : undefined;
}
const isTrainable = (dtype: OnnxTensor['dtype']): boolean => dtype === 'float32' || dtype === 'float64';

/**
 * Names of the weights in Constant nodes of the main graph. None where the file has float initializers with axes: those are its weights
 * then, and its Constants are what they say.
 */
export function constantWeights({ nodes, initializers }: OnnxGraph): ReadonlySet<string> {
  const hasInitializers = Object.values(initializers).some(({ dtype, dims }) => isTrainable(dtype) && dims.length > 0);
  return new Set(hasInitializers ? [] : nodes.flatMap((node) => stored(node)?.name ?? []));
}
/** Outputs of Constant nodes with two axes and more: what may be a weight, and is not trained. */
export const matricesInConstants = ({ nodes }: OnnxGraph): readonly string[] =>
  nodes.flatMap((node) => {
    const found = stored(node);
    return found && found.tensor.dims.length > 1 ? [found.name] : [];
  });
/** The model with those of its Constant nodes as initializers that `names` holds. */
export function withConstantsStored(model: OnnxModel, names: ReadonlySet<string>): OnnxModel {
  const { nodes, initializers } = model.graph;
  const moved = new Map(
    nodes.flatMap((node) => {
      const found = stored(node);
      return found && names.has(found.name) && !Object.hasOwn(initializers, found.name) ? [[node, found] as const] : [];
    }),
  );
  if (moved.size === 0) return model;
  const added = [...moved.values()].map(({ name, tensor }) => [name, tensor] as const);
  return { ...model, graph: { ...model.graph, nodes: nodes.filter((node) => !moved.has(node)), initializers: { ...initializers, ...Object.fromEntries(added) } } };
}
